"""Names and causes of errors that a service reports."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.services.operations import operation_of
from pytest_sfn.services.refusals import refusal

REQUEST = SimpleNamespace(request_id=lambda: "r-1", run=SimpleNamespace(account=SimpleNamespace(as_of=None)))


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
    error, cause = refusal(REQUEST, operation, code, "No.")  # type: ignore[arg-type]
    assert error == name
    assert cause.startswith("No. (Service: ")
