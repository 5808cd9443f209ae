"""Names and ARNs of resources, as AWS would make them."""

from __future__ import annotations

import pytest

from pytest_sfn.loaders.resources import attribute_of, filled, kind_of, ref_of


def fill(pattern: str) -> str:
    account = {"partition": "aws", "region": "eu-west-1", "account": "1", "suffix": "amazonaws.com"}
    return pattern.format(**account, name="my-name", id="MyId")


@pytest.mark.parametrize(
    ("type", "ref"),
    [
        ("AWS::Serverless::Function", "my-name"),
        ("AWS::StepFunctions::StateMachine", "arn:aws:states:eu-west-1:1:stateMachine:my-name"),
        ("AWS::SQS::Queue", "https://sqs.eu-west-1.amazonaws.com/1/my-name"),
        ("AWS::SNS::Topic", "arn:aws:sns:eu-west-1:1:my-name"),
        ("AWS::Serverless::Api", "MyId"),
        ("AWS::ApiGatewayV2::Api", "MyId"),
        ("AWS::New::Thing", "my-name"),
    ],
)
def test_ref(type: str, ref: str) -> None:
    assert ref_of(type, fill) == ref


@pytest.mark.parametrize(
    ("type", "attribute", "value"),
    [
        ("AWS::Lambda::Function", "Arn", "arn:aws:lambda:eu-west-1:1:function:my-name"),
        ("AWS::SQS::Queue", "QueueName", "my-name"),
        ("AWS::DynamoDB::Table", "Nothing", None),
        ("AWS::Serverless::HttpApi", "ApiEndpoint", "https://MyId.execute-api.eu-west-1.amazonaws.com"),
        ("AWS::New::Thing", "Arn", "arn:aws:new:eu-west-1:1:thing/my-name"),
        ("AWS::New::Thing", "GroupId", "MyId"),
        ("AWS::New::Thing", "Outputs.GroupId", None),
        ("Custom::Thing", "Arn", None),
        ("", "Arn", None),
    ],
)
def test_attributes(type: str, attribute: str, value: str | None) -> None:
    assert attribute_of(type, attribute, fill) == value


def test_our_word_for_a_type() -> None:
    assert kind_of("AWS::Serverless::StateMachine").kind == "stateMachine"
    assert kind_of("AWS::New::Thing").kind == ""


def test_formats() -> None:
    account = {"partition": "aws", "region": "eu-west-1", "account": "1", "suffix": "amazonaws.com"}

    uuid = filled("{uuid}", account, "my-name", "MyId")
    assert (len(uuid), uuid[:8]) == (36, filled("{uuid_begin}", account, "my-name", "MyId"))
    assert uuid != filled("{uuid}", account, "my-name", "Other")
    assert filled("rule/{within}{name}", account, "my-name", "MyId", "bus/") == "rule/bus/my-name"
