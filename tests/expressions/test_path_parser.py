"""The grammar of paths; what they find is in test_paths.py."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.expressions.env import ExpressionSyntaxError
from pytest_sfn.expressions.path_parser import (
    SEGMENT_LIMIT,
    Comparison,
    Filter,
    FromEnd,
    Index,
    Junction,
    Name,
    Names,
    Query,
    Regex,
    Scan,
    Slice,
    Union,
    Wildcard,
    is_definite,
    parse_path,
)


@pytest.mark.parametrize(
    ("text", "root", "segments"),
    [
        ("$", "$", ()),
        ("$$.Map.Item", "$$", (Name("Map"), Name("Item"))),
        ("$order.id", "order", (Name("id"),)),
        ("$.a-b.ü", "$", (Name("a-b"), Name("ü"))),
        ("$['a.b'].['c']", "$", (Name("a.b"), Name("c"))),
        ("$['a','b']", "$", (Names(("a", "b")),)),
        ("$[ 'a' , 'b' ]", "$", (Names(("a", "b")),)),
        ("$['a''b']", "$", (Names(("a", "b")),)),
        ("$['it\\'s']", "$", (Name("it\\"),)),
        ("$.a'b", "$", (Name("a"),)),
        ("$.a]", "$", (Names(()),)),
        ("$.a/b+c,d", "$", (Name("a/b+c,d"),)),
        ("$['a']b", "$", (Name("a"), Name("b"))),
        ("$[1][-1]", "$", (Index(1), Index(-1))),
        ("$[ 1 ]", "$", (Index(1),)),
        ("$[1 2]", "$", (Index(12),)),
        ("$[0..1]", "$", (Index(0),)),
        ("$[0.5]", "$", (Index(0),)),
        ('$["0"]', "$", (Index(0),)),
        ("$[0", "$", None),
        ("$[0.", "$", (Index(0),)),
        ("$[0x", "$", (Index(0),)),
        ("$[(@.length-1)]", "$", (FromEnd(1),)),
        ("$[( @.length - 1 )]", "$", (FromEnd(1),)),
        ("$[(@.size()-2)]", "$", (FromEnd(2),)),
        ("$[(1)]", "$", (Index(1),)),
        ("$[0,2]", "$", (Union((0, 2)),)),
        ("$[ 0 , 2 ]", "$", (Union((0, 2)),)),
        ("$[0,]", "$", (Index(0),)),
        ("$[1:3]", "$", (Slice(1, 3),)),
        ("$[:3]", "$", (Slice(None, 3),)),
        ("$[-2:]", "$", (Slice(-2, None),)),
        ("$[0:2:1]", "$", (Slice(0, 2),)),
        ("$[0,1:2]", "$", (Union((0, 1, 2)),)),
        ("$.*[*]", "$", (Wildcard(), Wildcard())),
        ("$[*]*", "$", (Wildcard(), Wildcard())),
        ("$.a*b", "$", (Name("a*b"),)),
        ("$..a", "$", (Scan(), Name("a"))),
        ("$...a", "$", (Scan(), Name("a"))),
        ("$....a", "$", (Scan(), Scan(), Name("a"))),
        ("$..[*]", "$", (Scan(), Wildcard())),
        ("$.a \t", "$", (Name("a"),)),
    ],
)
def test_segments(text: str, root: str, segments: tuple[Any, ...] | None) -> None:
    if segments is None:
        with pytest.raises(ExpressionSyntaxError):
            parse_path(text)
        return
    parsed = parse_path(text)
    assert (parsed.root, tuple(parsed.segments)) == (root, segments)


A, B, C = (Query("@", (Name(name),)) for name in "abc")


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("@.a", Comparison("exists", A, "")),
        ("!@.a", Comparison("missing", A, "")),
        ("@.a==1", Comparison("==", A, "1")),
        ("@.a == 'x'", Comparison("==", A, "x")),
        ('@.a == "x"', Comparison("==", A, '"x"')),
        ("@.a == x", Comparison("==", A, "x")),
        ("@.a ==", Comparison("==", A, "")),
        ("(@.a >= $.b)", Comparison(">=", A, Query("$", (Name("b"),)))),
        ("@.a =~ /x.*/i", Comparison("=~", A, Regex("x.*", True, 12))),
        ("@.a === 1", Comparison("==", A, "= 1")),
        ("@.a && @.b", Junction("&&", Comparison("exists", B, ""), Comparison("exists", A, ""))),
        (
            "(@.a && @.b) || @.c",
            Junction(
                "&&", Junction("||", Comparison("exists", C, ""), Comparison("exists", B, "")), Comparison("exists", A, "")
            ),
        ),
    ],
)
def test_conditions(text: str, condition: object) -> None:
    (segment,) = parse_path(f"$[?({text})]").segments
    assert segment == Filter(condition)  # type: ignore[arg-type]


def test_segments_read_as_the_release_prints_them() -> None:
    segments = parse_path("$['a'][0][1,2][1:][:2][1:2][(@.length-1)]['b','c']..[?(@.x)].*").segments
    assert "".join(map(str, segments)) == "['a'][0][1,2][1:][:2][1:2][@.size()-1]['b', 'c']..[?][*]"


def test_definite() -> None:
    assert is_definite(parse_path("$.a['b'][0][(@.length-1)]['c','d']").segments)
    for text in ("$.*", "$..a", "$[0,1]", "$[1:]", "$[?(@.a)]"):
        assert not is_definite(parse_path(text).segments)


@pytest.mark.parametrize("text", ["", "a", "$.", "$[", "$['a", "$['a'", "$[?(@.a > 1]", "$.a b", "$..", "$a..", "$[?]", "$[a]"])
def test_text_that_is_no_path(text: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse_path(text)
    assert caught.value.column is not None


def test_what_is_longer_than_any_real_path_is_refused() -> None:
    parse_path("$" + ".a" * SEGMENT_LIMIT)
    for text in ("$" + ".a" * (SEGMENT_LIMIT + 1), "$[?(" + " && ".join(["@.a"] * (SEGMENT_LIMIT + 2)) + ")]"):
        with pytest.raises(ExpressionSyntaxError, match=f"at most {SEGMENT_LIMIT}"):
            parse_path(text)
