"""What a service's model refuses, and the texts."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.services.constraints import SERVICES, breaches, refusal_of
from pytest_sfn.services.operations import service_model

PATTERN = "Member must satisfy regular expression pattern:"
OF_ITEMS = "[Member must have length less than or equal to 25, Member must have length greater than or equal to 1]"


def shape_of(service: str, operation: str) -> Any:
    return service_model(service).operation_model(operation).input_shape


def refused(service: str, operation: str, params: Any) -> tuple[str, str] | None:
    return refusal_of(service, shape_of(service, operation), params)


@pytest.mark.parametrize(
    ("service", "operation", "params", "code", "text"),
    [
        # Recorded: dynamodb:getItem.
        ("dynamodb", "GetItem", {"TableName": "/t", "Key": {}}, "ValidationException",
         f"Value '/t' at 'tableName' failed to satisfy constraint: {PATTERN} [a-zA-Z0-9_.-]+"),
        # Recorded: a null.
        ("dynamodb", "PutItem", {"TableName": "t"}, "ValidationException",
         "Value null at 'item' failed to satisfy constraint: Member must not be null"),
        ("dynamodb", "GetItem", {"TableName": "", "Key": {}}, "ValidationException",
         "Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1"),
        ("dynamodb", "UpdateItem", {"TableName": "t", "Key": {}, "ReturnValues": "X"}, "ValidationException",
         ("Value 'X' at 'returnValues' failed to satisfy constraint: "
         "Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]")),
        # enGMzizo/copy-dynamodb-table#7, a-h/ddbimport#6
        ("dynamodb", "BatchWriteItem", {"RequestItems": {"t": []}}, "ValidationException",
         f"Value '{{t=[]}}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: {OF_ITEMS}"),
        # aws/aws-sdk-go-v2#626
        ("events", "PutRule", {"Name": ":test-1234"}, "ValidationException",
         f"Value ':test-1234' at 'name' failed to satisfy constraint: {PATTERN} [\\.\\-_A-Za-z0-9]+"),
        # osquery/osquery#3568
        ("firehose", "PutRecord", {"DeliveryStreamName": "s", "Record": {"Data": b"x" * 1_024_001}}, "ValidationException",
         ("Value 'java.nio.HeapByteBuffer[pos=0 lim=1024001 cap=1024001]' at 'record.data' failed to satisfy constraint: "
         "Member must have length less than or equal to 1024000")),
        # kubernetes-sigs/cluster-api-provider-aws#1531: a secret is not shown
        ("secretsmanager", "CreateSecret", {"Name": "s", "SecretString": "x" * 65_537}, "ValidationException",
         "Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536"),
        # adenot/hiera-eyaml-kms#8
        ("kms", "Encrypt", {"KeyId": "k", "Plaintext": "eHh4" * 1366}, "ValidationException",
         "Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096"),
        # aws-samples/dbt-glue#395
        ("glue", "DeleteSession", {"Id": "i", "RequestOrigin": "a/b"}, "ValidationException",
         f"Value 'a/b' at 'requestOrigin' failed to satisfy constraint: {PATTERN} [\\.\\-_A-Za-z0-9]+"),
        # lazywithclass/winston-cloudwatch#55
        ("logs", "PutLogEvents", {"logGroupName": "g", "logStreamName": "s", "logEvents": []}, "InvalidParameterException",
         "Value '[]' at 'logEvents' failed to satisfy constraint: Member must have length greater than or equal to 1"),
        # amazon-archives/cloudwatch-logs-centralize-logs#5
        ("logs", "PutLogEvents", {"logGroupName": "g", "logStreamName": "s", "logEvents": [{"message": "m"}]},
         "InvalidParameterException",
         "Value null at 'logEvents.1.member.timestamp' failed to satisfy constraint: Member must not be null"),
        # ministryofjustice/modernisation-platform#8116
        ("ssm", "PutParameter", {"Name": "p", "Value": "x", "Type": "Text"}, "ValidationException",
         ("Value 'Text' at 'type' failed to satisfy constraint: "
         "Member must satisfy enum value set: [String, StringList, SecureString]")),
        ("cloudformation", "CreateChangeSet", {"StackName": "s", "ChangeSetName": "1"}, "ValidationError",
         f"Value '1' at 'changeSetName' failed to satisfy constraint: {PATTERN} [a-zA-Z][-a-zA-Z0-9]*"),
    ],
)  # fmt: skip
def test_refusals(service, operation, params, code, text):
    assert refused(service, operation, params) == (code, f"1 validation error detected: {text}")


def test_all_breaches_are_told():
    code, text = refused("dynamodb", "PutItem", {"TableName": "/t", "ReturnConsumedCapacity": "SOME"}) or ("", "")
    assert code == "ValidationException"
    assert text.startswith("3 validation errors detected: Value '/t' at 'tableName' failed")
    assert "; Value null at 'item' failed" in text
    assert "; Value 'SOME' at 'returnConsumedCapacity' failed" in text


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("dynamodb", "GetItem", {"TableName": "arn:aws:dynamodb:us-east-1:123456789012:table/t", "Key": {}}),
        ("dynamodb", "GetItem", {"TableName": 1, "Key": {}}),  # of another type
        ("dynamodb", "PutItem", {"TableName": "t", "Item": {"m": {"M": {"l": {"L": [{"S": ""}]}}}}}),
        ("events", "PutEvents", {"Entries": [{"Source": "s"}]}),
        ("ssm", "PutParameter", {"Name": "/a/b", "Value": "x" * 4096}),
        ("logs", "CreateLogGroup", {"logGroupName": "/aws/lambda/f"}),
        ("glue", "GetTable", {"DatabaseName": "é😀", "Name": "n"}),  # surrogates in the pattern
        ("secretsmanager", "CreateSecret", {"Name": "s"}),  # its token is generated
        ("sqs", "SendMessage", {}),  # has no row
    ],
)
def test_what_the_model_takes(service, operation, params):
    assert refused(service, operation, params) is None


def test_a_length_of_our_own():
    shape = shape_of("stepfunctions", "StartExecution")
    params = {"stateMachineArn": "a", "input": "éé"}
    assert not list(breaches("stepfunctions", shape, params, lengths={"SensitiveData": 4}))
    assert list(breaches("stepfunctions", shape, params, lengths={"SensitiveData": 3})) == [
        "Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 3"
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_rows_name_what_the_model_has(service):
    model, row = service_model(service), SERVICES[service]
    for name, order in row.order.items():
        assert set(order) == set(model.shape_for(name).metadata["enum"])
    for name in row.patterns:
        assert model.shape_for(name).type_name == "string"
