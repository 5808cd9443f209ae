"""Lambda's runtime: the event and context of a handler, the JSON of its answer, and which exceptions belong to the test.

It follows the Python runtime (https://github.com/aws/aws-lambda-python-runtime-interface-client): the event is `json.loads`
of the payload, the answer is encoded as simplejson does it (tuples are arrays, a Decimal is a number), and what cannot be
encoded is `Runtime.MarshalError`.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.values import DEPTH_LIMIT, NumberText, admit, is_number, loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType

    from pytest_sfn.services.function_names import FunctionName

__all__ = [
    "ClientContext", "CodePlace", "InitError", "LambdaContext", "MarshalError", "event_of", "marshal", "message_of",
    "raised_at", "stack_trace", "version_of",
]  # fmt: skip


# -- what a handler is given -------------------------------------------------------------------------------------------


class _Identity:
    """Cognito's part of the context; empty unless a mobile application calls."""

    cognito_identity_id = None
    cognito_identity_pool_id = None


class Client:
    """The mobile application that calls, as a ClientContext names it; None for what it does not say."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.installation_id = given.get("installation_id")
        self.app_title = given.get("app_title")
        self.app_version_name = given.get("app_version_name")
        self.app_version_code = given.get("app_version_code")
        self.app_package_name = given.get("app_package_name")


class ClientContext:
    """What the caller says of itself in Invoke's ClientContext; None for what it does not say."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.custom = given.get("custom")
        self.env = given.get("env")
        client = given.get("client")
        self.client = Client(client) if isinstance(client, dict) else None


class LambdaContext:
    """The second argument of a handler (https://docs.aws.amazon.com/lambda/latest/dg/python-context.html)."""

    def __init__(
        self,
        function: FunctionName | None,
        arn: str,
        request_id: str,
        started: datetime,
        timeout_ms: int,
        memory_mb: int = 128,
        version: str | None = None,
    ) -> None:
        name = function.name if function is not None else ""
        self.aws_request_id = request_id
        self.function_name = name
        self.function_version = version or version_of(function.qualifier if function is not None else None)
        self.invoked_function_arn = arn
        self.memory_limit_in_mb = str(memory_mb)
        self.log_group_name = f"/aws/lambda/{name}"
        self.log_stream_name = f"{started:%Y/%m/%d}/[{self.function_version}]{'0' * 32}"
        self.identity = _Identity()
        self.client_context: ClientContext | None = None
        self.tenant_id: str | None = None
        self._left_ms = timeout_ms

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda stops the function.

        The virtual clock does not move while a handler runs. Every call costs a millisecond, so that a handler that works
        until its time is nearly up does end.
        """
        left = self._left_ms
        self._left_ms = max(0, left - 1)
        return left

    def __repr__(self) -> str:
        return f"LambdaContext(function_name={self.function_name!r}, aws_request_id={self.aws_request_id!r})"


def version_of(qualifier: str | None) -> str:
    """The version that runs; for an alias "1", since the version behind an alias is not known here."""
    if qualifier is None or qualifier == "$LATEST":
        return "$LATEST"
    return qualifier if qualifier.isdigit() else "1"


def event_of(value: Any) -> Any:
    """The event as `json.loads` in Lambda makes it, fresh for this call: Python's numbers, without their spelling."""
    if isinstance(value, dict):
        return {key: event_of(item) for key, item in value.items()}
    if isinstance(value, list):
        return [event_of(item) for item in value]
    if isinstance(value, NumberText):
        return 0 if value.text == "-0" else float(value)
    return value


class InitError(Exception):
    """Lambda's runtime cannot import a function's handler.

    Attributes:
        type: the error name, such as `Runtime.ImportModuleError`.
        message: Lambda's text.
        trace: as `stackTrace` has it.
        reason: more for the developer, in reports; "" if there is no more.
    """

    def __init__(self, type: str, message: str, trace: Sequence[str] = (), *, reason: str = "") -> None:
        super().__init__(message)
        self.type = type
        self.message = message
        self.trace = list(trace)
        self.reason = reason


# -- what a handler gives back -----------------------------------------------------------------------------------------


class MarshalError(Exception):
    """Lambda cannot write the answer as JSON. The text is Lambda's."""


def marshal(value: Any, level: int = 0) -> tuple[Any, int, int]:
    """A handler's answer as the JSON value that Lambda sends, with (bound of) its size and its depth as `admit` gives them.

    One frame a level, so that DEPTH_LIMIT levels fit on the default stack.

    Raises:
        MarshalError: there is no JSON for it; the text is Lambda's.
        JsonValueError: our own limit of nesting is passed.
    """
    if not isinstance(value, (dict, list, tuple)):
        return _marshal_scalar(value)
    if level >= DEPTH_LIMIT:
        if _contains_itself(value):
            raise MarshalError("Circular reference detected")
        raise JsonValueError(f"the answer is nested deeper than {DEPTH_LIMIT} levels")
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()  # the runtime's simplejson writes a named tuple as an object
    depth, size = 0, 2
    if isinstance(value, dict):
        fields: dict[str, Any] = {}
        for key, item in value.items():
            name = key if type(key) is str else _key(key)
            fields[name], item_size, item_depth = marshal(item, level + 1)
            size += item_size + 6 * len(name) + 4
            if item_depth > depth:
                depth = item_depth
        return fields, size, depth + 1
    items: list[Any] = []
    for item in value:
        item, item_size, item_depth = marshal(item, level + 1)
        items.append(item)
        size += item_size + 1
        if item_depth > depth:
            depth = item_depth
    return items, size, depth + 1


def _marshal_scalar(value: Any) -> tuple[Any, int, int]:
    """Text, numbers, true, false and null, by their own types before those that inherit from them."""
    cls = type(value)
    if cls is str:
        return value, 6 * len(value) + 2, 0
    if value is None or cls is bool:
        return value, 5, 0
    if cls is int or cls is float:
        return _marshal_number(value)
    if isinstance(value, str):
        return str.__str__(value), 6 * len(value) + 2, 0
    if isinstance(value, (int, float)):
        return _marshal_number(int(value) if isinstance(value, int) else float(value))
    if cls.__name__ == "Decimal" and cls.__module__ in ("decimal", "_decimal", "_pydecimal"):
        if not value.is_finite():
            raise MarshalError(f"Out of range float values are not JSON compliant: {value}")
        return admit(loads(str(value)))
    raise MarshalError(f"Object of type {cls.__name__} is not JSON serializable")


def _marshal_number(value: int | float) -> tuple[Any, int, int]:
    if isinstance(value, float) and not math.isfinite(value):
        # Lambda itself sends the word NaN or Infinity, which is not JSON and which Step Functions cannot read; what it
        # then answers is not known, so the answer fails here, in Lambda's words.
        raise MarshalError(f"Out of range float values are not JSON compliant: {value!r}")
    return admit(value)


def _key(key: Any) -> str:
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, str):
        return str.__str__(key)
    if is_number(key):
        return repr(int(key) if isinstance(key, int) else float(key))
    raise MarshalError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")


def _contains_itself(value: Any) -> bool:
    """Whether an object or array is somewhere below itself; without recursion, since it may be nested very deep."""
    above, done = {id(value)}, set()
    path = [(id(value), iter(_items(value)))]
    while path:
        here, items = path[-1]
        item = next((each for each in items if id(each) not in done and isinstance(each, (dict, list, tuple))), None)
        if item is None:
            above.discard(here)
            done.add(here)
            path.pop()
        elif id(item) in above:
            return True
        else:
            above.add(id(item))
            path.append((id(item), iter(_items(item))))
    return False


def _items(value: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def stack_trace(trace: TracebackType | None, folders: Mapping[str, str]) -> list[str]:
    """Lambda's `stackTrace`: the frames of the user's code, with the paths they would have in Lambda.

    Args:
        trace: the exception's traceback.
        folders: where folders and archives of this disk would be in Lambda.
    """
    import traceback  # only failing stubs need it

    frames = [
        (_path_in_lambda(frame.filename, folders), frame.lineno or 0, frame.name, frame.line)
        for frame in traceback.extract_tb(trace)
        if not frame.filename.startswith(_OUR_FOLDER)
    ]
    return traceback.format_list(frames)


class CodePlace(NamedTuple):
    """A line of code.

    Attributes:
        function: the name of the function that the line is in.
        text: of the line, without its indentation; "" if it cannot be read.
    """

    file: str
    line: int
    function: str
    text: str


def raised_at(trace: TracebackType | None, is_users: Callable[[str], bool]) -> CodePlace | None:
    """The innermost line of the user's own code in an exception's traceback; None if there is none.

    Args:
        is_users: whether a file is the user's own.
    """
    import linecache  # only failing stubs need it

    innermost = None
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith(("<", _OUR_FOLDER)) and is_users(file):
            innermost = trace
        trace = trace.tb_next
    if innermost is None:
        return None
    code, names = innermost.tb_frame.f_code, innermost.tb_frame.f_globals
    text = linecache.getline(code.co_filename, innermost.tb_lineno, names)
    return CodePlace(code.co_filename, innermost.tb_lineno, code.co_name, text.strip())


_OUR_FOLDER: Final = __file__.rpartition("lambda_")[0]


def _path_in_lambda(filename: str, folders: Mapping[str, str]) -> str:
    path = filename.replace("\\", "/")
    if path.startswith("<"):
        return path
    for folder, there in folders.items():
        here = folder.replace("\\", "/") + "/"
        if here != "/" and path.startswith(here):
            return f"{there}/{path.removeprefix(here)}"
    if "/site-packages/" in path:
        return "/var/task/" + path.split("/site-packages/", 1)[1]
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    if f"/lib/{version}/" in path:
        return f"/var/lang/lib/{version}/" + path.split(f"/lib/{version}/", 1)[1]
    return "/var/task/" + path.rpartition("/")[2]


def message_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the user's __str__ may do anything
        return f"<unprintable {type(error).__name__} object>"
