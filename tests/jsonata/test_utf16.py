"""Characters and UTF-16 units."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn.jsonata.utf16 import units, whole


def test_halves() -> None:
    assert units("a😀") == "a\ud83d\ude00"
    assert whole("a\ud83d\ude00") == "a😀"
    assert whole("\ude00\ud83d") == "\ude00\ud83d"
    assert units("é") == "é"


@given(st.text())
def test_there_and_back(text: str) -> None:
    assert whole(units(text)) == text
    assert len(units(text)) == len(text.encode("utf-16-le")) // 2
