"""Converts the JSON of a Task state to arguments of boto3, and boto3's answers to JSON, by botocore's service models.

Step Functions is a Java program and speaks to services through AWS's Java SDKs, so members have the names of Java's
getters with a capital: an `aws-sdk` task writes `Bool` where the API has `BOOL` [documented], `Md5OfBody` where it has
`MD5OfBody`; an optimized one keeps the API's name, with a capital first letter [recorded].

In parameters, a member that is null is left out, JSON becomes its compact text where the API has a text or bytes (`Body`
of putObject [recorded], `MessageBody` of sendMessage [documented]), and ISO 8601 text becomes a time. In answers, members
are sorted by name, a streamed body last, and a member that the service did not send is missing [recorded].
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.expressions.values import dumps

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import Shape, StructureShape

    from pytest_sfn.services.operations import Operation

__all__ = ["from_api", "from_client", "instant_text", "member_name", "to_api", "to_client", "to_sdk"]

_RENAMED: Final = {"Equals": "EqualsValue", "Null": "Nul"}
"""Names that Java has for something else. https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html"""


@lru_cache(maxsize=4096)
def member_name(member: str, *, sdk: bool) -> str:
    """The name that a definition has for a member of the API.

    Args:
        member: as botocore's model has it.
        sdk: for an `aws-sdk` task, where capitals in a row count as one word: `SSEKMSKeyId` is `SsekmsKeyId`.
    """
    if not sdk:
        return member[:1].upper() + member[1:]
    end = 1
    while end < len(member) and member[end].isupper() and not member[end + 1 : end + 2].islower():
        end += 1
    name = member[:1].upper() + member[1:end].lower() + member[end:]
    return _RENAMED.get(name, name)


# -- to the API --------------------------------------------------------------------------------------------------------


def to_api(parameters: Any, shape: StructureShape | None, *, sdk: bool) -> dict[str, Any]:
    """The keyword arguments of a boto3 call.

    Args:
        parameters: what the task sends; not changed. Anything but an object is no arguments at all.
        shape: the operation's input; None if it takes none.
        sdk: whether the task is an `aws-sdk` one.
    """
    if shape is None or not isinstance(parameters, dict):
        return {}
    return _structure_out(parameters, shape, sdk)


def _structure_out(value: dict[str, Any], shape: StructureShape, sdk: bool) -> dict[str, Any]:
    members = _members_of(shape, sdk)
    made: dict[str, Any] = {}
    for name, item in value.items():
        if item is None:
            continue
        known = members.get(name)
        if known is None:
            made[name] = item  # botocore refuses it as unknown
        else:
            made[known[0]] = _out(item, known[1], sdk)
    return made


@lru_cache(maxsize=4096)
def _members_of(shape: StructureShape, sdk: bool) -> dict[str, tuple[str, Shape]]:
    """A definition's name to the API's, with the shape; the API's own spelling is understood too."""
    members: dict[str, tuple[str, Shape]] = {}
    for name, member in shape.members.items():
        for spelling in (name, member_name(name, sdk=False), member_name(name, sdk=sdk)):
            members[spelling] = name, member
    return members


def _out(value: Any, shape: Any, sdk: bool) -> Any:
    kind = shape.type_name
    if kind == "structure":
        if isinstance(value, dict) and not getattr(shape, "is_document_type", False):
            return _structure_out(value, shape, sdk)
        return value
    if kind == "list":
        return [_out(item, shape.member, sdk) for item in value if item is not None] if isinstance(value, list) else value
    if kind == "map":
        if not isinstance(value, dict):
            return value
        return {key: _out(item, shape.value, sdk) for key, item in value.items() if item is not None}
    if kind == "string":
        return value if isinstance(value, str) else dumps(value)
    if kind == "blob":
        return dumps(value).encode(errors="replace")  # a text too, with its quotation marks [recorded]
    if kind == "timestamp":
        return _time(value)
    if kind in ("integer", "long") and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _time(value: Any) -> Any:
    """The time of a text or a number of seconds; any other value is left for botocore to refuse."""
    if isinstance(value, str):
        try:
            time = datetime.fromisoformat(value)
        except ValueError:
            return value
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    return value


# -- from the API ------------------------------------------------------------------------------------------------------


def from_api(response: dict[str, Any], operation: Operation) -> dict[str, Any]:
    """What a task shows of a boto3 response: JSON of our own, in Step Functions' spelling, without `ResponseMetadata`."""
    shape = operation.output_shape
    if shape is None:
        return {}
    return _structure_in(response, shape, operation.integration == "aws-sdk")


def _structure_in(value: dict[str, Any], shape: StructureShape, sdk: bool) -> dict[str, Any]:
    return {name: _in(value[key], member, sdk) for name, key, member in _order_of(shape, sdk) if value.get(key) is not None}


@lru_cache(maxsize=4096)
def _order_of(shape: StructureShape, sdk: bool) -> list[tuple[str, str, Shape]]:
    """(shown name, botocore's name, shape) of the members, in the order in which they are shown."""
    streamed = (shape.serialization or {}).get("payload")
    members = [(member_name(key, sdk=sdk), key, member) for key, member in shape.members.items()]
    return sorted(members, key=lambda each: (each[1] == streamed and each[2].type_name == "blob", each[0]))


def _in(value: Any, shape: Any, sdk: bool) -> Any:
    kind = shape.type_name
    if kind == "structure":
        return _structure_in(value, shape, sdk) if isinstance(value, dict) else value
    if kind == "list":
        member = shape.member
        return [_in(item, member, sdk) for item in value]
    if kind == "map":
        member = shape.value
        return {str(key): _in(item, member, sdk) for key, item in value.items()}
    if kind == "blob":
        return _text(value.read() if hasattr(value, "read") else value)
    if kind == "timestamp" and isinstance(value, datetime):
        return instant_text(value) if sdk else round(value.timestamp() * 1000)
    return value


def _text(value: bytes | str) -> str:
    """Bytes as the text that they are [recorded], else in Base64 [?]."""
    if isinstance(value, str):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return b64encode(value).decode()


def instant_text(time: datetime) -> str:
    """Java's way to write a time: a fraction only where there is one, in steps of three digits."""
    time = time.astimezone(UTC)
    fraction = f".{time.microsecond:06d}".removesuffix("000") if time.microsecond else ""
    return f"{time:%Y-%m-%dT%H:%M:%S}{fraction}Z"


# -- between mocks and clients -----------------------------------------------------------------------------------------


def from_client(value: Any) -> Any:
    """What a client of boto3 sends, as JSON: bytes and streams as text, times in ISO 8601."""
    if isinstance(value, dict):
        return {str(name): from_client(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [from_client(item) for item in value]
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, (bytes, bytearray)):
        return _text(bytes(value))
    if hasattr(value, "read"):
        start = value.tell() if hasattr(value, "tell") else None
        body = value.read()
        if start is not None and hasattr(value, "seek"):  # a retry reads it again
            value.seek(start)
        return _text(body)
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def to_client(value: Any, shape: Any) -> Any:
    """JSON in the spelling of the API or of an `aws-sdk` task, as a client of boto3 gets it; what the API lacks is left out."""
    kind = shape.type_name
    if kind == "blob":
        return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    if kind == "timestamp":
        return _time(value)
    if kind in ("integer", "long") and isinstance(value, float) and value.is_integer():
        return int(value)
    if kind == "structure" and isinstance(value, dict) and not getattr(shape, "is_document_type", False):
        known = _members_of(shape, True)
        found = [(known[name], item) for name, item in value.items() if name in known and item is not None]
        return {name: to_client(item, member) for (name, member), item in found}
    return _each(value, shape, to_client)


def to_sdk(value: Any, shape: Any) -> Any:
    """JSON in the spelling of the API or of an `aws-sdk` task, in that of the task."""
    if shape.type_name == "structure" and isinstance(value, dict) and not getattr(shape, "is_document_type", False):
        known = _members_of(shape, True)
        made = {}
        for name, item in value.items():
            row = known.get(name)
            made[name if row is None else member_name(row[0], sdk=True)] = item if row is None else to_sdk(item, row[1])
        return made
    return _each(value, shape, to_sdk)


def _each(value: Any, shape: Any, convert: Callable[[Any, Any], Any]) -> Any:
    if shape.type_name == "list" and isinstance(value, list):
        return [convert(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: convert(item, shape.value) for name, item in value.items()}
    return value
