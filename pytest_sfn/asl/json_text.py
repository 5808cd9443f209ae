"""JSON text to values with positions.

`json.loads` reads correct text at C speed. This reader does what `json.loads` cannot: it finds the place of each key and
value, duplicate keys, `${Name}` outside of quotes, and every mistake in a text that is no JSON. After a
mistake whose meaning is plain (a missing or trailing comma, a comment, single quotes) it reads on, so that one run
shows all of them; after any other it stops. Strings go through `json.decoder.scanstring` and numbers through
`values.loads`, so both readers give the same values.
"""

from __future__ import annotations

import re
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # undocumented, but what json itself reads strings with
from typing import Any, NoReturn

from pytest_sfn.asl.pointer import child
from pytest_sfn.asl.text import Reading, Substitutions, Text
from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions import values

__all__ = ["read", "read_quickly"]

SYNTAX = "INVALID_JSON_DESCRIPTION"  # AWS's code for a definition that is no JSON
_MOST_PROBLEMS = 25

_blank = re.compile(r"[ \t\n\r]*+").match
_number = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![-+.\w])").match
_word = re.compile(r"[^\s,:{}\[\]\"'#]+").match
_bare = re.compile(r"[^,{}\[\]\"\r\n]+").match
_single_quoted = re.compile(r"'((?:[^'\\\n]|\\.)*+)'").match
_double_quoted = re.compile(r'"(?:[^"\\\r\n]|\\.)*+"').match
_comment = re.compile(r"//[^\n]*+|#[^\n]*+|/\*.*?\*/", re.DOTALL).match
_bad_escape = re.compile(r"\\(?![\"\\/bfnrt]|u[0-9a-fA-F]{4})").search

_LITERALS = {"true": True, "false": False, "null": None}
_WORD_HINTS = {
    "True": "JSON spells it true",
    "False": "JSON spells it false",
    "None": "JSON spells it null",
    "undefined": "JSON has null, or leave the field out",
    "NaN": "JSON has no such number",
    "Infinity": "JSON has no such number",
    "-Infinity": "JSON has no such number",
}


def read_quickly(text: str) -> Any:
    """The value of JSON text through `json.loads`.

    Raises:
        JsonValueError: the text has a mistake, which `read` then reports.
    """
    if text.count("{") + text.count("[") > values.DEPTH_LIMIT and _too_deep(text):
        raise JsonValueError("nested too deep")
    return values.loads(text, _unique)


def _too_deep(text: str) -> bool:
    """Whether the nesting may pass the limit; brackets inside of strings count too, which only costs time."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest > values.DEPTH_LIMIT


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise JsonValueError("duplicate keys")
    return result


def read(text: Text, substitutions: Substitutions) -> Reading:
    """Read JSON text with the place of every key and value; mistakes are in the reading's `problems`."""
    reading = Reading(text)
    reader = _Reader(reading, substitutions)
    try:
        reading.value, end = reader.value(0, "", 0)
        reader.finish(end)
    except _Stop:
        pass
    except RecursionError:
        reading.problem(SYNTAX, 0, "", "The definition is nested too deep for the stack it is read on")
    reader.report_comments()
    return reading


class _Stop(Exception):  # noqa: N818 - a signal, not an error
    """Nothing sensible can be read after this problem."""


class _Reader:
    def __init__(self, reading: Reading, substitutions: Substitutions) -> None:
        self.reading = reading
        self.text = reading.text.text
        self.keys = reading.places.keys
        self.values = reading.places.values
        self.substitutions = substitutions
        self.comments: list[int] = []

    # What is right. One frame a level, so that values.DEPTH_LIMIT levels fit on the default stack.

    def value(self, at: int, pointer: str, depth: int) -> tuple[Any, int]:
        """The value that starts at or after `at`, and the offset behind it."""
        text = self.text
        at = self.blank(at)
        self.values[pointer] = at
        char = text[at : at + 1]
        if char == '"':
            return self.string(at, pointer)
        if char in ("{", "["):
            if depth == values.DEPTH_LIMIT:
                self.stop(at, pointer, f"Nested deeper than {values.DEPTH_LIMIT} levels")
            if text.startswith(("{%", "{#"), at):
                return self.no_value(char, at, pointer)
        else:
            return self.scalar(char, at, pointer)
        end = self.blank(at + 1)
        if char == "[":
            items: list[Any] = []
            if text.startswith("]", end):
                return items, end + 1
            more = True
            while more:
                place = child(pointer, len(items))
                item, end = self.value(end, place, depth + 1)
                items.append(item)
                more, end = self.separator(end, "]", at, pointer, place)
            return items, end
        members: dict[str, Any] = {}
        if text.startswith("}", end):
            return members, end + 1
        more = True
        while more:
            start = end
            key, end = self.key(start, at, pointer)
            place = child(pointer, key)
            if key in members:
                self.reading.duplicate(start, self.keys[place], place, key)
            self.keys[place] = start
            end = self.colon(end, place)
            members[key], end = self.value(end, place, depth + 1)
            more, end = self.separator(end, "}", at, pointer, place)
        return members, end

    def string(self, at: int, pointer: str) -> tuple[str, int]:
        try:
            string, end = scanstring(self.text, at + 1, True)
        except JSONDecodeError as error:
            string, end = self.bad_string(at, error.pos, pointer)
        return self.substitutions.fill(string), end

    def scalar(self, char: str, at: int, pointer: str) -> tuple[Any, int]:
        text = self.text
        number = _number(text, at)
        if number is not None:
            if len(number[0]) < 16 and number[0].isdigit():
                return int(number[0]), number.end()
            try:
                return values.loads(number[0]), number.end()
            except JsonValueError:
                self.problem(at, pointer, "An integer of more than 4,300 digits")
                return None, number.end()
        word = _word(text, at)
        if word is not None and word[0] in _LITERALS:
            return _LITERALS[word[0]], word.end()
        return self.no_value(char, at, pointer)

    def blank(self, at: int) -> int:
        """The offset of the next character that is not blank."""
        text = self.text
        at = _blank(text, at).end()  # type: ignore[union-attr]
        while text.startswith(("/", "#"), at) and (comment := _comment(text, at)):
            self.comments.append(at)
            at = _blank(text, comment.end()).end()  # type: ignore[union-attr]
        return at

    def key(self, at: int, opened: int, pointer: str) -> tuple[str, int]:
        if self.text.startswith('"', at):
            return self.string(at, pointer)
        return self.no_key(at, opened, pointer)

    def colon(self, end: int, pointer: str) -> int:
        """The offset behind the colon that must follow a key."""
        at = self.blank(end)
        if self.text.startswith(":", at):
            return at + 1
        self.problem(end, pointer, "A colon is missing after this key", 'write "key": value')
        return at + 1 if self.text.startswith("=", at) else at

    def separator(self, end: int, closing: str, opened: int, pointer: str, place: str) -> tuple[bool, int]:
        """Whether another element follows, and the offset of it or the one behind the closing bracket."""
        at = self.blank(end)
        char = self.text[at : at + 1]
        if char == ",":
            following = self.blank(at + 1)
            char = self.text[following : following + 1]
            if char not in ("]", "}"):
                return True, following
            if char == closing:
                self.problem(at, pointer, f"A comma before the closing '{closing}'", "remove this comma")
                return False, following + 1
            at = following
        if char == closing:
            return False, at + 1
        return self.no_separator(char, at, end, closing, opened, pointer, place)

    def finish(self, end: int) -> None:
        at = self.blank(end)
        if at < len(self.text):
            char = self.text[at]
            hint = "a closing bracket too many, here or further up" if char in "}]" else "a definition is one JSON object"
            self.problem(at, "", f"Text after the end of the definition, from '{char}' on", hint)

    # What is wrong: report it, and go on where the meaning is plain.

    def problem(self, at: int, pointer: str, message: str, hint: str = "", code: str = SYNTAX, subject: str = "") -> None:
        self.reading.problem(code, at, pointer, message, hint, subject)
        if len(self.reading.problems) >= _MOST_PROBLEMS:
            raise _Stop

    def stop(self, at: int, pointer: str, message: str, hint: str = "") -> NoReturn:
        self.reading.problem(SYNTAX, at, pointer, message, hint)
        raise _Stop

    def bad_string(self, at: int, where: int, pointer: str) -> tuple[str, int]:
        text = self.text
        closed = _double_quoted(text, at)
        if closed is None:
            self.stop(
                at,
                pointer,
                "This string is not closed in its line",
                "close it with a double quote; a line break inside of a string is written \\n",
            )
        escape = _bad_escape(text, at, closed.end())
        if escape is not None:
            shown = text[escape.start() : escape.start() + 2]
            hint = f"to have a backslash in the string write \\{shown}"
            self.problem(escape.start(), pointer, f"JSON has no escape {shown}", hint)
        else:
            self.problem(where, pointer, "A control character inside of a string", "write a tab as \\t, others as \\u00XX")
        return closed[0][1:-1], closed.end()

    def placeholder(self, at: int, pointer: str) -> tuple[Any, int] | None:
        """The value of a `${Name}` outside of quotes."""
        match = self.substitutions.pattern.match(self.text, at)
        if match is None:
            return None
        name = match[1]
        if name not in self.substitutions.values:
            if self.substitutions.loose:
                return match[0], match.end()
            self.problem(
                at,
                pointer,
                f"{match[0]} is outside of quotes and has no value, so this is not JSON",
                f"pass substitutions={{{name!r}: ...}}",
                "MISSING_SUBSTITUTION",
                name,
            )
            return None, match.end()
        value = self.substitutions.values[name]
        if not isinstance(value, str):
            return value, match.end()
        # AWS puts a string in as it is: "30" gives the number 30, '{"a": 1}' an object, plain words broken JSON.
        try:
            return values.loads(value), match.end()
        except JsonValueError:
            place = self.reading.text.location(at)
            self.reading.notes.append(
                f"{place}: {match[0]} is outside of quotes and its value {value!r} is not JSON: AWS would refuse "
                "the definition. It was read as a string; put quotes around it"
            )
            return value, match.end()

    def no_value(self, char: str, at: int, pointer: str) -> tuple[Any, int]:
        text = self.text
        if char == "$" and (found := self.placeholder(at, pointer)):
            return found
        if char == "'" and (quoted := _single_quoted(text, at)):
            self.problem(at, pointer, "A string in single quotes", 'JSON has double quotes only: "text"')
            return self.substitutions.fill(quoted[1]), quoted.end()
        if char in (",", "}", "]"):
            self.problem(at, pointer, f"A value is missing before '{char}'")
            return None, at
        word = _word(text, at)
        if not char:
            message = "The text ends where a value is expected" if pointer else "The definition is empty"
            self.stop(at, pointer, message, "is the file complete?" if pointer else "")
        if word is None or text.startswith(("%{", "{%", "{#", "{{"), at):
            self.stop(at, pointer, f"Unexpected character '{char}' where a value is expected", _template_hint(text, at))
        if char in "-+." or char.isdigit():
            token = re.compile(r"[-+.\w]+").match(text, at)
            assert token is not None
            hint = "as in 5, -1, 0.5 or 1e3; without leading zeros"
            self.problem(at, pointer, f"'{token[0][:40]}' is not a JSON number", hint)
            return None, token.end()
        hint = _WORD_HINTS.get(word[0]) or _quotes_hint(char) or "put double quotes around text"
        if not pointer and re.match(r"\s*[A-Za-z]+:\s", text):
            hint = "this looks like YAML: give the file the extension .yaml"
        expected = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        message = f"Unrecognized token '{word[0][:80]}': {expected}"
        if not pointer:
            self.stop(at, pointer, message, hint)
        self.problem(at, pointer, message, hint)
        bare = _bare(text, at)  # a text with blanks and colons in it is one mistake
        return None, word.end() if word[0] in _WORD_HINTS or bare is None else bare.end()

    def no_key(self, at: int, opened: int, pointer: str) -> tuple[str, int]:
        text = self.text
        if text.startswith("${", at) and (match := self.substitutions.pattern.match(text, at)):
            self.problem(at, pointer, f"{match[0]} is without quotes where a key is expected", f'write "{match[0]}"')
            return self.substitutions.fill(match[0]), match.end()
        if quoted := _single_quoted(text, at):
            self.problem(at, pointer, "A key in single quotes", f'JSON has double quotes only: "{quoted[1]}"')
            return self.substitutions.fill(quoted[1]), quoted.end()
        char = text[at : at + 1]
        if not char:
            self.unclosed("{", at, opened, pointer)
        if char == ",":
            self.stop(at, pointer, "A comma too many", "remove this comma")
        word = _word(text, at)
        if word is not None and re.fullmatch(r"[\w.$-]+", word[0]):
            self.problem(at, pointer, f"The key {word[0]} has no quotes", f'write "{word[0]}"')
            return word[0], word.end()
        hint = _template_hint(text, at) or _quotes_hint(char) or 'keys are strings in double quotes: "key"'
        return self.stop(at, pointer, f"Unexpected character '{char}' where a key is expected", hint)

    def no_separator(
        self, char: str, at: int, end: int, closing: str, opened: int, pointer: str, place: str
    ) -> tuple[bool, int]:
        opening = "{" if closing == "}" else "["
        if not char:
            self.unclosed(opening, at, opened, pointer)
        if char in "]}":
            line = self.reading.text.location(opened)
            self.stop(
                at,
                pointer,
                f"'{char}' where '{closing}' is expected, to close the '{opening}' of line {line.line}, column {line.column}",
                "a bracket is missing, or one is too many",
            )
        if char == ":":
            message = "A colon inside of an array" if closing == "]" else "A second colon after one key"
            self.problem(at, place, message, "a comma or a bracket is missing before, or one key is too many")
            _, end = self.value(at + 1, place, 0)
            return self.separator(end, closing, opened, pointer, place)
        template = _template_hint(self.text, at)
        if template or char in "%=;+&|()<>!?*^~\\/":
            what = f"a comma or the closing '{closing}' is expected"
            self.stop(at, pointer, f"Unexpected character '{char}' where {what}", template)
        self.problem(end, place, "A comma is missing here", "put a comma between one element and the next")
        return True, at

    def unclosed(self, opening: str, at: int, opened: int, pointer: str) -> NoReturn:
        line = self.reading.text.location(opened)
        kind, closing = ("object", "}") if opening == "{" else ("array", "]")
        self.stop(
            opened,
            pointer,
            f"This {kind} is never closed: the text ends in line {self.reading.text.location(at).line} without it",
            f"add the '{closing}' that closes the '{opening}' of line {line.line}, or see where one is missing",
        )

    def report_comments(self) -> None:
        """One problem for all comments; a file that has one often has many."""
        if not self.comments:
            return
        first, *others = sorted(set(self.comments))
        lines = sorted({self.reading.text.location(at).line for at in others})
        more = f"; others in line {', '.join(map(str, lines[:10]))}{', ...' if len(lines) > 10 else ''}" if lines else ""
        hint = "remove it, or use the field Comment that every state has"
        self.reading.problem(SYNTAX, first, "", f"A comment, which JSON does not have{more}", hint)


def _template_hint(text: str, at: int) -> str:
    """A hint if the text around `at` looks like the markup of a template language."""
    if text.startswith(("%{", "{%", "{#", "{{"), at) or text.startswith(("{%", "{#", "{{", "%{"), max(at - 1, 0)):
        return "this looks like a template (Jinja, Terraform): render it first, or use ${Name} and substitutions"
    return ""


def _quotes_hint(char: str) -> str:
    return (
        'these are typographic quotes, as word processors write them; JSON has "'
        if char in "\u201c\u201d\u201e\u2018\u2019"
        else ""
    )
