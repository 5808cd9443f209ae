from __future__ import annotations

import pytest

from pytest_sfn import DefinitionError, SfnMock
from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.tasks.checks import answer_misfits, misfits, nearest_member
from tests.helpers import machine

ITEM = {"id": {"S": "a"}}


def resource(text):
    return parse_resource(f"arn:aws:states:::{text}")


def run(text, parameters, answer=None, **fields):
    account = SfnMock(validate="none")
    mock = account.state("A").returns({} if answer is None else answer)
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{text}", "Parameters": parameters, "End": True, **fields}
    return account.load(machine(A=state)).run({}), mock


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("dynamodb:putItem", {"TableName": "t", "Item": ITEM, "ConditionExpression": None}),
        ("aws-sdk:dynamodb:putItem", {"TableName": "t", "Item": {"ok": {"Bool": True}}}),
        ("aws-sdk:dynamodb:scan", {"TableName": "t", "Limit": "5", "ConsistentRead": "true"}),
        ("aws-sdk:rds:describeDBInstances", {"DbInstanceIdentifier": "db"}),
        ("aws-sdk:s3:putObject", {"Bucket": "b", "Key": "k", "Body": {"any": ["JSON"]}, "Acl": "private"}),
        ("aws-sdk:s3:listBuckets", {}),
        ("aws-sdk:sfn:startExecution", {"StateMachineArn": "a", "Input": {"any": "JSON"}}),
        ("aws-sdk:cloudwatch:getMetricData", {"MetricDataQueries": [], "StartTime": "2024-01-01T00:00:00Z", "EndTime": 5}),
        ("states:startExecution", {"StateMachineArn": "a", "Input": [1], "Name": "n"}),
        ("states:startExecution.sync:2", {"StateMachineArn": "a", "Input": 5}),
        ("sqs:sendMessage", {"QueueUrl": "q", "MessageBody": {"any": "JSON"}, "DelaySeconds": 5}),
        ("sqs:sendMessage", {"QueueUrl": "q", "MessageBody": 5}),
        ("sns:publish", {"TopicArn": "t", "Message": {"any": "JSON"}, "MessageAttributes": {"own": {"DataType": "String"}}}),
        ("events:putEvents", {"Entries": [{"Detail": {"n": 1}, "DetailType": "d", "Source": "s"}]}),
        ("events:putEvents", {"Entries": [{"Detail": 5}]}),
        ("batch:submitJob", {"JobName": "j", "JobDefinition": "d", "JobQueue": "q", "RetryStrategy": {"attempts": 5}}),
        ("glue:startJobRun.sync", {"JobName": "j", "Arguments": {"--own name": "v"}}),
        ("elasticmapreduce:addStep.sync", {"ClusterId": "c", "Step": {"Name": "s", "HadoopJarStep": {"Jar": "j"}}}),
        ("bedrock:invokeModel", {"ModelId": "m", "Body": {"any": "JSON"}}),
        ("lambda:invoke.waitForTaskToken", {"FunctionName": "f", "Payload": {"any": "JSON"}, "InvocationType": "Event"}),
        ("eks:call", {"whatever": 1}),
        ("apigateway:invoke", {"ApiEndpoint": "example.com", "Method": "GET"}),
    ],
)
def test_parameters_that_aws_takes(text, parameters):
    assert misfits(resource(text), parameters) == []


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
        ("lambda:invoke", {"Payload": 1}, "The field 'FunctionName' is required but was missing"),
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
    assert execution.cause.startswith("An error occurred while executing the state 'A' (entered at the event id #2). The Param")
    assert execution.cause.endswith(f"could not be used to start the Task: [{expected}]")
    assert [event["type"] for event in execution.history] == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]


@pytest.mark.parametrize("sent", [[1], "text", 5])
def test_parameters_are_an_object(sent):
    account = SfnMock()
    account.state("A").returns({})
    state = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": True}
    cause = account.load(machine(A=state)).run(sent).cause
    assert cause.endswith("could not be used to start the Task: [The value for the field 'Parameters' must be an OBJECT]")


def test_text_where_an_attribute_value_is_meant():
    values = {":p": {"L": ["Process1"]}}
    parameters = {"TableName": "t", "Key": ITEM, "ExpressionAttributeValues": values}
    assert misfits(resource("dynamodb:updateItem"), parameters) == []
    assert [misfit.where for misfit in misfits(resource("aws-sdk:dynamodb:updateItem"), parameters)] == [
        "ExpressionAttributeValues.:p.L[0]"
    ]


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


def test_unknown_action_is_an_error_of_the_definition():
    with pytest.raises(DefinitionError) as caught:
        run("aws-sdk:s3:getObjekt", {})
    assert str(caught.value) == (
        "machine 'StateMachine': state 'A': aws-sdk:s3 has no action getObjekt; "
        "did you mean getObject or getObjectAcl or putObject?\n"
        "  resource  arn:aws:states:::aws-sdk:s3:getObjekt\n"
        "  fix       correct the action, or install a newer botocore if it is new\n"
        "  see       docs/mocks.md#parameters"
    )


@pytest.mark.parametrize(
    ("text", "name", "near"),
    [
        ("aws-sdk:rds:describeDBInstances", "DBInstanceIdentifier", "DbInstanceIdentifier"),
        ("sqs:sendMessage", "messagebody", "MessageBody"),
        ("sqs:sendMessage", "Whatever", None),
    ],
)
def test_nearest_member(text, name, near):
    unknown = next(misfit for misfit in misfits(resource(text), {name: "x"}) if misfit.kind == "unknown")
    assert nearest_member(unknown) == near


TIMES = {"StartDate": "2024-01-01T00:00:00Z"}
JOB = {"JobName": "n", "JobId": "i", "JobQueue": "q", "Status": "SUCCEEDED", "StartedAt": 1, "JobDefinition": "d"}
RUN = {"ExecutionArn": "e", "StateMachineArn": "m", "Status": "SUCCEEDED", **TIMES}


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        # by the rules of TestState
        ("states:startExecution", {"ExecutionArn": "e", **TIMES}, None),
        ("states:startExecution", {"executionArn": "e", **TIMES}, ("missing", "ExecutionArn", "")),
        ("states:startExecution", {"ExecutionArn": 5, **TIMES}, ("type", "ExecutionArn", "must be a string")),
        ("states:startExecution", {"ExecutionArn": "e", "StartDate": True}, ("type", "StartDate", "must be a string")),
        ("states:startExecution", {"ExecutionArn": "e", "StartDate": 1.7e9}, ("type", "StartDate", "must be a string")),
        ("lambda:invoke", {"StatusCode": "200"}, ("type", "StatusCode", "must be a number")),
        ("lambda:invoke", {"StatusCode": 200, "Payload": {"any": "JSON"}}, None),
        ("events:putEvents", {}, None),
        ("events:putEvents", {"random": "json"}, None),
        ("events:putEvents", {"Entries": "text"}, ("type", "Entries", "must be an array")),
        ("events:putEvents", {"Entries": [{"EventId": "a"}, {"EventId": []}]},
         ("type", "Entries[1].EventId", "must be a string")),
        ("dynamodb:putItem", {"ConsumedCapacity": {"CapacityUnits": "1.5"}},
         ("type", "ConsumedCapacity.CapacityUnits", "must be a number")),
        ("aws-sdk:kms:encrypt", {"CiphertextBlob": 123}, ("type", "CiphertextBlob", "must be a string")),
        ("aws-sdk:kms:encrypt", {"CiphertextBlob": ""}, ("value", "CiphertextBlob", "is smaller than the minimum length")),
        ("aws-sdk:s3:getObject", {"StorageClass": "Papyrus"}, ("value", "StorageClass", "is not an expected value")),
        ("aws-sdk:s3:getObject", {"ContentLength": "9000"}, ("type", "ContentLength", "must be a number")),
        ("aws-sdk:s3:getObject", {"Body": "text", "DeleteMarker": 0}, ("type", "DeleteMarker", "must be a boolean")),
        ("aws-sdk:lambda:getFunction", {"Configuration": {"MemorySize": 127}},
         ("value", "Configuration.MemorySize", "is less than the minimum value")),
        ("aws-sdk:lambda:getFunction", {"Configuration": {"MemorySize": 10_241_000}},
         ("value", "Configuration.MemorySize", "exceeds the maximum value")),
        ("dynamodb:getItem", {"Item": []}, ("type", "Item", "must be an object")),
        # .sync: the polling operation
        ("batch:submitJob.sync", JOB, None),
        ("batch:submitJob.sync", {"Jobs": [JOB]}, None),
        ("batch:submitJob.sync", {"Status": "SUCCEEDED"}, ("missing", "JobName", "")),
        ("batch:submitJob.sync", {"Jobs": [{**JOB, "Status": "DONE"}]},
         ("value", "Jobs[0].Status", "is not an expected value")),
        ("glue:startJobRun.sync", {"JobRunState": "SUCCEEDED"}, None),
        ("glue:startJobRun.sync", {"JobRunState": "FINE"}, ("value", "JobRunState", "is not an expected value")),
        ("codebuild:startBuild.sync", {"Build": {"BuildStatus": "SUCCEEDED"}}, None),
        ("codebuild:startBuild.sync", {"Build": {"BuildStatus": 1}}, ("type", "Build.BuildStatus", "must be a string")),
        ("states:startExecution.sync", {**RUN, "Output": "{}"}, None),
        ("states:startExecution.sync", {**RUN, "Output": {}}, ("type", "Output", "must be a string")),
        ("states:startExecution.sync:2", {**RUN, "Output": {}}, None),
        # nothing is known
        ("sqs:sendMessage.waitForTaskToken", "anything", None),
        ("apigateway:invoke", "anything", None),
        ("eks:runJob.sync", "anything", None),
        ("sqs:sendMessage", "text", ("type", "", "must be an object")),
    ],
)  # fmt: skip
def test_answers(text, answer, expected):
    found = answer_misfits(resource(text), answer, test_state=True)
    assert (found[0].kind, found[0].where, found[0].text) == expected if found else expected is None
    assert answer_misfits(resource(text), answer, test_state=True, present=True) == [
        misfit for misfit in found if misfit.kind != "missing"
    ]


def test_time_of_an_optimized_integration_is_really_a_number():
    assert answer_misfits(resource("states:startExecution"), {"ExecutionArn": "e", "StartDate": 1.7e9}) == []
    assert answer_misfits(resource("aws-sdk:sfn:startExecution"), {"ExecutionArn": "e", "StartDate": 1.7e9}) != []


def test_answer_to_the_start_of_a_job():
    batch = resource("batch:submitJob.sync")
    assert answer_misfits(batch, {"JobId": "1", "JobName": "j"}, taken=True) == []
    assert answer_misfits(batch, {"JobId": "1"}, taken=True)[0].name == "JobName"
