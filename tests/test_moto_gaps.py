"""Where moto answers otherwise than AWS."""

from __future__ import annotations

import pytest

from pytest_sfn import SfnAws


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
