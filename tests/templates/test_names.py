from __future__ import annotations

import pytest

from pytest_sfn.deploy.makers import AFTER_MACHINES, MAKERS
from pytest_sfn.loaders.resources import KINDS
from pytest_sfn.templates.names import misspelt_type, properties_of
from tests.templates.helpers import SAM, told

FAULTS = [
    (
        "unknown-type",
        "Type: AWS::SQS::Queu",
        "2:13 error unknown-type: there is no type 'AWS::SQS::Queu' of resources; did you mean 'AWS::SQS::Queue'?",
    ),
    (
        "unknown-property",
        "Type: AWS::SQS::Queue, Properties: {VisibilityTimout: 1}",
        "2:43 error unknown-property: an AWS::SQS::Queue has no property 'VisibilityTimout'; did you mean 'VisibilityTimeout'?",
    ),
    (
        "unknown-property",
        "Type: AWS::DynamoDB::Table, Properties: {KeySchema: [{AttributName: id}]}",
        "2:61 error unknown-property: KeySchema has no property 'AttributName'; did you mean 'AttributeName'?",
    ),
    (
        "unknown-property",
        "Type: AWS::Lambda::Function, Properties: {Enviroment: {}}",
        "2:49 error unknown-property: an AWS::Lambda::Function has no property 'Enviroment'; did you mean 'Environment'?",
    ),
    (
        "unknown-property",
        "Type: AWS::Lambda::Function, Properties: {Environment: {variables: {}}}",
        "2:63 error unknown-property: Environment has no property 'variables'; did you mean 'Variables'?",
    ),
    (
        "unknown-event",
        "Type: AWS::Serverless::Function, Properties: {Events: {N: {Type: Schedul}}}",
        "2:72 error unknown-event: an AWS::Serverless::Function has no event of type 'Schedul'; did you mean 'Schedule'?",
    ),
    (
        "unknown-event",
        "Type: AWS::Serverless::StateMachine, Properties: {Events: {N: {Type: SQS}}}",
        (
            "2:76 error unknown-event: an AWS::Serverless::StateMachine has no event of type 'SQS'; "
            "it may have Api, CloudWatchEvent, EventBridgeRule, Schedule, ScheduleV2"
        ),
    ),
    (
        "unknown-event",
        "Type: AWS::Serverless::Function, Properties: {Events: {N: {Properties: {}}}}",
        "2:62 error unknown-event: the event has no Type; add one",
    ),
    (
        "unknown-property",
        "Type: AWS::Serverless::Function, Properties: {Events: {N: {Type: Schedule, Properties: {Shedule: x}}}}",
        "2:95 error unknown-property: an event of Schedule has no property 'Shedule'; did you mean 'Schedule'?",
    ),
]


@pytest.mark.parametrize(("rule", "resource", "expected"), FAULTS)
def test_what_is_wrong_is_told_with_its_place(rule: str, resource: str, expected: str) -> None:
    assert told(f"Resources:\n  A: {{{resource}}}\n{SAM}") == [expected]
    assert f" {rule}: " in expected


@pytest.mark.parametrize(
    "resource",
    [
        "Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 1, Tags: [{Key: a, Value: b}]}",
        "Type: AWS::SQS::Queue, Properties: {EntirelyNew: 1}",
        "Type: AWS::SQS::Queue, Properties: {Fn::Transform: {Name: AWS::Include}}",
        "Type: AWS::ApiGateway::DomainName, Properties: {DomainNameV3: x}",
        "Type: AWS::SQS::QueueInlinePolicy",
        "Type: AWS::ApiGateway::DomainNameV3",
        "Type: AWS::SQS::SomethingNew",
        "Type: Custom::Queu",
        "Type: AWS::EventsV2::EventBus",
        "Type: AWS::EMRServerless::Application",
        "Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {variables: x, Enviroment: y}}}",
        "Type: AWS::Serverless::Function, Properties: {Events: {N: {Type: SQS, Properties: {Queue: q}}}}",
        "Type: AWS::Serverless::Function, Properties: {Events: {N: {Type: S3Vectors}}}",
        "Type: AWS::Serverless::Function, Properties: {Events: {N: !If [C, {Type: SQS}, !Ref AWS::NoValue]}}",
        "Type: AWS::Serverless::Function, Properties: {Events: {N: {Type: !Ref AWS::Region}}}",
        "Type: AWS::Serverless::Function, Properties: {Events: {N: {Fn::Transform: {Name: X}, Properties: {}}}}",
        "Type: AWS::IAM::Role, Properties: {RolName: x}",
    ],
)
def test_what_is_right_or_may_be_new_is_left_alone(resource: str) -> None:
    assert told(f"Resources:\n  A: {{{resource}}}\n{SAM}Conditions: {{C: !Equals [a, b]}}") == []


def test_globals_have_the_properties_of_functions() -> None:
    text = (
        f"{SAM}Globals: {{Function: {{Timout: 3, Runtime: python3.12}}}}\nResources: {{A: {{Type: AWS::Serverless::Function}}}}"
    )

    assert told(text) == [
        "2:22 error unknown-property: an AWS::Serverless::Function has no property 'Timout'; did you mean 'Timeout'?"
    ]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("AWS::Sqs::Queue", "AWS::SQS::Queue"),
        ("AWS:SQS:Queue", "AWS::SQS::Queue"),
        ("AWS::StepFunction::StateMachine", "AWS::StepFunctions::StateMachine"),
        ("AWS::Serverless::StateMachne", "AWS::Serverless::StateMachine"),
        ("AWS::Dynamodb::Table", "AWS::DynamoDB::Table"),
        ("AWS::S3::bucket", "AWS::S3::Bucket"),
        ("AWS::Glue::Table", ""),
        ("AWS::Lightsail::Bucket", ""),
        ("Queue", ""),
        ("", ""),
    ],
)
def test_types_that_are_slips_for_others(said: str, meant: str) -> None:
    assert misspelt_type(said) == meant


def test_the_types_that_we_know_are_no_slips() -> None:
    known = {*KINDS, *MAKERS, *AFTER_MACHINES}

    assert [each for each in known if misspelt_type(each)] == []
    assert "VisibilityTimeout" in properties_of("AWS::SQS::Queue")
