"""Paths as JsonPath 2.0.0 reads them, step by step: for what may find several values, and to say why nothing was found.

The release walks the segments from left to right and ends with an error where a step cannot be taken: a name in what is no
object, an index in what is no array or beyond its end, a filter on a text. An error ends the whole search, also among many
values; only a wildcard over an array passes over values in which something is missing. What a search has found by then
does not count: AWS gives `[]` [recorded where a name is missing; of other errors a guess], except for a step of several
names that is not the last, whose error it reports [recorded].

jsonpath-ng finds what is below a value, for `..`; its steps differ from AWS's in most points, so they are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from jsonpath_ng import DatumInContext, Descendants, JSONPath, This

from pytest_sfn.expressions.path_conditions import PathError, Search, Test, make_test
from pytest_sfn.expressions.path_parser import (
    Filter,
    FromEnd,
    Index,
    Name,
    Names,
    Query,
    Scan,
    Segment,
    Slice,
    Union,
    is_definite,
)
from pytest_sfn.expressions.values import UNDEFINED, dumps

__all__ = ["explain", "make_search"]

Place = tuple[Any, str]
"""Where a value is: the place of what it is in, and the step from there."""

Step = Callable[[Any, Place, Search, list[Any]], None]
"""Follows a path from a value on: the value, its place, the search, and the list that gets what is found."""

_TOP: Final[Place] = (None, "$")


def make_search(segments: Sequence[Segment], text: str) -> Callable[[Any], Any]:
    """The closure that finds everything the segments select, in the order of the data; `UNDEFINED` if it reports an error.

    Args:
        text: the path, for messages.
    """
    follow = _make(segments)
    definite = is_definite(segments)

    def search(value: Any) -> Any:
        found: list[Any] = []
        try:
            follow(value, _TOP, Search(value, text), found)
        except PathError as error:
            return UNDEFINED if definite or error.text.startswith(_LEAF) else []
        return found[0] if definite else found

    return search


def explain(segments: Sequence[Segment], value: Any) -> str:
    """Why a path finds nothing in a value; `UNDEFINED` for that of a variable that is not there."""
    try:
        if value is not UNDEFINED:
            _make(segments)(value, _TOP, Search(value, ""), [])
    except PathError as error:
        return error.text
    return f"No results for path: ${''.join(map(str, segments))}"


def _make(segments: Sequence[Segment]) -> Step:
    follow: Step = _keep
    behind = follow  # the steps behind those that `follow` takes
    for position in range(len(segments) - 1, -1, -1):
        segment = segments[position]
        following = segments[position + 1] if position + 1 < len(segments) else None
        if isinstance(segment, Name):
            step = _make_name(segment.name, following is None, _is_lenient(segments, position), follow)
        elif isinstance(segment, Scan):
            step = _make_scan(following, follow, None if position + 2 >= len(segments) else behind)
        else:
            step = _make_step(segment, following is None, follow, "".join(map(str, segments[position:])))
        follow, behind = step, follow
    return follow


def _is_lenient(segments: Sequence[Segment], position: int) -> bool:
    """Whether a name that is missing is passed over: right beside a step that may find several values, and not at the end."""
    beside = segments[max(position - 1, 0) : position + 2]
    return position < len(segments) - 1 and not is_definite(beside)


def _keep(value: Any, _place: Place, _search: Search, found: list[Any]) -> None:
    found.append(value)


def _make_step(segment: Segment, last: bool, follow: Step, shown: str) -> Step:
    """The step of a segment.

    Args:
        last: whether it is the last one.
        follow: the steps behind it.
        shown: the text of it and what is behind it, for errors.
    """
    match segment:
        case Names(names):
            return _make_names(names, segment, last)
        case Index() | FromEnd() | Union() | Slice():
            return _make_array(_chooser(segment), follow, shown)
        case Filter(condition):
            return _make_filter(make_test(condition, _find), follow)
        case _:
            return _make_wildcard(follow)


def _make_name(name: str, last: bool, lenient: bool, follow: Step) -> Step:
    shown = f"['{name}']"

    def step(value: Any, place: Place, search: Search, found: list[Any]) -> None:
        search.charge(1)
        if not isinstance(value, dict):
            raise PathError(f"Property {shown} not found in path {_text(place)}", missing=True)
        if name in value:
            follow(value[name], (place, shown), search, found)
        elif not lenient:
            problem = "No results for path: " if last else "Missing property in path "
            raise PathError(problem + _text((place, shown)), missing=True)

    return step


_LEAF: Final = "Multi properties can only be used as path leafs: "


def _make_names(names: tuple[str, ...], segment: Names, last: bool) -> Step:
    shown = str(segment)

    def step(value: Any, place: Place, _search: Search, found: list[Any]) -> None:
        if not isinstance(value, dict):
            raise PathError(f"Property {shown} not found in path {_text(place)}", missing=True)
        if not last:
            raise PathError(_LEAF + _text((place, shown)))
        found.append({name: value[name] for name in names if name in value})

    return step


def _make_array(choose: Callable[[int], Sequence[int]], follow: Step, shown: str) -> Step:
    def step(value: Any, place: Place, search: Search, found: list[Any]) -> None:
        if value is None:
            raise PathError(f"The path {_text(place)} is null", missing=True)
        if not isinstance(value, list):
            raise PathError(f"Filter: {shown} can only be applied to arrays. Current context is: {dumps(value)}")
        size = len(value)
        chosen = choose(size)
        search.charge(1 + (len(chosen) >> 2))
        for index in chosen:
            here = (place, f"[{index}]")
            if not 0 <= index < size:
                raise PathError(f"Index out of bounds when evaluating path {_text(here)}", missing=True)
            follow(value[index], here, search, found)

    return step


def _chooser(segment: Index | FromEnd | Union | Slice) -> Callable[[int], Sequence[int]]:
    """From the length of an array to the indexes that a segment asks of it."""
    match segment:
        case Index(index):
            return lambda _size: (index,)
        case FromEnd(distance):
            return lambda size: (size - distance,)
        case Union(indexes):
            return lambda _size: indexes
        case Slice(start, None):
            first = start or 0
            return lambda size: range(max(size + first if first < 0 else first, 0), size)
        case Slice(None, stop):
            end = stop or 0
            return lambda size: range(min(size + end if end < 0 else end, size))
    first, end = segment.start or 0, segment.stop or 0
    return lambda size: range(first, min(end, size)) if size else ()


def _make_wildcard(follow: Step) -> Step:
    def step(value: Any, place: Place, search: Search, found: list[Any]) -> None:
        search.charge(1 + (len(value) >> 2 if isinstance(value, (dict, list)) else 0))
        if isinstance(value, dict):
            for name, item in value.items():
                follow(item, (place, f"['{name}']"), search, found)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                try:
                    follow(item, (place, f"[{index}]"), search, found)
                except PathError as error:
                    if not error.missing:
                        raise

    return step


def _make_filter(test: Test, follow: Step) -> Step:
    def step(value: Any, place: Place, search: Search, found: list[Any]) -> None:
        if isinstance(value, dict):
            if test(value, search):
                follow(value, place, search, found)
        elif isinstance(value, list):
            search.charge(len(value) >> 2)
            for index, item in enumerate(value):
                if test(item, search):
                    follow(item, (place, f"[{index}]"), search, found)
        else:
            raise PathError(f"Filter: [?] can not be applied to primitives. Current context is: {dumps(value)}")

    return step


def _find(query: Query) -> Callable[[Any, Search], Any]:
    follow = _make(query.segments)

    def find(item: Any, search: Search) -> Any:
        found: list[Any] = []
        follow(item if query.root == "@" else search.root, _TOP, search, found)
        return found[0]

    return find


# Descending


class _Containers(JSONPath):  # type: ignore[misc, unused-ignore]
    """Of values, those that have others in them."""

    def find(self, datum: Any) -> list[Any]:
        return [datum] if isinstance(datum.value, (dict, list)) else []


_BELOW: Final = Descendants(This(), _Containers())


def _make_scan(following: Segment | None, follow: Step, behind: Step | None) -> Step:
    """The step of `..`.

    Args:
        following: the segment behind it.
        follow: the steps from there on.
        behind: those without the first of them, None if there is only one. An array is asked for these: the release
            takes each of its items for what `following` finds there, so `$..[0].a` is `a` of every item.
    """
    wanted = _reached(following)

    def step(value: Any, place: Place, search: Search, found: list[Any]) -> None:
        below = _BELOW.find(DatumInContext(value))
        search.charge(len(below))
        for datum in below:
            inner = datum.value
            if not wanted(inner, search):
                continue
            here = _below(place, datum)
            if behind is None or isinstance(inner, dict):
                follow(inner, here, search, found)
            else:
                for index, item in enumerate(inner):
                    behind(item, (here, f"[{index}]"), search, found)

    return step


def _reached(following: Segment | None) -> Test:
    """Which values the step behind `..` is tried on."""
    match following:
        case Name(name):
            return lambda value, _search: isinstance(value, dict) and name in value
        case Names(names):
            return lambda value, _search: isinstance(value, dict) and all(name in value for name in names)
        case Index() | FromEnd() | Union() | Slice():
            return lambda value, _search: isinstance(value, list)
        case Filter(condition):
            return make_test(condition, _find)
        case Scan() | None:
            return lambda _value, _search: False
    return lambda _value, _search: True


def _below(place: Place, datum: Any) -> Place:
    if datum.context is None:
        return place
    inside = datum.context
    step = f"['{datum.path.fields[0]}']" if isinstance(inside.value, dict) else str(datum.path)
    return _below(place, inside), step


def _text(place: Place) -> str:
    return "".join(_steps(place))


def _steps(place: Any) -> Iterator[str]:
    steps: list[str] = []
    while place is not None:
        place, step = place
        steps.append(step)
    return reversed(steps)
