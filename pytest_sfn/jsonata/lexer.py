"""The tokens of an expression.

A token's position is where it ends, in UTF-16 units, as in the reference.
"""

from __future__ import annotations

import math
import re
from typing import Final

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.values import Value, number, whole

__all__ = ["Lexer", "Token"]

_TOKEN: Final = re.compile(
    r"(?:[ \t\n\r\v]+|/\*(?s:.*?)\*/)*"
    r"(?:(?P<number>(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?)"
    r"|(?P<operator>\.\.|:=|!=|>=|<=|\*\*|~>|[].[{}(),@#;:?+*/%|=<>^&!~-])"
    r"|\"(?P<double>[^\"\\]*)\"|'(?P<single>[^'\\]*)'"
    r"|(?P<name>\$?[^ \t\n\r\v\"'`.\[\]{}(),@#;:?+\-*/%|=<>^&!~$][^ \t\n\r\v.\[\]{}(),@#;:?+\-*/%|=<>^&!~]*)"
    r"|`(?P<quoted>[^`]*)`|(?P<other>\S))?"
)
_REST: Final = re.compile(r"[^ \t\n\r\v.\[\]{}(),@#;:?+\-*/%|=<>^&!~]*")
_PLAIN: Final = {'"': re.compile(r'[^"\\]*'), "'": re.compile(r"[^'\\]*")}
_ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: Final = {"true": True, "false": False, "null": None}


class Token:
    """One token.

    Attributes:
        kind: `name`, `variable`, `string`, `number`, `value`, `regex`, `operator` or `end`.
        value: the value of a literal; a name; an operator's text; (pattern, flags) of a regular expression.
        position: where it ends.
        id: what the grammar asks for: an operator's text, `(end)`, nothing for others.
    """

    __slots__ = ("id", "kind", "position", "value")

    def __init__(self, kind: str, value: Value, position: int) -> None:
        self.kind = kind
        self.value = value
        self.position = position
        self.id: str = value if kind in ("operator", "end") else ""


class Lexer:
    """Gives the parser one token at a time."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._at = 0
        self._narrow = text.isascii() or max(text) <= "\uffff"
        self._counted = self._wide = 0

    def next(self, operand: bool) -> Token:
        """The next token.

        Args:
            operand: whether one may begin here, so that `/` starts a regular expression.
        """
        match = _TOKEN.match(self.text, self._at)
        assert match is not None
        kind = match.lastgroup
        if kind is None:
            self._at = len(self.text)
            return Token("end", "(end)", self._units(self._at))
        start, end = match.span(kind)
        found = match[kind]
        if kind == "name":
            if found in _WORDS:
                return self._token("value", _WORDS[found], end)
            return (
                self._token("operator" if found in ("and", "or", "in") else "name", found, end)
                if found[0] != "$"
                else (self._token("variable", found[1:], end))
            )
        if kind == "operator":
            if found == "/" and self.text.startswith("*", end):
                raise JsonataError("S0106", self._units(start))
            return self._regex(end) if found == "/" and operand else self._token(kind, found, end)
        if kind == "number":
            value = float(found)
            if not math.isfinite(value):
                raise JsonataError("S0102", self._units(start), found)
            return self._token(kind, number(value), end)
        if kind == "quoted":
            return self._token("name", found, end + 1)
        if kind != "other":
            return self._token("string", found, end + 1)
        return self._other(found, start)

    def _other(self, char: str, start: int) -> Token:
        """A text with escapes, or a name that begins in an unusual way."""
        if char in _PLAIN:
            return self._string(char, start + 1)
        if char == "`":
            raise JsonataError("S0105", self._units(len(self.text)))
        match = _REST.match(self.text, start)
        assert match is not None
        name = match[0]
        return self._token("variable", name[1:], match.end()) if char == "$" else self._token("name", name, match.end())

    def _units(self, index: int) -> int:
        if self._narrow:
            return index
        if index < self._counted:
            self._counted = self._wide = 0
        self._wide += sum(char > "\uffff" for char in self.text[self._counted : index])
        self._counted = index
        return index + self._wide

    def _token(self, kind: str, value: Value, end: int) -> Token:
        self._at = end
        return Token(kind, value, self._units(end))

    def _string(self, quote: str, position: int) -> Token:
        text = self.text
        parts = []
        while True:
            match = _PLAIN[quote].match(text, position)
            assert match is not None
            parts.append(match[0])
            position = match.end()
            if position >= len(text):
                raise JsonataError("S0101", self._units(len(text)))
            if text[position] == quote:
                break
            escape = text[position + 1 : position + 2]
            position += 2
            if escape in _ESCAPES:
                parts.append(_ESCAPES[escape])
            elif escape == "u":
                digits = text[position : position + 4]
                if not re.fullmatch("[0-9a-fA-F]+", digits):
                    raise JsonataError("S0104", self._units(position - 1))
                parts.append(chr(int(digits, 16)))
                position += 4
            else:
                raise JsonataError("S0103", self._units(position - 1), escape)
        value = "".join(parts)
        if not value.isascii():  # two escaped halves of a surrogate pair make one character
            value = whole(value)
        return self._token("string", value, position + 1)

    def _regex(self, start: int) -> Token:
        text = self.text
        depth = backslashes = 0
        for position in range(start, len(text)):
            char = text[position]
            if char == "/" and depth == 0 and backslashes % 2 == 0:
                if position == start:
                    raise JsonataError("S0301", self._units(position))
                end = position + 1
                while text[end : end + 1] in ("i", "m"):
                    end += 1
                return self._token("regex", (text[start:position], text[position + 1 : end]), end)
            if not backslashes:
                depth += (char in "([{") - (char in ")]}")
            backslashes = backslashes + 1 if char == "\\" else 0
        raise JsonataError("S0302", self._units(len(text)))
