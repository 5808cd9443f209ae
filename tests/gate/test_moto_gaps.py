"""Where moto answers otherwise than AWS."""

from __future__ import annotations

import hashlib
import json

import pytest

from pytest_sfn import SfnAws
from pytest_sfn.gate.moto_gaps import after


@pytest.fixture
def sfn_aws():
    with SfnAws() as sfn_aws:
        yield sfn_aws


def test_name_of_a_secret(sfn_aws):
    client = sfn_aws.client("secretsmanager")
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.create_secret(Name="Invalid Name", SecretString="s")
    assert caught.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": ("Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"),
    }
    assert client.create_secret(Name="good/name", SecretString="s")["Name"] == "good/name"


def test_malformed_details_of_events(sfn_aws):
    client = sfn_aws.client("events")

    def codes(*details: str) -> list[str | None]:
        entries = [{"Detail": detail, "DetailType": "t", "Source": "s"} for detail in details]
        answer = client.put_events(Entries=entries)
        found = [entry.get("ErrorCode") for entry in answer["Entries"]]
        assert answer["FailedEntryCount"] == len([code for code in found if code])
        return found

    assert codes("{}", '"text"', "{}", "[]") == [None, "MalformedDetail", None, "MalformedDetail"]
    assert codes("1") == ["MalformedDetail"]
    assert codes("{}") == [None]


@pytest.mark.parametrize(("more", "told"), [({}, False), ({"ReturnConsumedCapacity": "TOTAL"}, True)])
def test_capacity_of_an_update(sfn_aws, more, told):
    client = sfn_aws.client("dynamodb")
    client.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    change = {"UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    answer = client.update_item(TableName="t", Key={"id": {"S": "1"}}, **change, **more)
    assert ("ConsumedCapacity" in answer) is told


def test_topics(sfn_aws):
    client = sfn_aws.client("sns")
    plain = client.create_topic(Name="t")["TopicArn"]
    fifo = client.create_topic(Name="t.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    assert "SequenceNumber" not in client.publish(TopicArn=plain, Message="m")
    numbers = [
        client.publish(TopicArn=fifo, Message="m", MessageGroupId="g", MessageDeduplicationId=each)["SequenceNumber"]
        for each in "ab"
    ]
    assert numbers == ["10000000000000000000", "10000000000000000001"]  # the same in each test
    with pytest.raises(client.exceptions.NotFoundException, match="Topic does not exist"):
        client.publish(TopicArn=f"{plain}-not", Message="m")
    with pytest.raises(client.exceptions.NotFoundException, match="Endpoint does not exist"):
        client.publish(TargetArn="arn:aws:sns:us-east-1:123456789012:endpoint/GCM/a/1", Message="m")


def test_objects(sfn_aws):
    client = sfn_aws.client("s3")
    client.create_bucket(Bucket="bucket")
    put = client.put_object(Bucket="bucket", Key="k", Body=b"x")
    got = client.get_object(Bucket="bucket", Key="k")
    for answer in (put, got):
        assert answer["ServerSideEncryption"] == "AES256"
        assert answer["ChecksumType"] == "FULL_OBJECT"
    client.put_object(Bucket="bucket", Key="k", Body=b"x", ServerSideEncryption="aws:kms")
    assert client.get_object(Bucket="bucket", Key="k")["ServerSideEncryption"] == "aws:kms"


def test_what_other_services_put_into_a_queue(sfn_aws):
    sqs, sns, events = map(sfn_aws.client, ("sqs", "sns", "events"))
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.send_message(QueueUrl=url, MessageBody='{"plain": 1}')
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="m")
    events.put_rule(Name="r", EventPattern='{"source": ["s"]}')
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": arn}])
    events.put_events(Entries=[{"Source": "s", "DetailType": "d", "Detail": "{}"}])

    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]

    assert messages[0]["Body"] == '{"plain": 1}'
    assert json.loads(messages[1]["Body"])["SignatureVersion"] == "1"
    assert json.loads(messages[2]["Body"])["account"] == "123456789012"
    assert all(each["MD5OfBody"] == hashlib.md5(each["Body"].encode()).hexdigest() for each in messages)


def test_a_client_sends_a_request_once_although_its_answer_is_corrected(sfn_aws):
    client = sfn_aws.client("dynamodb")
    client.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    add = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    answer = client.update_item(TableName="t", Key={"id": {"S": "x"}}, **add)
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0
    assert client.get_item(TableName="t", Key={"id": {"S": "x"}})["Item"]["n"] == {"N": "1"}


def test_a_deletion_without_attributes():
    """Recorded; moto says so from 5.2 on."""
    assert after("dynamodb", "DeleteItem", b"{}", (200, {}, '{"Attributes": {}}')) == (200, {}, "{}")
    kept = (200, {}, '{"Attributes": {"id": {"S": "1"}}}')
    assert after("dynamodb", "DeleteItem", b"{}", kept) == kept
