"""What a request calls, as far as it says so itself."""

from __future__ import annotations

from inspect import currentframe
from pathlib import Path

import pytest
from botocore.awsrequest import AWSPreparedRequest

from pytest_sfn.asl.files import shown_path
from pytest_sfn.gate.call import Call

SIGNED = "AWS4-HMAC-SHA256 Credential=AKID/20240101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def call(url="https://example.com/", body=b"", method="POST", **headers):
    return Call(AWSPreparedRequest(method, url, {name.replace("_", "-"): text for name, text in headers.items()}, body, False))


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (call("https://sqs.us-east-1.amazonaws.com/", X_Amz_Target="AmazonSQS.SendMessage"),
         ("sqs", "SendMessage", "us-east-1")),
        (call("http://localhost:4566/", X_Amz_Target=b"AmazonSQS.SendMessage", Authorization=SIGNED),
         ("sqs", "SendMessage", "eu-west-1")),
        (call("https://sns.us-east-1.amazonaws.com/", b"Action=Publish&Message=m", Content_Type=FORM),
         ("sns", "Publish", "us-east-1")),
        (call("https://s3.eu-west-1.amazonaws.com/b/k", method="GET"), ("s3", "GET /b/k", "eu-west-1")),
        (call("https://states.us-gov-west-1.amazonaws.com/", X_Amz_Target="AWSStepFunctions.StartExecution"),
         ("stepfunctions", "StartExecution", "us-gov-west-1")),
        (call("https://sync-states.us-east-1.amazonaws.com/", X_Amz_Target="AWSStepFunctions.StartSyncExecution"),
         ("stepfunctions", "StartSyncExecution", "us-east-1")),
        (call("http://localhost:8083/", X_Amz_Target="AWSStepFunctions.StartExecution"),
         ("stepfunctions", "StartExecution", None)),
    ],
)  # fmt: skip
def test_service_operation_and_region(made, expected):
    assert (made.service, made.operation, made.region) == expected


def test_account_and_key():
    made = call(Authorization=SIGNED, x_moto_account_id="111122223333")
    assert (made.access_key, made.account) == ("AKID", "111122223333")
    assert (call().access_key, call().account) == ("", None)


def test_body_is_bytes_unless_it_is_a_stream():
    assert [call(body=body).body for body in (b"a", "a", None)] == [b"a", b"a", b""]


def test_error_for_a_call_that_nothing_answers():
    made = call("https://translate.us-east-1.amazonaws.com/", X_Amz_Target="T.ListLanguages")
    error, line = made.not_served("moto lacks it", install="pip install moto"), currentframe().f_lineno
    assert str(error) == (
        "translate.ListLanguages: moto lacks it\n"
        f"  at       {shown_path(Path(__file__))}:{line}\n"
        "  request  https://translate.us-east-1.amazonaws.com/\n"
        '  fix      pip install moto, or mock this call: sfn_aws.service("translate").on("ListLanguages").returns(...)\n'
        "  see      pytest-sfn docs services#what-moto-lacks (https://pytest-sfn.readthedocs.io/en/latest/services.html#what-moto-lacks)"
    )
