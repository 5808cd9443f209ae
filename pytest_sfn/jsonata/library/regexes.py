"""How a regular expression, or a user's matcher function, is followed from match to match.

The reference's matches count UTF-16 units, and its regular expressions find halves of characters. Both come out of
matching a text whose characters are units (`values.units`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.matchers import Regex
from pytest_sfn.jsonata.values import UNDEFINED, Function, Sequence, Value, is_number, units, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.jsonata.evaluation import Evaluation

__all__ = ["match", "matches", "split_at", "substitute"]


class _Match(NamedTuple):
    """One match; start and end count UTF-16 units. A user's function may give anything for each of them."""

    text: Value
    start: Value
    end: Value
    groups: Value
    found: Value
    """The object of a user's function, None for a regular expression's match."""

    def as_object(self) -> Value:
        """The object that a function given for the replacement is called with."""
        if self.found is not None:
            return self.found
        return {"match": self.text, "start": self.start, "end": self.end, "groups": self.groups}


def matches(run: Evaluation, matcher: Value, text: str) -> Iterator[_Match]:
    """What a regular expression or a user's function finds in a text, one after the other."""
    return _found(run, matcher, units(text)) if matcher.__class__ is Regex else _returned(run, matcher, text)


def _found(run: Evaluation, matcher: Regex, text: str) -> Iterator[_Match]:
    end = 0
    found = matcher.search(run, text, 0)
    while found is not None:
        run.step(20)
        start, end = found.span()
        groups = [UNDEFINED if group is None else whole(group) for group in found.groups()]
        yield _Match(whole(found[0]), start, end, groups, None)
        if end >= len(text):
            return
        found = matcher.search(run, text, end)
        if found is not None and not found[0]:
            raise JsonataError("D1004", matcher.position, value=matcher.pattern)


def _returned(run: Evaluation, matcher: Value, text: str) -> Iterator[_Match]:
    found = run.apply(matcher, [text])
    while found is not UNDEFINED:
        if not isinstance(found, dict) or not (
            is_number(found.get("start"))
            or is_number(found.get("end"))
            or isinstance(found.get("groups"), list)
            or isinstance(found.get("next"), Function)
        ):
            raise JsonataError("T1010")
        text, start, end, groups = (found.get(name, UNDEFINED) for name in ("match", "start", "end", "groups"))
        yield _Match(text, start, end, groups, found)
        found = run.apply(found.get("next", UNDEFINED), [])


def _limited(run: Evaluation, matcher: Value, text: str, limit: Value) -> Iterator[_Match]:
    """The first `limit` matches. One more is looked for, as in the reference: it may be an error."""
    if limit is not UNDEFINED and limit <= 0:
        return
    for count, found in enumerate(matches(run, matcher, text)):
        if limit is not UNDEFINED and count >= limit:
            return
        yield found


def match(run: Evaluation, text: Value, matcher: Value, limit: Value = UNDEFINED) -> Value:
    """`$match`."""
    if limit is not UNDEFINED and limit < 0:
        raise JsonataError("D3040", value=limit, index=3)
    result = Sequence()
    for found in _limited(run, matcher, text, limit):
        run.hold(8 * (5 + len(found.groups) if isinstance(found.groups, list) else 5))
        run.keep_texts([found.text, *(found.groups if isinstance(found.groups, list) else ())])
        result.append({"match": found.text, "index": found.start, "groups": found.groups})
    return result


def split_at(run: Evaluation, text: str, separator: Value, limit: Value) -> Value:
    """`$split` at the matches of a regular expression or a user's function."""
    run.hold(8 + len(text))
    text = units(text)
    parts: list[str] = []
    start = 0
    for found in _limited(run, separator, text, limit):
        run.hold(8)
        parts.append(whole(text[start : found.start]))
        start = found.end
    if limit is UNDEFINED or len(parts) < limit:
        parts.append(whole(text[start:]))
    return parts


def substitute(run: Evaluation, text: str, pattern: Value, replacement: Value, limit: Value) -> Value:
    """`$replace` of the matches of a regular expression or a user's function."""
    text = units(text)
    parts: list[str] = []
    position = size = 0
    for found in _limited(run, pattern, text, limit):
        parts.append(text[position : found.start])
        if isinstance(replacement, str):
            new = _filled(run, replacement, found)
        else:
            new = run.apply(replacement, [found.as_object()])
            if not isinstance(new, str):
                raise JsonataError("D3012", value=new)
        size += len(new)
        run.text(size)
        parts.append(new)
        position = found.start + len(units(found.text))
    parts.append(text[position:])
    run.text(size + len(text))
    return whole("".join(parts))


def _filled(run: Evaluation, template: str, found: _Match) -> str:
    """`$1`, `$0` and `$$` of a replacement text; `$12` is group 1 and "2" where there are fewer than 12 groups."""
    if "$" not in template:
        return template
    groups = found.groups
    most = len(str(len(groups))) if groups else 1
    run.step(len(template))
    size = 0

    def charged(inserted: Value) -> str:
        nonlocal size
        text = str(inserted)
        size += len(text)
        run.text(size)
        return text

    def insert(match: re.Match[str]) -> str:
        digits = match[1]
        if digits in ("$", ""):
            return "$"
        if digits[0] == "0":
            return charged(found.text) + digits[1:]
        used = digits[:most]
        if len(used) > 1 and int(used) > len(groups):
            used = used[:-1]
        group = int(used)
        inserted = groups[group - 1] if group <= len(groups) else UNDEFINED
        return ("" if inserted is UNDEFINED else charged(inserted)) + digits[len(used) :]

    return re.sub(r"\$(\$|[0-9]*)", insert, template)
