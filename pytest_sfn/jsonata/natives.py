"""The built-in functions, each imported when it is first used, and the evaluation of an expression by itself."""

from __future__ import annotations

import functools
import time
from importlib import import_module
from typing import TYPE_CHECKING

from pytest_sfn.jsonata.evaluation import Evaluation, Native
from pytest_sfn.jsonata.library import CALLED_WITH_NOTHING, FUNCTIONS
from pytest_sfn.jsonata.values import UNDEFINED

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from pytest_sfn.jsonata.budget import Limits
    from pytest_sfn.jsonata.values import Value

__all__ = ["World", "native"]


@functools.cache
def native(name: str) -> Value:
    """The built-in function of a name, `UNDEFINED` for none."""
    if name == "eval":
        from pytest_sfn.jsonata.evals import Eval

        return Eval()
    row = FUNCTIONS.get(name)
    if row is None:
        return UNDEFINED
    module, function, signature, *arity = row
    implementation = getattr(import_module(module), function)
    return Native(implementation, signature, arity=arity[0] if arity else None, takes_nothing=name in CALLED_WITH_NOTHING)


class World(Evaluation):
    """An evaluation with variables, built-in functions, a clock and random numbers."""

    __slots__ = ("_bindings", "_clock", "_generator")

    def __init__(
        self,
        limits: Limits,
        bindings: Mapping[str, Value],
        clock: Callable[[], int] | None = None,
        generator: Callable[[], random.Random] | None = None,
    ) -> None:
        super().__init__(limits)
        self._bindings = bindings
        self._clock = clock
        self._generator = generator

    def get(self, name: str) -> Value:
        """The variable or function of a name."""
        value = self._bindings.get(name, UNDEFINED)
        return native(name) if value is UNDEFINED else value

    def clock(self) -> int:
        """The system's time, if there is no other."""
        return time.time_ns() // 1_000_000 if self._clock is None else self._clock()

    def random(self) -> random.Random:
        """Random numbers from the system, if there are no others."""
        if self._generator is None:
            import random  # slow to import, and seldom used

            own = random.Random()
            self._generator = lambda: own
        return self._generator()
