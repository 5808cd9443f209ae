"""What a state changed of its input: the few members that differ, however deep they are.

ResultPath puts a result deep into a large value, and a function answers with a copy of its event and one more member. To
show such a value whole would show the same beginning for every state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.expressions.values import UNDEFINED, show_path

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["changes", "is_passed_on"]

MEMBERS: Final = 3
"""More changed members than that are not listed."""
DEEPEST: Final = 8
"""A path that would be longer names the member around."""
COMPARED: Final = 2_000
"""How many values are compared at most; values that are passed on are the same objects, and cost nothing."""

Path = list[str | int]


def is_passed_on(before: Any, after: Any) -> bool:
    """Whether an output is the input: the same object, for values are shared, or an equal scalar."""
    return after is before or (type(after) is type(before) and not isinstance(after, (dict, list)) and bool(after == before))


def changes(before: Any, after: Any) -> list[tuple[str, Any]] | None:
    """The members of a value that differ from those of the value before, as path (`$.order.status`) and new value.

    Returns:
        None for a value of which nothing was kept, or more than a few members changed.
    """
    found = _Comparison().changed(before, after, [])
    return None if found is None else [(show_path(path), value) for path, value in found]


class _Comparison:
    def __init__(self) -> None:
        self.left = COMPARED

    def changed(self, before: Any, after: Any, path: Path) -> list[tuple[Path, Any]] | None:
        members = _members(before, after, whole=not path) if len(path) < DEEPEST else None
        if members is None:
            return None
        found: list[tuple[Path, Any]] = []
        kept = False
        for key, old, new in members:
            if self.same(old, new):
                kept = True
                continue
            if self.left < 0:
                return None
            inner = self.changed(old, new, [*path, key])
            kept = kept or inner is not None
            found += [([*path, key], new)] if inner is None else inner
            if len(found) > MEMBERS:
                return None
        return found if kept else None

    def same(self, before: Any, after: Any) -> bool:
        """Whether two values are equal; of two that are too large to tell, no."""
        pairs = [(before, after)]
        while pairs:
            a, b = pairs.pop()
            if a is b:
                continue
            self.left -= 1
            if type(a) is not type(b) or self.left < 0:
                return False
            if isinstance(a, (dict, list)):
                if len(a) != len(b) or len(a) > self.left or (isinstance(a, dict) and a.keys() != b.keys()):
                    return False
                pairs += [(item, b[key]) for key, item in a.items()] if isinstance(a, dict) else zip(a, b, strict=True)
            elif a != b:
                return False
        return True


def _members(before: Any, after: Any, *, whole: bool) -> Iterable[tuple[str | int, Any, Any]] | None:
    """Each member's key and its two values; None for what is no larger version of the same object or array.

    Args:
        whole: whether they are the state's input and output; an array as output is a result of its own.
    """
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() <= after.keys():
        return ((key, before.get(key, UNDEFINED), value) for key, value in after.items())
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after) and not whole:
        return ((index, old, new) for index, (old, new) in enumerate(zip(before, after, strict=True)))
    return None
