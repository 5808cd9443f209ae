"""What a refused call named, and what there is."""

from __future__ import annotations

from unittest.mock import Mock

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from pytest_sfn.tasks.missing_resources import Refused, missing, refused_call

TOPIC = "arn:aws:sns:us-east-1:123456789012:news"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
URL = "https://sqs.us-east-1.amazonaws.com/123456789012/"

CLIENT = Mock(
    **{
        "list_tables.return_value": {"TableNames": ["orders", "users"]},
        "list_buckets.return_value": {"Buckets": [{"Name": "data"}]},
        "list_objects_v2.return_value": {"Contents": [{"Key": f"{number}.csv"} for number in range(10)]},
        "list_queues.return_value": {},
        "list_topics.return_value": {"Topics": [{"TopicArn": TOPIC}]},
        "describe_parameters.return_value": {"Parameters": [{"Name": "/b/key"}]},
        "list_secrets.return_value": {"SecretList": [{"Name": "db"}]},
    }
)


@pytest.mark.parametrize(
    ("service", "operation", "code", "kwargs", "told"),
    [
        (
            "dynamodb", "GetItem", "", {"TableName": "order"},
            "table 'order' does not exist; tables: orders, users; did you mean 'orders'?",
        ),
        ("dynamodb", "GetItem", "", {"TableName": "orders"}, None),
        ("dynamodb", "GetItem", "", {"TableName": "arn:aws:dynamodb:us-east-1:123456789012:table/orders"}, None),
        ("dynamodb", "GetItem", "", {"TableName": None}, None),
        ("dynamodb", "CreateTable", "", {"TableName": "new"}, None),
        ("s3", "GetObject", "NoSuchBucket", {"Bucket": "no", "Key": "k"}, "bucket 'no' does not exist; buckets: data"),
        (
            "s3", "GetObject", "NoSuchKey", {"Bucket": "data", "Key": "0/x"},
            "key '0/x' is not in bucket 'data'; keys: 0.csv, 1.csv, 2.csv, 3.csv, 4.csv, 5.csv, 6.csv, 7.csv and 2 more",
        ),
        ("s3", "PutObject", "AccessDenied", {"Bucket": "data", "Key": "k"}, None),
        ("sqs", "SendMessage", "", {"QueueUrl": f"{URL}news"}, f"queue '{URL}news' does not exist; queues: none"),
        ("sqs", "GetQueueUrl", "", {"QueueName": "news"}, "queue 'news' does not exist; queues: none"),
        ("sns", "Publish", "", {"TopicArn": TOPIC}, None),
        ("ssm", "GetParameter", "", {"Name": "/a/k"}, "parameter '/a/k' does not exist; parameters: /b/key"),
        ("ssm", "PutParameter", "", {"Name": "/a/keys"}, None),
        ("secretsmanager", "GetSecretValue", "", {"SecretId": f"{SECRET}db-a1B2c3"}, None),
        ("secretsmanager", "GetSecretValue", "", {"SecretId": "key"}, "secret 'key' does not exist; secrets: db"),
        ("translate", "TranslateText", "", {"Text": "tea"}, None),
    ],
)  # fmt: skip
def test_missing(service, operation, code, kwargs, told):
    assert missing(Refused(service, operation, code, kwargs, "us-east-1", None), CLIENT) == told


@pytest.fixture
def client():
    made = boto3.client("dynamodb", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(made) as stubber:
        stubber.add_client_error("get_item", "ResourceNotFoundException")
        yield made


def get(client, error=None):
    try:
        client.get_item(TableName="order", Key={"id": {"S": "1"}})
    except ClientError as refusal:
        if error is None:
            raise
        raise error from refusal


@pytest.mark.parametrize("error", [None, ValueError("no order")])
def test_refused_call(client, error):
    """Of an exception of boto3, and of one that comes from it."""
    with pytest.raises((ClientError, ValueError)) as caught:
        get(client, error)
    call = Refused(
        "dynamodb", "GetItem", "ResourceNotFoundException", {"TableName": "order", "Key": {"id": {"S": "1"}}}, "eu-west-1", None
    )
    assert refused_call(caught.value) == call


def test_no_refused_call():
    assert refused_call(ValueError()) is None
    assert refused_call(ClientError({}, "GetItem")) is None, "nobody raised it"
