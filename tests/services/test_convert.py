"""Members' names, what goes out to an API, and what comes back, by botocore's shapes."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.services.convert import from_api, member_name, to_api
from pytest_sfn.services.operations import Operation, operation_of


def operation(text: str) -> Operation:
    found = operation_of(parse_resource(f"arn:aws:states:::{text}"))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("member", "sdk", "optimized"),
    [
        ("TableName", "TableName", "TableName"),
        ("stateMachineArn", "StateMachineArn", "StateMachineArn"),
        ("BOOL", "Bool", "BOOL"),
        ("NULL", "Nul", "NULL"),
        ("SS", "Ss", "SS"),
        ("S", "S", "S"),
        ("ETag", "ETag", "ETag"),
        ("SSEKMSKeyId", "SsekmsKeyId", "SSEKMSKeyId"),
        ("MD5OfMessageBody", "Md5OfMessageBody", "MD5OfMessageBody"),
        ("ChecksumCRC32", "ChecksumCRC32", "ChecksumCRC32"),
        ("Equals", "EqualsValue", "Equals"),
    ],
)
def test_names_of_members(member, sdk, optimized):
    assert member_name(member, sdk=True) == sdk
    assert member_name(member, sdk=False) == optimized


@pytest.mark.parametrize(
    ("resource", "parameters", "kwargs"),
    [
        (
            "sqs:sendMessage",
            {"QueueUrl": "u", "MessageBody": {"a": [1, "b"]}},
            {"QueueUrl": "u", "MessageBody": '{"a":[1,"b"]}'},
        ),
        ("sqs:sendMessage", {"QueueUrl": "u", "MessageBody": "text"}, {"QueueUrl": "u", "MessageBody": "text"}),
        ("sqs:sendMessage", {"QueueUrl": "u", "MessageBody": None}, {"QueueUrl": "u"}),
        ("sns:publish", {"TopicArn": "t", "Message": True}, {"TopicArn": "t", "Message": "true"}),
        (
            "events:putEvents",
            {"Entries": [{"Detail": {"n": 1}, "Time": "2024-01-01T00:00:00Z"}]},
            {"Entries": [{"Detail": '{"n":1}', "Time": datetime(2024, 1, 1, tzinfo=UTC)}]},
        ),
        (
            "batch:submitJob",
            {"JobName": "j", "ArrayProperties": {"Size": 2.0}},
            {"jobName": "j", "arrayProperties": {"size": 2}},
        ),
        ("aws-sdk:s3:putObject", {"Bucket": "b", "Body": ["a", 1]}, {"Bucket": "b", "Body": b'["a",1]'}),
        ("aws-sdk:s3:putObject", {"Bucket": "b", "Body": "ä"}, {"Bucket": "b", "Body": '"ä"'.encode()}),
        (
            "aws-sdk:dynamodb:putItem",
            {"Item": {"id": {"S": "1"}, "ok": {"Bool": True}, "all": {"L": [{"M": {"BOOL": {"N": "1"}}}]}}},
            {"Item": {"id": {"S": "1"}, "ok": {"BOOL": True}, "all": {"L": [{"M": {"BOOL": {"N": "1"}}}]}}},
        ),
        ("aws-sdk:ec2:describeInstances", {"MaxResults": 5, "NoSuch": 1}, {"MaxResults": 5, "NoSuch": 1}),
        ("aws-sdk:cloudwatch:getMetricData", {"StartTime": 1704067200}, {"StartTime": datetime(2024, 1, 1, tzinfo=UTC)}),
        ("aws-sdk:s3:listBuckets", "no object", {}),
    ],
)
def test_what_goes_out(resource, parameters, kwargs):
    called = operation(resource)
    assert to_api(parameters, called.input_shape, sdk=called.integration == "aws-sdk") == kwargs


TIME = datetime(2024, 1, 1, 12, 30, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("resource", "response", "answer"),
    [
        (
            "aws-sdk:s3:getObject",
            {
                "Body": BytesIO(b"text"),
                "ETag": '"1"',
                "ContentLength": 4,
                "Metadata": {},
                "LastModified": TIME.replace(microsecond=0),
            },
            {"ContentLength": 4, "ETag": '"1"', "LastModified": "2024-01-01T12:30:00Z", "Metadata": {}, "Body": "text"},
        ),
        ("aws-sdk:kms:encrypt", {"CiphertextBlob": b"\xff\x00"}, {"CiphertextBlob": "/wA="}),
        ("aws-sdk:dynamodb:getItem", {"Item": {"b": {"NULL": True}}}, {"Item": {"b": {"Nul": True}}}),
        ("dynamodb:getItem", {"Item": {"b": {"NULL": True}}}, {"Item": {"b": {"NULL": True}}}),
        (
            "aws-sdk:sqs:receiveMessage",
            {"Messages": [{"MD5OfBody": "1", "Body": "b"}]},
            {"Messages": [{"Body": "b", "Md5OfBody": "1"}]},
        ),
        ("aws-sdk:logs:createLogGroup", {"ResponseMetadata": {}}, {}),
        ("aws-sdk:secretsmanager:describeSecret", {"CreatedDate": TIME}, {"CreatedDate": "2024-01-01T12:30:00.250Z"}),
        ("glue:startJobRun", {"JobRunId": "j"}, {"JobRunId": "j"}),
        (
            "ecs:runTask",
            {"tasks": [{"createdAt": TIME}], "failures": []},
            {"Failures": [], "Tasks": [{"CreatedAt": 1704112200250}]},
        ),
    ],
)
def test_what_comes_back(resource, response, answer):
    shown = from_api(response, operation(resource.replace("aws-sdk:logs", "aws-sdk:cloudwatchlogs")))
    assert _ordered(shown) == _ordered(answer)


def _ordered(value: Any) -> Any:
    """With the order of members."""
    if isinstance(value, dict):
        return [(key, _ordered(item)) for key, item in value.items()]
    return [_ordered(item) for item in value] if isinstance(value, list) else value
