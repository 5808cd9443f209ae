"""A service's first check of a call, by its own model: patterns, lengths, ranges, sets of values, required members.

AWS's services check a request before any operation sees it, and most have one text for what they find: "1 validation error
detected: Value '/x' at 'tableName' failed to satisfy constraint: Member must ...". botocore's model has the limits, and
`SERVICES` has what it lacks: which services answer so, with which error code, and where they differ from the model.
A service without a row has other texts, and its check is its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_sfn.services.refusals import detected, null

if TYPE_CHECKING:
    from botocore.model import Shape, StructureShape

__all__ = ["SERVICES", "breaches", "refusal_of"]


class Service(NamedTuple):
    """How a service answers what its model refuses.

    Attributes:
        code: of the error.
        order: for a shape the order in which its values are listed; elsewhere the model's.
        patterns: for a shape a pattern that the model lacks: what is searched for, and what the text shows.
    """

    code: str = "ValidationException"
    order: Mapping[str, tuple[str, ...]] = {}
    patterns: Mapping[str, tuple[str, str]] = {}


TAG: Final = (r"[\w\s.:/=+\-@]*", r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")
"""The pattern of many services for keys and values of tags."""

SERVICES: Final[Mapping[str, Service]] = {
    "cloudformation": Service("ValidationError"),  # humanmade/cf-to-tf#5
    "cognito-idp": Service("InvalidParameterException"),  # amazon-archives/amazon-cognito-identity-js#311
    "dynamodb": Service(  # recorded; Map values: boto/boto3#483
        order={
            "ConditionalOperator": ("OR", "AND"),
            "ReturnValue": ("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"),
        },
        # An ARN is a name as well, and an empty one is only too short.
        patterns={"TableArn": (r"[a-zA-Z0-9_.-]*|arn:.*", "[a-zA-Z0-9_.-]+")},
    ),
    "events": Service(),  # aws/aws-sdk-js#4572
    "firehose": Service(),  # osquery/osquery#3568
    "glue": Service(),  # aws-samples/dbt-glue#395
    "iam": Service("ValidationError"),
    "kinesis": Service(),  # awslabs/kinesis-aggregation#30
    "kms": Service(),  # adenot/hiera-eyaml-kms#8
    "logs": Service("InvalidParameterException"),  # grafana/grafana#79155, lazywithclass/winston-cloudwatch#55
    "secretsmanager": Service(),  # kubernetes-sigs/cluster-api-provider-aws#1531
    "ssm": Service(),  # ministryofjustice/cloud-platform-infrastructure#3906
    "stepfunctions": Service(  # recorded
        order={"ExecutionStatus": ("SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING")},
        patterns=dict.fromkeys(("TagKey", "TagValue"), TAG),  # the characters are documented, the text is a guess
    ),
    "sts": Service("ValidationError"),
}
"""By botocore's folder; each with a place that shows its answer."""

_NUMBERS: Final = frozenset({"integer", "long", "float", "double"})
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "list": (list, tuple),
    "map": (dict,),
    "structure": (dict,),
    "blob": (str, bytes, bytearray),
    **dict.fromkeys(_NUMBERS, (int, float)),
}


def refusal_of(service: str, shape: StructureShape | None, params: Any) -> tuple[str, str] | None:
    """Error code and text for a call that the model of its service refuses; None where it does not, or has no row.

    Args:
        service: botocore's folder.
        shape: the operation's input.
        params: members as a boto3 client takes them, or as JSON carries them.
    """
    row = SERVICES.get(service)
    if row is None or shape is None:
        return None
    found = list(breaches(service, shape, params))
    return (row.code, detected(found)) if found else None


def breaches(service: str, shape: Shape, value: Any, at: str = "", lengths: Mapping[str, int] | None = None) -> Iterator[str]:
    """What breaks the model, in the model's order; a value of another type than the model's is passed over.

    Args:
        service: botocore's folder.
        at: the path of the value, as services write it: `targets.1.member.id`.
        lengths: for shapes, by name, the most bytes that their text may have instead of the model's limits.
    """
    if not isinstance(value, _TYPES.get(shape.type_name, ())) or not _limited(service, shape):
        return
    for constraint in _broken(service, shape, value, lengths or {}):
        shown = "Value" if shape.metadata.get("sensitive") else f"Value '{_shown(value, shape)}'"
        yield f"{shown} at '{at}' failed to satisfy constraint: {constraint}"
    yield from _inside(service, shape, value, at, lengths)


def _inside(service: str, shape: Any, value: Any, at: str, lengths: Mapping[str, int] | None) -> Iterator[str]:
    """The breaches of members, and of members of items; those of other items are breaches of their collection."""
    if shape.type_name == "structure":
        required = shape.required_members
        for name, member in shape.members.items():
            given = value.get(name)
            if given is None and name not in required:
                continue
            below = f"{at}." * bool(at) + name[:1].lower() + name[1:]
            if given is not None:
                yield from breaches(service, member, given, below, lengths)
            elif not member.metadata.get("idempotencyToken"):
                yield null(below)
        return
    if shape.type_name == "list":
        items, kind = enumerate(value, 1), shape.member
    elif shape.type_name == "map":
        items, kind = value.items(), shape.value
    else:
        return
    if _limited(service, kind):
        for name, item in items:
            if isinstance(item, _TYPES.get(kind.type_name, ())):
                yield from _inside(service, kind, item, f"{at}.{name}.member", lengths)


def _broken(service: str, shape: Any, value: Any, lengths: Mapping[str, int]) -> Iterator[str]:
    """The constraints that a value breaks, with those of the items of a collection that have no members."""
    if shape.name in lengths:
        if len(value.encode("utf-8", "surrogatepass")) > lengths[shape.name]:
            yield f"Member must have length less than or equal to {lengths[shape.name]}"
        return
    yield from (text for text, holds in _constraints(service, shape) if not holds(value))
    if shape.type_name == "list":
        yield from _of_items("Member", service, shape.member, value)
    elif shape.type_name == "map":
        yield from _of_items("Map keys", service, shape.key, value)
        yield from _of_items("Map value", service, shape.value, value.values())


def _of_items(what: str, service: str, shape: Any, items: Any) -> Iterator[str]:
    """One text for all items, with all constraints of their shape (boto/boto3#483)."""
    constraints = _constraints(service, shape)
    if any(not holds(item) for item in items for _, holds in constraints):
        yield f"{what} must satisfy constraint: [{', '.join(text for text, _ in constraints)}]"


# -- the limits of a shape ---------------------------------------------------------------------------------------------

Constraint = tuple[str, Callable[[Any], bool]]
"""The text, and whether a value keeps to it."""


@lru_cache(maxsize=4096)
def _constraints(service: str, shape: Shape) -> tuple[Constraint, ...]:
    """The limits of a shape, in the order in which AWS lists them."""
    limits, row = shape.metadata, SERVICES.get(service, Service())
    types = _TYPES.get(shape.type_name, ())
    what, size = ("value", _itself) if shape.type_name in _NUMBERS else ("length", _bytes if shape.type_name == "blob" else len)
    found: list[Constraint] = []

    def add(text: str, holds: Callable[[Any], bool]) -> None:
        found.append((f"Member must {text}", lambda value: not isinstance(value, types) or holds(value)))

    most, least = limits.get("max"), limits.get("min")
    if most is not None:
        add(f"have {what} less than or equal to {most}", lambda value: size(value) <= most)
    if least is not None:
        add(f"have {what} greater than or equal to {least}", lambda value: size(value) >= least)
    pattern, shown = row.patterns.get(shape.name) or (limits.get("pattern"), limits.get("pattern"))
    matches = _matcher(pattern) if pattern else None
    if matches is not None:
        add(f"satisfy regular expression pattern: {shown}", matches)
    if limits.get("enum"):
        order, known = row.order.get(shape.name, ()), limits["enum"]
        listed = order if set(order) == set(known) else known
        add(f"satisfy enum value set: [{', '.join(listed)}]", lambda value: value in known)
    return tuple(found)


def _itself(value: Any) -> Any:
    return value


def _bytes(value: bytes | str) -> int:
    """How many bytes there are; JSON carries them in Base64."""
    return len(value) if not isinstance(value, str) else len(value) * 3 // 4 - value.count("=")


def _matcher(pattern: str) -> Callable[[Any], bool] | None:
    """Whether all of a text matches one of Java's patterns; None for a pattern that no engine here understands."""
    pattern = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010ffff")  # UTF-16 for all others
    try:
        compiled = re.compile(pattern.replace(r"\p{ASCII}", r"[\x00-\x7f]"))
    except re.error:
        import regex  # knows classes like `\p{L}`; takes long to import

        try:
            compiled = regex.compile(pattern)
        except regex.error:
            return None
    return lambda value: compiled.fullmatch(value) is not None


@lru_cache(maxsize=4096)
def _limited(service: str, shape: Shape) -> bool:
    """Whether there is a limit in the shape or below it, so that its values are worth a look."""
    seen: set[str] = set()
    left: list[Any] = [shape]
    while left:
        each = left.pop()
        if each.name in seen:
            continue
        seen.add(each.name)
        if each.metadata.get("required") or _constraints(service, each):
            return True
        if each.type_name == "structure":
            left += each.members.values()
        elif each.type_name == "list":
            left.append(each.member)
        elif each.type_name == "map":
            left += (each.key, each.value)
    return False


# -- values as the services write them ---------------------------------------------------------------------------------


def _shown(value: Any, shape: Any) -> str:
    """A value as Java writes it: `[a, b]`, `{k=v}`, `java.nio.HeapByteBuffer[...]` (awslabs/kinesis-aggregation#30).

    Structures are a guess, after what DynamoDB answered in risingwavelabs/risingwave#17572; other services name classes.
    """
    kind = shape.type_name if isinstance(value, _TYPES.get(shape.type_name, ())) else ""
    if kind == "list":
        return f"[{', '.join(_shown(item, shape.member) for item in value)}]"
    if kind == "map":
        return f"{{{', '.join(f'{key}={_shown(item, shape.value)}' for key, item in value.items())}}}"
    if kind == "structure":
        members = (
            f"{name[:1].lower()}{name[1:]}={'null' if value.get(name) is None else _shown(value[name], member)}"
            for name, member in shape.members.items()
        )
        return f"{shape.name}({', '.join(members)})"
    if kind == "blob":
        return f"java.nio.HeapByteBuffer[pos=0 lim={_bytes(value)} cap={_bytes(value)}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
