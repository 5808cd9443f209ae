"""What Step Functions adds to JSONata's function library, and the scope its expressions are evaluated in.

Arguments that must be whole numbers are cut towards zero. What AWS answers to arguments that make no sense was
measured in part: `$partition(a, -1)` raises, the others here give undefined [?].
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.jsonata.engine import Bounds, Program, Scope
from pytest_sfn.expressions.jsonata.errors import JsonataError
from pytest_sfn.expressions.jsonata.functions import EVALUATOR, NATIVES, Native, native
from pytest_sfn.expressions.jsonata.values import to_jsonata
from pytest_sfn.expressions.values import UNDEFINED, loads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.expressions.env import Env

__all__ = ["FUNCTION_NAMES", "evaluate"]


def _whole(value: Any) -> int:
    return math.trunc(value) if math.isfinite(value) else 0


def _partition(values: Any, size: Any) -> Any:
    if values is None or size is None:
        return None
    size = _whole(size)
    if size < 0:
        raise JsonataError("T0410", value=size, index=2)
    return [values[at : at + size] for at in range(0, len(values), size)] if size else None


def _range(ev: Any, first: Any, last: Any, step: Any) -> Any:
    """From first to last, which is included when a step lands on it."""
    if first is None or last is None or step is None:
        return None
    first, last, step = _whole(first), _whole(last), _whole(step)
    if step == 0:
        return None
    steps = range(first, last + (1 if step > 0 else -1), step)
    ev.hold(8 * len(steps))
    return list(steps) or None


_ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def _hash(text: Any, algorithm: Any) -> Any:
    """The hash in hex; names of algorithms are exact."""
    if text is None or algorithm not in _ALGORITHMS:
        return None
    import hashlib

    return hashlib.new(_ALGORITHMS[algorithm], text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def _random(ev: Any, seed: Any = None) -> Any:
    if seed is None:
        return ev.random().random()
    from pytest_sfn.expressions.java import random_double

    return random_double(_whole(seed))


def _uuid(ev: Any) -> str:
    from uuid import UUID

    return str(UUID(int=ev.random("uuid").getrandbits(128), version=4))


def _parse(text: Any) -> Any:
    if text is None:
        return None
    try:
        return to_jsonata(loads(text))
    except JsonValueError:
        return None


_ADDED = (
    native("partition", "<an:a<a>>", 2, _partition),
    native("range", "<nnn:a<n>>", 3, _range, EVALUATOR),
    native("hash", "<ss:s>", 2, _hash),
    native("random", "<n?:n>", 0, _random, EVALUATOR),
    native("uuid", "<:s>", 0, _uuid, EVALUATOR),
    native("parse", "<s-:x>", 1, _parse),
)
_FUNCTIONS: dict[str, Native] = {name: function for name, function in NATIVES.items() if name != "eval"}
_FUNCTIONS |= {function.name: function for function in _ADDED}
FUNCTION_NAMES = frozenset(_FUNCTIONS)


_converted: dict[int, tuple[Any, Any]] = {}


def _convert(value: Any) -> Any:
    """`to_jsonata`, remembered for the last few values: the expressions of a state all read the same input.

    Values are never changed, so the same object converts to the same; the entry holds the object, so its id is its own.
    """
    if not isinstance(value, (dict, list)):
        return to_jsonata(value)
    known = _converted.get(id(value))
    if known is not None:
        return known[1]
    if len(_converted) >= 16:
        _converted.clear()
    converted = to_jsonata(value)
    _converted[id(value)] = value, converted
    return converted


class _StepFunctionsScope(Scope):
    """The outermost scope: `$states`, then the workflow's variables, then functions."""

    __slots__ = ("_env",)

    def __init__(self, env: Env, states: Mapping[str, Any]) -> None:
        # a Context Object is made for the occasion: there is nothing to remember
        converted = {name: to_jsonata(value) if name == "context" else _convert(value) for name, value in states.items()}
        super().__init__(None, {"states": converted})
        self._env = env

    def lookup(self, name: str) -> Any:
        if name in self.bindings:
            return self.bindings[name]
        value = self._env.variable(name)
        if value is UNDEFINED:
            return _FUNCTIONS.get(name)
        value = self.bindings[name] = _convert(value)
        return value


_BOUNDS = Bounds(seconds=5.0, depth=100, memory=873_782 * 8)
"""AWS accepts `[1..873782]` and a nesting near 100, and no more [measured, floci issue 2737]; its time is not known."""


def evaluate(program: Program, states: dict[str, Any], env: Env) -> Any:
    """The value of a program, or `UNDEFINED`.

    Raises:
        JsonataError: the evaluation failed.
    """
    return program.evaluate(
        UNDEFINED,
        _StepFunctionsScope(env, states),
        clock=lambda: math.floor(env.now().timestamp() * 1000),
        generator=env.random,
        bounds=_BOUNDS,
    )
