"""Patterns of EventBridge's rules: an event that matches one, and whether an event does.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address, ip_network
from itertools import chain, count, pairwise
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.expressions.comparisons import compile_wildcard
from pytest_sfn.expressions.values import UNDEFINED, is_number, json_equal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["matches", "mismatch", "sample"]

OR: Final = "$or"


def sample(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an event that a pattern asks for, each with the first value that it allows.

    Of `$or`, the first alternative that agrees with the rest. Where nothing can match, `mismatch` tells where.
    """
    made: dict[str, Any] = {}
    choices: list[list[dict[str, Any]]] = []
    for name, wanted in pattern.items():
        if name == OR and isinstance(wanted, list):
            choices.append([each for each in wanted if isinstance(each, dict)])
        elif isinstance(wanted, dict):
            made[name] = sample(wanted)
        else:
            value = _value(wanted if isinstance(wanted, list) and wanted else [wanted])
            if value is not UNDEFINED:
                made[name] = value
    for alternatives in choices:
        merged = [_merged(made, sample(each)) for each in alternatives]
        made = next((each for each in merged if matches(pattern, each)), merged[0] if merged else made)
    return made


def _merged(made: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """An object with another's members, at every depth."""
    merged = dict(made)
    for name, value in more.items():
        there = merged.get(name)
        merged[name] = _merged(there, value) if isinstance(there, dict) and isinstance(value, dict) else value
    return merged


def _value(conditions: Sequence[Any]) -> Any:
    """The first value that one of the conditions allows; UNDEFINED if there must be none."""
    values = [_value_of(each) for each in conditions]
    return next((value for value in values if _allowed(conditions, value)), values[0])


def _value_of(condition: Any) -> Any:
    if not isinstance(condition, dict) or not condition:
        return condition
    operator, operand = next(iter(condition.items()))
    if operator == "exists":
        return "value" if operand else UNDEFINED
    if operator in ("prefix", "suffix", "equals-ignore-case"):
        return operand.get("equals-ignore-case") if isinstance(operand, dict) else operand
    if operator == "wildcard":
        return re.sub(r"\\([*\\])|\*", lambda found: found[1] or "", str(operand))
    if operator == "cidr":
        return str(operand).partition("/")[0]
    if operator == "numeric":
        return _number(operand)
    return "other" if _fits(condition, "other") else _strange(operand)


def _strange(operand: Any) -> str:
    """A letter that is in none of the texts of an operand."""
    texts = str(operand).casefold()
    return next(letter for letter in chain(ascii_lowercase, map(chr, count(0x4E00))) if letter not in texts)


def _number(operand: Any) -> Any:
    """A bound, a number beside it, or one between two."""
    bounds = sorted(bound for bound in operand if is_number(bound)) if isinstance(operand, list) else []
    near = [bound + step for bound in bounds for step in (0, 1, -1)]
    near += [(low + high) / 2 for low, high in pairwise(bounds)]
    return next((value for value in near if _in_range(operand, value)), bounds[0] if bounds else 0)


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Whether an event has all that the pattern asks for."""
    return mismatch(pattern, event) is None


def mismatch(pattern: Mapping[str, Any], event: Any) -> str | None:
    """The first member of a pattern, such as `detail.total`, that an event does not match; None if it matches all."""
    for name, wanted in pattern.items():
        if name == OR and isinstance(wanted, list):
            if not any(isinstance(each, dict) and matches(each, event) for each in wanted):
                return name
            continue
        value = event.get(name, UNDEFINED) if isinstance(event, dict) else UNDEFINED
        if isinstance(wanted, dict):
            lacking = [mismatch(wanted, each) for each in _nodes(value)]
            if None not in lacking:
                return f"{name}.{lacking[0]}"
        elif not _allowed(wanted if isinstance(wanted, list) else [wanted], value):
            return name
    return None


def _nodes(value: Any) -> list[Any]:
    """A value, or those in an array; an empty one is as good as none."""
    return (value or [UNDEFINED]) if isinstance(value, list) else [value]


def _allowed(conditions: Iterable[Any], value: Any) -> bool:
    """Whether a value, or one of an array's, meets one of the conditions."""
    nodes = _nodes(value)
    there = any(node is not UNDEFINED and not isinstance(node, dict) for node in nodes)
    for condition in conditions:
        if isinstance(condition, dict) and "exists" in condition:
            # Of leaves alone, says AWS's page; that an object, then, does not exist is a guess.
            if bool(condition["exists"]) == there:
                return True
        elif any(_fits(condition, node) for node in nodes):
            return True
    return False


def _fits(condition: Any, value: Any) -> bool:
    if not isinstance(condition, dict):
        return value is not UNDEFINED and json_equal(condition, value)
    operator, operand = next(iter(condition.items()), ("", None))
    if value is UNDEFINED:
        return False
    if operator == "anything-but":
        if isinstance(operand, dict):
            return isinstance(value, str) and not _fits(operand, value)
        return not any(_fits(each, value) for each in (operand if isinstance(operand, list) else [operand]))
    test = _TESTS.get(operator)
    return test is not None and any(test(each, value) for each in _alternatives(operator, operand))


def _alternatives(operator: str, operand: Any) -> list[Any]:
    """`{"anything-but": {"prefix": [...]}}` may have several operands."""
    return operand if isinstance(operand, list) and operator != "numeric" else [operand]


def _text(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    def on_texts(operand: Any, value: Any) -> bool:
        if isinstance(operand, dict) and isinstance(value, str):  # {"prefix": {"equals-ignore-case": "a"}}
            operand, value = operand.get("equals-ignore-case"), value.casefold()
            operand = operand.casefold() if isinstance(operand, str) else None
        return isinstance(operand, str) and isinstance(value, str) and test(operand, value)

    return on_texts


def _in_network(operand: str, value: str) -> bool:
    try:
        return ip_address(value) in ip_network(operand, strict=False)
    except ValueError:
        return False


def _in_range(operand: Any, value: Any) -> bool:
    """Whether a number keeps to `[">", 0, "<=", 5]`."""
    if not is_number(value) or not isinstance(operand, list) or not operand or len(operand) % 2:
        return False
    pairs = zip(operand[::2], operand[1::2], strict=True)
    return all(_compares(sign, bound) and _COMPARISONS[sign](value, bound) for sign, bound in pairs)


def _compares(sign: Any, bound: Any) -> bool:
    return isinstance(sign, str) and sign in _COMPARISONS and is_number(bound)


_wildcard: Final = lru_cache(maxsize=64)(compile_wildcard)
_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": lambda value, bound: bool(value == bound),
    "<": lambda value, bound: bool(value < bound),
    "<=": lambda value, bound: bool(value <= bound),
    ">": lambda value, bound: bool(value > bound),
    ">=": lambda value, bound: bool(value >= bound),
}
_TESTS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "cidr": _text(_in_network),
    "equals-ignore-case": _text(lambda operand, value: value.casefold() == operand.casefold()),
    "numeric": _in_range,
    "prefix": _text(lambda operand, value: value.startswith(operand)),
    "suffix": _text(lambda operand, value: value.endswith(operand)),
    "wildcard": _text(lambda operand, value: _wildcard(operand)(value)),
}
