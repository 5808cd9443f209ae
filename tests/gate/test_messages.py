"""Messages, queues and topics that SQS and SNS refuse, and FIFO ones."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest

from pytest_sfn import SfnAws

ALLOWED = "#x9 | #xA | #xD | [#x20 to #xD7FF] | [#xE000 to #xFFFD] | [#x10000 to #x10FFFF]"
NOT_FOR_QUEUE = "The request include parameter that is not valid for this queue type."
CHARACTERS = "can only include alphanumeric and punctuation characters. 1 to 128 in length."


@pytest.fixture(scope="module")
def aws():
    with SfnAws() as sfn_aws:
        sfn_aws.client("sqs").create_queue(QueueName="q")
        sfn_aws.client("sns").create_topic(Name="t")
        yield sfn_aws


def error_of(client: Any, method: str, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(client.exceptions.ClientError) as caught:
        getattr(client, method)(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ({"MessageBody": ""}, "MissingParameter", "The request must contain the parameter MessageBody."),
        (
            {"MessageBody": "a\x01"},
            "InvalidMessageContents",
            f"Invalid binary character '#x1' was found in the message body, the set of allowed characters is {ALLOWED}",
        ),
        (
            {"MessageBody": "m", "MessageDeduplicationId": "d"},
            "InvalidParameterValue",
            f"Value d for parameter MessageDeduplicationId is invalid. Reason: {NOT_FOR_QUEUE}",
        ),
        (
            {"MessageBody": "m", "MessageGroupId": "a b"},
            "InvalidParameterValue",
            f"Value a b for parameter MessageGroupId is invalid. Reason: MessageGroupId {CHARACTERS}",
        ),
    ],
)
def test_messages_that_are_refused(aws, arguments, code, message):
    client = aws.client("sqs")
    url = client.get_queue_url(QueueName="q")["QueueUrl"]
    assert error_of(client, "send_message", QueueUrl=url, **arguments) == (code, message)


def test_messages_that_are_taken(aws):
    client = aws.client("sqs")
    url = client.get_queue_url(QueueName="q")["QueueUrl"]
    for message in ({"MessageBody": "\t\n é😀"}, {"MessageBody": "m", "MessageGroupId": "fair-queue"}):
        assert "SequenceNumber" not in client.send_message(QueueUrl=url, **message)


@pytest.mark.parametrize(
    ("name", "attributes", "code", "message"),
    [
        (
            "x.fifo",
            {},
            "InvalidParameterValue",
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        ),
        ("x", {"Colour": "red"}, "InvalidAttributeName", "Unknown Attribute Colour."),
        ("x", {"DelaySeconds": "901"}, "InvalidAttributeValue", "Invalid value for the parameter DelaySeconds."),
        ("x", {"VisibilityTimeout": "long"}, "InvalidAttributeValue", "Invalid value for the parameter VisibilityTimeout."),
    ],
)
def test_queues_that_are_refused(aws, name, attributes, code, message):
    assert error_of(aws.client("sqs"), "create_queue", QueueName=name, Attributes=attributes) == (code, message)


def test_a_queue_may_be_created_again(aws):
    client = aws.client("sqs")
    url = client.create_queue(QueueName="again", Attributes={"DelaySeconds": "5"})["QueueUrl"]
    assert client.create_queue(QueueName="again", Attributes={"DelaySeconds": "5"})["QueueUrl"] == url
    assert client.create_queue(QueueName="again")["QueueUrl"] == url


def test_a_long_poll_takes_no_real_time_and_has_a_limit(aws):
    client = aws.client("sqs")
    url = client.create_queue(QueueName="empty", Attributes={"DelaySeconds": "900"})["QueueUrl"]
    assert "Messages" not in client.receive_message(QueueUrl=url, WaitTimeSeconds=20)
    assert error_of(client, "receive_message", QueueUrl=url, WaitTimeSeconds=21)[0] == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"Message": "m"}, "TopicArn or TargetArn Reason: no value for required parameter"),
        ({"TopicArn": "t", "Message": ""}, "Empty message"),
        (
            {"TopicArn": "t", "Message": "m", "MessageStructure": "json"},
            "Message Structure - JSON message body failed to parse",
        ),
        (
            {"TopicArn": "t", "Message": "{}", "MessageStructure": "json"},
            "Message Structure - No default entry in JSON message body",
        ),
    ],
)
def test_what_is_not_published(aws, arguments, message):
    client = aws.client("sns")
    if "TopicArn" in arguments:
        arguments = {**arguments, "TopicArn": client.create_topic(Name="t")["TopicArn"]}
    assert error_of(client, "publish", **arguments) == ("InvalidParameter", f"Invalid parameter: {message}")


def test_texts_for_each_protocol_are_published(aws):
    client = aws.client("sns")
    arn = client.create_topic(Name="t")["TopicArn"]
    assert client.publish(TopicArn=arn, Message=json.dumps({"default": "m"}), MessageStructure="json")["MessageId"]


def test_protocols_of_subscriptions(aws):
    client = aws.client("sns")
    arn = client.create_topic(Name="t")["TopicArn"]
    message = "Invalid parameter: Does not support this protocol string: post"
    assert error_of(client, "subscribe", TopicArn=arn, Protocol="post", Endpoint="x") == ("InvalidParameter", message)


def test_fifo_queues_keep_the_order_of_each_group_and_number_messages(aws):
    client = aws.client("sqs")
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = client.create_queue(QueueName="order.fifo", Attributes=attributes)["QueueUrl"]
    numbers = [
        client.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group)["SequenceNumber"]
        for group, body in (("a", "1"), ("b", "2"), ("a", "3"))
    ]
    entries = [{"Id": "x", "MessageBody": "4", "MessageGroupId": "b"}]
    numbers.append(client.send_message_batch(QueueUrl=url, Entries=entries)["Successful"][0]["SequenceNumber"])
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 4

    first = client.receive_message(QueueUrl=url, MaxNumberOfMessages=1, AttributeNames=["All"])["Messages"][0]
    assert (first["Body"], first["Attributes"]["SequenceNumber"]) == ("1", numbers[0])
    others = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [each["Body"] for each in others] == ["2", "4"]  # group a waits for its first message
    assert "Attributes" not in others[0]


def test_a_fifo_topic_tells_messages_apart_by_their_content(aws):
    sqs, sns = map(aws.client, ("sqs", "sns"))
    url = sqs.create_queue(QueueName="copy.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    attributes = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    topic = sns.create_topic(Name="t.fifo", Attributes=attributes)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    for message in ("1", "2", "1"):
        sns.publish(TopicArn=topic, Message=message, MessageGroupId="g")
    entries = [{"Id": each, "Message": each, "MessageGroupId": "g"} for each in "23"]
    batch = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)["Successful"]
    assert len({each["SequenceNumber"] for each in batch}) == 2
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])["Messages"]
    assert [json.loads(each["Body"])["Message"] for each in got] == ["1", "2", "3"]
    assert got[0]["Attributes"]["MessageDeduplicationId"] == sha256(b"1").hexdigest()
