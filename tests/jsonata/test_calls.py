"""Calls, partial applications and chains."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import jsonata
from pytest_sfn.jsonata import JsonataError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("function($x, $y){[$x, $y]}(1)", [1]),
        ("($f := $substring(?, 1, 1); $f('abc'))", "b"),
        ("(function($x, $y){$x - $y})(?, 1)(5)", 4),
        ("($up := $uppercase ~> $length; $up('abc'))", 3),
        ("'a' ~> $uppercase", "A"),
        ("'abc' ~> $substring(1)", "bc"),
        ("($f := function($n){$n <= 1 ? 1 : $n * $f($n - 1)}; $f(5))", 120),
        ("$count(a)[]", 2),
    ],
)
def test_value(text: str, expected: Any) -> None:
    assert jsonata.compile(text)({"a": [1, 2]}) == expected


@pytest.mark.parametrize(
    ("text", "code", "position", "token"),
    [
        ("sum(1)", "T1005", 4, "sum"),
        ("$x(1)", "T1006", 3, "x"),
        ("sum(?)", "T1007", 4, "sum"),
        ("$x(?)", "T1008", 3, "x"),
        ("1 ~> 2", "T2006", 4, None),
    ],
)
def test_refused(text: str, code: str, position: int, token: str | None) -> None:
    with pytest.raises(JsonataError) as caught:
        jsonata.compile(text)({"a": [1, 2]})
    assert (caught.value.code, caught.value.position, caught.value.token) == (code, position, token)
