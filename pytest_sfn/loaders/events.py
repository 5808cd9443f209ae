"""What SAM and the Serverless Framework make of the events of functions and state machines: rules, schedules, topics, buckets.

A rule or a schedule has what it starts for its target, and the logical id that the tool gives it. Where it has no page of the
tool's reference, an id is as the tool's own code makes it [its source, version 3].

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
https://www.serverless.com/framework/docs/guides/resources#aws-cloudformation-resource-reference
https://www.serverless.com/framework/docs/providers/aws/events/event-bridge
https://www.serverless.com/framework/docs/providers/aws/events/schedule
https://www.serverless.com/framework/docs/providers/aws/events/sns
https://www.serverless.com/framework/docs/providers/aws/events/s3
https://github.com/serverless-operations/serverless-step-functions#events
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeGuard

from pytest_sfn.asl.pointer import child
from pytest_sfn.loaders.intrinsics import Resource
from pytest_sfn.loaders.resources import LONGEST_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.loaders.document import Document

__all__ = ["APIS", "STARTING", "Event", "framework_events", "normalized", "sam_events"]

Made = tuple[str, str, dict[str, Any]]
"""Logical id, type and properties of a resource."""
RULE: Final = "AWS::Events::Rule"
SCHEDULE: Final = "AWS::Scheduler::Schedule"


class Event(NamedTuple):
    """An event of a function or a state machine.

    Attributes:
        kind: as the format calls it, such as `EventBridgeRule` or `eventBridge`.
        names: what a test may call it.
        document: the file that it is in; None for the template itself.
        at: where, as a JSON Pointer.
        made: what the tool makes of it, as far as that is made here.
    """

    kind: str
    names: tuple[str, ...]
    document: Document | None
    at: str
    made: tuple[Resource, ...]


def _event(kind: str, names: tuple[str, ...], document: Document | None, at: str, made: Iterator[Made]) -> Event:
    resources = (
        Resource(logical_id, {"Type": kind_made, "Properties": properties}, at, document=document)
        for logical_id, kind_made, properties in made
    )
    return Event(kind, names, document, at, tuple(resources))


def _names(text: str) -> dict[str, str]:
    """CloudFormation's names of properties by the tool's."""
    return {name: other or name for name, _, other in (each.partition("=") for each in text.split())}


def _picked(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {other: given[name] for name, other in names.items() if given.get(name) is not None}


def _state(enabled: Any) -> dict[str, Any]:
    return {} if enabled is None else {"State": "ENABLED" if enabled in (True, "true") else "DISABLED"}


def _arn(owner: Resource) -> dict[str, Any]:
    return {"Arn": {"Fn::GetAtt": [owner.id, "Arn"]}}


# -- SAM ---------------------------------------------------------------------------------------------------------------


def sam_events(owner: Resource) -> list[Event]:
    """The events of a resource of SAM's, in the order of the text."""
    events = owner.properties.get("Events")
    place = child(owner.properties_at, "Events")
    return [
        _event(kind, (name, f"{owner.id}{name}"), owner.properties_document, child(place, name), _of_sam(owner, name, event))
        for name, event in (events.items() if isinstance(events, dict) else ())
        if isinstance(event, dict) and (kind := str(event.get("Type")))
    ]


def _of_sam(owner: Resource, name: str, event: Mapping[str, Any]) -> Iterator[Made]:
    given = event.get("Properties")
    given = given if isinstance(given, dict) else {}
    logical_id = f"{owner.id}{name}"
    aim = {**_arn(owner), **_picked(given, _SAM_TARGET)}
    queue, target = given.get("DeadLetterConfig"), given.get("Target")
    if isinstance(queue, dict) and "Arn" in queue:
        aim["DeadLetterConfig"] = {"Arn": queue["Arn"]}
    state = _state(given.get("Enabled"))
    if event.get("Type") == "ScheduleV2":
        yield logical_id, SCHEDULE, {**state, **_picked(given, _SAM_SCHEDULE), "Target": aim}
    elif event.get("Type") in _SAM_RULES:
        aim["Id"] = (target.get("Id") if isinstance(target, dict) else None) or logical_id[:64]
        yield logical_id, RULE, {**state, **_picked(given, _SAM_RULE), "Targets": [aim]}


_RULES: Final = ("cloudwatchEvent", "eventBridge")
_SAM_RULES: Final = ("EventBridgeRule", "CloudWatchEvent", "Schedule")
APIS: Final = ("Api", "http")
"""The events of machines that are requests of an API."""
STARTING: Final = (*APIS, *_SAM_RULES, "ScheduleV2", "schedule", *_RULES)
"""The events that start a machine."""
_SAM_TARGET: Final = _names("Input InputPath InputTransformer RetryPolicy")
_SAM_RULE: Final = _names("Pattern=EventPattern Schedule=ScheduleExpression RuleName=Name EventBusName Name State")
_SAM_SCHEDULE: Final = _names(
    "ScheduleExpression ScheduleExpressionTimezone StartDate EndDate GroupName FlexibleTimeWindow Name State"
)


# -- the Serverless Framework ------------------------------------------------------------------------------------------


def framework_events(owner: Resource, key: str, events: list[Any], document: Document, at: str) -> list[Event]:
    """The events of a function or a state machine of the framework, in order; the key as logical ids have it."""
    found: list[Event] = []
    numbers: Counter[str] = Counter()
    for index, event in enumerate(events):
        for kind, given in event.items() if isinstance(event, dict) else ():
            for said in _apart(given if isinstance(given, dict) else {_PLAIN.get(kind, ""): given}):
                numbers[kind] += 1
                names = (f"{kind}{numbers[kind]}", *([kind] if numbers[kind] == 1 else []))
                made = _of_framework(owner, key, kind, said, index + 1, numbers)
                found.append(_event(kind, names, document, child(at, index), made))
    return found


def _apart(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What an event says, once for each of its rates; the framework refuses a name for several, which stays as it is."""
    rates = said.get("rate")
    if isinstance(rates, list) and (len(rates) < 2 or said.get("name") is None):
        yield from ({**said, "rate": rate} for rate in rates or [None])
    else:
        yield said


def _of_framework(
    owner: Resource, key: str, kind: str, said: Mapping[str, Any], position: int, numbers: Counter[str]
) -> Iterator[Made]:
    """What the framework, or its plugin for state machines, makes of an event; `numbers` count it and those before it."""
    plugin = owner.type == "AWS::StepFunctions::StateMachine"
    if kind == "schedule":
        scheduler = said.get("method") == "scheduler"
        word = "SchedulerSchedule" if scheduler and plugin else "EventsRuleSchedule"
        logical_id = f"{key}{'StepFunctions' if plugin else ''}{word}{numbers[kind]}"
        yield (logical_id, SCHEDULE, _schedule(owner, said)) if scheduler else (logical_id, RULE, _rule(owner, said))
    elif kind in _RULES and plugin:
        yield f"{key}EventsRuleCloudWatchEvent{sum(numbers[each] for each in _RULES)}", RULE, _rule(owner, said)
    elif kind == "cloudwatchEvent":
        yield f"{key}EventsRuleCloudWatchEvent{numbers[kind]}", RULE, _rule(owner, said)
    elif kind == "eventBridge":
        bus, name = said.get("eventBus"), f"{owner.name or owner.id}-rule-{position}"
        if _is_name(bus) and bus != "default":  # the framework makes one that is said by its name
            yield f"{normalized(bus)}EventBridgeEventBus", "AWS::Events::EventBus", {"Name": bus}
        own = {"Name": name} if len(name) <= LONGEST_NAMES["rule"] else {}  # the framework makes a hash of a longer one
        yield f"{_bare(name)}EventBridgeRule", RULE, {**own, **_rule(owner, said)}
    elif kind == "sns" and _is_name(said.get("topicName")) and "arn" not in said:
        yield f"SNSTopic{_bare(said['topicName'])}", "AWS::SNS::Topic", {"TopicName": said["topicName"]}
    elif kind == "s3" and isinstance(said.get("bucket"), str) and said.get("existing") not in (True, "true"):
        yield f"S3Bucket{_bare(said['bucket'])}", "AWS::S3::Bucket", {"BucketName": said["bucket"]}


_PLAIN: Final = {"schedule": "rate", "sns": "topicName", "s3": "bucket"}
"""What an event that is only a text says."""
_RULE: Final = _names(
    "pattern=EventPattern event=EventPattern schedule=ScheduleExpression rate=ScheduleExpression eventBus=EventBusName "
    "eventBusName=EventBusName name=Name"
)
_SCHEDULE: Final = _names("rate=ScheduleExpression timezone=ScheduleExpressionTimezone name=Name")
_TARGET: Final = _names("input=Input inputPath=InputPath inputTransformer=InputTransformer")
_RETRIES: Final = _names("maximumEventAge=MaximumEventAgeInSeconds maximumRetryAttempts=MaximumRetryAttempts")


def _rule(owner: Resource, said: Mapping[str, Any]) -> dict[str, Any]:
    target = {**_arn(owner), "Id": "serverless", **_picked(said, _TARGET)}
    transformer, retries = target.get("InputTransformer"), said.get("retryPolicy")
    if isinstance(transformer, dict):
        target["InputTransformer"] = {f"{name[:1].upper()}{name[1:]}": each for name, each in transformer.items()}
    if isinstance(retries, dict):
        target["RetryPolicy"] = _picked(retries, _RETRIES)
    if said.get("deadLetterQueueArn") is not None:
        target["DeadLetterConfig"] = {"Arn": said["deadLetterQueueArn"]}
    return {**_picked(said, _RULE), **_state(said.get("enabled")), "Targets": [target]}


def _schedule(owner: Resource, said: Mapping[str, Any]) -> dict[str, Any]:
    target = {**_arn(owner), **_picked(said, {"input": "Input"})}
    return {**_picked(said, _SCHEDULE), **_state(said.get("enabled")), "Target": target}


def _is_name(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value) and not value.startswith(("arn:", "${"))


def normalized(name: str) -> str:
    """A key as the framework puts it into logical ids."""
    name = name.replace("-", "Dash").replace("_", "Underscore")
    return name[:1].upper() + name[1:]


def _bare(name: str) -> str:
    """A name in logical ids."""
    name = re.sub(r"[^0-9A-Za-z]", "", name)
    return name[:1].upper() + name[1:]
