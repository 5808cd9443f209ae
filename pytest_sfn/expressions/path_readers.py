"""How a definite path is read: closures that walk names and indexes, and find `UNDEFINED` where nothing is.

Shared by `paths.py`, for the paths of a definition, and `path_search.py`, for those inside filters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from pytest_sfn.expressions.path_parser import FromEnd, Index, Name, Names, Segment
from pytest_sfn.expressions.values import UNDEFINED

__all__ = ["Reader", "make_reader"]

Reader = Callable[[Any], Any]
"""From the value of the path's root to the value that the path finds."""


def make_reader(segments: Sequence[Segment]) -> Reader:
    """The closure that walks definite segments; short chains of names, nearly all there are, have their own."""
    if all(isinstance(segment, Name) for segment in segments):
        return _names_reader([segment.name for segment in segments if isinstance(segment, Name)])
    steps = [_make_step(segment) for segment in segments]
    if len(steps) == 1:
        return steps[0]

    def read(value: Any) -> Any:
        for step in steps:
            value = step(value)
            if value is UNDEFINED:
                return value
        return value

    return read


def _names_reader(names: list[str]) -> Reader:
    # A name looked up in anything but an object raises: strings and arrays want integers, the rest has no items.
    if not names:
        return _identity
    make = _BY_LENGTH.get(len(names))
    if make is not None:
        return make(*names)

    def read_n(value: Any) -> Any:
        try:
            for name in names:
                value = value[name]
        except (KeyError, TypeError):
            return UNDEFINED
        return value

    return read_n


def _reader_1(a: str) -> Reader:
    def read_1(value: Any) -> Any:
        try:
            return value[a]
        except (KeyError, TypeError):
            return UNDEFINED

    return read_1


def _reader_2(a: str, b: str) -> Reader:
    def read_2(value: Any) -> Any:
        try:
            return value[a][b]
        except (KeyError, TypeError):
            return UNDEFINED

    return read_2


def _reader_3(a: str, b: str, c: str) -> Reader:
    def read_3(value: Any) -> Any:
        try:
            return value[a][b][c]
        except (KeyError, TypeError):
            return UNDEFINED

    return read_3


_BY_LENGTH: Final[dict[int, Callable[..., Reader]]] = {1: _reader_1, 2: _reader_2, 3: _reader_3}


def _identity(value: Any) -> Any:
    return value


def _nothing(_value: Any) -> Any:
    return UNDEFINED


def _make_step(segment: Segment) -> Reader:
    if isinstance(segment, Name):
        return _names_reader([segment.name])
    if isinstance(segment, Names):
        names = segment.names
        return lambda value: {name: value[name] for name in names if name in value} if isinstance(value, dict) else UNDEFINED
    if isinstance(segment, FromEnd):
        distance = segment.distance
        return lambda value: value[-distance] if isinstance(value, list) and 0 < distance <= len(value) else UNDEFINED
    assert isinstance(segment, Index)
    index = segment.index
    if index < 0:  # AWS finds nothing there, against its own simulator [reported with the cause text]
        return _nothing
    return lambda value: value[index] if isinstance(value, list) and index < len(value) else UNDEFINED
