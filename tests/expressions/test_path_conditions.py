"""Comparisons in filters, as JsonPath 2.0.0 has them (`tests/oracles`)."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.errors import StateError
from pytest_sfn.expressions import path_conditions
from pytest_sfn.expressions.paths import compile_path

ROWS: list[dict[str, Any]] = [
    {"id": 0, "a": 1, "b": 2, "s": "x"},
    {"id": 1, "a": "1", "s": "true"},
    {"id": 2, "a": None},
    {"id": 3, "a": True, "s": "a'b"},
    {"id": 4, "a": False},
    {"id": 5, "a": [1]},
    {"id": 6, "a": {"x": 1}},
    {"id": 7, "s": "null"},
    {"id": 8, "a": 1.0},
    {"id": 9, "a": 10**22 + 1},
]
FAILS: list[int] = []
"""The release ends with an error, which gives no items at all."""


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ("@.a", [0, 1, 3, 4, 5, 6, 8, 9]),  # null is as if it were not there
        ("!@.a", [2, 7]),
        ("$.zz", []),
        ("@", [*range(10)]),
        ("@.a == 1", [0, 1, 4, 8]),  # '1' is false for a boolean
        ("@.a == 1.00", [0, 4, 8]),
        ("@.a == '1'", [0, 1, 4, 8]),
        ("'1' == @.a", [1]),  # only what stands on the right is converted
        ("1 == @.a", [1]),
        ("@.a != 1", [2, 3, 9]),
        ("@.a < 2", [0, 1, 8]),
        ("@.a > null", [0, 1, 3, 4, 5, 6, 8, 9]),
        ("@.a < null", []),
        ("@.a == null", [2]),
        ("@.s == null", [7]),
        ("@.a == true", FAILS),  # true is no number
        ("@.a == [1]", FAILS),
        ("@.a ==", FAILS),
        ("@.s == 'a\\'b'", [3]),
        ("@.s == x", [0]),  # published without quotes
        ('@.s == "x"', []),
        ("@.zz != 1", []),
        ("@.zz == @.zz", []),
        ("@.a == @.a", [0, 1, 2, 3, 4, 5, 6, 8, 9]),
        ("@.a == @", []),
        ("@.a < @.b", [0]),
        ("10 < 9", [*range(10)]),  # both are texts
        ("@.s =~ /x/", [0]),
        ("@.s =~ /X/i", [0]),
        ("/x/ =~ @.s", [0]),
        ("@.a =~ /1/", [0, 1]),
        ("@.s =~ 'x'", FAILS),
        ("@.a[0] == 1", FAILS),
        ("@.a.x", [6]),
        ("@['a','b']", [0]),  # all of them have to be there
        ("@.a == 'q' && @.b == 3", []),  # the last one is asked first, and that is enough
        ("@.b == 3 && @.a == 'q'", FAILS),
        ("@.a && @.b || @.s", [0, 1, 3]),
        ("(@.b == 9 || @.b == 2) && @.s", [0]),
        ("(@.s && @.b) || @.a", [0, 1, 3]),
    ],
)
def test_condition(condition: str, ids: list[int]) -> None:
    assert compile_path(f"$.rows[?({condition})].id").read({"rows": ROWS}) == ids


def test_booleans_and_texts() -> None:
    rows = [{"t": True}, {"t": False}, {"t": "true"}]
    assert compile_path("$[?(@.t == true)]").read(rows) == [rows[0], rows[2]]
    assert compile_path("$[?(@.t != 'TRUE')]").read(rows) == [rows[1], rows[2]]
    assert compile_path("$[?(@.t > false)]").read(rows) == [rows[0], rows[2]]


def test_an_object_is_kept_or_dropped_as_a_whole() -> None:
    assert compile_path("$[?(@.a == 1)]").read({"a": 1}) == [{"a": 1}]
    assert compile_path("$[?(@.a == 2)]").read({"a": 1}) == []
    assert compile_path("$[?(@ > 5)]").read([1, 9]) == [9]


def test_texts_are_compared_by_their_utf_16_units() -> None:
    assert compile_path("$[?(@ > '\ue000')]").read(["\U0001f600", "\uffff"]) == ["\uffff"]


def test_a_hostile_regular_expression_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(path_conditions, "REGEX_SECONDS", 0.05)
    path = compile_path("$[?(@.x =~ /(a|aa)+b/)]")
    assert path.read([{"x": "aaab"}]) == [{"x": "aaab"}]
    with pytest.raises(StateError) as failure:
        path.read([{"x": "a" * 80}])
    assert (failure.value.error, failure.value.cause) == (
        "States.Runtime",
        "The regular expression /(a|aa)+b/ needed more than 0.05 s for a string",
    )
