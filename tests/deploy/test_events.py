from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import DeploymentError, SfnAws
from pytest_sfn.expressions.values import dumps
from tests.deploy.helpers import resource, template

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
MACHINE = resource("AWS::StepFunctions::StateMachine", Definition=PASS)
ARN = "arn:aws:events:us-east-1:123456789012:connection/shop/1"
TARGET = {"Id": "t", "Arn": {"Ref": "Flow"}, "RoleArn": "arn:aws:iam::123456789012:role/r"}


def put(sfn_aws: SfnAws, source: str, bus: str = "default") -> None:
    entry = {"Source": source, "DetailType": "Paid", "Detail": "{}", "EventBusName": bus}
    sfn_aws.client("events").put_events(Entries=[entry])


def test_a_rule_of_a_bus_starts_a_machine(sfn_aws: SfnAws) -> None:
    deployed = sfn_aws.deploy(
        template(
            OnPaid=resource(
                "AWS::Events::Rule",
                EventBusName={"Ref": "Shop"},
                EventPattern={"source": ["shop"]},
                Targets=[{**TARGET, "Input": '{"n": 1}'}],
            ),
            Shop=resource("AWS::Events::EventBus", Name="shop"),
            Flow=MACHINE,
        )
    )

    put(sfn_aws, "shop", "shop")
    put(sfn_aws, "other", "shop")
    put(sfn_aws, "shop")

    (execution,) = sfn_aws.executions
    assert execution.output == {"n": 1}
    assert deployed.machine.arn == deployed.ref("Flow")


def test_schedules_fire_in_virtual_time(sfn_aws: SfnAws) -> None:
    target = {"Arn": {"Ref": "Flow"}, "RoleArn": "arn:aws:iam::123456789012:role/r"}
    sfn_aws.deploy(
        template(
            Flow=MACHINE,
            Group=resource("AWS::Scheduler::ScheduleGroup", Name="nightly"),
            Hourly=resource(
                "AWS::Scheduler::Schedule",
                GroupName={"Ref": "Group"},
                ScheduleExpression="rate(1 hours)",
                FlexibleTimeWindow={"Mode": "OFF"},
                Target=target,
            ),
        )
    )

    sfn_aws.advance(timedelta(hours=2))

    assert len(sfn_aws.executions) == 3  # the first at once


def sam(**events: Any) -> dict[str, Any]:
    flow = resource("AWS::Serverless::StateMachine", Definition=PASS, Events=events)
    return {**template(Flow=flow), "Transform": "AWS::Serverless-2016-10-31"}


def test_events_of_sam(sfn_aws: SfnAws) -> None:
    deployed = sfn_aws.deploy(
        sam(
            Paid={"Type": "EventBridgeRule", "Properties": {"Pattern": {"source": ["shop"]}}},
            Daily={"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)", "Input": '{"n": 2}'}},
            Off={"Type": "ScheduleV2", "Properties": {"ScheduleExpression": "rate(1 hour)", "State": "DISABLED"}},
        )
    )

    put(sfn_aws, "shop")
    sfn_aws.advance(timedelta(days=1))

    assert [each.name for each in deployed.machines.values()] == ["Flow"]
    assert set(deployed.made) == {"FlowPaid", "FlowDaily", "FlowOff"}
    paid, daily = sfn_aws.executions
    assert (paid.output["source"], daily.output) == ("shop", {"n": 2})


def test_a_rule_and_a_schedule_have_bus_and_group_in_their_arns(sfn_aws: SfnAws) -> None:
    bus, group = {"Ref": "Bus"}, {"Ref": "Group"}
    schedule = {
        "ScheduleExpression": "rate(1 day)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": "arn:aws:sqs:x:1:q"},
    }
    deployed = sfn_aws.deploy(
        template(
            Bus=resource("AWS::Events::EventBus", Name="orders"),
            Paid=resource("AWS::Events::Rule", EventBusName=bus, EventPattern={"source": ["shop"]}),
            Plain=resource("AWS::Events::Rule", EventBusName="default", EventPattern={"source": ["shop"]}),
            Group=resource("AWS::Scheduler::ScheduleGroup", Name="nightly"),
            Sweep=resource("AWS::Scheduler::Schedule", GroupName=group, **schedule),
            Tidy=resource("AWS::Scheduler::Schedule", **schedule),
        )
    )
    events, scheduler = sfn_aws.client("events"), sfn_aws.client("scheduler")

    assert deployed.get_att("Paid") == events.describe_rule(Name="Paid", EventBusName="orders")["Arn"]
    assert deployed.get_att("Plain") == events.describe_rule(Name="Plain")["Arn"]
    assert deployed.get_att("Sweep") == scheduler.get_schedule(Name="Sweep", GroupName="nightly")["Arn"]
    assert deployed.get_att("Tidy") == scheduler.get_schedule(Name="Tidy")["Arn"]


def test_connections_and_destinations(sfn_aws: SfnAws) -> None:
    destination = resource(
        "AWS::Events::ApiDestination",
        ConnectionArn={"Fn::GetAtt": ["Shop", "Arn"]},
        HttpMethod="POST",
        InvocationEndpoint="https://shop.example.com",
    )
    secret = {"ApiKeyAuthParameters": {"ApiKeyName": "key", "ApiKeyValue": {"Ref": "NotKnown"}}}
    connection = resource("AWS::Events::Connection", AuthorizationType="API_KEY", AuthParameters=secret)
    given = {**template(Orders=destination, Shop=connection), "Parameters": {"NotKnown": {"Type": "String"}}}
    deployed = sfn_aws.deploy(given)
    events = sfn_aws.client("events")

    assert events.describe_connection(Name="Shop")["ConnectionArn"] == deployed.get_att("Shop")
    found = events.describe_api_destination(Name="Orders")
    assert (found["ApiDestinationArn"], found["ConnectionArn"]) == (deployed.get_att("Orders"), deployed.get_att("Shop"))


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("Connection", {"AuthorizationType": "API_KEY"}),
        ("ApiDestination", {"ConnectionArn": ARN, "HttpMethod": "POST", "InvocationEndpoint": "https://shop.example.com"}),
    ],
)
def test_a_second_deployment_replaces_no_connection(sfn_aws: SfnAws, kind: str, properties: dict[str, str]) -> None:
    shop = template(Shop=resource(f"AWS::Events::{kind}", Name="shop", **properties))
    sfn_aws.deploy(shop)
    with pytest.raises(DeploymentError, match=r"events refuses it: it has shop\n  fix  it is there already"):
        sfn_aws.deploy(shop)


@pytest.mark.sfn(account_id="111111111111")
def test_the_role_of_a_schedule_without_one_is_of_the_account(sfn_aws: SfnAws) -> None:
    sfn_aws.deploy(
        template(
            Daily=resource("AWS::Scheduler::Schedule", ScheduleExpression="rate(1 days)", Target={"Arn": {"Ref": "Flow"}}),
            Flow=MACHINE,
        )
    )

    found = sfn_aws.client("scheduler").get_schedule(Name="Daily")
    assert found["Target"]["RoleArn"] == "arn:aws:iam::111111111111:role/scheduler"


def test_an_event_of_the_framework_under_another_key(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text(
        "service: s\nprovider: {name: aws}\nstepFunctions:\n  stateMachines:\n    flow:\n"
        "      events: [{eventBridge: {eventPattern: {source: [shop]}}}]\n"
        f"      definition: {dumps(PASS)}\n"
    )
    with pytest.raises(
        DeploymentError, match=r"(?s)serverless.yml:6:16: .* has pattern in an event of a function, event in one of a"
    ):
        sfn_aws.deploy(tmp_path / "serverless.yml")
