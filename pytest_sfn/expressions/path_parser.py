"""The grammar of paths: text to a root and segments, nothing more.

AWS reads paths with Jayway's JsonPath 2.0.0, so this is that release's grammar, read off the release itself
(`tests/oracles`): it takes what later releases and other libraries refuse, and refuses what they take.

    path    = root { "." word | ".*" | "." | ".." | word | bracket }
    root    = "$" | "$$" | "$" variable name
    word    = any text without "." "[" and blanks; a quote in it begins and ends names as in a bracket
    bracket = "[*]" | "[" names in single quotes "]" | "[" array "]" | "[?(" condition ")]"
    array   = n { "," n } | [ n ] ":" [ n ] | "(@.length-" n ")"

What a bracket holds before its first quote, digit, `:`, `-`, `@` or `?` does not matter, nor what follows the part that
was understood: `[0..1]` is `[0]`. There are no functions: `length()` is a name that no object has. Names in double quotes
are refused.

A condition is a comparison, `@.path` or `!@.path`, several joined by `&&` and `||`. Both bind alike, parentheses do not
group, and the last comparison is asked first: `a && b || c` means `(c || b) && a`. Words without quotes are texts.

What a path finds is not decided here: `paths.py` reads definite paths, `path_search.py` the others.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NoReturn

from pytest_sfn.dataclass import dataclass
from pytest_sfn.expressions.env import ExpressionSyntaxError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Comparison",
    "Condition",
    "Filter",
    "FromEnd",
    "Index",
    "Junction",
    "Name",
    "Names",
    "Operand",
    "ParsedPath",
    "Query",
    "Regex",
    "Scan",
    "Segment",
    "Slice",
    "Union",
    "Wildcard",
    "is_definite",
    "parse_path",
]


@dataclass(frozen=True, slots=True)
class Name:
    """`.name` or `['name']`."""

    name: str

    def __str__(self) -> str:
        return f"['{self.name}']"


@dataclass(frozen=True, slots=True)
class Names:
    """`['a','b']`: several names, or none."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return "[" + ", ".join(f"'{name}'" for name in self.names) + "]"


@dataclass(frozen=True, slots=True)
class Index:
    """`[n]`."""

    index: int

    def __str__(self) -> str:
        return f"[{self.index}]"


@dataclass(frozen=True, slots=True)
class FromEnd:
    """`[(@.length-n)]`, the only arithmetic there is."""

    distance: int

    def __str__(self) -> str:
        return f"[@.size(){-self.distance}]"


@dataclass(frozen=True, slots=True)
class Union:
    """`[0,2]`."""

    indexes: tuple[int, ...]

    def __str__(self) -> str:
        return f"[{','.join(map(str, self.indexes))}]"


@dataclass(frozen=True, slots=True)
class Slice:
    """`[1:3]`; None for an end that is left out."""

    start: int | None
    stop: int | None

    def __str__(self) -> str:
        return f"[{'' if self.start is None else self.start}:{'' if self.stop is None else self.stop}]"


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`.*` or `[*]`."""

    def __str__(self) -> str:
        return "[*]"


@dataclass(frozen=True, slots=True)
class Scan:
    """`..`: the next segment is tried on a value and on everything in it."""

    def __str__(self) -> str:
        return ".."


@dataclass(frozen=True, slots=True)
class Filter:
    """`[?(...)]`."""

    condition: Condition

    def __str__(self) -> str:
        return "[?]"


Segment = Name | Names | Index | FromEnd | Union | Slice | Wildcard | Scan | Filter


@dataclass(frozen=True, slots=True)
class Regex:
    """`/pattern/` or `/pattern/i`; `column` is where the pattern starts."""

    pattern: str
    ignores_case: bool
    column: int


@dataclass(frozen=True, slots=True)
class Query:
    """A definite path inside a condition; `root` is `@` or `$`."""

    root: str
    segments: tuple[Segment, ...]


Operand = Query | Regex | str
"""What is compared; a constant is a text, whatever it looks like."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`; the operators `exists` and `missing` have no right side."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Junction:
    """`first && second` or `first || second`, in the order in which they are asked."""

    operator: str
    first: Condition
    second: Comparison


Condition = Comparison | Junction


@dataclass(frozen=True, slots=True)
class ParsedPath:
    """`root` is `$`, `$$` or a variable's name; `warnings` say what AWS accepts and will then find nothing with."""

    root: str
    segments: tuple[Segment, ...]
    warnings: tuple[str, ...]


def is_definite(segments: Sequence[Segment]) -> bool:
    """Whether a path can find one value at most."""
    return all(isinstance(segment, _DEFINITE) for segment in segments)


_DEFINITE: Final = (Name, Names, Index, FromEnd)

SEGMENT_LIMIT: Final = 500
"""Segments of a path, and comparisons of a condition; a search goes as deep into Python's stack as a path is long."""

_BLANKS: Final = "".join(map(chr, range(33)))  # what Java's trim takes away
_WORD = re.compile(r"[^.\[ ]*")
_FUNCTION = re.compile(r"[A-Za-z_]\w*\([^()]*\)")
_VARIABLE = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"[+-]?\d{1,18}")
_FIRST = re.compile(r"['?:@\-\d]")
_LENGTH = re.compile(r"@[^-]*-([^)]*)\)")
_STOP = re.compile(r"[\d -]*")
_JOIN = re.compile(r"&&|\|\|")
_OPERATORS: Final = ("==", ">=", "<=", "!=", "<", ">", "=~")
"""In the order in which they are looked for in a comparison: the first one found splits it."""
_REGEX = re.compile(r"/(.*)/(i?)", re.DOTALL)


def parse_path(text: str) -> ParsedPath:
    """Parse a path; blanks at its end do not matter.

    Raises:
        ExpressionSyntaxError: with the column of the first character that does not fit.
    """
    return _Parser(text.rstrip(_BLANKS)).path()


class _Parser:
    def __init__(self, text: str, column: int = 0) -> None:
        self.text = text
        self.column = column
        self.at = 0
        self.warnings: list[str] = []

    def fail(self, message: str, at: int | None = None, *, hint: str = "") -> NoReturn:
        raise ExpressionSyntaxError(message, self.column + (self.at if at is None else at), hint=hint)

    def path(self) -> ParsedPath:
        text = self.text
        if not text.startswith("$"):
            self.fail("a path starts with '$'", hint=f"write $.{text}" if text.isidentifier() else "")
        root, self.at = "$", 1
        if text.startswith("$$"):
            root, self.at = "$$", 2
        elif variable := _VARIABLE.match(text, 1):
            root, self.at = variable[0], variable.end()
        return ParsedPath(root, self.segments(), tuple(self.warnings))

    def query(self) -> Query:
        """A path inside a condition, after its root."""
        self.at = 1
        segments = self.segments()
        if not is_definite(segments):
            self.fail("a path in a filter names one value", 0, hint="use names and indexes only")
        return Query(self.text[0], segments)

    def segments(self) -> tuple[Segment, ...]:
        text, end = self.text, len(self.text)
        if self.at < end and text[self.at] not in ".[":
            self.fail(
                f"{text[self.at]!r} does not fit here",
                hint="names with such characters need brackets and quotes: $['my-name?']",
            )
        if text.endswith("..") or (text.endswith(".") and "[" not in text[text.rfind("]") + 1 :]):
            self.fail("a name is missing after the dot", end)
        found: list[Segment] = []
        while self.at < end:
            if len(found) >= SEGMENT_LIMIT:
                self.fail(f"a path has at most {SEGMENT_LIMIT} steps")
            char = text[self.at]
            if char == " ":
                self.fail("a name cannot contain a blank", hint="put the name in brackets and quotes: $['my name']")
            if char == "[":
                found.append(self.bracket())
                continue
            if char == ".":
                self.at += 1
                if text[self.at] == ".":
                    self.at += 1
                    found.append(Scan())
                    continue
            elif char == "*":
                self.at += 1
                found.append(Wildcard())
                continue
            if (word := self.word()) is not None:
                found.append(word)
        return tuple(found)

    def word(self) -> Segment | None:
        """What follows a dot; None for nothing."""
        match = _WORD.match(self.text, self.at)
        assert match is not None
        word, start, self.at = match[0], self.at, match.end()
        if not word:
            return None
        if word == "*":
            return Wildcard()
        if _FUNCTION.fullmatch(word):
            self.warnings.append(f"column {start + 1}: AWS knows no functions in paths; {word} finds nothing when it runs")
        return _names(f"'{word}'")

    def bracket(self) -> Segment:
        text, start = self.text, self.at
        depth = 0
        for end in range(start, len(text)):
            depth += (text[end] == "[") - (text[end] == "]")
            if not depth:
                break
        inside = text[start + 1 : end + bool(depth)]  # the release does not miss the last bracket if it has no need of it
        self.at = end + 1
        if inside == "*" and not depth:
            return Wildcard()
        first = _FIRST.search(inside)
        at = start + 1 + (first.start() if first else 0)
        if first is None:
            word = inside.strip().strip('"')
            hint = f"write ['{word}']" if _VARIABLE.fullmatch(word) else ""
            self.fail("a bracket holds a name in single quotes, an index, a slice, * or ?(...)", at, hint=hint)
        if depth and "]" not in inside and first[0] in "'?":
            self.fail("the bracket is not closed", start)
        if first[0] == "'":
            return _names(inside[first.start() :])
        if first[0] == "?":
            return Filter(self.filter(inside, start + 1))
        return self.array(inside[first.start() :], at, closed=not depth)

    # Arrays

    def array(self, inside: str, at: int, *, closed: bool) -> Segment:
        if inside[0] == "@":
            return self.from_end(inside, at)
        numbers: list[int] = []
        kind, digits, position, size = "", "", 0, len(inside)
        while position < size and (inside[position].isdecimal() or inside[position] in ", :-"):
            char = inside[position]
            position += 1
            if char == ",":
                numbers.append(self.number(digits, at))
                kind, digits = "union", ""
            elif char == ":":
                rest = _STOP.match(inside, position)
                assert rest is not None
                stop = rest[0].replace(" ", "")
                kind = kind or ("to" if not digits else "between" if stop else "from")
                if digits:
                    numbers.append(self.number(digits, at))
                if stop or not digits:
                    numbers.append(self.number(stop, at))
                digits, position = "", rest.end() + 1  # the release skips the character that ends a slice
            elif char != " ":
                digits += char
        if not closed and position >= size:
            self.fail("the bracket is not closed", at)
        if digits:
            numbers.append(self.number(digits, at))
        return self.selector(kind, numbers, at)

    def selector(self, kind: str, numbers: list[int], at: int) -> Segment:
        if len(numbers) == 1 and kind in ("", "union"):
            (index,) = numbers
            if index < 0:
                self.warnings.append(
                    f"column {at + 1}: AWS finds nothing at a negative index; "
                    f"write [(@.length-{-index})] for the item, or [{index}:] for an array from there on"
                )
            return Index(index)
        if kind == "union":
            return Union(tuple(numbers))
        if kind == "from":
            return Slice(numbers[0], None)
        return Slice(None, numbers[0]) if kind == "to" else Slice(numbers[0], numbers[1])

    def from_end(self, inside: str, at: int) -> FromEnd:
        match = _LENGTH.match(inside)
        function = re.sub(r"[ ()]", "", inside.partition("-")[0])
        if match is None or function not in ("@.length", "@.size"):
            self.fail("a calculated index can only be (@.length-n)", at)
        return FromEnd(-self.number("-" + match[1].replace(" ", ""), at))

    def number(self, digits: str, at: int) -> int:
        number = int(digits) if _NUMBER.fullmatch(digits) else None
        if number is None or not -(2**31) <= number < 2**31:
            self.fail("a whole number is expected" if number is None else "the number is too large for an index", at)
        return number

    # Conditions

    def filter(self, inside: str, at: int) -> Condition:
        """What is between the brackets of `[?(...)]`; `at` is where it starts."""
        start = inside.index("?") + 1
        body = inside[start:].strip(_BLANKS)
        if inside[: start - 1].strip(_BLANKS) or not _balanced(body):
            self.fail("a filter is written [?(...)]", at)
        start += inside[start:].index("(") + 1
        return self.condition(body[1:-1], at + start)

    def condition(self, text: str, at: int) -> Condition:
        joins = list(_JOIN.finditer(text))
        if len(joins) > SEGMENT_LIMIT:
            self.fail(f"a filter has at most {SEGMENT_LIMIT} comparisons", at)
        starts = [0, *(join.end() for join in joins)]
        ends = [*(join.start() for join in joins), len(text)]
        comparisons = [self.comparison(text[start:end], at + start) for start, end in zip(starts, ends, strict=True)]
        condition: Condition = comparisons.pop()
        for join, comparison in zip(reversed(joins), reversed(comparisons), strict=True):
            condition = Junction(join[0], condition, comparison)
        return condition

    def comparison(self, text: str, at: int) -> Comparison:
        at += len(text) - len(text.lstrip("[?( \t\r\n"))
        text = text.strip(_BLANKS).lstrip("[?( ").rstrip(") ")
        operator = next((each for each in _OPERATORS if each in text), "")
        before, _, after = text.partition(operator) if operator else (text, "", "")
        left, right = before.strip(_BLANKS), after.strip(_BLANKS)
        negated = left.startswith("!@")
        first = self.operand(left.removeprefix("!") if negated else left, at + negated)
        if operator:
            return Comparison(operator, first, self.operand(right, at + len(text) - len(after.lstrip(_BLANKS))))
        if not isinstance(first, Query):
            self.fail("a comparison such as == is expected", at)
        return Comparison("missing" if negated else "exists", first, "")

    def operand(self, text: str, at: int) -> Operand:
        if text.startswith(("@", "$")):
            return _Parser(text, at).query()
        if len(text) > 1 and text[0] == text[-1] == "'":
            return text[1:-1]
        if (regex := _REGEX.fullmatch(text)) is not None:
            return Regex(regex[1], bool(regex[2]), at + 1)
        return text


def _balanced(text: str) -> bool:
    """Whether it is one `(...)` whose quotes and parentheses are closed."""
    bare = re.sub(r"'(?:[^'\\]|\\.)*'", "", text, flags=re.DOTALL)
    return text[:1] == "(" and text[-1:] == ")" and len(text) > 2 and "'" not in bare and bare.count("(") == bare.count(")")


def _names(text: str) -> Name | Names:
    r"""The names in quotes, up to the first bracket; there is no escape: `['it\'s']` is the name `it\`."""
    parts = text.partition("]")[0].split("'")
    names = parts[1 : len(parts) - 1 : 2]  # without one that is not closed
    return Name(names[0]) if len(names) == 1 else Names(tuple(names))
