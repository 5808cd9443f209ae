"""The functions of objects, types and errors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.library.strings import shortened
from pytest_sfn.jsonata.paths import lookup as member
from pytest_sfn.jsonata.values import UNDEFINED, Function, Sequence, Value, as_double, is_number, number, type_name

if TYPE_CHECKING:
    from pytest_sfn.jsonata.evaluation import Evaluation

__all__ = ["assert_", "clone", "error", "exists", "keys", "lookup", "merge", "spread", "type_"]


def keys(run: Evaluation, value: Value) -> Value:
    """`$keys`: of an object, or each key once of all objects in an array."""
    found: dict[str, None] = {}
    _collect(run, value, found)
    run.hold(8 * len(found))
    return Sequence(found)


def _collect(run: Evaluation, value: Value, found: dict[str, None]) -> None:
    if isinstance(value, dict):
        run.step(len(value))
        found |= dict.fromkeys(value)
    elif isinstance(value, list):
        run.step(len(value) + 8)
        for item in value:
            _collect(run, item, found)


def lookup(run: Evaluation, value: Value, key: Value) -> Value:
    """`$lookup`: the value of a key; of every member's key, flattened, for an array."""
    return member(value, "undefined" if key is UNDEFINED else key, run)


def spread(run: Evaluation, value: Value) -> Value:
    """`$spread`: an object of one member each."""
    if isinstance(value, dict):
        run.step(len(value))
        run.hold(16 * len(value))
        return Sequence([{key: item} for key, item in value.items()])
    if not isinstance(value, list):
        return value
    if not value:
        return Sequence()
    run.step(len(value) + 16)
    run.hold(8 * len(value))
    result: list[Value] = []
    for item in value:
        if isinstance(item, (list, dict)):
            result += spread(run, item)
        else:
            result.append(item)
    return result


def merge(run: Evaluation, objects: Value) -> Value:
    """`$merge`: of members of one name the last."""
    merged: dict[str, Value] = {}
    for item in objects:
        if item:
            run.step(len(item))
            run.hold(8 * len(item))
            merged |= item
    return merged


def clone(run: Evaluation, value: Value) -> Value:
    """`$clone`: a copy through JSON text, as in the reference: numbers come out with 15 digits, functions as ""."""
    if isinstance(value, dict):
        run.step(8 * len(value) + 20)
        run.hold(8 * len(value))
        return {key: clone(run, item) for key, item in value.items() if item is not UNDEFINED}
    if isinstance(value, list):
        run.step(4 * len(value) + 20)
        run.hold(8 * len(value))
        return [None if item is UNDEFINED else clone(run, item) for item in value]
    if value.__class__ is float or value.__class__ is int:
        double = as_double(value)
        return number(shortened(value)) if is_number(double) and math.isfinite(double) else None
    return "" if isinstance(value, Function) else value


def exists(run: Evaluation, value: Value) -> Value:
    """`$exists`."""
    return value is not UNDEFINED


def type_(run: Evaluation, value: Value) -> Value:
    """`$type`."""
    is_number(value)  # an infinite number is an error
    return type_name(value)


def error(run: Evaluation, message: Value = UNDEFINED) -> Value:
    """`$error`."""
    raise JsonataError("D3137", message=message or "$error() function evaluated")


def assert_(run: Evaluation, condition: Value, message: Value = UNDEFINED) -> Value:
    """`$assert`."""
    if not condition:
        raise JsonataError("D3141", message=message or "$assert() statement failed")
    return UNDEFINED
