"""Tasks that call Step Functions itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn import Execution, SfnMock
from tests.helpers import events, machine, task

CHILD = "arn:aws:states:us-east-1:123456789012:stateMachine:Child"


def parent(pattern: str, service: str = "states", **parameters: Any) -> dict[str, Any]:
    resource = f"arn:aws:states:::{service}:startExecution{pattern}"
    return machine(A={"Type": "Task", "Resource": resource, "Parameters": {"StateMachineArn": CHILD, **parameters}})


@pytest.fixture
def account() -> SfnMock:
    account = SfnMock()
    account.lambda_function("f").calls(lambda event: {"got": event}).takes(5)
    account.load(machine(C=task()), name="Child")
    return account


def run(account: SfnMock, definition: dict[str, Any]) -> Execution:
    return account.load(definition, name="Parent").run()


def test_request_response_goes_on_at_once(account: SfnMock) -> None:
    execution = run(account, parent("", Input={"x": 1}, Name="n"))
    assert execution.elapsed.total_seconds() == 0
    assert execution.output["ExecutionArn"] == "arn:aws:states:us-east-1:123456789012:execution:Child:n"
    assert execution.output["StartDate"] == 1_704_067_200_000
    (child,) = execution.children
    assert child.run().output == {"got": {"x": 1}}


@pytest.mark.parametrize(("pattern", "output"), [(".sync", '{"got":{"x":1}}'), (".sync:2", {"got": {"x": 1}})])
def test_sync_waits_and_brings_the_description(account: SfnMock, pattern: str, output: Any) -> None:
    execution = run(account, parent(pattern, Input={"x": 1}))
    assert execution.elapsed.total_seconds() == 5
    assert (execution.output["Status"], execution.output["Output"]) == ("SUCCEEDED", output)
    assert "TaskSubmitted" in events(execution)


def test_failure_of_the_child_is_the_cause(account: SfnMock) -> None:
    account.lambda_function("f").raises("Bad", raw_cause="c")
    execution = run(account, parent(".sync:2"))
    assert execution.error == "States.TaskFailed"
    cause = json.loads(execution.cause or "")
    assert (cause["Error"], cause["Cause"], cause["Status"]) == ("Bad", "c", "FAILED")


def test_sdk_integration_has_no_http_metadata(account: SfnMock) -> None:
    execution = run(account, parent("", "aws-sdk:sfn", Input='{"x":1}'))
    assert list(execution.output) == ["ExecutionArn", "StartDate"]
    assert execution.children[0].input == {"x": 1}


def test_machine_answers_the_token_of_another() -> None:
    account = SfnMock()
    account.lambda_function("ask").returns(None)
    waiting = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
    }
    execution = account.load(machine(A=waiting)).run()
    token = account.lambda_function("ask").calls[0].input["token"]
    answer = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
        "Parameters": {"TaskToken.$": "$", "Output": {"approved": True}},
    }
    answering = account.load(machine(A=answer))
    assert answering.run(token).output == {}
    assert execution.run().output == {"approved": True}
    assert answering.run("unknown").error == "Sfn.InvalidTokenException"
