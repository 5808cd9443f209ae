"""What one evaluation may use, and the count of what it has used.

Steps and bytes are counted, not measured, so that the same expression and input end the same way on every machine. The
processor's clock is only a backstop: what runs into it ends with `EvaluationTimeoutError`, which is no error of the expression.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pytest_sfn.jsonata.errors import EvaluationTimeoutError, LimitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_sfn.jsonata.values import Value

__all__ = ["Budget", "Limits"]

Found = TypeVar("Found")


class Limits(NamedTuple):
    """What one evaluation may use.

    Attributes:
        steps: nodes of the syntax tree evaluated, list items visited and the like.
        depth: of nodes being evaluated, one inside the other.
        bytes: held by the lists, objects and functions it makes: eight for an element or member, one for a character.
        value: bytes of any single text or list, counted likewise.
        seconds: of processor time, the backstop: a busy machine does not count.
        searching: seconds that regular expressions may search, a backstop of their own: nothing else cannot be counted.
    """

    steps: int = 5_000_000
    depth: int = 1000
    bytes: int = 40_000_000
    value: int = 40_000_000
    seconds: float = 30.0
    searching: float = 1.0


_BETWEEN_LOOKS = 100_000
"""Steps between two looks at the clock."""


class Budget:
    """What is left of an evaluation's limits."""

    __slots__ = ("_deadline", "_known", "_searching", "_steps", "depth", "left", "limits", "room")

    def __init__(self, limits: Limits) -> None:
        steps, _, room, _, _, searching = self.limits = limits
        self.depth = 0
        """Depth of the function's body that is being evaluated."""
        self.left = steps if steps < _BETWEEN_LOOKS else _BETWEEN_LOOKS
        """Steps until the next look at the clock; loops count it down themselves where speed matters."""
        self._steps = steps - self.left
        self.room = room
        """Bytes that are left."""
        self._searching = searching
        self._deadline = 0.0
        self._known: set[str] | None = None  # made when a text is read

    def step(self, count: int = 1) -> None:
        """Charge `count` steps, before they are made.

        Raises:
            LimitError: there are not so many left.
            EvaluationTimeoutError: the time is over.
        """
        self.left -= count
        if self.left < 0:
            self.look()

    def look(self) -> None:
        """Take steps for a while from those that are left, and look at the clock."""
        self._steps += self.left
        if self._steps < 0:
            raise LimitError("steps")
        self.left = min(_BETWEEN_LOOKS, self._steps)
        self._steps -= self.left
        now = time.thread_time()
        if not self._deadline:
            self._deadline = now + self.limits.seconds
        if now >= self._deadline:
            raise EvaluationTimeoutError(self.limits.seconds)

    def once(self, text: str, count: int) -> None:
        """Charge steps for reading a text that is remembered once it has been read, if there are not too many of them."""
        known = self._known
        if known is None:
            known = self._known = set()
        if text not in known:
            if len(known) < 60:
                known.add(text)
            self.step(count)

    def search(self, find: Callable[..., Found], *args: object) -> Found:
        """What a function of the `regex` package finds.

        Raises:
            EvaluationTimeoutError: the time of all regular expressions together is over.
        """
        self.step(12)
        if self._searching <= 0:
            raise EvaluationTimeoutError(self.limits.searching)
        started = time.thread_time()
        try:
            return find(*args, timeout=self._searching)
        except TimeoutError:
            raise EvaluationTimeoutError(self.limits.searching) from None
        finally:
            self._searching -= time.thread_time() - started

    def hold(self, size: int) -> None:
        """Charge a list or object that is about to be made: `size` is eight bytes to an element or member.

        Raises:
            LimitError: there are not so many bytes left, or no value may have so many.
        """
        self.room -= size
        if self.room < 0 or size > self.limits.value:
            raise LimitError("bytes")

    def keep(self, value: Value) -> None:
        """Charge what a value that was computed takes, before a list or an object holds it: not what is in its parts.

        A text or list that nobody holds is garbage soon; a loop that makes one from the other is not charged for all.

        Raises:
            LimitError: there are not so many bytes left.
        """
        cls = value.__class__
        if cls is str:
            self.room -= len(value)
        elif isinstance(value, (list, dict)):
            self.room -= 8 * len(value)
        if self.room < 0:
            raise LimitError("bytes")

    def keep_texts(self, values: Iterable[Value]) -> None:
        """Charge the texts among values that are held from now on, say by a function or as keys to sort by."""
        for value in values:
            if value.__class__ is str:
                self.keep(value)

    def text(self, size: int) -> None:
        """Charge a text of `size` characters that is about to be made: the work, since nobody holds it yet.

        Raises:
            LimitError: no value may have so many, or the steps are over.
        """
        if size > self.limits.value:
            raise LimitError("bytes")
        self.step(size >> 9)

    def scan(self, text: str) -> None:
        """Charge a look at each character of a text."""
        self.step(len(text) >> 3)

    def fits(self, size: int) -> None:
        """Check that a single value may have `size` bytes.

        Raises:
            LimitError: it may not.
        """
        if size > self.limits.value:
            raise LimitError("bytes")
