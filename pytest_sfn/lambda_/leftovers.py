"""What a function's code has left open when it is dropped: threads that run, files and sockets.

They cannot be put back, only named. Both are looked for around the calls that import the code; what a later call opens is not
seen, since a look takes as long as a call.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import Final

__all__ = ["Leftovers"]

_DESCRIPTORS: Final = next((folder for folder in ("/proc/self/fd", "/dev/fd") if os.path.isdir(folder)), None)  # noqa: PTH112
_PATIENCE_SECONDS: Final = 0.05
"""How long a thread may need to end when its function's modules have gone, as those of a `ThreadPoolExecutor` do."""


class Leftovers:
    """What one function's code has opened and started."""

    __slots__ = ("_descriptors", "_opened", "_started", "_threads")

    def __init__(self) -> None:
        self._threads: set[threading.Thread] = set()
        self._descriptors: set[tuple[str, str]] = set()
        self._started: list[threading.Thread] = []
        self._opened: set[tuple[str, str]] = set()

    def enter(self) -> None:
        """Look at what there is before the code runs."""
        self._threads = {*threading.enumerate()}
        self._descriptors = _descriptors()

    def leave(self) -> None:
        """Look at what there is after it."""
        self._started += {*threading.enumerate()} - self._threads
        self._opened |= _descriptors() - self._descriptors

    @property
    def found(self) -> bool:
        """Whether there is anything that may still be open."""
        return bool(self._started or self._opened)

    def remaining(self) -> list[str]:
        """What is still there, each in words; once the modules of the code have gone."""
        import gc

        gc.collect()  # closes what nobody refers to
        for thread in self._started:
            thread.join(_PATIENCE_SECONDS)
        threads = [f"the thread {thread.name!r}" for thread in self._started if thread.is_alive()]
        files = [f"{target} (descriptor {number})" for number, target in sorted(self._opened & _descriptors())]
        self._started, self._opened = [], set()
        return threads + files


def _descriptors() -> set[tuple[str, str]]:
    """The numbers of all descriptors, and what they are of."""
    found = set()
    for number in os.listdir(_DESCRIPTORS) if _DESCRIPTORS is not None else ():  # noqa: PTH208 - text is faster than paths
        with suppress(OSError):  # that of the listing itself is closed
            found.add((number, os.readlink(f"{_DESCRIPTORS}/{number}")))  # noqa: PTH115
    return found
