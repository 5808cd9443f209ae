"""EventBridge as moto keeps it: rules, and the events that pass a bus.

moto takes events and keeps rules, but it delivers to few kinds of targets. `delivering` lets another deliver, which may ask
for `deliver_by_moto`, to fill an archive for instance. Which events a rule matches is decided in event_pattern.py. A module of
moto that was never loaded has no rules, so asking costs nothing where a test has none.
"""

from __future__ import annotations

import copy
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from pytest_sfn.gate.event_pattern import matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Event", "EventRule", "deliver_by_moto", "delivering", "matching", "rules_of", "schedule_rules", "seen", "timestamp"]

Event = dict[str, Any]


class EventRule(NamedTuple):
    """A rule that is enabled.

    Attributes:
        own: moto's own object.
        targets: as PutTargets has them.
    """

    own: Any
    name: str
    arn: str
    targets: list[dict[str, Any]]


def timestamp(time: datetime) -> str:
    """A time as events have it."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def rules_of(account: str, region: str, bus: str = "default") -> list[Any]:
    """Moto's own objects of the rules of a bus that are enabled."""
    models = sys.modules.get("moto.events.models")
    if models is None:
        return []
    buses = models.events_backends[account][region].event_buses
    return [rule for rule in buses[bus].rules.values() if rule.state.startswith("ENABLED")] if bus in buses else []


def schedule_rules(account: str) -> Iterator[tuple[str, Any]]:
    """The regions, and moto's own objects, of enabled rules with a schedule; the default bus alone has such rules."""
    models = sys.modules.get("moto.events.models")
    for region in () if models is None else list(models.events_backends[account]):
        for rule in rules_of(account, region):
            if rule.scheduled_expression:
                yield region, rule


def matching(account: str, region: str, event: Event, bus: str = "default") -> Iterator[EventRule]:
    """The rules of a bus whose pattern an event matches."""
    for rule in rules_of(account, region, bus):
        if _matches(rule, event):
            yield seen(rule)


def seen(rule: Any) -> EventRule:
    """A rule of moto as this package has rules."""
    return EventRule(rule, rule.name, rule.arn, list(rule.targets))


def _matches(rule: Any, event: Event) -> bool:
    """By the rule of `run_event`; moto's own knows fewer conditions, and takes 1 for true."""
    pattern = rule.event_pattern.get_pattern()
    return bool(pattern) and matches(pattern, event)


@contextmanager
def delivering(deliver: Callable[[EventRule, dict[str, Any], Event], None]) -> Iterator[None]:
    """Let `deliver` have each event that a client sends, for each target of each rule that it matches."""
    from moto.events.models import Rule

    @wraps(Rule.send_to_targets)
    def send(rule: Any, original: Any, transform_input: bool = True) -> None:
        event = _whole(original)
        if rule.state.startswith("ENABLED") and _matches(rule, event):
            for target in list(rule.targets):
                deliver(seen(rule), target, event)

    with patch.object(Rule, "send_to_targets", send):
        yield


def deliver_by_moto(rule: EventRule, target: dict[str, Any], event: Event, now: datetime) -> None:
    """Deliver an event as moto does.

    Raises:
        NotImplementedError: moto does not know this kind of target.
    """
    one = copy.copy(rule.own)
    one.targets = [target]
    send = type(one).send_to_targets
    seconds = datetime.fromisoformat(event["time"]).timestamp()
    getattr(send, "__wrapped__", send)(one, {**event, "time": seconds, "ingestion-time": now.timestamp()})


def _whole(original: Any) -> Event:
    """An event with its time as text; moto has seconds, and when the event came."""
    event = {name: value for name, value in original.items() if name != "ingestion-time"}
    if not isinstance(event.get("time", ""), str):
        event["time"] = timestamp(datetime.fromtimestamp(event["time"], UTC))
    return event
