from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import SfnAws
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.deploy.cloud import Cloud, shaped
from pytest_sfn.deploy.wanted import LackError
from pytest_sfn.services.operations import service_model


@pytest.fixture
def cloud(sfn_aws: SfnAws) -> Cloud:
    services: Any = account_of(sfn_aws).aws_services
    return Cloud(services.client_for, "us-east-1", "123456789012", account_of(sfn_aws).listed)


def test_values_get_the_types_of_the_api() -> None:
    shape = service_model("dynamodb").operation_model("CreateTable").input_shape
    given = {
        "TableName": 5,
        "SSESpecification": {"Enabled": "true", "Nobody": 1},
        "ProvisionedThroughput": {"readCapacityUnits": "5", "WriteCapacityUnits": "many"},
        "KeySchema": [{"AttributeName": "id"}],
    }

    assert shaped(given, shape) == {
        "TableName": "5",
        "SSESpecification": {"Enabled": True},
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": "many"},
        "KeySchema": [{"AttributeName": "id"}],
    }


def test_texts_maps_and_bytes() -> None:
    rule = service_model("events").operation_model("PutRule").input_shape
    queue = service_model("sqs").operation_model("CreateQueue").input_shape
    record = service_model("kinesis").operation_model("PutRecord").input_shape

    assert shaped({"EventPattern": {"source": ["a"]}}, rule) == {"EventPattern": '{"source":["a"]}'}
    assert shaped({"Attributes": {"FifoQueue": True}}, queue) == {"Attributes": {"FifoQueue": "true"}}
    assert shaped({"Data": "x"}, record) == {"Data": b"x"}


def test_a_refusal_says_who_refuses(cloud: Cloud) -> None:
    cloud.call("sqs", "create_queue", QueueName="q", Attributes={"VisibilityTimeout": "1"})
    with pytest.raises(LackError, match=r"sqs refuses it: .*QueueAlreadyExists"):
        cloud.call("sqs", "create_queue", QueueName="q", Attributes={"VisibilityTimeout": "2"})
    with pytest.raises(LackError, match=r'sqs: .*Missing required parameter in input: "QueueName"'):
        cloud.call("sqs", "create_queue")


def test_what_was_made_is_undone_unless_it_is_kept(cloud: Cloud, sfn_aws: SfnAws) -> None:
    for name in ("kept", "undone"):
        url = cloud.call("sqs", "create_queue", QueueName=name)["QueueUrl"]
        cloud.undo("sqs", "delete_queue", QueueUrl=url)
        if name == "kept":
            cloud.keep()
    cloud.undo_all()

    (left,) = sfn_aws.client("sqs").list_queues()["QueueUrls"]
    assert left.endswith("/kept")
