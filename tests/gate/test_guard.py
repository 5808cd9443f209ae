"""Requests of stubs to AWS without services: which are held back, and what passes."""

from __future__ import annotations

import importlib
import sys
from types import SimpleNamespace

import boto3
import botocore
import pytest
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from moto import mock_aws

from pytest_sfn import MockError, SfnAws, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.gate.guard import Gate
from pytest_sfn.tasks.aws import NotServedError
from tests.helpers import machine

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
HTTP = {"ApiEndpoint": "https://example.com", "Method": "GET", "Authentication": {"ConnectionArn": "arn:aws:events:::c"}}


@pytest.fixture(autouse=True)
def credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")


def client(**options):
    return boto3.Session(region_name="us-east-1").client("dynamodb", **options)


def calling(event):
    return client().list_tables()["TableNames"]


def swallowing(event):
    try:
        calling(event)
    except Exception:  # noqa: BLE001 - as code under test does
        return {}


def run(stub, account=None, way="lambda"):
    account = account or SfnMock()
    resource, parameters = FUNCTION, {}
    if way == "lambda":
        account.lambda_function("f").calls(stub)
    elif way == "state":
        account.state("A").calls(stub)
    elif way == "http":
        resource, parameters = "arn:aws:states:::http:invoke", {"Parameters": HTTP}
        account.http("https://example.com").calls(stub)
    elif way == "token":
        resource, parameters = (
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            {"Parameters": {"QueueUrl": "u", "MessageBody": "b"}},
        )
        account.state("A").calls(stub).completes({})
    return account.load(machine(A={"Type": "Task", "Resource": resource, **parameters})).run()


@pytest.mark.parametrize("way", ["lambda", "state", "http", "token"])
@pytest.mark.parametrize("stub", [calling, swallowing])
def test_no_request_leaves_the_machine(stub, way):
    send, account = URLLib3Session.send, SfnMock()
    with pytest.raises(NotServedError, match=r"dynamodb.ListTables: a stub called AWS(.|\n)* use the fixture sfn_aws "):
        run(stub, account, way)
    with pytest.raises(NotServedError):
        account_of(account).check()
    assert URLLib3Session.send is send


def stubbed(event):
    dynamodb = client()
    with Stubber(dynamodb) as stubber:
        stubber.add_response("list_tables", {"TableNames": ["stubbed"]})
        return dynamodb.list_tables()["TableNames"]


def by_moto(event):
    with mock_aws():
        return calling(event)


def of_another_account(event):
    with SfnAws():
        return calling(event)


def on_this_machine(event):
    try:
        client(endpoint_url="http://127.0.0.1:9").list_tables()
    except botocore.exceptions.EndpointConnectionError:
        return "tried"


def without_credentials(event):
    """botocore asks the machine's metadata service for some when it makes a client."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"CONFIG_FILE": "no", "SHARED_CREDENTIALS_FILE": "no", "EC2_METADATA_DISABLED": "false"}.items():
            patch.setenv(f"AWS_{name}", value)
        patch.delenv("AWS_ACCESS_KEY_ID")
        patch.delenv("AWS_SECRET_ACCESS_KEY")
        try:
            calling(event)
        except botocore.exceptions.NoCredentialsError:
            return stubbed(event)


@pytest.mark.parametrize(
    ("stub", "output"),
    [
        (stubbed, ["stubbed"]),
        (by_moto, []),
        (of_another_account, []),
        (on_this_machine, "tried"),
        (without_credentials, ["stubbed"]),
    ],
)
def test_what_passes(stub, output, monkeypatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert run(stub).output == output


def test_somebody_elses_send_is_left(monkeypatch):
    def send(session, request):
        raise ZeroDivisionError

    monkeypatch.setattr(URLLib3Session, "send", send)
    assert run(swallowing).output == {}
    assert run(calling).error == "ZeroDivisionError"


def test_with_services_stubs_are_answered():
    with SfnAws() as account:
        assert run(calling, account).output == []


def test_botocore_that_the_stub_is_first_to_load(monkeypatch):
    old = sys.modules[Gate.MODULE]
    monkeypatch.setattr(botocore, "httpsession", old)  # put back with the module
    monkeypatch.delitem(sys.modules, Gate.MODULE)
    gate = Gate(lambda request: MockError(request.url), lambda: False)
    gate.shut()
    module = importlib.import_module(Gate.MODULE)
    with pytest.raises(MockError, match="https://example"):
        module.URLLib3Session().send(SimpleNamespace(url="https://example.com"))
    gate.open()
    assert module is not old
    assert module.URLLib3Session.send.__module__ == Gate.MODULE


def test_it_may_be_shut_twice():
    send = URLLib3Session.send
    gate = Gate(lambda request: MockError("refused"), lambda: False)
    gate.shut()
    gate.shut()
    with pytest.raises(MockError):
        calling({})
    gate.open()
    assert gate.refused is not None
    with pytest.raises(MockError):
        calling({})
    gate.open()
    assert URLLib3Session.send is send
