"""Values of Terraform's language that know where they were written."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.asl.text import Text
from pytest_sfn.loaders.hcl_values import (
    Piece,
    Rendered,
    RenderedText,
    Written,
    boolean_of,
    pairs_of,
    places_of,
    text_of,
    unescape,
)


def test_a_rendered_text_is_that_of_its_pieces() -> None:
    source = Text("main.tf", "ab")
    rendered = Rendered.of([Piece("a", source, 0), Piece("x", source, 1, literal=False)], value={"a": 1})
    assert rendered == "ax"
    assert [piece.offset for piece in rendered.pieces] == [0, 1]
    assert rendered.value == {"a": 1}


@pytest.mark.parametrize(("value", "text"), [("a", "a"), (True, "true"), (None, "null"), (1.0, "1"), (1.5, "1.5")])
def test_text_of_a_value(value: Any, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(("value", "truth"), [(True, True), ("false", False), ("yes", None), (1, None), (None, None)])
def test_condition(value: Any, truth: bool | None) -> None:
    assert boolean_of(value) is truth


@pytest.mark.parametrize(
    ("collection", "pairs"), [({"a": 1}, [("a", 1)]), (["x", "y"], [(0, "x"), (1, "y")]), ("text", []), (None, [])]
)
def test_pairs_of_a_collection(collection: Any, pairs: list[Any]) -> None:
    assert list(pairs_of(collection)) == pairs


def test_escapes() -> None:
    assert unescape(r"a\n\"\u00e9\U0001F600\\") == 'a\n"é😀\\'
    assert unescape(r"\U00110000") == r"\U00110000"  # Unicode ends before it


def test_places_in_several_files() -> None:
    first, second = Text("a.tf", "one\ntwo"), Text("b.tf", "three")
    inner, outer = Written(), Written()
    inner.put("k", 1, (second, 0), (second, 2))
    outer.put("x", inner, (first, 4), (first, 5))
    text, places = places_of(outer, "/at", (first, 0))
    assert text.original == first.text  # most places are there
    assert [str(text.location(places.find(f"/at{at}"))) for at in ("", "/x", "/x/k", "/x/z")] == [
        "a.tf:1:1", "a.tf:2:1", "b.tf:1:1", "a.tf:2:1",
    ]  # fmt: skip
    assert str(text.location(places.find("/at/x/k", value=True))) == "b.tf:1:3"


def test_places_in_a_rendered_text() -> None:
    first, second = Text("a.tf", "one\ntwo"), Text("b.tf", "three")
    text = RenderedText([Piece("two", first, 4), Piece("hree", second, 1), Piece("x", second, 0, literal=False)])
    assert [str(text.location(offset)) for offset in (1, 4, 7)] == ["a.tf:2:2", "b.tf:1:3", "b.tf:1:1"]
    assert (text.text, text.original) == ("twohreex", "three")
