"""What a boto3 client sends and gets."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import botocore.exceptions
import pytest

from pytest_sfn import SfnMock, UnsupportedError
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.api.wire import respond
from tests.helpers import machine

ROLE = "arn:aws:iam::123456789012:role/r"


def test_client(account, client) -> None:
    arn = account.load(machine(P={"Type": "Pass"}), name="M").arn
    started = client.start_execution(stateMachineArn=arn, input='{"ü": "\\ud83d"}')
    assert started["startDate"] == datetime(2024, 1, 1, tzinfo=UTC)
    described = client.describe_execution(executionArn=started["executionArn"])
    assert (described["status"], described["output"]) == ("SUCCEEDED", '{"ü": "\\ud83d"}')
    history = client.get_paginator("get_execution_history").paginate(
        executionArn=started["executionArn"], PaginationConfig={"PageSize": 1}
    )
    assert [page["events"][0]["id"] for page in history] == [1, 2, 3, 4]


def test_refusal_is_a_client_error_of_its_class(client) -> None:
    with pytest.raises(client.exceptions.ExecutionDoesNotExist) as caught:
        client.describe_execution(executionArn="arn:aws:states:us-east-1:1:execution:M:n")
    assert caught.value.response["Error"] == {
        "Code": "ExecutionDoesNotExist",
        "Message": "Execution Does Not Exist: 'arn:aws:states:us-east-1:1:execution:M:n'",
    }
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(botocore.exceptions.ClientError, match=r"\(TaskTimedOut\)|\(InvalidToken\)"):
        client.send_task_heartbeat(taskToken="x")


def test_same_calls_have_the_same_answers() -> None:
    request = SimpleNamespace(headers={"X-Amz-Target": "AWSStepFunctions.ListActivities"}, body=b"{}")
    assert respond(account_of(SfnMock()).api, request) == respond(account_of(SfnMock()).api, request)


def test_request_of_something_else(account) -> None:
    with pytest.raises(UnsupportedError, match=r"the target 'Other\.Thing'"):
        respond(account_of(account).api, SimpleNamespace(headers={"X-Amz-Target": b"Other.Thing"}, body=b"{}"))
