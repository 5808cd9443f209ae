"""What SAM and the Serverless Framework make of events."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.asl.text import Text
from pytest_sfn.loaders.document import Document
from pytest_sfn.loaders.events import Event, framework_events, sam_events
from pytest_sfn.loaders.intrinsics import Resource

RULE, SCHEDULE = "AWS::Events::Rule", "AWS::Scheduler::Schedule"
AIM = {"Arn": {"Fn::GetAtt": ["Flow", "Arn"]}}
TARGET = {**AIM, "Id": "serverless"}


def of_sam(**events: Any) -> list[Event]:
    return sam_events(Resource("Flow", {"Type": "AWS::Serverless::StateMachine", "Properties": {"Events": events}}, "/R/Flow"))


def of_framework(*events: Any, plugin: bool = False, name: str = "shop-dev-pay") -> list[Event]:
    kind = "AWS::StepFunctions::StateMachine" if plugin else "AWS::Lambda::Function"
    owner = Resource("Flow", {"Type": kind}, "", name)
    return framework_events(owner, "Pay", list(events), Document(Text("serverless.yml", "{}")), "/events")


def made(event: Event) -> list[tuple[str, str, Any]]:
    return [(each.id, each.type, each.properties) for each in event.made]


def ids(events: list[Event]) -> list[str]:
    return [each.id for event in events for each in event.made]


def test_events_of_sam_have_their_places_and_names() -> None:
    paid, bare = of_sam(Paid={"Type": "EventBridgeRule", "Properties": {"Pattern": {}}}, Bad="text", Bare={"Type": "Api"})

    assert (paid.kind, paid.names, paid.at) == ("EventBridgeRule", ("Paid", "FlowPaid"), "/R/Flow/Properties/Events/Paid")
    assert made(paid) == [("FlowPaid", RULE, {"EventPattern": {}, "Targets": [{**AIM, "Id": "FlowPaid"}]})]
    assert (bare.names, bare.made) == (("Bare", "FlowBare"), ())
    assert of_sam() == []


@pytest.mark.parametrize(
    ("given", "properties"),
    [
        (
            {"Pattern": {"source": ["a"]}, "EventBusName": "b", "InputPath": "$.detail", "DeadLetterConfig": {"Arn": "q"}},
            {
                "EventPattern": {"source": ["a"]},
                "EventBusName": "b",
                "Targets": [{**AIM, "Id": "FlowE", "InputPath": "$.detail", "DeadLetterConfig": {"Arn": "q"}}],
            },
        ),
        (
            {"Schedule": "rate(1 day)", "Name": "daily", "Enabled": False},
            {
                "ScheduleExpression": "rate(1 day)",
                "Name": "daily",
                "State": "DISABLED",
                "Targets": [{**AIM, "Id": "FlowE"}],
            },
        ),
        (
            {"Pattern": {}, "State": "ENABLED", "Target": {"Id": "mine"}, "RuleName": "r"},
            {"EventPattern": {}, "Name": "r", "State": "ENABLED", "Targets": [{**AIM, "Id": "mine"}]},
        ),
    ],
)
def test_rules_of_sam(given: dict[str, Any], properties: dict[str, Any]) -> None:
    (event,) = of_sam(E={"Type": "EventBridgeRule", "Properties": given})
    assert made(event) == [("FlowE", RULE, properties)]


def test_schedules_of_sam() -> None:
    given = {"ScheduleExpression": "rate(1 day)", "Input": "{}", "Enabled": True, "RoleArn": "r"}
    (event,) = of_sam(E={"Type": "ScheduleV2", "Properties": given})

    target = {**AIM, "Input": "{}"}
    properties = {"ScheduleExpression": "rate(1 day)", "State": "ENABLED", "Target": target}
    assert made(event) == [("FlowE", SCHEDULE, properties)]


EVENTS = (
    {"schedule": "rate(1 day)"},
    {"eventBridge": {"pattern": {"source": ["a"]}}},
    {"schedule": {"rate": ["rate(1 hour)", "rate(2 hours)"]}},
    {"cloudwatchEvent": {"event": {"source": ["a"]}}},
    {"schedule": {"rate": "rate(1 hour)", "method": "scheduler"}},
    {"eventBridge": {"pattern": {"source": ["b"]}}},
    {"http": "GET /"},
)


def test_ids_are_those_that_the_framework_gives() -> None:
    assert ids(of_framework(*EVENTS)) == [
        "PayEventsRuleSchedule1",
        "Shopdevpayrule2EventBridgeRule",  # with the position among all events
        *("PayEventsRuleSchedule2", "PayEventsRuleSchedule3"),
        "PayEventsRuleCloudWatchEvent1",
        "PayEventsRuleSchedule4",
        "Shopdevpayrule6EventBridgeRule",
    ]


def test_ids_are_those_that_the_plugin_gives() -> None:
    assert ids(of_framework(*EVENTS, plugin=True)) == [
        "PayStepFunctionsEventsRuleSchedule1",
        "PayEventsRuleCloudWatchEvent1",
        *("PayStepFunctionsEventsRuleSchedule2", "PayStepFunctionsEventsRuleSchedule3"),
        "PayEventsRuleCloudWatchEvent2",
        "PayStepFunctionsSchedulerSchedule4",
        "PayEventsRuleCloudWatchEvent3",
    ]


def test_names_count_the_events_of_a_kind() -> None:
    found = of_framework(*EVENTS)
    assert [each.names for each in found[:3]] == [("schedule1", "schedule"), ("eventBridge1", "eventBridge"), ("schedule2",)]
    assert [each.at for each in found[2:4]] == ["/events/2", "/events/2"]


@pytest.mark.parametrize(
    ("kind", "given", "properties"),
    [
        ("schedule", "rate(1 day)", {"ScheduleExpression": "rate(1 day)", "Targets": [TARGET]}),
        (
            "schedule",
            {"rate": ["rate(1 day)"], "name": "daily", "enabled": False, "input": {"n": 1}},
            {
                "ScheduleExpression": "rate(1 day)",
                "Name": "daily",
                "State": "DISABLED",
                "Targets": [{**TARGET, "Input": {"n": 1}}],
            },
        ),
        (
            "schedule",
            {"rate": ["rate(1 day)", "rate(2 days)"], "name": "daily"},
            {"ScheduleExpression": ["rate(1 day)", "rate(2 days)"], "Name": "daily", "Targets": [TARGET]},
        ),
        (
            "eventBridge",
            {
                "name": "paid",
                "eventBus": "arn:aws:events:us-east-1:1:event-bus/shop",
                "pattern": {"source": ["shop"]},
                "inputTransformer": {"inputPathsMap": {"a": "$.b"}, "inputTemplate": "<a>"},
                "retryPolicy": {"maximumEventAge": 60},
                "deadLetterQueueArn": "q",
            },
            {
                "Name": "paid",
                "EventBusName": "arn:aws:events:us-east-1:1:event-bus/shop",
                "EventPattern": {"source": ["shop"]},
                "Targets": [
                    {
                        **TARGET,
                        "InputTransformer": {"InputPathsMap": {"a": "$.b"}, "InputTemplate": "<a>"},
                        "RetryPolicy": {"MaximumEventAgeInSeconds": 60},
                        "DeadLetterConfig": {"Arn": "q"},
                    }
                ],
            },
        ),
        ("cloudwatchEvent", {"event": {"source": ["x"]}}, {"EventPattern": {"source": ["x"]}, "Targets": [TARGET]}),
    ],
)
def test_rules_of_the_framework(kind: str, given: Any, properties: dict[str, Any]) -> None:
    (event,) = of_framework({kind: given})
    assert [each[1:] for each in made(event)] == [(RULE, properties)]


def test_schedules_of_the_framework() -> None:
    given = {"rate": "rate(1 day)", "method": "scheduler", "timezone": "Europe/Rome", "name": "daily", "input": {"n": 1}}
    (event,) = of_framework({"schedule": given})

    times = {"ScheduleExpression": "rate(1 day)", "ScheduleExpressionTimezone": "Europe/Rome"}
    properties = {**times, "Name": "daily", "Target": {**AIM, "Input": {"n": 1}}}
    assert made(event) == [("PayEventsRuleSchedule1", SCHEDULE, properties)]


def test_rules_of_functions_have_names_and_buses() -> None:
    (event,) = of_framework({"eventBridge": {"eventBus": "my-shop", "pattern": {}}})
    bus, rule = event.made
    assert (bus.id, bus.properties) == ("MyDashshopEventBridgeEventBus", {"Name": "my-shop"})
    assert rule.properties["Name"] == "shop-dev-pay-rule-1"

    (event,) = of_framework({"eventBridge": {"eventBus": "default", "pattern": {}}}, name="x" * 60)
    (rule,) = event.made
    assert "Name" not in rule.properties


@pytest.mark.parametrize(
    ("kind", "given", "resources"),
    [
        ("sns", "paid-orders", [("SNSTopicPaidorders", "AWS::SNS::Topic", {"TopicName": "paid-orders"})]),
        ("sns", {"topicName": "paid", "displayName": "x"}, [("SNSTopicPaid", "AWS::SNS::Topic", {"TopicName": "paid"})]),
        ("s3", "files", [("S3BucketFiles", "AWS::S3::Bucket", {"BucketName": "files"})]),
        ("s3", {"bucket": "files", "existing": True}, []),
        ("sns", {"arn": "arn:aws:sns:us-east-1:1:paid", "topicName": "paid"}, []),
        ("sns", "arn:aws:sns:us-east-1:1:paid", []),
        ("sns", {"topicName": {"Ref": "Paid"}}, []),
        ("sqs", "arn", []),
        ("http", "GET /", []),
    ],
)
def test_the_topic_or_the_bucket_of_an_event(kind: str, given: object, resources: object) -> None:
    (event,) = of_framework({kind: given})
    assert made(event) == resources
