"""A compiled expression, and how it is evaluated."""

from __future__ import annotations

import functools
import math
import sys
from typing import TYPE_CHECKING, Final

from pytest_sfn.jsonata.budget import Limits
from pytest_sfn.jsonata.compiler import Body
from pytest_sfn.jsonata.errors import JsonataError, LimitError
from pytest_sfn.jsonata.natives import World
from pytest_sfn.jsonata.shaping import parse
from pytest_sfn.jsonata.values import UNDEFINED, Function, Value, Wrapped

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from pytest_sfn.jsonata.evaluation import Evaluation, Root
    from pytest_sfn.jsonata.tree import Node

__all__ = ["Expression", "compile"]

_LIMITS: Final = Limits()
_NO_BINDINGS: Final[dict[str, Value]] = {}
_FRAMES_PER_LEVEL: Final = 12
"""Python's frames for one level of depth; a higher-order function takes most."""
_MOST_FRAMES: Final = 13_500


class Expression:
    """A compiled expression, made by `compile`; it never changes and may be used by several threads.

    Attributes:
        text: its text.
        tree: its syntax tree.
    """

    __slots__ = ("_body", "text", "tree")

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self.tree: Node = parse(text)
        except JsonataError as error:
            raise _explained(error) from None
        self._body = Body(self.tree, tail=False)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def __call__(
        self,
        data: Value = UNDEFINED,
        bindings: Mapping[str, Value] = _NO_BINDINGS,
        *,
        limits: Limits = _LIMITS,
        clock: Callable[[], int] | None = None,
        generator: Callable[[], random.Random] | None = None,
    ) -> Value:
        """The value for some data: a JSON value, or `UNDEFINED`.

        Args:
            data: a JSON value, `UNDEFINED` for none. It is not changed; parts of it may be in the result.
            bindings: variables by name, without `$`.
            limits: what the evaluation may use.
            clock: milliseconds since 1970, behind `$now` and `$millis`; the system's clock by default.
            generator: random numbers, behind `$random` and `$shuffle`.

        Raises:
            JsonataError: the evaluation failed, or ran into a limit (a `LimitError`).
            EvaluationTimeoutError: it ran for longer than `limits.seconds`.
        """
        return self.evaluate(data, World(limits, bindings, clock, generator).root(data))

    def evaluate(self, data: Value, frame: Root) -> Value:
        """Like a call, with the outermost frame of an evaluation, which looks up variables and functions by name."""
        if isinstance(data, list):
            data = Wrapped((data,))
        body = self._body
        most = frame.run.limits.depth
        before = _recursion_raised(most) if body.deep else 0
        try:
            value = body.run(data, frame) if body.height <= most else body.checked(data, frame)
            return value if value.__class__ in _SCALARS else result(value, frame.run)
        except RecursionError:
            raise _explained(LimitError("depth")) from None
        except JsonataError as error:
            raise _explained(error) from None
        finally:
            if before:
                sys.setrecursionlimit(before)


def _recursion_raised(depth: int) -> int:
    """Give Python's stack room for so many levels; the recursion limit before, 0 if it was enough."""
    before = sys.getrecursionlimit()
    wanted = min(_FRAMES_PER_LEVEL * depth + 1_500, _MOST_FRAMES)
    if wanted <= before:
        return 0
    sys.setrecursionlimit(wanted)
    return before


def _explained(error: JsonataError) -> JsonataError:
    from pytest_sfn.jsonata.messages import explained  # only an error needs it

    return explained(error)


@functools.lru_cache(maxsize=1024)
def compile(text: str) -> Expression:  # noqa: A001 - as re.compile
    """The expression of a text.

    Raises:
        JsonataError: it does not parse; `position` and `token` say where.
    """
    return Expression(text)


_SCALARS: Final = frozenset((str, int, bool, type(None)))
_NOT_FINITE: Final = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}


def result(value: Value, run: Evaluation) -> Value:
    """The JSON value of what an evaluation gave; the same object where there is nothing to convert.

    `run.no_json` says what a function becomes; where it gives nothing, an object has no such member and an array has null, as
    `JSON.stringify` does it. Numbers that JSON does not have become text, as on AWS: `1/0` gives "Infinity" [measured, floci
    issue 2737].
    """
    cls = value.__class__
    if cls is dict:
        return _object(value, run)
    if cls in _SCALARS or value is UNDEFINED:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else _NOT_FINITE[str(value)]
    if isinstance(value, dict):
        return _object(value, run)
    if isinstance(value, list):
        return _list(value, run)
    return run.no_json(value) if isinstance(value, Function) else value


def _object(value: dict[str, Value], run: Evaluation) -> dict[str, Value]:
    run.left -= len(value)
    if run.left < 0:
        run.look()
    changed: dict[str, Value] | None = None
    for key, item in value.items():
        if item.__class__ in _SCALARS:
            continue
        plain = result(item, run)
        if plain is not item or plain is UNDEFINED:
            if changed is None:
                changed = dict(value)
            changed[key] = plain
    if changed is None:
        return value
    return {key: item for key, item in changed.items() if item is not UNDEFINED}


def _list(value: list[Value], run: Evaluation) -> list[Value]:
    run.left -= len(value)
    if run.left < 0:
        run.look()
    changed: list[Value] | None = None if value.__class__ is list else list(value)
    for index, item in enumerate(value):
        if item.__class__ in _SCALARS:
            continue
        plain = result(item, run)
        if plain is not item or plain is UNDEFINED:
            if changed is None:
                changed = list(value)
            changed[index] = None if plain is UNDEFINED else plain
    return value if changed is None else changed
