"""The values of JSONata: those of JSON, nothing at all, functions, and the lists that it treats in ways of their own.

JSON null is `None`, nothing at all is `UNDEFINED`. A value that comes from outside is never changed: everything here
and in the modules above makes new lists and objects. Numbers are Python's `int` and `float`; an `int` stays one while
it is only handed on, and becomes a double as soon as JSONata calculates with it.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.jsonata.errors import JsonataError

if TYPE_CHECKING:
    from typing import Protocol

    class Steps(Protocol):
        """What steps are charged to: the budget of an evaluation."""

        def step(self, count: int = 1) -> None:
            """Charge steps."""
            ...

        def scan(self, text: str) -> None:
            """Charge a look at each character of a text."""
            ...


__all__ = [
    "EXACT",
    "UNDEFINED",
    "Constructed",
    "Function",
    "Kept",
    "Sequence",
    "Value",
    "Wrapped",
    "as_double",
    "collapsed",
    "equal",
    "is_number",
    "less",
    "number",
    "truthy",
    "type_name",
    "units",
    "whole",
]

Value = Any
"""A JSON value, `UNDEFINED` or a `Function`; lists may be one of the kinds below."""


class _Undefined:
    __slots__ = ()

    def __repr__(self) -> str:
        return "UNDEFINED"

    def __bool__(self) -> bool:
        return False


UNDEFINED: Final = _Undefined()
"""The result of reading what is not there."""


class Sequence(list[Value]):
    """A list of results: with one element it means that element, with none it means nothing."""

    __slots__ = ()


class Kept(Sequence):
    """A sequence that stays a list with one element (`a[]`)."""

    __slots__ = ()


class Wrapped(Sequence):
    """The input, where it is a list: one value for a path, and not its items."""

    __slots__ = ()


class Constructed(list[Value]):
    """A list written as `[...]` at the start or end of a path: the path keeps it whole."""

    __slots__ = ()


class Function:
    """What can be called; `evaluation.Procedure` says how.

    Attributes:
        truth: what it counts as in a condition.
        arity: how many arguments it has use for.
    """

    __slots__ = ()
    truth: bool = True
    arity: int = 1


def collapsed(value: Value) -> Value:
    """What a sequence means; every other value as it is."""
    if isinstance(value, Sequence):
        if not value:
            return UNDEFINED
        if len(value) == 1 and value.__class__ is Sequence:
            return value[0]
    return value


def is_number(value: Value) -> bool:
    """Whether `value` is a number fit to calculate with: NaN is none.

    Raises:
        JsonataError: D1001 for an infinite one, as the reference does whenever it looks at an operand.
    """
    cls = value.__class__
    if cls is int:
        return True
    if cls is bool or not isinstance(value, (int, float)):
        return False
    if math.isinf(value):
        raise JsonataError("D1001", value=value)
    return value == value


EXACT: Final = 1 << 53
"""Up to here every integer is a double."""


def as_double(value: float) -> float:
    """The double that JavaScript has for a number; infinity where it is beyond them."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def number(value: float) -> int | float:
    """A result of arithmetic in the spelling of JavaScript: whole doubles below 1e21 without a point."""
    if value.__class__ is int and -EXACT <= value <= EXACT:
        return value
    value = as_double(value)
    if -EXACT < value < EXACT:
        return int(value) if value.is_integer() else value
    if not -1e21 < value < 1e21:
        return value
    from decimal import Decimal  # slow to import, and seldom used

    return int(Decimal(repr(value)))


def truthy(value: Value, run: Steps) -> bool:
    """What `value` counts as in a condition; nothing at all is false. The items of lists are charged to `run`."""
    cls = value.__class__
    if cls is bool:
        return bool(value)
    if value is None or value is UNDEFINED:
        return False
    if isinstance(value, list):
        run.step(4 + len(value))
        return any(truthy(item, run) for item in value)
    if isinstance(value, (str, dict)):
        return len(value) > 0
    if isinstance(value, Function):
        return value.truth
    return bool(value != 0 and is_number(value))


def equal(a: Value, b: Value, run: Steps) -> bool:
    """Deep equality, as `=` has it: `true` is not 1, 1 equals 1.0, the order of keys does not matter. Charged to `run`."""
    if a is b:
        return True
    if isinstance(a, bool) or isinstance(b, bool):
        return False
    if isinstance(a, list):
        run.step(8 + len(a))
        return isinstance(b, list) and len(a) == len(b) and all(equal(x, y, run) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        run.step(8 + len(a))
        return isinstance(b, dict) and a.keys() == b.keys() and all(equal(item, b[key], run) for key, item in a.items())
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return as_double(a) == as_double(b)
    if isinstance(a, str) and len(a) > 512:
        run.step(len(a) >> 9)
    return bool(a == b)


def less(a: Value, b: Value, run: Steps) -> bool:
    """Whether one number or text comes before another; texts by their UTF-16 units. Charged to `run`."""
    if isinstance(a, str):
        if not (a.isascii() and b.isascii()):
            run.scan(a)
            run.scan(b)
            return bool(a.encode("utf-16-be", "surrogatepass") < b.encode("utf-16-be", "surrogatepass"))
        run.step(min(len(a), len(b)) >> 9)
        return bool(a < b)
    return as_double(a) < as_double(b)


# Texts whose characters are UTF-16 units, as JavaScript's are: positions count them, regular expressions match them

_CODEC: Final = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"


def units(text: str) -> str:
    """The text with each character beyond U+FFFF as the two halves that UTF-16 has for it."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    return "".join(map(chr, memoryview(text.encode(_CODEC, "surrogatepass")).cast("H")))


def whole(text: str) -> str:
    """The text with halves that follow one another put together."""
    return text if text.isascii() else text.encode(_CODEC, "surrogatepass").decode(_CODEC, "surrogatepass")


def type_name(value: Value) -> str:
    """`$type` of a defined value."""
    if value is None:
        return "null"
    for kind, name in _TYPE_NAMES:
        if isinstance(value, kind):
            return name
    return "object"


_TYPE_NAMES: Final = (
    (bool, "boolean"),
    ((int, float), "number"),
    (str, "string"),
    (list, "array"),
    (Function, "function"),
)
