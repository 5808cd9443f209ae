"""Operators between two operands, compiled: JavaScript's arithmetic, the reference's comparisons and type errors."""

from __future__ import annotations

import math
from operator import add, ge, gt, le, lt, mul, sub
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.jsonata.errors import JsonataError, LimitError
from pytest_sfn.jsonata.values import (
    EXACT,
    UNDEFINED,
    Function,
    Sequence,
    Value,
    as_double,
    collapsed,
    equal,
    is_number,
    less,
    number,
    truthy,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.jsonata.evaluation import Evaluation, Frame

    Run = Callable[[Value, Frame], Value]

__all__ = ["BOOLEAN", "binary", "conjunction"]

BOOLEAN: Final = frozenset(("=", "!=", "<", "<=", ">", ">=", "in", "and", "or"))
"""Operators that give true, false or nothing."""
_NUMBERS: Final[frozenset[Any]] = frozenset((int, float))
_LARGEST_RANGE: Final = 10_000_000


def conjunction(operator: str, left: Run, right: Run, position: int) -> Run:
    """`and` and `or`. An error of the right operand is reported at the operator, as the reference does."""
    decisive = operator == "or"

    def run(data: Value, frame: Frame) -> Value:
        first = left(data, frame)
        try:
            if (first if first.__class__ is bool else truthy(first, frame.run)) is decisive:
                return decisive
            second = right(data, frame)
            return second if second.__class__ is bool else truthy(second, frame.run)
        except LimitError:
            raise
        except JsonataError as error:
            error.position, error.token = position, operator
            raise

    return run


def binary(operator: str, left: Run, right: Run, position: int) -> Run:
    """Every other operator."""
    if operator in _QUICK:
        return _QUICK[operator](left, right, position)
    operate = _OPERATORS[operator]

    def run(data: Value, frame: Frame) -> Value:
        first = left(data, frame)
        second = right(data, frame)
        try:
            return operate(first, second, frame.run)
        except LimitError:
            raise
        except JsonataError as error:
            error.position, error.token = position, operator
            raise

    return run


def _slow(operator: str, first: Value, second: Value, position: int, run: Evaluation) -> Value:
    """What the quick ways below leave over."""
    try:
        return calculate(operator, first, second) if operator in _ARITHMETIC else compare(operator, first, second, run)
    except LimitError:
        raise
    except JsonataError as error:
        error.position, error.token = position, operator
        raise


def _calculation(operator: str) -> Callable[[Run, Run, int], Run]:
    """Arithmetic: at once for numbers that integers and doubles have alike."""
    operate = _ARITHMETIC[operator]

    def compiled(left: Run, right: Run, position: int) -> Run:
        def run(data: Value, frame: Frame) -> Value:
            first, second = left(data, frame), right(data, frame)
            if (
                first.__class__ in _NUMBERS
                and second.__class__ in _NUMBERS
                and -EXACT < first < EXACT
                and -EXACT < second < EXACT
                and -EXACT < (result := operate(first, second)) < EXACT
            ):
                return int(result) if result.__class__ is float and result.is_integer() else result
            return _slow(operator, first, second, position, frame.run)

        return run

    return compiled


def _comparison(operator: str, quick: Callable[[float, float], bool]) -> Callable[[Run, Run, int], Run]:
    """`<` and its like: at once for such numbers."""

    def compiled(left: Run, right: Run, position: int) -> Run:
        def run(data: Value, frame: Frame) -> Value:
            first, second = left(data, frame), right(data, frame)
            if (
                first.__class__ in _NUMBERS
                and second.__class__ in _NUMBERS
                and -EXACT < first < EXACT
                and -EXACT < second < EXACT
            ):
                return quick(first, second)
            return _slow(operator, first, second, position, frame.run)

        return run

    return compiled


def _same(left: Run, right: Run, position: int) -> Run:
    def run(data: Value, frame: Frame) -> Value:
        first, second = left(data, frame), right(data, frame)
        if first.__class__ is str and second.__class__ is str:
            return first == second if len(first) < 512 else equal(first, second, frame.run)
        return first is not UNDEFINED and second is not UNDEFINED and equal(first, second, frame.run)

    return run


def calculate(operator: str, left: Value, right: Value) -> Value:
    """JavaScript's arithmetic on doubles."""
    if left is not UNDEFINED and not is_number(left):
        raise JsonataError("T2001", value=left)
    if right is not UNDEFINED and not is_number(right):
        raise JsonataError("T2002", value=right)
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    return number(_ARITHMETIC[operator](as_double(left), as_double(right)))


def _divide(a: float, b: float) -> float:
    if b:
        return a / b
    if not a or a != a:
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _remainder(a: float, b: float) -> float:
    return math.fmod(a, b) if b and not math.isinf(a) else math.nan


_ARITHMETIC: Final[dict[str, Callable[[float, float], float]]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": _divide,
    "%": _remainder,
}


def _comparable(value: Value) -> str:
    if isinstance(value, str):
        return "string"
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def compare(operator: str, left: Value, right: Value, run: Evaluation) -> Value:
    """`<` and its like."""
    kinds = [None if value is UNDEFINED else _comparable(value) for value in (left, right)]
    if "" in kinds:
        raise JsonataError("T2010", value=left if kinds[0] == "" else right)
    if None in kinds:
        return UNDEFINED
    if kinds[0] != kinds[1]:
        raise JsonataError("T2009", value=left, value2=right)
    if operator == "<":
        return less(left, right, run)
    if operator == ">":
        return less(right, left, run)
    if left != left or right != right:
        return False
    return not less(right, left, run) if operator == "<=" else not less(left, right, run)


def _includes(item: Value, items: Value, run: Evaluation) -> bool:
    """`in` compares as JavaScript's `===`: objects and arrays are equal only to themselves."""
    if item is UNDEFINED or items is UNDEFINED:
        return False
    if not isinstance(items, list):
        items = (items,)
    run.step(len(items))
    if isinstance(item, (list, dict, Function)):
        return any(other is item for other in items)
    return any(equal(item, other, run) for other in items)


def _concatenate(left: Value, right: Value, run: Evaluation) -> str:
    first = left if left.__class__ is str else _text(left, run)
    second = right if right.__class__ is str else _text(right, run)
    run.text(len(first) + len(second))
    return str(first + second)


def _text(value: Value, run: Evaluation) -> str:
    if value is UNDEFINED:
        return ""
    from pytest_sfn.jsonata.library.strings import string  # takes long to import; most definitions join texts only

    return str(string(run, value))


def _range(first: Value, last: Value, run: Evaluation) -> Value:
    for code, value in (("T2003", first), ("T2004", last)):
        if value is not UNDEFINED and (
            isinstance(value, bool) or not isinstance(value, (int, float)) or not as_double(value).is_integer()
        ):
            raise JsonataError(code, value=value)
    if first is UNDEFINED or last is UNDEFINED or first > last:
        return UNDEFINED
    size = int(last) - int(first) + 1
    if size > _LARGEST_RANGE:
        raise JsonataError("D2014", value=size)
    run.hold(8 * size)
    run.step(size >> 3)
    return collapsed(Sequence(range(int(first), int(last) + 1)))


_OPERATORS: Final[dict[str, Callable[[Value, Value, Evaluation], Value]]] = {
    "!=": lambda a, b, run: a is not UNDEFINED and b is not UNDEFINED and not equal(a, b, run),
    "&": _concatenate,
    "in": _includes,
    "..": _range,
}
_QUICK: Final[dict[str, Callable[[Run, Run, int], Run]]] = {
    **{name: _calculation(name) for name in _ARITHMETIC},
    "<": _comparison("<", lt),
    "<=": _comparison("<=", le),
    ">": _comparison(">", gt),
    ">=": _comparison(">=", ge),
    "=": _same,
}
"""Written out, since they are met most."""
