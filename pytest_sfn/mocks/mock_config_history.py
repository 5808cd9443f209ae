"""A test case of a mock configuration out of the history of an execution, whoever ran it.

Each attempt of a Task state becomes an outcome of the state's response, in the order in which the attempts were scheduled. So
the same machine with the same input goes the same way under the test case. Child executions of a distributed Map have
histories of their own, and what they did is not in this one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.errors import JsonValueError, PytestSfnError
from pytest_sfn.expressions.values import json_equal, loads
from pytest_sfn.mocks.mock_config_answers import is_invoke_response

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["config_of_history", "ranges"]

_END: Final = re.compile(r"(Task|LambdaFunction|Activity)\w*?(Succeeded|Failed|TimedOut)")
_SCHEDULED: Final = frozenset({"TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled"})


def config_of_history(history: Any, machine: str, test_case: str) -> dict[str, Any]:
    """The configuration with the one test case that answers as the tasks of a history were answered.

    Args:
        history: the events, or what GetExecutionHistory answers: `{"events": [...]}`.
        machine: name of the state machine.
        test_case: name of the test case.

    Raises:
        PytestSfnError: this is no history.
    """
    events = history.get("events") if isinstance(history, dict) else history
    if not isinstance(events, list) or not all(map(_is_event, events)):
        raise PytestSfnError('this is no history: get_execution_history gives {"events": [{"id": 1, "type": ...}, ...]}')
    by_id = {event["id"]: event for event in events}
    attempts: list[tuple[int, str, dict[str, Any]]] = []
    for event in events:
        kind = _END.fullmatch(event["type"])
        if kind is None:
            continue
        state, began = _attempt(event, by_id)
        if state is not None:
            attempts.append((began, state, _outcome(event, kind[1], kind[2])))
    found: dict[str, list[dict[str, Any]]] = {}
    for _, state, outcome in sorted(attempts, key=lambda attempt: attempt[0]):
        found.setdefault(state, []).append(outcome)
    return {
        "StateMachines": {machine: {"TestCases": {test_case: {state: f"{test_case}.{state}" for state in found}}}},
        "MockedResponses": {f"{test_case}.{state}": ranges(outcomes) for state, outcomes in found.items()},
    }


def ranges(outcomes: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """A response with these outcomes, one for each invocation; equal ones that follow each other share a key."""
    runs: list[tuple[int, dict[str, Any]]] = []
    number = 0
    for number, outcome in enumerate(outcomes, 1):
        if not runs or not json_equal(runs[-1][1], outcome):
            runs.append((number - 1, outcome))
    ends = [first - 1 for first, _ in runs[1:]] + [number - 1]
    return {
        str(first) if first == last else f"{first}-{last}": outcome for (first, outcome), last in zip(runs, ends, strict=True)
    }


def _attempt(event: Mapping[str, Any], by_id: Mapping[int, dict[str, Any]]) -> tuple[str | None, int]:
    """The name of the state whose attempt an event ends, None for that of no Task state, and when the attempt was scheduled."""
    began = event["id"]
    seen: set[int] = set()
    at: Mapping[str, Any] | None = event
    while at is not None and at["id"] not in seen:
        seen.add(at["id"])
        if at["type"] in _SCHEDULED and began == event["id"]:
            began = at["id"]
        if at["type"] == "TaskStateEntered":
            name = _details(at, "stateEntered").get("name")
            return name if isinstance(name, str) else None, began
        previous = at.get("previousEventId")
        at = by_id.get(previous) if isinstance(previous, int) else None
    return None, began


def _is_event(event: Any) -> bool:
    return isinstance(event, dict) and type(event.get("id")) is int and isinstance(event.get("type"), str)


def _details(event: Mapping[str, Any], kind: str) -> dict[str, Any]:
    details = event.get(f"{kind}EventDetails")
    return details if isinstance(details, dict) else {}


def _outcome(event: Mapping[str, Any], kind: str, end: str) -> dict[str, Any]:
    details = _details(event, f"{event['type'][:1].lower()}{event['type'][1:]}")
    if end != "Succeeded":
        return {"Throw": {"Error": _text(details.get("error")), "Cause": _text(details.get("cause"))}}
    try:
        result = loads(details.get("output", "null"))
    except (JsonValueError, TypeError):
        raise PytestSfnError(f"event {event['id']}: its output is no JSON; was the history cut?") from None
    if kind == "LambdaFunction" and is_invoke_response(result):  # the reader would take its Payload for the result
        result = {"StatusCode": 200, "Payload": result}
    return {"Return": result}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
