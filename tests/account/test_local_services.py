"""moto in the place of LocalStack. tests/hooks/test_intercept.py has a suite that was written for it."""

from __future__ import annotations

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import EndpointConnectionError

from pytest_sfn import NotServedError, SfnAws, SfnMock
from pytest_sfn.account.aws_services import moto_runs
from pytest_sfn.account.interception import Interception
from pytest_sfn.account.local_services import _send_to_aws
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.gate.call import Call


@pytest.mark.parametrize(
    ("service", "url", "at_aws"),
    [
        ("sqs", "http://localhost:4566/", "https://sqs.eu-west-1.amazonaws.com/"),
        (
            "lambda",
            "http://127.0.0.1:4566/2015-03-31/functions?a=1",
            "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions?a=1",
        ),
        ("ses", "http://localhost:4566/", "https://email.eu-west-1.amazonaws.com/"),
        ("iam", "http://localstack:4566/", "https://iam.amazonaws.com/"),
        ("s3", "http://localhost:4566/bucket/key", "https://s3.eu-west-1.amazonaws.com/bucket/key"),
        ("s3", "http://my.bucket.localhost:4566/key", "https://my.bucket.s3.eu-west-1.amazonaws.com/key"),
        ("s3", "http://b.s3.localhost.localstack.cloud:4566/key", "https://b.s3.eu-west-1.amazonaws.com/key"),
        ("s3", "http://s3.localhost.localstack.cloud:4566/b/key", "https://s3.eu-west-1.amazonaws.com/b/key"),
    ],
)
def test_the_url_that_a_request_has_at_aws(service, url, at_aws):
    request = AWSPreparedRequest("POST", url, {}, b"", stream_output=False)
    request.operation = service, "Any"  # as elsewhere.py notes it
    _send_to_aws(call := Call(request), "eu-west-1")
    assert request.url == call.url == at_aws


@pytest.mark.parametrize("host", ["localhost:1", "localstack:4566", "localhost.localstack.cloud:4566"])
def test_moto_answers_until_the_end_of_the_run(host):
    interception = Interception(SfnMock())
    try:
        client = boto3.client("sqs", region_name="us-east-1", endpoint_url=f"http://{host}")
        client.create_queue(QueueName="orders")
        interception.begin_test(SfnMock)
        assert len(client.list_queues()["QueueUrls"]) == 1
        interception.end_test()
        assert moto_runs()
    finally:
        interception.close()
    assert not moto_runs()


def test_an_account_without_interception_leaves_them_alone():
    client = boto3.client("sqs", region_name="us-east-1", endpoint_url="http://localhost:1")
    with SfnMock(), pytest.raises(EndpointConnectionError):
        client.list_queues()


def test_an_account_with_services_has_a_memory_of_its_own():
    interception = Interception(SfnMock())
    try:
        here = boto3.client("sqs", region_name="us-east-1", endpoint_url="http://localhost:1")
        here.create_queue(QueueName="of-the-run")
        files = boto3.client("s3", region_name="us-east-1", endpoint_url="http://localhost:1")
        files.create_bucket(Bucket="code")
        files.put_object(Bucket="code", Key="a", Body=b"b")
        with SfnAws() as sfn_aws:
            sqs = sfn_aws.client("sqs")
            assert "QueueUrls" not in sqs.list_queues()
            sqs.create_queue(QueueName="of-the-test")
            assert sfn_aws.client("s3").list_buckets()["Buckets"] == []
            sfn_aws.client("s3").create_bucket(Bucket="code")
        assert [url.rpartition("/")[2] for url in here.list_queues()["QueueUrls"]] == ["of-the-run"]
        assert files.get_object(Bucket="code", Key="a")["Body"].read() == b"b"
    finally:
        interception.close()


def test_what_moto_lacks_fails_the_test_also_if_it_is_swallowed():
    interception = Interception(SfnMock())
    try:
        client = boto3.client("account", region_name="us-east-1", endpoint_url="http://localhost:1")
        interception.begin_test(SfnMock)
        lacking = r"^account\.ListRegions: moto does not have (this operation|the service account)"  # of an older moto
        with pytest.raises(NotServedError, match=lacking) as refused:
            client.list_regions()
        assert refused.value.__context__ is None
        with pytest.raises(NotServedError):
            account_of(interception.mock_of_test()).check()
        interception.end_test()
    finally:
        interception.close()


def test_the_error_without_moto_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("pytest_sfn.gate.gate.find_spec", lambda name: None)
    interception = Interception(SfnMock())
    try:
        client = boto3.client("sqs", region_name="us-east-1", endpoint_url="http://localhost:1")
        with pytest.raises(EndpointConnectionError) as refused:
            client.list_queues()
        assert "  fix  pip install moto, which then answers in its place\n" in refused.value.__notes__[0]
    finally:
        interception.close()
