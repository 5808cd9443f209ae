"""Differences between moto and AWS that a recorded answer or AWS's documentation shows.

`before` sees a request before moto: it may correct the request, or answer it as AWS does. `after` corrects moto's answer.
Both tables hold for clients and tasks alike. This module corrects answers; it adds no operation that moto lacks.
"""

from __future__ import annotations

import json
import re
from hashlib import md5
from itertools import count
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.gate.call import Answer

__all__ = ["after", "before", "begin_anew"]

VALID_NAME: Final = re.compile(r"[\w/+=.@!-]+", re.ASCII)
INVALID_NAME: Final = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
MALFORMED: Final = {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
FIRST_NUMBER: Final = 10_000_000_000_000_000_000
_numbers = [count(FIRST_NUMBER)]
"""The next sequence numbers of messages that are published in order."""


def begin_anew() -> None:
    """Start the numbers again when moto is empty, so that a test always gets the same ones."""
    _numbers[0] = count(FIRST_NUMBER)


def before(service: str, operation: str, request: Any) -> Answer | None:
    """Correct a request, or answer it in moto's place.

    Args:
        service: as moto names it.
        operation: as the API names it; "" where the request does not say it by name.
        request: botocore's prepared request.
    """
    check = BEFORE.get((service, operation))
    return check(request) if check is not None else None


def after(service: str, operation: str, sent: bytes, answer: Answer) -> Answer:
    """The answer of moto as AWS would give it.

    Args:
        service, operation: as for `before`.
        sent: the request's body before it was corrected.
        answer: moto's.
    """
    change = AFTER.get((service, operation))
    if change is None:
        return answer
    status, headers, body = change(sent, answer)
    # With the sum of another body botocore sends the request again.
    return status, {name: value for name, value in headers.items() if name.lower() != "x-amz-crc32"}, body


def _secret_name(request: Any) -> Answer | None:
    """A secret's name: moto takes any [recorded]."""
    name = json.loads(request.body).get("Name")
    if isinstance(name, str) and VALID_NAME.fullmatch(name):
        return None
    return 400, {}, json.dumps({"__type": "ValidationException", "message": INVALID_NAME})


def _short_poll(request: Any) -> None:
    """A long poll of a queue becomes a short one: moto would wait in real time."""
    request.body = json.dumps({**json.loads(request.body), "WaitTimeSeconds": 0}).encode()


def _malformed(entry: Any) -> bool:
    """Whether an event's Detail is JSON, but no object: moto takes it and then fails [recorded]."""
    try:
        return not isinstance(json.loads(entry["Detail"]), dict)
    except (ValueError, KeyError, TypeError):
        return False  # moto sees it


def _well_formed_events(request: Any) -> Answer | None:
    body = json.loads(request.body)
    taken = [entry for entry in body["Entries"] if not _malformed(entry)]
    if len(taken) < len(body["Entries"]):
        request.body = json.dumps({**body, "Entries": taken}).encode()
        if not taken:
            return 200, {}, json.dumps({"Entries": [], "FailedEntryCount": 0})
    return None


def _malformed_events(sent: bytes, answer: Answer) -> Answer:
    status, headers, text = answer
    malformed = [_malformed(entry) for entry in json.loads(sent)["Entries"]]
    if status != 200 or not any(malformed):
        return answer
    body = json.loads(text)
    taken = iter(body["Entries"])
    body["Entries"] = [MALFORMED if bad else next(taken) for bad in malformed]
    body["FailedEntryCount"] += sum(malformed)
    return status, headers, json.dumps(body)


def _unasked_capacity(sent: bytes, answer: Answer) -> Answer:
    """The consumed capacity of an update is in the answer only if the request wants it [documented]."""
    status, headers, text = answer
    if status != 200 or "ReturnConsumedCapacity" in json.loads(sent):
        return answer
    body = json.loads(text)
    body.pop("ConsumedCapacity", None)
    headers.pop("x-amz-crc32", None)  # of the body as it was
    return status, headers, json.dumps(body)


def _nothing_deleted(sent: bytes, answer: Answer) -> Answer:
    """A deletion answers with attributes only if the request wants them [recorded]; older releases of moto say {}."""
    status, headers, text = answer
    body = json.loads(text) if status == 200 else {}
    if body.get("Attributes", True):
        return answer
    del body["Attributes"]
    return status, headers, json.dumps(body)


def _publish(sent: bytes, answer: Answer) -> Answer:
    """A topic that does not exist has another text than an endpoint; a FIFO topic numbers its messages [both recorded]."""
    status, headers, text = answer
    text = text if isinstance(text, str) else text.decode()
    if b"TopicArn=" not in sent:
        return answer
    if status == 404:
        return status, headers, text.replace("Endpoint does not exist", "Topic does not exist")
    if status == 200 and re.search(rb"TopicArn=[^&]*\.fifo(&|$)", sent) and "<SequenceNumber>" not in text:
        return (
            status,
            headers,
            text.replace("</MessageId>", f"</MessageId><SequenceNumber>{next(_numbers[0])}</SequenceNumber>", 1),
        )
    return answer


def _object(sent: bytes, answer: Answer) -> Answer:
    """Every object of S3 is encrypted and its checksum is of the whole object, unless the request says otherwise [recorded]."""
    status, headers, _ = answer
    names = {name.lower() for name in headers}
    if status in (200, 206) and "etag" in names:
        if "x-amz-server-side-encryption" not in names:
            headers["x-amz-server-side-encryption"] = "AES256"
        if "x-amz-checksum-type" not in names and any(name.startswith("x-amz-checksum-") for name in names):
            headers["x-amz-checksum-type"] = "FULL_OBJECT"
    return answer


_EVENT: Final = ("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")
_SIGNED: Final = {"Type", "SignatureVersion", "SigningCertURL", "UnsubscribeURL"}


def _delivered(sent: bytes, answer: Answer) -> Answer:
    """Messages that another service has put into a queue: SNS signs in version 1, an event has its account [both recorded].

    The version is 1 unless the topic asks for 2 [documented], which moto does not know.
    """
    status, headers, text = answer
    messages = json.loads(text).get("Messages") if status == 200 else None
    if not messages:
        return answer
    account = str(json.loads(sent).get("QueueUrl")).rpartition("/")[0].rpartition("/")[2]
    for message in messages:
        try:
            body = json.loads(message["Body"])
        except ValueError:
            continue
        keys = body.keys() if isinstance(body, dict) else set()
        if keys >= _SIGNED and body["Type"] == "Notification":
            message["Body"] = json.dumps({**body, "SignatureVersion": "1"}, indent=2)
        elif keys == set(_EVENT) - {"account"}:
            body["account"] = account
            message["Body"] = json.dumps({key: body[key] for key in _EVENT}, separators=(",", ":"))
        message["MD5OfBody"] = md5(message["Body"].encode(), usedforsecurity=False).hexdigest()
    return status, headers, json.dumps({**json.loads(text), "Messages": messages})


BEFORE: Final[dict[tuple[str, str], Callable[[Any], Answer | None]]] = {
    ("events", "PutEvents"): _well_formed_events,
    ("secretsmanager", "CreateSecret"): _secret_name,
    ("sqs", "ReceiveMessage"): _short_poll,
}
AFTER: Final[dict[tuple[str, str], Callable[[bytes, Answer], Answer]]] = {
    ("dynamodb", "DeleteItem"): _nothing_deleted,
    ("dynamodb", "UpdateItem"): _unasked_capacity,
    ("events", "PutEvents"): _malformed_events,
    ("s3", ""): _object,
    ("sns", "Publish"): _publish,
    ("sqs", "ReceiveMessage"): _delivered,
}
