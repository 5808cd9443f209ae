"""How definite segments are read."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.expressions.path_parser import FromEnd, Index, Name, Names, Segment
from pytest_sfn.expressions.path_readers import make_reader
from pytest_sfn.expressions.values import UNDEFINED

DATA: dict[str, Any] = {"a": {"b": {"c": {"d": 1}}, "null": None}, "list": [0, {"x": 1}]}


@pytest.mark.parametrize(
    ("segments", "found"),
    [
        ([], DATA),
        ([Name("a"), Name("null")], None),
        ([Name("a"), Name("b"), Name("c")], {"d": 1}),
        ([Name("a"), Name("b"), Name("c"), Name("d")], 1),
        ([Name("list"), Index(1), Name("x")], 1),
        ([Name("list"), FromEnd(2)], 0),
        ([Name("a"), Names(("null", "no"))], {"null": None}),
    ],
)
def test_what_is_there(segments: list[Segment], found: Any) -> None:
    assert make_reader(segments)(DATA) == found


@pytest.mark.parametrize(
    "segments",
    [
        [Name("no")],
        [Name("list"), Name("no")],
        [Name("a"), Name("null"), Name("no")],
        [Name("a"), Name("b"), Name("c"), Name("d"), Name("no")],
        [Name("list"), Index(2)],
        [Name("list"), Index(-1)],
        [Name("a"), Index(0)],
        [Name("list"), FromEnd(0)],
        [Name("list"), Names(("x",))],
    ],
)
def test_what_is_not_there(segments: list[Segment]) -> None:
    assert make_reader(segments)(DATA) is UNDEFINED
