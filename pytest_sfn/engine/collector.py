"""Lets Python's collector of cycles look less often while a long Map runs.

A Map of ten thousand items makes a hundred thousand objects that all stay, none of which is garbage. The collector looks at
the new ones after each 700, and at all of them again and again as they grow: a third of the time of such a Map. It is not
switched off, since stubs, handlers and moto run meanwhile and leave cycles of their own.
"""

from __future__ import annotations

import gc
from typing import Final

__all__ = ["COLLECTOR"]

NEW_OBJECTS: Final = 50_000


class Collector:
    """The collector of this process, which the loops of several accounts may share: one in a stub of the other."""

    __slots__ = ("_before", "_loops")

    def __init__(self) -> None:
        self._loops = 0
        self._before = (0, 0, 0)

    def relax(self) -> None:
        """Look at new objects after each `NEW_OBJECTS`, until `resume` was called as often as this."""
        self._loops += 1
        if self._loops == 1:
            self._before = first, *older = gc.get_threshold()
            if first:  # else it never looks
                gc.set_threshold(max(first, NEW_OBJECTS), *older)

    def resume(self) -> None:
        """Look as often as before."""
        self._loops -= 1
        if not self._loops:
            gc.set_threshold(*self._before)


COLLECTOR: Final = Collector()
