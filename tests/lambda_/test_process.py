"""The table of what code can change of the process: taken, restored, kept for the code's next call."""

import decimal
import gc
import logging
import os
import random
import resource
import socket
import sys
import threading
import warnings
from pathlib import Path
from types import ModuleType

import pytest

from pytest_sfn.lambda_.process import SETTINGS, Process, Setting, is_watched, loaded


class Place:
    """A setting with a value that can be looked at."""

    def __init__(self, value):
        self.value = value

    def setting(self, name="a place", **more):
        return Setting(name, lambda: self.value, lambda value: setattr(self, "value", value), **more)


def call(process, code, *, importing=False):
    process.enter(importing=importing)
    code()
    return process.leave()


def test_a_change_is_undone_and_kept_for_the_next_call():
    place = Place(1)
    process = Process(None, [place.setting()])
    assert call(process, lambda: setattr(place, "value", 2), importing=True) == []
    assert place.value == 1
    place.value = 5  # by the test
    seen = []
    call(process, lambda: seen.append(place.value))
    assert (seen, place.value) == ([2], 5)


def test_a_change_of_one_call():
    place = Place(1)
    process = Process(None, [place.setting(kept=False)])
    call(process, lambda: setattr(place, "value", 2), importing=True)
    seen = []
    call(process, lambda: seen.append(place.value))
    assert seen == [1]


def test_a_rare_thing_is_taken_again_when_the_code_has_changed_it():
    quiet, changed = Place(1), Place(1)
    process = Process(None, [quiet.setting("quiet", rare=True), changed.setting("changed", rare=True)])
    call(process, lambda: setattr(changed, "value", 2), importing=True)
    call(process, lambda: (setattr(changed, "value", 3), setattr(quiet, "value", 3)))
    assert (changed.value, quiet.value) == (1, 3)


def test_each_is_tried_and_failures_are_told_together():
    def fail(_value):
        raise OSError("gone")

    first, last = Place(1), Place(1)
    settings = [
        first.setting("first"),
        *(first.setting(name)._replace(restore=fail) for name in ("b", "c")),
        last.setting("last"),
    ]

    def damage():
        first.value = last.value = 2

    settings = [settings[1], settings[2], settings[0], settings[3]]
    failures = call(Process(None, settings), damage, importing=True)
    assert [(name, str(error)) for name, error in failures] == [("b", "gone"), ("c", "gone")]
    assert (first.value, last.value) == (1, 1)


def test_a_value_that_does_not_like_to_be_compared():
    class Odd:
        def __eq__(self, other):
            raise ValueError("ambiguous")

        __hash__ = None

    place = Place(1)
    failures = call(Process(None, [place.setting()]), lambda: setattr(place, "value", Odd()), importing=True)
    assert (failures, place.value) == ([], 1)


def test_names_are_unique():
    names = [setting.name for setting in SETTINGS]
    assert len({*names}) == len(names)


def test_taking_changes_nothing():
    for setting in SETTINGS:
        if "seed" not in setting.name:  # which alternate
            assert setting.change(setting.take(), setting.take()) in ([], setting.take()), setting.name


def test_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "code").mkdir()
    process, seen = Process(str(tmp_path / "code")), []
    call(process, lambda: seen.append(Path.cwd()), importing=True)
    assert (seen, Path.cwd()) == ([tmp_path / "code"], tmp_path)


def test_a_folder_that_the_code_removes(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    ((name, error),) = call(Process("/"), (tmp_path / "here").rmdir, importing=True)
    assert (name, type(error)) == ("the working directory", FileNotFoundError)


def test_a_folder_that_the_test_has_removed(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here").rmdir()
    assert call(Process("/"), lambda: None, importing=True) == []


def test_numbers_that_the_code_draws_are_not_given_back():
    process, drawn = Process(None), []
    call(process, lambda: drawn.append(random.random()), importing=True)
    call(process, lambda: drawn.append(random.random()))
    assert drawn[0] != drawn[1]


def test_a_seed_lasts_for_the_code_alone():
    process, drawn, expected = Process(None), [], random.Random(42)
    before = random.getstate()
    call(process, lambda: (random.seed(42), drawn.append(random.random())), importing=True)
    assert random.getstate() == before
    call(process, lambda: drawn.append(random.random()))
    assert random.getstate() == before
    assert drawn == [expected.random(), expected.random()]


@pytest.fixture
def numpy(monkeypatch):
    """What numpy's shared generator has; numpy itself is not among what the tests need."""
    module, state = ModuleType("numpy.random"), [0]
    module.seed = lambda seed=0: state.__setitem__(0, seed)
    module.get_state = lambda: state[0]
    module.set_state = lambda new: state.__setitem__(0, new)
    monkeypatch.setitem(sys.modules, "numpy.random", module)
    return module


def test_the_seed_of_numpy(numpy):
    process, seen = Process(None), []
    call(process, lambda: numpy.seed(42), importing=True)
    assert numpy.get_state() == 0
    call(process, lambda: seen.append(numpy.get_state()))
    assert (seen, numpy.get_state()) == ([42], 0)


def test_the_seed_of_a_numpy_that_the_code_loads(numpy):
    del sys.modules["numpy.random"]
    process = Process(None)
    process.enter(importing=True)
    sys.modules["numpy.random"] = numpy
    loaded(numpy)
    numpy.seed(42)
    assert process.leave() == []
    assert numpy.get_state() == 0
    assert is_watched("numpy.random")


def test_a_seed_function_that_the_code_has_kept():
    process, kept = Process(None), []
    call(process, lambda: kept.append(random.seed), importing=True)
    kept[0](1)
    assert random.random() == random.Random(1).random()


def test_an_attribute_of_a_module_that_the_code_loads(monkeypatch):
    """`loaded` says how the module was before the code patched it."""
    import json as module

    monkeypatch.delitem(sys.modules, "json")
    assert is_watched("json")
    process, dumps = Process(None), module.dumps
    process.enter(importing=True)
    sys.modules["json"] = module
    loaded(module)
    module.dumps = module.new = print
    process.leave()
    assert module.dumps is dumps
    assert not hasattr(module, "new")
    seen = []
    call(process, lambda: seen.append((module.dumps, module.new)))
    assert seen == [(print, print)]
    assert module.dumps is dumps


def test_a_submodule_that_the_code_imports_stays(monkeypatch):
    import json

    monkeypatch.delattr(json, "tool", raising=False)
    process = Process(None)
    call(process, lambda: setattr(json, "tool", ModuleType("json.tool")), importing=True)
    assert isinstance(json.tool, ModuleType)


def test_a_patch_of_the_test_holds_in_code_that_patches_something_else(monkeypatch):
    import json

    process, seen = Process(None), []
    call(process, lambda: setattr(json, "loads", print), importing=True)
    monkeypatch.setattr(json, "dumps", repr)
    call(process, lambda: seen.append((json.loads, json.dumps)))
    assert seen == [(print, repr)]


def test_flags_and_traps_of_the_decimal_context():
    before = decimal.getcontext().__reduce__()[1]
    process = Process(None)

    def calculate():
        decimal.getcontext().traps[decimal.Inexact] = True
        decimal.getcontext().flags[decimal.Rounded] = True
        decimal.getcontext().rounding = decimal.ROUND_UP

    call(process, calculate, importing=True)
    assert decimal.getcontext().__reduce__()[1] == before


def test_limits_that_were_not_set_are_not_set_again():
    process = Process(None)

    def limit():
        sys.tracebacklimit = 1
        threading.stack_size(1 << 20)
        soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0 if soft else min(1, hard), hard))

    before = resource.getrlimit(resource.RLIMIT_CORE)
    assert call(process, limit, importing=True) == []
    assert (hasattr(sys, "tracebacklimit"), threading.stack_size()) == (False, 0)
    assert resource.getrlimit(resource.RLIMIT_CORE) == before


def test_restored_filters_count_at_once():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        process = Process(None)
        call(process, lambda: (warnings.simplefilter("ignore"), warnings.warn("inside", stacklevel=1)), importing=True)
        warnings.warn("outside", stacklevel=1)
    assert [str(each.message) for each in caught] == ["outside"]


def test_what_a_later_call_changes_for_the_first_time_is_put_back():
    before = {setting.name: setting.take() for setting in SETTINGS}
    process = Process(None)
    call(process, lambda: None, importing=True)

    def damage():
        os.umask(0o007)
        sys.setrecursionlimit(4321)
        warnings.simplefilter("error", UserWarning)
        socket.setdefaulttimeout(3)
        decimal.getcontext().prec = 3
        gc.disable()
        logging.setLogRecordFactory(type("Record", (logging.LogRecord,), {}))
        sys.path_hooks.append(lambda _path: None)

    assert call(process, damage) == []
    after = {setting.name: setting.take() for setting in SETTINGS}
    assert [name for name, value in before.items() if after[name] != value] == []
