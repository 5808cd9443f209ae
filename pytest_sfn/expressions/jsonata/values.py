"""JSONata's values as jsonata-python holds them, and the way between them and JSON values.

The library says `None` for *undefined* and `NULL` for JSON null, and marks lists: a *sequence* collapses when it has
one element or none, a constructed array (`cons`) is not flattened. JSON values of the engine (`None` is null, nothing
is ever changed) enter through `to_jsonata` and leave through `from_jsonata`; both hand on the same object wherever
there is nothing to convert, which costs nothing for data without null.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from pytest_sfn.expressions.jsonata.errors import JsonataError
from pytest_sfn.expressions.jsonata.library import Utils
from pytest_sfn.expressions.values import UNDEFINED

__all__ = [
    "NULL",
    "Function",
    "JList",
    "deep_equal",
    "from_jsonata",
    "is_function",
    "is_number",
    "number",
    "sequence",
    "to_jsonata",
    "truth",
]

NULL: Any = Utils.NULL_VALUE
JList: Any = Utils.JList


class Function:
    """Whatever can be applied: a built-in function, a lambda, a regular expression, a partial application, a chain.

    Attributes:
        signature: what checks the arguments, None for no check.
        truth: what it counts as in a condition.
        arity: how many arguments it has use for.
    """

    __slots__ = ()
    signature: Any = None
    truth: bool = True
    arity: int = 1

    def call(self, ev: Any, args: list[Any], context: Any, scope: Any) -> Any:
        """The result for checked arguments.

        Args:
            ev: the evaluator.
            args: the arguments.
            context: the context value where it is called.
            scope: the variables where it is called.
        """
        raise NotImplementedError


def is_function(value: Any) -> bool:
    return isinstance(value, Function)


def sequence(items: Any = ()) -> Any:
    result = JList(items)
    result.sequence = True
    return result


def is_number(value: Any) -> bool:
    """Whether `value` is a number fit to calculate with.

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


_EXACT = 1 << 53


def number(value: float) -> int | float:
    """A result of arithmetic in the spelling JavaScript gives it: whole numbers below 1e21 without a point."""
    if value.__class__ is int and -_EXACT <= value <= _EXACT:
        return value
    try:
        value = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    if not value.is_integer():
        return value
    if -_EXACT <= value <= _EXACT:
        return int(value)
    return int(Decimal(repr(value))) if abs(value) < 1e21 else value


def truth(value: Any) -> bool:
    """`$boolean`, undefined counting as false."""
    cls = value.__class__
    if cls is bool:
        return bool(value)
    if value is None or value is NULL:
        return False
    if isinstance(value, list):
        return truth(value[0]) if len(value) == 1 else any(map(truth, value))
    if isinstance(value, (str, dict)):
        return len(value) > 0
    if isinstance(value, Function):
        return value.truth
    return is_number(value) and value != 0


def deep_equal(a: Any, b: Any) -> bool:
    if a is b:
        return True
    if isinstance(a, bool) or isinstance(b, bool):
        return False
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(deep_equal, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(deep_equal(item, b[key]) for key, item in a.items())
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return float(a) == float(b)
    return bool(a == b)


def to_jsonata(value: Any) -> Any:
    """A JSON value with NULL for null; the same object if it holds no null."""
    cls = value.__class__
    if cls is str or cls is int or cls is float or cls is bool:
        return value
    if value is None:
        return NULL
    if isinstance(value, dict):
        changed: Any = None
        for key, item in value.items():
            converted = to_jsonata(item)
            if converted is not item:
                if changed is None:
                    changed = dict(value)
                changed[key] = converted
        return value if changed is None else changed
    if isinstance(value, list):
        changed = None
        for index, item in enumerate(value):
            converted = to_jsonata(item)
            if converted is not item:
                if changed is None:
                    changed = list(value)
                changed[index] = converted
        return value if changed is None else changed
    return value


def from_jsonata(value: Any) -> Any:
    """The JSON value of a result, `UNDEFINED` for undefined.

    Functions are treated as `JSON.stringify` treats them: nothing at the top and in objects, null in arrays. Numbers
    JSON does not have become text, as on AWS: `1/0` gives "Infinity" [measured, floci issue 2737].
    """
    if value is None or isinstance(value, Function):
        return UNDEFINED
    return _plain(value)


_NOT_FINITE = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}


def _plain(value: Any) -> Any:
    cls = value.__class__
    if cls is str or cls is int or cls is bool:
        return value
    if cls is float:
        return value if math.isfinite(value) else _NOT_FINITE[str(value)]
    if value is NULL or value is None or isinstance(value, Function):
        return None
    if cls is dict:
        changed: Any = None
        for key, item in value.items():
            plain = _plain(item)
            if plain is not item or item is None:
                if changed is None:
                    changed = dict(value)
                if plain is None and item is not NULL:
                    del changed[key]
                else:
                    changed[key] = plain
        return value if changed is None else changed
    if isinstance(value, list):
        changed = list(value) if cls is not list else None
        for index, item in enumerate(value):
            plain = _plain(item)
            if plain is not item:
                if changed is None:
                    changed = list(value)
                changed[index] = plain
        return value if changed is None else changed
    return value
