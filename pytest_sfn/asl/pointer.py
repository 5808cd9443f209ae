"""JSON Pointers (RFC 6901): the one way to make them and to follow them.

A pointer is a str: "" is the whole value, `/States/A/Retry/0` a place inside it. In the name of a member `~` is written `~0`
and `/` is written `~1`, so that every `/` separates two steps.
"""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.errors import Site

__all__ = ["child", "field_of", "is_inside", "last", "parent", "pointer_of", "resolve", "steps", "translate", "upward"]

_SPECIAL: Final = re.compile("[~/]")
_REQUIRED: Final = object()


def child(pointer: str, key: str | int) -> str:
    """The pointer of a member or element of what `pointer` leads to."""
    if isinstance(key, str) and _SPECIAL.search(key):
        key = key.replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{key}"


def steps(pointer: str) -> list[str]:
    """The names and indices along a pointer, unescaped."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def parent(pointer: str) -> str:
    """The pointer of the object or array around a value; "" for the whole."""
    return pointer.rpartition("/")[0]


def last(pointer: str) -> str:
    """The last step of a pointer, unescaped; "" for the whole."""
    return pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def upward(pointer: str) -> Iterator[str]:
    """The pointer itself and those of all values around it, innermost first; the last is ""."""
    while pointer:
        yield pointer
        pointer = parent(pointer)
    yield ""


def is_inside(pointer: str, around: str) -> bool:
    """Whether a place is `around` itself or lies inside it."""
    return pointer == around or pointer.startswith(f"{around}/")


def translate(pointer: str, names: Mapping[str, str]) -> str:
    """The pointer with its longest beginning that is a key of `names` replaced by that key's value."""
    for beginning in upward(pointer) if names else ():
        if beginning in names:
            return names[beginning] + pointer[len(beginning) :]
    return pointer


def resolve(value: Any, pointer: str, default: Any = _REQUIRED) -> Any:
    """The value that a pointer leads to.

    Raises:
        KeyError: the pointer leads nowhere, and there is no default.
    """
    for step in steps(pointer):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif default is _REQUIRED:
            raise KeyError(pointer)
        else:
            return default
    return value


def pointer_of(site: Site) -> str:
    """The pointer of a field that failed."""
    return reduce(child, site.path, site.pointer)


def field_of(site: Site, state: str) -> str:
    """The field as AWS names it in a state, with the index of its rule: `Choices[1]/Condition`, `Catch[0]/Assign/total`.

    Args:
        state: the state's pointer.
    """
    inside = steps(pointer_of(site))[len(steps(state)) :]
    return "".join(f"[{step}]" if step.isdecimal() else f"/{step}" for step in inside)[1:]
