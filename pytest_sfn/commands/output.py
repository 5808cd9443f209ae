"""Standard output of the commands."""

from __future__ import annotations

import sys

__all__ = ["write"]


def write(text: str) -> None:
    """Write UTF-8 whatever the terminal has, and line feeds everywhere."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()
