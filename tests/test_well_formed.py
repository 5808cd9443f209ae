"""The checker of histories finds fault with what is wrong."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pytest_sfn import SfnMock
from tests.helpers import machine, task
from tests.well_formed import details_of, mistyped, problems

RICH = machine(
    P={"Type": "Pass", "Next": "T"},
    T=task(Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 1}], ResultPath="$.r", Next="M"),
    M={
        "Type": "Map",
        "ItemsPath": "$.l",
        "MaxConcurrency": 2,
        "ItemProcessor": machine(I={"Type": "Pass"}),
        "ResultPath": "$.m",
        "Next": "X",
    },
    X={
        "Type": "Parallel",
        "Branches": [machine(B={"Type": "Pass"}), machine(F={"Type": "Fail", "Error": "F"})],
        "Catch": [{"ErrorEquals": ["F"], "Next": "S"}],
        "Next": "S",
    },
    S={"Type": "Succeed"},
)


@pytest.fixture(scope="module")
def history() -> list[dict[str, Any]]:
    account = SfnMock()
    account.lambda_function("f").raises("E", times=1).returns(1)
    execution = account.load(RICH).run({"l": [1, 2, 3]})
    assert execution.succeeded
    return list(execution.history)


def numbered(events: list[dict[str, Any]], ids: dict[int, int]) -> list[dict[str, Any]]:
    """Events with ids as they come, which point back at what `ids` says is now there."""
    return [
        {**event, "id": number, "previousEventId": ids.get(event["previousEventId"], 0)}
        for number, event in enumerate(events, 1)
    ]


def test_nothing_is_wrong_with_a_right_one(history: list[dict[str, Any]]) -> None:
    assert problems(history) == []
    assert mistyped(history) == []
    assert problems(history[:20], ended=False) == []


def test_an_event_that_points_elsewhere(history: list[dict[str, Any]]) -> None:
    unseen = []
    for at, event in enumerate(history):
        for other in range(event["id"]):
            changed = [*history[:at], {**event, "previousEventId": other}, *history[at + 1 :]]
            if other != event["previousEventId"] and not problems(changed):
                unseen.append((event["type"], history[other - 1]["type"]))
    assert unseen == [
        ("MapIterationStarted", "MapStateStarted"),  # with a greater MaxConcurrency
        ("FailStateEntered", "PassStateExited"),  # in the other branch
    ]


def test_an_event_that_is_not_there(history: list[dict[str, Any]]) -> None:
    for at, event in enumerate(history):
        ids = {old: old - (old >= event["id"]) for old in range(1, len(history) + 1)}
        assert problems(numbered([*history[:at], *history[at + 1 :]], ids)) != [], event["type"]


def test_an_event_that_is_there_twice(history: list[dict[str, Any]]) -> None:
    for at, event in enumerate(history):
        ids = {old: old + (old > event["id"]) for old in range(1, len(history) + 1)}
        if event["type"] != "FailStateEntered":  # that could be another branch
            assert problems(numbered([*history[: at + 1], *history[at:]], ids)) != [], event["type"]


def test_details(history: list[dict[str, Any]]) -> None:
    for at, event in enumerate(history):
        name = details_of(event["type"])
        if name is None:
            assert problems([*history[:at], {**event, "taskFailedEventDetails": {}}, *history[at + 1 :]]) != []
            continue
        without = {key: value for key, value in event.items() if key != name}
        more = {**event, name: {**event[name], "more": 1}}
        no_json = {**event, name: {key: value + "}" if value is str else value for key, value in event[name].items()}}
        wrong = {**event, name: {key: [value] for key, value in event[name].items()}}
        assert problems([*history[:at], without, *history[at + 1 :]]) != []
        assert problems([*history[:at], more, *history[at + 1 :]]) != []
        assert no_json == event or problems([*history[:at], no_json, *history[at + 1 :]]) != []
        assert not event[name] or mistyped([wrong]) != []


def test_a_value_that_is_not_handed_on(history: list[dict[str, Any]]) -> None:
    handed = [
        (at, name, member)
        for at, event in enumerate(history)
        for name, member in (("stateEnteredEventDetails", "input"), ("executionSucceededEventDetails", "output"))
        if name in event and history[event["previousEventId"] - 1]["type"].endswith(("Exited", "ExecutionStarted"))
    ]
    assert len(handed) > 4
    for at, name, member in handed:
        changed = copy.deepcopy(history)
        changed[at][name][member] = '"other"'
        assert problems(changed) != [], changed[at]["type"]


def test_times_and_the_end(history: list[dict[str, Any]]) -> None:
    earlier = {**history[-1], "timestamp": history[0]["timestamp"]}
    assert problems([*history[:-1], earlier]) == ["a time is before that of the event before it"]
    assert problems(history[:-1]) == ["nothing ends the execution"]
    assert problems([]) == ["nothing ends the execution"]


def test_the_output_of_a_catcher_that_fails(history: list[dict[str, Any]]) -> None:
    """As measured on AWS (aws-facts §12)."""
    state = {"name": "X", "input": "{}", "inputDetails": {}}
    failed = {"error": "States.QueryEvaluationError", "cause": "...", "state": "X"}
    kinds: list[tuple[str, int, dict[str, Any]]] = [
        ("ExecutionStarted", 0, {"executionStartedEventDetails": {"input": "{}", "inputDetails": {}, "roleArn": "arn:aws"}}),
        ("ParallelStateEntered", 0, {"stateEnteredEventDetails": state}),
        ("ParallelStateStarted", 2, {}),
        ("FailStateEntered", 3, {"stateEnteredEventDetails": {**state, "name": "F"}}),
        ("ParallelStateFailed", 4, {}),
        ("EvaluationFailed", 4, {"evaluationFailedEventDetails": failed}),
        ("ParallelStateFailed", 6, {}),
        ("ExecutionFailed", 7, {"executionFailedEventDetails": {}}),
    ]
    events = [
        {"timestamp": history[0]["timestamp"], "type": kind, "id": number, "previousEventId": previous, **details}
        for number, (kind, previous, details) in enumerate(kinds, 1)
    ]
    assert problems(events) == []


@pytest.fixture(scope="module")
def redriven() -> list[dict[str, Any]]:
    account = SfnMock()
    account.lambda_function("f").raises("E", times=1).returns(1)
    branches = [machine(A=task()), machine(W={"Type": "Wait", "Seconds": 5})]
    execution = account.load(machine(P={"Type": "Parallel", "Branches": branches})).run()
    return list(execution.redrive().history)


def test_a_redriven_execution(redriven: list[dict[str, Any]]) -> None:
    assert problems(redriven) == mistyped(redriven) == []


def test_what_is_wrong_after_a_redrive(redriven: list[dict[str, Any]]) -> None:
    at = next(number for number, event in enumerate(redriven) if event["type"] == "ExecutionRedriven")
    unseen = []
    for number in range(at, len(redriven)):
        changed = copy.deepcopy(redriven)
        changed[number]["previousEventId"] = 2 if number > at else 1
        if problems(changed) == []:
            unseen.append(redriven[number]["type"])
        without = [event for place, event in enumerate(redriven) if place != number]
        ids = {event["id"]: number for number, event in enumerate(without, 1)}
        if problems(numbered(without, ids)) == []:
            unseen.append(f"without {redriven[number]['type']}")
    assert unseen == []


def test_a_redrive_before_an_end(redriven: list[dict[str, Any]]) -> None:
    at = next(number for number, event in enumerate(redriven) if event["type"] == "ExecutionRedriven")
    without = redriven[: at - 1] + redriven[at:]
    ids = {event["id"]: number for number, event in enumerate(without, 1)} | {at: at - 1}
    assert problems(numbered(without, ids)) != []
    counted = copy.deepcopy(redriven)
    counted[at]["executionRedrivenEventDetails"]["redriveCount"] = 2
    assert problems(counted) == [f"event {at + 1} ExecutionRedriven: redrives: 2 and 1"]
