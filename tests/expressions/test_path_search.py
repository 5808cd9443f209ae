"""Searches; most of what they find is in test_paths.py."""

from __future__ import annotations

from typing import Any

import pytest

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
    assert make_search(parse_path(text).segments)(DATA) == found


def test_nothing_is_changed_and_nothing_copied() -> None:
    (first, *_) = make_search(parse_path("$.a[*]").segments)(DATA)
    assert first is DATA["a"][0]  # type: ignore[index]
