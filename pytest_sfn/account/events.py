"""Events of an account: what EventBridge's rules deliver, and the status changes of executions.

A client or a task sends events to moto, which matches them with rules; this module delivers them to targets. When an execution
starts or ends, its status change goes the same way over the default bus. All happens in the account's time: what starts an
execution or calls a function does so in the same instant, once the step that is going on has ended.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.account.targets import SEE, TargetAccount
from pytest_sfn.engine.run import Strand
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.expressions.values import dumps
from pytest_sfn.gate.event_bus import deliver_by_moto, delivering, matching, rules_of, timestamp
from pytest_sfn.gate.event_input import target_input
from pytest_sfn.trace.outcome import describe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.account.targets import Targets
    from pytest_sfn.engine.run import Run
    from pytest_sfn.gate.call import Call
    from pytest_sfn.gate.event_bus import Event, EventRule

__all__ = ["EventfulAccount", "Events"]

MOST_BYTES: Final = 248 * 1024
"""Of input and output together, as text in JSON, that a status change has [documented]."""
BUS: Final = re.compile(r"arn:[\w-]+:events:(?P<region>[\w-]+):\d+:event-bus/(?P<name>.+)")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
MEMBERS: Final = (
    *("executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate"),
    *("input", "inputDetails", "output", "outputDetails"),
    *("stateMachineVersionArn", "stateMachineAliasArn", "redriveCount", "redriveDate", "redriveStatus", "redriveStatusReason"),
    *("error", "cause"),
)
"""Of the detail of a status change."""


class EventfulAccount(TargetAccount, Protocol):
    """The part of its account that events need."""

    account_id: str


class Events:
    """The events of one account.

    Args:
        account: whose they are.
        targets: what rules deliver to.
    """

    def __init__(self, account: EventfulAccount, targets: Targets) -> None:
        self._account = account
        self._targets = targets
        self._opened: ExitStack | None = None

    # -- what clients and tasks send -----------------------------------------------------------------------------------

    def see(self, call: Call) -> None:
        """Prepare for a call of EventBridge that moto answers next: events have the account's time, and are delivered here."""
        if self._opened is None:
            self._opened = ExitStack()
            self._opened.enter_context(delivering(self._deliver))
        if call.named == "PutEvents":
            body = json.loads(call.body)
            now = self._account.now.timestamp()
            entries = [{"Time": now, **entry} for entry in body.get("Entries", ())]
            call.request.body = json.dumps({**body, "Entries": entries}).encode()

    def close(self) -> None:
        """Leave moto as it was."""
        if self._opened is not None:
            self._opened.close()

    def _deliver(self, rule: EventRule, target: dict[str, Any], event: Event) -> None:
        scheduler = self._account.world.scheduler
        caller = scheduler.caller if scheduler.nested else None
        self.deliver(rule, target, event, caller if isinstance(caller, Strand) else None)
        if not scheduler.nested:
            scheduler.pump_instant()

    # -- what AWS's services send --------------------------------------------------------------------------------------

    def status_changed(self, run: Run) -> None:
        """Send the status of an execution to the default bus; that of an Express execution is not sent [documented]."""
        machine = run.machine
        if machine.express or not rules_of(self._account.account_id, machine.region):
            return
        event = self.event("aws.states", "Step Functions Execution Status Change", machine.region, [run.arn], _detail(run))
        self.send(event, run.main, at_once=not run.live)

    def event(self, source: str, kind: str, region: str, resources: list[str], detail: Any) -> Event:
        """An event of one of AWS's services."""
        return {
            "version": "0",
            "id": self._account.world.chance.uuid("event"),
            "detail-type": kind,
            "source": source,
            "account": self._account.account_id,
            "time": timestamp(self._account.now),
            "region": region,
            "resources": resources,
            "detail": detail,
        }

    def send(self, event: Event, caller: Strand | None = None, *, bus: str = "default", at_once: bool = True) -> None:
        """Deliver an event to the targets of all rules of a bus that it matches.

        Args:
            caller: the strand that the event comes from.
            at_once: as for `Targets.send`.
        """
        for rule in matching(self._account.account_id, event["region"], event, bus):
            for target in rule.targets:
                self.deliver(rule, target, event, caller, at_once=at_once)

    def deliver(
        self, rule: EventRule, target: dict[str, Any], event: Event, caller: Strand | None = None, *, at_once: bool = True
    ) -> None:
        """Deliver an event to one target of a rule.

        Raises:
            PytestSfnError: a target of this kind is not served.
        """
        arn: str = target["Arn"]
        bus = BUS.fullmatch(arn)
        if bus is not None:  # of its own region and account
            self.send({**event, "region": bus["region"]}, caller, bus=bus["name"], at_once=at_once)
        elif self._targets.serves(arn):
            self._targets.send(target, self._text(rule, target, event), _sender(rule), caller, at_once=at_once)
        else:
            try:
                deliver_by_moto(rule, target, event, self._account.now)
            except NotImplementedError:
                error = PytestSfnError(f"{_sender(rule)}: targets such as {arn} are not served\n  see  {SEE}")
                self._account.broken_by(error)
                raise error from None

    def _text(self, rule: EventRule, target: Mapping[str, Any], event: Event) -> str:
        reserved = {
            "aws.events.rule-arn": rule.arn,
            "aws.events.rule-name": rule.name,
            "aws.events.event.ingestion-time": timestamp(self._account.now),
        }
        return target_input(target, event, reserved)


def _sender(rule: EventRule) -> str:
    return f"EventBridge's rule {rule.name!r}"


def _detail(run: Run) -> dict[str, Any]:
    """The execution as DescribeExecution has it, with times in milliseconds and null for what there is not.

    The first ten members are documented; the others are those of DescribeExecution as well [?].
    """
    found = describe(run)
    detail = {name: found.get(name) for name in MEMBERS}
    for name, value in detail.items():
        if isinstance(value, datetime):
            detail[name] = (value - EPOCH) // MILLISECOND
    given, made = (len(dumps(detail[name] or "").encode()) for name in ("input", "output"))
    if given + made > MOST_BYTES:
        detail["input"], detail["inputDetails"] = None, {"included": False}
    if made > MOST_BYTES:
        detail["output"], detail["outputDetails"] = None, {"included": False}
    return detail
