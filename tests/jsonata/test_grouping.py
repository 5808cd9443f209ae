"""Sorting and grouping."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import jsonata
from pytest_sfn.jsonata import JsonataError

DATA: Any = {"p": [{"n": "b", "a": 2}, {"n": "a", "a": 1}, {"n": "b", "a": 3}], "one": [{"n": "x"}]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p{n: a}", {"b": [2, 3], "a": 1}),
        ("p{n: $count($)}", {"b": 2, "a": 1}),
        ("{'k': p.a, 'none': nothing}", {"k": [2, 1, 3]}),
        ("p^(n, >a).a", [1, 3, 2]),
        ("p^(missing).a", [2, 1, 3]),
        ("one^(n)", {"n": "x"}),
        ("nothing{'a': 1}", {"a": 1}),
        ("p[n='z']{n: a}", {}),
    ],
)
def test_value(text: str, expected: Any) -> None:
    assert jsonata.compile(text)(DATA) == expected


@pytest.mark.parametrize(
    ("text", "code", "position", "token"),
    [
        ("p{a: n}", "T1003", 2, None),
        ("p^(n = 'a')", "T2008", 2, None),
        ("[1, 'a']^($)", "T2007", 9, None),
        ("{'a': 1, 'a': 2}", "D1009", 1, None),
    ],
)
def test_refused(text: str, code: str, position: int, token: str | None) -> None:
    with pytest.raises(JsonataError) as caught:
        jsonata.compile(text)(DATA)
    assert (caught.value.code, caught.value.position, caught.value.token) == (code, position, token)
