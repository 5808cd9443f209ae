"""No request of botocore leaves, whoever made the client, and what nothing answers is an error of the test."""

from __future__ import annotations

import inspect
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.session import Session
from botocore.stub import Stubber

from pytest_sfn import PytestSfnError, SfnAws
from pytest_sfn.asl.files import shown_path
from tests.helpers import recover


def client_from_before(service: str, **options: Any) -> Any:
    """A client like one that was made before moto was imported: it does not know moto's handler."""
    from moto.core.models import botocore_stubber

    client = boto3.Session(botocore_session=Session(), region_name="us-east-1").client(service, **options)
    client.meta.events.unregister("before-send", botocore_stubber)
    return client


KEYS = {"aws_access_key_id": "real", "aws_secret_access_key": "real"}


@pytest.fixture
def sfn_aws():
    with SfnAws() as sfn_aws:
        yield sfn_aws
        recover(sfn_aws)


@pytest.mark.parametrize("keys", [KEYS, {}], ids=["with its own credentials", "without credentials"])
def test_client_from_before_reaches_moto(sfn_aws, monkeypatch, keys):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    client = client_from_before("sqs", **keys)
    if not keys:
        assert client._request_signer._credentials is None
    client.create_queue(QueueName="q")
    assert len(sfn_aws.client("sqs", **KEYS).list_queues()["QueueUrls"]) == 1


def test_client_from_before_reaches_the_account(sfn_aws):
    sfn_aws.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, name="m")
    for endpoint in (None, "http://localhost:8083"):
        client = client_from_before("stepfunctions", endpoint_url=endpoint, **KEYS)
        assert [each["name"] for each in client.list_state_machines()["stateMachines"]] == ["m"]


def test_service_that_moto_lacks(sfn_aws):
    with pytest.raises(PytestSfnError) as caught:
        sfn_aws.client("translate").list_languages()
    assert str(caught.value) == (
        "translate.ListLanguages: moto does not have the service translate\n"
        f"  at       {shown_path(Path(__file__))}:{caught.traceback[0].lineno + 1}\n"
        "  request  https://translate.us-east-1.amazonaws.com/\n"
        '  fix      mock this call: sfn_aws.service("translate").on("ListLanguages").returns(...)\n'
        "  see      pytest-sfn docs services#what-moto-lacks (https://pytest-sfn.readthedocs.io/en/latest/services.html#what-moto-lacks)"
    )


def test_operation_that_moto_lacks(sfn_aws):
    with pytest.raises(PytestSfnError, match=r"textract\.AnalyzeID: moto does not have this"):
        sfn_aws.client("textract").analyze_id(DocumentPages=[{"Bytes": b"x"}])


def test_service_that_needs_more_than_moto(sfn_aws, monkeypatch):
    import moto.backends

    def get_backend(_service: str) -> Any:
        raise ModuleNotFoundError("No module named 'pyparsing'")

    monkeypatch.setattr(moto.backends, "get_backend", get_backend)
    with pytest.raises(PytestSfnError) as caught:
        sfn_aws.client("glue").get_job(JobName="j")
    first, _, _, fix, _ = str(caught.value).splitlines()
    assert first == "glue.GetJob: moto needs another package for glue: No module named 'pyparsing'"
    assert fix.startswith("  fix      pip install 'moto[glue]', or mock this call: sfn_aws.service(")


def test_what_fails_inside_moto(sfn_aws, monkeypatch):
    from moto.sqs.models import SQSBackend

    monkeypatch.setattr(SQSBackend, "list_queues", lambda *_: 1 / 0)
    with pytest.raises(PytestSfnError, match=r"sqs\.ListQueues: moto failed with ZeroDivisionError: division by zero"):
        sfn_aws.client("sqs").list_queues()


def test_client_with_an_endpoint_of_its_own(sfn_aws):
    client = boto3.client("dynamodb", endpoint_url="http://localhost:8000")
    with pytest.raises(PytestSfnError, match=r"the client has an endpoint of its own, localhost\n") as caught:
        client.list_tables()
    assert "pytest-sfn docs services#clients-of-the-code-under-test" in str(caught.value)


def test_moto_has_all_of_lambda_but_invoke(sfn_aws):
    assert sfn_aws.client("lambda").list_functions()["Functions"] == []


def test_requests_library_does_not_reach_step_functions_of_moto(sfn_aws):
    import requests

    with pytest.raises(PytestSfnError, match="only boto3 reaches this service here"):
        requests.post("https://states.us-east-1.amazonaws.com/", data="{}", timeout=1)


def test_error_that_code_under_test_swallows_is_raised_again():
    with pytest.raises(PytestSfnError, match="translate"), SfnAws() as sfn_aws, pytest.raises(PytestSfnError):
        sfn_aws.client("translate").list_languages()


def test_stubber_of_the_user_comes_first(sfn_aws):
    client = sfn_aws.client("translate")
    with Stubber(client) as stubber:
        stubber.add_response("list_languages", {"Languages": []})
        assert client.list_languages()["Languages"] == []


def test_mock_of_moto_inside_changes_nothing(sfn_aws):
    from moto import mock_aws

    sfn_aws.client("sqs").create_queue(QueueName="q")
    with mock_aws():
        assert boto3.client("stepfunctions").list_state_machines()["stateMachines"] == []
        assert len(boto3.client("sqs").list_queues()["QueueUrls"]) == 1
    assert len(boto3.client("sqs").list_queues()["QueueUrls"]) == 1


def test_synchronous_execution_has_another_host(sfn_aws):
    sfn_aws.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, name="m", type="EXPRESS")
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m"
    answer = sfn_aws.client("stepfunctions").start_sync_execution(stateMachineArn=arn, input="[1]")
    assert answer["output"] == "[1]"


def test_refusals_read_as_on_aws(sfn_aws):
    with pytest.raises(Exception, match=r"when calling the DescribeExecution operation: Invalid Arn: 'Invalid ARN prefix: x'"):
        client_from_before("stepfunctions").describe_execution(executionArn="x")


def test_nothing_sleeps(sfn_aws, monkeypatch):
    def sleep(_seconds: float) -> None:
        raise AssertionError("slept")

    monkeypatch.setattr(time, "sleep", sleep)
    url = sfn_aws.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    assert "Messages" not in sfn_aws.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)

    from moto.sqs.responses import SQSResponse

    tries = []
    monkeypatch.setattr(SQSResponse, "list_queues", lambda _self: tries.append(1) or ("", {"status": 503}))
    with pytest.raises(Exception, match="503"):
        client_from_before("sqs", **KEYS).list_queues()
    assert tries


def test_records_of_a_table_s_stream(sfn_aws):
    """Clients send these to a host of the account."""
    table, streams = map(sfn_aws.client, ("dynamodb", "dynamodbstreams"))
    arn = table.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]["LatestStreamArn"]
    table.put_item(TableName="t", Item={"id": {"S": "1"}})
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    iterator = streams.get_shard_iterator(**start)["ShardIterator"]
    assert [each["eventName"] for each in streams.get_records(ShardIterator=iterator)["Records"]] == ["INSERT"]


def test_moto_looks_through_each_of_its_classes_once(sfn_aws, monkeypatch):
    from moto.core import utils

    seen: list[Any] = []
    find = inspect.getmembers
    monkeypatch.setattr(utils.inspect, "getmembers", lambda kind, **how: seen.append(kind) or find(kind, **how))
    for name in ("a", "b"):
        sfn_aws.client("logs").create_log_group(logGroupName=name)

    assert len(seen) == len(set(seen))
