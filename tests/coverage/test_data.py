"""Coverage data: merging, files, and what is refused."""

import json
import os
import random
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn.coverage.analysis import analyse
from pytest_sfn.coverage.data import LARGEST, PATIENCE, CoverageData, DataError, Definition, _replace, erase, locked
from pytest_sfn.coverage.elements import Element
from pytest_sfn.coverage.reporters import report

POINTERS = ["/States/A", "/States/B", "/States/A/Next", "/States/A/Retry/0"]
CONTEXTS = ["", "tests/test_a.py::test_one[ä]", "tests/test_b.py::test_two"]


def element(pointer: str, label: str = "") -> Element:
    return Element(pointer, "state", pointer.split("/")[2], label or pointer, POINTERS.index(pointer) + 1, 3, "f.asl.json")


def data_of(*definitions: Definition) -> CoverageData:
    data = CoverageData()
    for definition in definitions:
        data.add(definition)
    return data


def copy(data: CoverageData) -> CoverageData:
    return CoverageData.loads(data.dumps())


def merged(*parts: CoverageData) -> CoverageData:
    whole = CoverageData()
    for part in parts:
        whole.merge(copy(part))
    return whole


@st.composite
def definitions(draw):
    pointers = draw(st.sets(st.sampled_from(POINTERS), min_size=1))
    definition = Definition(
        draw(st.sampled_from(["a.asl.json", "b.asl.json"])),
        draw(st.sampled_from(["0123", "4567"])),
        [element(pointer, draw(st.sampled_from(["", "another"]))) for pointer in sorted(pointers)],
        substitutions=draw(st.sampled_from([None, {"Arn": "one"}, {"Arn": "two", "Stage": 1}])),
    )
    for pointer in draw(st.sets(st.sampled_from(sorted(pointers)))):
        for context in draw(st.sets(st.sampled_from(CONTEXTS), min_size=1)):
            definition.take(pointer, context)
    for error in draw(st.sets(st.sampled_from(["A", "States.Timeout"]))):
        definition.leave_unhandled("/States/A", error, draw(st.sampled_from(CONTEXTS)))
    return definition


data_sets = st.builds(data_of, definitions(), definitions())


@given(data_sets, data_sets)
def test_merging_is_commutative(a, b):
    assert merged(a, b).dumps() == merged(b, a).dumps()


@given(data_sets, data_sets, data_sets)
def test_merging_is_associative(a, b, c):
    assert merged(merged(a, b), c).dumps() == merged(a, merged(b, c)).dumps()


@given(data_sets, data_sets)
def test_merging_is_idempotent(a, b):
    whole = merged(a, b)
    assert merged(whole, b, a, whole).dumps() == whole.dumps()


@given(data_sets)
def test_text_gives_the_same_data(data):
    assert copy(data).dumps() == data.dumps()


def test_a_pointer_to_no_element_is_passed_over():
    definition = Definition("a", "0123", [element("/States/A")])
    definition.take("/States/B", "")
    assert definition.taken == {}


GOOD = data_of(Definition("a.asl.json", "0123", [element("/States/A")])).dumps()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GOOD[:40], "{path}: the coverage data is cut off or damaged: "),
        (GOOD.replace('"version":2', '"version":7'), "{path}: coverage data of version 7; this pytest-sfn reads version 2\n"),
        (GOOD.replace('"digest"', '"other"'), "{path}: the coverage data is damaged: KeyError: 'digest'\n"),
        (GOOD.replace('"taken":{}', '"taken":{"/States/A":[9]}'), "{path}: the coverage data is damaged: IndexError: "),
        ("[]", "{path} holds no coverage data of pytest-sfn"),
        ("", "{path} holds no coverage data of pytest-sfn"),
        ("\xff", "{path} holds no coverage data of pytest-sfn"),
        (None, "{path}: no coverage data: No such file or directory"),
    ],
)
def test_what_cannot_be_read(tmp_path, content, message):
    path = tmp_path / ".sfn_coverage"
    if content is not None:
        path.write_bytes(content.encode("latin-1"))

    with pytest.raises(DataError) as caught:
        CoverageData.read(path)
    assert str(caught.value).startswith(message.format(path=path))


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "deep" / ".sfn_coverage"
    data = data_of(Definition("a.asl.json", "0123", [element("/States/A")]))
    data.write(path)
    monkeypatch.setattr(CoverageData, "dumps", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        data.write(path)

    assert path.read_text(encoding="utf-8") == GOOD
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_file_that_another_process_reads_is_replaced_when_it_can_be(tmp_path, monkeypatch):
    path, aside = tmp_path / "data", tmp_path / "aside"
    aside.write_text("new", encoding="utf-8")
    busy = [PermissionError(13, "in use")] * 3  # as Windows says it
    replace = Path.replace

    def replaced(self, target):
        if busy:
            raise busy.pop()
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replaced)
    paused = []
    _replace(aside, path, paused.append)
    assert (path.read_text(encoding="utf-8"), len(paused)) == ("new", 3)


def test_a_file_that_is_never_let_go_is_an_error(tmp_path, monkeypatch):
    def refused(self, target):
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "replace", refused)
    paused = []
    with pytest.raises(PermissionError):
        _replace(tmp_path / "aside", tmp_path / "data", paused.append)
    assert sum(paused) == pytest.approx(PATIENCE)


class Clock:
    """A monotonic clock that only `sleep` moves on."""

    def __init__(self):
        self.time = 100.0
        self.then = lambda: None

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.time += seconds
        self.then()


def test_no_lock_stays_behind(tmp_path):
    with locked(tmp_path / "data"):
        (made,) = tmp_path.iterdir()
        assert made.name == ("data.lock" if sys.platform == "win32" else "data")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "data"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_is_killed_leaves_no_lock(tmp_path):
    path = tmp_path / ".sfn_coverage"
    data_of(Definition("a.asl.json", "0123", [element("/States/A")])).write(path)
    script = """
import os, sys
from pathlib import Path
from pytest_sfn.coverage.data import CoverageData
CoverageData.dumps = lambda self: os.kill(os.getpid(), 9)  # while it writes
CoverageData().update(Path(sys.argv[1]))
"""
    assert subprocess.run([sys.executable, "-c", script, str(path)], check=False).returncode != 0
    with locked(path, pytest.fail):
        assert [file.name for file in tmp_path.iterdir()] == [".sfn_coverage"]
    assert path.read_text(encoding="utf-8") == GOOD


def test_what_a_killed_process_has_half_written_is_removed(tmp_path):
    names = [".sfn_coverage.12.3456.tmp", ".sfn_coverage.1.12.3456.tmp"]
    for name in names:
        (tmp_path / name).write_text("half", encoding="utf-8")
    CoverageData().update(tmp_path / ".sfn_coverage")

    assert sorted(file.name for file in tmp_path.iterdir()) == [".sfn_coverage", names[1]]  # the second is of another file


def test_an_empty_file_is_written_over(tmp_path):
    path = tmp_path / ".sfn_coverage"
    path.touch()
    CoverageData().update(path)
    assert CoverageData.read(path).definitions == {}


def test_a_lock_that_is_held_is_waited_for(tmp_path):
    clock, held = Clock(), ExitStack()
    held.enter_context(locked(tmp_path / "data"))

    def release():
        if clock.time > 101:
            held.close()

    clock.then = release
    with locked(tmp_path / "data", clock.sleep, clock.now):
        assert 101 < clock.time < 102


def test_many_that_hold_it_in_turn_are_all_waited_for(tmp_path):
    path, clock, held = tmp_path / "data", Clock(), ExitStack()
    held.enter_context(locked(path))
    times = [106, 112, 118, 124, 130]

    def another():  # every six seconds one writes, and the next one takes the lock
        if times and clock.time > times[0]:
            del times[0]
            CoverageData().write(path)
            held.close()
            if times:
                held.enter_context(locked(path))

    clock.then = another
    with locked(path, clock.sleep, clock.now):
        assert clock.time > 130


def test_a_lock_that_one_process_holds_too_long(tmp_path):
    path, clock = tmp_path / "data", Clock()
    with locked(path):
        with pytest.raises(DataError) as caught, locked(path, clock.sleep, clock.now):
            pytest.fail("the lock was taken")
        assert str(caught.value) == (
            f"{path}: another process has held this file for 10 seconds\n"
            "  fix  wait until no other run of tests, and no combination of their data, is going on, and run it again"
        )
        assert 110 <= clock.time < 111


@pytest.mark.skipif(sys.platform == "win32", reason="of other systems")
def test_a_file_system_without_locks(tmp_path, monkeypatch):
    def refused(held, operation):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", refused)
    CoverageData().update(tmp_path / "data")
    assert CoverageData.read(tmp_path / "data").definitions == {}


def make(path, what):
    if what == "file":
        path.touch()
    elif what == "folder":
        path.mkdir()
    elif hasattr(os, "mkfifo"):
        os.mkfifo(path)
    else:
        pytest.skip("this system has no FIFO")


@pytest.mark.parametrize(("what", "kind"), [("folder", "a folder"), ("fifo", "no file")])
@pytest.mark.parametrize("use", ["read", "write", "update", "erase"])
def test_what_is_no_file_is_refused_at_once(tmp_path, what, kind, use):
    path = tmp_path / "data"
    make(path, what)
    uses = {"read": CoverageData.read, "write": CoverageData().write, "update": CoverageData().update, "erase": erase}
    with pytest.raises(DataError) as caught:
        uses[use](path)
    assert str(caught.value) == f"{path}: it is {kind}, and cannot hold coverage data\n  fix  name a file"
    assert [file.name for file in tmp_path.iterdir()] == ["data"]


def test_a_device_is_no_file():
    if not Path("/dev/zero").exists():
        pytest.skip("this system has no /dev/zero")
    with pytest.raises(DataError, match="it is no file"):
        CoverageData.read(Path("/dev/zero"))


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "data"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)  # sparse
    with pytest.raises(DataError, match="is damaged: it has 1,073,741,825 bytes\n  fix  delete it"):
        CoverageData.read(path)


DEEP = "[" * 100_000 + "]" * 100_000
NESTED = '{"a":' * 1000 + "1" + "}" * 1000
FULL = data_of(
    Definition(
        "a.asl.json",
        "0123",
        [element("/States/A")],
        text="{}",
        named=True,
        substitutions={"A": {"b": [1]}},
        places={"/": "f:1"},
        template=("t.yaml", "A"),
    )
)
FULL.missing.add("worker gw0")
next(iter(FULL.definitions.values())).take("/States/A", "test_one")
next(iter(FULL.definitions.values())).leave_unhandled("/States/A", "Odd", "test_one")


def replaced(*path, by):
    """The good data with one value of a wrong kind."""
    value = json.loads(FULL.dumps())
    inner = value
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = by
    return json.dumps(value, separators=(",", ":"))


def places(value, path=()):
    """The way to each value inside."""
    if path:
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


OF_FILE = [path for path in places(json.loads(FULL.dumps())) if path[:1] not in [("format",), ("version",)]]
ANY = [path for path in OF_FILE if "substitutions" in path and path[-1] != "substitutions"]
WRONG = [5, -1, 1.5, True, "x", [1], {"x": 1}, 1 << 40]


@pytest.mark.parametrize("path", [path for path in OF_FILE if path not in ANY], ids=str)
def test_values_of_a_wrong_kind_are_damage(path):
    """Each value of the file, replaced by one of every kind: it is read as what it must be, or the file is damaged."""
    for by in WRONG:
        try:
            data = CoverageData.loads(replaced(*path, by=by), "f")
        except DataError as error:
            assert str(error).startswith("f: the coverage data is damaged: ")
            assert str(error).endswith("  fix  delete it and run the tests again")
        else:
            assert data.dumps() == CoverageData.loads(data.dumps()).dumps()


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace('"contexts":[]', f'"contexts":{DEEP}'),
        GOOD.replace('"contexts":[]', f'"contexts":[{NESTED}]'),
        FULL.dumps().replace('{"b":[1]}', NESTED),
        GOOD.replace('"state"', "5"),
        GOOD.replace(",1,3,", f",{'9' * 5000},3,"),
        GOOD.replace(",1,3,", f",{'9' * 20},3,"),
        GOOD.replace(",1,3,", ",NaN,3,"),
        GOOD.replace(",1,3,", ",1e3,3,"),
    ],
    ids=["deep", "nested", "nested_value", "label", "digits", "large", "nan", "float"],
)
def test_what_json_can_do_is_damage(text):
    with pytest.raises(DataError, match=r"the coverage data is (cut off or )?damaged: (.|\n)*\n  fix  delete it"):
        CoverageData.loads(text)


def test_damaged_files_are_read_or_refused(tmp_path):
    """Seeded: bytes of a file are changed, moved, doubled and cut. What can still be read can be reported."""
    chance = random.Random(12)
    for number in range(400):
        path = tmp_path / "data"
        path.write_bytes(mutant(FULL.dumps().encode(), chance))
        try:
            data = CoverageData.read(path)
        except DataError as error:
            assert str(path) in str(error), number
            continue
        again = CoverageData.loads(data.dumps())
        again.merge(CoverageData.loads(FULL.dumps()))
        analysis = analyse(again, tmp_path)
        for wanted in ("term-missing", "markdown", "json", "html"):
            report(analysis, wanted, tmp_path / "out")


def mutant(text, chance):
    """The text with one to three accidents."""
    for _ in range(chance.randint(1, 3)):
        start, end = sorted(chance.randrange(len(text)) for _ in range(2))
        end = min(end, start + chance.choice([1, 1, 2, 8, 40]))
        part = text[start:end]
        other = chance.choice(
            [b"", part * 2, part[::-1], b"0", b'"', b"null", b"[]", b"{}", b"-1", bytes([chance.randrange(256)])]
        )
        text = text[:start] + other + (text[end:] if chance.random() > 0.02 else b"")
        text = text or b"{"
    return text


def test_processes_that_write_at_once_all_find_their_part(tmp_path):
    path = tmp_path / ".sfn_coverage"
    script = """
import sys
from pathlib import Path
from pytest_sfn.coverage.data import CoverageData, Definition
for number in range(20):
    data = CoverageData()
    data.add(Definition(f"{sys.argv[2]}-{number}", "0123", []))
    data.update(Path(sys.argv[1]))
"""
    processes = [subprocess.Popen([sys.executable, "-c", script, str(path), str(name)]) for name in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert len(CoverageData.read(path).definitions) == 60


def test_threads_of_one_process_too(tmp_path):
    path = tmp_path / ".sfn_coverage"
    parts = [data_of(Definition(str(number), "0123", [])) for number in range(8)]
    threads = [threading.Thread(target=part.update, args=(path,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(CoverageData.read(path).definitions) == 8


def test_what_is_no_coverage_file_is_not_removed(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("id,total\n", encoding="utf-8")
    with pytest.raises(DataError, match="is not written over"):
        erase(path)
    assert path.exists()


@pytest.mark.parametrize("content", [GOOD, GOOD[:20], ""])
def test_what_is_or_was_one_is(tmp_path, content):
    path = tmp_path / ".sfn_coverage"
    path.write_text(content, encoding="utf-8")
    erase(path)
    assert not path.exists()


def test_the_file_is_json_that_others_can_read():
    assert json.loads(GOOD) == {
        "format": "pytest-sfn coverage",
        "version": 2,
        "contexts": [],
        "definitions": [
            {
                "name": "a.asl.json",
                "digest": "0123",
                "elements": [["/States/A", "state", "A", "/States/A", 1, 3, None]],
                "taken": {},
                "unhandled": [],
            }
        ],
    }


def test_of_two_ways_to_load_a_definition_the_template_counts():
    plain = Definition("a.asl.json", "0123", [element("/States/A")])
    first, second = (Definition("a.asl.json", "0123", [element("/States/A")], template=("t.yaml", name)) for name in "AB")
    for each in (plain, first, second):
        plain.merge(each)

    assert plain.template == ("t.yaml", "B")
    assert CoverageData.loads(data_of(plain).dumps()).definitions.popitem()[1].template == ("t.yaml", "B")
