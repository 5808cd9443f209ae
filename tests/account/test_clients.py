"""boto3 clients for service tasks."""

from __future__ import annotations

from moto import mock_aws

from pytest_sfn import SfnAws
from pytest_sfn.account.clients import client_for, client_in_moto, session_for


def test_each_client_is_made_once() -> None:
    with SfnAws():
        assert client_for("sqs", "us-east-1", None) is client_for("sqs", "us-east-1", None)
        assert client_for("sqs", "us-east-1", None) is not client_for("sqs", "us-east-1", "111122223333")
        assert client_for("sqs", "us-east-1", None) is not client_in_moto("sqs", "us-east-1", None)


def test_client_of_another_account_belongs_to_it() -> None:
    with SfnAws():
        assert client_for("sts", "us-east-1", "111122223333").get_caller_identity()["Account"] == "111122223333"


def test_in_a_mock_aws_the_answer_is_that_of_moto_as_we_correct_it() -> None:
    with mock_aws():
        client = client_in_moto("sqs", "eu-west-1", "111122223333")
        assert client.create_queue(QueueName="q")["QueueUrl"] == "https://sqs.eu-west-1.amazonaws.com/111122223333/q"
        assert "QueueUrls" not in client_in_moto("sqs", "eu-west-1", None).list_queues()


def test_session_has_dummy_credentials() -> None:
    session = session_for("eu-west-1")
    assert (session.region_name, session.get_credentials().access_key) == ("eu-west-1", "testing")
