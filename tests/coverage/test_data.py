"""Coverage data: merging, files, and what is refused."""

import json
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn.coverage.data import CoverageData, DataError, Definition, erase
from pytest_sfn.coverage.elements import Element

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
        (GOOD.replace('"version":1', '"version":7'), "{path}: coverage data of version 7; this pytest-sfn reads version 1\n"),
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
        "version": 1,
        "contexts": [],
        "definitions": [
            {
                "name": "a.asl.json",
                "digest": "0123",
                "elements": [["/States/A", "state", "A", "/States/A", 1, 3, False, None, None]],
                "taken": {},
                "unhandled": [],
            }
        ],
    }
