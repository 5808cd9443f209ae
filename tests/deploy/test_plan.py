from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import DefinitionError
from pytest_sfn.deploy.plan import Plan, plan_of
from pytest_sfn.loaders.formats import as_text, read_template
from tests.deploy.helpers import resource, template

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


def test_resources_that_need_each_other_keep_the_order_of_the_text() -> None:
    found = plan(
        A=resource("AWS::SQS::Queue", x={"Ref": "B"}),
        B=resource("AWS::SQS::Queue", x={"Ref": "A"}),
    )

    assert {*found.wanted} == {"A", "B"}


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
