"""Environment variables of a Lambda function, in `os.environ` for the time of a call.

The test's own variables stay unless the function has one of that name, so that handlers see what a test or a `conftest.py`
sets for libraries.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any, Final, cast

from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

__all__ = ["Environment", "missing_variable", "runtime_variables"]


class Environment:
    """A function's variables, with what its handler has changed of them.

    `os.environ` takes several microseconds for each variable, and seventy for a copy; so this works on the dict inside of it,
    and calls `putenv` for the process itself.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        environ = os.environ
        self._values: dict[Any, Any] = {environ.encodekey(k): environ.encodevalue(v) for k, v in variables.items()}
        self._outside: dict[Any, Any] = {}
        self._inside: dict[Any, Any] = {}
        self._mapping = environ
        self._zone = time.tzname
        local = bool(time.timezone or time.daylight)
        self._has_zone = hasattr(time, "tzset") and (local or variables.get("TZ") != ":UTC")

    def set(self) -> None:
        """Put them in place."""
        self._mapping = os.environ
        self._zone = time.tzname
        data = _data_of(os.environ)
        self._outside = data.copy()
        putenv = os.putenv
        for name, text in self._values.items():
            if data.get(name) != text:
                data[name] = text
                putenv(name, text)
        self._inside = data.copy()
        if self._has_zone:
            time.tzset()

    def reinstate(self) -> None:
        """Put `os.environ` itself back, if the handler has replaced it."""
        os.environ = self._mapping  # noqa: B003

    def restore(self) -> None:
        """Take them away, the handler's own changes included, which are kept for its next call."""
        data, outside = _data_of(self._mapping), self._outside
        self._inside[_TRACE_ID] = data[_TRACE_ID] = outside.get(_TRACE_ID)
        if data[_TRACE_ID] is None:
            del self._inside[_TRACE_ID], data[_TRACE_ID]
        if data != self._inside:
            self._values = {name: text for name, text in data.items() if outside.get(name) != text}
            for name in outside.keys() - data.keys():
                _put(data, name, outside[name])
        unsetenv = os.unsetenv
        for name, text in self._values.items():
            if name not in outside:
                del data[name]
                unsetenv(name)
            elif outside[name] != text:
                _put(data, name, outside[name])
        if self._has_zone or time.tzname != self._zone:
            self._has_zone = True
            time.tzset()

    def trace(self, trace_id: str) -> None:
        """Set `_X_AMZN_TRACE_ID` for this call, in `os.environ` alone: `putenv` would take longer than all else."""
        _data_of(self._mapping)[_TRACE_ID] = self._inside[_TRACE_ID] = self._mapping.encodevalue(trace_id)


_TRACE_ID: Final[Any] = os.environ.encodekey("_X_AMZN_TRACE_ID")


def _data_of(environ: Any) -> dict[Any, Any]:
    return cast("dict[Any, Any]", environ._data)


def _put(data: dict[Any, Any], name: Any, text: Any) -> None:
    data[name] = text
    os.putenv(name, text)


def runtime_variables(
    name: str,
    handler: str,
    root: Path,
    *,
    runtime: str | None,
    memory_mb: int,
    region: str,
    day: datetime,
    version: str = "$LATEST",
) -> dict[str, str]:
    """The variables that Lambda sets (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).

    `LAMBDA_TASK_ROOT` is the folder on this disk, for code that reads files of its own there.
    """
    python = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return {
        "_HANDLER": handler,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime or python}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{day:%Y/%m/%d}/[{version}]{'0' * 32}",
        "AWS_REGION": region,
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": str(root),
        "TZ": ":UTC",
    }


def missing_variable(error: Exception, given: Sequence[str]) -> str:
    """The hint for `os.environ["NAME"]` of a name that the function is not given; "" for any other error.

    Args:
        given: the names of the variables that the template or the test gives the function.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if not isinstance(error, KeyError) or trace is None or trace.tb_frame.f_code not in _LOOKUPS:
        return ""
    name = str(error.args[0])
    known = f"has {', '.join(given)}" if given else "is empty"
    return f"the function's environment has no {name!r}, it {known}{suggest(name, given)}"


_LOOKUPS: Final = {getattr(type(os.environ), name).__code__ for name in ("__getitem__", "__delitem__")}
