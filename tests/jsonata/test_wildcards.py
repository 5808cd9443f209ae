"""`*` and `**`."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import jsonata
from pytest_sfn.jsonata import UNDEFINED

DATA: Any = {"a": 1, "b": {"c": [1, [2]], "d": None}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", [1, {"c": [1, [2]], "d": None}]),
        ("b.*", [1, 2, None]),
        ("b.*[0]", 1),
        ("a.*", UNDEFINED),
        ("**.c", [1, [2]]),
        ("$count(**)", 6),
        ("nothing.**", UNDEFINED),
    ],
)
def test_value(text: str, expected: Any) -> None:
    assert jsonata.compile(text)(DATA) == expected
