"""Queues of SQS; topics of SNS and their subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.expressions.values import dumps

if TYPE_CHECKING:
    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["queue", "redrive", "subscription", "topic"]

_QUEUE: Final = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoThroughputLimit",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "VisibilityTimeout",
)
_CALLED: Final = frozenset({"lambda", "http", "https", "firehose"})
"""Protocols by which a topic calls a program; the others reach people."""
_SUBSCRIPTION: Final = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")


def queue(wanted: Wanted, cloud: Cloud) -> None:
    """A queue, with its dead-letter queue if it names one."""
    attributes = _attributes(wanted, _QUEUE)
    if wanted.says("FifoQueue"):  # SQS refuses "false"
        attributes["FifoQueue"] = "true"
    else:
        attributes.pop("ContentBasedDeduplication", None)
    cloud.call("sqs", "create_queue", QueueName=wanted.name, Attributes=attributes)


def redrive(wanted: Wanted, cloud: Cloud) -> None:
    """The dead-letter queue of a queue, which Terraform has as a resource of its own."""
    attributes = _attributes(wanted, ("RedrivePolicy",))
    cloud.call("sqs", "set_queue_attributes", QueueUrl=wanted.need("QueueUrl"), Attributes=attributes)


def topic(wanted: Wanted, cloud: Cloud) -> None:
    """A topic, with the subscriptions that it has itself."""
    attributes = _attributes(wanted, ("DisplayName",))
    if wanted.says("FifoTopic"):
        attributes |= {"FifoTopic": "true", **_attributes(wanted, ("ContentBasedDeduplication",))}
    cloud.call("sns", "create_topic", Name=wanted.name, Attributes=attributes)
    subscriptions = wanted.items("Subscription")
    if not subscriptions:
        wanted.objects("Subscription")  # not a list, or not known here
    for each in subscriptions:
        _subscribe(each, cloud, wanted.ref)


def subscription(wanted: Wanted, cloud: Cloud) -> None:
    """A subscription that is a resource of its own."""
    _subscribe(wanted, cloud, wanted.need("TopicArn"))


def _subscribe(wanted: Wanted, cloud: Cloud, topic: str) -> None:
    """Subscribe a queue. moto delivers to nobody else, and would fail to call a function."""
    protocol = str(wanted.need("Protocol"))
    if protocol in _CALLED:
        cloud.tell(wanted, f"nothing that is published reaches its subscriber of {protocol}", "call that as the topic would")
    if protocol != "sqs":
        return
    attributes, queue = _attributes(wanted, _SUBSCRIPTION), wanted.need("Endpoint")
    cloud.call("sns", "subscribe", TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=attributes)


def _attributes(wanted: Wanted, names: tuple[str, ...]) -> dict[str, str]:
    """Properties as SQS and SNS take them: all are texts."""
    return {name: value if isinstance(value, str) else dumps(value) for name, value in wanted.pick(*names).items()}
