from __future__ import annotations

from datetime import timedelta
from typing import Any

from pytest_sfn import SfnAws
from tests.deploy.helpers import resource, template

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
MACHINE = resource("AWS::StepFunctions::StateMachine", Definition=PASS)
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
