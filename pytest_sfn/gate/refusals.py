"""Answers by which a service refuses a request, in its protocol, and corrections of those that moto gives.

`TEXTS` has moto's texts that are not AWS's. Each row is known from public reports of AWS's answer, unless it says otherwise.
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.gate.call import Answer

__all__ = ["TEXTS", "Text", "corrected", "in_json", "in_query", "in_xml", "members_of"]


class Text(NamedTuple):
    """A text of moto, and AWS's.

    Attributes:
        said: matches all of moto's text.
        text: AWS's; names in braces are groups of `said` or members of the request.
        operations: which ones say it; empty for all of the service.
        code: AWS's error code where moto's is another.
    """

    said: str
    text: str
    operations: tuple[str, ...] = ()
    code: str = ""


_FIFO_NAME: Final = (
    "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
    "must end with .fifo suffix and be 1 to 80 in length."
)
_PARAMETER_NAME: Final = (
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths '
    "divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_"
)
TEXTS: Final[Mapping[str, tuple[Text, ...]]] = {
    "dynamodb": (
        Text("Requested resource not found", "Requested resource not found: Table: {TableName} not found",
             ("DeleteTable", "UpdateTable")),
        Text("Either KeyConditions or QueryFilter should be present",
             "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."),
        Text(r".* An AttributeValue may not contain an empty string\. Key: (?P<key>.*)",
             "One or more parameter values are not valid. "
             "The AttributeValue for a key attribute cannot contain an empty string value. Key: {key}"),
    ),
    "events": (
        Text(r"Rule (?P<rule>\S+) does not exist\.", "Rule {rule} does not exist on EventBus {EventBusName}."),
    ),
    "kms": (Text(r"Invalid keyId (?P<id>[^'].*)", "Invalid keyId '{id}'"),),
    "secretsmanager": (
        Text("You tried to perform the operation on a secret that's currently marked deleted.",
             "You can't perform this operation on the secret because it was marked for deletion."),
    ),
    "sns": (
        # aws-cloudformation/cloudformation-coverage-roadmap#681 for names of topics
        Text("Subject must be less than 100 characters", "Invalid parameter: Subject"),
        Text("(Fifo t|T)opic names must .*|Fifo Topic names must .*", "Invalid parameter: Topic Name"),
        Text("Phone number does not meet the E164 format",
             "Invalid parameter: PhoneNumber Reason: {PhoneNumber} is not valid to publish to"),
        Text(r"not enough values to unpack \(expected 6, got (?P<parts>\d+)\)",
             "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not {parts}"),
        Text(r"The request must contain the parameter MessageGroupId\.",
             "Invalid parameter: The MessageGroupId parameter is required for FIFO topics", code="InvalidParameter"),
        Text("(?P<reason>The topic should either .*)", "Invalid parameter: {reason}"),
    ),
    "sqs": (
        Text("(?P<value>Value .* for parameter MaxNumberOfMessages is invalid). Reason: must be (?P<range>.*)",
             "{value}. Reason: Must be {range}"),
        Text("Queue name must end in .fifo for FIFO queues", _FIFO_NAME),
    ),
    "ssm": (
        Text(r"Parameter \S+ not found\.", "", ("GetParameter", "DeleteParameter")),  # aws/aws-cdk#1621: none
        # aws-ia/terraform-aws-control_tower_account_factory#467
        Text('Parameter name: can\'t be prefixed with "aws" or "ssm".*', _PARAMETER_NAME),
    ),
}  # fmt: skip
"""By moto's name of the service."""

_NESTED: Final = re.compile(r"^An error occurred \(\w+\) when calling the \w+ operation: ")
"""What moto puts before some texts, since it raises a client's error."""


def corrected(service: str, operation: str, sent: bytes, answer: Answer) -> Answer:
    """A refusal of moto with AWS's status, code and text.

    Args:
        service: as moto names it.
        operation: "" where the request does not say it by name.
        sent: the request's body.
    """
    status, headers, body = answer
    text = body if isinstance(body, str) else body.decode("utf-8", "replace")
    if text.startswith("{"):
        refusal = json.loads(text)
        key = "message" if "message" in refusal else "Message"
        told, code = str(refusal.get(key, "")), ""
        message, code = _aws_text(service, operation, sent, told)
        if message != told:
            refusal[key] = message
        if code:
            refusal["__type"] = code
        # AWS's JSON services answer all mistakes of a caller with 400 [recorded for Secrets Manager]; moto some with 404.
        return 400 if status == 404 else status, headers, json.dumps(refusal)
    match = _MESSAGE.search(text)
    if match is None:
        return answer
    told = unescape(match[1])
    message, code = _aws_text(service, operation, sent, told)
    if message != told:
        text = f"{text[: match.start(1)]}{escape(message)}{text[match.end(1) :]}"
    if code:
        text = re.sub("<Code>.*?</Code>", f"<Code>{code}</Code>", text, count=1)
    return status, headers, text


_MESSAGE: Final = re.compile("<Message>(.*?)</Message>", re.DOTALL)


def _aws_text(service: str, operation: str, sent: bytes, said: str) -> tuple[str, str]:
    """(text, code) that AWS has for a text of moto; "" for the same code."""
    said = " ".join(_NESTED.sub("", said).split()) if _NESTED.match(said) else said
    for row in TEXTS.get(service, ()):
        match = re.fullmatch(row.said, said, re.DOTALL)
        if match is not None and operation in (row.operations or (operation,)):
            return row.text.format_map({"EventBusName": "default", **members_of(sent), **match.groupdict()}), row.code
    return said, ""


def members_of(sent: bytes | str) -> dict[str, Any]:
    """The members of a request in JSON or as a query, from its body."""
    text = sent if isinstance(sent, str) else sent.decode("utf-8", "replace")
    try:
        members = json.loads(text)
    except ValueError:
        return dict(parse_qsl(text, keep_blank_values=True))
    return members if isinstance(members, dict) else {}


def in_json(code: str, message: str) -> Answer:
    """The refusal of a JSON service."""
    return 400, {}, json.dumps({"__type": code, "message": message})


def in_query(code: str, message: str) -> Answer:
    """The refusal of a query service."""
    return 400, {}, f"<ErrorResponse><Error><Type>Sender</Type>{_xml(code, message)}</Error></ErrorResponse>"


def in_xml(code: str, message: str, status: int = 400) -> Answer:
    """The refusal of S3."""
    return status, {}, f"<Error>{_xml(code, message)}</Error>"


def _xml(code: str, message: str) -> str:
    return f"<Code>{code}</Code><Message>{escape(message)}</Message>"
