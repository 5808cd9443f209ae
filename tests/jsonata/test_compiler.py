"""Nodes and functions."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import jsonata
from pytest_sfn.jsonata import UNDEFINED, JsonataError

DATA: Any = {"a": [1, 2]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("($x := 1; ($x := 2); $x)", 1),
        ("a ? 'some'", "some"),
        ("nothing ? 1", UNDEFINED),
        ("()", UNDEFINED),
        ("-a[0]", -1),
        ("[a, [a], 3]", [1, 2, [1, 2], 3]),
        ("$map(a, function($v, $i){$v * $i})", [0, 2]),
        ("(a[0])[]", 1),
    ],
)
def test_value(text: str, expected: Any) -> None:
    assert jsonata.compile(text)(DATA) == expected


@pytest.mark.parametrize(
    ("text", "code", "position", "token"),
    [
        ("-'a'", "D1002", 1, "-"),
    ],
)
def test_refused(text: str, code: str, position: int, token: str | None) -> None:
    with pytest.raises(JsonataError) as caught:
        jsonata.compile(text)(DATA)
    assert (caught.value.code, caught.value.position, caught.value.token) == (code, position, token)
