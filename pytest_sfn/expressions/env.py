"""What an expression may ask of the engine while it runs, and what an expression can fail with.

The data-flow languages know nothing of states or time; whatever they need of an execution they ask through `Env`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pytest_sfn.errors import StateError

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping
    from datetime import datetime

    from pytest_sfn.errors import Site

__all__ = ["Env", "ExpressionSyntaxError", "QueryEvaluationError"]


class Env(Protocol):
    """The execution as an expression sees it; the engine's strand fulfils it."""

    def context_object(self) -> dict[str, Any]:
        """The Context Object (`$$`, `$states.context`), assembled on demand."""
        ...

    def variable(self, name: str) -> Any:
        """The variable `$name` (`name` without `$`), searched through the scopes; `UNDEFINED` if nothing assigned it."""
        ...

    def variables(self) -> Mapping[str, Any]:
        """Every variable visible here."""
        ...

    def random(self, purpose: str) -> random.Random:
        """The seeded stream for one purpose: `uuid`, `intrinsic`, `jsonata`."""
        ...

    def now(self) -> datetime:
        """The virtual clock, aware, in UTC."""
        ...


class ExpressionSyntaxError(Exception):
    """An expression that cannot be compiled.

    Attributes:
        message: what is wrong, in AWS's words where they are known.
        column: 0-based position in the expression's text, or None.
        code: AWS's diagnostic code, e.g. `INVALID_JSONATA_EXPRESSION`, or None.
        hint: how to write it, or "".
        path: keys and indexes below the field that holds the expression.
        others: further errors of the same field, which do not hold others themselves.
    """

    def __init__(self, message: str, column: int | None = None, *, code: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.code = code
        self.hint = hint
        self.path: list[str | int] = []
        self.others: tuple[ExpressionSyntaxError, ...] = ()


class QueryEvaluationError(StateError):
    """`States.QueryEvaluationError`.

    Attributes:
        tail: how AWS's sentence about the expression and its field goes on.
    """

    def __init__(self, cause: str, tail: str = "", *, site: Site | None = None) -> None:
        super().__init__("States.QueryEvaluationError", cause, catchable=True, evaluation=True, site=site)
        self.tail = tail
