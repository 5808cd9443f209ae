"""Ways to Step Functions that are not botocore's transport: moto's handler, other clients, and clients without credentials."""

from __future__ import annotations

import asyncio
import http.client
import socket
import sys
from types import ModuleType

import boto3
import pytest
import requests
import urllib3
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.httpsession import URLLib3Session
from botocore.signers import RequestSigner
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.custom_responses_mock import CallbackResponse

from pytest_sfn import PytestSfnError, SfnAws, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.gate.call import NotServedError
from pytest_sfn.gate.gate import GATE

PLACES = (
    (URLLib3Session, "send"),
    (BotocoreStubber, "__call__"),
    (CallbackResponse, "get_response"),
    (RequestSigner, "get_auth_instance"),
    (http.client.HTTPConnection, "putheader"),
    (socket, "getaddrinfo"),
)
TARGET = {"X-Amz-Target": "AWSStepFunctions.ListStateMachines"}
AWS = "https://states.us-east-1.amazonaws.com/"


def places():
    return [vars(owner)[attribute] for owner, attribute in PLACES]


@pytest.fixture(autouse=True)
def nothing_is_left():
    before, finders = places(), [*sys.meta_path]
    yield
    assert places() == before
    assert [each for each in sys.meta_path if each not in finders] == []


def names(client):
    return [each["name"] for each in client.list_state_machines()["stateMachines"]]


def client(**options):
    return boto3.Session("mine", "mine").client("stepfunctions", region_name="us-east-1", **options)


# -- moto --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [SfnMock, SfnAws])
def test_ours_answers_step_functions_and_moto_the_rest_in_either_order(kind) -> None:
    with mock_aws():
        inside = client()
        with kind() as account:
            account.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, name="Ours")
            assert names(inside) == names(client()) == ["Ours"]
            sqs = boto3.client("sqs", region_name="us-east-1")
            assert sqs.create_queue(QueueName="q")["QueueUrl"].endswith("/123456789012/q")
        assert names(inside) == []  # moto's own
        assert len(sqs.list_queues()["QueueUrls"]) == 1
    with kind() as account, mock_aws():
        account.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, name="Ours")
        assert names(client()) == ["Ours"]
        assert "QueueUrls" not in boto3.client("sqs", region_name="us-east-1").list_queues()


def test_requests_to_moto_is_refused_for_step_functions_alone() -> None:
    with mock_aws(), SfnMock() as sfn_mock:
        assert requests.get("https://sqs.us-east-1.amazonaws.com/?Action=ListQueues", timeout=5).status_code == 200
        with pytest.raises(NotServedError, match=r"^stepfunctions\..*: only boto3 reaches this service here"):
            requests.post(AWS, headers=TARGET, data="{}", timeout=5)
        account_of(sfn_mock).recover()


# -- credentials -------------------------------------------------------------------------------------------------------


def test_a_client_without_credentials_or_with_expired_ones_signs_with_dummies(monkeypatch, tmp_path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    without = boto3.Session().client("stepfunctions", region_name="us-east-1")
    expired = client()

    def refresh():
        raise AssertionError

    expired._request_signer._credentials.get_frozen_credentials = refresh
    with SfnMock():
        assert names(without) == names(expired) == []
        assert names(client(config=Config(signature_version=UNSIGNED))) == []
    assert without._request_signer._credentials is None


# -- other clients -----------------------------------------------------------------------------------------------------

FIX = "use a client of boto3; or let it pass to a server of yours, with sfn_mock.allow_network(host)"


def by_urllib3(url):
    urllib3.PoolManager().request("POST", url, headers=TARGET, body=b"{}", retries=False, timeout=5)


def by_http_client(url):
    host, _, port = url.split("/")[2].partition(":")
    http.client.HTTPConnection(host, int(port or 80), timeout=5).request("POST", "/", b"{}", TARGET)


def by_requests(url):
    requests.post(url, headers=TARGET, data="{}", timeout=5)


@pytest.mark.parametrize("url", [AWS, "http://localhost:8083/"])
@pytest.mark.parametrize("ask", [by_urllib3, by_http_client, by_requests])
def test_other_libraries_are_refused(ask, url) -> None:
    with SfnMock() as sfn_mock:
        with pytest.raises(
            NotServedError, match=r"only clients of botocore are answered here\n  at       .*\n  request  http"
        ) as caught:
            ask(url)
        assert caught.value.service == "stepfunctions"
        assert caught.value.operation in ("ListStateMachines", "connection")  # before the request, TLS looks up the host
        assert FIX in str(caught.value)
        assert "test_elsewhere.py" in str(caught.value)
        with pytest.raises(NotServedError):  # code under test may have swallowed it
            account_of(sfn_mock).check()
        account_of(sfn_mock).recover()


@pytest.mark.parametrize(
    ("host", "refused"),
    [
        ("states.eu-west-1.amazonaws.com", True),
        ("sync-states.us-east-1.amazonaws.com", True),
        (b"states-fips.us-east-1.amazonaws.com", True),
        ("vpce-1-2.states.us-east-1.vpce.amazonaws.com", True),
        ("states.us-east-1.api.aws", True),
        ("states.cn-north-1.amazonaws.com.cn", True),
        ("localhost", False),
        ("127.0.0.1", False),
        (None, False),
    ],
)
def test_hosts_that_are_looked_up(host, refused) -> None:
    with SfnMock() as sfn_mock:
        if not refused:
            assert socket.getaddrinfo(host, 80)
            return
        with pytest.raises(NotServedError, match="only clients of botocore are answered here"):
            socket.getaddrinfo(host, 443)
        account_of(sfn_mock).recover()


def test_what_the_test_has_allowed_passes() -> None:
    with SfnMock() as sfn_mock:
        with pytest.raises(NotServedError):
            by_http_client("http://localhost:9/")
        account_of(sfn_mock).recover()
        sfn_mock.allow_network("localhost")
        with pytest.raises(ConnectionRefusedError):
            by_http_client("http://localhost:9/")


def stand_in(monkeypatch, name, source):
    """A module as another library has it, which is not installed here."""
    parts = name.split(".")
    for at in range(1, len(parts)):
        monkeypatch.setitem(sys.modules, ".".join(parts[:at]), ModuleType(".".join(parts[:at])))
    module = ModuleType(name)
    exec(source, vars(module))
    monkeypatch.setitem(sys.modules, name, module)
    return module


AIO = """
class AIOHTTPSession:
    async def send(self, request):
        return "sent"
"""


def test_aiobotocore(monkeypatch) -> None:
    session = stand_in(monkeypatch, "aiobotocore.httpsession", AIO).AIOHTTPSession
    own = session.send

    def to(url, **headers):
        return asyncio.run(session().send(AWSPreparedRequest("POST", url, headers, b"{}", False)))

    with SfnMock() as sfn_mock:
        assert to("https://sqs.us-east-1.amazonaws.com/") == "sent"
        with pytest.raises(
            NotServedError, match=r"^stepfunctions\.ListStateMachines: aiobotocore is not answered here"
        ) as caught:
            to("http://localhost:8083/", **TARGET)
        assert FIX in str(caught.value)
        account_of(sfn_mock).recover()
    assert session.send is own
    assert to(AWS, **TARGET) == "sent"


CRT = """
class HttpClientConnection:
    @classmethod
    def new(cls, host_name, port, bootstrap=None):
        return cls, host_name, port, bootstrap
"""


def test_client_of_awscrt(monkeypatch) -> None:
    connection = stand_in(monkeypatch, "awscrt.http", CRT).HttpClientConnection
    with SfnMock() as sfn_mock:
        assert connection.new("example.com", 443, bootstrap=1) == (connection, "example.com", 443, 1)
        with pytest.raises(NotServedError, match=r"the HTTP client of awscrt is not answered here"):
            connection.new(host_name="states.us-east-1.amazonaws.com", port=443)
        account_of(sfn_mock).recover()
    assert connection.new("states.us-east-1.amazonaws.com", 443)[1] == "states.us-east-1.amazonaws.com"


def test_a_library_that_is_loaded_while_the_account_is_open(monkeypatch, tmp_path) -> None:
    (tmp_path / "awscrt").mkdir()
    (tmp_path / "awscrt" / "__init__.py").write_text("")
    (tmp_path / "awscrt" / "http.py").write_text(CRT)
    monkeypatch.syspath_prepend(tmp_path)
    with SfnMock() as sfn_mock:
        from awscrt.http import HttpClientConnection

        with pytest.raises(NotServedError):
            HttpClientConnection.new("states.us-east-1.amazonaws.com", 443)
        account_of(sfn_mock).recover()
    for name in ("awscrt", "awscrt.http"):
        monkeypatch.delitem(sys.modules, name)


def test_what_keeps_our_place_for_longer_finds_it_empty() -> None:
    with SfnMock():
        look_up = socket.getaddrinfo
    assert not GATE.owns("stepfunctions")
    with pytest.raises(OSError, match=r"."):
        look_up("states.us-east-1.amazonaws.com.", 443, 0, 0, 0, socket.AI_NUMERICHOST)


def test_other_accounts_answer_after_the_innermost_is_closed() -> None:
    with SfnMock() as outer:
        outer.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, name="Outer")
        with SfnMock():
            assert names(client()) == []
        assert names(client()) == ["Outer"]
        with pytest.raises(PytestSfnError, match="only clients of botocore"):
            by_http_client("http://localhost:8083/")
        account_of(outer).recover()
