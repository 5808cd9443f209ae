"""Values: what is equal, what is true, how numbers are spelled."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn.jsonata.budget import Budget, Limits
from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.values import (
    UNDEFINED,
    Kept,
    Sequence,
    as_double,
    collapsed,
    equal,
    is_number,
    less,
    number,
    truthy,
    type_name,
    units,
    whole,
)

RUN = Budget(Limits())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.0, 3),
        (0.5, 0.5),
        (2.0**60, 1152921504606847000),
        (1e21, 1e21),
        (10**400, math.inf),
        (-(10**400), -math.inf),
        (-0.0, 0),
    ],
)
def test_number(value: float, expected: float) -> None:
    found = number(value)
    assert (found, type(found)) == (expected, type(expected))


def test_numbers_fit_to_calculate_with() -> None:
    assert is_number(1)
    assert is_number(1.5)
    assert not is_number(True)
    assert not is_number(math.nan)
    assert not is_number("1")
    assert as_double(10**400) == math.inf
    with pytest.raises(JsonataError):
        is_number(math.inf)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (1, 1.0, True),
        (True, 1, False),
        ({"a": [1], "b": 2}, {"b": 2, "a": [1.0]}, True),
        ([1], [1, 2], False),
        (None, UNDEFINED, False),
    ],
)
def test_equal(a: Any, b: Any, expected: bool) -> None:
    assert equal(a, b, RUN) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, False),
        (1, True),
        ("", False),
        ("0", True),
        ([], False),
        ([0, [1]], True),
        ({}, False),
        (None, False),
        (UNDEFINED, False),
        (math.nan, False),
    ],
)
def test_truthy(value: Any, expected: bool) -> None:
    assert truthy(value, RUN) is expected


def test_texts_compare_by_their_units() -> None:
    assert less("a", "b", RUN)
    assert less("😀", "\uffee", RUN)


def test_halves_of_characters() -> None:
    assert units("a😀") == "a\ud83d\ude00"
    assert whole("a\ud83d\ude00") == "a😀"
    assert whole("\ude00\ud83d") == "\ude00\ud83d"
    assert units("é") == "é"


@given(st.text())
def test_units_and_back(text: str) -> None:
    assert whole(units(text)) == text
    assert len(units(text)) == len(text.encode("utf-16-le")) // 2


def test_sequences_collapse() -> None:
    assert collapsed(Sequence()) is UNDEFINED
    assert collapsed(Sequence([1])) == 1
    assert collapsed(Kept([1])) == [1]
    assert collapsed([1]) == [1]


def test_type_names() -> None:
    assert [type_name(value) for value in (None, True, 1, "", [], {})] == [
        "null",
        "boolean",
        "number",
        "string",
        "array",
        "object",
    ]
