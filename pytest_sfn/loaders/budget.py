"""What resolving one template may take.

A few names, each made of the one before twice, double from name to name; so do nested loops. What a template makes of itself
is counted while it is made, by all parts of the template together: each step, and each character.
"""

from __future__ import annotations

from typing import Any, Final

from pytest_sfn.names import Suggester

__all__ = ["Budget", "weight"]

_STEPS: Final = 1_000_000
"""Functions that are called, and expressions that are evaluated: a minute of nobody's time, and ten times what is seen."""
_SIZE: Final = 64 * 1024 * 1024
"""Characters of texts, those inside of objects and arrays too. A definition has a million at most."""
_CONTAINER: Final = 32
"""What an object or an array costs, and each of its members, beside the texts in it."""


WAY_OUT: Final = "load the definition itself, or pass parameters={...} for what leads so far"
"""What to do about a template that makes too much of itself."""


class Budget:
    """The steps and characters that are left.

    Attributes:
        suggest: gives the names that were probably meant, for the first unknown ones.
    """

    __slots__ = ("size", "steps", "suggest")

    def __init__(self) -> None:
        self.suggest = Suggester()
        self.steps = _STEPS
        self.size = _SIZE

    def step(self, size: int = 0, steps: int = 1) -> str:
        """Take a step, or several, that makes a text of that size; the reason why not, or "" for yes."""
        self.steps -= steps
        self.size -= size
        if self.steps < 0:
            return f"resolving this takes more than {_STEPS:,} steps"
        return f"resolving this makes texts of more than {_SIZE:,} characters" if self.size < 0 else ""

    @property
    def spent(self) -> bool:
        """Whether nothing is left."""
        return self.steps < 0 or self.size < 0


def weight(value: Any, most: int) -> int:
    """The size of a value written out, parts that occur in it several times each time; no further than `most`."""
    if isinstance(value, str):
        return len(value)
    if not isinstance(value, (dict, list)):
        return 1
    total = 0
    left = [value]
    while left and total < most:
        here = left.pop()
        total += _CONTAINER * (len(here) + 1)
        if isinstance(here, dict):
            total += sum(len(key) for key in here if isinstance(key, str))
        for item in here.values() if isinstance(here, dict) else here:
            if isinstance(item, str):
                total += len(item)
            elif isinstance(item, (dict, list)):
                left.append(item)
    return total
