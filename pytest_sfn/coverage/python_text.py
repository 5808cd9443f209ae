"""Values, calls and statements as Python's text, laid out as `ruff format` lays them out."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import printable

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Chain",
    "Keyword",
    "Name",
    "about",
    "about_state",
    "assert_equal",
    "call",
    "defined",
    "exploded",
    "fits",
    "literal",
    "snake_case",
    "statement",
    "unused",
]

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

    def statement(self) -> str:
        """The chain as a statement; as two if all before the last answer is too long for a line."""
        *before, (last, arguments) = self.calls
        head = ".".join([*(call(function, *each) for function, each in before), last])
        if fits(f"{head}("):
            return statement(head, *arguments)
        (first, target), *answers = self.calls
        return (
            statement(f"mock = {first}", *target) + Chain((("mock." + answers[0][0], answers[0][1]), *answers[1:])).statement()
        )

    def __str__(self) -> str:
        return ".".join(call(function, *arguments) for function, arguments in self.calls)


def fits(line: str, indent: int = 1) -> bool:
    """Whether a line, still without its indentation, is no longer than lines are."""
    return len(_STEP * indent) + len(line) <= _WIDTH


def literal(value: Any) -> str:
    """A JSON value, a name, or a tuple of several of them, in one line."""
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, Keyword):
        return f"{value.name}={literal(value.value)}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(name)}: {literal(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))})"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value)


def _text(value: str) -> str:
    """A text in double quotes, unless it has more of them than of single ones."""
    shown = printable(repr(value + "'\"")[1:-4])  # as it is in single quotes, since it has both
    if value.count('"') > value.count("'"):
        return f"'{shown}'"
    escaped = re.sub(r'\\.|"', lambda found: {"\\'": "'", '"': '\\"'}.get(found[0], found[0]), shown)
    return f'"{escaped}"'


def snake_case(text: str, longest: int) -> str:
    """A text as part of an identifier, in whichever script; whole words of it, if it is long."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])(?![A-Z]s(?![a-z]))", "_", unicodedata.normalize("NFKC", text))
    words = unicodedata.normalize("NFKC", words.lower())
    words = "".join(letter if f"a{letter}".isidentifier() else "_" for letter in words)
    words = re.sub("_+", "_", words).strip("_")
    return words if len(words) <= longest else words[: longest + 1].rpartition("_")[0] or words[:longest]


def unused(stem: str, taken: set[str]) -> str:
    """A name that is not taken yet, the stem if that can be; it is added to them."""
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    taken.add(name)
    return name


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
    lines = _lines([("", each) for each in arguments], indent + 1)
    return f"{before}{function}(\n{lines}{before})\n"


def assert_equal(what: str, value: Any) -> str:
    """The statement that an expression has a value; in several lines if need be."""
    is_one = value is None or isinstance(value, bool)
    before, shown = f"{what} {'is' if is_one else '=='} ", literal(value)
    if fits(f"assert {before}{shown}"):
        return f"    assert {before}{shown}\n"
    if value and isinstance(value, (dict, list)):
        return f"    assert {before}{exploded(value, 1, _WIDTH)}\n"
    between = " " if fits(before + shown, 2) else f"\n{_STEP * 2}"
    return f"    assert (\n{_STEP * 2}{between.join((what, before[len(what) + 1 :] + shown))}\n    )\n"


def about(name: str, called: tuple[str, tuple[Any, ...]], lines: Callable[[str], str]) -> str:
    """Statements about what a call gives.

    Args:
        name: of a variable for it, if a line would get too long.
        called: a function, and its arguments.
        lines: gives the statements for the call or the variable.
    """
    function, arguments = called
    found = lines(call(function, *arguments))
    if all(len(line) <= _WIDTH for line in found.splitlines()):
        return found
    return statement(f"{name} = {function}", *arguments) + lines(name)


def about_state(state: str, lines: Callable[[str], str]) -> str:
    """Statements about the report of a state of an execution."""
    return about("report", ("execution.state", (state,)), lines)


def defined(name: str, parameters: list[str]) -> str:
    """The first line of a function, or its first lines."""
    names = ", ".join(parameters)
    line = f"def {name}({names}):"
    return f"{line}\n" if fits(line, 0) else f"def {name}(\n    {names}{',' * (len(parameters) == 1)}\n):\n"


def exploded(value: Any, indent: int = 0, taken: int = 0) -> str:
    """A value that begins in a line of so many steps of indentation.

    Args:
        taken: columns of that line, beside its indentation, that something else has, as a comma.
    """
    if isinstance(value, Keyword):
        return f"{value.name}={exploded(value.value, indent, taken + len(value.name) + 1)}"
    line = literal(value)
    if len(_STEP * indent) + taken + len(line) <= _WIDTH or not isinstance(value, (dict, list, tuple)) or not value:
        return line
    named = value.items() if isinstance(value, dict) else [("", item) for item in value]
    rows = [(f"{literal(name)}: " if isinstance(value, dict) else "", item) for name, item in named]
    return f"{line[0]}\n{_lines(rows, indent + 1)}{_STEP * indent}{line[-1]}"


def _lines(rows: list[tuple[str, Any]], indent: int) -> str:
    """Each value on a line, or several, of its own, behind a text; an only one has no comma behind it, as ruff has it."""
    comma = "," * (len(rows) > 1)
    return "".join(
        f"{_STEP * indent}{before}{exploded(value, indent, len(before) + len(comma))}{comma}\n" for before, value in rows
    )
