"""What a refused call named, and what there is."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from pytest_sfn.tasks.missing_resources import Refused, missing

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
        ("sns", "Publish", "", {"TopicArn": TOPIC}, None),
        ("secretsmanager", "GetSecretValue", "", {"SecretId": f"{SECRET}db-a1B2c3"}, None),
        ("secretsmanager", "GetSecretValue", "", {"SecretId": "key"}, "secret 'key' does not exist; secrets: db"),
        ("translate", "TranslateText", "", {"Text": "tea"}, None),
    ],
)  # fmt: skip
def test_missing(service, operation, code, kwargs, told):
    assert missing(Refused(service, operation, code, kwargs, "us-east-1", None), CLIENT) == told
