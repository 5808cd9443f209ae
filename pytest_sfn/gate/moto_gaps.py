"""Differences between moto and AWS that a recorded answer or AWS's documentation shows.

`before` sees a request before moto: it may correct the request, or answer it as AWS does. `after` corrects moto's answer.
What is refused of messages and of S3's objects is in `messages.py` and `objects.py`, what depends on the state of a thing in
`states.py`, moto's texts that are not AWS's in `refusals.py`. All hold for clients and tasks alike. These modules correct
answers; they add no operation that moto lacks.
"""

from __future__ import annotations

import json
import re
from hashlib import md5
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.gate import messages, objects, states
from pytest_sfn.gate.refusals import corrected, in_json, members_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.gate.call import Answer
    from pytest_sfn.gate.states import Ask

__all__ = ["after", "before", "begin_anew", "keep_numbers"]

VALID_NAME: Final = re.compile(r"[\w/+=.@!-]+", re.ASCII)
INVALID_NAME: Final = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
NOT_AUTHORIZED: Final = {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}
MALFORMED: Final = {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
FIRST_NUMBER: Final = 10_000_000_000_000_000_000
_next = [FIRST_NUMBER]
"""The next sequence number of messages that are published or sent in order."""
_number_of: dict[str, str] = {}
"""Those of messages in FIFO queues, by their ids."""


def begin_anew() -> None:
    """Start the numbers again when moto is empty, so that a test always gets the same ones."""
    _next[0] = FIRST_NUMBER
    _number_of.clear()
    states.begin_anew()


def keep_numbers() -> Callable[[], None]:
    """Keep the numbers that were given out; gives what puts them back when moto's state is."""
    number, number_of = _next[0], _number_of.copy()

    def put_back() -> None:
        _next[0] = number
        _number_of.clear()
        _number_of.update(number_of)
        states.tables_changed()

    return put_back


def before(service: str, operation: str, request: Any, ask: Ask) -> Answer | None:
    """Correct a request, or answer it in moto's place.

    Args:
        service: as moto names it.
        operation: as the API names it; "" where the request does not say it by name.
        request: botocore's prepared request.
        ask: asks moto for the state of a thing that the request is about.
    """
    check = BEFORE.get((service, operation))
    answer = check(request) if check is not None else None
    return states.refused(service, operation, request, ask) if answer is None else answer


def after(service: str, operation: str, sent: bytes, answer: Answer) -> Answer:
    """The answer of moto as AWS would give it.

    Args:
        service, operation: as for `before`.
        sent: the request's body before it was corrected.
        answer: moto's.
    """
    change = AFTER.get((service, operation))
    if answer[0] < 400 and change is None:
        return answer
    if answer[0] >= 400:
        answer = corrected(service, operation, sent, answer)
    status, headers, body = change(sent, answer) if change is not None else answer
    # With the sum of another body botocore sends the request again.
    return status, {name: value for name, value in headers.items() if name.lower() != "x-amz-crc32"}, body


def _secret_name(request: Any) -> Answer | None:
    """A secret's name: moto takes any [recorded]."""
    name = json.loads(request.body).get("Name")
    if isinstance(name, str) and VALID_NAME.fullmatch(name):
        return None
    return in_json("ValidationException", INVALID_NAME)


def _names_of_attributes(request: Any) -> Answer | None:
    """A name in an expression that the request does not define: moto fails at it [reported]."""
    sent = members_of(request.body)
    defined = sent.get("ExpressionAttributeNames") or {}
    for member in _EXPRESSIONS:
        for name in re.findall(r"#\w+", str(sent.get(member, ""))):
            if name not in defined:
                text = "An expression attribute name used in the document path is not defined; attribute name:"
                return in_json("ValidationException", f"Invalid {member}: {text} {name}")
    return None


_EXPRESSIONS: Final = (
    "ProjectionExpression", "UpdateExpression", "ConditionExpression", "FilterExpression", "KeyConditionExpression",
)  # fmt: skip


def _refused_event(entry: Any) -> dict[str, str] | None:
    """Why AWS refuses an event that moto takes: it is in AWS's name [reported], or its Detail is JSON, no object [recorded]."""
    try:
        if str(entry["Source"]).startswith("aws."):
            return NOT_AUTHORIZED
        return None if isinstance(json.loads(entry["Detail"]), dict) else MALFORMED
    except (ValueError, KeyError, TypeError):
        return None  # moto sees it


def _well_formed_events(request: Any) -> Answer | None:
    body = json.loads(request.body)
    taken = [entry for entry in body["Entries"] if not _refused_event(entry)]
    if len(taken) < len(body["Entries"]):
        request.body = json.dumps({**body, "Entries": taken}).encode()
        if not taken:
            return 200, {}, json.dumps({"Entries": [], "FailedEntryCount": 0})
    return None


def _refused_events(sent: bytes, answer: Answer) -> Answer:
    status, headers, text = answer
    refused = [_refused_event(entry) for entry in json.loads(sent)["Entries"]]
    if status != 200 or not any(refused):
        return answer
    body = json.loads(text)
    taken = iter(body["Entries"])
    body["Entries"] = [reason or next(taken) for reason in refused]
    body["FailedEntryCount"] += sum(map(bool, refused))
    return status, headers, json.dumps(body)


def _numbered(sent: bytes, answer: Answer) -> Answer:
    """A message to a FIFO queue has a number, which grows [documented]; moto gives none."""
    status, headers, text = answer
    members = members_of(sent)
    if status != 200 or not str(members.get("QueueUrl")).endswith(".fifo"):
        return answer
    body = json.loads(text)
    for message in body.get("Successful", [body]):
        message["SequenceNumber"] = _number_of.setdefault(message["MessageId"], _number())
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


def _number() -> str:
    number = _next[0]
    _next[0] += 1
    return str(number)


def _next_number(_: object) -> str:
    return f"<SequenceNumber>{_number()}</SequenceNumber>"


def _publish(sent: bytes, answer: Answer) -> Answer:
    """A topic that does not exist has another text than an endpoint; a FIFO topic numbers its messages [both recorded]."""
    status, headers, text = answer
    text = text if isinstance(text, str) else text.decode()
    if b"endpoint%2F" in sent:
        return answer
    if status == 404:
        return status, headers, text.replace("Endpoint does not exist", "Topic does not exist")
    if status == 200 and re.search(rb"TopicArn=[^&]*\.fifo(&|$)", sent) and "<SequenceNumber>" not in text:
        return status, headers, re.sub("(?<=</MessageId>)", _next_number, text)
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


_SIGNED: Final = {"Type", "SignatureVersion", "SigningCertURL", "UnsubscribeURL"}


def _delivered(sent: bytes, answer: Answer) -> Answer:
    """Messages that SNS has put into a queue are signed in version 1 [recorded].

    The version is 1 unless the topic asks for 2 [documented], which moto does not know.
    """
    status, headers, text = answer
    messages = json.loads(text).get("Messages") if status == 200 else None
    if not messages:
        return answer
    asked = members_of(sent)
    numbers = {"All", "SequenceNumber"} & {*asked.get("AttributeNames", ()), *asked.get("MessageSystemAttributeNames", ())}
    for message in messages:
        if numbers and message["MessageId"] in _number_of:
            message.setdefault("Attributes", {})["SequenceNumber"] = _number_of[message["MessageId"]]
        try:
            body = json.loads(message["Body"])
        except ValueError:
            continue
        keys = body.keys() if isinstance(body, dict) else set()
        if keys >= _SIGNED and body["Type"] == "Notification":
            message["Body"] = json.dumps({**body, "SignatureVersion": "1"}, indent=2)
            message["MD5OfBody"] = md5(message["Body"].encode(), usedforsecurity=False).hexdigest()
    return status, headers, json.dumps({**json.loads(text), "Messages": messages})


BEFORE: Final[dict[tuple[str, str], Callable[[Any], Answer | None]]] = {
    **{("dynamodb", f"{name}Item"): _names_of_attributes for name in ("Delete", "Get", "Put", "Update")},
    ("dynamodb", "Query"): _names_of_attributes,
    ("dynamodb", "Scan"): _names_of_attributes,
    ("events", "PutEvents"): _well_formed_events,
    ("s3", ""): objects.put,
    ("secretsmanager", "CreateSecret"): _secret_name,
    ("sns", "Publish"): messages.publish,
    ("sns", "Subscribe"): messages.subscribe,
    ("sqs", "CreateQueue"): messages.create_queue,
    ("sqs", "ReceiveMessage"): messages.receive,
    ("sqs", "SendMessage"): messages.send,
}
AFTER: Final[dict[tuple[str, str], Callable[[bytes, Answer], Answer]]] = {
    ("dynamodb", "DeleteItem"): _nothing_deleted,
    ("dynamodb", "UpdateItem"): _unasked_capacity,
    ("events", "PutEvents"): _refused_events,
    ("s3", ""): _object,
    ("sns", "Publish"): _publish,
    ("sns", "PublishBatch"): _publish,
    ("sqs", "ReceiveMessage"): _delivered,
    ("sqs", "SendMessage"): _numbered,
    ("sqs", "SendMessageBatch"): _numbered,
}
