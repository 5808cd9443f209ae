"""The conditions of `.when(...)` on a call.

One condition is narrower than another if it demands all that the other demands and more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.expressions.values import release
from pytest_sfn.mocks.calls import covers
from pytest_sfn.tasks.request import input_of, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.tasks.request import Request

__all__ = ["ANY_CALL", "Condition"]


class WithArn(Protocol):
    """An execution as tests hold it; `account.execution.Execution` fulfils it."""

    @property
    def arn(self) -> str: ...


class Condition:
    """What `.when(...)` demands of a call; None where it demands nothing.

    Attributes:
        input: expected fields (JSON, partial at every depth) or a predicate of the input; `...` for any.
        item: Map indexes, innermost last; as many as given are compared, from the innermost outwards.
        execution: an execution's name, its number in order of start (from 1), or the Execution itself.
    """

    __slots__ = ("execution", "input", "item")

    def __init__(self, input: Any, item: tuple[int, ...] | None, execution: str | int | WithArn | None) -> None:
        self.input = input
        self.item = item
        self.execution = execution

    def admits(self, request: Request, asked: Callable[[Request], Any] = input_of) -> bool:
        """Whether the call meets the condition; `asked` gives the value that conditions on the input are compared with."""
        if self.item is not None and request.item[-len(self.item) :] != self.item:
            return False
        if self.execution is not None and not _is_execution(self.execution, request):
            return False
        if self.input is ...:
            return True
        value = asked(request)
        return bool(self.input(release(value))) if callable(self.input) else covers(self.input, value)

    def demands(self, other: Condition) -> bool:
        """Whether it demands everything that `other` does."""
        if other.item is not None and (self.item is None or self.item[-len(other.item) :] != other.item):
            return False
        if other.execution is not None and self.execution != other.execution:
            return False
        if other.input is ...:
            return True
        if callable(other.input) or callable(self.input):
            return self.input is other.input
        return self.input is not ... and covers(other.input, self.input)

    def same(self, other: Condition) -> bool:
        return self.demands(other) and other.demands(self)

    def __str__(self) -> str:
        parts = []
        if self.input is not ...:
            predicate = getattr(self.input, "__qualname__", None) if callable(self.input) else None
            parts.append(f"input={predicate or shorten(self.input, 80)}")
        if self.item is not None:
            parts.append(f"item={self.item if len(self.item) > 1 else self.item[0]}")
        if self.execution is not None:
            parts.append(f"execution={self.execution!r}")
        return ", ".join(parts)


ANY_CALL: Final = Condition(..., None, None)
"""The condition of a mock that no `.when(...)` has made."""


def _is_execution(wanted: str | int | WithArn, request: Request) -> bool:
    if isinstance(wanted, str):
        return request.execution == wanted
    return request.sequence == wanted if isinstance(wanted, int) else request.execution_arn == wanted.arn
