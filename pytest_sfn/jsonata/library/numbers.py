"""The functions of numbers, sums included, and `$boolean` and `$not`. Results are what JavaScript's doubles give."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.library.strings import number_text
from pytest_sfn.jsonata.values import EXACT, UNDEFINED, Function, Value, as_double, number, truthy

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.jsonata.evaluation import Evaluation

    Implementation = Callable[[Evaluation, Value], Value]

__all__ = ["round_half_even"]

_NUMERAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?")
_RADIX: Final = re.compile(r"0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+")


def to_number(run: Evaluation, value: Value) -> Value:
    """`$number`."""
    if not isinstance(value, str):
        return int(value) if isinstance(value, bool) else value
    run.step(len(value))
    if _NUMERAL.fullmatch(value) and math.isfinite(result := float(value)):
        return number(result)
    if _RADIX.fullmatch(value):
        return number(as_double(int(value, 0)))
    raise JsonataError("D3030", value=value, index=1)


def _rounded(function: Callable[[float], int]) -> Implementation:
    def rounded(run: Evaluation, value: Value) -> Value:
        if value.__class__ is int and -EXACT <= value <= EXACT:
            return value
        double = as_double(value)
        return number(function(double)) if math.isfinite(double) else double

    return rounded


floor = _rounded(math.floor)
ceil = _rounded(math.ceil)


def absolute(run: Evaluation, value: Value) -> Value:
    """`$abs`."""
    return number(abs(value))


def round_(run: Evaluation, value: Value, precision: Value = UNDEFINED) -> Value:
    """`$round`."""
    return round_half_even(value, precision or 0)


def round_half_even(value: float, precision: float = 0) -> float:
    """A number with as many decimals, half to even, on the decimal digits as they are written."""
    precision, value = as_double(precision), as_double(value)
    if precision != precision or (math.isfinite(precision) and not precision.is_integer()):
        return math.nan
    places = int(max(-400.0, min(precision, 400.0)))
    if not math.isfinite(value):
        return math.nan if places else value
    scaled = _scaled(value, places) if places else value
    if not math.isfinite(scaled):
        return math.nan
    rounded = float(round(scaled))
    return number(_scaled(rounded, -places) if places else rounded)


def _scaled(value: float, places: int) -> float:
    """The double nearest to the decimal digits of `value` with the point moved."""
    digits = repr(value)
    if "e" in digits:
        digits, _, exponent = digits.partition("e")
        places += int(exponent)
    return float(f"{digits}e{places}")


def sqrt(run: Evaluation, value: Value) -> Value:
    """`$sqrt`."""
    if value < 0:
        raise JsonataError("D3060", value=value, index=1)
    return number(math.sqrt(as_double(value)))


def power(run: Evaluation, base: Value, exponent: Value) -> Value:
    """`$power`."""
    x = as_double(base)
    y = math.nan if exponent is UNDEFINED else as_double(exponent)
    try:
        result = math.pow(x, y) if math.isfinite(y) or abs(x) != 1 else math.nan  # JavaScript: 1 ** Infinity is NaN
    except (OverflowError, ValueError):
        result = math.nan
    if not math.isfinite(result) or y != y:
        raise JsonataError("D3061", value=base, index=1, exp=exponent)
    return number(result)


def random(run: Evaluation) -> Value:
    """`$random`."""
    return run.random().random()


# Of arrays


def _sum(values: list[Value]) -> float:
    result = 0.0
    for value in values:  # not sum(): newer Pythons compensate for rounding, JavaScript does not
        result += value if value.__class__ is float else as_double(value)
    return result


def _of_array(function: Callable[[list[Value]], Value]) -> Implementation:
    def implementation(run: Evaluation, values: Value) -> Value:
        run.step(len(values) >> 2)
        return function(values)

    return implementation


def _extreme(pick: Callable[[list[Value]], Value]) -> Implementation:
    return _of_array(
        lambda values: math.nan if any(value != value for value in values) else pick(values) if values else UNDEFINED
    )


total = _of_array(lambda values: number(_sum(values)))
average = _of_array(lambda values: number(_sum(values) / len(values)) if values else UNDEFINED)
largest = _extreme(max)
smallest = _extreme(min)


# Truth


def boolean(run: Evaluation, value: Value) -> Value:
    """`$boolean`."""
    return truthy(value, run) and not isinstance(value, Function)


def negation(run: Evaluation, value: Value) -> Value:
    """`$not`."""
    return not boolean(run, value)


_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def format_base(run: Evaluation, value: Value, radix: Value = 10) -> Value:
    """`$formatBase`, with the digits that JavaScript has for large numbers."""
    value = round_half_even(value)
    radix = 10 if radix is UNDEFINED else round_half_even(radix)
    if not 2 <= radix <= 36:
        raise JsonataError("D3100", value=radix)
    rest = abs(as_double(value))
    if radix == 10 or not math.isfinite(rest):
        return number_text(value)
    digits = ""
    while rest / radix >= EXACT:  # a double does not hold the last digits
        rest /= radix
        digits += "0"
    while True:
        digit = math.fmod(rest, radix)
        digits += _DIGITS[int(digit)]
        rest = (rest - digit) / radix
        if rest <= 0:
            break
    run.step(len(digits))
    return ("-" if value < 0 else "") + digits[::-1]
