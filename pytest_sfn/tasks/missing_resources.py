"""Hints for a call that AWS refused: which table, bucket, key or queue does not exist, and which ones do.

The list operations of services are called when a report is made, never while a workflow runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Refused", "missing"]


class Refused(NamedTuple):
    """A call that a service refused.

    Attributes:
        service: as boto3 names it.
        operation: as the API names it, `GetItem`.
        code: the API's of the error.
        kwargs: of the boto3 method.
        region, account: which client made it; account None for the machine's own.
    """

    service: str
    operation: str
    code: str
    kwargs: dict[str, Any]
    region: str
    account: str | None


class _Things(NamedTuple):
    """The things that a service keeps, and how to list them.

    Attributes:
        parameter: of an operation, the one that names a thing.
        method: of boto3's client.
        result: the member of its answer with the list.
        member: of a listed thing, its name; None where things are listed by their names.
    """

    parameter: str
    word: str
    method: str
    result: str
    member: str | None = None


_THINGS: Final = {
    "dynamodb": _Things("TableName", "table", "list_tables", "TableNames"),
    "kinesis": _Things("StreamName", "stream", "list_streams", "StreamNames"),
    "s3": _Things("Bucket", "bucket", "list_buckets", "Buckets", "Name"),
    "secretsmanager": _Things("SecretId", "secret", "list_secrets", "SecretList", "Name"),
    "sns": _Things("TopicArn", "topic", "list_topics", "Topics", "TopicArn"),
    "sqs": _Things("QueueUrl", "queue", "list_queues", "QueueUrls"),
}
_LISTED: Final = 8


def missing(call: Refused, client: Any) -> str | None:
    """A hint with the name that the service does not have and those that it has; None if it has it, or keeps no such things.

    Args:
        client: of boto3, for the call's service.
    """
    things = _THINGS.get(call.service)
    if things is None or call.operation.startswith("Create"):
        return None
    name = call.kwargs.get(things.parameter)
    if not isinstance(name, str):
        return None
    listed = getattr(client, things.method)().get(things.result) or ()
    names = [each if things.member is None else each[things.member] for each in listed]
    if not any(_same(name, each) for each in names):
        return f"{things.word} {name!r} does not exist; {_there(name, names, f'{things.word}s')}"
    key = call.kwargs.get("Key")
    if call.service != "s3" or call.code not in ("NoSuchKey", "404") or not isinstance(key, str):
        return None
    keys = [each["Key"] for each in client.list_objects_v2(Bucket=name).get("Contents") or ()]
    return f"key {key!r} is not in bucket {name!r}; {_there(key, keys, 'keys')}"


def _same(name: str, listed: str) -> bool:
    """Whether the name in a call is a listed name: the whole of it, or the end of an ARN or URL.

    The ARN of a secret ends in six more characters.
    """
    last = listed.rpartition("/")[2]
    return name == listed or name.endswith((f"/{last}", f":{last}")) or f":secret:{listed}-" in name


def _there(name: str, names: Iterable[str], word: str) -> str:
    names = list(names)
    shown = ", ".join(names[:_LISTED]) or "none"
    if len(names) > _LISTED:
        shown += f" and {len(names) - _LISTED} more"
    return f"{word}: {shown}{suggest(name, names)}"
