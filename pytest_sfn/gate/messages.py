"""What SQS and SNS refuse of queues, topics and messages, and moto takes; standard ones and FIFO.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html has the limits of queues; the texts
are known from public reports of AWS's answers, unless a rule says otherwise.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.gate.refusals import in_json, in_query, members_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.gate.call import Answer

__all__ = ["create_queue", "publish", "receive", "refused", "send", "subscribe"]

_GROUP: Final = re.compile(r"[a-zA-Z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}")
_NOT_ALLOWED: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ALLOWED: Final = "#x9 | #xA | #xD | [#x20 to #xD7FF] | [#xE000 to #xFFFD] | [#x10000 to #x10FFFF]"
_RANGES: Final = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""
_OF_QUEUES: Final = frozenset({
    *_RANGES, "ContentBasedDeduplication", "DeduplicationScope", "FifoQueue", "FifoThroughputLimit", "KmsMasterKeyId", "Policy",
    "RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled",
})  # fmt: skip
"""The attributes that a queue may be created with."""
_PROTOCOLS: Final = frozenset({
    "application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs",
})  # fmt: skip
"""https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html"""


def refused(code: str, message: str, shape: str = "") -> Answer:
    """The refusal of SQS: the code that it had as a query service is in a header, the name of the model in the body."""
    status, _, body = in_json(shape or code, message)
    return status, {"x-amzn-query-error": f"{code};Sender"}, body


def _invalid(name: str, value: Any, reason: str) -> Answer:
    return refused("InvalidParameterValue", f"Value {value} for parameter {name} is invalid. Reason: {reason}")


def send(request: Any) -> Answer | None:
    """A message to a queue."""
    sent = members_of(request.body)
    body = sent.get("MessageBody")
    if body == "":  # the code and text are recorded for null; that they hold for empty text is a guess
        return refused("MissingParameter", "The request must contain the parameter MessageBody.")
    bad = _NOT_ALLOWED.search(body) if isinstance(body, str) else None
    if bad is not None:
        text = f"Invalid binary character '#x{ord(bad[0]):X}' was found in the message body, the set of allowed characters is"
        return refused("InvalidMessageContents", f"{text} {_ALLOWED}")
    for name in ("MessageGroupId", "MessageDeduplicationId"):
        value = sent.get(name)
        if isinstance(value, str) and not _GROUP.fullmatch(value):
            return _invalid(
                name, value, f"{name} can only include alphanumeric and punctuation characters. 1 to 128 in length."
            )
    # A group is a standard queue's too, since fair queues are there.
    if "MessageDeduplicationId" in sent and not str(sent.get("QueueUrl")).endswith(".fifo"):
        reason = "The request include parameter that is not valid for this queue type."
        return _invalid("MessageDeduplicationId", sent["MessageDeduplicationId"], reason)
    return None


def receive(request: Any) -> Answer | None:
    """A long poll of a queue becomes a short one: moto would wait in real time."""
    sent = members_of(request.body)
    wait = sent.get("WaitTimeSeconds", 0)
    if isinstance(wait, int) and not 0 <= wait <= 20:
        return _invalid("WaitTimeSeconds", wait, "Must be >= 0 and <= 20, if provided.")
    request.body = json.dumps({**sent, "WaitTimeSeconds": 0}).encode()
    return None


def create_queue(request: Any) -> Answer | None:
    """The name and the attributes of a new queue."""
    sent = members_of(request.body)
    attributes: Mapping[str, Any] = sent.get("Attributes") or {}
    if str(sent.get("QueueName")).endswith(".fifo") and str(attributes.get("FifoQueue")).lower() != "true":
        text = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        return refused("InvalidParameterValue", text)
    for name, value in attributes.items():
        if name not in _OF_QUEUES:
            return refused("InvalidAttributeName", f"Unknown Attribute {name}.")
        least, most = _RANGES.get(name, (0, 0))
        if name in _RANGES and not (str(value).isdigit() and least <= int(value) <= most):
            return refused("InvalidAttributeValue", f"Invalid value for the parameter {name}.")
    return None


def publish(request: Any) -> Answer | None:
    """A message to a topic, an endpoint or a phone."""
    sent = members_of(request.body)
    if not any(sent.get(name) for name in ("TopicArn", "TargetArn", "PhoneNumber")):
        return _refused("TopicArn or TargetArn Reason: no value for required parameter")
    message = sent.get("Message")
    if not message:
        return _refused("Empty message")
    if sent.get("MessageStructure") == "json":
        try:
            texts = json.loads(message)
        except ValueError:
            texts = None
        if not isinstance(texts, dict):
            return _refused("Message Structure - JSON message body failed to parse")
        if "default" not in texts:
            return _refused("Message Structure - No default entry in JSON message body")
    return None


def subscribe(request: Any) -> Answer | None:
    """A subscription to a topic."""
    protocol = members_of(request.body).get("Protocol")
    return None if protocol in _PROTOCOLS else _refused(f"Does not support this protocol string: {protocol}")


def _refused(text: str) -> Answer:
    return in_query("InvalidParameter", f"Invalid parameter: {text}")
