"""Searches; most of what they find is in test_paths.py. Values and texts are those of JsonPath 2.0.0 (`tests/oracles`)."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.errors import UnplacedError
from pytest_sfn.expressions.path_parser import parse_path
from pytest_sfn.expressions.path_search import explain, make_search
from pytest_sfn.expressions.values import UNDEFINED

DATA: dict[str, Any] = {
    "a": [{"n": 1, "t": ["x"]}, {"n": 2, "t": []}, 3, [{"n": 4}]],
    "o": {"x": {"n": 1}, "y": {"n": 2}},
    "limit": 2,
    "nothing": None,
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$.a[*].n", [1, 2]),  # a wildcard over an array passes over what is missing
        ("$.o.*.n", [1, 2]),
        ("$.*.n", []),  # one over an object does not
        ("$.a[0:2].n", [1, 2]),
        ("$.a[0:3].n", []),
        ("$.a[0,9]", []),
        ("$.a[0:9].n", []),
        ("$..n", [1, 2, 4, 1, 2]),
        ("$.a[?(@.n >= $.limit)].n", [2]),
        ("$.a[?(@.n)].zz", []),
        ("$.a[-1:]", [[{"n": 4}]]),
        ("$.a[-2:-1]", []),
        ("$.limit[*]", []),
        ("$..[0].n", []),
        ("$.o..[?(@.n == 2)]", [{"n": 2}]),
        ("$....n", []),
        ("$..*.zz", []),
    ],
)
def test_search(text: str, found: list[Any]) -> None:
    assert make_search(parse_path(text).segments, text)(DATA) == found


def test_behind_a_scan_an_array_gives_each_of_its_items_to_the_next_step() -> None:
    data = {"l": [{"a": 1}, {"a": 2}]}
    for text in ("$..[0].a", "$..[5].a", "$..[1:].a"):
        assert make_search(parse_path(text).segments, text)(data) == [1, 2]
    assert make_search(parse_path("$..[0]").segments, "")(data) == [{"a": 1}]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("$['a','o'].n", "Multi properties can only be used as path leafs: $['a', 'o']"),
        ("$.*['x','y'].n", "Property ['x', 'y'] not found in path $['a']"),
        ("$.o['x','y'].n", "Multi properties can only be used as path leafs: $['o']['x', 'y']"),
        ("$.o..['x','y'].n", "Multi properties can only be used as path leafs: $['o']['x', 'y']"),
        ("$.a..['n','t'].n", "Multi properties can only be used as path leafs: $['a'][0]['n', 't']"),
        ("$.nothing[0]", "The path $['nothing'] is null"),
        ("$.limit[0].n", "Filter: [0]['n'] can only be applied to arrays. Current context is: 2"),
        ("$.limit[?(@.n)]", "Filter: [?] can not be applied to primitives. Current context is: 2"),
    ],
)
def test_explain(text: str, why: str) -> None:
    segments = parse_path(text).segments
    assert explain(segments, DATA) == why
    assert (make_search(segments, text)(DATA) is UNDEFINED) == ("Multi" in why or text in ("$.nothing[0]", "$.limit[0].n"))


def test_nothing_is_changed_and_nothing_copied() -> None:
    (first, *_) = make_search(parse_path("$.a[*]").segments, "$.a[*]")(DATA)
    assert first is DATA["a"][0]


def nested(depth: int) -> Any:
    value: Any = {"x": 1}
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("$..a..a..a..a", nested(300)),
        ("$..*..a[*]..*", nested(300)),
        ("$..[?(@.a.a)]..[?(@.a.a)]..[?(@.a.a)]", nested(300)),
        ("$[*][?(@.a == 1)]", [[{"a": 2}] * 1000] * 1000),
        ("$.big[*].a.b", {"big": [{"a": 1}] * 700_000}),
        ("$.big[0,0,0][0,0,0]" + "[0,0,0]" * 12, {"big": [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}),
    ],
)
def test_a_path_that_takes_too_much_is_an_error_of_the_test(text: str, data: Any) -> None:
    with pytest.raises(UnplacedError) as caught:
        make_search(parse_path(text).segments, text)(data)
    assert str(caught.value) == (
        f"the path {text!r} takes more than 1,000,000 steps\n"
        "  fix  name more of the way to the value ($.a.b instead of $..b), or give the test less data"
    )


def test_honest_paths_have_room() -> None:
    assert len(make_search(parse_path("$..a..a").segments, "")(nested(300))) == 300 * 299 // 2
    assert len(make_search(parse_path("$.big[*]").segments, "")({"big": [1] * 1_000_000})) == 1_000_000
    assert len(make_search(parse_path("$[?(@.a >= 0)].a").segments, "")([{"a": 1}] * 100_000)) == 100_000
