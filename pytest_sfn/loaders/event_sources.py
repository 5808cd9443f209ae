"""What starts a state machine, as its template says: rules, schedules and pipes of EventBridge, and APIs.

| the format | where it is |
|---|---|
| SAM | `Events` of the state machine: Schedule, ScheduleV2, EventBridgeRule, CloudWatchEvent, Api |
| CloudFormation, CDK, SAM | `AWS::Events::Rule`, `AWS::Scheduler::Schedule`, `AWS::Pipes::Pipe` whose target is the machine |
| Serverless Framework | `events` of the state machine: schedule, cloudwatchEvent, eventBridge, http; and the resources above |
| Terraform | `aws_cloudwatch_event_target` with its rule, `aws_scheduler_schedule`, `aws_pipes_pipe`, by their target |

What SAM and the framework make of events is in `events.py`.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, cast

from pytest_sfn.asl.pointer import child
from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.values import dumps, loads
from pytest_sfn.loaders.events import APIS, STARTING
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.errors import Location
    from pytest_sfn.loaders.events import Event
    from pytest_sfn.loaders.intrinsics import Resolver, Resource
    from pytest_sfn.loaders.template import FoundMachine, Template
    from pytest_sfn.loaders.terraform import TerraformTemplate
    from pytest_sfn.loaders.terraform_resources import TerraformResource

__all__ = ["EventSource", "event_sources", "unread_event"]

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
        enrichment: the ARN of what a pipe asks before it starts the machine; "" for nothing.
        enrichment_template: the InputTemplate of what that is asked.
        location: in the template; None if it is in another file.
    """

    name: str
    kind: Kind
    other_names: tuple[str, ...] = ()
    pattern: Mapping[str, Any] = field(default_factory=dict)
    target: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    enrichment: str = ""
    enrichment_template: str = ""
    location: Location | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All its names."""
        return tuple(dict.fromkeys((self.name, *self.other_names)))


def event_sources(found: FoundMachine) -> list[EventSource]:
    """What starts a machine, in the order of the template; what is written at the machine itself comes first."""
    template, resolver = found.template, found.template.resolver()
    ids = (found.logical_id, *found.other_names)
    arn = next((template.resolved[name][1] for name in ids if name in template.resolved), None)
    if arn is None:
        return []
    if template.format == "Terraform":
        return [*_of_terraform(cast("TerraformTemplate", template).all_resources, arn)]
    sources: list[EventSource] = []
    for event in _events(found):
        if event.kind in APIS:
            place = (event.document or template.document).location(event.at)
            sources.append(EventSource(name=event.names[0], other_names=event.names[1:], kind="api", location=place))
        for made in event.made:
            sources += _of_resource(template, made, arn, resolver, event.names)
    for each in template.resources.values():
        sources += _of_pipe(template, each, arn, resolver)
        sources += _of_resource(template, each, arn, resolver)
    return sources


def _events(found: FoundMachine) -> list[Event]:
    """The events that are written at the machine itself."""
    ids = (found.logical_id, *found.other_names)
    return [event for name in dict.fromkeys(ids) for event in found.template.events.get(name, ())]


def unread_event(found: FoundMachine, name: str) -> str:
    """Why an event of a machine is no source, in words; "" if there is none of that name."""
    kind = next((each.kind for each in _events(found) if name in each.names), None)
    if kind is None:
        return ""
    return f"; its event of that name is of the type {kind!r}, which starts nothing here{suggest(kind, STARTING)}"


def _of_resource(
    template: Template, resource: Resource, arn: str, resolver: Resolver, names: tuple[str, ...] = ()
) -> Iterator[EventSource]:
    """A rule or a schedule, if it has the machine for its target; `names` are those of the event that it is made of."""
    if resource.type not in ("AWS::Events::Rule", "AWS::Scheduler::Schedule"):
        return
    said = _properties(resource, resolver)
    scheduler = resource.type == "AWS::Scheduler::Schedule"
    targets = [said.get("Target")] if scheduler else said.get("Targets")
    for target in targets if isinstance(targets, list) else []:
        if not _names(_object(target).get("Arn"), arn):
            continue
        deployed = f"{resolver.stack}{resource.id}"
        others = (*names[1:], deployed) if names else (resource.construct_id, deployed, f"{resource.id}.{target.get('Id')}")
        yield EventSource(
            name=names[0] if names else resource.id,
            other_names=_texts(resolver.name_of(resource), *others),
            kind="scheduler" if scheduler else "rule" if said.get("EventPattern") else "schedule",
            pattern=_object(said.get("EventPattern")),
            target=_target(target),
            location=(resource.document or template.document).location(resource.at),
        )


def _properties(resource: Resource, resolver: Resolver) -> dict[str, Any]:
    return _object(resolver.resolve(dict(resource.properties), child(resource.at, "Properties")))


def _names(target: Any, arn: str) -> bool:
    """Whether it is the machine, its version or its alias."""
    return str(target) == arn or str(target).startswith(f"{arn}:")


def _of_pipe(template: Template, pipe: Resource, arn: str, resolver: Resolver) -> Iterator[EventSource]:
    said = _properties(pipe, resolver) if pipe.type == "AWS::Pipes::Pipe" else {}
    if not _names(said.get("Target"), arn):
        return
    filters = _object(_object(said.get("SourceParameters")).get("FilterCriteria")).get("Filters")
    yield EventSource(
        name=pipe.id,
        other_names=_texts(resolver.name_of(pipe), pipe.construct_id, f"{resolver.stack}{pipe.id}"),
        kind="pipe",
        pattern=_any_of([_object(each).get("Pattern") for each in filters] if isinstance(filters, list) else []),
        target=_template_of(_object(said.get("TargetParameters")).get("InputTemplate")),
        source=str(said.get("Source", "")),
        enrichment=str(said.get("Enrichment") or ""),
        enrichment_template=str(_object(said.get("EnrichmentParameters")).get("InputTemplate") or ""),
        location=(pipe.document or template.document).location(pipe.at),
    )


def _any_of(patterns: list[Any]) -> dict[str, Any]:
    """The pattern of a pipe's filters."""
    return {"$or": [_parsed(each) for each in patterns]} if patterns else {}


def _template_of(text: Any) -> dict[str, Any]:
    return {"InputTemplate": text} if isinstance(text, str) and text else {}


def _of_terraform(resources: list[TerraformResource], arn: str) -> Iterator[EventSource]:
    """https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_event_target"""
    rules = {each.name: each for each in resources if each.type == "aws_cloudwatch_event_rule"}
    for each in resources:
        if each.type == "aws_cloudwatch_event_target" and _names(each.value("arn"), arn):
            rule = rules.get(str(each.value("rule")))
            if rule is not None:
                yield _terraform_rule(rule, each)
        elif each.type == "aws_scheduler_schedule":
            for target in each.blocks("target"):
                if _names(target.get("arn"), arn):
                    made = _target({"Input": target.get("input")})
                    yield EventSource(**_terraform_names(each), kind="scheduler", target=made, location=each.location)
        elif each.type == "aws_pipes_pipe" and _names(each.value("target"), arn):
            criteria = [found for source in each.blocks("source_parameters") for found in source.get("filter_criteria", ())]
            templates = {kind: next(iter(each.blocks(f"{kind}_parameters")), {}) for kind in ("target", "enrichment")}
            yield EventSource(
                **_terraform_names(each),
                kind="pipe",
                pattern=_any_of([_object(one).get("pattern") for found in criteria for one in found.get("filter", ())]),
                target=_template_of(templates["target"].get("input_template")),
                source=str(each.value("source") or ""),
                enrichment=str(each.value("enrichment") or ""),
                enrichment_template=str(templates["enrichment"].get("input_template") or ""),
                location=each.location,
            )


def _terraform_rule(rule: TerraformResource, target: TerraformResource) -> EventSource:
    transformer = next(iter(target.blocks("input_transformer")), {})
    said = {"Input": target.value("input"), "InputPath": target.value("input_path")}
    if transformer:
        paths, text = transformer.get("input_paths"), transformer.get("input_template")
        said["InputTransformer"] = {"InputPathsMap": paths, "InputTemplate": text}
    pattern = rule.value("event_pattern")
    names = _terraform_names(rule)
    return EventSource(
        name=names["name"],
        other_names=(*names["other_names"], target.address, target.address.rpartition(".")[2]),
        kind="rule" if pattern else "schedule",
        pattern=_object(pattern) or _parsed(pattern),
        target=_target({name: value for name, value in said.items() if value not in (None, "")}),
        location=rule.location,
    )


def _terraform_names(resource: TerraformResource) -> dict[str, Any]:
    """A resource's label, and its other names: the physical one first, as for all sources."""
    return {
        "name": resource.address.replace(f"{resource.type}.", "", 1),
        "other_names": _texts(resource.name, resource.address, resource.address.rpartition(".")[2]),
    }


def _parsed(text: Any) -> dict[str, Any]:
    try:
        return _object(loads(text))
    except (JsonValueError, TypeError):
        return {}


def _target(said: Mapping[str, Any]) -> dict[str, Any]:
    """How the input is made of an event."""
    found: dict[str, Any] = {}
    given, path, transformer = said.get("Input"), said.get("InputPath"), said.get("InputTransformer")
    if given is not None:
        found["Input"] = given if isinstance(given, str) else dumps(given)
    if isinstance(path, str):
        found["InputPath"] = path
    if isinstance(transformer, dict):
        template = transformer.get("InputTemplate", "")
        paths = {name: str(value) for name, value in _object(transformer.get("InputPathsMap")).items()}
        text = template if isinstance(template, str) else dumps(template)
        found["InputTransformer"] = {"InputPathsMap": paths, "InputTemplate": text}
    return found


def _texts(*values: Any) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str) and value)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
