"""Nodes, calls and functions."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import jsonata
from pytest_sfn.jsonata import UNDEFINED, JsonataError

DATA: Any = {"a": [1, 2]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("function($x, $y){[$x, $y]}(1)", [1]),
        ("($f := $substring(?, 1, 1); $f('abc'))", "b"),
        ("(function($x, $y){$x - $y})(?, 1)(5)", 4),
        ("($up := $uppercase ~> $length; $up('abc'))", 3),
        ("'a' ~> $uppercase", "A"),
        ("'abc' ~> $substring(1)", "bc"),
        ("($x := 1; ($x := 2); $x)", 1),
        ("a ? 'some'", "some"),
        ("nothing ? 1", UNDEFINED),
        ("()", UNDEFINED),
        ("-a[0]", -1),
        ("[a, [a], 3]", [1, 2, [1, 2], 3]),
        ("$map(a, function($v, $i){$v * $i})", [0, 2]),
        ("($f := function($n){$n <= 1 ? 1 : $n * $f($n - 1)}; $f(5))", 120),
        ("$count(a)[]", 2),
        ("(a[0])[]", 1),
    ],
)
def test_value(text: str, expected: Any) -> None:
    assert jsonata.compile(text)(DATA) == expected


@pytest.mark.parametrize(
    ("text", "code", "position", "token"),
    [
        ("sum(1)", "T1005", 4, "sum"),
        ("$x(1)", "T1006", 3, "x"),
        ("sum(?)", "T1007", 4, "sum"),
        ("$x(?)", "T1008", 3, "x"),
        ("1 ~> 2", "T2006", 4, None),
        ("-'a'", "D1002", 1, "-"),
    ],
)
def test_refused(text: str, code: str, position: int, token: str | None) -> None:
    with pytest.raises(JsonataError) as caught:
        jsonata.compile(text)(DATA)
    assert (caught.value.code, caught.value.position, caught.value.token) == (code, position, token)
