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
    return Cloud(services.client_for, "us-east-1", "123456789012", account_of(sfn_aws).listed, services.keep)


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


def test_numbers_of_any_text() -> None:
    stream = service_model("kinesis").operation_model("CreateStream").input_shape
    cases = {"5": 5, " 7 ": 7, "-1": -1, "²": "²", "9" * 5000: "9" * 5000, "1.5": "1.5", True: True}
    assert {given: shaped({"ShardCount": given}, stream)["ShardCount"] for given in cases} == cases
    table = service_model("glue").operation_model("CreateMLTransform").input_shape
    assert shaped({"MaxCapacity": "0.5"}, table) == {"MaxCapacity": 0.5}


def test_what_was_made_is_undone_if_the_deployment_fails(cloud: Cloud, sfn_aws: SfnAws) -> None:
    with cloud:
        cloud.call("sqs", "create_queue", QueueName="kept")

    def interrupted() -> None:
        with cloud:
            cloud.call("sqs", "create_queue", QueueName="undone")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    (left,) = sfn_aws.client("sqs").list_queues()["QueueUrls"]
    assert left.endswith("/kept")


def test_an_undo_that_fails_does_not_hide_the_error(cloud: Cloud, sfn_aws: SfnAws) -> None:
    def interrupted() -> None:
        with cloud:
            arn = cloud.call("stepfunctions", "create_activity", name="review")["activityArn"]
            cloud.undo("delete_activity", activityArn=arn)
            cloud.undo("delete_activity", activityArn="no ARN")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        interrupted()

    (note,) = caught.value.__notes__
    assert note.startswith("delete_activity, which would undo a part of the deployment: stepfunctions refuses it: InvalidArn")
    assert sfn_aws.client("stepfunctions").list_activities()["activities"] == []


def test_a_look_breaks_no_test(cloud: Cloud, sfn_aws: SfnAws) -> None:
    arn = "arn:aws:states:us-east-1:123456789012:activity:review"
    assert not cloud.has("stepfunctions", "describe_activity", activityArn=arn)
    cloud.call("stepfunctions", "create_activity", name="review")
    assert cloud.has("stepfunctions", "describe_activity", activityArn=arn)
    assert cloud.machines() == set()
    account_of(sfn_aws).check()
