"""Schedules: EventBridge's rules with a ScheduleExpression, and those of EventBridge Scheduler, as moto keeps them.

They fire when virtual time passes them in `advance` and `run_until`, and only there: a schedule has no end, so a `run()` that
waited for it would have none either. What `run()` passes is missed.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pytest_sfn.account.schedule_expressions import parse_expression
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.expressions.values import dumps
from pytest_sfn.gate.event_bus import schedule_rules, seen, timestamp
from pytest_sfn.gate.event_input import filled
from pytest_sfn.gate.refusals import in_json
from pytest_sfn.links import see

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_sfn.account.events import EventfulAccount, Events
    from pytest_sfn.account.targets import Targets
    from pytest_sfn.gate.call import Answer, Call

__all__ = ["Schedules"]

MOST: Final = 10_000
"""So many schedules fire in one `run_until`; the state that it waits for is then taken never to be entered."""
MICROSECOND: Final = timedelta(microseconds=1)


class _Schedule(NamedTuple):
    """A rule or a schedule that is enabled.

    Attributes:
        begins: virtual time with which a rate begins.
        after: the first time comes after this.
        ends: after which it does not fire; None for no end.
        fire: sends what it sends.
    """

    key: tuple[str, ...]
    expression: str
    zone: str
    begins: datetime
    after: datetime
    ends: datetime | None
    fire: Callable[[datetime], None]


class Schedules:
    """The schedules of one account."""

    def __init__(self, account: EventfulAccount, events: Events, targets: Targets) -> None:
        self._account = account
        self._events = events
        self._targets = targets
        self._made: dict[tuple[str, ...], datetime] = {}
        self._fired: dict[tuple[str, ...], datetime] = {}
        self._start_dates: dict[tuple[str, ...], datetime] = {}
        self._count = 0
        self._passed: datetime | None = None  # up to and including this time all has fired
        self._world = account.world

    # -- what the gate asks --------------------------------------------------------------------------------------------

    def see_rule(self, call: Call) -> Answer | None:
        """Note when a rule with a schedule is made; refuse an expression that is none."""
        if call.named != "PutRule":
            return None
        rule = json.loads(call.body)
        expression = rule.get("ScheduleExpression")
        if not expression:  # "" is none [recorded]
            return None
        if not _is_valid(expression) or expression.startswith("at("):
            return in_json("ValidationException", "Parameter ScheduleExpression is not valid.")
        self._note("rule", call, "default", str(rule.get("Name")))
        return None

    def see_schedule(self, call: Call) -> Answer | None:
        """Note when a schedule is made; refuse an expression that is none."""
        self._give_back_start_dates()
        path = urlsplit(call.url).path.split("/")
        if call.request.method not in ("POST", "PUT") or path[1:2] != ["schedules"]:
            return None
        body = json.loads(call.body)
        expression = body.get("ScheduleExpression", "")
        if not _is_valid(expression, many_of_one=True):
            return in_json("ValidationException", f"Invalid Schedule Expression {expression}.")
        if not _is_zone(zone := body.get("ScheduleExpressionTimezone", "UTC")):
            return in_json("ValidationException", f"Invalid timezone: {zone}")  # [?] the words
        key = self._note("schedule", call, body.get("GroupName") or "default", unquote(path[-1]))
        # moto compares StartDate with the real time, so it does not get it
        self._start_dates.pop(key, None)
        if "StartDate" in body:
            self._start_dates[key] = datetime.fromtimestamp(body.pop("StartDate"), UTC)
            call.request.body = json.dumps(body).encode()
        return None

    def _give_back_start_dates(self) -> None:
        """Let moto show the StartDate of schedules that it has made without."""
        for (_, region, group, name), start in self._start_dates.items():
            groups = sys.modules["moto.scheduler.models"].scheduler_backends[self._account.account_id][region].schedule_groups
            if group in groups and name in groups[group].schedules:
                groups[group].schedules[name].start_date = start.timestamp()

    def _note(self, kind: str, call: Call, group: str, name: str) -> tuple[str, ...]:
        key = (kind, call.region or self._account.region, group, name)
        self._made[key] = self._account.now
        self._fired.pop(key, None)
        return key

    # -- what the account asks -----------------------------------------------------------------------------------------

    def pump_until(self, time: int) -> None:
        """Do all that is due up to and including `time`, in virtual microseconds, and fire what time passes."""
        scheduler = self._account.world.scheduler
        start = self._account.now
        while (found := self._next(start, self._account.world.datetime_at(time))) is not None:
            if not self._fire(*found):
                return
        scheduler.pump_until(time)
        self._passed = self._account.now

    def begin(self) -> None:
        """A `run_until` begins."""
        self._count = 0

    def pump_next(self) -> bool:
        """Do what is ready, or what comes next of timers and schedules; False when there is nothing."""
        scheduler = self._account.world.scheduler
        if scheduler.ready or self._count >= MOST:
            return scheduler.pump_next()
        timer = scheduler.next_time()
        until = None if timer is None else self._account.world.datetime_at(timer)
        found = self._next(self._account.now, until)
        if found is None:
            return scheduler.pump_next()
        self._count += 1
        return self._fire(*found)

    def _fire(self, schedule: _Schedule, due: datetime) -> bool:
        """Let time pass until a schedule is due, and fire it; False if the loop was stopped on the way."""
        scheduler = self._account.world.scheduler
        at = (due - self._account.world.start_time) // MICROSECOND
        scheduler.pump_until(max(at, scheduler.now))
        if scheduler.now < at:
            return False
        self._fired[schedule.key] = due
        schedule.fire(due)
        return True

    def _next(self, start: datetime, until: datetime | None) -> tuple[_Schedule, datetime] | None:
        """What is due first, from `start` on."""
        first: tuple[_Schedule, datetime] | None = None
        before = start if start == self._passed else start - MICROSECOND
        for schedule in self._all():
            after = max(self._fired.get(schedule.key, schedule.after), before)
            due = parse_expression(schedule.expression, _zone(schedule.zone), many_of_one=True).next(after, schedule.begins)
            if due is None or (schedule.ends is not None and due > schedule.ends):
                continue
            limit = until if first is None else first[1] - MICROSECOND
            if limit is None or due <= limit:
                first = schedule, due
        return first

    # -- what there is -------------------------------------------------------------------------------------------------

    def _all(self) -> Iterator[_Schedule]:
        account = self._account
        if account.world is not self._world:  # time has begun anew
            self._world = account.world
            self._made.clear()
            self._fired.clear()
            self._passed = None
        for region, rule in schedule_rules(account.account_id):
            key = ("rule", region, "default", rule.name)
            made = self._made.setdefault(key, account.now)
            yield _Schedule(key, rule.scheduled_expression, "UTC", made, made, None, partial(self._fire_rule, rule))
        models = sys.modules.get("moto.scheduler.models")
        if models is None:
            return
        for region, backend in models.scheduler_backends[account.account_id].items():
            for group in backend.schedule_groups.values():
                for made in group.schedules.values():
                    if made.state == "ENABLED":
                        yield self._of_scheduler(region, group, made)

    def _of_scheduler(self, region: str, group: Any, made: Any) -> _Schedule:
        key = ("schedule", region, group.name, made.name)
        start = self._start_dates.get(key)
        begins = start or self._made.setdefault(key, self._account.now)
        # A rate without a StartDate begins when it is made [documented]; a StartDate is the first time that counts.
        after = begins - MICROSECOND if start is not None or made.schedule_expression.startswith("rate(") else begins
        ends = None if made.end_date is None else datetime.fromtimestamp(float(made.end_date), UTC)

        def fire(due: datetime) -> None:
            self._fire_schedule(region, made, due)
            once = made.schedule_expression.startswith("at(")
            if once and made.action_after_completion == "DELETE":
                group.schedules.pop(made.name, None)

        return _Schedule(key, made.schedule_expression, made.schedule_expression_timezone, begins, after, ends, fire)

    def _fire_rule(self, rule: Any, _: datetime) -> None:
        event = self._events.event("aws.events", "Scheduled Event", rule.region_name, [rule.arn], {})
        for target in rule.targets:
            self._events.deliver(seen(rule), target, event)

    def _fire_schedule(self, region: str, made: Any, due: datetime) -> None:
        target = made.target
        variables = {
            "aws.scheduler.schedule-arn": made.arn,
            "aws.scheduler.scheduled-time": timestamp(due),
            "aws.scheduler.execution-id": self._account.world.chance.uuid("schedule"),
            "aws.scheduler.attempt-number": "1",
        }
        if not self._targets.serves(target["Arn"]):
            raise PytestSfnError(
                f"schedule {made.name!r}: targets such as {target['Arn']} are not served\n  see  {see('events')}"
            )
        event = self._events.event("aws.scheduler", "Scheduled Event", region, [made.arn], "{}")
        text = filled(target["Input"], variables) if target.get("Input") else dumps(event)
        self._targets.send(target, text, f"EventBridge's schedule {made.name!r}")


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


def _is_zone(name: str) -> bool:
    try:
        _zone(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False
    return True


def _is_valid(expression: str, *, many_of_one: bool = False) -> bool:
    try:
        parse_expression(expression, many_of_one=many_of_one)
    except ValueError:
        return False
    return True
