"""What of Java shows through in AWS's answers.

Step Functions is written in Java, and a few of its results can only be had as Java makes them: the text of an object
inside `States.Format` is `Map.toString`, the order in which `States.ArrayUnique` answers is that of a `HashSet`, and
seeded random numbers come from `java.util.Random`. All of that is here, so that no other module needs to know why.
Values are JSON values (see `values.py`); nothing is changed.
"""

from __future__ import annotations

import struct
from typing import Any

from pytest_sfn.expressions.values import NumberText, json_equal

__all__ = ["distinct", "hash_code", "random_double", "text"]


def text(value: Any) -> str:
    """`String.valueOf` of a JSON value: a string as it is, `{a=1, b=[x, null]}` without quotes, numbers as spelled."""
    if isinstance(value, str):
        return value
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts)


def _write(value: Any, parts: list[str]) -> None:
    if isinstance(value, str):
        parts.append(value)
    elif value is None:
        parts.append("null")
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    elif isinstance(value, NumberText):
        parts.append(value.text)
    elif isinstance(value, dict):
        separator = "{"
        for key, item in value.items():
            parts.append(f"{separator}{key}=")
            _write(item, parts)
            separator = ", "
        parts.append("}" if value else "{}")
    elif isinstance(value, list):
        separator = "["
        for item in value:
            parts.append(separator)
            _write(item, parts)
            separator = ", "
        parts.append("]" if value else "[]")
    else:
        parts.append(repr(value))


_INT = 0xFFFFFFFF


def hash_code(value: Any) -> int:
    """`Object.hashCode` of a JSON value as an unsigned 32-bit number: Integer, Long, BigInteger, Double, List, Map..."""
    if value is None:
        return 0
    if isinstance(value, bool):
        return 1231 if value else 1237
    if isinstance(value, str):
        code = 0
        for unit in memoryview(value.encode("utf-16-le", "surrogatepass")).cast("H"):
            code = (31 * code + unit) & _INT
        return code
    if isinstance(value, int):
        return _hash_integer(value)
    if isinstance(value, float):
        bits: int = struct.unpack("<Q", struct.pack("<d", value))[0]
        return (bits ^ bits >> 32) & _INT
    if isinstance(value, list):
        code = 1
        for item in value:
            code = (31 * code + hash_code(item)) & _INT
        return code
    code = 0
    for key, item in value.items():
        code += hash_code(key) ^ hash_code(item)
    return code & _INT


def _hash_integer(value: int) -> int:
    if -(1 << 31) <= value < 1 << 31:
        return value & _INT
    if -(1 << 63) <= value < 1 << 63:
        return (value ^ value >> 32) & _INT
    code, magnitude = 0, abs(value)
    for shift in range((magnitude.bit_length() - 1) // 32 * 32, -1, -32):
        code = (31 * code + (magnitude >> shift & _INT)) & _INT
    return code if value > 0 else -code & _INT


def distinct(items: list[Any]) -> list[Any]:
    """The different values of `items` in the order of a `HashSet` that grew with them; of equal ones the first.

    Numbers are as different as their Java types: 1 and 1.0 both stay. Bins of eight and more, which Java turns into
    trees, are not modelled.
    """
    bins: dict[int, list[Any]] = {}
    size = 0
    for item in items:
        known = bins.setdefault(hash_code(item), [])
        if not any(json_equal(item, other) for other in known):
            known.append(item)
            size += 1
    table = 16
    while size > table * 3 // 4:
        table *= 2
    # Iteration goes by table index; a stable sort keeps the order of arrival within one index.
    order = sorted(bins, key=lambda code: (code ^ code >> 16) & table - 1)
    return [item for code in order for item in bins[code]]


def random_double(seed: int) -> float:
    """`new java.util.Random(seed).nextDouble()`, at least 0.0 and less than 1.0."""
    state = (seed ^ 0x5DEECE66D) & (1 << 48) - 1
    state = (state * 0x5DEECE66D + 0xB) & (1 << 48) - 1
    high = state >> 22
    state = (state * 0x5DEECE66D + 0xB) & (1 << 48) - 1
    return float((high << 27) + (state >> 21)) * 2.0**-53
