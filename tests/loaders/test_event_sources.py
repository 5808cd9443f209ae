"""What starts a machine, as templates say it."""

from __future__ import annotations

import json

import pytest

from pytest_sfn import load
from pytest_sfn.loaders.event_sources import event_sources

A = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
RULE = {"source": ["shop"]}


def sources(text, **arguments):
    return event_sources(load(text if isinstance(text, str) else json.dumps(text), **arguments)._found)


def sam(**events):
    machine = {"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": A, "Events": events}}
    return {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Flow": machine}}


@pytest.mark.parametrize(
    ("event", "kind", "pattern", "target"),
    [
        ({"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)", "Input": "{}"}}, "schedule", {}, {"Input": "{}"}),
        ({"Type": "ScheduleV2", "Properties": {"ScheduleExpression": "rate(1 day)"}}, "scheduler", {}, {}),
        ({"Type": "EventBridgeRule", "Properties": {"Pattern": RULE, "InputPath": "$.detail"}}, "rule", RULE,
         {"InputPath": "$.detail"}),
        ({"Type": "CloudWatchEvent", "Properties": {"Pattern": RULE}}, "rule", RULE, {}),
        ({"Type": "Api", "Properties": {"Path": "/", "Method": "post"}}, "api", {}, {}),
    ],
)  # fmt: skip
def test_sam(event, kind, pattern, target):
    (found,) = sources(sam(Go=event, Odd={"Type": "Unheard"}, Worse="no object"))
    assert (found.name, found.kind, found.pattern, found.target) == ("Go", kind, pattern, target)
    assert found.names == ("Go", "FlowGo")
    assert found.location is not None


def test_sam_names():
    (found,) = sources(sam(Go={"Type": "EventBridgeRule", "Properties": {"RuleName": "go-on", "Pattern": RULE}}))
    assert found.names == ("Go", "go-on", "FlowGo")


def test_rules_and_schedules_of_cloudformation():
    arn = {"Fn::GetAtt": ["Flow", "Arn"]}
    transformer = {"InputPathsMap": {"a": "$.detail.a"}, "InputTemplate": "{}"}
    targets = [
        {"Id": "other", "Arn": "arn:aws:sqs:us-east-1:123456789012:q"},
        {"Id": "flow", "Arn": arn, "InputTransformer": transformer},
    ]
    template = {
        "Resources": {
            "Flow": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": json.dumps(A)}},
            "Placed": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": RULE, "Targets": targets},
                       "Metadata": {"aws:cdk:path": "Stack/OnPlaced/Resource"}},
            "Daily": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 day)", "Name": "daily",
                      "Targets": [{"Id": "flow", "Arn": {"Ref": "Flow"}, "Input": '{"a": 1}'}]}},
            "Hourly": {"Type": "AWS::Scheduler::Schedule", "Properties": {"ScheduleExpression": "rate(1 hour)",
                       "Target": {"Arn": arn, "RoleArn": "r"}}},
            "Elsewhere": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": RULE, "Targets": targets[:1]}},
            "Broken": {"Type": "AWS::Events::Rule", "Properties": {"Targets": "?"}},
        }
    }  # fmt: skip
    placed, daily, hourly = sources(template)
    assert (placed.kind, placed.pattern, placed.target) == ("rule", RULE, {"InputTransformer": transformer})
    assert placed.names == ("Placed", "OnPlaced", "Placed.flow")
    assert (daily.kind, daily.names, daily.target) == ("schedule", ("Daily", "daily", "Daily.flow"), {"Input": '{"a": 1}'})
    assert (hourly.kind, hourly.name) == ("scheduler", "Hourly")


SERVERLESS = """
service: shop
provider: {name: aws}
stepFunctions:
  stateMachines:
    flow:
      definition: {StartAt: A, States: {A: {Type: Succeed}}}
      events:
        - schedule: rate(1 day)
        - schedule: {rate: rate(1 hour), name: hourly, input: {a: 1}}
        - schedule: {method: scheduler, rate: rate(1 hour)}
        - eventBridge:
            event: {source: [shop]}
            inputTransformer: {inputPathsMap: {b: $.detail.b}, inputTemplate: '{"b": <b>}'}
        - cloudwatchEvent: {event: {source: [shop]}, inputPath: $.detail}
        - http: {path: go, method: post}
        - unheard: {}
"""


def test_serverless(tmp_path):
    file = tmp_path / "serverless.yml"
    file.write_text(SERVERLESS)
    found = {each.name: each for each in event_sources(load(file)._found)}
    assert {name: each.kind for name, each in found.items()} == {
        "schedule1": "schedule",
        "schedule2": "schedule",
        "schedule3": "scheduler",
        "eventBridge1": "rule",
        "cloudwatchEvent1": "rule",
        "http1": "api",
    }
    assert found["schedule1"].names == ("schedule1", "schedule")
    assert found["schedule2"].names == ("schedule2", "hourly")
    assert json.loads(found["schedule2"].target["Input"]) == {"a": 1}
    template = {"InputPathsMap": {"b": "$.detail.b"}, "InputTemplate": '{"b": <b>}'}
    assert (found["eventBridge1"].pattern, found["eventBridge1"].target) == (RULE, {"InputTransformer": template})
    assert found["cloudwatchEvent1"].target == {"InputPath": "$.detail"}
