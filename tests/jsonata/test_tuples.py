"""Paths that bind variables to their steps."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import jsonata
from pytest_sfn.jsonata import UNDEFINED

DATA: Any = {"o": [{"id": 1, "l": [{"s": "a"}, {"s": "b"}]}, {"id": 2, "l": [{"s": "a"}]}], "n": ["x", "y"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("o#$i.{'i': $i, 'id': id}", [{"i": 0, "id": 1}, {"i": 1, "id": 2}]),
        ("o.l#$i.(s & $i)", ["a0", "b1", "a0"]),
        ("n#$i[$i = 1]", "y"),
        ("n[$ = 'y']#$i.($ & $i)", "y0"),
        ("o@$o.n@$n.($o.id & $n)", ["1x", "1y", "2x", "2y"]),
        ("o.l.{'id': %.id, 's': s}", [{"id": 1, "s": "a"}, {"id": 1, "s": "b"}, {"id": 2, "s": "a"}]),
        ("o.l.s.%.%.id", [1, 1, 2]),
        ("(o.l)[%.id = 2].s", "a"),
        ("o.l^(%.id, >s).s", ["b", "a", "a"]),
        ("n^(>$)#$i.($ & $i)", ["y0", "x1"]),
        ("o#$i[1].id", 2),
        ("nothing#$i.x", UNDEFINED),
    ],
)
def test_value(text: str, expected: Any) -> None:
    assert jsonata.compile(text)(DATA) == expected
