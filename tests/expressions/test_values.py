"""JSON values at the border: what enters, what leaves, how large it is, how it is spelled."""

from __future__ import annotations

import copy
import enum
import math
import pickle
from collections import OrderedDict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.values import (
    DEPTH_LIMIT,
    UNDEFINED,
    NumberText,
    _measure_shared,
    admit,
    bounds,
    dumps,
    dumps_spaced,
    held,
    is_number,
    json_equal,
    json_type,
    loads,
    measure,
    release,
    utf8_size,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)


@given(JSON)
def test_what_enters_is_an_equal_copy_within_its_bounds(value: Any) -> None:
    copied, size, depth = admit(value)
    assert json_equal(copied, value)
    assert measure(copied) == (utf8_size(dumps(copied)), depth)
    assert size >= measure(copied)[0]
    assert all(bound >= exact for bound, exact in zip(bounds(copied), measure(copied), strict=True))
    assert json_equal(loads(dumps(copied)), value)
    assert copied is not value or not isinstance(value, (dict, list))


@pytest.mark.parametrize(
    ("value", "text", "path"),
    [
        ({1: 2}, "$ has the key 1; JSON keys are strings", "$"),
        ({"a": [math.nan]}, "$.a[0] is nan, which JSON does not have", "$.a[0]"),
        ({"a b": math.inf}, "$['a b'] is inf, which JSON does not have", "$['a b']"),
        ((1,), "$ is a tuple, which JSON does not have; use a list", "$"),
        (Decimal(1), "$ is a Decimal, which JSON does not have; use int or float", "$"),
        (object(), "$ is an object, which JSON does not have; use dict, list, str, int, float, bool or None", "$"),
        ([10**4400], "$[0] is an integer of more than 4,300 digits", "$[0]"),
    ],
)
def test_what_does_not_enter(value: Any, text: str, path: str) -> None:
    with pytest.raises(JsonValueError) as caught:
        admit(value)
    assert (str(caught.value), caught.value.path) == (text, path)


def test_nesting_has_an_end() -> None:
    with pytest.raises(JsonValueError, match=f"is nested deeper than {DEPTH_LIMIT} levels, or contains itself"):
        admit(CIRCLE)
    assert measure(CIRCLE)[1] > DEPTH_LIMIT
    assert bounds(CIRCLE)[1] > DEPTH_LIMIT


@pytest.mark.parametrize(
    "value", ["\x01" * 9, [False] * 9, {"\x01": None}, -(10**30), 2**31, -1.7976931348623157e308, [[[]]], {}, [{}], "\ud800"]
)
def test_bounds_hold_for_what_json_writes_longest(value: Any) -> None:
    assert all(bound >= exact for bound, exact in zip(bounds(value), measure(value), strict=True))


def test_the_bound_of_a_large_flat_value_is_below_the_limit_of_nesting() -> None:
    assert bounds({"texts": ["some text"] * 1000})[1] < DEPTH_LIMIT


def test_bounds_of_spelled_numbers_are_exact() -> None:
    assert bounds([loads("1.10")]) == (6, 1)


def test_subclasses_become_plain() -> None:
    class Colour(enum.StrEnum):
        RED = "red"

    copied = admit(OrderedDict({Colour.RED: [Colour.RED, enum.IntEnum("Size", "BIG").BIG]}))[0]  # type: ignore[attr-defined]
    assert copied == {"red": ["red", 1]}
    assert [type(item) for item in (copied, *copied, *copied["red"])] == [dict, str, str, int]


def test_release_gives_what_may_be_changed() -> None:
    value = {"a": [{"b": 1}]}
    copied = release(value)
    copied["a"][0]["b"] = 2
    assert value == {"a": [{"b": 1}]}


@pytest.mark.parametrize("text", ["1", "1.0", "1.10", "1e5", "-0", "1E400", "1000000000000000000000000"])
def test_numbers_keep_their_spelling(text: str) -> None:
    value = loads(f"[{text}]")
    assert dumps(value) == f"[{text}]"
    assert dumps(pickle.loads(pickle.dumps(value))) == dumps(copy.deepcopy(value)) == f"[{text}]"


def test_spelling_is_of_no_account_when_values_are_compared() -> None:
    assert json_equal(loads("[1.0, 1.10]"), [1, 1.1])
    assert loads("1.10") == NumberText("1.1")


@pytest.mark.parametrize("text", ["", "{", "[NaN]", "[1,]", "[" * 100_000, f"[{'1' * 5000}]"], ids=range(6))
def test_text_that_is_no_json(text: str) -> None:
    with pytest.raises(JsonValueError):
        loads(text)


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (1, 1.0, True),
        (True, 1, False),
        (None, False, False),
        ({"a": 1, "b": [2]}, {"b": [2], "a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([1, 2], [2, 1], False),
        ([], {}, False),
        ("1", 1, False),
    ],
)
def test_equal(a: Any, b: Any, equal: bool) -> None:
    assert json_equal(a, b) is json_equal(b, a) is equal


def test_types() -> None:
    assert [json_type(value) for value in (None, True, 1, 1.5, "", [], {})] == [
        "null", "boolean", "number", "number", "string", "array", "object",
    ]  # fmt: skip
    assert [is_number(value) for value in (1, 1.5, True, "1")] == [True, True, False, False]


def test_writing() -> None:
    value: Any = {"ä": [1, "\ud800\n"], "b": {}}
    assert dumps(value) == '{"ä":[1,"\ud800\\n"],"b":{}}'
    assert dumps_spaced(value) == '{"ä": [1, "\ud800\\n"], "b": {}}'
    assert utf8_size(dumps(value)) == len('{"..":[1,"...\\n"],"b":{}}')


def test_text_that_arrived_is_passed_through() -> None:
    inner = [1, 2]
    assert dumps({"a": inner, "b": [1, 2]}, {id(inner): (inner, "[1,  2]")}) == '{"a":[1,  2],"b":[1,2]}'


def test_nothing_is_not_null() -> None:
    assert UNDEFINED is not None
    assert not UNDEFINED
    assert repr(UNDEFINED) == "UNDEFINED"


@given(JSON, st.integers(1, 4))
def test_what_many_places_share_is_measured_as_if_it_were_written(value: Any, copies: int) -> None:
    shared = {"a": [value] * copies, "b": {"c": value, "long": "x" * 200, "again": ["x" * 200, "é" * 150]}}
    assert _measure_shared(shared) == measure(shared) == (utf8_size(dumps(shared)), measure(shared)[1])


def test_a_value_that_nobody_could_write_is_measured() -> None:
    value: Any = ["text"]
    for _ in range(60):
        value = {"a": value, "b": value}
    size, depth = measure(value)
    assert (size, depth) == (2**60 * 8 + (2**60 - 1) * 11, 61)
    assert measure([value] * 100_000)[1] == 62
    assert measure(["x" * 1_000_000] * 1000) == (1000 * 1_000_003 + 1, 1)
    for _ in range(DEPTH_LIMIT):
        value = [value]
    assert measure(value) == (0, DEPTH_LIMIT + 1)


def test_what_values_hold_together() -> None:
    text = "x" * 1000
    assert held([text, [text], {"a": text}]) == 1005 + 6 + 7
    assert held([1, None, [1, 2]]) == 5 + 5 + 7 + 10
