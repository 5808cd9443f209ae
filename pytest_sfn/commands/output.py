"""What the commands write: UTF-8 whatever the terminal has, and line feeds everywhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_sfn.errors import PytestSfnError

if TYPE_CHECKING:
    from argparse import ArgumentParser

__all__ = ["add_output", "write"]


def add_output(parser: ArgumentParser) -> None:
    """`-o OUT`: a path, or None for standard output."""
    parser.add_argument(
        "-o", "--output", metavar="OUT", type=_output, help="the file to write; standard output when left out, or -"
    )


def _output(named: str) -> Path | None:
    return None if named == "-" else Path(named)


def write(text: str, path: Path | None = None) -> None:
    """Write to a file, or to standard output. A reader such as `head` that has gone before the end is no error.

    Raises:
        PytestSfnError: it cannot be written.
    """
    content = text.encode("utf-8", "backslashreplace")
    try:
        if path is not None:
            path.write_bytes(content)
        elif sys.stdout is None:
            raise OSError("it is closed")
        else:
            _print(content)
    except BrokenPipeError:
        pass
    except OSError as error:
        raise PytestSfnError(f"{path or 'standard output'}: cannot be written: {error.strerror or error}") from None


def _print(content: bytes) -> None:
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python tries once more at its end, and would fail
        raise
