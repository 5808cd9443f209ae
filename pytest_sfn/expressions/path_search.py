"""Paths that may find several values: jsonpath-ng's search, with the selectors of AWS's dialect.

jsonpath-ng supplies the tree of selectors and the descent (`..`, depth first, parents before children). What a single
selector takes out of a value is ours, because AWS, which behaves as Jayway's JsonPath, differs in most of them:

* a selector never treats a lone object as an array of one, as jsonpath-ng does;
* a filter looks at the objects of an array, never at strings, numbers or arrays in it [documented: "the @ operator does
  not match scalar values. It only matches objects"]; applied to an object it keeps or drops that object;
* `['a','b']` at the end picks both into one object;
* `=~` matches the whole string; `in`, `nin`, `contains`, `size`, `empty`, `subsetof`, `anyof`, `noneof` and `all` exist;
* values of different types are neither equal nor ordered.

jsonpath-ng's parser is not used: `path_parser.py` has done the work, so its dialect, which changes from release to
release, cannot show through.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from jsonpath_ng import Child, DatumInContext, Descendants, JSONPath, This

from pytest_sfn.errors import StateError, UnplacedError
from pytest_sfn.expressions.env import ExpressionSyntaxError
from pytest_sfn.expressions.path_parser import (
    Comparison,
    Expression,
    Filter,
    FromEnd,
    Index,
    Junction,
    Literal,
    Name,
    Names,
    Negation,
    Operand,
    Query,
    Regex,
    Segment,
    Slices,
)
from pytest_sfn.expressions.path_readers import make_reader
from pytest_sfn.expressions.values import UNDEFINED, is_number, json_equal

__all__ = ["make_search"]

Select = Callable[[Any, "_Whole"], Iterable[Any]]
"""A value and the whole evaluation, to the values selected."""

Test = Callable[[Any, "_Whole"], bool]
"""A candidate (`@`) and the whole evaluation, which has `$`, to whether a filter keeps it."""

STEPS: Final = 1_000_000
"""Of one evaluation, those in filters included: values looked at, and a quarter for each found. AWS's largest payload has an
eighth of a million values."""

REGEX_SECONDS: Final = 1.0
"""Time for one regular expression on one string; only runaway backtracking needs it."""


class _Whole:
    """One evaluation of a path: what `$` is, and the steps that are left."""

    __slots__ = ("left", "root", "text")

    def __init__(self, root: Any, text: str) -> None:
        self.root = root
        self.text = text
        self.left = STEPS

    def charge(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise UnplacedError(
                f"the path {self.text!r} takes more than {STEPS:,} steps\n"
                f"  fix  name more of the way to the value ($.a.b instead of $..b), or give the test less data"
            )


_NOTHING: Final = _Whole(None, "")


class _Current(threading.local):
    """The evaluation that goes on in a thread: jsonpath-ng's tree passes nothing on but data."""

    whole = _NOTHING


_current: Final = _Current()


def make_search(segments: Sequence[Segment], text: str) -> Callable[[Any], list[Any]]:
    """The closure that finds everything the segments select, in the order of the data; `text` is the path for a message."""
    search = _make_search(segments)

    def find(value: Any) -> list[Any]:
        _current.whole = _Whole(value, text)
        try:
            return search(value)
        finally:
            _current.whole = _NOTHING

    return find


def _make_search(segments: Sequence[Segment]) -> Callable[[Any], list[Any]]:
    tree: Any = This()
    for position, segment in enumerate(segments):
        selector = _Selector(_make_select(segment, last=position == len(segments) - 1))
        tree = (Descendants if segment.descends else Child)(tree, selector)
    return lambda value: [match.value for match in tree.find(DatumInContext(value))]


class _Selector(JSONPath):  # type: ignore[misc, unused-ignore]
    """A node of jsonpath-ng's tree that selects by a function of ours."""

    def __init__(self, select: Select) -> None:
        self.select = select

    def find(self, datum: Any) -> list[Any]:
        whole = _current.whole
        found = [DatumInContext(each, path=self) for each in self.select(datum.value, whole)]
        whole.charge(1 + (len(found) >> 2))
        return found


def _make_select(segment: Segment, *, last: bool) -> Select:
    if isinstance(segment, Filter):
        return _make_filter(segment)
    if isinstance(segment, Slices):
        items = segment.items
        return lambda value, _whole: _sliced(value, items) if isinstance(value, list) else ()
    if isinstance(segment, (Name, Index, FromEnd)):
        reader = make_reader((segment,))

        def select_one(value: Any, _whole: _Whole) -> Iterable[Any]:
            found = reader(value)
            return () if found is UNDEFINED else (found,)

        return select_one
    if isinstance(segment, Names):
        names = segment.names
        if last:

            def pick(value: Any, _whole: _Whole) -> Iterable[Any]:
                picked = {name: value[name] for name in names if name in value} if isinstance(value, dict) else {}
                return (picked,) if picked else ()

            return pick
        return lambda value, _whole: [value[name] for name in names if name in value] if isinstance(value, dict) else ()
    return lambda value, _whole: value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()


def _sliced(value: list[Any], items: tuple[int | slice, ...]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, slice):
            yield from value[item]
        elif 0 <= item < len(value):
            yield value[item]


def _make_filter(segment: Filter) -> Select:
    test = _make_test(segment.expression)

    def select(value: Any, whole: _Whole) -> Iterable[Any]:
        if isinstance(value, dict):
            return (value,) if test(value, whole) else ()
        if isinstance(value, list):
            whole.charge(len(value) >> 2)
            return [item for item in value if isinstance(item, dict) and test(item, whole)]
        return ()

    def select_here(value: Any, whole: _Whole) -> Iterable[Any]:
        # `..` reaches every object anyway: those in an array must not be found a second time.
        return (value,) if isinstance(value, dict) and test(value, whole) else ()

    return select_here if segment.descends else select


def _make_test(expression: Expression) -> Test:
    if isinstance(expression, Negation):
        part = _make_test(expression.part)
        return lambda item, whole: not part(item, whole)
    if isinstance(expression, Junction):
        parts = [_make_test(part) for part in expression.parts]
        combine = all if expression.operator == "and" else any
        return lambda item, whole: combine(part(item, whole) for part in parts)
    return _make_comparison(expression)


def _make_comparison(comparison: Comparison) -> Test:
    left = _make_operand(comparison.left)
    if comparison.operator == "exists":
        assert isinstance(comparison.left, Query)
        if _is_definite(comparison.left):
            return lambda item, whole: left(item, whole) is not UNDEFINED
        return lambda item, whole: bool(left(item, whole))
    if comparison.operator == "=~":
        assert isinstance(comparison.right, Regex)
        matches = _make_matcher(comparison.right)
        return lambda item, whole: matches(left(item, whole))
    right = _make_operand(comparison.right)
    compare = _COMPARISONS[comparison.operator]
    if comparison.operator not in _SEARCHING:
        return lambda item, whole: compare(left(item, whole), right(item, whole))

    def searches(item: Any, whole: _Whole) -> bool:
        a, b = left(item, whole), right(item, whole)
        whole.charge((len(a) if isinstance(a, list) else 1) * (len(b) if isinstance(b, list) else 1))
        return compare(a, b)

    return searches


def _is_definite(query: Query) -> bool:
    return all(isinstance(segment, (Name, Index, FromEnd)) and not segment.descends for segment in query.segments)


def _make_operand(operand: Operand) -> Callable[[Any, Any], Any]:
    if isinstance(operand, Query):
        if _is_definite(operand):
            reader = make_reader(operand.segments)
            return (lambda item, _whole: reader(item)) if operand.root == "@" else (lambda _item, whole: reader(whole.root))
        search = _make_search(operand.segments)
        return (lambda item, _whole: search(item)) if operand.root == "@" else (lambda _item, whole: search(whole.root))
    value = operand.value if isinstance(operand, Literal) else operand.pattern
    return lambda _item, _whole: value


_FLAGS: Final = {"i": "IGNORECASE", "m": "MULTILINE", "s": "DOTALL", "x": "VERBOSE"}
_NO_FLAGS: Final = "duU"  # Java's flags about line ends and Unicode, which Python does not need


def _make_matcher(regex: Regex) -> Callable[[Any], bool]:
    import regex as engine  # like `re`, but can be stopped

    flags = 0
    for flag in regex.flags:
        if flag not in _FLAGS and flag not in _NO_FLAGS:
            raise ExpressionSyntaxError(f"the regular expression has an unknown flag '{flag}'", regex.column)
        flags |= getattr(engine, _FLAGS[flag]) if flag in _FLAGS else 0
    try:
        pattern = engine.compile(regex.pattern, flags)
    except engine.error as error:
        raise ExpressionSyntaxError(f"the regular expression is not valid: {error}", regex.column) from None

    def matches(value: Any) -> bool:
        try:
            return isinstance(value, str) and pattern.fullmatch(value, timeout=REGEX_SECONDS) is not None
        except TimeoutError:
            cause = f"The regular expression /{regex.pattern}/ needed more than {REGEX_SECONDS:g} s for a string"
            raise StateError("States.Runtime", cause) from None

    return matches


def _ordered(order: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(a: Any, b: Any) -> bool:
        if is_number(a):
            return is_number(b) and order(a, b)
        return isinstance(a, str) and isinstance(b, str) and order(a, b)

    return compare


def _in(a: Any, b: Any) -> bool:
    return isinstance(b, list) and any(json_equal(a, item) for item in b)


def _contains(a: Any, b: Any) -> bool:
    return isinstance(b, str) and b in a if isinstance(a, str) else _in(b, a)


def _subset(a: Any, b: Any) -> bool:
    return isinstance(a, list) and isinstance(b, list) and all(_in(item, b) for item in a)


def _any_of(a: Any, b: Any) -> bool:
    return isinstance(a, list) and isinstance(b, list) and any(_in(item, b) for item in a)


_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": json_equal,
    "===": json_equal,
    "!=": lambda a, b: not json_equal(a, b),
    "!==": lambda a, b: not json_equal(a, b),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "in": _in,
    "nin": lambda a, b: not _in(a, b),
    "contains": _contains,
    "size": lambda a, b: isinstance(a, (str, list)) and json_equal(len(a), b),
    "empty": lambda a, b: isinstance(a, (str, list)) and (not a) is b,
    "subsetof": _subset,
    "anyof": _any_of,
    "noneof": lambda a, b: isinstance(a, list) and isinstance(b, list) and not _any_of(a, b),
    "all": lambda a, b: _subset(b, a),
}
_SEARCHING: Final = frozenset({"in", "nin", "contains", "subsetof", "anyof", "noneof", "all"})
"""Those that look at each item of a list, or at each pair of two."""
