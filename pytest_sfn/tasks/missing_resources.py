"""Hints for a call that AWS refused: which table, bucket, key or queue does not exist, and which ones do.

The list operations of services are called when a report is made, or when the services close, never while a workflow runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Refused", "missing", "refused_call"]


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
        parameters: of operations, those that name a thing.
        method: of boto3's client.
        result: the member of its answer with the list.
        member: of a listed thing, its name; None where things are listed by their names.
    """

    parameters: tuple[str, ...]
    word: str
    method: str
    result: str
    member: str | None = None


_THINGS: Final = {
    "dynamodb": _Things(("TableName",), "table", "list_tables", "TableNames"),
    "kinesis": _Things(("StreamName",), "stream", "list_streams", "StreamNames"),
    "s3": _Things(("Bucket",), "bucket", "list_buckets", "Buckets", "Name"),
    "secretsmanager": _Things(("SecretId",), "secret", "list_secrets", "SecretList", "Name"),
    "sns": _Things(("TopicArn",), "topic", "list_topics", "Topics", "TopicArn"),
    "sqs": _Things(("QueueUrl", "QueueName"), "queue", "list_queues", "QueueUrls"),
    "ssm": _Things(("Name",), "parameter", "describe_parameters", "Parameters", "Name"),
}
_LISTED: Final = 8


def refused_call(error: BaseException) -> Refused | None:
    """The call of boto3 whose refusal an exception is, or comes from; None if there is none.

    botocore's exception names the operation alone; what was sent is in the frame that raised it.
    """
    from botocore.exceptions import ClientError

    found: BaseException | None = error
    for _ in range(_CHAINED):
        if found is None or isinstance(found, ClientError):
            break
        found = found.__cause__ or found.__context__
    if not isinstance(found, ClientError):
        return None
    trace = found.__traceback__
    while trace is not None:
        names = trace.tb_frame.f_locals if trace.tb_frame.f_code.co_name == "_make_api_call" else {}
        if isinstance(names.get("api_params"), dict) and hasattr(names.get("self"), "meta"):
            meta = names["self"].meta
            code = str(found.response.get("Error", {}).get("Code", ""))
            sent = names["api_params"]
            return Refused(meta.service_model.service_name, str(names["operation_name"]), code, sent, meta.region_name, None)
        trace = trace.tb_next
    return None


_CHAINED: Final = 10
"""How far an exception is followed to what it was raised from."""


def missing(call: Refused, client: Any) -> str | None:
    """A hint with the name that the service does not have and those that it has; None if it has it, or keeps no such things.

    Args:
        client: of boto3, for the call's service.
    """
    things = _THINGS.get(call.service)
    if things is None or call.operation.startswith(("Create", "Put") if call.service == "ssm" else "Create"):
        return None
    name = next((call.kwargs[each] for each in things.parameters if each in call.kwargs), None)
    if not isinstance(name, str):
        return None
    listed = getattr(client, things.method)().get(things.result) or ()
    names = [each if things.member is None else each[things.member] for each in listed]
    if not any(_same(name, each) for each in names):
        if things.word == "queue" and "/" not in name:
            names = [each.rpartition("/")[2] for each in names]
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
    return name in (listed, last) or name.endswith((f"/{last}", f":{last}")) or f":secret:{listed}-" in name


def _there(name: str, names: Iterable[str], word: str) -> str:
    names = list(names)
    shown = ", ".join(names[:_LISTED]) or "none"
    if len(names) > _LISTED:
        shown += f" and {len(names) - _LISTED} more"
    return f"{word}: {shown}{suggest(name, names)}"
