"""An account, its API, and a boto3 client that reaches it."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from pytest_sfn import SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.api import ApiError
from pytest_sfn.api.wire import respond
from tests.helpers import machine

Call = Callable[..., Any]
WAIT = machine(W={"Type": "Wait", "Seconds": 60, "Next": "P"}, P={"Type": "Pass", "Result": "done"})


@pytest.fixture
def account() -> SfnMock:
    return SfnMock()


@pytest.fixture
def call(account: SfnMock) -> Call:
    """`call("StartExecution", stateMachineArn=...)`: the answer, or what AWS refuses as `"Code: message"`."""

    def call(operation: str, **params: Any) -> Any:
        try:
            return account.api.call(operation, params)
        except ApiError as refusal:
            return str(refusal)

    return call


@pytest.fixture
def create(call: Call) -> Callable[..., str]:
    """Make a machine by the API; its ARN."""

    def create(definition: Any = WAIT, name: str = "M", **params: Any) -> str:
        text = definition if isinstance(definition, str) else json.dumps(definition)
        arn: str = call("CreateStateMachine", name=name, definition=text, roleArn="arn:aws:iam::111111111111:role/r", **params)[
            "stateMachineArn"
        ]
        return arn

    return create


@pytest.fixture
def client(account: SfnMock) -> Any:
    """A boto3 client of `stepfunctions`, whose requests the account answers before they are sent."""
    made = boto3.client("stepfunctions", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")

    def answer(request: Any, **_: Any) -> AWSResponse:
        status, headers, body = respond(account_of(account).api, request)
        return AWSResponse(request.url, status, headers, SimpleNamespace(stream=lambda **_: iter([body])))

    made.meta.events.register("before-send.stepfunctions", answer)
    return made


@pytest.fixture
def arn(create) -> str:
    return create()


@pytest.fixture
def started(call, arn) -> str:
    return call("StartExecution", stateMachineArn=arn, name="n", input='{"a": 1}')["executionArn"]
