"""Requests to AWS: who answers them, which are held back while a stub runs, and what passes."""

from __future__ import annotations

import importlib
import sys

import boto3
import botocore
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from moto import mock_aws

from pytest_sfn import SfnAws, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.gate.call import NotServedError
from pytest_sfn.gate.gate import GATE, Gate
from tests.helpers import machine

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
CONNECTION = {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/c/1"}
HTTP = {"ApiEndpoint": "https://example.com", "Method": "GET", "Authentication": CONNECTION}


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
    except botocore.exceptions.EndpointConnectionError as error:
        assert "dynamodb is answered by what listens at this one" in error.__notes__[0]
        assert "make the client without endpoint_url" in error.__notes__[0]
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
    guard = GATE.guard("stub", [].append)
    guard.shut()
    module = importlib.import_module(Gate.MODULE)
    with pytest.raises(NotServedError, match="https://example"):
        module.URLLib3Session().send(to("https://example.com"))
    guard.open()
    assert module is not old
    assert module.URLLib3Session.send.__module__ == Gate.MODULE


def test_it_may_be_shut_twice():
    send, refused = URLLib3Session.send, []
    guard = GATE.guard("stub", refused.append)
    guard.shut()
    guard.shut()
    with pytest.raises(NotServedError):
        calling({})
    guard.open()
    assert guard.first is not None
    with pytest.raises(NotServedError):
        calling({})
    guard.open()
    assert URLLib3Session.send is send
    assert len(refused) == 2
    guard.shut()
    assert guard.first is None
    guard.open()


# -- who answers -------------------------------------------------------------------------------------------------------


def to(url, **headers):
    return AWSPreparedRequest("POST", url, {"X-Amz-Target": "T.Do", **headers}, b"{}", False)


def says(text):
    return lambda call: (200, {}, f"{text} {call.service}.{call.operation}")


def sent(url, **headers):
    return URLLib3Session().send(to(url, **headers)).content.decode()


SQS, S3 = "https://sqs.us-east-1.amazonaws.com/", "https://s3.eu-west-1.amazonaws.com/"


def test_the_answerer_for_more_comes_before_one_for_less_and_the_last_before_the_first():
    send = URLLib3Session.send
    with (
        GATE.register(says("sqs of us-east-1"), service="sqs", region="us-east-1"),
        GATE.register(says("first"), service="sqs"),
        GATE.register(says("any")),
    ):
        assert sent(SQS) == "sqs of us-east-1 sqs.Do"
        assert sent(SQS.replace("us-", "eu-")) == "first sqs.Do"
        with GATE.register(says("second"), service="sqs"):
            assert sent(SQS.replace("us-", "eu-")) == "second sqs.Do"
        assert sent(SQS.replace("us-", "eu-")) == "first sqs.Do"
        assert sent(S3) == "any s3.Do"
    assert URLLib3Session.send is send


@pytest.mark.parametrize(
    ("criterion", "url", "headers"),
    [
        ({"service": "s3"}, S3, {}),
        ({"region": "eu-west-1"}, S3, {}),
        ({"account": "111122223333"}, SQS, {"x-moto-account-id": "111122223333"}),
        ({"endpoint": "http://localhost:8083"}, "http://localhost:8083/states", {}),
    ],
)
def test_each_criterion(criterion, url, headers):
    with GATE.register(says("any")), GATE.register(says("mine"), **criterion):
        assert sent(url, **headers).startswith("mine ")
        assert sent("https://sns.us-east-1.amazonaws.com/") == "any sns.Do"


def test_an_answerer_may_leave_a_request_to_the_next():
    with GATE.register(says("any")), GATE.register(lambda call: None, service="sqs"):
        assert sent(SQS) == "any sqs.Do"


def test_what_no_answerer_takes_is_refused_and_its_account_hears_of_it():
    errors = []
    with GATE.register(says("mine"), service="s3", refused=errors.append):
        with pytest.raises(
            NotServedError, match=r"^sqs\.Do: nothing here answers it\n  at       .*\n  request  https://sqs"
        ) as caught:
            sent(SQS)
        assert errors == [caught.value]
        guard = GATE.guard("stub", errors.append)
        guard.shut()
        with pytest.raises(NotServedError, match=r"^sqs\.Do: a stub called AWS"):
            sent(SQS)
        assert sent(S3) == "mine s3.Do"
        guard.open()
    assert len(errors) == 2


def test_while_it_stands_aside_requests_of_this_thread_pass(monkeypatch):
    from concurrent.futures import ThreadPoolExecutor

    monkeypatch.setattr(URLLib3Session, "send", lambda session, request: f"passed {request.url}")
    with GATE.register(says("mine")), ThreadPoolExecutor(1) as other:
        with GATE.stand_aside(), GATE.stand_aside():
            assert URLLib3Session().send(to(SQS)) == f"passed {SQS}"
            assert not GATE.owns("stepfunctions")
            assert other.submit(sent, SQS).result() == "mine sqs.Do"
        assert sent(SQS) == "mine sqs.Do"


def test_an_answerer_that_refuses_tells_its_account():
    errors = []

    def answer(call):
        raise call.not_served("not here")

    with GATE.register(answer, refused=errors.append), pytest.raises(NotServedError, match=r"sqs\.Do: not here"):
        sent(SQS)
    assert [error.reason for error in errors] == ["not here"]


def test_a_registered_answerer_comes_before_a_send_of_somebody_else(monkeypatch):
    def send(session, request):
        raise ZeroDivisionError

    monkeypatch.setattr(URLLib3Session, "send", send)
    guard = GATE.guard("stub", [].append)
    guard.shut()
    with GATE.register(says("mine")):
        assert sent(SQS) == "mine sqs.Do"
    with pytest.raises(ZeroDivisionError):
        sent(SQS)
    guard.open()
