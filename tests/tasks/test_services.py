"""Service tasks that no mock answers, in an account with services."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

import pytest

from pytest_sfn import MockError, SfnAws
from tests.helpers import events, machine, recover

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
    output = run("aws-sdk:lambda:invoke", {"FunctionName": "charge", "Payload": '{"total": 17}'}).output
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
    assert lines[0].endswith(f"state 'A': no mock answers this task, and {problem}")
    assert lines[1] == f"  resource  arn:aws:states:::{resource}"
    assert lines[3].startswith("  request   ")
    assert lines[3].endswith(".us-east-1.amazonaws.com/")
    assert lines[4:] == [
        f'  fix       sfn_aws.state("A").returns(...) or sfn_aws.resource("arn:aws:states:::{resource}").returns(...)',
        "  see       docs/services.md#what-moto-lacks",
    ]


def test_emr_has_parameters_of_its_own_and_needs_a_mock(sfn_aws, run):
    with pytest.raises(MockError, match="no mock answers this task"):
        run("elasticmapreduce:terminateCluster", {"ClusterId": "j-1"})
    recover(sfn_aws)
