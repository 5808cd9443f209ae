"""A few words in which tests of the engine are short."""

from __future__ import annotations

from typing import Any

from pytest_sfn import Execution, Machine, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.engine.run import World

__all__ = ["arn", "begin", "events", "machine", "recover", "run", "task", "world"]


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


def begin(machine: Machine, input: Any) -> Execution:
    """An execution of which nothing runs yet."""
    account = machine._account
    return account.execution_of(account.begin(machine, input))


def world(account: SfnMock) -> World:
    """Where the account's executions run."""
    return account_of(account).world


def recover(account: SfnMock) -> None:
    """Go on after an error of the test, as the plugin does after a test that failed."""
    account_of(account).recover()
