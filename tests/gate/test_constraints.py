"""Requests that the model of their service refuses, from clients and from tasks."""

from __future__ import annotations

import pytest

from pytest_sfn import SfnAws
from tests.helpers import machine

SHORT = "failed to satisfy constraint: Member must have length greater than or equal to"
ORIGIN = "failed to satisfy constraint: Member must satisfy regular expression pattern:"


@pytest.fixture
def sfn_aws():
    with SfnAws() as sfn_aws:
        yield sfn_aws


def test_a_name_is_refused_before_the_thing_is_looked_for(sfn_aws):
    """Recorded for DynamoDB."""
    client = sfn_aws.client("dynamodb")
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.get_item(TableName="/orders", Key={"id": {"S": "1"}})
    assert caught.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": f"1 validation error detected: Value '/orders' at 'tableName' {ORIGIN} [a-zA-Z0-9_.-]+",
    }
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_item(TableName="orders", Key={"id": {"S": "1"}})


def test_a_service_that_speaks_query(sfn_aws):
    client = sfn_aws.client("iam")
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.create_role(
            RoleName="r", AssumeRolePolicyDocument="{}", Tags=[{"Key": "a", "Value": "ok"}, {"Key": "<", "Value": ""}]
        )
    assert caught.value.response["Error"] == {
        "Type": "Sender",
        "Code": "ValidationError",
        "Message": f"1 validation error detected: Value '<' at 'tags.2.member.key' {ORIGIN} "
        r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+",
    }
    client.create_role(RoleName="r", AssumeRolePolicyDocument="{}", MaxSessionDuration=3600)
    with pytest.raises(client.exceptions.ClientError, match="Value '43201' at 'maxSessionDuration'"):
        client.update_role(RoleName="r", MaxSessionDuration=43201)


def test_other_services_check_themselves(sfn_aws):
    streams = sfn_aws.client("dynamodbstreams")  # signed for in the name of DynamoDB
    assert streams.list_streams(TableName="none")["Streams"] == []
    assert "QueueUrls" not in sfn_aws.client("sqs").list_queues()


@pytest.mark.parametrize(
    ("resource", "parameters", "error", "cause"),
    [
        ("dynamodb:getItem", {"TableName": "/t", "Key": {}}, "DynamoDB.AmazonDynamoDBException",
         (f"1 validation error detected: Value '/t' at 'tableName' {ORIGIN} [a-zA-Z0-9_.-]+ "
         "(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ValidationException; ")),
        # botocore refuses what is too short itself, AWS's SDK for Java does not
        ("aws-sdk:dynamodb:getItem", {"TableName": "", "Key": {}}, "DynamoDb.DynamoDbException",
         f"1 validation error detected: Value '' at 'tableName' {SHORT} 1 (Service: DynamoDb, Status Code: 400, "),
        ("aws-sdk:cloudwatchlogs:createLogGroup", {"LogGroupName": "a b"}, "CloudWatchLogs.InvalidParameterException",
         (f"1 validation error detected: Value 'a b' at 'logGroupName' {ORIGIN} [\\.\\-_/#A-Za-z0-9]+ "
         "(Service: CloudWatchLogs, Status Code: 400, ")),
        ("aws-sdk:kms:describeKey", {"KeyId": ""}, "Kms.KmsException",
         f"1 validation error detected: Value '' at 'keyId' {SHORT} 1 (Service: Kms, Status Code: 400, "),
    ],
)  # fmt: skip
def test_tasks(sfn_aws, resource, parameters, error, cause):
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters}
    execution = sfn_aws.load(machine(A=task)).run({})
    assert execution.error == error
    assert execution.cause.startswith(cause)
