"""The runner itself, on a folder of cases and a comparator of our own."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.conformance import runner

COMPARE = """
class Matcher:
    def __init__(self, placeholders=()):
        self.bound = {}

def diff_value(case, name, actual, matcher=None):
    return [] if actual == case["expected"][name] else [f"{name}: got {actual!r}"]

def diff(case, actual, history=None, order="strict", matcher=None):
    wanted, real = case["expected"][history]["events"], actual["events"]
    key = sorted if order == "any" else list
    return [] if key(wanted) == key(real) else ["events differ"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "compare.py").write_text(COMPARE)
    (tmp_path / "functions.py").write_text("DURATIONS = {}\n")
    (tmp_path / "index.json").write_text("[]")
    return tmp_path


@pytest.fixture
def write(folder: Path):
    def write(name: str, expected: dict, **more: object) -> None:
        case = {"id": name, "kind": "execution", "provenance": "confirmed", "expected": expected, **more}
        (folder / f"{name}.json").write_text(json.dumps(case))

    return write


@pytest.fixture
def adapter(monkeypatch: pytest.MonkeyPatch):
    """Lets the adapter answer every case as given."""

    def use(answers) -> None:
        monkeypatch.setattr(runner, "replay", answers)

    return use


def test_output_is_totals_failing_ids_and_the_confirmed_count_last(folder, write, adapter, capsys):
    write("a-right", {"x": 1})
    write("b-wrong", {"x": 2})
    write("c-multi", {"x": 1}, kind="multi")
    write("d-doubtful", {"x": 3}, provenance="unconfirmed")
    adapter(lambda case, functions: {"x": 1})

    assert runner.main([str(folder)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "execution: 1/2",
        "multi: 1/1",
        "execution (unconfirmed): 0/1",
        "FAILED b-wrong",
        "FAILED d-doubtful (unconfirmed)",
        "2 passed, 1 failed",
    ]


@pytest.mark.parametrize(
    ("options", "last"),
    [(["--kind", "multi"], "1 passed, 0 failed"), (["-k", "left"], "2 passed, 0 failed"), ([], "3 passed, 0 failed")],
)
def test_selection(folder, write, adapter, capsys, options, last):
    write("left", {"x": 1})
    write("left-too", {"x": 1}, kind="multi")
    write("right", {"x": 1})
    adapter(lambda case, functions: {"x": 1})

    assert runner.main([str(folder), *options]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_verbose_shows_the_first_difference(folder, write, adapter, capsys):
    write("wrong", {"x": 1, "y": 2})
    adapter(lambda case, functions: {"x": 5})

    runner.main([str(folder), "-v"])

    assert capsys.readouterr().out.splitlines()[1:3] == ["FAILED wrong", "    x: got 5"]


def test_name_without_an_answer_is_a_difference(folder, write, adapter, capsys):
    write("wrong", {"x": 1})
    adapter(lambda case, functions: {})

    runner.main([str(folder), "-v"])

    assert "    x: not answered" in capsys.readouterr().out.splitlines()


def test_crash_is_a_failing_case_with_its_text(folder, write, adapter, capsys):
    write("a-crash", {"x": 1})
    write("b-right", {"x": 1})

    def answers(case, functions):
        if case["id"] == "a-crash":
            raise ZeroDivisionError("by nought")
        return {"x": 1}

    adapter(answers)
    runner.main([str(folder), "-v"])

    assert capsys.readouterr().out.splitlines() == [
        "execution: 1/2",
        "FAILED a-crash",
        "    ZeroDivisionError: by nought",
        "1 passed, 1 failed",
    ]


@pytest.mark.skipif(not hasattr(runner.signal, "setitimer"), reason="the platform has no timer signals")
def test_hanging_case_is_ended(folder, write, adapter, capsys, monkeypatch):
    write("hangs", {"x": 1})
    monkeypatch.setattr(runner, "CASE_SECONDS", 0.05)

    def answers(case, functions):
        while True:
            with runner.contextlib.suppress(Exception):
                pass

    adapter(answers)
    runner.main([str(folder), "-v"])

    assert "    CaseTimeoutError: not finished after 0.05 s" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(("concurrency", "passed"), [({}, True), ({"MaxConcurrency": 2}, True), ({"MaxConcurrency": 1}, False)])
def test_events_of_concurrent_maps_may_come_in_any_order(concurrency, passed):
    compare: dict = {}
    exec(COMPARE, compare)
    case = {
        "id": "map",
        "kind": "execution",
        "definition": {"States": {"M": {"Type": "Map", **concurrency}}},
        "expected": {"history": {"events": [1, 2]}},
    }
    outcome = runner.run_case(case, SimpleNamespace(**compare), SimpleNamespace(), lambda *_: {"history": {"events": [2, 1]}})

    assert (not outcome.problems) is passed


@pytest.mark.parametrize(("needed", "status", "error"), [(1, 0, ""), (2, 1, "execution: 1 passed, 2 did before\n")])
def test_at_least_as_many_as_before(folder, write, adapter, capsys, tmp_path, needed, status, error):
    write("right", {"x": 1})
    write("wrong", {"x": 2})
    adapter(lambda case, functions: {"x": 1})
    numbers = tmp_path / "passing"
    numbers.write_text(json.dumps({"execution": needed}))

    assert runner.main([str(folder), "--at-least", str(numbers)]) == status
    assert capsys.readouterr().err == error


def test_no_case_at_all_is_not_a_success(folder, adapter):
    assert runner.main([str(folder)]) == 2


def test_adapter_replays_a_case_through_the_public_api(folder, write, capsys):
    """A case of our own: what a definition and an input without recorded calls stand for."""
    write(
        "own",
        {"cases": [{"input": {"n": 1}, "output": {"n": 1, "fact": [3]}}]},
        matches=["cases"],
        state_machine_type="STANDARD",
        state_machine_arn="arn:aws:states:us-east-1:111111111111:stateMachine:own",
        execution_arn="arn:aws:states:us-east-1:111111111111:execution:own:e-1",
        definition={
            "StartAt": "A",
            "States": {
                "A": {
                    "Type": "Task",
                    "Resource": "arn:aws:lambda:us-east-1:111111111111:function:triple",
                    "ResultPath": "$.fact",
                    "End": True,
                }
            },
        },
        input={"n": 1},
        functions=[{"name": "triple", "arn": "arn:aws:lambda:us-east-1:111111111111:function:triple", "behaviour": "triple"}],
    )
    (folder / "functions.py").write_text(
        "DURATIONS = {'triple': 60}\ndef triple(event, context):\n    return [3 * event['n']]\n"
    )

    assert runner.main([str(folder), "-v"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("where", ["definition", "input"])
def test_machine_that_a_case_does_not_create_did_not_exist(folder, write, capsys, where):
    """As a function that it calls and does not list; the definition or the input names it."""
    absent = "arn:aws:states:us-east-1:111111111111:stateMachine:Absent"
    call = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution",
        "Parameters": {"StateMachineArn": absent} if where == "definition" else {"StateMachineArn.$": "$.arn"},
        "Catch": [{"ErrorEquals": ["StepFunctions.StateMachineDoesNotExistException"], "Next": "Gone"}],
        "End": True,
    }
    definition = {"StartAt": "Call", "States": {"Call": call, "Gone": {"Type": "Pass", "Result": "gone", "End": True}}}
    given = {"arn": absent} if where == "input" else {}
    write(
        "own",
        {"cases": [{"input": given, "output": "gone"}]},
        matches=["cases"],
        state_machine_type="STANDARD",
        state_machine_arn="arn:aws:states:us-east-1:111111111111:stateMachine:own",
        execution_arn="arn:aws:states:us-east-1:111111111111:execution:own:e-1",
        definition=definition,
        input=given,
    )
    assert runner.main([str(folder), "-v"]) == 0, capsys.readouterr().out
