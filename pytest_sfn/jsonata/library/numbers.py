"""The functions of numbers, sums included, and `$boolean` and `$not`. Results are what JavaScript's doubles give."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.library.strings import number_text
from pytest_sfn.jsonata.values import UNDEFINED, Function, Value, as_double, number, truthy

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.jsonata.evaluation import Evaluation

__all__ = [
    "absolute",
    "average",
    "boolean",
    "ceil",
    "floor",
    "format_base",
    "largest",
    "negation",
    "power",
    "random",
    "round_half_even",
    "smallest",
    "sqrt",
    "to_number",
    "total",
]

_NUMERAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?")
_RADIX: Final = re.compile(r"0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+")
_EXACT: Final = 1 << 53


def to_number(value: Value) -> Value:
    """`$number`."""
    if value is UNDEFINED:
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    if _NUMERAL.fullmatch(value) and math.isfinite(result := float(value)):
        return number(result)
    if _RADIX.fullmatch(value):
        # digit by digit where Python refuses long numbers does not matter: these bases have no such limit
        return number(as_double(int(value, 0)))
    raise JsonataError("D3030", value=value, index=1)


def _whole(value: Value, function: Callable[[float], int]) -> Value:
    if value is UNDEFINED or (value.__class__ is int and -_EXACT <= value <= _EXACT):
        return value
    double = as_double(value)
    return number(function(double)) if math.isfinite(double) else double


def floor(value: Value) -> Value:
    """`$floor`."""
    return _whole(value, math.floor)


def ceil(value: Value) -> Value:
    """`$ceil`."""
    return _whole(value, math.ceil)


def absolute(value: Value) -> Value:
    """`$abs`."""
    return value if value is UNDEFINED else number(abs(value))


def round_half_even(value: Value, precision: Value = UNDEFINED) -> Value:
    """`$round`: half to even, on the decimal digits as they are written."""
    if value is UNDEFINED:
        return value
    precision = as_double(precision or 0)
    value = as_double(value)
    if precision != precision or (math.isfinite(precision) and not precision.is_integer()):
        return math.nan
    places = int(max(-400.0, min(precision, 400.0)))
    if not math.isfinite(value):
        return math.nan if places else value
    scaled = _scaled(value, places) if places else value
    if not math.isfinite(scaled):
        return math.nan
    below = math.floor(scaled)
    rounded = below + (scaled - below >= 0.5)
    if abs(rounded - scaled) == 0.5 and rounded % 2:
        rounded -= 1
    return number(_scaled(float(rounded), -places) if places else float(rounded))


def _scaled(value: float, places: int) -> float:
    """The double nearest to the decimal digits of `value` with the point moved."""
    mantissa, _, exponent = repr(value).partition("e")
    return float(f"{mantissa}e{int(exponent or 0) + places}")


def sqrt(value: Value) -> Value:
    """`$sqrt`."""
    if value is UNDEFINED:
        return value
    if value < 0:
        raise JsonataError("D3060", value=value, index=1)
    return number(math.sqrt(as_double(value)))


def power(base: Value, exponent: Value) -> Value:
    """`$power`."""
    if base is UNDEFINED:
        return base
    result = math.nan
    if exponent is not UNDEFINED and math.isfinite(as_double(exponent)):
        try:
            result = math.pow(as_double(base), as_double(exponent))
        except (OverflowError, ValueError):
            result = math.nan
    elif exponent is not UNDEFINED and exponent == exponent and abs(as_double(base)) != 1:
        result = math.pow(as_double(base), as_double(exponent))
    if not math.isfinite(result):
        raise JsonataError("D3061", value=base, index=1, exp=exponent)
    return number(result)


def random(run: Evaluation) -> Value:
    """`$random`."""
    return run.random().random()


# Of arrays


def _sum(values: list[Value]) -> float:
    result = 0.0
    try:
        for value in values:  # not sum(): newer Pythons compensate for rounding, JavaScript does not
            result += value
    except OverflowError:  # an int beyond doubles
        result = 0.0
        for value in values:
            result += as_double(value)
    return result


def total(run: Evaluation, values: Value) -> Value:
    """`$sum`."""
    if values is UNDEFINED:
        return values
    run.step(len(values) >> 2)
    return number(_sum(values))


def average(run: Evaluation, values: Value) -> Value:
    """`$average`."""
    if not values:
        return UNDEFINED
    run.step(len(values) >> 2)
    return number(_sum(values) / len(values))


def largest(run: Evaluation, values: Value) -> Value:
    """`$max`."""
    return _extreme(run, values, max)


def smallest(run: Evaluation, values: Value) -> Value:
    """`$min`."""
    return _extreme(run, values, min)


def _extreme(run: Evaluation, values: Value, pick: Callable[[list[Value]], Value]) -> Value:
    if not values:
        return UNDEFINED
    run.step(len(values) >> 2)
    return math.nan if any(value != value for value in values) else pick(values)


# Truth


def boolean(run: Evaluation, value: Value) -> Value:
    """`$boolean`."""
    return value if value is UNDEFINED else truthy(value, run) and not isinstance(value, Function)


def negation(run: Evaluation, value: Value) -> Value:
    """`$not`."""
    return value if value is UNDEFINED else not truthy(value, run) or isinstance(value, Function)


_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def format_base(value: Value, radix: Value = UNDEFINED) -> Value:
    """`$formatBase`, with the digits that JavaScript has for large numbers."""
    if value is UNDEFINED:
        return value
    value = round_half_even(value)
    radix = 10 if radix is UNDEFINED else round_half_even(radix)
    if not 2 <= radix <= 36:
        raise JsonataError("D3100", value=radix)
    rest = abs(as_double(value))
    if radix == 10 or not math.isfinite(rest):
        return number_text(value)
    digits = ""
    while rest / radix >= _EXACT:  # a double does not hold the last digits
        rest /= radix
        digits += "0"
    while True:
        digit = math.fmod(rest, radix)
        digits += _DIGITS[int(digit)]
        rest = (rest - digit) / radix
        if rest <= 0:
            break
    return ("-" if value < 0 else "") + digits[::-1]
