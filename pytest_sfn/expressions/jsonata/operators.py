"""The operators on values: JavaScript's arithmetic, the reference's comparisons and type errors."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pytest_sfn.expressions.jsonata.errors import JsonataError
from pytest_sfn.expressions.jsonata.values import Function, deep_equal, is_number, number

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ARITHMETIC", "calculate", "compare", "included", "kind_of"]


def kind_of(value: Any) -> str:
    if isinstance(value, str):
        return "string"
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _divide(a: float, b: float) -> float:
    if b:
        return a / b
    if not a or a != a:
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _remainder(a: float, b: float) -> float:
    return math.fmod(a, b) if b and not math.isinf(a) else math.nan


ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "%": _remainder,
}


def calculate(operation: Callable[[float, float], float], left: Any, right: Any) -> Any:
    if left is not None and not is_number(left):
        raise JsonataError("T2001", value=left)
    if right is not None and not is_number(right):
        raise JsonataError("T2002", value=right)
    if left is None or right is None:
        return None
    return number(operation(float(left), float(right)))


def compare(op: str, left: Any, right: Any) -> Any:
    kinds = [None if value is None else kind_of(value) for value in (left, right)]
    if "" in kinds:
        raise JsonataError("T2010", value=left if kinds[0] == "" else right)
    if None in kinds:
        return None
    if kinds[0] != kinds[1]:
        raise JsonataError("T2009", value=left, value2=right)
    if op == "<":
        return left < right
    if op == "<=":
        return left <= right
    return left > right if op == ">" else left >= right


def included(item: Any, items: Any) -> bool:
    """`in` compares as JavaScript's `===`: objects and arrays are equal only to themselves."""
    if item is None or items is None:
        return False
    if isinstance(item, (list, dict, Function)):
        return any(other is item for other in (items if isinstance(items, list) else (items,)))
    return any(deep_equal(item, other) for other in (items if isinstance(items, list) else (items,)))


def round_(value: Any, precision: Any = None) -> Any:
    """Half to even on the decimal digits as written."""
    if value is None:
        return None
    precision = precision or 0
    if precision != math.floor(precision):
        return math.nan
    precision = max(-400, min(int(precision), 400))
    scaled = float(Decimal(repr(float(value))).scaleb(precision)) if precision else float(value)
    if not math.isfinite(scaled):
        return value if precision == 0 else math.nan
    below = math.floor(scaled)
    rounded = below + (scaled - below >= 0.5)
    if abs(rounded - scaled) == 0.5 and rounded % 2:
        rounded -= 1
    return number(float(Decimal(repr(float(rounded))).scaleb(-precision))) if precision else number(float(rounded))
