"""Values of Terraform's language: texts, objects and lists that know where they were written, and how values convert."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.dataclass import dataclass
from pytest_sfn.expressions import values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_sfn.asl.text import Text

__all__ = ["LARGEST", "Piece", "Rendered", "Written", "WrittenList", "boolean_of", "pairs_of", "text_of", "unescape"]

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
    """An object, or (by index) a list, with the offset of each of its keys and values in a file."""

    source: Text
    keys_at: dict[Any, int]
    values_at: dict[Any, int]


class WrittenList(list[Any]):
    source: Text
    values_at: list[int]


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
