"""The grammar of paths; what they find is in test_paths.py."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.expressions.env import ExpressionSyntaxError
from pytest_sfn.expressions.path_parser import Filter, FromEnd, Index, Name, Names, Slices, Wildcard, parse_path


@pytest.mark.parametrize(
    ("text", "root", "segments"),
    [
        ("$", "$", ()),
        ("$$.Map.Item", "$$", (Name("Map"), Name("Item"))),
        ("$order.id", "order", (Name("id"),)),
        ("$.a-b.ü", "$", (Name("a-b"), Name("ü"))),
        ("$['a.b'].['c']", "$", (Name("a.b"), Name("c"))),
        ("$['a','b']", "$", (Names(("a", "b")),)),
        ("$[1][-1]", "$", (Index(1), Index(-1))),
        ("$[(@.length-1)]", "$", (FromEnd(1),)),
        ("$[0,2]", "$", (Slices((0, 2)),)),
        ("$[1:3]", "$", (Slices((slice(1, 3),)),)),
        ("$.*[*]", "$", (Wildcard(), Wildcard())),
        ("$..a", "$", (Name("a", descends=True),)),
    ],
)
def test_segments(text: str, root: str, segments: tuple[Any, ...]) -> None:
    parsed = parse_path(text)
    assert (parsed.root, tuple(parsed.segments)) == (root, segments)


def test_filter_is_a_segment() -> None:
    (segment,) = parse_path("$[?(@.a > 1 && !(@.b == 'x'))]").segments
    assert isinstance(segment, Filter)


@pytest.mark.parametrize("text", ["", "a", "$.", "$[", "$['a]", "$[?(@.a > )]", "$.a b"])
def test_text_that_is_no_path(text: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse_path(text)
    assert caught.value.column is not None
