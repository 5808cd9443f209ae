"""The targets of EventBridge's rules and schedules: a text comes to them in the account's time.

A target that is a state machine or a function is reached once the step that is going on has ended, in the same instant. AWS
tries a delivery that fails again and then gives up; here it goes to the target's dead-letter queue at once, if there is one.
A state machine that cannot be started is an error of the test.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.gate import log_groups
from pytest_sfn.gate.event_input import no_variables
from pytest_sfn.links import see
from pytest_sfn.services.api_error import ApiError
from pytest_sfn.services.convert import to_api
from pytest_sfn.services.operations import operation_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pytest_sfn.api.service import Service
    from pytest_sfn.engine.run import Run, Strand, World
    from pytest_sfn.engine.scheduler import Step
    from pytest_sfn.errors import StateError
    from pytest_sfn.tasks.services import ClientFor

__all__ = ["TargetAccount", "Targets"]

SEE: Final = see("events#targets")
UNIVERSAL: Final = "arn:aws:scheduler:::aws-sdk:"
"""How the ARN of a schedule's target begins that is any operation of any service."""


class TargetAccount(Protocol):
    """The part of its account that targets need."""

    region: str

    @property
    def world(self) -> World:
        """Where executions run now."""

    @property
    def now(self) -> datetime:
        """The virtual time."""

    def api_in(self, region: str) -> Service:
        """The API of Step Functions in a region."""

    def started(self, run: Run, sender: str) -> None:
        """Note what has started an execution, for its report."""

    def broken_by(self, error: BaseException) -> None:
        """Note an error of the test, which code under test may swallow."""


class Targets:
    """Reaches targets for one account.

    Args:
        account: whose machines and clock they are.
        client_for: gives the boto3 client of a service, region and account.
    """

    def __init__(self, account: TargetAccount, client_for: ClientFor) -> None:
        self._account = account
        self._client_for = client_for

    def serves(self, arn: str) -> bool:
        """Whether targets of this kind are reached here."""
        return arn.startswith(UNIVERSAL) or _service(arn) in {"states", *SENDERS}

    def send(
        self, target: Mapping[str, Any], text: str, sender: str, caller: Strand | None = None, *, at_once: bool = False
    ) -> None:
        """Send a text to a target that is served.

        Args:
            sender: what sends it, for messages: `rule 'nightly'`.
            caller: the strand that it comes from.
            at_once: whether it may be reached before this returns, if no step is going on.
        """
        scheduler = self._account.world.scheduler
        delivery = _Delivery(self._account, caller, lambda: self._reach(target, text, sender))
        if at_once and not scheduler.nested:
            delivery.deliver()
        else:
            scheduler.post(delivery, _deliver)

    def _reach(self, target: Mapping[str, Any], text: str, sender: str) -> None:
        from botocore.exceptions import ClientError

        arn: str = target["Arn"]
        service = _service(arn)
        try:
            if service == "states":
                self._start(target, text, sender)
            elif service == "scheduler":
                self._call(arn, text)
            else:
                SENDERS[service](self, target, arn.split(":", 5), text)
        except ClientError:
            queue = target.get("DeadLetterConfig", {}).get("Arn")
            if queue:
                _to_queue(self, {}, queue.split(":", 5), text)

    def _start(self, target: Mapping[str, Any], text: str, sender: str) -> None:
        arn: str = target["Arn"]
        api = self._account.api_in(arn.split(":")[3])
        try:
            self._account.started(api.begin({"stateMachineArn": arn, "input": text}), sender)
        except ApiError as refusal:
            known = api.absent(arn)
            there = "" if known is None else f"\n  machines  {', '.join(known) or 'none'}"
            advice = no_variables(target) or "see what the rule sends to its target"
            advice = "load the machine under this ARN" if known is not None else advice
            fix = f"\n  fix       {advice}\n  see       {SEE}"
            error = PytestSfnError(f"{sender} cannot start {arn}: {refusal}\n  input     {text[:200]}{there}{fix}")
            self._account.broken_by(error)
            raise error from None

    def _call(self, arn: str, text: str) -> None:
        """Any operation of any service, with the text as its parameters."""
        operation = operation_of(parse_resource(f"arn:aws:states:::{arn.removeprefix('arn:aws:scheduler:::')}"))
        if operation is None:
            raise PytestSfnError(f"EventBridge Scheduler: {arn} names no operation of a service\n  see  {SEE}")
        members = to_api(json.loads(text), operation.input_shape, sdk=True)
        getattr(self._client_for(operation.service, self._account.region, None), operation.method)(**members)

    def client(self, service: str, arn: list[str]) -> Any:
        """The client of a service in the region of an ARN."""
        return self._client_for(service, arn[3], None)

    def time(self) -> int:
        """The virtual time in milliseconds since 1970."""
        return round(self._account.now.timestamp() * 1000)

    def id(self) -> str:
        """A new UUID."""
        return self._account.world.chance.uuid("delivery")


def _service(arn: str) -> str:
    return "".join(arn.split(":", 3)[2:3])


def _to_function(targets: Targets, _: Mapping[str, Any], arn: list[str], text: str) -> None:
    targets.client("lambda", arn).invoke(FunctionName=":".join(arn), InvocationType="Event", Payload=text)


def _to_queue(targets: Targets, target: Mapping[str, Any], arn: list[str], text: str) -> None:
    group = target.get("SqsParameters", {}).get("MessageGroupId")
    fifo = {"MessageGroupId": group} if group else {}
    suffix = ".cn" if arn[1] == "aws-cn" else ""
    url = f"https://sqs.{arn[3]}.amazonaws.com{suffix}/{arn[4]}/{arn[5]}"
    targets.client("sqs", arn).send_message(QueueUrl=url, MessageBody=text, **fifo)


def _to_topic(targets: Targets, _: Mapping[str, Any], arn: list[str], text: str) -> None:
    targets.client("sns", arn).publish(TopicArn=":".join(arn), Message=text)


def _to_stream(targets: Targets, _: Mapping[str, Any], arn: list[str], text: str) -> None:
    name = arn[5].removeprefix("stream/")
    targets.client("kinesis", arn).put_record(StreamName=name, Data=text.encode(), PartitionKey=targets.id())


def _to_delivery_stream(targets: Targets, _: Mapping[str, Any], arn: list[str], text: str) -> None:
    name = arn[5].removeprefix("deliverystream/")
    targets.client("firehose", arn).put_record(DeliveryStreamName=name, Record={"Data": text.encode()})


def _to_log_group(targets: Targets, _: Mapping[str, Any], arn: list[str], text: str) -> None:
    name = arn[5].removeprefix("log-group:").removesuffix(":*")
    event = {"timestamp": targets.time(), "message": text}
    log_groups.write(arn[4], arn[3], name, targets.id(), [event])


SENDERS: Final[dict[str, Callable[[Targets, Mapping[str, Any], list[str], str], None]]] = {
    "firehose": _to_delivery_stream,
    "kinesis": _to_stream,
    "lambda": _to_function,
    "logs": _to_log_group,
    "sns": _to_topic,
    "sqs": _to_queue,
}
"""How a target is reached, by the service in its ARN."""


class _Delivery:
    """What the loop runs for a delivery; it fulfils the scheduler's `Target`."""

    __slots__ = ("_account", "_act", "_caller", "step", "wake")
    step: Step | None

    def __init__(self, account: TargetAccount, caller: Strand | None, act: Callable[[], None]) -> None:
        self._account = account
        self._act = act
        self._caller = caller
        self.wake = 0

    def deliver(self) -> None:
        """Act as the strand that the event comes from, which may not start itself again and again."""
        scheduler = self._account.world.scheduler
        before, scheduler.caller = scheduler.caller, self._caller
        try:
            self._act()
        finally:
            scheduler.caller = before

    def failed(self, error: StateError) -> Step | None:
        raise error

    def broke(self, error: BaseException) -> BaseException:
        self._account.broken_by(error)
        return error

    def endless(self) -> Exception | None:
        return None


def _deliver(delivery: _Delivery) -> None:
    delivery.deliver()
