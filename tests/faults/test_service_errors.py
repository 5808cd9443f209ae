import subprocess
import sys

import pytest

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.faults.service_errors import LAMBDA_ERRORS, service_errors


@pytest.mark.parametrize(
    ("resource", "some"),
    [
        ("lambda:invoke", LAMBDA_ERRORS),
        ("dynamodb:putItem", ("DynamoDB.ConditionalCheckFailedException", "DynamoDB.AmazonDynamoDBException")),
        ("aws-sdk:dynamodb:putItem", ("DynamoDb.ConditionalCheckFailedException", "DynamoDb.DynamoDbException")),
        ("aws-sdk:s3:getObject", ("S3.NoSuchKeyException", "S3.S3Exception")),
        ("aws-sdk:acmpca:getCertificate", ("AcmPca.ResourceNotFoundException", "AcmPca.AcmPcaException")),
        ("aws-sdk:secretsmanager:getSecretValue", ("SecretsManager.SecretsManagerException",)),
        ("aws-sdk:sfn:startExecution", ("Sfn.ExecutionAlreadyExistsException",)),
        ("aws-sdk:rds:deleteDBInstance", ("Rds.DbInstanceNotFoundException",)),
        ("states:startExecution.sync", ("StepFunctions.ExecutionAlreadyExistsException",)),
        ("sns:publish", ("SNS.NotFoundException",)),
        ("sqs:sendMessage.waitForTaskToken", ("SQS.AmazonSQSException",)),
        ("events:putEvents", ("EventBridge.FailedEntry",)),
        ("http:invoke", ("States.Http.StatusCode.429", "States.Http.Socket")),
    ],
)
def test_names(resource, some):
    found = service_errors(parse_resource(f"arn:aws:states:::{resource}"))

    assert set(some) <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:us-east-1:123456789012:activity:pack",
        "arn:aws:states:::aws-sdk:nosuch:thing",
        "arn:aws:states:::aws-sdk:s3:noSuchAction",
    ],
)
def test_nothing_is_invented(resource):
    assert service_errors(parse_resource(resource)) == ()


def test_botocore_is_not_imported_for_lambda():
    code = (
        "import sys; from pytest_sfn import load; from pytest_sfn.faults.enumerate import enumerate_faults\n"
        "task = {'Type': 'Task', 'Resource': 'arn:aws:lambda:us-east-1:123456789012:function:f', 'End': True}\n"
        "assert enumerate_faults(load({'StartAt': 'T', 'States': {'T': task}}))\n"
        "assert 'botocore' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
