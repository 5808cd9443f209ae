"""Values of Terraform's language: texts, objects and lists that know where they were written, and how values convert."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.pointer import child
from pytest_sfn.asl.text import Places, Text
from pytest_sfn.dataclass import dataclass
from pytest_sfn.expressions import values
from pytest_sfn.loaders.document import Joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_sfn.asl.text import Reading
    from pytest_sfn.errors import Location

    At = tuple[Text, int]

__all__ = [
    "LARGEST", "Piece", "Rendered", "RenderedText", "ScatteredText", "Written", "WrittenList", "boolean_of", "pairs_of",
    "places_of", "set_of", "text_of", "unescape", "written",
]  # fmt: skip

LARGEST: Final = 4_194_304
"""The most characters, or elements, that a value may have: a definition has a quarter of that at most."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: where it was written, and whether it is unchanged there."""

    text: str
    source: Text
    offset: int
    literal: bool = True


class Rendered(str):
    """A text and the pieces that it was made of. `value` is what `jsonencode` made it of, if that did."""

    __slots__ = ("pieces", "value")
    pieces: tuple[Piece, ...]
    value: Any

    @classmethod
    def of(cls, pieces: Sequence[Piece], value: Any = None) -> Rendered:
        made = cls("".join(piece.text for piece in pieces))
        made.pieces = tuple(pieces)
        made.value = value
        return made


class Written(dict[Any, Any]):
    """An object, with the place of each of its keys and values: a text and an offset in it."""

    def __init__(self, *of: Any) -> None:
        super().__init__(*of)
        self.keys_at: dict[Any, At] = {}
        self.values_at: dict[Any, At] = {}

    def put(self, key: Any, value: Any, key_at: At, value_at: At) -> None:
        """Set a member that was written there."""
        self[key], self.keys_at[key], self.values_at[key] = value, key_at, value_at


class WrittenList(list[Any]):
    """A list, with the place of each of its items."""

    values_at: list[At]


class RenderedText(Joined["Piece"]):
    """A text made by Terraform; its locations are those of where its pieces were written."""

    __slots__ = ("_own",)

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._own = max(pieces, key=lambda piece: len(piece.text)).source  # nearly all of it is of one file
        super().__init__(self._own.name, pieces)

    def place(self, piece: Piece, index: int) -> Location:
        return piece.source.location(piece.offset + index)

    @property
    def original(self) -> str:
        return self._own.original


class ScatteredText(Text):
    """The text of a file, and places in it and in others: an offset is the number of a place."""

    __slots__ = ("_original", "_places")

    def __init__(self, own: Text, places: Sequence[At]) -> None:
        super().__init__(own.name, own.text)
        self._original = own.original
        self._places = places

    def location(self, offset: int) -> Location:
        text, at = self._places[offset]
        return text.location(at)

    @property
    def original(self) -> str:
        return self._original


def places_of(value: Any, pointer: str, at: At) -> tuple[ScatteredText, Places]:
    """The places of a value's parts, below a JSON Pointer, as those of one text.

    Args:
        at: the place of the whole.
    """
    places, table = Places(), [at]
    places.values[""] = places.values[pointer] = 0

    def note(value: Any, pointer: str) -> None:
        keys_at = value.keys_at if isinstance(value, Written) else {}
        values_at = value.values_at if isinstance(value, (Written, WrittenList)) else {}
        for key, inner in pairs_of(value):
            below = child(pointer, key)
            if key in keys_at:
                places.keys[below] = len(table)
                table.append(keys_at[key])
            if isinstance(values_at, list) or key in values_at:
                places.values[below] = len(table)
                table.append(values_at[key])
            note(inner, below)

    note(value, pointer)
    named: dict[str, tuple[int, Text]] = {}
    for text, _ in table:
        count, _ = named.get(text.name, (0, text))
        named[text.name] = count + 1, text
    _, own = max(named.values(), key=lambda each: each[0])
    return ScatteredText(own, table), places


def written(reading: Reading) -> Any:
    """What was read, with its places.

    Raises:
        ValueError: written out, it is too large.
    """
    left = iter(range(LARGEST // 4))

    def place(pointer: str, *, value: bool = False) -> At:
        return reading.text, reading.places.find(pointer, value=value)

    def of(value: Any, pointer: str) -> Any:
        if next(left, None) is None:
            raise ValueError("it is too large")
        if isinstance(value, dict):
            made = Written()
            for key, item in value.items():
                at = child(pointer, key)
                made.put(key, of(item, at), place(at), place(at, value=True))
            return made
        if isinstance(value, list):
            items = WrittenList(of(item, child(pointer, index)) for index, item in enumerate(value))
            items.values_at = [place(child(pointer, index), value=True) for index in range(len(value))]
            return items
        return value

    return of(reading.value, "")


def text_of(value: Any) -> str:
    """A value in a template."""
    if isinstance(value, str):
        return value
    return values.dumps(value) if not isinstance(value, float) or not value.is_integer() else str(int(value))


def pairs_of(collection: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(collection, dict):
        yield from collection.items()
    elif isinstance(collection, list):
        yield from enumerate(collection)


def set_of(items: list[Any]) -> list[Any]:
    """A set as a list: each item once, texts and numbers sorted."""
    found = list({values.dumps(item): item for item in items}.values())
    alike = all(isinstance(item, str) for item in found) or all(values.is_number(item) for item in found)
    return sorted(found) if alike else found


def boolean_of(value: Any) -> bool | None:
    """A condition; None where it is not known."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_escape = re.compile(r'\\(?:([ntr"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))')


def unescape(text: str) -> str:
    """The value of a text in quotes."""
    return _escape.sub(lambda match: _ESCAPES.get(match[1] or "") or _character(match[2] or match[3], match[0]), text)


def _character(number: str, written: str) -> str:
    try:
        return chr(int(number, 16))
    except ValueError:  # Unicode ends at 10FFFF
        return written
