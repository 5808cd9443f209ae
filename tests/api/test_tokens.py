"""Task Tokens through the API and from the test: who waits, and what is said of a token with which nobody does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn import Execution, SfnMock, TaskTokenError
from tests.helpers import events, machine

INVOKE = "arn:aws:states:::lambda:invoke.waitForTaskToken"
TIMED_OUT = "TaskTimedOut: Task Timed Out: 'Provided task does not exist anymore'"


def waiting(**fields: Any) -> dict[str, Any]:
    parameters = {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}}
    return machine(A={"Type": "Task", "Resource": INVOKE, "Parameters": parameters, **fields})


def start(account: SfnMock, **fields: Any) -> tuple[Execution, str]:
    account.lambda_function("ask").returns(None)
    execution = account.load(waiting(**fields)).start(name="n")
    return execution, account.lambda_function("ask").calls[-1].input["token"]


def test_success(account, call) -> None:
    execution, token = start(account)
    assert call("SendTaskSuccess", taskToken=token, output='{"ok": true}') == {}
    assert execution.run().output == {"ok": True}


@pytest.mark.parametrize(("given", "details"), [({}, {}), ({"error": "E"}, {"error": "E"}), ({"cause": "c"}, {"cause": "c"})])
def test_failure_leaves_out_what_is_left_out(account, call, given, details) -> None:
    execution, token = start(account)
    assert call("SendTaskFailure", taskToken=token, **given) == {}
    execution.run()
    assert (execution.error, execution.cause) == (details.get("error"), details.get("cause"))
    failed = next(event for event in execution.history if event["type"] == "TaskFailed")["taskFailedEventDetails"]
    assert {name: failed[name] for name in failed if name not in ("resource", "resourceType")} == details


def test_failure_without_a_name_is_null_to_a_catcher(account, call) -> None:
    catch = [
        {"ErrorEquals": ["States.Runtime"], "Next": "C"},
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "C"},
    ]
    account.lambda_function("ask").returns(None)
    definition = waiting(Catch=catch)
    definition["States"]["C"] = {"Type": "Pass", "End": True}
    execution = account.load(definition).start()
    token = account.lambda_function("ask").calls[0].input["token"]
    call("SendTaskFailure", taskToken=token)
    assert execution.run().output == {"e": {"Error": None, "Cause": None}}


def test_heartbeats_move_the_deadline(account, call) -> None:
    execution, token = start(account, HeartbeatSeconds=10)
    for _ in range(3):
        account.advance(9)
        call("SendTaskHeartbeat", taskToken=token)
    assert execution.status == "RUNNING"
    account.advance(10)
    assert execution.error == "States.Timeout"
    assert call("SendTaskHeartbeat", taskToken=token) == TIMED_OUT


def test_output_that_is_not_json(account, call) -> None:
    execution, token = start(account)
    assert call("SendTaskSuccess", taskToken=token, output="yes").startswith(
        "InvalidOutput: Invalid Output: 'Unrecognized token 'yes': "
    )
    assert execution.status == "RUNNING"


def answered(account: SfnMock) -> str:
    token = start(account)[1]
    account.advance(5)
    account.send_task_success(token, 1)
    account.advance(0)
    return token


def timed_out(account: SfnMock) -> str:
    token = start(account, TimeoutSeconds=30)[1]
    account.advance(60)
    return token


def stopped(account: SfnMock) -> str:
    execution, token = start(account)
    account.advance(7)
    execution.stop()
    return token


@pytest.mark.parametrize(
    ("end", "story"),
    [
        (answered, "which was answered at t=+0:00:05"),
        (timed_out, "which timed out at t=+0:00:30"),
        (stopped, "which ended ABORTED at t=+0:00:07"),
    ],
)
def test_token_of_a_task_that_has_ended(account, call, end, story) -> None:
    token = end(account)
    assert call("SendTaskSuccess", taskToken=token, output="1") == TIMED_OUT
    with pytest.raises(TaskTokenError) as caught:
        account.send_task_failure(token, "E")
    assert caught.value.code == "TaskTimedOut"
    assert str(caught.value) == (
        f"{TIMED_OUT}\n  the token belongs to state 'A', attempt 1, of execution 'n' of 'StateMachine', {story}\n"
        "  see  pytest-sfn docs mocks#callbacks (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#callbacks)"
    )


def test_answered_twice_in_one_instant(account) -> None:
    _, token = start(account)
    account.send_task_success(token, 1)
    with pytest.raises(TaskTokenError, match="which has its answer already"):
        account.send_task_success(token, 2)


def test_token_that_nobody_has(account, call) -> None:
    invalid = "InvalidToken: Invalid Token: 'Invalid token'"
    assert call("SendTaskSuccess", taskToken="x", output="1") == call("SendTaskHeartbeat", taskToken="x") == invalid
    with pytest.raises(TaskTokenError, match="no task has the token 'x'; 0 tokens were handed out"):
        account.send_task_heartbeat("x")


def test_token_of_an_activity_that_was_deleted(account, call) -> None:
    activity = call("CreateActivity", name="paint")["activityArn"]
    account.load(machine(A={"Type": "Task", "Resource": activity})).start()
    token = call("GetActivityTask", activityArn=activity)["taskToken"]
    call("DeleteActivity", activityArn=activity)
    assert call("SendTaskHeartbeat", taskToken=token).startswith("TaskDoesNotExist: ")


def test_stub_may_answer_before_it_returns(account, client) -> None:
    def ask(event: Any) -> None:
        client.send_task_success(taskToken=event["token"], output=json.dumps({"early": True}))

    account.lambda_function("ask").calls(ask)
    execution = account.load(waiting()).run()
    assert execution.output == {"early": True}
    assert events(execution)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]


@pytest.mark.parametrize(
    ("action", "parameters", "error", "text"),
    [
        ("sendTaskSuccess", {"TaskToken": "x", "Output": {}}, "Sfn.InvalidTokenException", "Invalid Token: 'Invalid token'"),
        ("sendTaskHeartbeat", {"TaskToken": "x"}, "Sfn.InvalidTokenException", "Invalid Token: 'Invalid token'"),
        ("describeExecution", {"ExecutionArn": "x"}, "Sfn.InvalidArnException", "Invalid Arn: 'Invalid ARN prefix: x'"),
    ],
)
def test_refusal_is_an_error_of_the_task(account, action, parameters, error, text) -> None:
    state = {"Type": "Task", "Resource": f"arn:aws:states:::aws-sdk:sfn:{action}", "Parameters": parameters}
    execution = account.load(machine(A=state)).run()
    assert execution.error == error
    request_id = (execution.cause or "").partition("Request ID: ")[2].partition(")")[0]
    about = f"(Service: Sfn, Status Code: 400, Request ID: {request_id}) (SDK Attempt Count: 1)"
    assert execution.cause == f"{text} {about}"
