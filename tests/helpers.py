"""A few words in which tests of the engine are short."""

from __future__ import annotations

from typing import Any

from pytest_sfn import Execution, SfnMock

__all__ = ["arn", "events", "machine", "run", "task"]


def arn(function: str) -> str:
    return f"arn:aws:lambda:us-east-1:123456789012:function:{function}"


def task(function: str = "f", **fields: Any) -> dict[str, Any]:
    """A Task state that calls a function and ends, unless it has a Next."""
    return {"Type": "Task", "Resource": arn(function), **_ending(fields)}


def machine(**states: dict[str, Any]) -> dict[str, Any]:
    """A definition of these states, which starts at the first; a state that says nothing of what follows ends."""
    return {"StartAt": next(iter(states)), "States": {name: _ending(state) for name, state in states.items()}}


def _ending(state: dict[str, Any]) -> dict[str, Any]:
    closed = "Next" in state or "End" in state or state.get("Type") in ("Choice", "Succeed", "Fail")
    return state if closed else {**state, "End": True}


def run(definition: dict[str, Any], input: Any = None, *, account: SfnMock | None = None, **stubs: Any) -> Execution:
    """Run a definition; each stub answers the function of its name."""
    account = account or SfnMock()
    for name, stub in stubs.items():
        account.lambda_function(name).calls(stub)
    return account.load(definition).run({} if input is None else input)


def events(execution: Execution) -> list[str]:
    """Types of the events, in order."""
    return [event["type"] for event in execution.history]
