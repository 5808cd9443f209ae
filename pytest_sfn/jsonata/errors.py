"""Coded errors, and what an evaluation that takes too much ends with. `messages` has their texts."""

from __future__ import annotations

from typing import Final

__all__ = ["EvaluationTimeoutError", "JsonataError", "LimitError"]


class JsonataError(Exception):
    """An error of an expression.

    Attributes:
        code: the reference's code, e.g. `T2001`.
        position: UTF-16 units of the text up to the end of the token at fault, or None.
        token: the operator or function concerned, or None.
        values: what else the message quotes, by name; values of JSONata.
        message: the reference's text, once the error has left the expression.
    """

    def __init__(self, code: str, position: int | None = None, token: str | None = None, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.position = position
        self.token = token
        self.values = values
        self.message = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class LimitError(JsonataError):
    """An evaluation that takes more than its limits allow; the expression itself cannot handle it.

    Attributes:
        limit: which one: `steps`, `depth` or `bytes`.
    """

    def __init__(self, limit: str) -> None:
        super().__init__("U1001", message=_LIMITS[limit])
        self.limit = limit


_LIMITS: Final = {
    "steps": "Expression evaluation timeout: Check for infinite loop",
    "depth": "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive",
    "bytes": "Expression evaluation memory limit exceeded: Check for excessive memory usage",
}


class EvaluationTimeoutError(Exception):
    """The backstop: an evaluation ran for longer than any machine should need. It is no error of JSONata.

    Attributes:
        seconds: how long it was allowed to run.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"a JSONata expression was still being evaluated after {seconds:g} seconds of processor time")
        self.seconds = seconds
