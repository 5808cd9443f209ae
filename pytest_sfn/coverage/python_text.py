"""Values, calls and statements as Python's text, laid out as `ruff format` lays them out."""

from __future__ import annotations

import math
from typing import Any, Final

from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import printable

__all__ = ["Chain", "Keyword", "Name", "call", "exploded", "fits", "literal", "statement"]

_WIDTH: Final = 88
_STEP: Final = "    "


class Name(str):
    """A name: an argument that is no value."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword argument."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Chain:
    """Calls, each a method of what the one before gives: `sfn_mock.state("Charge").raises("Declined")`.

    Attributes:
        calls: functions with their arguments.
    """

    calls: tuple[tuple[str, tuple[Any, ...]], ...]

    def then(self, method: str, *arguments: Any) -> Chain:
        """The chain with one more call."""
        return Chain((*self.calls, (method, arguments)))

    def put(self, value: Any, name: str) -> Chain:
        """The chain with a name where a call has a value as its only argument."""
        return Chain(tuple((function, (Name(name),) if each == (value,) else each) for function, each in self.calls))

    def statements(self, name: str) -> str:
        """The chain as one statement, or with a name for what its first call gives."""
        line = str(self)
        if fits(line):
            return f"    {line}\n"
        first, *others = self.calls
        *between, last = [(f"{name}.{others[0][0]}", others[0][1]), *others[1:]]
        head = ".".join([*(call(function, *arguments) for function, arguments in between), last[0]])
        return statement(f"{name} = {first[0]}", *first[1]) + statement(head, *last[1])

    def __str__(self) -> str:
        return ".".join(call(function, *arguments) for function, arguments in self.calls)


def fits(line: str, indent: int = 1) -> bool:
    """Whether a line, still without its indentation, is no longer than lines are."""
    return len(_STEP * indent) + len(line) <= _WIDTH


def literal(value: Any) -> str:
    """A JSON value, or a name, in one line."""
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, Keyword):
        return f"{value.name}={literal(value.value)}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(name)}: {literal(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, str):
        shown = printable(repr(value))
        return f'"{shown[1:-1]}"' if shown[0] == "'" and '"' not in value else shown
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value)


def call(function: str, *arguments: Any) -> str:
    """A call in one line."""
    return f"{function}({', '.join(map(literal, arguments))})"


def statement(function: str, *arguments: Any, indent: int = 1) -> str:
    """A statement that ends in a call, `a = f(1, 2)`; in several lines if need be. It ends with a line break."""
    before = _STEP * indent
    line = before + call(function, *arguments)
    if len(line) <= _WIDTH or not arguments:
        return f"{line}\n"
    inside = before + _STEP
    line = inside + ", ".join(map(literal, arguments))
    if len(line) <= _WIDTH:
        return f"{before}{function}(\n{line}\n{before})\n"
    lines = "".join(f"{inside}{exploded(each, indent + 1)},\n" for each in arguments)
    if len(arguments) == 1 and isinstance(arguments[0], str):  # nothing that could be split: no comma is added
        lines = f"{inside}{literal(arguments[0])}\n"
    return f"{before}{function}(\n{lines}{before})\n"


def exploded(value: Any, indent: int = 0, taken: int = 0) -> str:
    """A value that begins in a line of so many steps of indentation and is followed by a comma.

    Args:
        taken: columns of that line, beside its indentation, that something else has.
    """
    if isinstance(value, Keyword):
        return f"{value.name}={exploded(value.value, indent, taken + len(value.name) + 1)}"
    line = literal(value)
    if len(_STEP * indent) + taken + len(line) + 1 <= _WIDTH or not isinstance(value, (dict, list)) or not value:
        return line
    inside = _STEP * (indent + 1)
    if isinstance(value, list):
        return "[\n" + "".join(f"{inside}{exploded(item, indent + 1)},\n" for item in value) + _STEP * indent + "]"
    rows = []
    for name, item in value.items():
        key = literal(name)
        rows.append(f"{inside}{key}: {exploded(item, indent + 1, len(key) + 2)},\n")
    return "{\n" + "".join(rows) + _STEP * indent + "}"
