"""The input that what starts a machine in its template would give: a rule, schedule or pipe of EventBridge, or an API.

The event is made up: a rule with a pattern gets one that matches it, in the time and account of the test. What the rule does
with the event (Input, InputPath, InputTransformer) is what it does with any event (`gate/event_input.py`).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from pytest_sfn.errors import JsonValueError, PytestSfnError
from pytest_sfn.expressions.values import UNDEFINED, admit, dumps, loads
from pytest_sfn.gate.event_bus import timestamp
from pytest_sfn.gate.event_input import filled, found_at, no_variables, paths_in, target_input
from pytest_sfn.gate.event_pattern import mismatch, sample
from pytest_sfn.links import see
from pytest_sfn.loaders.event_sources import event_sources, unread_event
from pytest_sfn.names import suggest
from pytest_sfn.tasks.request import shorten

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_sfn.account.machine import Machine
    from pytest_sfn.engine.run import World
    from pytest_sfn.loaders.event_sources import EventSource
    from pytest_sfn.mocks.lambda_api import LambdaApi

__all__ = ["event_input"]

SEE: Final = see("events#event-sources-of-a-template")


class EventAccount(Protocol):
    """The part of its account that this module needs."""

    account_id: str
    world: World

    @property
    def lambda_api(self) -> LambdaApi:
        """Lambda's API, by which a pipe asks a function."""

    @property
    def now(self) -> datetime:
        """The virtual time."""


def event_input(
    account: EventAccount,
    machine: Machine,
    name: str,
    *,
    detail: Mapping[str, Any] | None,
    event: Mapping[str, Any] | None,
    body: Any,
) -> str:
    """The input, as JSON text. Arguments as for `Machine.run_event`.

    Raises:
        PytestSfnError: nothing of that name starts the machine, an argument does not belong to what does, or the event would
            not match the rule's pattern.
        JsonValueError: what is sent is no JSON.
    """
    source, given = _source(machine, name), _Given(detail, event, body)
    _check(machine, source, given)
    if source.kind == "api":
        return dumps(admit({} if body is UNDEFINED else body)[0])
    text = _piped(account, machine, source, given) if source.kind == "pipe" else _sent(account, machine, source, given)
    try:
        loads(text)
    except JsonValueError as error:
        raise _no_json(machine, source, text, error) from None
    return text


class _Given(NamedTuple):
    """What a test gives of an event, a record or a request."""

    detail: Mapping[str, Any] | None = None
    event: Mapping[str, Any] | None = None
    body: Any = UNDEFINED

    def has(self, name: str) -> bool:
        return getattr(self, name) is not self._field_defaults[name]


def _check(machine: Machine, source: EventSource, given: _Given) -> None:
    """Refuse what does not belong to the kind of source."""
    for name in ("detail", "event"):
        value = getattr(given, name)
        if given.has(name) and not isinstance(value, Mapping):
            raise _misuse(machine, source, f"{name} is an object, not {shorten(value)}", f'give {name}={{"name": value}}')
    for kinds, names, problem, advice in _OTHERS:
        if source.kind in kinds and any(map(given.has, names)):
            raise _misuse(machine, source, problem, advice)


_OTHERS: Final = (
    (("api",), ("detail", "event"), "an API's request has no event", "give body=, the JSON of the request"),
    (("pipe",), ("detail",), "a pipe's record has no detail", "give body=, or event= for members of the record"),
    (
        ("rule", "schedule", "scheduler"),
        ("body",),
        "an event has no body",
        "give detail=, or event= for its other members",
    ),
    (("scheduler",), ("detail", "event"), "a schedule sends no event of others", "leave out detail= and event="),
)
"""What kinds of sources do not take, and what to give instead."""


def _sent(account: EventAccount, machine: Machine, source: EventSource, given: _Given) -> str:
    """What a rule or a schedule sends."""
    made = _event(account, machine, source)
    if given.detail is not None:
        made["detail"] = _merged(made["detail"], admit(dict(given.detail))[0])
    if given.event is not None:
        made = _merged(made, admit(dict(given.event))[0])
    if (where := mismatch(source.pattern, made)) is not None:
        shown = f"\n  differs  {where}\n  pattern  {shorten(source.pattern)}\n  event    {shorten(made, 500)}"
        problem = f"the event does not match the rule's pattern, so it would start nothing{shown}"
        raise _misuse(machine, source, problem, "give a detail that the pattern takes")
    if source.kind == "scheduler":
        return _scheduled(account, machine, source, made)
    reserved = {
        "aws.events.rule-arn": made["resources"][0] if source.kind == "schedule" else _arn(account, machine, source),
        "aws.events.rule-name": _own_name(source),
        "aws.events.event.ingestion-time": timestamp(account.now),
    }
    return target_input(source.target, made, reserved)


def _source(machine: Machine, name: str) -> EventSource:
    found = machine.state_machine._found
    if found is None:
        raise PytestSfnError(
            f"machine {machine.name!r} is of no template, so nothing starts it\n"
            f"  fix  load it from its template, or give run() the input\n  see  {SEE}"
        )
    sources = event_sources(found)
    named = [source for source in sources if name in source.names]
    if len(named) == 1:
        return named[0]
    if named:
        which = " or ".join(repr(source.names[-1]) for source in named)
        problem = f"it starts the machine {len(named)} times, once for each target"
        raise _misuse(machine, named[0], problem, f"name one of them: {which}")
    names = [each for source in sources for each in source.names]
    meant = (unread_event(found, name) or suggest(name, names)) if isinstance(name, str) else ""
    labels = [source.name if names.count(source.name) == 1 else source.names[-1] for source in sources]
    known = "".join(f"\n  {each.location or ''}  {label} ({each.kind})" for each, label in zip(sources, labels, strict=True))
    known = known or f"\n  nothing in {found.template.document.text.name} starts it, as far as that says"
    raise PytestSfnError(
        f"machine {machine.name!r} has no event source {name!r}{meant}{known}\n"
        f"  fix  name a rule, a schedule or an event of the template, or give run() the input\n  see  {SEE}"
    )


def _event(account: EventAccount, machine: Machine, source: EventSource) -> dict[str, Any]:
    arn = _arn(account, machine, source)
    made = {
        "version": "0",
        "id": account.world.chance.uuid("event"),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler" if source.kind == "scheduler" else "aws.events",
        "account": account.account_id,
        "time": timestamp(account.now),
        "region": machine._identity.region,
        "resources": [arn],
        "detail": {} if source.kind != "scheduler" else "{}",
    }
    if source.kind != "rule":
        return made
    made |= {"detail-type": "Sample", "source": "sample", "resources": []}
    return _merged(made, sample(source.pattern))


def _piped(account: EventAccount, machine: Machine, source: EventSource, given: _Given) -> str:
    """What a pipe sends: a batch of one record, by its template."""
    kind = source.source.split(":")[2] if source.source.count(":") > 4 else "?"
    member = _BODIES.get(kind)
    if member is None:
        what = f"a pipe that reads {source.source or 'something unknown'}"
        raise _misuse(machine, source, f"{what} is not read here", "give run() the input")
    if not member and given.has("body"):
        raise _misuse(machine, source, "a record of a table's stream has no body", 'give event={"dynamodb": {...}}')
    wanted = sample(source.pattern)
    body = given.body if given.has("body") else wanted.get(member, {})
    seen = _merged(_merged(_record(account, source, kind), wanted), admit(dict(given.event or {}))[0])
    if member:  # filters and templates see the JSON in a body
        seen[member] = admit(body)[0]
    if (where := mismatch(source.pattern, seen)) is not None:
        shown = f"\n  differs  {where}\n  filters  {shorten(source.pattern)}\n  record   {shorten(seen, 500)}"
        problem = f"the record does not match the pipe's filters, so it would start nothing{shown}"
        raise _misuse(machine, source, problem, "give a body that the filters take")
    text = body if isinstance(body, str) else dumps(admit(body)[0])
    written = {member: b64encode(text.encode()).decode() if kind == "kinesis" else text} if member else {}
    return _by_templates(account, machine, source, seen, {**seen, **written})


_BODIES: Final = {"sqs": "body", "kinesis": "data", "dynamodb": ""}
"""The member of a record that has what its sender gave, by the service that a pipe reads; "" for none."""


def _by_templates(account: EventAccount, machine: Machine, source: EventSource, seen: Any, sent: Any) -> str:
    """What a pipe makes of a record, by its templates and its enrichment.

    Args:
        seen: the record as templates see it.
        sent: the record as it is sent where there is no template.
    """
    template = source.target.get("InputTemplate", "")
    if not source.enrichment:
        return _batch([seen], template) if template else dumps([sent])
    asked = _batch([seen], source.enrichment_template) if source.enrichment_template else dumps([sent])
    enriched = _enriched(account, machine, source, asked)
    if not template:
        return dumps(enriched)
    return _batch(enriched, template) if isinstance(enriched, list) else _filled(template, enriched)


def _batch(records: list[Any], template: str) -> str:
    """What a pipe makes of a batch: its template, once for each record."""
    return f"[{','.join(_filled(template, record) for record in records)}]"


def _filled(template: str, record: Any) -> str:
    return filled(template, {path: found_at(path, record) for path in paths_in(template)})


def _enriched(account: EventAccount, machine: Machine, source: EventSource, batch: str) -> Any:
    """What the function that a pipe asks gives: its mock's answer, or that of its own code.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html
    """
    if ":function:" not in source.enrichment:
        raise _misuse(machine, source, f"an enrichment by {source.enrichment} is not read here", "give run() the input")
    _, headers, answer = account.lambda_api.invoke(source.enrichment, batch, {})
    text = answer if isinstance(answer, str) else answer.decode()
    if "X-Amz-Function-Error" in headers or "x-amzn-ErrorType" in headers:
        problem = f"its enrichment has failed, so it would start nothing: {shorten(loads(text), 500)}"
        raise _misuse(machine, source, problem, "let the function answer for this record")
    enriched = loads(text)
    if enriched in ("", {}, [], None):
        raise _misuse(machine, source, "its enrichment gives nothing, so it would start nothing", "give a record that passes")
    return enriched


def _record(account: EventAccount, source: EventSource, kind: str) -> dict[str, Any]:
    """A record as Pipes has it. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-source.html"""
    ident, milliseconds = account.world.chance.uuid("event"), str(int(account.now.timestamp() * 1000))
    made: dict[str, Any] = {
        "eventSource": f"aws:{kind}",
        "eventSourceARN": source.source,
        "awsRegion": source.source.split(":")[3],
    }
    if kind == "sqs":
        attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": milliseconds}
        return {"messageId": ident, "receiptHandle": ident, "attributes": attributes, "messageAttributes": {}, **made}
    if kind == "kinesis":
        return {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "1",
            "sequenceNumber": "1",
            "eventID": f"shardId-0:{ident}",
            **made,
        }
    change = {"Keys": {}, "SequenceNumber": "1", "StreamViewType": "NEW_AND_OLD_IMAGES"}
    return {"eventID": ident, "eventName": "INSERT", "eventVersion": "1.1", "dynamodb": change, **made}


def _own_name(source: EventSource) -> str:
    return source.other_names[0] if source.other_names else source.name


def _arn(account: EventAccount, machine: Machine, source: EventSource) -> str:
    kind = "scheduler" if source.kind == "scheduler" else "events"
    path = f"schedule/default/{_own_name(source)}" if kind == "scheduler" else f"rule/{_own_name(source)}"
    return f"arn:{machine.arn.split(':')[1]}:{kind}:{machine._identity.region}:{account.account_id}:{path}"


def _scheduled(account: EventAccount, machine: Machine, source: EventSource, made: dict[str, Any]) -> str:
    """What EventBridge Scheduler sends: its Input with its variables, or an event."""
    variables = {
        "aws.scheduler.schedule-arn": _arn(account, machine, source),
        "aws.scheduler.scheduled-time": timestamp(account.now),
        "aws.scheduler.execution-id": account.world.chance.uuid("schedule"),
        "aws.scheduler.attempt-number": "1",
    }
    text = source.target.get("Input")
    return filled(text, variables) if text else dumps(made)


def _merged(made: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """An object with others' members, at every depth."""
    merged = dict(made) if isinstance(made, dict) else {}
    for name, value in given.items():
        merged[name] = _merged(merged.get(name), value) if isinstance(value, dict) and value else value
    return merged


def _no_json(machine: Machine, source: EventSource, text: str, error: JsonValueError) -> JsonValueError:
    """What a target is sent by its Input or its template is no JSON."""
    target = source.target
    written = (target.get("InputTransformer") or target).get("InputTemplate") or target.get("Input", "")
    problem = f"its input is no JSON, so it would start nothing: {error}\n  written  {written}\n  input    {shorten(text, 500)}"
    advice = no_variables(target) or "write an Input or a template that gives JSON"
    return JsonValueError(str(_misuse(machine, source, problem, advice)))


def _misuse(machine: Machine, source: EventSource, problem: str, advice: str) -> PytestSfnError:
    where = f"{source.location}: " if source.location is not None else ""
    return PytestSfnError(f"{where}event source {source.name!r} of {machine.name!r}: {problem}\n  fix  {advice}\n  see  {SEE}")
