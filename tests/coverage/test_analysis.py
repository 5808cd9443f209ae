"""Figures, and data that no longer fits its definition."""

import json

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.coverage.analysis import Figure, analyse, forget_changed, requirements
from pytest_sfn.coverage.data import CoverageData
from tests.coverage.taking import collecting
from tests.helpers import machine, task


@pytest.mark.parametrize(
    ("taken", "possible", "texts"),
    [
        (0, 0, ["100", "100.00", "100.0000"]),
        (0, 9, ["0", "0.00", "0.0000"]),
        (9, 9, ["100", "100.00", "100.0000"]),
        (1, 100_000, ["1", "0.01", "0.0010"]),
        (99_999, 100_000, ["99", "99.99", "99.9990"]),
        (1, 3, ["33", "33.33", "33.3333"]),
        (2, 3, ["67", "66.67", "66.6667"]),
    ],
)
def test_100_only_when_all_is_taken_and_0_only_when_nothing_is(taken, possible, texts):
    assert [Figure(taken, possible, precision=digits).percent for digits in (0, 2, 4)] == texts


def test_100_only_when_no_data_is_missing():
    assert [Figure(9, 9, complete=False).rounded(digits) for digits in (0, 2, 4)] == ["99", "99.99", "99.9900"]


def test_demands_are_not_rounded():
    assert not Figure(99_999, 100_000).reaches(100)
    assert Figure(1, 3).reaches(33.3)
    assert not Figure(1, 3).reaches(33.4)


def collected(tmp_path, *runs):
    """Data of these runs, each of (source, name, input)."""
    with collecting(tmp_path) as collector:
        for source, name, given in runs:
            account = SfnMock()
            account.lambda_function("f").returns({})
            account.load(source, name=name).run(given)
        collector.finish()
    return collector.data()


FLOW = machine(
    Ask={"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "Work"}], "Default": "End"},
    Work=task(Retry=[{"ErrorEquals": ["A", "B"]}], Catch=[{"ErrorEquals": ["States.ALL"], "Next": "End"}], Next="End"),
    End={"Type": "Succeed"},
)


def test_totals_add_up(tmp_path):
    (found,) = analyse(collected(tmp_path, (FLOW, "flow", {"x": 1})), tmp_path).definitions

    assert [row.name for row in found.figures] == ["states", "transitions", "error_paths"]
    assert [str(figure) for figure in (*found.figures.values(), found.total)] == [
        "3/3",
        "2/3",
        "0/3",
        "5/9",
    ]
    assert len(found.elements) == found.total.possible
    assert len(found.missed) == found.total.possible - found.total.taken
    assert found.status("/States/Ask/Default") == "missed"
    assert found.status("/States/Ask/Choices/0/Next") == "covered"
    assert found.status("/States/Nowhere") is None


def test_definitions_of_one_name_are_told_apart(tmp_path):
    data = collected(tmp_path, (FLOW, None, {}), (machine(Other={"Type": "Pass"}), None, {}))
    titles = [each.title for each in analyse(data, tmp_path).definitions]

    assert len(set(titles)) == 2
    assert all(title.startswith("StateMachine (") for title in titles)


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "flow.asl.json"
    file.write_text(json.dumps(FLOW, indent=2), encoding="utf-8")
    return file


CHANGED = "flow.asl.json:1: the definition has changed since its coverage was recorded, which is left out"
GONE = "flow.asl.json: its coverage is left out: No such file or directory"


def change(file):
    file.write_text(json.dumps(FLOW, indent=4), encoding="utf-8")


@pytest.mark.parametrize(("what", "warning"), [(change, CHANGED), (lambda file: file.unlink(), GONE)])
def test_data_of_a_definition_that_has_changed_is_left_out(tmp_path, file, what, warning):
    data = collected(tmp_path, (file, None, {}))
    what(file)
    analysis = analyse(data, tmp_path)

    assert (analysis.definitions, analysis.warnings) == ([], [warning])
    assert forget_changed(data, CoverageData(), tmp_path) == [warning]
    assert data.definitions == {}


def test_other_line_endings_are_no_change(tmp_path, file):
    data = collected(tmp_path, (file, None, {}))
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    assert analyse(data, tmp_path).warnings == []


def test_a_named_dict_has_changed_when_there_is_another_of_its_name(tmp_path):
    old = collected(tmp_path, (FLOW, "flow", {}), (FLOW, "kept", {}), (FLOW, None, {}))
    new = collected(tmp_path, (machine(Other={"Type": "Pass"}), "flow", {}), (machine(Other={"Type": "Pass"}), None, {}))

    assert forget_changed(old, new, tmp_path) == [
        "flow: the definition has changed since its coverage was recorded, which is left out"
    ]
    assert sorted(name for name, _ in old.definitions) == ["StateMachine", "kept"]


def test_what_was_loaded_can_be_loaded_again_for_a_drawing(tmp_path, file):
    file.write_text(json.dumps(FLOW).replace('["A", "B"]', "${Errors}"), encoding="utf-8")
    with collecting(tmp_path) as collector:
        SfnMock().load(file, substitutions={"Errors": ["A"]})
        SfnMock().load(FLOW, name="dict").run({})
        collector.finish()
    found = {each.title: each.load(tmp_path) for each in analyse(collector.data(), tmp_path).definitions}

    assert [list(machine.states) for machine in found.values()] == [["Ask", "Work", "End"]] * 2


def test_nothing_reaches_nothing(tmp_path):
    analysis = analyse(CoverageData(), tmp_path)
    assert list(requirements(analysis, 1, None)) == [
        ("FAIL Required Step Functions coverage of 1% not reached. No definition was loaded", False)
    ]
