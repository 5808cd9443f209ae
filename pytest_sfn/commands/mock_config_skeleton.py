"""A mock configuration to begin with: a happy test case of a machine, and one for each error path of its tasks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_sfn.asl.model import MapState, TaskState
from pytest_sfn.asl.outline import walk
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.faults.enumerate import faults_by_task
from pytest_sfn.services.http import HTTP_SERVICES
from pytest_sfn.services.reach import invokes

if TYPE_CHECKING:
    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.definition import StateMachine

__all__ = ["skeleton"]

ITEMS = 99
"""Last invocation for which a state inside a Map has its result."""


def skeleton(machine: StateMachine, name: str) -> dict[str, Any]:
    """The configuration, as JSON.

    A test case for an error path lets one task fail as often as its Retriers take, or once more, so that a Catcher does.

    Args:
        name: the state machine's name.

    Raises:
        PytestSfnError: the machine has no Task states.
    """
    tasks = {
        state.name: (state.resource, any(isinstance(each, MapState) for each in around))
        for state, around in walk(machine._model.states)
        if isinstance(state, TaskState)
    }
    if not tasks:
        raise PytestSfnError(f"{machine._source.name or machine.name}: it has no Task states, so nothing is mocked")
    happy = {state: f"{state} succeeds" for state in tasks}
    cases = {"HappyPath": happy}
    responses = {
        f"{state} succeeds": {f"0-{ITEMS}" if in_map else "0": {"Return": _result(resource)}}
        for state, (resource, in_map) in tasks.items()
    }
    for state, faults in faults_by_task(machine).items():
        taken = set()
        for fault, route in faults:
            if not route or (route, fault.times) in taken:
                continue
            taken.add((route, fault.times))
            times = "" if fault.times == 1 else f" {fault.times} times"
            response = f"{state} fails with {fault.error}{times}"
            failing = "0" if fault.times == 1 else f"0-{fault.times - 1}"
            last = f"{fault.times}-{fault.times + ITEMS}" if tasks[state][1] else str(fault.times)
            cases[_identifier(response)] = {**happy, state: response}
            responses[response] = {
                failing: {"Throw": {"Error": fault.error, "Cause": ""}},
                last: {"Return": _result(tasks[state][0])},
            }
    return {"StateMachines": {name: {"TestCases": cases}}, "MockedResponses": responses}


def _identifier(text: str) -> str:
    """A name that an ARN may end in, each word with a capital letter."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"\W+", text))


def _result(resource: Resource) -> dict[str, Any]:
    """What a task may answer, as far as its Resource tells."""
    if resource.pattern != "REQUEST_RESPONSE":
        return {}
    if resource.kind == "lambda" or invokes(resource):
        return {"StatusCode": 200, "Payload": {}}
    return {"StatusCode": 200, "ResponseBody": {}} if resource.service in HTTP_SERVICES else {}
