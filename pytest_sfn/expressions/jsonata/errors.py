"""Coded errors of JSONata; `messages.py` has their texts."""

from __future__ import annotations

from typing import Any

__all__ = ["BOUND_CODE", "MEMORY", "STACK", "TIME", "JsonataError"]

BOUND_CODE = "U1001"
"""The reference's code for an evaluation stopped from outside. AWS prints its texts without a code."""

STACK = "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
TIME = "Expression evaluation timeout: Check for infinite loop"
MEMORY = "Expression evaluation memory limit exceeded: Check for excessive memory usage"


class JsonataError(Exception):
    """An error of an expression.

    Attributes:
        code: the reference's code, e.g. `T2001`.
        position: characters up to the end of the token at fault, or None.
        token: the operator or function concerned, or None.
        values: what else the message quotes, in JSONata's own values.
    """

    def __init__(self, code: str, position: int | None = None, token: Any = None, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.position = position
        self.token = token
        self.values = values
