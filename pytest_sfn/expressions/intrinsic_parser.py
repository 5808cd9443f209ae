r"""The grammar of Intrinsic Functions: text to a tree, nothing more.

    call     = "States." name "(" [ argument { "," argument } ] ")"
    argument = call | path | string | number | "true" | "false" | "null"
    string   = "'" any characters, of which ' and \ are escaped, "'"

Blanks and line breaks are allowed between any two of these, not before the first `States.` (the states-language service
and statelint refuse that). A path ends at the first comma, closing parenthesis or blank outside its own brackets.

A string has the four escapes of the specification: \' \{ \} \\. A backslash before anything else is refused when the
definition is created (recorded for \", reported for \n), although specification and documentation speak of a runtime
error. Braces need no escape outside of the template of `States.Format`.

Which functions exist and what they take is not known here: see `intrinsic_functions.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.dataclass import dataclass
from pytest_sfn.expressions.env import ExpressionSyntaxError
from pytest_sfn.expressions.paths import compile_path
from pytest_sfn.expressions.values import loads

if TYPE_CHECKING:
    from pytest_sfn.expressions.paths import Path

__all__ = ["NESTING_LIMIT", "Call", "Literal", "PathArgument", "parse_intrinsic", "unescape"]

NESTING_LIMIT: Final = 10
"""Calls within calls that AWS allows in a field. The documentation does not say whether it counts depth or all calls."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant argument. For a string `raw` is the text between the quotes, escapes untouched; else it is None."""

    value: Any
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class PathArgument:
    path: Path


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `name` without "States.", `column` of its first character in the expression."""

    name: str
    arguments: tuple[Call | Literal | PathArgument, ...]
    column: int


Argument = Call | Literal | PathArgument

_NAME = re.compile(r"States\.(\w+)\s*\(")
_STRING = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])")
_WORD = re.compile(r"(true|false|null)(?![\w.])")
_BLANKS = re.compile(r"\s*")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_ESCAPE = re.compile(r"\\(['{}\\])")
_BAD_ESCAPE = re.compile(r"(?:[^\\]|\\['{}\\])*+(\\)", re.DOTALL)
_WORDS: Final = {"true": True, "false": False, "null": None}


def unescape(raw: str) -> str:
    """The value of a string literal."""
    return _ESCAPE.sub(r"\1", raw) if "\\" in raw else raw


def parse_intrinsic(text: str) -> Call:
    """The tree of an Intrinsic Function expression.

    Raises:
        ExpressionSyntaxError: with the column of the first character that does not fit.
    """
    parser = _Parser(text)
    call = parser.call(1)
    parser.skip()
    if parser.at < len(text):
        raise parser.error("nothing may follow the closing parenthesis")
    return call


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def error(self, message: str, column: int | None = None) -> ExpressionSyntaxError:
        return ExpressionSyntaxError(message, self.at if column is None else column)

    def skip(self) -> None:
        match = _BLANKS.match(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def call(self, depth: int) -> Call:
        column = self.at
        match = _NAME.match(self.text, column)
        if match is None:
            raise self.error("an intrinsic function call such as States.Format(...) is expected")
        if depth > NESTING_LIMIT:
            raise self.error(f"intrinsic functions are nested deeper than {NESTING_LIMIT}")
        self.at = match.end()
        return Call(match[1], tuple(self.arguments(depth)), column)

    def arguments(self, depth: int) -> list[Argument]:
        found: list[Argument] = []
        self.skip()
        if self.text.startswith(")", self.at):
            self.at += 1
            return found
        while True:
            self.skip()
            found.append(self.argument(depth))
            self.skip()
            end = self.text[self.at : self.at + 1]
            if end not in (",", ")"):
                raise self.error("',' or ')' is expected" if end else "the closing ')' is missing")
            self.at += 1
            if end == ")":
                return found

    def argument(self, depth: int) -> Argument:
        start = self.text[self.at : self.at + 1]
        if start == "'":
            return self.string()
        if start == "$":
            return self.path()
        if self.text.startswith("States.", self.at):
            return self.call(depth + 1)
        if match := _WORD.match(self.text, self.at):
            self.at = match.end()
            return Literal(_WORDS[match[0]])
        if match := _NUMBER.match(self.text, self.at):
            self.at = match.end()
            if len(match[0]) > 4300:
                raise self.error("the number is too long", match.start())
            return Literal(loads(match[0]))
        raise self.error("an argument is a path, a string in single quotes, a number, true, false, null or another call")

    def string(self) -> Literal:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise self.error("the string is not closed")
        if bad := _BAD_ESCAPE.match(match[1]):
            raise self.error("in a string a backslash may only precede one of ' { } \\", match.start(1) + bad.start(1))
        self.at = match.end()
        return Literal(unescape(match[1]), match[1])

    def path(self) -> PathArgument:
        start, end, depth = self.at, self.at, 0
        text = self.text
        while end < len(text):
            char = text[end]
            if char in "[(":
                depth += 1
            elif depth and char in "])":
                depth -= 1
            elif depth and char in "'\"":
                quoted = _QUOTED.match(text, end)
                if quoted is None:
                    raise self.error("a quote in the path is not closed", end)
                end = quoted.end()
                continue
            elif not depth and (char in ",)" or char.isspace()):
                break
            end += 1
        self.at = end
        try:
            return PathArgument(compile_path(text[start:end]))
        except ExpressionSyntaxError as error:
            raise self.error(str(error), start + (error.column or 0)) from None
