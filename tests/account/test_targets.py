"""Targets of rules and schedules."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn import MockError, PytestSfnError, SfnAws
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.account.targets import Targets
from tests.helpers import recover

REGION = "us-east-1:123456789012"
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


def targets_of(sfn_aws: SfnAws) -> Targets:
    account = account_of(sfn_aws)
    return Targets(account, lambda service, region, _: sfn_aws.client(service, region_name=region))


def send(sfn_aws: SfnAws, arn: str, text: str = '{"n":1}', **more: Any) -> None:
    targets = targets_of(sfn_aws)
    assert targets.serves(arn)
    targets.send({"Arn": arn, **more}, text, "a test", at_once=True)


def test_a_function() -> None:
    with SfnAws() as sfn_aws:
        order = sfn_aws.lambda_function("order").raises("Error")  # nobody waits for it
        send(sfn_aws, f"arn:aws:lambda:{REGION}:function:order")
        assert [call.input for call in sfn_aws.lambda_function("order").calls] == [{"n": 1}]
        assert order is not None


def test_a_function_that_nothing_answers() -> None:
    with SfnAws() as sfn_aws:
        with pytest.raises(MockError, match="order"):
            send(sfn_aws, f"arn:aws:lambda:{REGION}:function:order")
        recover(sfn_aws)


def test_queues() -> None:
    with SfnAws() as sfn_aws:
        sqs = sfn_aws.client("sqs")
        plain = sqs.create_queue(QueueName="q")["QueueUrl"]
        attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        fifo = sqs.create_queue(QueueName="q.fifo", Attributes=attributes)["QueueUrl"]
        send(sfn_aws, f"arn:aws:sqs:{REGION}:q")
        send(sfn_aws, f"arn:aws:sqs:{REGION}:q.fifo", SqsParameters={"MessageGroupId": "g"})
        for url in (plain, fifo):
            assert [each["Body"] for each in sqs.receive_message(QueueUrl=url)["Messages"]] == ['{"n":1}']


def test_what_fails_goes_to_the_dead_letter_queue() -> None:
    with SfnAws() as sfn_aws:
        sqs = sfn_aws.client("sqs")
        url = sqs.create_queue(QueueName="dead")["QueueUrl"]
        send(sfn_aws, f"arn:aws:sqs:{REGION}:none")
        send(sfn_aws, f"arn:aws:sqs:{REGION}:none", DeadLetterConfig={"Arn": f"arn:aws:sqs:{REGION}:dead"})
        assert [each["Body"] for each in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=9)["Messages"]] == ['{"n":1}']


def test_a_topic_passes_it_on() -> None:
    with SfnAws() as sfn_aws:
        sqs, sns = sfn_aws.client("sqs"), sfn_aws.client("sns")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        topic = sns.create_topic(Name="t")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:q")
        send(sfn_aws, topic)
        (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
        assert json.loads(message["Body"])["Message"] == '{"n":1}'


def test_a_stream() -> None:
    with SfnAws() as sfn_aws:
        kinesis = sfn_aws.client("kinesis")
        kinesis.create_stream(StreamName="s", ShardCount=1)
        send(sfn_aws, f"arn:aws:kinesis:{REGION}:stream/s")
        shard = kinesis.list_shards(StreamName="s")["Shards"][0]["ShardId"]
        at = kinesis.get_shard_iterator(StreamName="s", ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        assert [record["Data"] for record in kinesis.get_records(ShardIterator=at)["Records"]] == [b'{"n":1}']


def test_a_delivery_stream() -> None:
    with SfnAws() as sfn_aws:
        sfn_aws.client("s3").create_bucket(Bucket="bucket")
        destination = {"BucketARN": "arn:aws:s3:::bucket", "RoleARN": "arn:aws:iam::123456789012:role/r"}
        sfn_aws.client("firehose").create_delivery_stream(DeliveryStreamName="d", S3DestinationConfiguration=destination)
        send(sfn_aws, f"arn:aws:firehose:{REGION}:deliverystream/d")
        assert sfn_aws.client("s3").list_objects_v2(Bucket="bucket")["KeyCount"] == 1


def test_a_log_group() -> None:
    with SfnAws() as sfn_aws:
        logs = sfn_aws.client("logs")
        logs.create_log_group(logGroupName="/aws/events/g")
        sfn_aws.advance(1)
        send(sfn_aws, f"arn:aws:logs:{REGION}:log-group:/aws/events/g:*")
        (event,) = logs.filter_log_events(logGroupName="/aws/events/g")["events"]
        assert (event["message"], event["timestamp"]) == ('{"n":1}', 1704067201000)


def test_any_operation_of_a_service() -> None:
    with SfnAws() as sfn_aws:
        machine = sfn_aws.load(PASS)
        text = json.dumps({"StateMachineArn": machine.arn, "Input": '{"n":1}'})
        send(sfn_aws, "arn:aws:scheduler:::aws-sdk:sfn:startExecution", text)
        assert [execution.input for execution in sfn_aws.executions] == [{"n": 1}]
        with pytest.raises(PytestSfnError, match="names no operation of a service"):
            send(sfn_aws, "arn:aws:scheduler:::aws-sdk:nothing:doIt")


def test_a_machine_that_is_not_there() -> None:
    with SfnAws() as sfn_aws:
        sfn_aws.load(PASS, name="Orders")
        with pytest.raises(PytestSfnError) as caught:
            send(sfn_aws, f"arn:aws:states:{REGION}:stateMachine:Order")
        assert str(caught.value) == (
            f"a test cannot start arn:aws:states:{REGION}:stateMachine:Order: StateMachineDoesNotExist: "
            f"State Machine Does Not Exist: 'arn:aws:states:{REGION}:stateMachine:Order'\n"
            '  input     {"n":1}\n'
            f"  machines  arn:aws:states:{REGION}:stateMachine:Orders\n"
            "  fix       load the machine under this ARN\n"
            "  see       pytest-sfn docs events#targets (https://pytest-sfn.readthedocs.io/en/latest/events.html#targets)"
        )
        recover(sfn_aws)


@pytest.mark.parametrize(
    ("target", "fix"),
    [
        ({}, "see what the rule sends to its target"),
        (
            {"InputTransformer": {"InputPathsMap": {"key": "$.detail.key"}, "InputTemplate": "<kye>"}},
            "InputPathsMap has no 'kye', did you mean 'key'\\?",
        ),
    ],
)
def test_an_input_that_is_not_json(target: dict[str, Any], fix: str) -> None:
    with SfnAws() as sfn_aws:
        machine = sfn_aws.load(PASS)
        with pytest.raises(PytestSfnError, match=rf"(?s)InvalidExecutionInput.*input     order 1\n.*fix       {fix}\n"):
            send(sfn_aws, machine.arn, "order 1", **target)
        recover(sfn_aws)


@pytest.mark.parametrize(
    ("arn", "served"),
    [
        (f"arn:aws:states:{REGION}:stateMachine:a", True),
        ("arn:aws:scheduler:::aws-sdk:sqs:sendMessage", True),
        (f"arn:aws:ecs:{REGION}:cluster/c", False),
        ("", False),
    ],
)
def test_serves(arn: str, served: bool) -> None:
    with SfnAws() as sfn_aws:
        assert targets_of(sfn_aws).serves(arn) == served
