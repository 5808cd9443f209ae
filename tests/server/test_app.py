from __future__ import annotations

import gc
import json
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest

from pytest_sfn import SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.api.pace import Pace
from pytest_sfn.engine.run import Run
from pytest_sfn.server.app import App
from tests.helpers import machine, task

PASS = machine(A={"Type": "Pass"})
SCOPE = "AWS4-HMAC-SHA256 Credential=AKID/20260101/{}/states/aws4_request, SignedHeaders=host, Signature=0"


@pytest.fixture
def app(sfn: SfnMock) -> App:
    account = account_of(sfn)
    account.paced(Pace(account, idle_reads=None))
    return App(account, keep=100)


def call(app: App, operation: str, body: Any = b"{}", *, region: str | None = "us-east-1", **members: Any) -> tuple[int, Any]:
    headers = {"X-Amz-Target": f"AWSStepFunctions.{operation}"}
    if region is not None:
        headers["Authorization"] = SCOPE.format(region)
    data = json.dumps(members).encode() if members else body
    status, _, answer = app.answer(AWSPreparedRequest("POST", "http://127.0.0.1/", headers, data, False))
    return status, json.loads(answer)


def create(app: App, definition: Any = PASS, name: str = "m", **members: Any) -> str:
    role = "arn:aws:iam::123456789012:role/r"
    members = {"name": name, "definition": json.dumps(definition), "roleArn": role, **members}
    status, answer = call(app, "CreateStateMachine", **members)
    assert status == 200, answer
    return answer["stateMachineArn"]


def run(app: App, arn: str, **members: Any) -> dict[str, Any]:
    """Start an execution, and look at it until it has ended or waits."""
    started = call(app, "StartExecution", stateMachineArn=arn, **members)[1]["executionArn"]
    for _ in range(20):
        described = call(app, "DescribeExecution", executionArn=started)[1]
        if described["status"] != "RUNNING":
            break
    return described


def test_answer_has_the_headers_of_aws(app):
    status, headers, body = app.answer(
        AWSPreparedRequest("POST", "http://h/", {"X-Amz-Target": "AWSStepFunctions.ListActivities"}, b"", False)
    )
    assert (status, body) == (200, b'{"activities": []}')
    assert headers.keys() == {"Content-Type", "Content-Length", "x-amzn-RequestId"}
    assert headers["Content-Type"] == "application/x-amz-json-1.0"


def test_health(app):
    assert app.answer(AWSPreparedRequest("GET", "http://h/health", {}, b"", False))[::2] == (
        200,
        '{"status": "running", "executions": 0}',
    )


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/health"), ("PUT", "/"), ("POST", "/2015-03-31/x?y=1")])
def test_there_is_nothing_else(app, method, path):
    status, _, body = app.answer(AWSPreparedRequest(method, f"http://h{path}", {}, b"", False))
    assert status == 404
    assert json.loads(body) == {
        "__type": "NotFoundException",
        "message": f"{method} {path.partition('?')[0]}: there is nothing here; calls of Step Functions are POST /, and GET "
        "/health says ok",
    }


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "the body is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b'"\xff"', "the body is not JSON: "),
        (b"[" * 200_000, "the body is not JSON: "),
        (b"[]", "the body is JSON, but no object"),
        (b'{"maxResults": "x"}', "'maxResults' is 'x', which is no integer"),
        (b'{"maxResults": {}}', "'maxResults' is {}, which is no integer"),
    ],
)
def test_body_that_is_no_call(app, body, message):
    status, answer = call(app, "ListActivities", body)
    assert (status, answer["__type"]) == (400, "SerializationException")
    assert answer["message"].startswith(message)


def test_members_that_no_client_of_boto3_sends(app):
    assert call(app, "ListActivities", b'{"maxResults": null, "colour": "red"}') == (200, {"activities": []})
    status, answer = call(app, "DescribeExecution", b"{}")
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert "Value null at 'executionArn' failed to satisfy constraint: Member must not be null" in answer["message"]


def test_operations_that_there_are_not(app):
    status, answer = call(app, "ListMachines")
    assert (status, answer["__type"]) == (400, "UnknownOperationException")
    headers = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Authorization": SCOPE.format("us-east-1")}
    status, _, body = app.answer(AWSPreparedRequest("POST", "http://h/", headers, b"{}", False))
    assert (status, json.loads(body)["__type"]) == (400, "UnknownOperationException")
    assert "'DynamoDB_20120810.ListTables', which is not an operation of its API" in json.loads(body)["message"]


def test_region_of_the_signature(app):
    create(app)
    assert len(call(app, "ListStateMachines")[1]["stateMachines"]) == 1
    assert len(call(app, "ListStateMachines", region=None)[1]["stateMachines"]) == 1
    assert call(app, "ListStateMachines", region="eu-west-1")[1]["stateMachines"] == []
    assert call(app, "ListStateMachines", region="a:b") == (
        400,
        {"__type": "IncompleteSignatureException", "message": "the request is signed for 'a:b', which is no region"},
    )


def test_task_without_a_mock_fails_its_execution_alone(app):
    failed = run(app, create(app, machine(A=task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "B"}]), B={"Type": "Pass"})))
    assert (failed["status"], failed["error"]) == ("FAILED", "States.Runtime")
    assert ": state 'A': no mock answers this task\n" in failed["cause"]
    assert failed["cause"].endswith(
        "has the function's code, or --mock-config; pytest-sfn docs serve#tasks (https://pytest-sfn.readthedocs.io/en/latest/serve.html#tasks)"
    )
    events = call(app, "GetExecutionHistory", executionArn=failed["executionArn"])[1]["events"]
    assert events[-1]["type"] == "ExecutionFailed"
    assert events[-1]["previousEventId"] == events[-2]["id"]
    assert run(app, create(app, name="other"))["status"] == "SUCCEEDED"


def test_machine_that_starts_one_without_a_mock_can_catch_its_failure(app):
    inner = create(app, machine(A=task()), name="inner")
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": inner},
        "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "B"}],
        "Next": "B",
    }
    assert run(app, create(app, machine(S=start, B={"Type": "Pass"})))["status"] == "SUCCEEDED"


def test_execution_that_never_ends_fails(app):
    choose = {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "B"}], "Default": "A"}
    arn = create(app, machine(A=choose, B={"Type": "Pass"}), type="EXPRESS")
    failed = call(app, "StartSyncExecution", stateMachineArn=arn)[1]
    assert (failed["status"], failed["error"]) == ("FAILED", "States.Runtime")
    assert "virtual time" in failed["cause"]
    assert call(app, "StartSyncExecution", stateMachineArn=arn, input='{"x": 1}')[1]["status"] == "SUCCEEDED"


def test_bug_of_ours_is_answered(app, sfn, monkeypatch, capsys):
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(type(account_of(sfn).api), "call", broken)
    assert call(app, "ListActivities") == (
        500,
        {"__type": "InternalFailure", "message": "a bug in pytest-sfn, please report it: ZeroDivisionError('oh')"},
    )
    assert "ZeroDivisionError: oh" in capsys.readouterr().err


def test_polling_for_another_client_has_no_limit(app, sfn):
    wait = task(Resource="arn:aws:states:::lambda:invoke.waitForTaskToken", Parameters={"FunctionName": "f", "Payload": {}})
    sfn.lambda_function("f").returns(None)
    arn = create(app, machine(A=wait))
    started = call(app, "StartExecution", stateMachineArn=arn)[1]["executionArn"]
    for _ in range(300):
        assert call(app, "DescribeExecution", executionArn=started)[1]["status"] == "RUNNING"
    activity = call(app, "CreateActivity", name="a")[1]["activityArn"]
    for _ in range(200):
        assert call(app, "GetActivityTask", activityArn=activity) == (200, {})


def test_executions_that_ended_long_ago_are_forgotten(app):
    arn = create(app)
    arns = [run(app, arn, name=f"e{number}")["executionArn"] for number in range(250)]
    listed = call(app, "ListExecutions", stateMachineArn=arn, maxResults=1000)[1]["executions"]
    assert 100 <= len(listed) <= 113
    assert [each["executionArn"] for each in listed] == arns[::-1][: len(listed)]
    assert call(app, "DescribeExecution", executionArn=arns[0])[1]["__type"] == "ExecutionDoesNotExist"
    assert call(app, "DescribeExecution", executionArn=arns[-1])[1]["status"] == "SUCCEEDED"
    assert run(app, arn, name="e0")["status"] == "SUCCEEDED"


def test_executions_that_run_are_kept(app):
    nap = create(app, machine(A={"Type": "Wait", "Seconds": 10**6}), name="nap")
    napping = call(app, "StartExecution", stateMachineArn=nap)[1]["executionArn"]
    arn = create(app)
    for _ in range(250):
        call(app, "StartExecution", stateMachineArn=arn)
    assert call(app, "DescribeExecution", executionArn=napping)[1]["status"] == "RUNNING"


BUSY = machine(
    A={"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 300, "Next": "M",
       "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}},
    M={"Type": "Map", "ItemsPath": "$.items", "Next": "S", "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(D={"Type": "Pass"})}},
    S={"Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "Next": "L",
       "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:inner"}},
    L=task(TimeoutSeconds=400),
) | {"TimeoutSeconds": 500}  # fmt: skip


def test_nothing_of_a_forgotten_execution_is_left(app, sfn):
    sfn.lambda_function("f").calls(
        lambda event: sfn.send_task_success(event["token"], {"items": [1, 2]}) if "token" in event else 1
    )
    create(app, name="inner")
    arn = create(app, BUSY)
    world, runs = account_of(sfn).world, account_of(sfn).runs
    for number in range(400):
        described = run(app, arn, input='{"items": [1, 2]}') if number < 200 else run(app, create(app, PASS, "plain"))
        assert described["status"] == "SUCCEEDED", described
    gc.collect()
    # The plain executions have driven out all others, but for that of the last call of `f`, with the children of its Map Run.
    left = sum(isinstance(each, Run) and each.world is world for each in gc.get_objects())
    assert left <= len(runs) + 4
    assert (world.tokens, world.map_runs, world.scheduler.timers) == ({}, {}, [])


def test_machines_that_nothing_can_start_are_forgotten(app):
    published = create(app, PASS, "old", publish=True)
    for number in range(150):
        pass_ = json.dumps(machine(A={"Type": "Pass", "Result": number}))
        assert call(app, "UpdateStateMachine", stateMachineArn=published, definition=pass_)[0] == 200
        assert call(app, "DeleteStateMachine", stateMachineArn=create(app, PASS, f"m{number}"))[0] == 200
    account = app._account
    assert len(account.machines) <= 113
    assert run(app, f"{published}:1", input="3")["output"] == "3"
    assert run(app, published, input="3")["output"] == "149"
    assert account.api._resources.machines._revisions.keys() <= {id(each) for each in account.machines}


def test_states_that_were_tested_alone_are_forgotten(app):
    state = json.dumps({"Type": "Pass", "End": True})
    for _ in range(300):
        assert call(app, "TestState", definition=state)[1]["status"] == "SUCCEEDED"
    assert len(app._account._machine_of) <= 113
