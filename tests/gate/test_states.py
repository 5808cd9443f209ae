"""Refusals that depend on the state of a thing; the others are rows of test_refusals.py."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from pytest_sfn import SfnAws
from pytest_sfn.gate.states import refused


@pytest.fixture
def sfn_aws():
    with SfnAws() as sfn_aws:
        yield sfn_aws


def test_the_key_of_a_table_that_is_made_anew(sfn_aws):
    client = sfn_aws.client("dynamodb")
    for kind, key in (("S", {"S": "1"}), ("N", {"N": "1"})):
        client.create_table(
            TableName="t",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": kind}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.put_item(TableName="t", Item={"id": key})
        assert client.get_item(TableName="t", Key={"id": key})["Item"] == {"id": key}
        with pytest.raises(client.exceptions.ClientError, match="The provided key element does not match the schema"):
            client.get_item(TableName="t", Key={"id": {"B": b"1"}})
        client.delete_table(TableName="t")
    elsewhere = sfn_aws.client("dynamodb", region_name="eu-west-1")
    with pytest.raises(elsewhere.exceptions.ResourceNotFoundException):
        elsewhere.get_item(TableName="t", Key={"id": {"S": "1"}})


def test_a_secret_is_made_once_for_a_token(sfn_aws):
    client = sfn_aws.client("secretsmanager")
    secret = {"Name": "s", "SecretString": "x", "ClientRequestToken": "a" * 32}
    assert client.create_secret(**secret)["Name"] == "s"
    with pytest.raises(client.exceptions.ResourceExistsException):
        client.create_secret(**{**secret, "ClientRequestToken": "b" * 32})


def test_a_key_works_until_it_is_disabled(sfn_aws):
    client = sfn_aws.client("kms")
    key = client.create_key()["KeyMetadata"]["KeyId"]
    sealed = client.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    client.disable_key(KeyId=key)
    for call in (lambda: client.encrypt(KeyId=key, Plaintext=b"x"), lambda: client.decrypt(KeyId=key, CiphertextBlob=sealed)):
        with pytest.raises(client.exceptions.DisabledException):
            call()
    client.enable_key(KeyId=key)
    assert client.decrypt(KeyId=key, CiphertextBlob=sealed)["Plaintext"] == b"x"


def test_a_queue_with_the_attributes_that_it_has_is_the_same_queue(sfn_aws):
    client = sfn_aws.client("sqs")
    client.create_queue(QueueName="failed")
    arn = "arn:aws:sqs:us-east-1:123456789012:failed"
    for name, attributes in {
        "a": {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "3"}), "DelaySeconds": "1"},
        "b": {"Policy": json.dumps({"Version": "2012-10-17", "Statement": []}), "KmsDataKeyReusePeriodSeconds": "300"},
        "c": {"RedriveAllowPolicy": json.dumps({"redrivePermission": "allowAll"})},
    }.items():
        urls = {client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"] for _ in range(2)}
        assert len(urls) == 1
    with pytest.raises(client.exceptions.QueueNameExists, match="a different value for attribute RedrivePolicy"):
        client.create_queue(
            QueueName="a", Attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 4})}
        )


def test_moto_is_not_asked_about_a_queue_that_is_not_there(sfn_aws):
    sent = {"QueueName": "new", "Attributes": {"DelaySeconds": "1"}}

    def ask(operation, members):
        raise AssertionError(operation)

    client = sfn_aws.client("sqs")
    for _ in range(2):
        assert refused("sqs", "CreateQueue", SimpleNamespace(body=json.dumps(sent)), ask) is None
        client.create_queue(QueueName="other")
