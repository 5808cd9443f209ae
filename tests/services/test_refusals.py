"""Names and causes of errors that a service reports."""

from __future__ import annotations

from datetime import date

import pytest

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.services.operations import operation_of
from pytest_sfn.services.refusals import refusal


@pytest.mark.parametrize(
    ("resource", "code", "name"),
    [
        ("dynamodb:getItem", "ResourceNotFoundException", "DynamoDB.ResourceNotFoundException"),
        ("dynamodb:getItem", "ValidationException", "DynamoDB.AmazonDynamoDBException"),
        ("sqs:sendMessage", "QueueDoesNotExist", "SQS.QueueDoesNotExistException"),
        ("sns:publish", "NotFound", "SNS.NotFoundException"),
        ("glue:startJobRun", "AccessDenied", "Glue.AWSGlueException"),
        ("aws-sdk:dynamodb:getItem", "ValidationException", "DynamoDb.DynamoDbException"),
        ("aws-sdk:s3:getObject", "NoSuchKey", "S3.NoSuchKeyException"),
        ("aws-sdk:s3:getObject", "NoSuchBucket", "S3.NoSuchBucketException"),
        ("aws-sdk:rds:describeDBInstances", "DBInstanceNotFound", "Rds.DbInstanceNotFoundException"),
        ("aws-sdk:secretsmanager:createSecret", "ValidationException", "SecretsManager.SecretsManagerException"),
    ],
)
def test_name_of_an_error(resource, code, name):
    operation = operation_of(parse_resource(f"arn:aws:states:::{resource}"))
    assert operation is not None
    error, cause = refusal(operation, code, "No.", "r-1")
    assert error == name
    assert cause.startswith("No. (Service: ")
    assert "Request ID: r-1" in cause


@pytest.mark.parametrize(("as_of", "counted"), [(None, True), (date(2025, 11, 6), True), (date(2025, 1, 22), False)])
def test_attempts_of_the_sdk_are_counted_since_2025(as_of, counted):
    operation = operation_of(parse_resource("arn:aws:states:::aws-sdk:dynamodb:getItem"))
    assert operation is not None
    _, cause = refusal(operation, "ValidationException", "No.", "r-1", as_of)
    assert cause.endswith("(SDK Attempt Count: 1)") is counted
