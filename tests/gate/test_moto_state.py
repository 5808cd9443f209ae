"""What moto holds, kept and put back."""

import json
import threading
from collections import defaultdict

import pytest

from pytest_sfn import PytestSfnError
from pytest_sfn.gate.moto_state import keep


class Services:
    """A few services with something in each."""

    def __init__(self, aws):
        self.s3, self.dynamodb, self.sqs, self.ssm, self.kms = map(aws.client, ("s3", "dynamodb", "sqs", "ssm", "kms"))
        self.client = aws.client
        self.s3.create_bucket(Bucket="bucket")
        self.s3.put_object(Bucket="bucket", Key="one", Body=b"1")
        self.dynamodb.create_table(
            TableName="table",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.dynamodb.put_item(TableName="table", Item={"id": {"S": "one"}})
        self.queue = self.sqs.create_queue(QueueName="queue.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        self.number = self.send("one")
        self.ssm.put_parameter(Name="parameter", Value="one", Type="String")
        self.key = self.kms.create_key()["KeyMetadata"]["KeyId"]

    def send(self, text):
        sent = self.sqs.send_message(QueueUrl=self.queue, MessageBody=text, MessageGroupId="g", MessageDeduplicationId=text)
        return sent["SequenceNumber"]

    def change(self):
        """Add to everything, take from it, and use services that were not in use; gives the number of the message."""
        self.s3.put_object(Bucket="bucket", Key="one", Body=b"2")
        self.s3.put_object(Bucket="bucket", Key="two", Body=b"2")
        self.s3.create_bucket(Bucket="another")
        self.dynamodb.delete_table(TableName="table")
        self.ssm.put_parameter(Name="parameter", Value="two", Type="String", Overwrite=True)
        self.kms.schedule_key_deletion(KeyId=self.key)
        self.client("sns").create_topic(Name="topic")
        return self.send("two")

    @property
    def state(self):
        return {
            "buckets": [bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]],
            "objects": [each["Key"] for each in self.s3.list_objects_v2(Bucket="bucket")["Contents"]],
            "object": self.s3.get_object(Bucket="bucket", Key="one")["Body"].read(),
            "items": self.dynamodb.scan(TableName="table")["Items"],
            "messages": self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["All"])["Attributes"],
            "parameter": self.ssm.get_parameter(Name="parameter")["Parameter"],
            "key": self.kms.describe_key(KeyId=self.key)["KeyMetadata"],
            "topics": self.client("sns").list_topics()["Topics"],
        }


@pytest.mark.filterwarnings("error")
def test_everything_comes_back_any_number_of_times(sfn_aws):
    services = Services(sfn_aws)
    before = json.dumps(services.state, default=str)
    put_back = keep()

    numbers = set()
    for _ in range(3):
        numbers.add(services.change())
        put_back()
        assert json.dumps(services.state, default=str) == before
    assert numbers == {str(int(services.number) + 1)}


def test_a_bucket_can_be_made_again(sfn_aws):
    s3 = sfn_aws.client("s3")
    put_back = keep()
    for _ in range(2):
        s3.create_bucket(Bucket="bucket")
        put_back()

    assert s3.list_buckets()["Buckets"] == []


def test_what_cannot_be_copied(sfn_aws):
    from moto.sns.models import sns_backends

    sfn_aws.client("sns").create_topic(Name="topic")
    backend = sns_backends["123456789012"]["us-east-1"]
    backend.lock, backend.found = threading.RLock(), defaultdict(list, a=[1])
    keep()()
    assert backend.found["b"] == []
    backend.stream = (number for number in range(3))

    with pytest.raises(PytestSfnError, match="moto's SNSBackend cannot be copied, so its state cannot be put back: TypeError"):
        keep()


def test_without_moto_there_is_nothing_to_keep(monkeypatch):
    monkeypatch.delitem(__import__("sys").modules, "moto.core.base_backend", raising=False)

    assert keep()() is None
