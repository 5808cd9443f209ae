"""`|pattern|update, delete|`."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import jsonata
from pytest_sfn.jsonata import UNDEFINED, JsonataError

DATA: Any = {"a": {"b": 1}, "l": [{"x": 1}, {"x": 2}]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$ ~> |a|{'c': 2}|", {"a": {"b": 1, "c": 2}, "l": [{"x": 1}, {"x": 2}]}),
        ("$.l ~> |$|{'y': x * 2}, 'x'|", [{"y": 2}, {"y": 4}]),
        ("$ ~> |l|{}, ['x']|", {"a": {"b": 1}, "l": [{}, {}]}),
        ("nothing ~> |a|{}|", UNDEFINED),
        ("a ~> |b|{'n': 1}|", {"b": 1}),
        ("a ~> |$$.a|{'n': 1}|", {"b": 1}),
    ],
)
def test_value(text: str, expected: Any) -> None:
    assert jsonata.compile(text)(DATA) == expected


@pytest.mark.parametrize(
    ("text", "code", "position", "token"),
    [
        ("$ ~> |a|1|", "T2011", 9, None),
        ("$ ~> |a|{}, 1|", "T2012", 13, None),
        ("1 ~> |a|{}|", "T0410", None, None),
        ("($clone := 1; $ ~> |a|{}|)", "T2013", 20, None),
    ],
)
def test_refused(text: str, code: str, position: int, token: str | None) -> None:
    with pytest.raises(JsonataError) as caught:
        jsonata.compile(text)(DATA)
    assert (caught.value.code, caught.value.position, caught.value.token) == (code, position, token)
