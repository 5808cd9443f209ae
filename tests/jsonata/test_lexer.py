"""Tokens and where they end."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.lexer import Lexer


def tokens(text: str) -> list[tuple[str, Any, int]]:
    lexer = Lexer(text)
    found = []
    while not found or found[-1][0] != "end":
        token = lexer.next(not found or found[-1][0] == "operator")
        found.append((token.kind, token.value, token.position))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b1", [("name", "a", 1), ("operator", ".", 2), ("name", "b1", 4)]),
        ("$x := 1.50", [("variable", "x", 2), ("operator", ":=", 5), ("number", 1.5, 10)]),
        ("1..2", [("number", 1, 1), ("operator", "..", 3), ("number", 2, 4)]),
        ("1e3", [("number", 1000, 3)]),
        ("'a\\/b' \"\\u00e9\\n\"", [("string", "a/b", 6), ("string", "é\n", 17)]),
        ("'\\ud83d\\ude00'", [("string", "😀", 14)]),
        ("'😀' a", [("string", "😀", 4), ("name", "a", 6)]),
        ("`a b` /* c */ d", [("name", "a b", 5), ("name", "d", 15)]),
        ("/a\\/[/]b/im", [("regex", ("a\\/[/]b", "im"), 11)]),
        ("a and true", [("name", "a", 1), ("operator", "and", 5), ("value", True, 10)]),
        ("$$ $", [("variable", "$", 2), ("variable", "", 4)]),
        ("", []),
    ],
)
def test_tokens(text: str, expected: list[tuple[str, Any, int]]) -> None:
    assert tokens(text)[:-1] == expected


@pytest.mark.parametrize(
    ("text", "code", "position", "token"),
    [
        ("'abc", "S0101", 4, None),
        ("1e999", "S0102", 0, "1e999"),
        ("'\\x'", "S0103", 2, "x"),
        ("'\\u12'", "S0104", 2, None),
        ("`abc", "S0105", 4, None),
        (" /* abc", "S0106", 1, None),
        ("//", "S0301", 1, None),
        ("/abc", "S0302", 4, None),
    ],
)
def test_refused(text: str, code: str, position: int, token: str | None) -> None:
    with pytest.raises(JsonataError) as caught:
        tokens(text)
    assert (caught.value.code, caught.value.position, caught.value.token) == (code, position, token)
