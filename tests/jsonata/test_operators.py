"""The operators between two operands."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import jsonata
from pytest_sfn.jsonata import UNDEFINED, JsonataError

DATA: Any = {"a": 5, "t": "x", "l": [1, "x"], "huge": 10**400}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + 1.5", 6.5),
        ("a - 2", 3),
        ("a * 2.5", 12.5),
        ("a / 2", 2.5),
        ("7 % 3", 1),
        ("-7 % 3", -1),
        ("a = 5.0", True),
        ("t = 'x'", True),
        ("a != t", True),
        ("a < 6", True),
        ("a >= 5", True),
        ("'b' <= 'a'", False),
        ("nothing + 1", UNDEFINED),
        ("nothing < 1", UNDEFINED),
        ("nothing = nothing", False),
        ("'a' & 1 & nothing & true & null", "a1truenull"),
        ("'x' in l", True),
        ("1 in 1", True),
        ("nothing in l", False),
        ("[1..3]", [1, 2, 3]),
        ("[3..1]", []),
        ("a > 1 and nothing", False),
        ("nothing or t", True),
        ("false and $error('no')", False),
        ("9007199254740992 + 1", 9007199254740992),
        ("9007199254740995 - 9007199254740000", 996),
        ("9007199254740993 > 9007199254740992", False),
        ("huge * 1.5 > huge", False),
        ("huge >= 1.5", True),
        ("0.5 * 4", 2),
    ],
)
def test_value(text: str, expected: Any) -> None:
    assert jsonata.compile(text)(DATA) == expected


@pytest.mark.parametrize(
    ("text", "code", "position", "token"),
    [
        ("t + 1", "T2001", 3, "+"),
        ("1 * t", "T2002", 3, "*"),
        ("a < t", "T2009", 3, "<"),
        ("l > 1", "T2010", 3, ">"),
        ("[1.5..2]", "T2003", 6, ".."),
        ("[1..t]", "T2004", 4, ".."),
        ("[1..100000000]", "D2014", 4, ".."),
    ],
)
def test_refused(text: str, code: str, position: int, token: str | None) -> None:
    with pytest.raises(JsonataError) as caught:
        jsonata.compile(text)(DATA)
    assert (caught.value.code, caught.value.position, caught.value.token) == (code, position, token)
