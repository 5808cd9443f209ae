"""What SAM makes of a function or a state machine: rules and schedules of its `Events`, a version and an alias.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.pointer import child

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["UNSENT", "events_of", "made_of", "published"]

UNSENT: Final = frozenset(
    (
        *("SQS", "SNS", "S3", "Kinesis", "DynamoDB", "MSK", "MQ", "SelfManagedKafka", "DocumentDB"),
        *("Cognito", "IoTRule", "CloudWatchLogs"),
    )
)
"""Events of which nothing reaches the function here."""

_NAMED: Final = {"Name": "Name", "RuleName": "Name"}
_INPUT: Final = ("Input", "InputPath", "InputTransformer", "RetryPolicy")


def events_of(properties: Mapping[str, Any], at: str) -> Iterator[tuple[str, str, Mapping[str, Any], str]]:
    """(name, type, properties, pointer) of each event; `at` is the pointer of the resource."""
    events = properties.get("Events")
    place = child(child(at, "Properties"), "Events")
    for name, event in events.items() if isinstance(events, dict) else ():
        given = event.get("Properties") if isinstance(event, dict) else None
        if isinstance(event, dict):
            yield name, str(event.get("Type")), given if isinstance(given, dict) else {}, child(place, name)


def made_of(owner: str, name: str, kind: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """(type, properties) of the resource that an event makes; None if it makes none that is made here."""
    if kind in ("EventBridgeRule", "CloudWatchEvent", "Schedule"):
        return "AWS::Events::Rule", _rule(owner, name, given)
    if kind == "ScheduleV2":
        return "AWS::Scheduler::Schedule", _schedule(owner, given)
    return None


def published(machine: str, alias: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(logical id, type, properties) of the version and the alias of a machine with `AutoPublishAlias`."""
    version = {"StateMachineArn": {"Ref": machine}}
    routes = [{"StateMachineVersionArn": {"Fn::Sub": f"${{{machine}}}:1"}, "Weight": 100}]
    yield f"{machine}Version", "AWS::StepFunctions::StateMachineVersion", version
    yield f"{machine}Alias", "AWS::StepFunctions::StateMachineAlias", {"Name": alias, "RoutingConfiguration": routes}


def _rule(owner: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    renamed = {"Pattern": "EventPattern", "Schedule": "ScheduleExpression", "EventBusName": "EventBusName", **_NAMED}
    made = {other: given[name] for name, other in renamed.items() if name in given}
    target = given.get("Target")
    given_id = target.get("Id") if isinstance(target, dict) else None
    aim = {"Arn": {"Fn::GetAtt": [owner, "Arn"]}, "Id": given_id or f"{owner}{name}"[:64], **_sent(given)}
    return {**made, **_state(given), "Targets": [aim]}


def _schedule(owner: str, given: Mapping[str, Any]) -> dict[str, Any]:
    same = (
        *(
            "ScheduleExpression",
            "ScheduleExpressionTimezone",
            "StartDate",
            "EndDate",
            "GroupName",
            "FlexibleTimeWindow",
            "Name",
        ),
    )
    made = {name: given[name] for name in same if name in given}
    return {**made, **_state(given), "Target": {"Arn": {"Fn::GetAtt": [owner, "Arn"]}, **_sent(given)}}


def _sent(given: Mapping[str, Any]) -> dict[str, Any]:
    queue = given.get("DeadLetterConfig")
    dead = {"DeadLetterConfig": {"Arn": queue["Arn"]}} if isinstance(queue, dict) and "Arn" in queue else {}
    return {**{name: given[name] for name in _INPUT if name in given}, **dead}


def _state(given: Mapping[str, Any]) -> dict[str, Any]:
    if "State" in given:
        return {"State": given["State"]}
    if "Enabled" in given:
        return {"State": "ENABLED" if given["Enabled"] in (True, "true") else "DISABLED"}
    return {}
