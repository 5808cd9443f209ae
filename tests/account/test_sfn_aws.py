"""`SfnAws` as an object: what it opens, what it leaves behind, and its clients."""

from __future__ import annotations

import json
import os
import sys
from types import ModuleType

import boto3
import pytest
from botocore.exceptions import ClientError

from pytest_sfn import MockError, PytestSfnError, SfnAws, SfnMock
from pytest_sfn.account.sfn_mock import START_TIME, account_of
from tests.helpers import recover

INVOKE = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


def test_environment_is_dummy_while_open_and_as_before_afterwards(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    before = dict(os.environ)
    with SfnAws(region="eu-west-1"):
        assert os.environ["AWS_ACCESS_KEY_ID"] != "mine"
        assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
        assert "AWS_PROFILE" not in os.environ
    assert dict(os.environ) == before


def test_everything_is_as_before_after_an_error():
    import botocore.httpsession

    before, send = dict(os.environ), botocore.httpsession.URLLib3Session.send
    with pytest.raises(ZeroDivisionError), SfnAws():
        _ = 1 / 0
    assert dict(os.environ) == before
    assert botocore.httpsession.URLLib3Session.send is send


def test_each_account_begins_with_nothing():
    for _ in range(2):
        with SfnAws() as sfn_aws:
            s3 = sfn_aws.client("s3")
            assert s3.list_buckets()["Buckets"] == []
            s3.create_bucket(Bucket="reports")


def test_clients_have_the_region_and_the_account_of_the_account():
    with SfnAws(region="eu-west-1", account_id="111122223333") as sfn_aws:
        assert sfn_aws.client("sts").get_caller_identity()["Account"] == "111122223333"
        url = sfn_aws.client("sqs").create_queue(QueueName="q")["QueueUrl"]
        assert url == "https://sqs.eu-west-1.amazonaws.com/111122223333/q"
        assert sfn_aws.client("sqs", region_name="us-east-1").list_queues().get("QueueUrls", []) == []
        resource = sfn_aws.session.resource("sqs")
        assert resource.get_queue_by_name(QueueName="q").url == url


def test_client_of_an_account_that_is_not_open():
    with pytest.raises(PytestSfnError, match=r"not open\n  fix  use the fixture sfn_aws, or: with SfnAws\(\) as sfn_aws:"):
        SfnAws().client("s3")


def test_it_opens_once():
    with SfnAws() as sfn_aws, pytest.raises(PytestSfnError, match="open already"):
        sfn_aws.__enter__()


def test_step_functions_is_that_of_the_account():
    with SfnAws() as sfn_aws:
        sfn = sfn_aws.client("stepfunctions")
        arn = sfn.create_state_machine(name="m", definition=json.dumps(INVOKE), roleArn="arn:aws:iam::123456789012:role/r")[
            "stateMachineArn"
        ]
        execution = sfn.start_execution(stateMachineArn=arn, input='{"n": 1}')["executionArn"]
        assert sfn.describe_execution(executionArn=execution)["output"] == '{"n": 1}'
        assert [each.arn for each in sfn_aws.executions] == [execution]

        from moto.backends import get_backend

        assert not get_backend("stepfunctions")["123456789012"]["us-east-1"].state_machines


def invoke(sfn_aws: SfnAws, **kwargs):
    return sfn_aws.client("lambda").invoke(FunctionName="charge", **kwargs)


def test_invoke_asks_the_mock_of_the_function():
    with SfnAws() as sfn_aws:
        charge = sfn_aws.lambda_function("charge").calls(lambda event: {"paid": event})
        answer = invoke(sfn_aws, Payload=b'{"total": 17}')
        assert answer["StatusCode"] == 200
        assert answer["ExecutedVersion"] == "$LATEST"
        assert json.loads(answer["Payload"].read()) == {"paid": {"total": 17}}
        assert invoke(sfn_aws, InvocationType="Event")["StatusCode"] == 202
        assert charge.call_count == 2
        assert sfn_aws.executions == []


def test_invoke_of_a_function_that_fails():
    with SfnAws() as sfn_aws:
        sfn_aws.lambda_function("charge").raises("Declined", "no money", times=1).raises(
            "Lambda.TooManyRequestsException", "slow"
        )
        answer = invoke(sfn_aws)
        assert answer["FunctionError"] == "Unhandled"
        assert json.loads(answer["Payload"].read())["errorType"] == "Declined"

        lambda_ = sfn_aws.client("lambda")
        with pytest.raises(lambda_.exceptions.TooManyRequestsException, match="slow"):
            lambda_.invoke(FunctionName="charge")


def test_plain_account_has_no_services():
    assert account_of(SfnMock()).aws_services.services is None


def test_it_says_its_own_name():
    call = {**INVOKE["States"]["A"], "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"}
    with SfnAws() as sfn_aws:
        assert repr(sfn_aws).startswith("<SfnAws at 2024-01-01 00:00:00: 0 machines")
        with pytest.raises(MockError, match=r'fix +sfn_aws\.lambda_function\("f"\)\.returns'):
            sfn_aws.load({"StartAt": "A", "States": {"A": call}}).run()
        recover(sfn_aws)


def test_timeline_says_what_is_missing():
    get = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "End": True}
    get["Parameters"] = {"TableName": "orders", "Key": {"id": {"S": "1"}}}
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "data", "Key": "k.json"}}
    processor = {**INVOKE, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    read = {"Type": "Map", "ItemReader": reader, "ItemProcessor": processor, "End": True}
    with SfnAws() as sfn_aws:
        sfn_aws.client("s3").create_bucket(Bucket="data")
        got = sfn_aws.load({"StartAt": "A", "States": {"A": get}}).run()
        assert "  hint    table 'orders' does not exist; tables: none" in got.timeline().splitlines()
        was_read = sfn_aws.load({"StartAt": "B", "States": {"B": read}}).run()
        assert "  hint    key 'k.json' is not in bucket 'data'; keys: none" in was_read.timeline().splitlines()
        later = sfn_aws.load({"StartAt": "A", "States": {"A": get}}).run()
    for execution in (got, later):  # also when the services are gone
        assert "  hint    table 'orders' does not exist; tables: none" in execution.timeline().splitlines()


def _through_a_resource():
    boto3.resource("dynamodb").Table("order").get_item(Key={"id": "1"})


def _with_an_error_of_its_own():
    try:
        boto3.client("dynamodb").get_item(TableName="order", Key={"id": {"S": "1"}})
    except ClientError as error:
        raise LookupError("no such order") from error


@pytest.mark.parametrize("code", [_through_a_resource, _with_an_error_of_its_own])
def test_timeline_says_what_a_functions_call_of_boto3_misses(code):
    function = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True}
    with SfnAws() as sfn_aws:
        sfn_aws.client("dynamodb").create_table(**TABLE)
        sfn_aws.lambda_function("f").calls(lambda event: code())
        execution = sfn_aws.load({"StartAt": "A", "States": {"A": function}}).run()
    hint = "table 'order' does not exist; tables: orders; did you mean 'orders'?"
    assert [line for line in execution.timeline().splitlines() if "hint" in line] == [f"  hint    {hint}"]


TABLE = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


TOKEN = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token", "arn.$": "$$.StateMachine.Id"}},
            "End": True,
        }
    },
}
ROLE = "arn:aws:iam::123456789012:role/r"


def test_client_of_another_region_has_that_region():
    with SfnAws() as sfn_aws:
        asked = sfn_aws.lambda_function("ask").returns(None)
        here, there = sfn_aws.client("stepfunctions"), sfn_aws.client("stepfunctions", region_name="eu-west-1")
        sfn_aws.load(TOKEN, name="m")
        assert there.list_state_machines()["stateMachines"] == []
        arn = there.create_state_machine(name="m", definition=json.dumps(TOKEN), roleArn=ROLE)["stateMachineArn"]
        assert arn == "arn:aws:states:eu-west-1:123456789012:stateMachine:m"
        assert [each["stateMachineArn"] for each in here.list_state_machines()["stateMachines"]] == [sfn_aws.machines[0].arn]

        started = there.start_execution(stateMachineArn=arn, name="n")["executionArn"]
        assert started == "arn:aws:states:eu-west-1:123456789012:execution:m:n"
        assert asked.calls[0].input["arn"] == arn
        token = asked.calls[0].input["token"]
        for refused, code in (
            (lambda: here.describe_execution(executionArn=started), "InvalidArn"),
            (lambda: here.start_execution(stateMachineArn=arn), "InvalidArn"),
            (lambda: there.start_execution(stateMachineArn=sfn_aws.machines[0].arn), "InvalidArn"),
            (lambda: here.send_task_success(taskToken=token, output="1"), "InvalidToken"),
        ):
            with pytest.raises(ClientError) as caught:
                refused()
            assert caught.value.response["Error"]["Code"] == code
        there.send_task_success(taskToken=token, output="1")
        sfn_aws.advance(60)  # one clock
        assert there.describe_execution(executionArn=started)["output"] == "1"
        assert there.list_executions(stateMachineArn=arn)["executions"][0]["startDate"] == START_TIME
        assert here.list_executions(stateMachineArn=sfn_aws.machines[0].arn)["executions"] == []


def test_clients_of_tasks_belong_to_the_boto3_that_is_loaded(monkeypatch):
    with SfnAws() as sfn_aws:
        services = account_of(sfn_aws).aws_services.services
        client = services.client("sqs", "us-east-1", None)
        assert services.client("sqs", "us-east-1", None) is client
        again = ModuleType("boto3")
        monkeypatch.setattr(again, "Session", boto3.Session, raising=False)
        monkeypatch.setitem(sys.modules, "boto3", again)  # as a run of pytest inside of this one may load it
        assert services.client("sqs", "us-east-1", None) is not client


def test_log_group_is_of_the_clients_region():
    with SfnAws() as sfn_aws:
        sfn_aws.client("logs", region_name="eu-west-1").create_log_group(logGroupName="log")
        logging = {
            "level": "ALL",
            "destinations": [
                {"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:log:*"}}
            ],
        }
        machine = {"definition": json.dumps(INVOKE), "roleArn": ROLE, "loggingConfiguration": logging}
        sfn_aws.client("stepfunctions", region_name="eu-west-1").create_state_machine(name="m", **machine)
        with pytest.raises(ClientError, match="Log Destination not found"):
            sfn_aws.client("stepfunctions").create_state_machine(name="m", **machine)
