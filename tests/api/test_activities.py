"""Activities and their workers through the API."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import ExecutionError
from tests.helpers import machine

ARN = "arn:aws:states:us-east-1:123456789012:activity:paint"


@pytest.fixture
def paint(call) -> str:
    return call("CreateActivity", name="paint")["activityArn"]


def test_create_describe_list_delete(account, call, paint) -> None:
    assert paint == ARN
    created = account.now
    account.advance(5)
    assert call("CreateActivity", name="paint") == {"activityArn": ARN, "creationDate": created}
    described = call("DescribeActivity", activityArn=ARN)
    assert (described["name"], described["creationDate"]) == ("paint", created)
    call("CreateActivity", name="cut")
    assert [each["name"] for each in call("ListActivities")["activities"]] == ["cut", "paint"]
    assert call("DeleteActivity", activityArn=ARN) == call("DeleteActivity", activityArn=ARN) == {}
    gone = f"ActivityDoesNotExist: Activity Does Not Exist: '{ARN}'"
    assert call("DescribeActivity", activityArn=ARN) == call("GetActivityTask", activityArn=ARN) == gone


def test_encryption(call, paint) -> None:
    assert call("DescribeActivity", activityArn=ARN)["encryptionConfiguration"] == {"type": "AWS_OWNED_KEY"}
    key = {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "alias/k"}
    assert call("CreateActivity", name="paint", encryptionConfiguration=key).startswith("ActivityAlreadyExists: ")
    call("DeleteActivity", activityArn=ARN)
    call("CreateActivity", name="paint", encryptionConfiguration=key)
    shown = {**key, "kmsDataKeyReusePeriodSeconds": 300}
    assert call("DescribeActivity", activityArn=ARN)["encryptionConfiguration"] == shown
    call("CreateActivity", name="paint", encryptionConfiguration=shown, tags=[{"key": "k", "value": "v"}])
    assert call("ListTagsForResource", resourceArn=ARN) == {"tags": []}  # ignored [documented]


def test_list_in_pages(call) -> None:
    for name in "cab":
        call("CreateActivity", name=name)
    page = call("ListActivities", maxResults=2)
    call("DeleteActivity", activityArn=page["activities"][0]["activityArn"])  # moves nothing
    rest = call("ListActivities", nextToken=page["nextToken"])
    assert [each["name"] for each in [*page["activities"], *rest["activities"]]] == ["a", "b", "c"]
    assert call("ListStateMachines", nextToken=page["nextToken"]) == "InvalidToken: Invalid Token: 'Invalid token'"


@pytest.mark.parametrize("name", ["a b", "a:b", "a/b", "a\x1f"])
def test_bad_name(call, name) -> None:
    assert call("CreateActivity", name=name) == f"InvalidName: Invalid Name: '{name}'"


def test_worker_with_a_client(account, client, paint) -> None:
    execution = account.load(machine(A={"Type": "Task", "Resource": paint, "HeartbeatSeconds": 60})).start({"n": 1})
    job = client.get_activity_task(activityArn=paint, workerName="Ann")
    assert job["input"] == '{"n":1}'
    account.advance(50)
    client.send_task_heartbeat(taskToken=job["taskToken"])
    account.advance(50)
    client.send_task_success(taskToken=job["taskToken"], output='"red"')
    assert execution.run().output == "red"


def test_poll_without_a_task_takes_a_minute(account, client, paint) -> None:
    before = account.now
    job = client.get_activity_task(activityArn=paint)
    assert "taskToken" not in job
    assert (account.now - before).total_seconds() == 60


def test_worker_that_polls_for_ever_is_an_error_of_the_test(account, client, paint) -> None:
    def work() -> Any:
        while True:
            client.get_activity_task(activityArn=paint)

    with pytest.raises(ExecutionError, match="GetActivityTask"):
        work()
