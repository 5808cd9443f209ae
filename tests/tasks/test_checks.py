from __future__ import annotations

import json

import pytest

from pytest_sfn import DefinitionError, SfnMock
from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.errors import Hint, Site
from tests.helpers import machine

ITEM = {"id": {"S": "a"}}


def resource(text):
    return parse_resource(f"arn:aws:states:::{text}")


def run(text, parameters, answer=None, **fields):
    """Run a task whose parameters are computed: AWS refuses literal ones when the machine is created."""
    account = SfnMock(validate="none")
    mock = account.state("A").returns({} if answer is None else answer)
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{text}", "End": True, **fields}
    state |= {"QueryLanguage": "JSONata", "Arguments": f"{{% {json.dumps(parameters)} %}}"}
    return account.load(machine(A=state)).run({}), mock


@pytest.mark.parametrize(
    ("text", "parameters", "expected"),
    [
        ("dynamodb:putItem", {"TableName": "t", "Item": ITEM, "item": 1},
         'The field "item" is not supported by Step Functions'),
        ("aws-sdk:dynamodb:putItem", {"TableName": "t", "Item": {"a": {"BOOL": True}}},
         'The field "BOOL" is not supported by Step Functions'),
        ("aws-sdk:rds:describeDBInstances", {"DBInstanceIdentifier": "db"},
         'The field "DBInstanceIdentifier" is not supported by Step Functions'),
        ("aws-sdk:batch:submitJob", {"JobName": "j", "JobDefinition": "d", "JobQueue": "q", "RetryStrategy": {"attempts": 5}},
         'The field "attempts" is not supported by Step Functions'),
        ("aws-sdk:ec2:describeInstances", {"Filter": []}, 'The field "Filter" is not supported by Step Functions'),
        ("dynamodb:putItem", {"TableName": "t", "Item": ITEM, "Itm": None},
         'The field "Itm" is not supported by Step Functions'),
        ("dynamodb:putItem", {"TableName": "t"}, "The field 'Item' is required but was missing"),
        ("lambda:invoke", {"Payload": {}}, "The field 'FunctionName' is required but was missing"),
        ("lambda:invoke", {"FunctionName": "f", "Payload": 1}, "The value for the field 'Payload' must be a STRING"),
        ("lambda:invoke", {"FunctionName": "f", "Payload": [{"x.$": "$"}]},
         "The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call"),
        ("lambda:invoke", {"FunctionName": "f", "TaskToken": "t"}, 'The field "TaskToken" is not supported by Step Functions'),
        ("dynamodb:putItem", {"TableName": "t", "Item": {"n": {"N": 5}}}, "The value for the field 'N' must be a STRING"),
        ("sqs:sendMessage", {"QueueUrl": True, "MessageBody": ""}, "The value for the field 'QueueUrl' must be a STRING"),
        ("sqs:sendMessage", {"QueueUrl": "q", "MessageBody": "", "DelaySeconds": "x"},
         "The value for the field 'DelaySeconds' must be a NUMBER"),
        ("events:putEvents", {"Entries": {}}, "The value for the field 'Entries' must be an ARRAY"),
        ("aws-sdk:dynamodb:putItem", {"TableName": "t", "Item": []}, "The value for the field 'Item' must be an OBJECT"),
        ("aws-sdk:dynamodb:scan", {"TableName": "t", "ConsistentRead": 1},
         "The value for the field 'ConsistentRead' must be a BOOLEAN"),
    ],
)  # fmt: skip
def test_parameters_that_step_functions_refuses(text, parameters, expected):
    execution, mock = run(text, parameters, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "A"}])

    assert (execution.status, execution.error, mock.called) == ("FAILED", "States.Runtime", False)
    assert execution.cause.startswith("An error occurred while executing the state 'A' (entered at the event id #2). The Arg")
    assert execution.cause.endswith(f"could not be used to start the Task: [{expected}]")
    assert [event["type"] for event in execution.history] == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]


def test_refused_parameters_are_the_site_of_the_error():
    sent = {"TableName": "t", "Itm": 1}
    execution, _ = run("dynamodb:putItem", sent)
    error = execution._run.main.error

    assert error.site == Site("Arguments", "/States/A/Arguments", (), "", sent)
    assert list(error.hints()) == [
        Hint("dynamodb:putItem has no parameter 'Itm'; did you mean 'Item'?", ("Itm",)),
        Hint("dynamodb:putItem requires the parameter 'Item'", ("Item",)),
    ]


@pytest.mark.parametrize("sent", [[1], "text", 5])
def test_parameters_are_an_object(sent):
    account = SfnMock()
    account.state("A").returns({})
    state = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": True}
    cause = account.load(machine(A={**state, "Parameters": sent})).run({}).cause
    assert cause.endswith("could not be used to start the Task: [The value for the field 'Parameters' must be an OBJECT]")


def test_arguments_are_called_so():
    account = SfnMock()
    account.state("A").returns({})
    state = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "End": True}
    state |= {"QueryLanguage": "JSONata", "Arguments": "{% {'TableName': 't', 'Itm': 1} %}"}
    cause = account.load(machine(A=state)).run({}).cause
    assert """The Arguments '{"TableName":"t","Itm":1}' could not be used""" in cause
    assert cause.endswith(
        """[The field "Itm" is not supported by Step Functions, The field 'Item' is required but was missing]"""
    )


@pytest.mark.parametrize(
    ("text", "parameters", "error", "cause"),
    [
        ("aws-sdk:dynamodb:putItem", {"TableName": "t", "Item": None}, "DynamoDb.DynamoDbException",
         ("1 validation error detected: Value null at 'item' failed to satisfy constraint: Member must not be null "
         "(Service: DynamoDb, Status Code: 400, Request ID: ")),
        ("dynamodb:putItem", {"TableName": None, "Item": None}, "DynamoDB.AmazonDynamoDBException",
         ("2 validation errors detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null; "
         "Value null at 'item' failed to satisfy constraint: Member must not be null "
         "(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ValidationException; Request ID: ")),
        ("sqs:sendMessage", {"QueueUrl": "q", "MessageBody": None}, "SQS.AmazonSQSException",
         ("The request must contain the parameter MessageBody. "
         "(Service: AmazonSQS; Status Code: 400; Error Code: MissingParameter; Request ID: ")),
        ("aws-sdk:dynamodb:batchWriteItem", {"RequestItems": {"t": [{"PutRequest": {}}]}}, "DynamoDb.DynamoDbException",
         "1 validation error detected: Value null at 'requestItems.t.1.member.putRequest.item' failed"),
    ],
)  # fmt: skip
def test_what_the_service_misses_it_says_itself(text, parameters, error, cause):
    execution, mock = run(text, parameters)

    assert (execution.error, mock.called) == (error, False)
    assert execution.cause.startswith(cause)
    assert [event["type"] for event in execution.history][2:5] == ["TaskScheduled", "TaskStarted", "TaskFailed"]


def test_keys_that_still_end_in_a_dollar_sign_are_held_for_paths():
    """[recorded], wherever they are: below free JSON, members, maps of the API, items."""
    account = SfnMock(validate="none")
    account.state("A").returns({})
    parameters = {"FunctionName": "f", "Payload": [{"x.$.$": "$"}, {"y": {"z.$.$": "$"}}]}
    state = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters, "End": True}
    execution = account.load(machine(A=state)).run({})
    text = "The value for the field '{}' must be a valid JSONPath or a valid intrinsic function call"
    assert execution.cause.endswith(f"[{text.format('x.$')}, {text.format('z.$')}]")
    for sent in ({"TableName": "t", "Item": {"x.$": {"S": "a"}}}, {"TableName": "t", "Item": {}, "x.$": 1},
                 {"TableName": "t", "Item": {"a": {"S": {"x.$": 1}}}}):  # fmt: skip
        assert run("dynamodb:putItem", sent)[0].cause.endswith(f"[{text.format('x.$')}]")


def test_unknown_action_is_an_error_of_the_definition():
    with pytest.raises(DefinitionError) as caught:
        run("aws-sdk:s3:getObjekt", {})
    assert str(caught.value) == (
        "definition at /States/A/Resource: state 'A': SCHEMA_VALIDATION_FAILED: "
        "The resource provided arn:aws:states:::aws-sdk:s3:getObjekt is not recognized. "
        "The value is not a valid resource ARN, or the resource is not available in this region.\n"
        "  fix  aws-sdk:s3 has no action getObjekt; did you mean getObject or getObjectAcl or putObject? "
        "If AWS has it, install a newer botocore or set ini sfn_parameter_check = warning"
    )
