"""The language as data: each case in a JSON file beside this one is a definition, an input, answers and what must come out.

A case has
    name        what it shows
    source      where the expected values come from: a clause of the Amazon States Language specification, a page of the
                AWS documentation, a kind of recorded answer, "ours" where AWS's answer is not known
    definition, input or input_json, variables, type, quotas, start_at, stop_after
    mocks       function name to its answers in order: {"returns": ...}, {"echo": true}, {"raises": name, "cause": text},
                {"times_out": true}, each with "takes" and "times" if wanted
    stop        seconds after which the execution is stopped
    redrives    how often it is redriven after that, or after it has failed
    expect      status (SUCCEEDED if left out), output, output_json, error, cause, path, elapsed (seconds), retries
                (state to number), calls (function to inputs), assigned (state to variables), events (types), last_event,
                in_flight (state to the most attempts at once); only what is there is compared
`{"*": [value, times]}` stands for a text or an array repeated so many times.
"""

from __future__ import annotations

import json
import warnings
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import DefinitionWarning, Execution, SfnMock
from pytest_sfn.expressions.paths import ROOT_PATH
from pytest_sfn.expressions.values import UNDEFINED
from tests.engine.frozen import changed, watch


def repeated(members: dict[str, Any]) -> Any:
    return members["*"][0] * members["*"][1] if members.keys() == {"*"} else members


CASES = [
    pytest.param(case, id=f"{file.stem}: {case['name']}")
    for file in sorted(Path(__file__).parent.glob("*.json"))
    for case in json.loads(file.read_text(encoding="utf-8"), object_hook=repeated)
]


def answer_with(account: SfnMock, function: str, answers: list[dict[str, Any]]) -> None:
    script: Any = account.lambda_function(function)
    for answer in answers:
        times = answer.get("times")
        if "returns" in answer:
            script = script.returns(answer["returns"], times=times)
        elif "raises" in answer:
            script = script.raises(answer["raises"], answer.get("cause", ""), times=times)
        elif "times_out" in answer:
            script = script.times_out()
        else:
            script = script.calls(lambda event: event, times=times)
        if "takes" in answer:
            script = script.takes(answer["takes"])


def start(case: dict[str, Any]) -> Execution:
    account = SfnMock(quotas=case.get("quotas", "aws"))
    for function, answers in case.get("mocks", {}).items():
        answer_with(account, function, answers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DefinitionWarning)  # what a definition is warned of is tests/asl's subject
        machine = account.load(case["definition"], type=case.get("type", "STANDARD"))
    options = {name: case[name] for name in ("input_json", "variables", "start_at", "stop_after") if name in case}
    given = UNDEFINED if "input_json" in case else case.get("input", {})
    if "stop" in case:
        execution = machine.start(given, **options).advance(case["stop"]).stop()
    else:
        execution = machine.run(given, **options)
    for _ in range(case.get("redrives", 0)):
        execution.redrive()
    account.close()  # a mock that could never be called is a mistake in the case
    return execution


def assigned(execution: Execution) -> dict[str, Any]:
    found = {}
    for event in execution.history:
        details = event.get("stateExitedEventDetails", {})
        if "assignedVariables" in details:
            found[details["name"]] = {name: json.loads(text) for name, text in details["assignedVariables"].items()}
    return found


def in_flight(execution: Execution, state: str) -> int:
    """The most attempts of a state that were under way at once; one that ends makes room for one that begins."""
    attempts = [(attempt.started, attempt.ended or execution.elapsed) for attempt in execution.state(state).attempts]
    changes = sorted([(started, 1) for started, _ in attempts] + [(ended, -1) for _, ended in attempts])
    return max(accumulate(change for _, change in changes))


def observe(execution: Execution, expected: dict[str, Any]) -> dict[str, Any]:
    """What became of the execution, of all that the case speaks of."""
    registry = execution.machine._account.registry
    observers: dict[str, Any] = {
        "status": lambda: execution.status,
        "output": lambda: execution.output,
        "output_json": lambda: execution.output_json,
        "error": lambda: execution.error,
        "cause": lambda: execution.cause,
        "path": lambda: list(execution.path),
        "elapsed": execution.elapsed.total_seconds,
        "retries": lambda: {name: execution.state(name).retries for name in expected["retries"]},
        "calls": lambda: {name: [call.input for call in registry.lambda_function(name).calls] for name in expected["calls"]},
        "assigned": lambda: assigned(execution),
        "events": lambda: [event["type"] for event in execution.history],
        "last_event": lambda: {key: execution.history[-1][key] for key in ("id", "type")},
        "in_flight": lambda: {name: in_flight(execution, name) for name in expected["in_flight"]},
    }
    return {name: observers[name]() for name in expected}


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    assert case["source"]
    expected = {"status": "SUCCEEDED", **case["expect"]}
    assert observe(start(case), expected) == expected


@pytest.mark.parametrize("case", CASES)
def test_case_changes_no_value_that_entered(case: dict[str, Any]) -> None:
    with watch(freezing="JSONata" not in json.dumps(case["definition"])) as entered:
        execution = start(case)
    assert changed(entered) == []
    assert execution.history == start(case).history


@pytest.mark.parametrize("case", CASES)
def test_case_can_be_inspected(case: dict[str, Any]) -> None:
    """What the stages give when they are computed again is what they gave when the machine ran."""
    execution = start(case)
    for name, state in execution.machine.state_machine.states.items():
        for visit in execution.state(name).visits:
            last = visit.stages.get("after_result_path", UNDEFINED)
            if last is not UNDEFINED and visit.exited is not None and not visit.caught and state.output_path is ROOT_PATH:
                assert last == visit.output
