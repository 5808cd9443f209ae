"""EventBridge: buses, rules with their targets, schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.deploy.wanted import LackError

if TYPE_CHECKING:
    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["event_bus", "rule", "schedule", "schedule_group", "target"]

_ANY_ROLE: Final = "arn:aws:iam::123456789012:role/scheduler"
"""For the schedules that SAM and others make a role for."""


def event_bus(wanted: Wanted, cloud: Cloud) -> None:
    cloud.call("events", "create_event_bus", Name=wanted.name)
    cloud.undo("events", "delete_event_bus", Name=wanted.name)


def rule(wanted: Wanted, cloud: Cloud) -> None:
    """A rule with its targets."""
    bus = wanted.pick("EventBusName")
    members = wanted.pick("EventPattern", "ScheduleExpression", "State")
    if "EventPattern" not in members and "ScheduleExpression" not in members:
        raise LackError("it has neither EventPattern nor ScheduleExpression", "add one of them")
    if not isinstance(members.get("EventPattern", {}), (dict, str)):
        raise LackError("EventPattern is an object", "see CloudFormation's reference", "EventPattern")
    cloud.call("events", "put_rule", Name=wanted.name, **bus, **members)
    cloud.undo("events", "delete_rule", Name=wanted.name, **bus)
    targets = wanted.objects("Targets")
    if targets:
        cloud.call("events", "put_targets", Rule=wanted.name, Targets=targets, **bus)
        cloud.undo("events", "remove_targets", Rule=wanted.name, Ids=[each.get("Id") for each in targets], **bus)


def target(wanted: Wanted, cloud: Cloud) -> None:
    """One target of a rule, which Terraform has as a resource of its own."""
    rule, bus, aim = wanted.need("Rule"), wanted.pick("EventBusName"), wanted.object("Target")
    cloud.call("events", "put_targets", Rule=rule, Targets=[aim], **bus)
    cloud.undo("events", "remove_targets", Rule=rule, Ids=[aim.get("Id")], **bus)


def schedule_group(wanted: Wanted, cloud: Cloud) -> None:
    cloud.call("scheduler", "create_schedule_group", Name=wanted.name)
    cloud.undo("scheduler", "delete_schedule_group", Name=wanted.name)


def schedule(wanted: Wanted, cloud: Cloud) -> None:
    """A schedule of EventBridge Scheduler."""
    group = wanted.pick("GroupName")
    members = wanted.pick("ScheduleExpressionTimezone", "StartDate", "EndDate", "State")
    window = wanted.object("FlexibleTimeWindow") or {"Mode": "OFF"}
    aim = {"RoleArn": _ANY_ROLE, **wanted.object("Target")}
    expression = wanted.need("ScheduleExpression")
    cloud.call(
        "scheduler",
        "create_schedule",
        Name=wanted.name,
        ScheduleExpression=expression,
        FlexibleTimeWindow=window,
        Target=aim,
        **group,
        **members,
    )
    cloud.undo("scheduler", "delete_schedule", Name=wanted.name, **group)
