"""What does not fit the shapes of a service's API."""

from __future__ import annotations

import pytest

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.names import suggest
from pytest_sfn.services.misfits import answer_misfits, misfits

ITEM = {"id": {"S": "a"}}


def resource(text):
    return parse_resource(f"arn:aws:states:::{text}")


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
        ("eks:call", {"ClusterName": "c", "CertificateAuthority": "a", "Endpoint": "https://e", "Method": "GET", "Path": "/p"}),
        ("apigateway:invoke", {"ApiEndpoint": "abc.execute-api.eu-west-1.amazonaws.com", "Method": "GET"}),
    ],
)
def test_parameters_that_aws_takes(text, parameters):
    assert misfits(resource(text), parameters) == []


def test_text_where_an_attribute_value_is_meant():
    values = {":p": {"L": ["Process1"]}}
    parameters = {"TableName": "t", "Key": ITEM, "ExpressionAttributeValues": values}
    assert misfits(resource("dynamodb:updateItem"), parameters) == []
    assert [misfit.where for misfit in misfits(resource("aws-sdk:dynamodb:updateItem"), parameters)] == [
        "ExpressionAttributeValues.:p.L[0]"
    ]


@pytest.mark.parametrize(
    ("text", "name", "near"),
    [
        ("aws-sdk:rds:describeDBInstances", "DBInstanceIdentifier", "DbInstanceIdentifier"),
        ("sqs:sendMessage", "messagebody", "MessageBody"),
        ("sqs:sendMessage", "Whatever", ""),
    ],
)
def test_nearest_member(text, name, near):
    unknown = next(misfit for misfit in misfits(resource(text), {name: "x"}) if misfit.kind == "unknown")
    assert suggest(unknown.name, unknown.known, "{}") == near


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
