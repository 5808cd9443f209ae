"""Answers that services could give to tasks: the least that their APIs always have, and what a definition reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.coverage.guesses import TEXT, TIMESTAMP
from pytest_sfn.services.convert import member_name
from pytest_sfn.services.operations import operation_of, polling_of
from pytest_sfn.services.reach import invokes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.asl.model import TaskState
    from pytest_sfn.services.operations import Operation, Polling

__all__ = ["answer_of", "example", "is_sdk"]

_ROOM: Final = 32
"""Characters that a text needs which says what it is; where a service allows fewer, a short one stays."""
_SHORT: Final = "abcdefghijklmnopqrstuvwxyz"
_DEEPEST: Final = 8
"""Levels of a service's answer."""
_SCALARS: Final[Mapping[str, Any]] = {
    "boolean": True, "timestamp": TIMESTAMP, "integer": 1, "long": 1, "float": 1, "double": 1, "number": 1, "bigdecimal": 1,
    "biginteger": 1, "short": 1, "array": [], "object": {}, "any": {},
}  # fmt: skip


def is_sdk(operation: Operation) -> bool:
    return operation.integration == "aws-sdk"


def example(shape: Any, *, sdk: bool, depth: int = 0) -> Any:
    """The least value that a shape takes.

    Args:
        shape: botocore's, or an integration's own table.
        sdk: whether members are spelled as in an `aws-sdk` integration.
    """
    if isinstance(shape, dict):
        return {name[:-1]: example(kind, sdk=sdk, depth=depth + 1) for name, kind in shape.items() if name.endswith("!")}
    if isinstance(shape, str):
        return _SCALARS.get(shape, TEXT)
    kind = shape.type_name
    if kind == "structure":
        if depth > _DEEPEST or shape.is_document_type:
            return {}
        required = [name for name in shape.required_members if name in shape.members]
        return {member_name(name, sdk=sdk): example(shape.members[name], sdk=sdk, depth=depth + 1) for name in required}
    if kind in ("list", "map"):
        return [] if kind == "list" else {}
    if getattr(shape, "enum", None):
        return shape.enum[0]
    value, least = _SCALARS.get(kind, TEXT), shape.metadata.get("min", 1)
    if kind in ("string", "blob"):
        most = shape.metadata.get("max", _ROOM)
        return TEXT * least if most >= _ROOM or least > len(_SHORT) else _SHORT[: max(least, 2 if most > 1 else 1)]
    return max(value, least) if type(value) is int else value


def fitted(value: Any, shape: Any, *, sdk: bool) -> Any:
    """A value with what a shape demands; members that the shape knows get its types."""
    if shape is None or isinstance(shape, str):
        return value if shape in (None, "any", "object") else _SCALARS.get(shape, TEXT)
    least = example(shape, sdk=sdk)
    if isinstance(shape, dict):
        known = {name.rstrip("!"): kind for name, kind in shape.items()}
    elif shape.type_name == "structure" and not shape.is_document_type:
        known = {member_name(name, sdk=sdk): kind for name, kind in shape.members.items()}
    elif shape.type_name == "list":
        return [fitted(item, shape.member, sdk=sdk) for item in value] if isinstance(value, list) else least
    elif shape.type_name == "map":
        return {name: fitted(item, shape.value, sdk=sdk) for name, item in value.items()} if isinstance(value, dict) else least
    else:
        return value if shape.type_name == "structure" else _scalar(shape, value, least)
    if not isinstance(value, dict):
        return least
    return least | {name: fitted(item, known.get(name), sdk=sdk) for name, item in value.items()}


def _scalar(shape: Any, value: Any, least: Any) -> Any:
    """The value that somebody reads or compares, if a scalar of a service can be that."""
    if value == TEXT or type(value) is not type(least):
        return least
    names = getattr(shape, "enum", None)
    if not names or value in names:
        return value
    return next(filter(_DONE.search, names), least)  # one that is compared with others: often what comes after a wait


_DONE: Final = re.compile(r"(?i)^(succe|complete|available|active|ready|finished|done)")


def answer_of(task: TaskState, wanted: Any, *, of_function: bool) -> Any:
    """An answer to a task that has what was asked of its result.

    Args:
        wanted: what the definition reads of the result.
        of_function: whether the mock is that of the function that the task calls.
    """
    resource = task.resource
    wanted = {} if wanted == TEXT else wanted
    if resource.pattern == ".waitForTaskToken" or resource.kind in ("lambda", "activity"):
        return wanted
    if invokes(resource) and of_function:
        payload = wanted.get("Payload", {}) if isinstance(wanted, dict) else {}
        return {} if payload == TEXT else payload
    polling = polling_of(resource)
    if polling is not None:
        return _finished(polling, wanted, free=resource.pattern == ".sync:2")
    operation = operation_of(resource)
    if operation is None:
        return wanted
    answer = fitted(wanted, operation.output or {}, sdk=is_sdk(operation))
    if resource.service == "bedrock" and isinstance(wanted, dict) and "Body" in wanted:
        answer["Body"] = wanted["Body"]  # of a model's answer, Step Functions gives the JSON in it
    return answer


def _finished(polling: Polling, wanted: Any, *, free: bool) -> Any:
    """The description of a job that has succeeded; with `free`, its Input and Output are any JSON."""
    extra: dict[str, Any] = {}
    if polling.result_name and isinstance(wanted, dict):
        extra = {name: value for name, value in wanted.items() if name != polling.result_name}
        wanted = wanted.get(polling.result_name, {})
    job = fitted(wanted, polling.job_shape, sdk=False)
    if free and isinstance(wanted, dict):
        job |= {name: wanted[name] for name in ("Input", "Output") if name in wanted}
    *outer, last = (member_name(name, sdk=False) for name in polling.status_path)
    holder = job
    for name in outer:
        holder = holder.setdefault(name, {})
    holder[last] = min(polling.succeeded)
    return {**extra, polling.result_name: job} if polling.result_name else job
