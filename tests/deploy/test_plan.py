from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import DefinitionError, DeploymentError, SfnAws
from pytest_sfn.definition import load_template
from pytest_sfn.deploy.plan import Plan, plan_of
from pytest_sfn.expressions.values import dumps
from pytest_sfn.loaders.formats import as_text, read_template
from tests.deploy.helpers import resource, template

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
SEND = {
    "Type": "Task",
    "Resource": "arn:aws:states:::dynamodb:putItem",
    "Parameters": {"TableName": "the-orders", "Item": {"id": {"S": "1"}}},
    "End": True,
}


def plan(**resources: Any) -> Plan:
    found = read_template(as_text(template(**resources)), None)
    assert found is not None
    return plan_of(found)


def plan_of_file(path: Path) -> Plan:
    return plan_of(load_template(path))


def test_each_resource_comes_after_what_it_needs() -> None:
    rule = resource("AWS::Events::Rule", Targets=[{"Arn": {"Fn::GetAtt": ["B", "Arn"]}}])
    found = plan(
        A={**resource("AWS::SQS::Queue"), "DependsOn": "C"},
        R=rule,
        B=resource("AWS::SQS::Queue", RedrivePolicy={"x": {"Fn::Sub": "${A.Arn}"}}),
        C=resource("AWS::SSM::Parameter"),
        Bus=resource("AWS::Events::EventBus"),
    )

    assert [*found.wanted] == ["Bus", "C", "A", "B", "R"]


def test_of_resources_that_need_each_other_the_first_of_the_text_waits() -> None:
    found = plan(
        A=resource("AWS::SQS::Queue", x={"Ref": "B"}),
        B=resource("AWS::SQS::Queue", x={"Ref": "A"}),
    )

    assert [*found.wanted] == ["B", "A"]


def test_what_is_asked_for_comes_with_what_it_needs() -> None:
    machine = {"StartAt": "A", "States": {"A": SEND}}
    found = plan(
        Flow=resource("AWS::StepFunctions::StateMachine", Definition=machine, RoleArn={"Fn::GetAtt": ["Role", "Arn"]}),
        Role=resource("AWS::IAM::Role", Policies=[{"Ref": "Other"}]),
        Other=resource("AWS::SQS::Queue"),
        Orders=resource("AWS::DynamoDB::Table", TableName="the-orders"),
        Nobody=resource("AWS::SQS::Queue"),
    )

    assert found.closure(["Flow"]) == {"Flow", "Role", "Other", "Orders"}
    assert found.closure(["Nobody"]) == {"Nobody"}
    with pytest.raises(DefinitionError, match="<template>: no resource 'Order'\n  fix  did you mean 'Orders'"):
        found.closure(["Order"])


def test_a_machine_that_cannot_be_loaded_is_kept_with_the_reasons() -> None:
    broken = {"StartAt": "A", "States": {"A": {"Type": "Pass"}}}
    found = plan(
        Bad=resource("AWS::StepFunctions::StateMachine", Definition=broken),
        Gone=resource("AWS::StepFunctions::StateMachine", DefinitionS3Location={"Bucket": "b", "Key": "k"}),
    )

    assert found.machines == {}
    assert {each: lacks[0].why.split(":")[0] for each, lacks in found.refused.items()} == {
        "Bad": "SCHEMA_VALIDATION_FAILED",
        "Gone": "DEFINITION_ELSEWHERE",
    }
    assert all(lack.location is not None for lacks in found.refused.values() for lack in lacks)


def test_the_construct_of_the_cdk_is_a_name() -> None:
    queue = {**resource("AWS::SQS::Queue"), "Metadata": {"aws:cdk:path": "Shop/Work/Resource"}}

    assert plan(Work1234=queue).id_of("Work") == "Work1234"


def test_only_what_is_made_waits_for_another() -> None:
    found = plan(
        Client=resource("AWS::Cognito::UserPoolClient", UserPoolId={"Ref": "Users"}),
        Users=resource("AWS::Cognito::UserPool", LambdaConfig={"PreSignUp": {"Fn::GetAtt": ["Greet", "Arn"]}}),
        Greet=resource("AWS::Lambda::Function", Environment={"Variables": {"CLIENT": {"Ref": "Client"}}}),
    )

    assert [each for each in found.wanted if each != "Greet"] == ["Users", "Client"]


def test_a_name_that_says_too_little_is_refused(sfn_aws: SfnAws, tmp_path: Path) -> None:
    flow = f'resource "aws_sfn_state_machine" "flow" {{\n  name = "flow"\n  definition = jsonencode({dumps(PASS)})\n}}'
    (tmp_path / "main.tf").write_text(
        f"""
resource "aws_sqs_queue" "this" {{
  for_each = toset(["a.b", "c"])
  name     = each.key == "c" ? "c" : "ab"
}}
resource "aws_sns_topic" "this" {{ name = "t" }}
resource "aws_sqs_queue" "dead" {{ name = "dead" }}
resource "aws_sqs_queue" "flow" {{ name = "work" }}
{flow}
"""
    )
    deployed = sfn_aws.deploy(tmp_path / "main.tf")

    assert deployed.ref("dead").endswith("/dead")
    assert deployed.ref('this["a.b"]').endswith("/ab")
    assert deployed.ref('aws_sqs_queue.this["c"]').endswith("/c")
    with pytest.raises(DefinitionError, match=r"'flow' may be one of several\n  fix  name one of them: 'aws_sqs_queue.flow', "):
        deployed.ref("flow")
    with pytest.raises(DefinitionError, match="no resource 'b\"]'") as caught:
        deployed.ref('b"]')
    known = str(caught.value).partition("it has ")[2].split(", ")
    assert known[-4:] == ['this["a.b"]', 'this["c"]', "dead", "this"]
    assert deployed["flow"].name == "flow"
    assert plan_of_file(tmp_path / "main.tf").closure(["flow"]) == {"flow", "aws_sfn_state_machine.flow"}
    (tmp_path / "main.tf").write_text('module "a" {\nsource = "./m"\n}\nmodule "b" {\nsource = "./m"\n}')
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text('resource "aws_sqs_queue" "q" {\n}\n' + flow)
    deployed = sfn_aws.deploy(tmp_path / "main.tf", logical_ids=["module.a.aws_sqs_queue.q", "module.a.flow", "module.b.flow"])
    for ask in (deployed.ref, deployed.__getitem__):
        with pytest.raises(DefinitionError, match="'flow' may be one of several"):
            ask("flow")
        with pytest.raises(DefinitionError, match=r"it has module\.[^ ]*(, module\.[^ ]*)*$"):  # and no name of several
            ask("zzzz")


def test_machines_of_nested_stacks_that_are_called_the_same(sfn_aws: SfnAws, tmp_path: Path) -> None:
    flow = resource("AWS::StepFunctions::StateMachine", Definition=PASS)
    inner, broken = template(Flow=flow), {**PASS, "StartAt": "B"}
    bad = resource("AWS::StepFunctions::StateMachine", Definition=broken)
    (tmp_path / "inner.json").write_text(dumps(inner))
    (tmp_path / "bad.json").write_text(dumps(template(Bad=bad)))
    nested = resource("AWS::CloudFormation::Stack", TemplateURL="inner.json")
    outer = template(A=nested, B=nested, C=resource("AWS::CloudFormation::Stack", TemplateURL="bad.json"))
    (tmp_path / "outer.json").write_text(dumps(outer))
    deployed = sfn_aws.deploy(tmp_path / "outer.json", partial=True)

    assert deployed["A-Flow"] is not deployed["B-Flow"]
    with pytest.raises(DefinitionError, match="'Flow' may be one of several\n  fix  name one of them: 'A-Flow', 'B-Flow'"):
        _ = deployed["Flow"]
    assert {each.logical_id for each in deployed.lacking} == {"C-Bad"}


def test_what_a_resource_of_terraform_needs(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        """
resource "aws_sqs_queue" "q" {
  for_each = toset(["a.b", "c"])
}
resource "aws_sns_topic_subscription" "own" {
  for_each = toset(["a.b", "c"])
  endpoint = aws_sqs_queue.q[each.key].arn
}
resource "aws_sns_topic_subscription" "one" {
  endpoint = aws_sqs_queue.q["c"].arn
}
resource "aws_sns_topic_subscription" "all" {
  endpoint = aws_sqs_queue.q[local.key].arn
}
module "m" {
  source   = "./m"
  for_each = toset(["x", "y"])
}
"""
    )
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text(
        """
resource "aws_sqs_queue" "q" {
}
resource "aws_sns_topic_subscription" "s" {
  endpoint = aws_sqs_queue.q.arn
}
"""
    )
    wanted = plan_of_file(tmp_path / "main.tf").wanted

    kind, one, two = "aws_sns_topic_subscription", 'aws_sqs_queue.q["a.b"]', 'aws_sqs_queue.q["c"]'
    assert wanted[f'{kind}.own["a.b"]'].needs == {one}
    assert wanted[f"{kind}.one"].needs == {two}
    assert wanted[f"{kind}.all"].needs == {one, two}
    assert wanted[f'module.m["x"].{kind}.s'].needs == {'module.m["x"].aws_sqs_queue.q'}


def test_a_machine_whose_definition_is_elsewhere_may_be_given(sfn_aws: SfnAws) -> None:
    flow = resource("AWS::Serverless::StateMachine", DefinitionUri={"Bucket": "b", "Key": "k.json"})
    kept = resource("AWS::SSM::Parameter", Name="/flow", Type="String", Value={"Ref": "Flow"})
    given = template(Flow=flow, Kept=kept)
    with pytest.raises(DeploymentError, match=r'say what it gives: parameters=\{"Flow": \.\.\.\}'):
        sfn_aws.deploy(given)
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:theirs"
    sfn_aws.deploy(given, parameters={"Flow": arn})

    assert sfn_aws.client("ssm").get_parameter(Name="/flow")["Parameter"]["Value"] == arn
