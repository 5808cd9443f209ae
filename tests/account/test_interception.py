"""Who answers clients in a session that is intercepted."""

from __future__ import annotations

import json
import os
import time
from datetime import timedelta
from threading import Event, Thread

import boto3
import pytest
from botocore.httpsession import URLLib3Session

from pytest_sfn import MockError, SfnAws, SfnMock
from pytest_sfn.account.interception import Interception
from pytest_sfn.account.sfn_mock import START_TIME, account_of
from pytest_sfn.gate.call import NotServedError

ROLE = "arn:aws:iam::123456789012:role/states"
TASK = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": True}
CHARGE = json.dumps({"StartAt": "Charge", "States": {"Charge": TASK}})


@pytest.fixture
def client():
    return boto3.Session("mine", "mine", region_name="us-east-1").client("stepfunctions")


@pytest.fixture
def session():
    return SfnMock()


@pytest.fixture
def interception(session):
    interception = Interception(session)
    yield interception
    interception.close()


def names(client):
    return [each["name"] for each in client.list_state_machines()["stateMachines"]]


def create(client, name):
    return client.create_state_machine(name=name, definition=CHARGE, roleArn=ROLE)["stateMachineArn"]


def test_the_session_outside_of_tests_and_an_account_for_each_test(interception, client) -> None:
    create(client, "A")
    interception.begin_test(SfnMock)
    assert interception.mock is None  # nobody has asked for anything
    create(client, "B")
    mock = interception.mock
    assert [each.name for each in mock.machines] == ["A", "B"]
    interception.enter()
    create(client, "C")
    assert names(client) == ["A", "C"]
    interception.leave()
    assert names(client) == ["A", "B", "C"]
    interception.end_test()
    assert interception.mock is None
    assert names(client) == ["A", "C"]
    interception.begin_test(SfnMock)
    assert names(client) == ["A", "C"]
    assert interception.mock is not mock


@pytest.mark.parametrize("kind", [SfnMock, SfnAws])
def test_an_account_that_the_test_opens_comes_first(interception, client, kind) -> None:
    with kind() as own:
        interception.begin_test(SfnMock)
        create(client, "Own")
        assert [each.name for each in own.machines] == ["Own"]
        assert interception.mock is None
    assert names(client) == []


def test_a_test_error_breaks_the_account_of_its_test(interception, client) -> None:
    interception.begin_test(SfnMock)
    arn = create(client, "A")
    started = client.start_execution(stateMachineArn=arn)["executionArn"]
    client.describe_execution(executionArn=started)
    with pytest.raises(MockError, match="no mock"):
        client.describe_execution(executionArn=started)
    with pytest.raises(MockError):
        account_of(interception.mock).check()
    interception.end_test()
    assert names(client) == []


def test_other_requests_are_refused_and_the_account_of_the_test_hears_of_it(interception, client) -> None:
    interception.begin_test(SfnMock)
    with pytest.raises(NotServedError, match=r"^sqs\.ListQueues: the test's own code called AWS") as refused:
        boto3.client("sqs", region_name="us-east-1").list_queues()
    assert "fix      use the fixture sfn_aws, or moto's mock_aws, and moto answers; or mock this call" in str(refused.value)
    with pytest.raises(NotServedError) as refused, SfnMock():
        boto3.client("lambda", region_name="us-east-1").invoke(FunctionName="f")
    fix = "use the fixture sfn_aws, or moto's mock_aws, and mocks and functions' own code answer Invoke"
    assert f"  fix      {fix}\n" in str(refused.value)
    with pytest.raises(NotServedError, match="and moto answers clients without endpoint_url; or mock this call"):
        boto3.client("sqs", region_name="us-east-1", endpoint_url="http://aws.example.com:4566").list_queues()
    with pytest.raises(NotServedError):
        account_of(interception.mock).check()


WAIT = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 60, "Next": "B"}, "B": {"Type": "Succeed"}}})


def started(client):
    arn = client.create_state_machine(name="Wait", definition=WAIT, roleArn=ROLE)["stateMachineArn"]
    return client.start_execution(stateMachineArn=arn)["executionArn"]


def test_an_execution_has_only_begun_when_somebody_first_looks(interception, client) -> None:
    interception.begin_test(SfnMock)
    execution = started(client)
    assert [each["type"] for each in client.get_execution_history(executionArn=execution)["events"]] == ["ExecutionStarted"]
    statuses = [client.describe_execution(executionArn=execution)["status"] for _ in range(2)]
    assert statuses == ["RUNNING", "SUCCEEDED"]
    other = client.start_execution(stateMachineArn=execution.replace("execution", "stateMachine")[:-37])["executionArn"]
    client.stop_execution(executionArn=other)
    events = [each["type"] for each in client.get_execution_history(executionArn=other)["events"]]
    assert events == ["ExecutionStarted", "ExecutionAborted"]
    client.redrive_execution(executionArn=other)
    statuses = [client.describe_execution(executionArn=other)["status"] for _ in range(3)]
    assert statuses == ["RUNNING", "RUNNING", "SUCCEEDED"]


def test_a_test_that_knows_its_account_is_in_a_hurry(interception, client) -> None:
    interception.begin_test(SfnMock)
    interception.mock_of_test()
    interception.hurry()
    assert len(client.get_execution_history(executionArn=started(client))["events"]) == 2


def test_virtual_time_passes_while_the_test_sleeps(session, client, monkeypatch) -> None:
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    own = time.sleep
    interception = Interception(session)
    outside = started(client)
    interception.begin_test(SfnMock)
    inside = started(client)
    for _ in range(2):
        time.sleep(30)
    thread = Thread(target=time.sleep, args=[1])  # works beside the test
    thread.start()
    thread.join()
    assert slept == [30, 30, 1]
    assert interception.mock.now == session.now == START_TIME + timedelta(minutes=1)
    for execution in (inside, outside):
        client.describe_execution(executionArn=execution)
        assert len(client.get_execution_history(executionArn=execution)["events"]) == 6
    interception.close()
    assert time.sleep is own


def test_a_stub_that_sleeps_moves_no_clock(interception, client, monkeypatch) -> None:
    interception.begin_test(SfnMock)
    mock = interception.mock_of_test()
    monkeypatch.setattr(interception, "_own_sleep", lambda seconds: None)
    mock.lambda_function("charge").calls(lambda event: time.sleep(30))
    execution = client.start_execution(stateMachineArn=create(client, "A"))["executionArn"]
    for _ in range(2):
        status = client.describe_execution(executionArn=execution)["status"]
    assert (status, mock.now) == ("SUCCEEDED", START_TIME)


def test_environment_and_botocore_are_as_before_afterwards(monkeypatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    before, send = dict(os.environ), URLLib3Session.send
    interception = Interception(SfnMock(region="eu-west-3"))
    assert boto3.Session().client("stepfunctions").meta.region_name == "eu-west-3"
    assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"
    interception.close()
    assert (dict(os.environ), URLLib3Session.send) == (before, send)


def test_where_the_network_is_allowed_the_environment_stays(client) -> None:
    before = dict(os.environ)
    interception = Interception(SfnMock(network="allow"))
    assert dict(os.environ) == before
    assert names(client) == []
    interception.close()


def test_a_worker_in_a_thread_waits_for_what_the_test_starts(interception, client, monkeypatch) -> None:
    interception.begin_test(SfnMock)
    activity = client.create_activity(name="paint")["activityArn"]
    task = {"Type": "Task", "Resource": activity, "TimeoutSeconds": 600, "End": True}
    paint = json.dumps({"StartAt": "Paint", "States": {"Paint": task}})
    arn = client.create_state_machine(name="Paint", definition=paint, roleArn=ROLE)["stateMachineArn"]
    changed, waits = interception._pace._changed, Event()
    wait = changed.wait

    def waiting(seconds):
        waits.set()
        return wait(seconds)

    def work():
        job = client.get_activity_task(activityArn=activity)
        client.send_task_success(taskToken=job["taskToken"], output=job["input"])

    monkeypatch.setattr(changed, "wait", waiting)
    worker = Thread(target=work)
    worker.start()
    assert waits.wait(60)
    started = client.start_execution(stateMachineArn=arn, input="7")["executionArn"]
    worker.join(60)
    assert client.describe_execution(executionArn=started)["output"] == "7"


def test_a_worker_in_a_thread_stops_waiting(interception, client, monkeypatch) -> None:
    monkeypatch.setattr("pytest_sfn.account.interception.WORKER_SECONDS", 0.001)
    interception.begin_test(SfnMock)
    activity = client.create_activity(name="paint")["activityArn"]
    found = []
    worker = Thread(target=lambda: found.append("taskToken" in client.get_activity_task(activityArn=activity)))
    worker.start()
    worker.join(60)
    assert found == [False]
    assert interception.mock.now == START_TIME
