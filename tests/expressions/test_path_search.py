"""Searches; most of what they find is in test_paths.py."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.errors import UnplacedError
from pytest_sfn.expressions.path_parser import parse_path
from pytest_sfn.expressions.path_search import make_search

DATA = {"a": [{"n": 1, "t": ["x"]}, {"n": 2, "t": []}, 3, [{"n": 4}]], "limit": 2}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$.a[*].n", [1, 2]),
        ("$..n", [1, 2, 4]),
        ("$.a[?(@.n >= $.limit)].n", [2]),
        ("$.a[?(@.t contains 'x')].n", [1]),
        ("$.a[?(@.t empty true)].n", [2]),
        ("$.a[?(@.n in [1, 4])].n", [1]),
        ("$.a[-1:]", [[{"n": 4}]]),
        ("$.limit[*]", []),
    ],
)
def test_search(text: str, found: list[Any]) -> None:
    assert make_search(parse_path(text).segments, text)(DATA) == found


def test_nothing_is_changed_and_nothing_copied() -> None:
    (first, *_) = make_search(parse_path("$.a[*]").segments, "$.a[*]")(DATA)
    assert first is DATA["a"][0]  # type: ignore[index]


def nested(depth: int) -> Any:
    value: Any = {"x": 1}
    for _ in range(depth):
        value = {"a": value}
    return value


MANY = {"big": [{"a": number} for number in range(3000)]}


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("$..a..a..a..a", nested(300)),
        ("$..*..a[*]..*", nested(300)),
        ("$..[?(@..a..a)]", nested(300)),
        ("$.big[?(@.a in $.big[*].a)]", MANY),
        ("$.big[?(@.a == 1 || $.big[?(@.a == -1)])]", MANY),
        ("$.big[*].a.b", {"big": [{"a": 1}] * 700_000}),
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
    assert make_search(parse_path("$[?(@.a in $[*].a)].a").segments, "")([{"a": n} for n in range(500)]) == list(range(500))
