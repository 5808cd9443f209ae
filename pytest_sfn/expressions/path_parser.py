"""The grammar of paths: text to a root and segments, nothing more.

    path    = root { "." name | ".*" | [ "." ] bracket | ".." ( name | "*" | bracket ) }
    root    = "$" | "$$" | "$" variable name
    bracket = "[" ( "*" | name in quotes { "," name in quotes } | item { "," item } | "?" filter | "(@.length-" n ")" ) "]"
    item    = n | [ n ] ":" [ n ] [ ":" n ]

AWS's dialect is that of Jayway's JsonPath: a dot is allowed before a bracket (`$.abc.['def ghi']` is the documentation's
own example), names may hold hyphens and any letters, filters know `=~`, `in` and their kin, and both `$` and `@` inside.
A function such as `.length()` is accepted when a definition is created and finds nothing when it runs [reported from AWS
with the cause text], so it is read as a name that no object has. Words without quotes in a filter are strings: published
definitions have them.

What a path finds is not decided here: `paths.py` reads definite paths, `path_search.py` the others.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

from pytest_sfn.dataclass import dataclass
from pytest_sfn.expressions.env import ExpressionSyntaxError

__all__ = [
    "Comparison",
    "Expression",
    "Filter",
    "FromEnd",
    "Index",
    "Junction",
    "Literal",
    "Name",
    "Names",
    "Negation",
    "Operand",
    "ParsedPath",
    "Query",
    "Regex",
    "Segment",
    "Slices",
    "Wildcard",
    "parse_path",
]


@dataclass(frozen=True, slots=True)
class Name:
    """`.name` or `['name']`."""

    name: str
    descends: bool = False
    """Whether `..` is before the segment, as in all kinds."""


@dataclass(frozen=True, slots=True)
class Names:
    """`['a','b']`."""

    names: tuple[str, ...]
    descends: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """`[n]`."""

    index: int
    descends: bool = False


@dataclass(frozen=True, slots=True)
class FromEnd:
    """`[(@.length-n)]`, the only arithmetic there is."""

    distance: int
    descends: bool = False


@dataclass(frozen=True, slots=True)
class Slices:
    """`[1:3]`, `[0,2]`: indexes and slices, in the order written."""

    items: tuple[int | slice, ...]
    descends: bool = False


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`.*` or `[*]`."""

    descends: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """`[?(...)]`."""

    expression: Expression
    descends: bool = False


Segment = Name | Names | Index | FromEnd | Slices | Wildcard | Filter


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant in a filter."""

    value: Any


@dataclass(frozen=True, slots=True)
class Regex:
    """`/pattern/flags`; `column` is where the pattern starts."""

    pattern: str
    flags: str
    column: int


@dataclass(frozen=True, slots=True)
class Query:
    """A path inside a filter; `root` is `@` or `$`."""

    root: str
    segments: tuple[Segment, ...]


Operand = Literal | Regex | Query


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`; operator "exists" has no right side that means anything."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Negation:
    """`!part`."""

    part: Expression


@dataclass(frozen=True, slots=True)
class Junction:
    """`a && b` (operator "and") or `a || b` ("or")."""

    operator: str
    parts: tuple[Expression, ...]


Expression = Comparison | Negation | Junction


@dataclass(frozen=True, slots=True)
class ParsedPath:
    """`root` is `$`, `$$` or a variable's name; `warnings` say what AWS accepts and will then find nothing with."""

    root: str
    segments: tuple[Segment, ...]
    warnings: tuple[str, ...]


NESTING_LIMIT: Final = 20
"""Filters and parentheses within each other; real ones are not deeper, and the parser is recursive."""

_BLANKS = re.compile(r"\s*")
_NAME = re.compile(r"""[^\s.\[\]()'",*?]+""")
_NAME_IN_FILTER = re.compile(r"""[^\s.\[\]()'",*?=<>!&|~]+""")
_FUNCTION = re.compile(r"[A-Za-z_]\w*\([^()]*\)")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)
_INTEGER = re.compile(r"-?\d+")
_FROM_END = re.compile(r"\(\s*@\.length(?:\(\))?\s*-\s*(\d+)\s*\)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])")
_REGEX = re.compile(r"/((?:[^/\\]|\\.)*)/([a-zA-Z]*)")
_VARIABLE = re.compile(r"[^\W\d]\w*")
_WORD = re.compile(r"[^\W\d][\w-]*")
_OPERATOR = re.compile(r"===|!==|==|!=|<=|>=|=~|<|>|(?:in|nin|contains|size|empty|subsetof|anyof|noneof|all)\b", re.IGNORECASE)
_WORDS: Final = {"true": True, "false": False, "null": None}


def parse_path(text: str) -> ParsedPath:
    """Parse a path; blanks at its end do not matter.

    Raises:
        ExpressionSyntaxError: with the column of the first character that does not fit.
    """
    parser = _Parser(text.rstrip())
    return parser.path()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.name = _NAME
        self.warnings: list[str] = []

    def fail(self, message: str, column: int | None = None, *, hint: str = "") -> NoReturn:
        raise ExpressionSyntaxError(message, self.at if column is None else column, hint=hint)

    def skip(self) -> None:
        match = _BLANKS.match(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def take(self, token: str) -> bool:
        """Whether `token` comes next; if so it is consumed."""
        found = self.text.startswith(token, self.at)
        if found:
            self.at += len(token)
        return found

    def path(self) -> ParsedPath:
        if not self.take("$"):
            self.fail("a path starts with '$'", hint=f"write $.{self.text}" if self.text.isidentifier() else "")
        root = "$"
        if self.take("$"):
            root = "$$"
        elif variable := _VARIABLE.match(self.text, self.at):
            root = variable[0]
            self.at = variable.end()
        segments = self.segments()
        if self.at < len(self.text):
            char = self.text[self.at]
            if char.isspace():
                self.fail("a name cannot contain a blank", hint="put the name in brackets and quotes: $['my name']")
            self.fail(f"{char!r} does not fit here", hint="names with such characters need brackets and quotes: $['my-name?']")
        return ParsedPath(root, segments, tuple(self.warnings))

    def segments(self) -> tuple[Segment, ...]:
        found: list[Segment] = []
        while True:
            if self.text.startswith("[", self.at):
                found.append(self.bracket(descends=False))
            elif self.text.startswith(".", self.at):
                found.append(self.dotted())
            else:
                return tuple(found)

    def dotted(self) -> Segment:
        self.at += 1
        descends = self.take(".")
        if self.text.startswith("[", self.at):
            return self.bracket(descends=descends)
        if self.take("*"):
            return Wildcard(descends)
        function = _FUNCTION.match(self.text, self.at)
        if function is not None:
            self.warnings.append(
                f"column {self.at + 1}: AWS knows no functions in paths; {function[0]} finds nothing when it runs"
            )
        match = function or self.name.match(self.text, self.at)
        if match is None:
            self.fail("a name is missing after the dot")
        self.at = match.end()
        return Name(match[0], descends)

    def bracket(self, *, descends: bool) -> Segment:
        start = self.at
        self.at += 1
        self.skip()
        segment = self.selector(descends)
        self.skip()
        if not self.take("]"):
            end = self.text[self.at : self.at + 1]
            self.fail(
                f"{end!r} does not fit here; ']' is expected" if end else "the bracket is not closed", None if end else start
            )
        return segment

    def selector(self, descends: bool) -> Segment:
        char = self.text[self.at : self.at + 1]
        if char and char in "'\"":
            names = self.separated(self.quoted)
            return Name(names[0], descends) if len(names) == 1 else Names(tuple(dict.fromkeys(names)), descends)
        if self.take("*"):
            return Wildcard(descends)
        if self.take("?"):
            return Filter(self.filter(), descends)
        if char == "(":
            match = _FROM_END.match(self.text, self.at)
            if match is None:
                self.fail("a calculated index can only be (@.length-n)")
            self.at = match.end()
            return FromEnd(int(match[1]), descends)
        if char == ":" or _INTEGER.match(self.text, self.at):
            column = self.at
            items = self.separated(self.item)
            if len(items) > 1 or isinstance(items[0], slice):
                return Slices(tuple(items), descends)
            if items[0] < 0:
                n = -items[0]
                self.warnings.append(
                    f"column {column + 1}: AWS finds nothing at a negative index; "
                    f"write [(@.length-{n})] for the item, or [{-n}:] for an array from there on"
                )
            return Index(items[0], descends)
        if word := _WORD.match(self.text, self.at):
            return self.fail("a name in brackets needs quotes", hint=f"write ['{word[0]}']")
        return self.fail("a bracket holds a name in quotes, an index, a slice, * or ?(...)")

    def separated(self, part: Any) -> list[Any]:
        found = [part()]
        self.skip()
        while self.take(","):
            self.skip()
            found.append(part())
            self.skip()
        return found

    def quoted(self) -> str:
        match = _QUOTED.match(self.text, self.at)
        if match is None:
            self.fail(
                "a name in quotes is expected"
                if self.text[self.at : self.at + 1] not in ("'", '"')
                else "the quote is not closed"
            )
        self.at = match.end()
        return _unquote(match)

    def item(self) -> int | slice:
        bounds: list[int | None] = [self.integer()]
        while len(bounds) < 3 and self.take(":"):
            self.skip()
            bounds.append(self.integer())
            self.skip()
        if len(bounds) > 1:
            if bounds[2:] == [0]:
                self.fail("the step of a slice cannot be 0")
            return slice(*bounds)
        if bounds[0] is None:
            self.fail("an index or a slice is expected")
        return bounds[0]

    def integer(self) -> int | None:
        match = _INTEGER.match(self.text, self.at)
        if match is None:
            return None
        if len(match[0]) > 18:
            self.fail("the number is too large for an index")
        self.at = match.end()
        self.skip()
        return int(match[0])

    # Filters. `&&` binds more tightly than `||`.

    def filter(self) -> Expression:
        outer, self.name = self.name, _NAME_IN_FILTER
        self.skip()
        expression = self.either()
        self.name = outer
        return expression

    def either(self) -> Expression:
        self.depth += 1
        if self.depth > NESTING_LIMIT:
            self.fail(f"filters are nested deeper than {NESTING_LIMIT}")
        parts = [self.both()]
        while self.take("||"):
            self.skip()
            parts.append(self.both())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Junction("or", tuple(parts))

    def both(self) -> Expression:
        parts = [self.unary()]
        while self.take("&&"):
            self.skip()
            parts.append(self.unary())
        return parts[0] if len(parts) == 1 else Junction("and", tuple(parts))

    def unary(self) -> Expression:
        negations = 0
        while self.take("!"):
            negations += 1
            self.skip()
        part: Expression
        if self.take("("):
            self.skip()
            part = self.either()
            if not self.take(")"):
                self.fail("')' is expected")
            self.skip()
        else:
            part = self.comparison()
        return Negation(part) if negations % 2 else part

    def comparison(self) -> Expression:
        left = self.operand()
        self.skip()
        match = _OPERATOR.match(self.text, self.at)
        if match is None:
            if self.take("="):
                self.fail("'=' is not a comparison operator", self.at - 1, hint="write ==")
            if not isinstance(left, Query):
                self.fail("a comparison such as == is expected")
            return Comparison("exists", left, Literal(None))
        self.at = match.end()
        self.skip()
        operator = match[0].lower()
        column = self.at
        right = self.operand()
        self.skip()
        if isinstance(right, Regex) != (operator == "=~"):
            self.fail("=~ compares with a /regular expression/, and only it does", column)
        return Comparison(operator, left, right)

    def operand(self) -> Operand:
        text, at = self.text, self.at
        char = text[at : at + 1]
        if char and char in "@$":
            self.at += 1
            return Query(char, self.segments())
        if char and char in "'\"":
            return Literal(self.quoted())
        if char == "[":
            self.at += 1
            self.skip()
            items = [] if self.text.startswith("]", self.at) else self.separated(self.constant)
            if not self.take("]"):
                self.fail("']' is expected")
            return Literal(items)
        if match := _REGEX.match(text, at):
            self.at = match.end()
            return Regex(match[1].replace("\\/", "/"), match[2], match.start(1))
        if match := _NUMBER.match(text, at):
            self.at = match.end()
            return Literal(json.loads(match[0]))
        if match := _WORD.match(text, at):
            self.at = match.end()
            return Literal(_WORDS.get(match[0], match[0]))
        return self.fail("a filter compares paths (@.x, $.x), strings, numbers, true, false, null and [lists]")

    def constant(self) -> Any:
        column = self.at
        operand = self.operand()
        if not isinstance(operand, Literal):
            self.fail("a list in a filter holds constants", column)
        return operand.value


def _unquote(match: re.Match[str]) -> str:
    r"""The name between quotes. Only the quote itself and the backslash are escaped.

    `['Test\""Name"']` keeps its backslash [recorded].
    """
    raw, quote = (match[1], "'") if match[1] is not None else (match[2], '"')
    if "\\" not in raw:
        return raw
    return re.sub(r"\\(.)", lambda escape: escape[1] if escape[1] in (quote, "\\") else escape[0], raw, flags=re.DOTALL)
