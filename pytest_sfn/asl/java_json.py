r"""AWS's messages for a text that is no JSON: those of Jackson, the Java library with which AWS reads definitions.

`Unrecognized token 'not': was expecting (JSON String, ...)\n at [Source: (String)"not a definition"; line: 1, column: 4]`
is recorded, place included; the other texts are Jackson's for other mistakes [?: as publicly reported of Jackson, not from
AWS]. Only the first mistake counts, as it does for Jackson. Our own users get `json_text`'s messages, which say how to fix it.
"""

from __future__ import annotations

import json
import re
from typing import Final, NoReturn

from pytest_sfn.errors import Diagnostic

__all__ = ["json_refusal"]

CODE: Final = "INVALID_JSON_DESCRIPTION"
_SHOWN: Final = 500
"""Characters of the text that Jackson quotes."""
_TOKENS: Final = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"

_blank = re.compile(r"[ \t\r\n]*+").match
_number = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?").match
_zeros = re.compile(r"-?0[0-9]").match
_identifier = re.compile(r"[\w$]+").match
_plain = re.compile(r'[^"\\\x00-\x1f]*+').match
_escape = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})').match


def json_refusal(text: str) -> Diagnostic | None:
    """The diagnostic of a text that is no JSON, its `pointer` as AWS has it (the place in the text); None for JSON."""
    try:
        _python_reads(text)  # in C, so that only a text with a mistake is read by hand
    except (ValueError, RecursionError):
        pass
    else:
        return None
    try:
        _Reader(text).read()
    except _Refused as refused:
        source = f'[Source: (String)"{text[:_SHOWN]}"'
        if len(text) > _SHOWN:
            source += f"[truncated {len(text) - _SHOWN} chars]"
        place = f"{source}; {_place(text, refused.at)}]"
        message = refused.message
        if refused.opened is not None:
            message += f" (start marker at {source}; {_place(text, refused.opened)}])"
        return Diagnostic(code=CODE, message=f"{message}\n at {place}", pointer=place)
    return None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_python_reads = json.JSONDecoder(parse_constant=_no_constant).decode


def _place(text: str, at: int) -> str:
    """Line and column behind what has been read; a line break counts once something behind it has been."""
    last = at - 1 if text[at - 1 : at] in ("\r", "\n") and at < len(text) else at
    lines = re.split(r"\r\n|\r|\n", text[:last])
    return f"line: {len(lines)}, column: {len(lines[-1]) + 1 + at - last}"


class _Refused(Exception):  # noqa: N818 - a signal within this module
    """Attributes: how far Jackson has read (`at`), and where what is not closed begins (`opened`)."""

    def __init__(self, message: str, at: int, opened: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.opened = opened


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open: list[tuple[str, int]] = []
        """Objects and arrays around the place, each with where it begins."""

    def read(self) -> None:
        """Read one value; what follows it is not looked at [?]."""
        self.skip()
        if self.at == len(self.text):
            raise _Refused("No content to map due to end-of-input", self.at)
        self.value()
        first = True
        while self.open:
            kind, start = self.open[-1]
            char = self.next()
            if char == ("}" if kind == "Object" else "]"):
                self.open.pop()
                first = False
                continue
            if not (first and start == self.just_opened):
                if char != ",":
                    self.unexpected(char, f"was expecting comma to separate {kind} entries")
                char = self.next()
            first = True
            if kind == "Object":
                self.name(char)
            else:
                self.at -= 1
            self.value()

    just_opened = -1
    """Where the object or array begins of which nothing but the bracket has been read."""

    def skip(self) -> None:
        match = _blank(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def next(self) -> str:
        """The next character that is not blank, passed over."""
        self.skip()
        if self.at == len(self.text):
            kind, start = self.open[-1]
            raise _Refused(f"Unexpected end-of-input: expected close marker for {kind}", self.at, start)
        self.at += 1
        return self.text[self.at - 1]

    def name(self, char: str) -> None:
        """A key and its colon; `char` is its first character, passed over already."""
        if char != '"':
            self.unexpected(char, "was expecting double-quote to start field name")
        self.string(" in field name")
        self.skip()
        if self.at < len(self.text):
            char = self.next()
            if char != ":":
                self.unexpected(char, "was expecting a colon to separate field name and value")
            self.skip()
        if self.at == len(self.text):
            raise _Refused("Unexpected end-of-input within/between Object entries", self.at)

    def value(self) -> None:
        """A string, number or word, or the bracket that opens an object or array."""
        self.just_opened = -1
        char = self.text[self.at]
        self.at += 1
        if char == '"':
            self.string(": was expecting closing quote for a string value")
        elif char in "{[":
            self.open.append(("Object" if char == "{" else "Array", self.at - 1))
            self.just_opened = self.at - 1
        elif (number := _number(self.text, self.at - 1)) is not None:
            if (zeros := _zeros(number[0])) is not None:
                raise _Refused("Invalid numeric value: Leading zeroes not allowed", self.at - 1 + zeros.end())
            self.at = number.end()
        elif (word := _identifier(self.text, self.at - 1)) is not None:
            self.at = word.end()
            if word[0] not in ("true", "false", "null"):
                raise _Refused(f"Unrecognized token '{word[0][:256]}': was expecting {_TOKENS}", self.at)
        else:
            self.unexpected(char, "expected a value" if char == "}" else f"expected a valid value {_TOKENS}")

    def string(self, unclosed: str) -> None:
        """What is left of a string behind its opening quote."""
        while True:
            match = _plain(self.text, self.at)
            assert match is not None
            self.at = match.end()
            if self.at == len(self.text):
                raise _Refused(f"Unexpected end-of-input{unclosed}", self.at)
            char = self.text[self.at]
            if char == '"':
                self.at += 1
                return
            if char == "\\":
                escape = _escape(self.text, self.at)
                if escape is None:
                    self.at = min(self.at + 2, len(self.text))
                    raise _Refused(f"Unrecognized character escape {_described(self.text[self.at - 1])}", self.at)
                self.at = escape.end()
            else:
                self.at += 1
                message = (
                    f"Illegal unquoted character ({_described(char)}): has to be escaped using backslash to be included in"
                )
                raise _Refused(f"{message} {'name' if 'name' in unclosed else 'string value'}", self.at)

    def unexpected(self, char: str, expected: str) -> NoReturn:
        raise _Refused(f"Unexpected character ({_described(char)}): {expected}", self.at)


def _described(char: str) -> str:
    code = ord(char)
    if code < 32 or 127 <= code < 160:
        return f"(CTRL-CHAR, code {code})"
    return f"'{char}' (code {code})" if code <= 255 else f"'{char}' (code {code} / 0x{code:x})"
