"""What does not fit the shapes of a service's API."""

from __future__ import annotations

from datetime import date

import pytest

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.names import suggest
from pytest_sfn.services.misfits import answer_misfits, misfits, runtime_text

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


@pytest.mark.parametrize(
    ("text", "parameters"),
    [  # the examples on the page of each integration, with other values
        ("athena:startQueryExecution.sync", {"QueryString": "select 1", "WorkGroup": "w",
                                             "ResultConfiguration": {"OutputLocation": "s3://b"}}),
        ("batch:submitJob.sync", {"JobDefinition": "d", "JobName": "n", "JobQueue": "q", "Parameters": {"a": "b"},
                                  "ContainerOverrides": {"Vcpus": 4}}),
        ("bedrock:invokeModel", {"ModelId": "m", "Body": {"prompt": "p"}, "ContentType": "application/json", "Accept": "*/*"}),
        ("bedrock:invokeModel", {"ModelId": "m", "Input": {"S3Uri": "s3://b/k"}, "Output": {"S3Uri": "s3://b/o"}}),
        ("codebuild:batchDeleteBuilds", {"Ids": ["arn"]}),
        ("databrew:startJobRun.sync", {"Name": "job"}),
        ("dynamodb:getItem", {"TableName": "t", "Key": {"MessageId": {"S": "m"}}}),
        ("ecs:runTask.sync", {"Cluster": "c", "TaskDefinition": "t",
                              "Overrides": {"ContainerOverrides": [{"Name": "n", "Command": ["a", "b"]}]}}),
        ("ecs:runTask.waitForTaskToken", {"LaunchType": "FARGATE", "Cluster": "c", "TaskDefinition": "t", "Overrides": {
            "ContainerOverrides": [{"Name": "n", "Environment": [{"Name": "TOKEN", "Value": "t"}]}]}}),
        ("eks:createCluster.sync", {"Name": "c", "ResourcesVpcConfig": {"SubnetIds": ["s"]}, "RoleArn": "r"}),
        ("eks:createFargateProfile.sync", {"ClusterName": "c", "FargateProfileName": "f", "PodExecutionRoleArn": "r",
                                           "Selectors": [{"Namespace": "n", "Labels": {"my-label": "v"}}]}),
        ("eks:createNodegroup.sync", {"ClusterName": "c", "NodegroupName": "n", "NodeRole": "r", "Subnets": ["s"]}),
        ("eks:runJob.sync", {"ClusterName": "c", "CertificateAuthority": "a", "Endpoint": "https://e",
                             "LogOptions": {"RetrieveLogs": True, "LogParameters": {"tailLines": ["6"]}},
                             "Job": {"apiVersion": "batch/v1"}}),
        ("eks:call", {"ClusterName": "c", "CertificateAuthority": "a", "Endpoint": "https://e", "Method": "GET", "Path": "/p",
                      "QueryParameters": {"labelSelector": ["a=b"]}, "RequestBody": "text"}),
        ("elasticmapreduce:createCluster.sync", {
            "Name": "c", "VisibleToAllUsers": True, "ReleaseLabel": "emr-5.28.0", "Applications": [{"Name": "Hive"}],
            "ServiceRole": "r", "JobFlowRole": "j", "LogUri": "s3n://l/", "Instances": {
                "KeepJobFlowAliveWhenNoSteps": True, "InstanceFleets": [{
                    "InstanceFleetType": "MASTER", "Name": "MASTER", "TargetOnDemandCapacity": 1,
                    "InstanceTypeConfigs": [{"InstanceType": "m4.xlarge"}]}]}}),
        ("elasticmapreduce:setClusterTerminationProtection", {"ClusterId": "j", "TerminationProtected": True}),
        ("elasticmapreduce:cancelStep", {"ClusterId": "j", "StepId": "s"}),
        ("elasticmapreduce:modifyInstanceGroupByName", {"ClusterId": "j", "InstanceGroupName": "g",
                                                        "InstanceGroup": {"InstanceCount": 8}}),
        ("elasticmapreduce:modifyInstanceFleetByName", {"ClusterId": "j", "InstanceFleetName": "f", "InstanceFleet": {
            "TargetOnDemandCapacity": 8, "TargetSpotCapacity": 0}}),
        ("emr-containers:createVirtualCluster", {"Name": "v", "ContainerProvider": {
            "Id": "e", "Type": "EKS", "Info": {"EksInfo": {"Namespace": "n"}}}}),
        ("emr-containers:startJobRun.sync", {
            "Name": "n", "VirtualClusterId": "v", "ExecutionRoleArn": "r", "ReleaseLabel": "l",
            "JobDriver": {"SparkSubmitJobDriver": {"EntryPoint": "s3://b/p", "EntryPointArguments": ["60"]}},
            "ConfigurationOverrides": {"MonitoringConfiguration": {"PersistentAppUI": "ENABLED"}}}),
        ("emr-serverless:startJobRun.sync", {"ApplicationId": "a", "ExecutionRoleArn": "r", "JobDriver": {
            "SparkSubmit": {"EntryPoint": "s3://b/p", "EntryPointArguments": ["1"]}}}),
        ("events:putEvents", {"Entries": [{"Detail": {"a": 1}, "DetailType": "d", "EventBusName": "b", "Source": "s"}]}),
        ("glue:startJobRun.sync", {"JobName": "j"}),
        ("lambda:invoke.waitForTaskToken", {"FunctionName": "f", "Payload": {"token": "t"}, "Qualifier": "prod-v1"}),
        ("lambda:invoke", {"FunctionName": "f", "InvocationType": "Event"}),
        ("mediaconvert:createJob.sync", {"Role": "r", "Settings": {"OutputGroups": [], "Inputs": [{"FileInput": "s3://b/i"}]}}),
        ("sagemaker:createTransformJob.sync", {
            "ModelName": "m", "TransformJobName": "t", "TransformOutput": {"S3OutputPath": "s3://b"},
            "TransformInput": {"CompressionType": "None", "ContentType": "text/csv", "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/i"}}},
            "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m4.xlarge"}}),
        ("sns:publish.waitForTaskToken", {"TopicArn": "t", "Message": {"Input": {}, "TaskToken": "t"}}),
        ("sqs:sendMessage", {"QueueUrl": "q", "MessageBody": "m", "MessageAttributes": {
            "my attribute": {"DataType": "String", "StringValue": "v"}}}),
        ("states:startExecution.sync", {"Input": {"Comment": "c"}, "StateMachineArn": "m", "Name": "n"}),
    ],
)  # fmt: skip
def test_the_examples_of_aws_s_pages(text, parameters):
    assert misfits(resource(text), parameters) == []


ONE = "There should only be one of the following fields: [Body, Input]"


@pytest.mark.parametrize(
    ("text", "parameters", "refusal"),
    [  # what the pages say that an integration does not take
        ("elasticmapreduce:createCluster", {"Name": "c", "Instances": {"KeepJobFlowAliveWhenNoSteps": True}, "Steps": []},
         'The field "Steps" is not supported by Step Functions'),
        ("elasticmapreduce:createCluster", {"Name": "c", "Instances": {}},
         "The field 'KeepJobFlowAliveWhenNoSteps' is required but was missing"),
        ("elasticmapreduce:createCluster", {"Name": "c", "Instances": {"KeepJobFlowAliveWhenNoSteps": False}},
         "The value for the 'KeepJobFlowAliveWhenNoSteps' field is not valid"),
        ("elasticmapreduce:terminateCluster", {"ClusterId": "c", "JobFlowIds": ["c"]},
         'The field "JobFlowIds" is not supported by Step Functions'),
        ("elasticmapreduce:addStep", {"ClusterId": "c"}, "The field 'Step' is required but was missing"),
        ("elasticmapreduce:modifyInstanceFleetByName",
         {"ClusterId": "c", "InstanceFleetName": "n", "InstanceFleet": {"InstanceFleetId": "i"}},
         'The field "InstanceFleetId" is not supported by Step Functions'),
        ("elasticmapreduce:modifyInstanceGroupByName",
         {"ClusterId": "c", "InstanceGroupName": "n", "InstanceGroup": {"InstanceGroupId": "i"}},
         'The field "InstanceGroupId" is not supported by Step Functions'),
        ("bedrock:invokeModel", {"ModelId": "m", "Body": {}, "Input": {"S3Uri": "s3://b/k"}}, ONE),
        ("bedrock:invokeModel", {"ModelId": "m"}, "The field 'Body' is required but was missing"),
        ("ecs:runTask", {"TaskDefinition": "t", "Overrides": {"ContainerOverrides": [{"TaskRoleArn": "r"}]}},
         'The field "TaskRoleArn" is not supported by Step Functions'),
        ("eks:runJob", {"ClusterName": "c", "CertificateAuthority": "a", "Endpoint": "e"},
         "The field 'Job' is required but was missing"),
        ("eks:call", {"ClusterName": "c", "CertificateAuthority": "a", "Endpoint": "e", "Method": 1, "Path": "/"},
         "The value for the field 'Method' must be a STRING"),
        ("eks:call",
         {"ClusterName": "c", "CertificateAuthority": "a", "Endpoint": "e", "Method": "GET", "Path": "/", "Job": {}},
         'The field "Job" is not supported by Step Functions'),
    ],
)  # fmt: skip
def test_what_aws_s_pages_exclude(text, parameters, refusal):
    assert [runtime_text(misfit) for misfit in misfits(resource(text), parameters)] == [refusal]


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
        # .sync: the whole answer of the polling operation [reported]
        ("batch:submitJob.sync", {"Jobs": [JOB]}, None),
        ("batch:submitJob.sync", {}, None),
        ("batch:submitJob.sync", {"Status": "DONE"}, None),
        ("batch:submitJob.sync", {"Jobs": [{**JOB, "Status": "DONE"}]},
         ("value", "Jobs[0].Status", "is not an expected value")),
        ("glue:startJobRun.sync", {"JobRun": {"JobRunState": "FINE"}},
         ("value", "JobRun.JobRunState", "is not an expected value")),
        ("states:startExecution.sync", {**RUN, "Output": "{}"}, None),
        ("states:startExecution.sync", {**RUN, "Output": {}}, ("type", "Output", "must be a string")),
        ("states:startExecution.sync:2", {**RUN, "Output": {}}, ("type", "Output", "must be a string")),
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


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
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
    ],
)  # fmt: skip
def test_results_of_jobs(text, answer, expected):
    """In an execution the result of a `.sync` task is the job, or the polling operation's answer."""
    found = answer_misfits(resource(text), answer)
    assert (found[0].kind, found[0].where, found[0].text) == expected if found else expected is None


def test_a_bound_of_another_day():
    answer = {"Configuration": {"MemorySize": 10_241}}
    get = resource("aws-sdk:lambda:getFunction")
    assert answer_misfits(get, answer, as_of=date(2025, 12, 3))[0].where == "Configuration.MemorySize"
    assert answer_misfits(get, answer, as_of=date(2026, 1, 1)) == answer_misfits(get, answer) == []


def test_time_of_an_optimized_integration_is_really_a_number():
    assert answer_misfits(resource("states:startExecution"), {"ExecutionArn": "e", "StartDate": 1.7e9}) == []
    assert answer_misfits(resource("aws-sdk:sfn:startExecution"), {"ExecutionArn": "e", "StartDate": 1.7e9}) != []


def test_answer_to_the_start_of_a_job():
    batch = resource("batch:submitJob.sync")
    assert answer_misfits(batch, {"JobId": "1", "JobName": "j"}, taken=True) == []
    assert answer_misfits(batch, {"JobId": "1"}, taken=True)[0].name == "JobName"
