from __future__ import annotations

import subprocess
import sys

import pytest

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.services.operations import exception_name, operation_of, pascal_case, polling_of, sdk_prefix, unknown_action


def resource(text):
    return parse_resource(f"arn:aws:states:::{text}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dynamodb:putItem", ("dynamodb", "PutItem", "put_item", "optimized", "DynamoDB", "AmazonDynamoDBv2")),
        ("aws-sdk:dynamodb:putItem", ("dynamodb", "PutItem", "put_item", "aws-sdk", "DynamoDb", "DynamoDb")),
        ("states:startExecution.sync:2", ("stepfunctions", "StartExecution", "start_execution", "optimized", "StepFunctions",
                                          "AWSStepFunctions")),
        ("elasticmapreduce:addStep", ("emr", "AddJobFlowSteps", "add_job_flow_steps", "optimized", "ElasticMapReduce",
                                      "AmazonElasticMapReduce")),
        ("bedrock:invokeModel", ("bedrock-runtime", "InvokeModel", "invoke_model", "optimized", "Bedrock", "Bedrock")),
        ("aws-sdk:rds:deleteDBInstance", ("rds", "DeleteDBInstance", "delete_db_instance", "aws-sdk", "Rds", "Rds")),
    ],
)  # fmt: skip
def test_operation(text, expected):
    found = operation_of(resource(text))
    assert (found.service, found.name, found.method, found.integration, found.error_prefix, found.service_name) == expected
    assert found.input_shape is found.model.input_shape
    assert found.output_shape is found.model.output_shape
    assert operation_of(resource(text)) is found


@pytest.mark.parametrize(
    "text", ["http:invoke", "eks:call", "nosuch:thing", "sqs:nosuch", "aws-sdk:nosuch:thing", "aws-sdk:s3:nosuch",
             "aws-sdk:iotanalytics:listChannels"],
)  # fmt: skip
def test_no_operation(text):
    assert operation_of(resource(text)) is None
    assert polling_of(resource(f"{text}.sync")) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aws-sdk:s3:getObject", None),
        ("aws-sdk:s3:getObjekt", "aws-sdk:s3 has no action getObjekt; did you mean getObject or getObjectAcl or putObject?"),
        ("aws-sdk:s3:frobnicate", "aws-sdk:s3 has no action frobnicate"),
        ("aws-sdk:s3:${Action}", None),
        ("aws-sdk:iotanalytics:anything", None),
        ("sqs:nosuch", None),
    ],
)
def test_unknown_action(text, expected):
    assert unknown_action(resource(text)) == expected


@pytest.mark.parametrize(
    ("text", "name", "possible"),
    [
        ("dynamodb:putItem", "DynamoDB.ConditionalCheckFailedException", True),
        ("dynamodb:putItem", "DynamoDB.AmazonDynamoDBException", True),
        ("dynamodb:putItem", "DynamoDb.ConditionalCheckFailedException", False),
        ("dynamodb:putItem", "DynamoDB.BackupNotFoundException", True),  # another operation's; the SDK knows it all the same
        ("dynamodb:putItem", "DynamoDB.NoSuchException", False),
        ("aws-sdk:dynamodb:putItem", "DynamoDb.DynamoDbException", True),
        ("aws-sdk:dynamodb:putItem", "DynamoDb.SdkClientException", True),
        ("aws-sdk:s3:getObject", "S3.NoSuchKeyException", True),
        ("aws-sdk:s3:getObject", "S3.NoSuchKey", False),
        ("aws-sdk:rds:deleteDBInstance", "Rds.DbInstanceNotFoundException", True),
        ("sqs:sendMessage", "SQS.AmazonSQSException", True),
        ("glue:startJobRun", "States.TaskFailed", True),
    ],
)
def test_errors_it_can_raise(text, name, possible):
    assert operation_of(resource(text)).can_raise(name) is possible


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("aws-sdk:s3:getObject", "S3.S3Exception"),
        ("aws-sdk:sfn:startExecution", "Sfn.SfnException"),
        ("dynamodb:putItem", "DynamoDB.AmazonDynamoDBException"),
        ("sqs:sendMessage", "SQS.AmazonSQSException"),
        ("glue:startJobRun", "Glue.AWSGlueException"),
        ("sns:publish", "SNS.AmazonSNSException"),
    ],
)
def test_error_for_all_others(text, last):
    assert operation_of(resource(text)).errors()[-1] == last


@pytest.mark.parametrize(
    ("text", "parameters", "response", "kwargs"),
    [
        ("batch:submitJob", {"JobName": "j"}, {"jobId": "7"}, {"jobs": ["7"]}),
        ("batch:submitJob", {"JobName": "j"}, {"JobId": "7"}, {"jobs": ["7"]}),
        ("glue:startJobRun", {"JobName": "j"}, {"JobRunId": "r"}, {"JobName": "j", "RunId": "r"}),
        ("ecs:runTask", {"TaskDefinition": "t"}, {"tasks": [{"taskArn": "a"}]}, {"tasks": ["a"]}),
        ("ecs:runTask", {"Cluster": "c"}, {"tasks": [{"taskArn": "a"}]}, {"cluster": "c", "tasks": ["a"]}),
        ("codebuild:startBuild", {}, {"build": {"id": "b"}}, {"ids": ["b"]}),
        ("elasticmapreduce:addStep", {"ClusterId": "c"}, {"StepId": "s"}, {"ClusterId": "c", "StepId": "s"}),
    ],
)
def test_what_is_polled(text, parameters, response, kwargs):
    assert polling_of(resource(f"{text}.sync")).parameters(parameters, response) == kwargs


@pytest.mark.parametrize(
    ("text", "answer", "outcome", "result"),
    [
        ("batch:submitJob", {"jobs": [{"status": "RUNNING"}]}, "running", {"status": "RUNNING"}),
        ("batch:submitJob", {"Jobs": [{"Status": "SUCCEEDED"}]}, "succeeded", {"Status": "SUCCEEDED"}),
        ("batch:submitJob", {"Jobs": []}, "running", None),
        ("glue:startJobRun", {"JobRun": {"JobRunState": "TIMEOUT"}}, "failed", {"JobRunState": "TIMEOUT"}),
        ("athena:startQueryExecution", {"QueryExecution": {"Status": {"State": "CANCELLED"}}}, "failed",
         {"QueryExecution": {"Status": {"State": "CANCELLED"}}}),
        ("codebuild:startBuild", {"builds": [{"buildStatus": "SUCCEEDED"}]}, "succeeded",
         {"Build": {"buildStatus": "SUCCEEDED"}}),
        ("ecs:runTask", {"tasks": [{"lastStatus": "STOPPED", "containers": [{"exitCode": 0}]}]}, "succeeded",
         {"lastStatus": "STOPPED", "containers": [{"exitCode": 0}]}),
        ("ecs:runTask", {"tasks": [{"lastStatus": "STOPPED", "containers": [{"exitCode": 1}]}]}, "failed",
         {"lastStatus": "STOPPED", "containers": [{"exitCode": 1}]}),
        ("ecs:runTask", {"tasks": [{"lastStatus": "STOPPED", "containers": 1}]}, "failed",
         {"lastStatus": "STOPPED", "containers": 1}),
        ("ecs:runTask", {"tasks": [{"lastStatus": "STOPPED", "containers": ["x"]}]}, "failed",
         {"lastStatus": "STOPPED", "containers": ["x"]}),
        ("athena:startQueryExecution", [], "running", {"QueryExecution": None}),
        ("glue:startJobRun", {"JobRun": ["x"]}, "running", ["x"]),
        ("states:startExecution", {"status": "TIMED_OUT"}, "failed", {"status": "TIMED_OUT"}),
    ],
)  # fmt: skip
def test_how_the_job_stands(text, answer, outcome, result):
    polling = polling_of(resource(f"{text}.sync"))
    assert (polling.outcome(answer), polling.result(answer)) == (outcome, result)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DynamoDB", "DynamoDb"), ("ACM PCA", "AcmPca"), ("SQS", "Sqs"), ("EC2", "Ec2"), ("SESv2", "SesV2"),
        ("IoT Data Plane", "IotDataPlane"), ("Cognito Identity Provider", "CognitoIdentityProvider"),
        ("EC2ThrottledException", "Ec2ThrottledException"), ("DBInstanceNotFoundFault", "DbInstanceNotFoundFault"),
    ],
)  # fmt: skip
def test_pascal_case(name, expected):
    assert pascal_case(name) == expected


def test_prefix_is_without_what_says_nothing():
    assert [sdk_prefix(name) for name in ("Config Service", "Directory Service Data", "AmazonMQ", "mq")] == [
        "Config", "DirectoryServiceData", "Mq", "Mq",
    ]  # fmt: skip


def test_exception_name():
    names = ["NoSuchKey", "ThrottlingException", "DbInstanceNotFoundFault"]
    assert [exception_name(name) for name in names] == [
        "NoSuchKeyException", "ThrottlingException", "DbInstanceNotFoundException",
    ]  # fmt: skip


def test_names_cost_no_botocore():
    code = (
        "import sys; from pytest_sfn.asl.resource import parse_resource as p\n"
        "from pytest_sfn.services.operations import operation_of\n"
        "from pytest_sfn.services.misfits import misfits\n"
        "assert operation_of(p('arn:aws:states:::dynamodb:putItem')).name == 'PutItem'\n"
        "assert misfits(p('arn:aws:states:::lambda:invoke'), {'FunctionName': 'f', 'Paylod': 1})\n"
        "assert 'botocore' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
