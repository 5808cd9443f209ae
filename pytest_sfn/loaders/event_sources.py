"""What starts a state machine, as its template says: rules, schedules and pipes of EventBridge, and APIs.

| the format | where it is |
|---|---|
| SAM | `Events` of the state machine: Schedule, ScheduleV2, EventBridgeRule, CloudWatchEvent, Api |
| CloudFormation, CDK, SAM | `AWS::Events::Rule`, `AWS::Scheduler::Schedule`, `AWS::Pipes::Pipe` whose target is the machine |
| Serverless Framework | `events` of the state machine: schedule, cloudwatchEvent, eventBridge, http; and the resources above |

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-statemachine-statemachineeventsource.html
https://github.com/serverless-operations/serverless-step-functions#events
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, cast

from pytest_sfn.asl.pointer import child
from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.values import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.errors import Location
    from pytest_sfn.loaders.intrinsics import Resolver, Resource
    from pytest_sfn.loaders.serverless import ServerlessTemplate
    from pytest_sfn.loaders.template import FoundMachine, Template

__all__ = ["EventSource", "event_sources"]

Kind = Literal["api", "pipe", "rule", "schedule", "scheduler"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSource:
    """Something that starts executions of a state machine.

    Attributes:
        name: the logical id, or the key of a SAM event.
        other_names: the rule's own name, the id that SAM makes, the id of the CDK's construct.
        kind: a rule with a pattern, a rule with a schedule, a schedule of EventBridge Scheduler, a pipe, or an API whose
            requests have the input as body.
        pattern: of the events that a rule matches, of the records that a pipe does.
        target: how the input is made of an event, as PutTargets has it: Input, InputPath, InputTransformer; of a pipe its
            InputTemplate.
        source: the ARN that a pipe reads.
        enriched: whether a pipe asks something else before it starts the machine.
        location: in the template; None if it is in another file.
    """

    name: str
    kind: Kind
    other_names: tuple[str, ...] = ()
    pattern: Mapping[str, Any] = field(default_factory=dict)
    target: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    enriched: bool = False
    location: Location | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All its names."""
        return tuple(dict.fromkeys((self.name, *self.other_names)))


def event_sources(found: FoundMachine) -> list[EventSource]:
    """What starts a machine, in the order of the template."""
    template, resolver = found.template, found.template.resolver()
    sources: list[EventSource] = []
    if template.format == "Serverless":
        sources += _of_serverless(cast("ServerlessTemplate", template), found)
    resource = template.resources.get(found.logical_id)
    if resource is not None and resource.type == "AWS::Serverless::StateMachine":
        sources += _of_sam(template, resource, resolver)
    known = template.resolved
    arn = next((known[name][1] for name in (found.logical_id, *found.other_names) if name in known), None)
    if arn is not None:
        for each in template.resources.values():
            if each.type == "AWS::Pipes::Pipe":
                sources += _of_pipe(template, each, arn, resolver)
            sources += _of_resource(template, each, arn, resolver)
    return sources


def _of_sam(template: Template, machine: Resource, resolver: Resolver) -> Iterator[EventSource]:
    events = machine.properties.get("Events")
    for key, node in (events if isinstance(events, dict) else {}).items():
        kind = _SAM.get(node.get("Type")) if isinstance(node, dict) else None
        if kind is None:
            continue
        at = child(child(child(machine.at, "Properties"), "Events"), key)
        said = resolver.resolve(node.get("Properties") or {}, child(at, "Properties"))
        said = said if isinstance(said, dict) else {}
        yield EventSource(
            name=key,
            other_names=_texts(said.get("RuleName"), said.get("Name"), f"{machine.id}{key}"),
            kind=kind,
            pattern=_object(said.get("Pattern")),
            target=_target(said),
            location=template.document.location(at),
        )


_SAM: Mapping[Any, Kind] = {
    "Api": "api",
    "CloudWatchEvent": "rule",
    "EventBridgeRule": "rule",
    "Schedule": "schedule",
    "ScheduleV2": "scheduler",
}


def _of_resource(template: Template, resource: Resource, arn: str, resolver: Resolver) -> Iterator[EventSource]:
    """A rule or a schedule, if it has the machine for its target."""
    if resource.type not in ("AWS::Events::Rule", "AWS::Scheduler::Schedule"):
        return
    said = resolver.resolve(dict(resource.properties), child(resource.at, "Properties"))
    said = said if isinstance(said, dict) else {}
    scheduler = resource.type == "AWS::Scheduler::Schedule"
    targets = [said.get("Target")] if scheduler else said.get("Targets")
    for target in targets if isinstance(targets, list) else []:
        named = str(target.get("Arn")) if isinstance(target, dict) else ""
        if named != arn and not named.startswith(f"{arn}:"):  # a version or an alias
            continue
        own = resolver.name_of(resource)
        yield EventSource(
            name=resource.id,
            other_names=_texts(own, resource.construct_id, f"{resource.id}.{target.get('Id')}"),
            kind="scheduler" if scheduler else "rule" if said.get("EventPattern") else "schedule",
            pattern=_object(said.get("EventPattern")),
            target=_target(target),
            location=template.document.location(resource.at),
        )


def _of_pipe(template: Template, pipe: Resource, arn: str, resolver: Resolver) -> Iterator[EventSource]:
    said = _object(resolver.resolve(dict(pipe.properties), child(pipe.at, "Properties")))
    if str(said.get("Target")) != arn:
        return
    filters = _object(_object(said.get("SourceParameters")).get("FilterCriteria")).get("Filters")
    patterns = [_parsed(_object(each).get("Pattern")) for each in filters] if isinstance(filters, list) else []
    text = _object(said.get("TargetParameters")).get("InputTemplate")
    yield EventSource(
        name=pipe.id,
        other_names=_texts(resolver.name_of(pipe), pipe.construct_id),
        kind="pipe",
        pattern={"$or": patterns} if patterns else {},
        target={"InputTemplate": text} if isinstance(text, str) else {},
        source=str(said.get("Source", "")),
        enriched=bool(said.get("Enrichment")),
        location=template.document.location(pipe.at),
    )


def _parsed(text: Any) -> dict[str, Any]:
    try:
        return _object(loads(text))
    except (JsonValueError, TypeError):
        return {}


def _of_serverless(template: ServerlessTemplate, found: FoundMachine) -> Iterator[EventSource]:
    resolver = template.resolver()
    node = next((node for key, node, _, _ in template.machine_nodes(resolver) if key == found.logical_id), {})
    events = resolver.resolve(node.get("events"), "")
    counts: dict[str, int] = {}
    for each in events if isinstance(events, list) else []:
        for key, said in each.items() if isinstance(each, dict) else ():
            kind = _SERVERLESS.get(key)
            if kind is None:
                continue
            counts[key] = counts.get(key, 0) + 1
            said = said if isinstance(said, dict) else {}
            yield EventSource(
                name=f"{key}{counts[key]}",
                other_names=_texts(said.get("name"), key if counts[key] == 1 else None),
                kind="scheduler" if kind == "schedule" and said.get("method") == "scheduler" else kind,
                pattern=_object(said.get("event")),
                target=_target({f"{name[:1].upper()}{name[1:]}": value for name, value in said.items()}),
                location=found.location,
            )


_SERVERLESS: Mapping[str, Kind] = {"cloudwatchEvent": "rule", "eventBridge": "rule", "http": "api", "schedule": "schedule"}


def _target(said: Mapping[str, Any]) -> dict[str, Any]:
    """How the input is made of an event; SAM and CloudFormation write it as PutTargets does, Serverless with small letters."""
    found: dict[str, Any] = {}
    given, path, transformer = said.get("Input"), said.get("InputPath"), said.get("InputTransformer")
    if given is not None:
        found["Input"] = given if isinstance(given, str) else dumps(given)
    if isinstance(path, str):
        found["InputPath"] = path
    if isinstance(transformer, dict):
        parts = {f"{name[:1].upper()}{name[1:]}": value for name, value in transformer.items()}
        template = parts.get("InputTemplate", "")
        paths = {name: str(value) for name, value in _object(parts.get("InputPathsMap")).items()}
        text = template if isinstance(template, str) else dumps(template)
        found["InputTransformer"] = {"InputPathsMap": paths, "InputTemplate": text}
    return found


def _texts(*values: Any) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str) and value)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
