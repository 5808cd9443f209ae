"""`$eval`."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import jsonata
from pytest_sfn.jsonata import UNDEFINED, JsonataError

DATA: Any = {"a": {"b": 2}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$eval('1 + 1')", 2),
        ("$eval('a.b')", 2),
        ("$eval('b', a)", 2),
        ("($x := 3; $eval('$x * 2'))", 6),
        ("$eval('$', [1, 2])", [1, 2]),
        ("$eval(nothing)", UNDEFINED),
        ("$map(['1', '2'], $eval)", [1, 2]),
    ],
)
def test_value(text: str, expected: Any) -> None:
    assert jsonata.compile(text)(DATA) == expected


@pytest.mark.parametrize(
    ("text", "code", "position", "token"),
    [
        ("$eval('1 +')", "D3120", 6, "eval"),
        ("$eval('1 + \"a\"')", "D3121", 6, "eval"),
    ],
)
def test_refused(text: str, code: str, position: int, token: str | None) -> None:
    with pytest.raises(JsonataError) as caught:
        jsonata.compile(text)(DATA)
    assert (caught.value.code, caught.value.position, caught.value.token) == (code, position, token)
