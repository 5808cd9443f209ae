"""Which tracebacks leave our own frames out: those that end in an error made for the user to read."""

from __future__ import annotations

import contextlib
import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_sfn.errors import DefinitionWarning, InternalError, PytestSfnError
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from types import TracebackType

    import pytest

__all__ = ["hidden", "leave_out_between"]

PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
_OURS = (PytestSfnError, DefinitionWarning, ApiError)
_BETWEEN = (functools.__file__, contextlib.__file__)
"""Modules of Python's library through which our code calls our code: a cached property, a `with`."""


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
    """Take frames of Python's own library out of a traceback that only lead from frames of ours to others of ours.

    They are not ours to give a `__tracebackhide__`, and would be the end of what is left when ours are hidden.
    """
    if not isinstance(excinfo.value, _OURS) or not hidden(excinfo):
        return
    trace, after = excinfo.tb, excinfo.tb.tb_next
    while after is not None:
        following = after.tb_next
        if _file(after) in _BETWEEN and (following is None or _file(following).startswith(PACKAGE)):
            trace.tb_next = following
        else:
            trace = after
        after = following
    excinfo.traceback = type(excinfo.traceback)(excinfo.tb)


def _file(trace: TracebackType) -> str:
    return trace.tb_frame.f_code.co_filename
