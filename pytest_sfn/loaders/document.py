"""The text of a template as values with positions, and places inside of the values' own texts.

CloudFormation's short tags become the long form while they are read: `!Sub x` is `{"Fn::Sub": "x"}`, with the place of
both. Any other tag becomes an unknown function, so that it cannot stop the load of a definition that does not need it.

A definition is often a part of a template, in one of two ways, and both keep their place in it:

* as an object: `Within` finds a place in the definition by its place in the document;
* as text put together from pieces (`Fn::Sub`, `Fn::Join`): `PiecedText` leads an offset in the whole back to the piece.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from pytest_sfn.asl import json_text
from pytest_sfn.asl.pointer import child, resolve, translate
from pytest_sfn.asl.source import find_text
from pytest_sfn.asl.text import Places, Reading, Substitutions, Text
from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import Diagnostic, JsonValueError, definition_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pytest_sfn.errors import DefinitionError, Location

__all__ = ["Document", "Joined", "Piece", "PiecedText", "Within"]

_NOTHING = Substitutions(None)


class Document:
    """One file, read.

    Attributes:
        text: its text and the name that users see.
        path: the file, None for a text that is in none.
        value: its JSON value, short tags in their long form. Never to be changed.
        duplicates: keys that occur twice in one object. The last of the two counts, as in CloudFormation.
    """

    def __init__(self, text: Text, path: Path | None = None) -> None:
        self.text = text
        self.path = path
        self.duplicates: list[Diagnostic] = []
        self._reading: Reading | None = None
        if text.text.lstrip()[:1] in ("{", "["):
            try:
                self.value = json_text.read_quickly(text.text)
            except JsonValueError:
                reading = json_text.read(text, _NOTHING)
                if reading.problems and path is not None and path.suffix.lower() in (".yml", ".yaml"):
                    as_yaml = _yaml(text)
                    reading = reading if as_yaml.problems else as_yaml
                self._take(reading)
        else:
            self._take(_yaml(text))
        self._contents: dict[str, _Content] = {}

    @classmethod
    def of_file(cls, path: Path) -> Document:
        """Read a file.

        Raises:
            DefinitionError: it is not there, not readable, or neither JSON nor YAML.
        """
        text, found = find_text(path)
        return cls(text, found)

    def _take(self, reading: Reading) -> None:
        self._reading = reading
        self.value = reading.value
        self.duplicates = [problem for problem in reading.problems if problem.code == "DUPLICATE_KEY"]
        if len(self.duplicates) < len(reading.problems):
            raise definition_error(self.text.name, reading.problems, self.text.text)

    @property
    def places(self) -> Places:
        if self._reading is None:  # json.loads read it, which keeps no places
            self._reading = json_text.read(self.text, _NOTHING)
        return self._reading.places

    def at(self, pointer: str) -> Any:
        """The value at a place, None if there is none."""
        return resolve(self.value, pointer, None)

    def location(self, pointer: str, *, value: bool = False) -> Location:
        """The place of a value: of its key, or of itself."""
        return self.text.location(self.places.find(pointer, value=value))

    def error(self, pointer: str, message: str, hint: str = "", code: str = "INVALID_TEMPLATE") -> DefinitionError:
        """The error about the value at a place."""
        place = self.location(pointer)
        problem = Diagnostic(code=code, message=message, pointer=pointer, location=place, hint=hint)
        return definition_error(self.text.name, [problem], self.text.text)

    def offset_in(self, pointer: str, index: int) -> int:
        """The offset of character number `index` of the string at `pointer`."""
        content = self._contents.get(pointer)
        if content is None:
            content = self._contents[pointer] = _Content(self.text.text, self.places.find(pointer, value=True))
        return content.offset(index)


def _yaml(text: Text) -> Reading:
    from pytest_sfn.loaders.tags import read_with_tags  # only YAML needs PyYAML

    return read_with_tags(text)


_line_break = re.compile(r"\r\n|\r|\n")
_properties = re.compile(r"(?:[!&]\S*[ \t\r\n]+)*").match
_escape = re.compile(r"\\(?:[uU][dD][89abAB]..\\u....|u....|U........|x..|.)", re.DOTALL)
_header = re.compile(r"[|>][-+0-9]*[^\r\n]*(?:\r\n|\r|\n)").match


class _Content:
    """The places of the characters of one scalar, by the way it is written.

    Exact for block scalars in literal style and for quoted text on one line, which are those that hold definitions; else
    the place where the scalar begins.
    """

    def __init__(self, text: str, at: int) -> None:
        at = _properties(text, at).end()  # type: ignore[union-attr]  # matches nothing at least
        self._lines: list[tuple[int, int]] | None = None  # (index of its first character, offset of that)
        self._start = at
        self._jumps: tuple[list[int], list[int]] | None = None
        header = _header(text, at)
        if header is not None:
            self._start = header.end()
            if text[at] == "|":
                self._lines = _block(text, header.end())
        elif text[at : at + 1] in ('"', "'"):
            self._start = at + 1
            self._jumps = _quoted(text, at)

    def offset(self, index: int) -> int:
        if self._lines is not None:
            first, offset = self._lines[bisect_right(self._lines, (index, 1 << 62)) - 1]
            return offset + index - first
        if self._jumps is not None:
            indices, extra = self._jumps
            return self._start + index + extra[bisect_right(indices, index) - 1]
        return self._start


def _block(text: str, start: int) -> list[tuple[int, int]]:
    """The lines of a literal block scalar: where each begins, in the scalar and in the text."""
    indent: int | None = None
    lines = []
    index = 0
    while start < len(text):
        end = _line_break.search(text, start)
        stop = end.start() if end else len(text)
        line = text[start:stop]
        blanks = len(line) - len(line.lstrip(" "))
        if blanks < len(line):
            if indent is None:
                indent = blanks
            elif blanks < indent:
                break
        skipped = min(blanks, indent or 0) if blanks == len(line) else indent or 0
        lines.append((index, start + skipped))
        index += len(line) - skipped + 1
        if end is None:
            break
        start = end.end()
    return lines or [(0, start)]


def _quoted(text: str, at: int) -> tuple[list[int], list[int]]:
    """Indices in the string after which the text has that many more characters, since escapes are longer than their meaning."""
    indices, extra = [0], [0]
    index, here = 0, at + 1
    pattern = _escape if text[at] == '"' else re.compile("''")
    close = re.compile(r'"(?:[^"\\]|\\.)*"' if text[at] == '"' else "'(?:[^']|'')*'", re.DOTALL).match(text, at)
    for match in pattern.finditer(text, here, close.end() - 1 if close else len(text)):
        index += match.start() - here + 1
        here = match.end()
        indices.append(index)
        extra.append(extra[-1] + len(match[0]) - 1)
    return indices, extra


class Within(Places):
    """Places in a definition that is a part of a document.

    Args:
        document: the whole.
        prefix: the definition's pointer in it.
        links: values that came from elsewhere in the document (the branch of an `Fn::If`): from their pointer in the
            definition to the one in the document.
    """

    __slots__ = ("_document", "_links")

    def __init__(self, document: Document, prefix: str, links: Mapping[str, str]) -> None:
        super().__init__()
        self._document = document
        self._links = {"": prefix, **links}

    def find(self, pointer: str, *, value: bool = False) -> int:
        return self._document.places.find(translate(pointer, self._links), value=value)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and where it came from.

    Attributes:
        pointer: the string of the document that has it, or the function that gave it.
        index: at which character of that string it begins.
        literal: whether the string has it unchanged; else it replaced something there.
    """

    text: str
    pointer: str
    index: int = 0
    literal: bool = True


class _Part(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def literal(self) -> bool: ...


P = TypeVar("P", bound=_Part)


class Joined(Text, Generic[P]):
    """A text put together from one or more pieces; each piece knows where it was written."""

    __slots__ = ("_begins", "pieces")

    def __init__(self, name: str, pieces: Sequence[P]) -> None:
        super().__init__(name, "".join(piece.text for piece in pieces))
        self.pieces = pieces
        self._begins = [0, *accumulate(len(piece.text) for piece in pieces[:-1])]

    def location(self, offset: int) -> Location:
        number = max(bisect_right(self._begins, offset) - 1, 0)
        piece = self.pieces[number]
        return self.place(piece, offset - self._begins[number] if piece.literal else 0)

    def place(self, piece: P, index: int) -> Location:
        """The index in its string of a character of a literal piece; 0 for any other piece."""
        raise NotImplementedError


class PiecedText(Joined[Piece]):
    """A text put together from pieces of a document; its locations are those of the document."""

    __slots__ = ("_document",)

    def __init__(self, document: Document, pieces: Sequence[Piece]) -> None:
        super().__init__(document.text.name, list(pieces) or [Piece("", "")])
        self._document = document

    def place(self, piece: Piece, index: int) -> Location:
        return self._document.text.location(self._document.offset_in(piece.pointer, piece.index + index))

    @property
    def original(self) -> str:
        return self._document.text.text


def pointer_of(*keys: str | int) -> str:
    """The JSON Pointer through these keys."""
    pointer = ""
    for key in keys:
        pointer = child(pointer, key)
    return pointer
