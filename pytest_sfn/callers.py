"""Whose code called: the innermost line that is the user's, for errors and warnings.

This module imports nothing of ours: a Python child process loads it by its path, where pytest_sfn may not be installed
(`gate/child/sitecustomize.py`).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

__all__ = ["is_users", "user_frame", "user_line", "working_directory"]

away: Callable[[], str | None] | None = None
"""Gives the working directory of the test while the code of a function has another one; else None."""


def working_directory() -> str:
    """The working directory of the test, to which messages show paths.

    Raises:
        OSError: it was removed.
    """
    return (away() if away is not None else None) or os.getcwd()  # noqa: PTH109 - text, as in frames


def user_line(frame: FrameType | None) -> str:
    """`file:line` of the innermost code of the user's; "" if there is none."""
    found = user_frame(frame)
    return "" if found is None else f"{found.f_code.co_filename}:{found.f_lineno}"


def user_frame(frame: FrameType | None) -> FrameType | None:
    """The innermost frame of the user's code; None if there is none."""
    while frame is not None and not is_users(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def is_users(file: str) -> bool:
    """Whether code is neither Python's own nor ours nor installed, nor a script that only starts pytest."""
    if file.startswith(_NOT_THE_USERS) or any(folder in file for folder in _INSTALLED):
        return False
    return file.endswith(".py") or not any(folder in file for folder in _SCRIPTS)


_PYTHON, _OURS = os.path.dirname(os.__file__), os.path.dirname(__file__)  # noqa: PTH120 - text, as in frames
_NOT_THE_USERS: Final = (f"{_PYTHON}{os.sep}", f"{_OURS}{os.sep}", "<frozen")
_INSTALLED: Final = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_SCRIPTS: Final = (f"{os.sep}bin{os.sep}", f"{os.sep}Scripts{os.sep}")
