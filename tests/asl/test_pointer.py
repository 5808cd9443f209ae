"""JSON Pointers: made, taken apart and followed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn.asl.pointer import child, is_inside, last, parent, resolve, steps, translate, upward
from pytest_sfn.expressions.values import UNDEFINED


def test_pointer_of_a_name_with_a_slash() -> None:
    assert child("/States", "a/b~c") == "/States/a~1b~0c"
    assert steps("/States/a~1b~0c/0") == ["States", "a/b~c", "0"]
    assert last("/States/a~1b~0c") == "a/b~c"


@given(st.lists(st.text() | st.integers(min_value=0)))
def test_steps_are_what_the_pointer_was_made_of(keys: list[str | int]) -> None:
    pointer, value = "", "leaf"
    for key in keys:
        pointer = child(pointer, key)
        assert last(pointer) == str(key)
    for key in reversed(keys):
        value = {str(key): value}  # type: ignore[assignment]
    assert steps(pointer) == [str(key) for key in keys]
    assert resolve(value, pointer) == "leaf"


def test_around_a_place() -> None:
    assert parent("/a/b") == "/a"
    assert parent("") == ""
    assert list(upward("/a/b")) == ["/a/b", "/a", ""]
    assert is_inside("/a/b", "/a")
    assert is_inside("/a", "/a")
    assert not is_inside("/ab", "/a")


@pytest.mark.parametrize(
    ("pointer", "found"),
    [("", {"a": [1]}), ("/a", [1]), ("/a/0", 1), ("/a/1", UNDEFINED), ("/a/x", UNDEFINED), ("/b", UNDEFINED)],
)
def test_pointers(pointer: str, found: Any) -> None:
    assert resolve({"a": [1]}, pointer, UNDEFINED) == found


def test_what_leads_nowhere_has_no_value() -> None:
    assert resolve({"States": {"a/b": {"Retry": [{"ErrorEquals": ["E"]}]}}}, "/States/a~1b/Retry/0/ErrorEquals") == ["E"]
    with pytest.raises(KeyError, match="/a/1"):
        resolve({"a": [1]}, "/a/1")
    assert resolve({"a": [1]}, "/a/1", None) is None


def test_the_longest_beginning_is_translated() -> None:
    assert translate("/a/b/c", {"/a": "/x", "/a/b": "/y"}) == "/y/c"
    assert translate("/ab", {"/a": "/x"}) == "/ab"
    assert translate("/ab", {"": "/x"}) == "/x/ab"
    assert translate("/ab", {}) == "/ab"
