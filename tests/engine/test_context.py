"""The Context Object as the states of an execution see it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pytest_sfn import SfnMock
from pytest_sfn.engine.context import timestamp
from tests.helpers import machine, task

LOOK: dict[str, Any] = {"Type": "Pass", "Parameters": {"context.$": "$$"}, "OutputPath": "$.context"}


def test_what_it_holds_in_which_order() -> None:
    context = SfnMock().load(machine(A=LOOK), name="M").run({"x": 1}, name="n").output
    assert list(context) == ["Execution", "StateMachine", "State"]
    assert context["Execution"] == {
        "Id": "arn:aws:states:us-east-1:123456789012:execution:M:n",
        "Input": {"x": 1},
        "StartTime": "2024-01-01T00:00:00.000Z",
        "Name": "n",
        "RoleArn": "arn:aws:iam::123456789012:role/StepFunctionsRole",
        "RedriveCount": 0,
    }
    assert context["StateMachine"] == {"Id": "arn:aws:states:us-east-1:123456789012:stateMachine:M", "Name": "M"}
    assert context["State"] == {"Name": "A", "EnteredTime": "2024-01-01T00:00:00.000Z"}


def test_item_is_that_of_the_innermost_map() -> None:
    inner = {"Type": "Map", "ItemProcessor": machine(C={**LOOK, "OutputPath": "$.context.Map"})}
    output = SfnMock().load(machine(A={"Type": "Map", "ItemProcessor": machine(B=inner)})).run([["a"], ["b"]]).output
    assert output[1][0] == {"Item": {"Index": 0, "Value": "b"}}


def test_retry_count_and_token_are_those_of_the_attempt() -> None:
    account = SfnMock()
    function = account.lambda_function("f")
    function.raises("E").returns(None)
    state = {
        **task(Retry=[{"ErrorEquals": ["E"]}]),
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "f", "Payload": {"n.$": "$$.State.RetryCount", "token.$": "$$.Task.Token"}},
    }
    account.load(machine(A=state)).run()
    first, second = (call.input for call in function.calls)
    assert (first["n"], second["n"]) == (0, 1)
    assert first["token"] != second["token"]


def test_time_has_milliseconds() -> None:
    assert timestamp(datetime(2024, 1, 2, 3, 4, 5, 678_999, tzinfo=UTC)) == "2024-01-02T03:04:05.678Z"
