"""Parameters: what they may say of themselves, and the values that they may have.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.pointer import child
from pytest_sfn.loaders.document import pointer_of
from pytest_sfn.names import suggest
from pytest_sfn.templates.sheet import Mistake, as_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_sfn.templates.sheet import Sheet

__all__ = ["check_parameters", "check_values"]

_MEMBERS: Final = (
    *("Type", "Default", "Description", "NoEcho", "AllowedValues", "AllowedPattern", "ConstraintDescription"),
    *("MinLength", "MaxLength", "MinValue", "MaxValue"),
)
_TYPES: Final = ("String", "Number", "CommaDelimitedList", "List<Number>", "List<String>")
_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_PLAIN: Final = re.compile(r"(?:\\[^pPN\d]|[^\\\[]|\[\^?(?:\\[^pPN\d]|[^\\\[\]&]|&(?!&))+\])*", re.DOTALL)
"""Patterns that mean the same in Java and here: not those with sets in sets, `&&`, properties of Unicode, or references."""
_ELSEWHERE: Final = re.compile(r"\$\{|\{\{resolve:")
_SHOWN: Final = 60


def check_parameters(sheet: Sheet) -> Iterator[Mistake]:
    """Members that no parameter has, and types that there are not."""
    for name, declared in sheet.section("Parameters").items():
        at = pointer_of("Parameters", name)
        if name.startswith("Fn::"):
            continue
        if not isinstance(declared, dict) or "Type" not in declared:
            yield sheet.mistake("parameter", at, f"the parameter {name!r} has no Type", "add one: Type: String")
            continue
        for member in declared:
            if member not in _MEMBERS:
                near = suggest(member, _MEMBERS, "did you mean {!r}?") or f"it may have {', '.join(_MEMBERS)}"
                yield sheet.mistake("parameter", child(at, member), f"a parameter has no member {member!r}", near)
        kind = declared["Type"]
        if isinstance(kind, str) and kind not in _TYPES and "AWS::" not in kind:
            near = suggest(kind, _TYPES, "did you mean {!r}?") or f"the types are {', '.join(_TYPES)}, and some of AWS::..."
            yield sheet.mistake("parameter", child(at, "Type"), f"there is no type {kind!r} of parameters", near, value=True)


def check_values(sheet: Sheet) -> Iterator[Mistake]:
    """Values that the parameters may not have: those that the user gives, else the defaults."""
    for name, node in sheet.section("Parameters").items():
        declared = as_object(node)
        given = name in sheet.template.parameters
        value = sheet.template.parameters[name] if given else declared.get("Default")
        if (
            not isinstance(value, (str, int, float))
            or "AWS::SSM::" in str(declared.get("Type"))
            or _ELSEWHERE.search(str(value))
        ):
            continue
        if isinstance(value, float) and declared.get("Type") == "String":
            continue  # 1.10 without quotes: not known here how it was written
        for check in _CONSTRAINTS:
            found = check(declared, value)
            if found is not None:
                yield _wrong(sheet, name, value, *found, given=given)
                break


def _wrong(sheet: Sheet, name: str, value: Any, member: str, must: str, *, given: bool) -> Mistake:
    at = child(pointer_of("Parameters", name), member if given else "Default")
    what = "the value" if given else "the default"
    fix = f"pass another: parameters={{{name!r}: ...}}" if given else "give it another default"
    return sheet.mistake("parameter-value", at, f"{what} {_shown(value)} of the parameter {name!r} {must}", fix)


def _items(declared: Mapping[str, Any], value: Any) -> list[str]:
    """A value as the texts that the constraints are about: each item of a list, none of an empty one [?]."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    kind = str(declared.get("Type"))
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [each.strip() for each in text.split(",")] if text else []
    return [text.strip() if kind == "Number" else text]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


_Found = tuple[str, str] | None


def _type(declared: Mapping[str, Any], value: Any) -> _Found:
    is_number = declared.get("Type") in ("Number", "List<Number>")
    if is_number and not all(_NUMBER.fullmatch(each) for each in _items(declared, value)):
        return "Type", f"is not of its type, {declared['Type']}"
    return None


def _allowed(declared: Mapping[str, Any], value: Any) -> _Found:
    allowed = declared.get("AllowedValues")
    if not isinstance(allowed, list) or any(isinstance(each, (dict, list)) for each in allowed):
        return None
    known = [text for each in allowed for text in _items({}, each)]
    wrong = next((each for each in _items(declared, value) if each not in known), None)
    if wrong is None:
        return None
    near = suggest(wrong, known)
    return "AllowedValues", f"is not one of AllowedValues: {', '.join(known)}{near}"


def _pattern(declared: Mapping[str, Any], value: Any) -> _Found:
    pattern = declared.get("AllowedPattern")
    if not isinstance(pattern, str) or not pattern or len(pattern) > _LONGEST or _PLAIN.fullmatch(pattern) is None:
        return None
    texts = [each for each in _items(declared, value) if len(each) <= _LONGEST]
    if all(_matches(pattern, each) for each in texts):
        return None
    return "AllowedPattern", f"does not match AllowedPattern {_shown(pattern)}"


def _matches(pattern: str, text: str) -> bool:
    """Whether a pattern of Java's matches the whole text, or may do so: not all of them can be tried here."""
    import regex  # like `re`, but can be stopped

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return regex.compile(pattern, regex.ASCII).fullmatch(text, timeout=_SECONDS) is not None
    except (regex.error, ValueError, OverflowError, RecursionError, TimeoutError):
        return True


def _bounds(declared: Mapping[str, Any], value: Any) -> _Found:
    text = "".join(_items({}, value))
    number = _number(text.strip()) if declared.get("Type") == "Number" else None
    length = float(len(text)) if declared.get("Type") == "String" else None
    for member, measured, bad in (
        ("MinLength", length, -1),
        ("MaxLength", length, 1),
        ("MinValue", number, -1),
        ("MaxValue", number, 1),
    ):
        bound = _number(str(declared.get(member)))
        if bound is not None and measured is not None and (measured - bound) * bad > 0:
            return member, f"is beyond {member} {declared[member]}"
    return None


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


_LONGEST: Final = 500
"""A longer pattern, or a longer text, is not looked at: it may take long."""
_SECONDS: Final = 0.1
"""For one text."""
_CONSTRAINTS: Final[tuple[Callable[[Mapping[str, Any], Any], _Found], ...]] = (_type, _allowed, _pattern, _bounds)
