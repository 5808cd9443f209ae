"""Conditions of filters: what a comparison of JsonPath 2.0.0 says of two values.

A constant is a text there, and a text is compared with a number as a number, with a boolean as a boolean; `1 == @.n` is
false, since only what stands on the right is converted. Text that is no number ends the whole search. What is not there is
neither equal nor unequal to anything, `null` is what `'null'` is, and two arrays or objects are equal if they are the same
one. All of it is read off the release (`tests/oracles`).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from pytest_sfn.errors import StateError, UnplacedError
from pytest_sfn.expressions.env import ExpressionSyntaxError
from pytest_sfn.expressions.path_parser import Comparison, Condition, Junction, Names, Operand, Query, Regex
from pytest_sfn.expressions.values import dumps

__all__ = ["Find", "PathError", "Search", "Test", "make_test"]

STEPS: Final = 1_000_000
"""Of one search, those in filters included: values looked at. AWS's largest payload has an eighth of a million values."""

REGEX_SECONDS: Final = 1.0
"""Time for one regular expression on one string; only runaway backtracking needs it."""


class PathError(Exception):
    """A search ends.

    Attributes:
        text: why, in the release's words.
        missing: whether something was not there, which a wildcard over an array and a condition pass over.
    """

    def __init__(self, text: str, *, missing: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.missing = missing


class Search:
    """One search.

    Attributes:
        root: the value that `$` is.
        text: the path, for a message.
        left: how many more steps it may take.
    """

    __slots__ = ("left", "root", "text")

    def __init__(self, root: Any, text: str) -> None:
        self.root = root
        self.text = text
        self.left = STEPS

    def charge(self, steps: int) -> None:
        """Count steps.

        Raises:
            UnplacedError: it takes too many.
        """
        self.left -= steps
        if self.left < 0:
            raise UnplacedError(
                f"the path {self.text!r} takes more than {STEPS:,} steps\n"
                f"  fix  name more of the way to the value ($.a.b instead of $..b), or give the test less data"
            )


Test = Callable[[Any, Search], bool]
"""A candidate (`@`) and the search, to whether a filter keeps it."""

Find = Callable[[Query], Callable[[Any, Search], Any]]
"""Makes the closure that reads a query for a candidate; it raises a `PathError` for what is not there."""


class _NotComparableError(Exception):
    """Two values that are neither equal nor in an order."""


def make_test(condition: Condition, find: Find) -> Test:
    """The closure of a condition."""
    if isinstance(condition, Junction):
        first, second = make_test(condition.first, find), make_test(condition.second, find)
        if condition.operator == "&&":
            return lambda item, search: first(item, search) and second(item, search)
        return lambda item, search: first(item, search) or second(item, search)
    return _make_comparison(condition, find)


def _make_comparison(comparison: Comparison, find: Find) -> Test:
    if isinstance(comparison.left, Query) and comparison.operator in ("exists", "missing"):
        return _make_existence(comparison.left, comparison.operator == "exists", find)
    left, right = _make_operand(comparison.left, find), _make_operand(comparison.right, find)
    compare = _COMPARISONS[comparison.operator]

    def test(item: Any, search: Search) -> bool:
        try:
            return compare(left(item, search), right(item, search))
        except PathError as error:
            if not error.missing:
                raise
            return False
        except _NotComparableError:
            return False

    return test


def _make_existence(query: Query, wanted: bool, find: Find) -> Test:
    """Whether there is something other than null; here `$` is the candidate, too, and of several names all have to be there."""
    last = query.segments[-1] if query.segments else None
    count = len(set(last.names)) if isinstance(last, Names) else 0
    read = find(Query("@", query.segments))

    def exists(item: Any, search: Search) -> bool:
        try:
            found = read(item, search)
        except PathError as error:
            if not error.missing:
                raise
            return not wanted
        return (found is not None and (not count or len(found) == count)) is wanted

    return exists


def _make_operand(operand: Operand, find: Find) -> Callable[[Any, Search], Any]:
    if isinstance(operand, Query):
        return find(operand)
    value = _Pattern(operand) if isinstance(operand, Regex) else operand
    return lambda _item, _search: value


class _Pattern:
    """A regular expression that can be stopped."""

    def __init__(self, regex: Regex) -> None:
        import regex as engine  # like `re`, with a time limit

        self.text = regex.pattern
        try:
            self._pattern = engine.compile(regex.pattern, engine.IGNORECASE if regex.ignores_case else 0)
        except engine.error as error:
            raise ExpressionSyntaxError(f"the regular expression is not valid: {error}", regex.column) from None

    def matches(self, text: str) -> bool:
        """Whether the whole text matches."""
        try:
            return self._pattern.fullmatch(text, timeout=REGEX_SECONDS) is not None
        except TimeoutError:
            cause = f"The regular expression /{self.text}/ needed more than {REGEX_SECONDS:g} s for a string"
            raise StateError("States.Runtime", cause) from None


def _is_nullish(value: Any) -> bool:
    return value is None or value == "null"


def _order(left: Any, right: Any) -> int:
    """Negative, zero or positive as the right value is smaller than, equal to or greater than the left one."""
    if _is_nullish(left) or _is_nullish(right):
        return _is_nullish(left) - _is_nullish(right)
    if isinstance(right, str):
        if isinstance(left, str):
            return _sign(
                right.replace("\\'", "'").encode("utf-16-be", "surrogatepass"), left.encode("utf-16-be", "surrogatepass")
            )
        if isinstance(left, bool):
            return (right.lower() == "true") - left
        if isinstance(left, (int, float)):
            return _sign(_decimal(right), _decimal(str(left)))
    if isinstance(left, bool) and isinstance(right, bool):
        return right - left
    if _is_number(left) and _is_number(right):
        return _sign(_decimal(str(right)), _decimal(str(left)))
    if left is right:
        return 0
    raise _NotComparableError


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _sign(a: Any, b: Any) -> int:
    return int(a > b) - int(a < b)


_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,9})?")


def _decimal(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise PathError(f"{text!r} is no number")  # a NumberFormatException of Java's; its text never shows
    return Decimal(text)


def _ordered(relation: Callable[[int, int], bool]) -> Callable[[Any, Any], bool]:
    def compare(left: Any, right: Any) -> bool:
        return (left is None) is (right is None) and relation(0, _order(left, right))

    return compare


def _matches(left: Any, right: Any) -> bool:
    pattern, value = (left, right) if isinstance(left, _Pattern) else (right, left)
    if not isinstance(pattern, _Pattern):
        raise PathError("there is no regular expression")  # a ClassCastException of Java's
    if isinstance(value, _Pattern):
        value = value.text
    return value is not None and pattern.matches(value if isinstance(value, str) else dumps(value))


_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": lambda left, right: _order(left, right) == 0,
    "!=": lambda left, right: _order(left, right) != 0,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "=~": _matches,
}
