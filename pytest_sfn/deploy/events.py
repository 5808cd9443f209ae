"""EventBridge: buses, rules with their targets, schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.deploy.wanted import LackError, shortened
from pytest_sfn.gate.identities import identify_connection

if TYPE_CHECKING:
    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["api_destination", "connection", "rule", "schedule", "target"]

_KEYS: Final = (
    "SAM's events have Pattern or Schedule; Serverless has pattern in an event of a function, event in one of a state machine, "
    "and rate in a schedule"
)


def connection(wanted: Wanted, cloud: Cloud) -> None:
    """How to sign in at an HTTP endpoint; with what is left out, since nothing signs in here."""
    kind = wanted.get("AuthorizationType", "API_KEY")
    cloud.refuse_another("events", "describe_connection", Name=wanted.name)
    cloud.call("events", "create_connection", Name=wanted.name, AuthorizationType=kind, AuthParameters={})
    identify_connection(cloud.account, cloud.region, "connections", wanted.name, str(wanted.attribute("Arn")))


def api_destination(wanted: Wanted, cloud: Cloud) -> None:
    """An HTTP endpoint as the target of a rule; tasks call endpoints without one."""
    members = {each: wanted.need(each) for each in ("ConnectionArn", "HttpMethod", "InvocationEndpoint")}
    limit = wanted.pick("InvocationRateLimitPerSecond")
    cloud.refuse_another("events", "describe_api_destination", Name=wanted.name)
    cloud.call("events", "create_api_destination", Name=wanted.name, **members, **limit)
    identify_connection(cloud.account, cloud.region, "destinations", wanted.name, str(wanted.attribute("Arn")))


def rule(wanted: Wanted, cloud: Cloud) -> None:
    """A rule with its targets."""
    bus = wanted.pick("EventBusName")
    members = wanted.pick("EventPattern", "ScheduleExpression", "State")
    _one_rate(members.get("ScheduleExpression"))
    if "EventPattern" not in members and "ScheduleExpression" not in members:
        fix = _KEYS if wanted.is_part else "add one of them"
        raise LackError("it has neither EventPattern nor ScheduleExpression", fix)
    if not isinstance(members.get("EventPattern", {}), (dict, str)):
        raise LackError("EventPattern is an object", "see CloudFormation's reference", "EventPattern")
    cloud.call("events", "put_rule", Name=wanted.name, **bus, **members)
    targets = wanted.objects("Targets")
    if targets:
        cloud.call("events", "put_targets", Rule=wanted.name, Targets=targets, **bus)


def target(wanted: Wanted, cloud: Cloud) -> None:
    """One target of a rule, which Terraform has as a resource of its own."""
    rule, bus, aim = wanted.need("Rule"), wanted.pick("EventBusName"), wanted.object("Target")
    if "Arn" not in aim:
        raise LackError(
            "it has no arn, or the plan does not know it yet", "apply, and deploy `terraform show -json` of the state"
        )
    cloud.call("events", "put_targets", Rule=rule, Targets=[aim], **bus)


def schedule(wanted: Wanted, cloud: Cloud) -> None:
    """A schedule of EventBridge Scheduler."""
    group = wanted.pick("GroupName")
    members = wanted.pick("ScheduleExpressionTimezone", "StartDate", "EndDate", "State")
    window = wanted.object("FlexibleTimeWindow") or {"Mode": "OFF"}
    role = f"arn:aws:iam::{cloud.account}:role/scheduler"  # for the schedules that SAM and others make a role for
    aim = {"RoleArn": role, **wanted.object("Target")}
    expression = wanted.need("ScheduleExpression")
    _one_rate(expression)
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


def _one_rate(expression: Any) -> None:
    if isinstance(expression, list):
        way = "write a schedule for each rate; the Serverless Framework makes one of each where the list has no name"
        raise LackError(f"ScheduleExpression is one rate, and here it is {shortened(expression)}", way, "ScheduleExpression")
