"""Java's texts, hash codes and random numbers; the expected values are those of the Java documentation's formulas."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.expressions import java
from pytest_sfn.expressions.values import DEPTH_LIMIT, loads


@pytest.mark.parametrize(
    ("json", "text"),
    [
        ('"a \\"b\\""', 'a "b"'),
        ("null", "null"),
        ("[true,false]", "[true, false]"),
        ('{"a":1.10,"b":{"c":[]},"d":"x"}', "{a=1.10, b={c=[]}, d=x}"),
        ("[[],{}]", "[[], {}]"),
    ],
)
def test_text(json: str, text: str) -> None:
    assert java.text(loads(json)) == text


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, 0),
        (True, 1231),
        (False, 1237),
        ("", 0),
        ("hello", 99162322),
        ("😀", 1772899),
        (-1, 0xFFFFFFFF),
        (1 << 40, 1 << 8),
        (-(1 << 40), 0xFFFFFF00),
        (1 << 64, 31 * 31),
        (1.0, 0x3FF00000),
        (-1.5, 0xBFF80000),
        ([], 1),
        ([1, 2], 994),
        ({"a": 1, "b": 2}, (97 ^ 1) + (98 ^ 2)),
    ],
)
def test_hash_code(value: Any, code: int) -> None:
    assert java.hash_code(value) == code


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([True, False, True], [False, True]),  # reported from AWS
        ([[1, 2], [1, 2], [2, 1]], [[2, 1], [1, 2]]),  # reported from AWS
        ([None, None, 1, None], [None, 1]),
        ([1, "1", 1, "01"], [1, "1", "01"]),
        ([1, 1.0], [1.0, 1]),
        ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], [{"a": 1, "b": 2}]),
        ([17, 1], [17, 1]),  # one bin of sixteen, in order of arrival
        ([*range(12, 0, -1), 17], [*range(1, 13), 17]),  # the thirteenth doubles the table
        ([{"a": 1}, {"a": True}], [{"a": 1}, {"a": True}]),
    ],
)
def test_distinct(items: list[Any], expected: list[Any]) -> None:
    assert repr(java.distinct(items)) == repr(expected)


def test_random_double() -> None:
    assert java.random_double(42) == 0.7275636800328681  # reported from AWS's JSONata $random(42)
    assert java.random_double(0) == 0.730967787376657
    assert 0 <= java.random_double(-(1 << 70)) < 1


def test_deepest_value() -> None:
    deep: Any = []
    for _ in range(DEPTH_LIMIT - 1):
        deep = [deep]
    assert len(java.text(deep)) == 2 * DEPTH_LIMIT
    assert java.distinct([deep]) == [deep]
