"""Service tasks that no mock answers, in an account with services."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

import pytest

from pytest_sfn import MockError, SfnAws, SfnMock
from pytest_sfn.tasks.checks import check_parameters
from pytest_sfn.tasks.services import Services
from tests.helpers import events, machine, recover, world

TABLE = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ITEM = {"id": {"S": "42"}, "paid": {"BOOL": True}}
REQUEST_ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture
def sfn_aws() -> Iterator[SfnAws]:
    with SfnAws() as sfn_aws:
        yield sfn_aws


def run_in(account: SfnAws, resource: str, parameters: Any, **fields: Any):
    """Run one task; gives the execution."""
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters, **fields}
    return account.load(machine(A=task)).run({})


@pytest.fixture
def run(sfn_aws):
    return partial(run_in, sfn_aws)


def details(execution, kind: str) -> Any:
    event = next(event for event in execution.history if event["type"] == kind)
    return next(value for key, value in event.items() if key.endswith("EventDetails"))


def test_optimized_task_shows_the_answer_with_its_headers(sfn_aws, run):
    sfn_aws.client("dynamodb").create_table(**TABLE)
    assert run("dynamodb:putItem", {"TableName": "orders", "Item": ITEM}).succeeded

    execution = run("dynamodb:getItem", {"TableName": "orders", "Key": {"id": {"S": "42"}}})

    output = execution.output
    assert list(output) == ["Item", "SdkHttpMetadata", "SdkResponseMetadata"]
    assert output["Item"] == ITEM
    request_id = output["SdkResponseMetadata"]["RequestId"]
    assert output["SdkHttpMetadata"] == {
        "AllHttpHeaders": {
            "Server": ["Server"],
            "Connection": ["keep-alive"],
            "x-amzn-RequestId": [request_id],
            "x-amz-crc32": ["3939933335"],
            "Content-Length": ["47"],
            "Date": ["Mon, 01 Jan 2024 00:00:00 GMT"],
            "Content-Type": ["application/x-amz-json-1.0"],
        },
        "HttpHeaders": {
            "Connection": "keep-alive",
            "Content-Length": "47",
            "Content-Type": "application/x-amz-json-1.0",
            "Date": "Mon, 01 Jan 2024 00:00:00 GMT",
            "Server": "Server",
            "x-amz-crc32": "3939933335",
            "x-amzn-RequestId": request_id,
        },
        "HttpStatusCode": 200,
    }
    assert details(execution, "TaskScheduled") == {
        "parameters": '{"TableName":"orders","Key":{"id":{"S":"42"}}}',
        "region": "us-east-1",
        "resource": "getItem",
        "resourceType": "dynamodb",
    }


def test_sdk_task_shows_the_answer_alone(sfn_aws, run):
    sfn_aws.client("dynamodb").create_table(**TABLE)
    item = {"id": {"S": "42"}, "paid": {"Bool": True}}

    assert run("aws-sdk:dynamodb:putItem", {"TableName": "orders", "Item": item}).output == {}
    assert run("aws-sdk:dynamodb:getItem", {"TableName": "orders", "Key": {"id": {"S": "42"}}}).output == {"Item": item}
    assert sfn_aws.client("dynamodb").get_item(TableName="orders", Key={"id": {"S": "42"}})["Item"] == ITEM


def test_headers_of_a_service_that_speaks_xml(sfn_aws, run):
    topic = sfn_aws.client("sns").create_topic(Name="news")["TopicArn"]

    output = run("sns:publish", {"TopicArn": topic, "Message": {"n": 1}}).output

    assert list(output) == ["MessageId", "SdkHttpMetadata", "SdkResponseMetadata"]
    headers = output["SdkHttpMetadata"]["AllHttpHeaders"]
    assert list(headers) == ["x-amzn-RequestId", "connection", "Content-Length", "Date", "Content-Type"]
    assert headers["Content-Length"] == ["294"]  # [recorded]
    assert headers["Content-Type"] == ["text/xml"]


@pytest.mark.parametrize(
    ("resource", "parameters", "error", "cause"),
    [
        (
            "dynamodb:putItem",
            {"TableName": "none", "Item": ITEM},
            "DynamoDB.ResourceNotFoundException",
            (
                "Requested resource not found (Service: AmazonDynamoDBv2; Status Code: 400; "
                "Error Code: ResourceNotFoundException; Request ID: <id>; Proxy: null)"
            ),
        ),
        (
            "aws-sdk:dynamodb:putItem",
            {"TableName": "none", "Item": {"id": {"S": "1"}}},
            "DynamoDb.ResourceNotFoundException",
            "Requested resource not found (Service: DynamoDb, Status Code: 400, Request ID: <id>) (SDK Attempt Count: 1)",
        ),
        (
            "aws-sdk:s3:getObject",
            {"Bucket": "none", "Key": "k"},
            "S3.NoSuchBucketException",
            (
                "The specified bucket does not exist (Service: S3, Status Code: 404, Request ID: <id>, "
                "Extended Request ID: <more>) (SDK Attempt Count: 1)"
            ),
        ),
        (
            "sqs:sendMessage",
            {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/none", "MessageBody": None},
            "SQS.AmazonSQSException",
            (
                "The request must contain the parameter MessageBody. (Service: AmazonSQS; Status Code: 400; "
                "Error Code: MissingParameter; Request ID: <id>; Proxy: null)"
            ),
        ),
        (
            "sqs:sendMessage",
            {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/none", "MessageBody": "m"},
            "SQS.QueueDoesNotExistException",
            (
                "The specified queue does not exist. (Service: AmazonSQS; Status Code: 400; "
                "Error Code: AWS.SimpleQueueService.NonExistentQueue; Request ID: <id>; Proxy: null)"
            ),
        ),
        (
            "sns:publish",
            {"TopicArn": "arn:aws:sns:us-east-1:123456789012:none", "Message": "m"},
            "SNS.NotFoundException",
            "Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: <id>; Proxy: null)",
        ),
    ],
)
def test_errors_are_named_as_aws_names_them(run, resource, parameters, error, cause):
    execution = run(resource, parameters)

    assert execution.error == error
    shown = re.sub(rf"(?<=[ .]Request ID: ){REQUEST_ID}", "<id>", execution.cause)
    assert re.sub(r"(?<=Extended Request ID: )[^)]+", "<more>", shown) == cause


@pytest.mark.parametrize(("as_of", "ends"), [(date(2025, 1, 22), "<id>)"), (date(2025, 11, 6), "(SDK Attempt Count: 1)")])
def test_cause_of_that_day(as_of, ends):
    with SfnAws(as_of=as_of) as account:
        execution = run_in(account, "aws-sdk:dynamodb:getItem", {"TableName": "none", "Key": {"id": {"S": "1"}}})
    assert re.sub(REQUEST_ID, "<id>", execution.cause).endswith(ends)


def test_retry_and_catch_see_the_errors(sfn_aws, run):
    retry = [{"ErrorEquals": ["DynamoDB.ResourceNotFoundException"], "IntervalSeconds": 60, "MaxAttempts": 2}]
    execution = run("dynamodb:getItem", {"TableName": "none", "Key": {"id": {"S": "1"}}}, Retry=retry)
    assert events(execution).count("TaskFailed") == 3
    assert execution.elapsed.total_seconds() == 180


def test_mock_is_asked_before_the_service(sfn_aws, run):
    mock = sfn_aws.resource("dynamodb:getItem").returns({"Item": {"id": {"S": "mocked"}}})
    assert run("dynamodb:getItem", {"TableName": "none", "Key": {"id": {"S": "1"}}}).output == {"Item": {"id": {"S": "mocked"}}}
    assert mock.call_count == 1


def test_token_task_calls_the_service_and_stays_open(sfn_aws, run):
    sqs = sfn_aws.client("sqs")
    url = sqs.create_queue(QueueName="reviews")["QueueUrl"]
    body = {"token.$": "$$.Task.Token"}

    execution = run("sqs:sendMessage.waitForTaskToken", {"QueueUrl": url, "MessageBody": body})

    assert execution.status == "RUNNING"
    submitted = json.loads(details(execution, "TaskSubmitted")["output"])
    message = sqs.receive_message(QueueUrl=url)["Messages"][0]
    assert submitted["MessageId"] == message["MessageId"]
    sfn_aws.send_task_success(json.loads(message["Body"])["token"], {"approved": True})
    assert execution.run().output == {"approved": True}


def test_events_name_who_sends_them_and_fail_as_one(sfn_aws, run):
    execution = run("events:putEvents", {"Entries": [{"Detail": {"n": 1}, "DetailType": "t", "Source": "s"}]})
    assert list(execution.output) == ["Entries", "FailedEntryCount"]

    entries = [{"Detail": detail, "DetailType": "t", "Source": "s"} for detail in ("{}", '"text"', "{")]
    failed = run("events:putEvents", {"Entries": entries})
    assert failed.error == "EventBridge.FailedEntry"
    cause = json.loads(failed.cause)
    assert [entry.get("ErrorCode") for entry in cause["Entries"]] == [None, "MalformedDetail", "MalformedDetail"]
    assert cause["FailedEntryCount"] == 2


@pytest.mark.parametrize(("arrives", "elapsed"), [(6.5, 7), (None, 20)])
def test_long_poll_waits_in_virtual_time(sfn_aws, arrives, elapsed):
    url = sfn_aws.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    receive = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sqs:receiveMessage",
        "Parameters": {"QueueUrl": url, "WaitTimeSeconds": 20},
    }
    execution = sfn_aws.load(machine(A=receive)).start({})
    if arrives is not None:
        sfn_aws.advance(arrives)
        sfn_aws.client("sqs").send_message(QueueUrl=url, MessageBody="m")
    execution.run()

    assert execution.elapsed.total_seconds() == elapsed
    assert [message["Body"] for message in execution.output.get("Messages", [])] == (["m"] if arrives else [])


def test_job_is_started_and_looked_after(sfn_aws, run):
    sfn_aws.client("codebuild").create_project(
        name="site",
        source={"type": "S3", "location": "sources/site.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole="arn:aws:iam::123456789012:role/service-role/build",
    )
    execution = run("codebuild:startBuild.sync", {"ProjectName": "site"})
    assert events(execution)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
    assert execution.output["Build"]["BuildStatus"] == "SUCCEEDED"
    assert "SdkHttpMetadata" in json.loads(details(execution, "TaskSubmitted")["output"])
    assert list(execution.output) == ["Build"]


def test_credentials_of_another_account(sfn_aws, run):
    credentials = {"RoleArn": "arn:aws:iam::222222222222:role/other"}
    run("aws-sdk:sqs:createQueue", {"QueueName": "theirs"}, Credentials=credentials)
    execution = run("aws-sdk:sqs:listQueues", {}, Credentials=credentials)
    assert execution.output["QueueUrls"] == ["https://sqs.us-east-1.amazonaws.com/222222222222/theirs"]
    assert run("aws-sdk:sqs:listQueues", {}).output.get("QueueUrls", []) == []


def test_sdk_invoke_asks_the_mock_of_the_function(sfn_aws, run):
    sfn_aws.lambda_function("charge").calls(lambda event: {"paid": event["total"]})
    output = run("aws-sdk:lambda:invoke", {"FunctionName": "charge", "Payload": {"total": 17}}).output
    assert output == {"ExecutedVersion": "$LATEST", "StatusCode": 200, "Payload": '{"paid": 17}'}


def test_same_seed_gives_the_same_history_where_moto_makes_no_ids():
    put = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "ResultPath": "$.put", "Next": "Get"}
    get = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:getItem"}
    definition = machine(
        Put={**put, "Parameters": {"TableName": "orders", "Item": ITEM}},
        Get={**get, "Parameters": {"TableName": "none", "Key": {"id": {"S": "1"}}}},
    )

    def history() -> Any:
        with SfnAws(seed=3) as sfn_aws:
            sfn_aws.client("dynamodb").create_table(**TABLE)
            return list(sfn_aws.load(definition).run({}).history)

    assert history() == history()


@pytest.mark.parametrize(
    ("resource", "parameters", "problem"),
    [
        (
            "aws-sdk:translate:translateText",
            {"Text": "x", "SourceLanguageCode": "en", "TargetLanguageCode": "de"},
            "moto does not have the service translate",
        ),
        (
            "aws-sdk:textract:analyzeID",
            {"DocumentPages": [{}]},
            "moto does not have this: The analyze_id action has not been implemented",
        ),
    ],
)
def test_what_moto_lacks_is_an_error_of_the_test(sfn_aws, run, resource, parameters, problem):
    with pytest.raises(MockError) as caught:
        run(resource, parameters)
    recover(sfn_aws)

    lines = str(caught.value).splitlines()
    _, service, action = resource.split(":")
    operation = f"{action[0].upper()}{action[1:]}"
    assert lines[0].endswith(f"state 'A': no mock answers this task, and {problem}")
    assert lines[1] == f"  resource  arn:aws:states:::{resource}"
    assert lines[3].startswith("  request   ")
    assert lines[3].endswith(".us-east-1.amazonaws.com/")
    assert lines[4:] == [
        f'  fix       sfn_aws.state("A").returns(...) or sfn_aws.resource("arn:aws:states:::{resource}").returns(...)',
        f'            or sfn_aws.service("{service}").on("{operation}").returns(...), which answers boto3 clients too',
        "  see       pytest-sfn docs services#what-moto-lacks (https://pytest-sfn.readthedocs.io/en/latest/services.html#what-moto-lacks)",
    ]


# -- what AWS's page of an integration says, where that is not what the API says ----------------------------------------


class Api:
    """boto3 clients whose answers are given by method, a list one after the other; it notes the calls."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.calls: list[tuple[str, Any]] = []

    def __call__(self, *_: object) -> Any:
        return self

    def __getattr__(self, method: str) -> Any:
        def call(**kwargs: Any) -> Any:
            self.calls.append((method, kwargs))
            answer = self.answers[method]
            return answer.pop(0) if isinstance(answer, list) else answer

        return call


class Runner:
    """Answers every task by its service."""

    def __init__(self, api: Api) -> None:
        self.services = Services(api)

    def check(self, request: Any) -> None:
        check_parameters(request)

    def start(self, request: Any) -> None:
        self.services.start(request)


def ask(resource: str, parameters: Any, answers: dict[str, Any]) -> tuple[Any, list[tuple[str, Any]]]:
    """Run one task at services with these answers; gives the execution and the calls."""
    account = SfnMock()
    world(account).runner = Runner(api := Api(answers))
    return run_in(account, resource, parameters), api.calls


def state(name: str) -> dict[str, Any]:
    return {"Cluster": {"Id": "j-1", "Status": {"State": name}}}


KEPT = {"Name": "c", "Instances": {"KeepJobFlowAliveWhenNoSteps": True}}
STEP = {"Name": "s", "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["a"]}}
CANCELLED = {"StepId": "s-1", "Status": "SUBMITTED"}


@pytest.mark.parametrize(
    ("resource", "parameters", "answers", "sent", "result"),
    [
        # connect-emr.html
        ("elasticmapreduce:createCluster", KEPT, {"run_job_flow": {"JobFlowId": "j-1", "ClusterArn": "a"}},
         [KEPT], {"ClusterId": "j-1"}),
        ("elasticmapreduce:createCluster.sync", KEPT,
         {"run_job_flow": {"JobFlowId": "j-1"}, "describe_cluster": [state("RUNNING"), state("WAITING")]},
         [KEPT, {"ClusterId": "j-1"}, {"ClusterId": "j-1"}], {"ClusterId": "j-1", **state("WAITING")}),
        ("elasticmapreduce:setClusterTerminationProtection", {"ClusterId": "j-1", "TerminationProtected": True},
         {"set_termination_protection": {}}, [{"JobFlowIds": ["j-1"], "TerminationProtected": True}], {}),
        ("elasticmapreduce:terminateCluster", {"ClusterId": "j-1"}, {"terminate_job_flows": {}}, [{"JobFlowIds": ["j-1"]}], {}),
        ("elasticmapreduce:terminateCluster.sync", {"ClusterId": "j-1"},
         {"terminate_job_flows": {}, "describe_cluster": [state("TERMINATING"), state("TERMINATED")]},
         [{"JobFlowIds": ["j-1"]}, {"ClusterId": "j-1"}, {"ClusterId": "j-1"}], state("TERMINATED")),
        ("elasticmapreduce:addStep", {"ClusterId": "j-1", "Step": STEP}, {"add_job_flow_steps": {"StepIds": ["s-1"]}},
         [{"JobFlowId": "j-1", "Steps": [STEP]}], {"StepId": "s-1"}),
        ("elasticmapreduce:addStep.sync", {"ClusterId": "j-1", "Step": STEP, "ExecutionRoleArn": "r"},
         {"add_job_flow_steps": {"StepIds": ["s-1"]}, "describe_step": {"Step": {"Status": {"State": "COMPLETED"}}}},
         [{"JobFlowId": "j-1", "Steps": [STEP], "ExecutionRoleArn": "r"}, {"ClusterId": "j-1", "StepId": "s-1"}],
         {"StepId": "s-1", "Step": {"Status": {"State": "COMPLETED"}}}),
        ("elasticmapreduce:cancelStep", {"ClusterId": "j-1", "StepId": "s-1"},
         {"cancel_steps": {"CancelStepsInfoList": [CANCELLED]}}, [{"ClusterId": "j-1", "StepIds": ["s-1"]}],
         {"CancelStepsInfo": CANCELLED}),
        ("elasticmapreduce:modifyInstanceFleetByName",
         {"ClusterId": "j-1", "InstanceFleetName": "core", "InstanceFleet": {"TargetOnDemandCapacity": 8}},
         {"list_instance_fleets": {"InstanceFleets": [{"Id": "f-1", "Name": "main"}, {"Id": "f-2", "Name": "core"}]},
          "modify_instance_fleet": {}},
         [{"ClusterId": "j-1"}, {"ClusterId": "j-1", "InstanceFleet": {"TargetOnDemandCapacity": 8, "InstanceFleetId": "f-2"}}],
         {}),
        ("elasticmapreduce:modifyInstanceGroupByName",
         {"ClusterId": "j-1", "InstanceGroupName": "core", "InstanceGroup": {"InstanceCount": 8}},
         {"list_instance_groups": {"InstanceGroups": [{"Id": "g-1", "Name": "core"}]}, "modify_instance_groups": {}},
         [{"ClusterId": "j-1"}, {"ClusterId": "j-1", "InstanceGroups": [{"InstanceCount": 8, "InstanceGroupId": "g-1"}]}],
         {}),
        # connect-glue.html
        ("glue:startJobRun", {"JobName": "nightly"}, {"start_job_run": {"JobRunId": "jr"}},
         [{"JobName": "nightly"}], {"JobName": "nightly", "JobRunId": "jr"}),
        # connect-emr-serverless.html
        *(
            (f"emr-serverless:{action}Application", {"ApplicationId": "a-1"}, {f"{action}_application": {}},
             [{"applicationId": "a-1"}], {"ApplicationId": "a-1"})
            for action in ("start", "stop", "delete")
        ),
        ("emr-serverless:startApplication.sync", {"ApplicationId": "a-1"},
         {"start_application": {}, "get_application": {"application": {"state": "STARTED"}}},
         [{"applicationId": "a-1"}, {"applicationId": "a-1"}], {"ApplicationId": "a-1", "Application": {"State": "STARTED"}}),
        # connect-mediaconvert.html
        ("mediaconvert:createJob", {"Role": "r", "Settings": {}, "Tags": {"own": "1"}}, {"create_job": {"Job": {"Id": "m-1"}}},
         [{"Role": "r", "Settings": {}, "Tags": {"own": "1", "ManagedByService": "AWSStepFunctions"}}], {"Job": {"Id": "m-1"}}),
        # connect-bedrock.html
        ("bedrock:invokeModel", {"ModelId": "m", "Body": {"prompt": "p"}}, {"invoke_model": {"body": b'{"text": "t"}'}},
         [{"modelId": "m", "body": b'{"prompt":"p"}'}], {"Body": {"text": "t"}}),
        ("bedrock:invokeModel", {"ModelId": "m", "Input": {"S3Uri": "s3://b/in/p.json"}, "Output": {"S3Uri": "s3://b/out.json"}},
         {"get_object": {"Body": b'{"prompt": "p"}', "ContentType": "application/json"}, "put_object": {},
          "invoke_model": {"body": b'{"text": "t"}'}},
         [{"Bucket": "b", "Key": "in/p.json"},
          {"modelId": "m", "body": b'{"prompt":"p"}', "contentType": "application/json"},
          {"Bucket": "b", "Key": "out.json", "Body": b'{"text":"t"}'}],
         {"Body": "s3://b/out.json"}),
    ],
)  # fmt: skip
def test_what_the_page_of_an_integration_says(resource, parameters, answers, sent, result):
    execution, calls = ask(resource, parameters, answers)
    assert execution.succeeded, execution.cause
    assert [kwargs for _, kwargs in calls] == sent
    assert {name: value for name, value in execution.output.items() if not name.startswith("Sdk")} == result


def test_a_job_of_emr_is_polled_each_minute_and_later_every_five(sfn_aws):
    polls = [{"Step": {"Status": {"State": name}}} for name in [*["RUNNING"] * 12, "COMPLETED"]]
    answers = {"add_job_flow_steps": {"StepIds": ["s-1"]}, "describe_step": polls}
    execution, _ = ask("elasticmapreduce:addStep.sync", {"ClusterId": "j-1", "Step": STEP}, answers)
    assert execution.elapsed.total_seconds() == 10 * 60 + 2 * 300


def test_a_name_that_the_service_does_not_list():
    parameters = {"ClusterId": "j-1", "InstanceFleetName": "core", "InstanceFleet": {}}
    execution, _ = ask(
        "elasticmapreduce:modifyInstanceFleetByName", parameters, {"list_instance_fleets": {"InstanceFleets": []}}
    )
    assert execution.error == "ElasticMapReduce.InvalidRequestException"


def test_a_cluster_in_memory(sfn_aws, run):
    created = run("elasticmapreduce:createCluster", {**KEPT, "ReleaseLabel": "emr-6.0.0"})
    cluster = created.output["ClusterId"]
    added = run("elasticmapreduce:addStep", {"ClusterId": cluster, "Step": {**STEP, "ActionOnFailure": "CONTINUE"}})
    steps = sfn_aws.client("emr").list_steps(ClusterId=cluster)["Steps"]
    assert [step["Id"] for step in steps] == [added.output["StepId"]]
    ended = run("elasticmapreduce:terminateCluster.sync", {"ClusterId": cluster})
    assert ended.output["Cluster"]["Status"]["State"] == "TERMINATED"


def test_half_of_a_surrogate_pair_is_sent_as_java_sends_it(run, sfn_aws) -> None:
    sfn_aws.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument='{"Statement": []}')
    assert run("aws-sdk:iam:updateRole", {"RoleName": "r", "Description": "a\ud800"}).succeeded
    assert sfn_aws.client("iam").get_role(RoleName="r")["Role"]["Description"] == "a?"
    sfn_aws.client("s3").create_bucket(Bucket="files")
    assert run("aws-sdk:s3:putObject", {"Bucket": "files", "Key": "k", "Body": "a\ud800"}).succeeded
    assert sfn_aws.client("s3").get_object(Bucket="files", Key="k")["Body"].read() == b'"a?"'
