"""Which tracebacks leave our own frames out: those that end in an error made for the user to read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_sfn.errors import InternalError, PytestSfnError

if TYPE_CHECKING:
    import pytest

__all__ = ["hidden"]

PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"


def hidden(excinfo: pytest.ExceptionInfo[BaseException] | None) -> bool:
    """Whether frames of this package are hidden; as a module's `__tracebackhide__`, pytest asks it for each of them.

    A bug of ours shows them: `InternalError`, and anything we raise that is not meant for the user. What was raised
    elsewhere and only passed through (a failing assert in a stub) does not.
    """
    if excinfo is None or isinstance(excinfo.value, InternalError):
        return False
    if isinstance(excinfo.value, (PytestSfnError, AssertionError)):
        return True
    trace = excinfo.tb
    while trace.tb_next is not None:
        trace = trace.tb_next
    return not trace.tb_frame.f_code.co_filename.startswith(PACKAGE)
