"""Steps over values, lists and sequences; the values of whole paths are in tests/jsonata_suite."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import jsonata
from pytest_sfn.jsonata import UNDEFINED, JsonataError

DATA = {
    "one": [{"x": 1}],
    "list": [1, 2],
    "single": [1],
    "nested": [[1], [2, 3]],
    "empty": [],
    "text": "ab",
    "people": [{"n": "b", "a": 2}, {"n": "a", "a": 1}, {"n": "c"}, {"n": "a", "a": 3}],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one.x", 1),
        ("one[].x", [1]),
        ("one^(x)", {"x": 1}),
        ("single", [1]),
        ("single.$", 1),
        ("nested", [[1], [2, 3]]),
        ("nested.$", [1, 2, 3]),
        ("nested[1]", [2, 3]),
        ("empty", []),
        ("empty.x", UNDEFINED),
        ("list[-1]", 2),
        ("list[[0, 1]]", [1, 2]),
        ("list[$ > 5]", UNDEFINED),
        ("nothing[true]", UNDEFINED),
        ("[text, list].$", ["ab", 1, 2]),
        ("list.[$, 0]", [[1, 0], [2, 0]]),
        ("people^(n, >a).a", [3, 1, 2]),
        ("people^(a).n", ["a", "b", "a", "c"]),
        ("people{n: $sum(a)}", {"b": 2, "a": 4}),
        ("people.toString[0].n", UNDEFINED),
        ("*[0]", {"x": 1}),
        ("nothing.*[{'k': 1, 'k': 2}]", UNDEFINED),
    ],
)
def test_value(text: str, expected: Any) -> None:
    assert jsonata.compile(text)(DATA) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [("people^(n = 'a')", "T2008"), ("[1, 'a']^($)", "T2007"), ("people{a: 1}", "T1003"), ("{'a': 1, 'a': 2}", "D1009")],
)
def test_refused(text: str, code: str) -> None:
    with pytest.raises(JsonataError) as caught:
        jsonata.compile(text)(DATA)
    assert caught.value.code == code


def test_a_whole_list_as_input() -> None:
    assert jsonata.compile("$")([1, 2]) == [1, 2]
    assert jsonata.compile("$[0]")([1, 2]) == 1
    assert jsonata.compile("x")([{"x": 1}, {"x": [2, 3]}]) == [1, 2, 3]
    assert jsonata.compile("$count($)")([[1], [2]]) == 2


TREE: Any = {"a": 1, "b": {"c": [1, [2]], "d": None}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", [1, {"c": [1, [2]], "d": None}]),
        ("b.*", [1, 2, None]),
        ("b.*[0]", 1),
        ("a.*", UNDEFINED),
        ("**.c", [1, [2]]),
        ("$count(**)", 6),
        ("nothing.**", UNDEFINED),
    ],
)
def test_wildcards(text: str, expected: Any) -> None:
    assert jsonata.compile(text)(TREE) == expected
