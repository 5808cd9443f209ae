"""What starts a machine, as templates say it."""

from __future__ import annotations

import json

import pytest

from pytest_sfn import DefinitionWarning, load
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
    with pytest.warns(DefinitionWarning, match="no event of type 'SQS'"):
        (found,) = sources(sam(Go=event, Odd={"Type": "SQS"}, New={"Type": "Unheard"}, Worse="no object"))
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
    assert found["schedule1"].names == ("schedule1", "FlowStepFunctionsEventsRuleSchedule1", "schedule")
    assert found["schedule2"].names == ("schedule2", "hourly", "FlowStepFunctionsEventsRuleSchedule2")
    assert str(found["schedule2"].location).endswith("serverless.yml:10:11")
    assert json.loads(found["schedule2"].target["Input"]) == {"a": 1}
    template = {"InputPathsMap": {"b": "$.detail.b"}, "InputTemplate": '{"b": <b>}'}
    assert (found["eventBridge1"].pattern, found["eventBridge1"].target) == (RULE, {"InputTransformer": template})
    assert found["cloudwatchEvent1"].target == {"InputPath": "$.detail"}


TERRAFORM = """
resource "aws_sfn_state_machine" "flow" {
  name       = "shop-flow"
  definition = jsonencode({ StartAt = "A", States = { A = { Type = "Succeed" } } })
}
resource "aws_cloudwatch_event_rule" "placed" {
  name          = "order-placed"
  event_pattern = jsonencode({ source = ["shop"] })
}
resource "aws_cloudwatch_event_target" "start" {
  rule = aws_cloudwatch_event_rule.placed.name
  arn  = aws_sfn_state_machine.flow.arn
  input_transformer {
    input_paths    = { b = "$.detail.b" }
    input_template = "{\\"b\\": <b>}"
  }
}
resource "aws_cloudwatch_event_rule" "nightly" { schedule_expression = "rate(1 day)" }
resource "aws_cloudwatch_event_target" "nightly" {
  rule  = aws_cloudwatch_event_rule.nightly.name
  arn   = aws_sfn_state_machine.flow.arn
  input = jsonencode({ a = 1 })
}
resource "aws_cloudwatch_event_target" "other" {
  rule = aws_cloudwatch_event_rule.nightly.name
  arn  = "arn:aws:sqs:us-east-1:123456789012:q"
}
resource "aws_scheduler_schedule" "hourly" {
  schedule_expression = "rate(1 hour)"
  flexible_time_window { mode = "OFF" }
  target {
    arn   = aws_sfn_state_machine.flow.arn
    input = jsonencode({ a = 2 })
  }
}
resource "aws_sqs_queue" "orders" { name = "orders" }
resource "aws_pipes_pipe" "orders" {
  name       = "orders-pipe"
  source     = aws_sqs_queue.orders.arn
  target     = aws_sfn_state_machine.flow.arn
  enrichment = "arn:aws:lambda:us-east-1:123456789012:function:enrich"
  source_parameters {
    filter_criteria {
      filter { pattern = jsonencode({ body = { a = [1] } }) }
    }
  }
  enrichment_parameters { input_template = "<$.body>" }
  target_parameters { input_template = "<$.b>" }
}
"""


@pytest.mark.parametrize("module", [False, True], ids=["root", "module"])
def test_terraform(tmp_path, module):
    file = tmp_path / "main.tf"
    inside = tmp_path / "shop" / "main.tf" if module else file
    file.write_text('module "shop" { source = "./shop" }\n')
    inside.parent.mkdir(exist_ok=True)
    inside.write_text(TERRAFORM)
    prefix = "module.shop." if module else ""
    found = {each.name.removeprefix(prefix): each for each in event_sources(load(file)._found)}
    assert {name: each.kind for name, each in found.items()} == {
        "placed": "rule",
        "nightly": "schedule",
        "hourly": "scheduler",
        "orders": "pipe",
    }
    assert {f"{prefix}placed", "order-placed", f"{prefix}aws_cloudwatch_event_rule.placed", "start"} < {*found["placed"].names}
    assert found["placed"].pattern == RULE
    template = {"InputPathsMap": {"b": "$.detail.b"}, "InputTemplate": '{"b": <b>}'}
    assert found["placed"].target == {"InputTransformer": template}
    assert [json.loads(found[name].target["Input"]) for name in ("nightly", "hourly")] == [{"a": 1}, {"a": 2}]
    pipe = found["orders"]
    assert (pipe.source, pipe.pattern) == ("arn:aws:sqs:us-east-1:123456789012:orders", {"$or": [{"body": {"a": [1]}}]})
    assert pipe.enrichment.endswith(":function:enrich")
    assert (pipe.enrichment_template, pipe.target) == ("<$.body>", {"InputTemplate": "<$.b>"})
    assert str(found["placed"].location).endswith("main.tf:6:1")
