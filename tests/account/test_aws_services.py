"""An account without AWS's other services."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import boto3
import pytest
from botocore.config import Config
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from moto import mock_aws

from pytest_sfn import MockError, PytestSfnError, SfnAws, SfnMock
from pytest_sfn.account.aws_services import AwsServices
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.gate.call import NotServedError
from tests.helpers import machine


def test_an_account_of_mocks_has_no_services() -> None:
    services = account_of(SfnMock()).aws_services
    assert (services.fixture, services.services) == ("sfn_mock", None)


def test_every_log_group_is_taken_to_be_there() -> None:
    assert AwsServices().has_log_group("/aws/vendedlogs/states/any", "us-east-1")


OWN = {"AWS_PROFILE": "production", "AWS_ACCESS_KEY_ID": "mine", "AWS_SECRET_ACCESS_KEY": "mine", "AWS_REGION": "eu-west-1"}


def test_credentials_are_dummies_while_it_is_open_and_the_region_stays(monkeypatch) -> None:
    for name, value in OWN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    before = dict(os.environ)
    with SfnMock():
        assert os.environ["AWS_ACCESS_KEY_ID"] == os.environ["AWS_SECRET_ACCESS_KEY"] == "testing"
        assert "AWS_PROFILE" not in os.environ
        assert boto3.Session().region_name == "eu-west-1"
        assert boto3.Session().available_profiles == []
    assert dict(os.environ) == before


def test_without_a_region_it_is_that_of_the_account(monkeypatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with SfnMock(region="eu-west-3"):
        assert boto3.Session().region_name == "eu-west-3"


def test_where_the_network_is_allowed_only_step_functions_is_answered(monkeypatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "mine")
    sent = []
    monkeypatch.setattr(URLLib3Session, "send", lambda session, request: sent.append(request.url) or 1 / 0)
    before, send = dict(os.environ), URLLib3Session.send
    with SfnMock(network="allow"):
        assert dict(os.environ) == before
        assert boto3.client("stepfunctions", region_name="us-east-1").list_state_machines()["stateMachines"] == []
        with pytest.raises(ZeroDivisionError):
            boto3.client("sqs", region_name="us-east-1").list_queues()
    assert URLLib3Session.send is send
    assert sent == ["https://sqs.us-east-1.amazonaws.com/"]


CLIENTS = {
    "a region": {"region_name": "us-east-1"},
    "Step Functions Local": {"region_name": "us-east-1", "endpoint_url": "http://localhost:8083"},
    "another host": {"region_name": "us-east-1", "endpoint_url": "https://vpce-1.states.us-east-1.vpce.amazonaws.com"},
    "no host prefix": {"region_name": "us-east-1", "config": Config(inject_host_prefix=False)},
    "the region of the environment": {},
}
HELLO = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "hello", "End": True}}}


@pytest.mark.parametrize("options", CLIENTS.values(), ids=CLIENTS)
@pytest.mark.parametrize("kind", [SfnMock, SfnAws])
def test_every_client_of_step_functions_is_answered(kind, options, monkeypatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    before = boto3.client("stepfunctions", **options)
    with kind() as account:
        arn = account.load(HELLO, name="Hello", type="EXPRESS").arn
        for client in (before, boto3.client("stepfunctions", **options)):
            assert client.start_sync_execution(stateMachineArn=arn)["output"] == '"hello"'
            pages = client.get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 1})
            assert [each["name"] for page in pages for each in page["stateMachines"]] == ["Hello"]
        with Stubber(before) as stubber:
            stubber.add_response("list_state_machines", {"stateMachines": []})
            assert before.list_state_machines()["stateMachines"] == []


def test_what_another_hand_has_set_meanwhile_stays(monkeypatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    mock = mock_aws()
    with SfnMock():
        mock.start()
    assert os.environ["AWS_ACCESS_KEY_ID"] == "FOOBARKEY"
    mock.stop()


PUT = machine(
    Put={
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody": "hello"},
    }
)


def test_what_a_mock_aws_of_the_tests_own_did_not_have_is_said_when_it_is_gone() -> None:
    get: dict[str, object] = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "End": True}
    get["Parameters"] = {"TableName": "orders", "Key": {"id": {"S": "1"}}}
    with SfnMock() as account:
        with mock_aws():
            execution = account.load({"StartAt": "A", "States": {"A": get}}).run()
        assert "  hint    table 'orders' does not exist; tables: none" in execution.timeline().splitlines()


def test_service_tasks_reach_a_mock_aws_of_the_tests_own() -> None:
    with SfnMock() as sfn_mock:
        put = sfn_mock.load(PUT)
        with mock_aws():
            sqs = boto3.client("sqs", region_name="us-east-1")
            url = sqs.create_queue(QueueName="q")["QueueUrl"]
            assert put.run().succeeded
            assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "hello"
            sqs.delete_queue(QueueUrl=url)
            assert put.run().error == "SQS.QueueDoesNotExistException"
        with pytest.raises(MockError, match="no mock"):
            put.run()
        account_of(sfn_mock).recover()


def test_a_request_of_the_tests_own_code_is_refused_also_by_a_client_from_before() -> None:
    send = URLLib3Session.send
    client = boto3.Session("mine", "mine", region_name="us-east-1").client("sqs")
    with SfnMock() as sfn_mock:
        for each in (client, boto3.client("sqs", region_name="us-east-1")):
            with pytest.raises(NotServedError, match=r"^sqs.ListQueues: the test's own code called AWS, and this test has no"):
                each.list_queues()
        with pytest.raises(NotServedError):
            account_of(sfn_mock).check()
        account_of(sfn_mock).recover()
        with Stubber(client) as stubber:
            stubber.add_response("list_queues", {"QueueUrls": ["stubbed"]})
            assert client.list_queues()["QueueUrls"] == ["stubbed"]
        with mock_aws():
            assert "QueueUrls" not in boto3.client("sqs", region_name="us-east-1").list_queues()
    assert URLLib3Session.send is send


def test_no_credential_process_runs(tmp_path, monkeypatch) -> None:
    ran, config = tmp_path / "ran", tmp_path / "config"
    config.write_text(f"[default]\ncredential_process = {sys.executable} -c \"open({str(ran)!r}, 'w')\"\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for kind in (SfnMock, SfnAws):
        session = boto3.Session(profile_name="default")  # has read the file, and takes no credentials of the environment
        with kind():
            assert session.get_credentials().access_key == "testing"
    assert not ran.exists()
    with contextlib.suppress(ValueError):  # it would run, and prints nothing
        boto3.Session(profile_name="default").client("sqs")
    assert ran.exists()


def test_botocore_that_the_test_is_first_to_load() -> None:
    code = """
import sys
from pytest_sfn import SfnMock
with SfnMock() as sfn_mock:
    assert not any(name.startswith(("botocore", "boto3")) for name in sys.modules)
    import boto3
    try:
        boto3.client("sqs").list_queues()
    except Exception as error:
        print(type(error).__name__, end="")
    sfn_mock._account.recover()
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "NotServedError"


def test_two_accounts_with_services_are_refused() -> None:
    with SfnAws(), pytest.raises(PytestSfnError, match="another account with AWS services is open"), SfnAws():
        raise AssertionError
    with SfnAws() as sfn_aws:  # the refusal has left nothing behind
        assert sfn_aws.client("s3").list_buckets()["Buckets"] == []


def test_an_account_opens_once_and_closes_twice() -> None:
    account = account_of(SfnMock())
    account.open()
    with pytest.raises(PytestSfnError, match=r"this account \(sfn_mock\) is open already"):
        account.open()
    account.release()
    account.release()
