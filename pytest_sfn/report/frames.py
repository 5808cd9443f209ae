"""Which tracebacks leave our own frames out: those that end in an error made for the user to read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_sfn.callers import is_users
from pytest_sfn.errors import DefinitionWarning, InternalError, PytestSfnError
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from types import TracebackType

    import pytest

__all__ = ["has_users", "hidden", "leave_out_between"]

PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
_OURS = (PytestSfnError, DefinitionWarning, ApiError)


def hidden(excinfo: pytest.ExceptionInfo[BaseException] | None) -> bool:
    """Whether frames of this package are hidden; as a module's `__tracebackhide__`, pytest asks it for each of them.

    A bug of ours shows them: `InternalError`, and anything we raise that is not meant for the user. Errors of the test,
    refusals of the API and failed asserts are, and so is what was raised elsewhere and only passed through.
    """
    if excinfo is None or isinstance(excinfo.value, InternalError):
        return False
    if isinstance(excinfo.value, (*_OURS, AssertionError)):
        return True
    trace = excinfo.tb
    while trace.tb_next is not None:
        trace = trace.tb_next
    return not _file(trace).startswith(PACKAGE)


def leave_out_between(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Take frames of libraries out of a traceback that only lead to frames of ours: a `with`, boto3's client, a connection.

    They are not ours to give a `__tracebackhide__`, and would be the end of what is left when ours are hidden.
    """
    if not isinstance(excinfo.value, _OURS) or not hidden(excinfo):
        return
    traces = [excinfo.tb]
    while (after := traces[-1].tb_next) is not None:
        traces.append(after)
    leads_to_ours, kept = True, None
    for trace in reversed(traces):
        ours = _file(trace).startswith(PACKAGE)
        if leads_to_ours and trace is not excinfo.tb and not ours and not is_users(_file(trace)):
            continue
        leads_to_ours = ours
        trace.tb_next, kept = kept, trace
    excinfo.traceback = type(excinfo.traceback)(excinfo.tb)


def has_users(trace: TracebackType | None) -> bool:
    """Whether a frame of a traceback is the user's code: an error that a library has caught has none."""
    while trace is not None and not is_users(_file(trace)):
        trace = trace.tb_next
    return trace is not None


def _file(trace: TracebackType) -> str:
    return trace.tb_frame.f_code.co_filename
