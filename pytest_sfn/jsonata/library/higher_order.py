"""The functions that call a function for each element or member.

The function is given as many of (value, index or key, whole) as it has parameters. What it returns is charged when it is
kept; its own work charges itself.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.values import UNDEFINED, Function, Sequence, Value, truthy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_sfn.jsonata.evaluation import Evaluation

__all__ = ["each", "filter_", "map_", "reduce", "sift", "single"]


def _results(
    run: Evaluation, function: Value, values: Iterable[Value], keys: Iterable[Value], container: Value
) -> Iterator[Value]:
    """The function's result for each value."""
    if not isinstance(function, Function):
        raise JsonataError("T1006")
    apply = run.apply
    if function.arity < 2:
        return (apply(function, [value]) for value in values)
    if function.arity == 2:
        return (apply(function, [value, key]) for value, key in zip(values, keys, strict=False))
    return (apply(function, [value, key, container]) for value, key in zip(values, keys, strict=False))


def _kept(run: Evaluation, results: Iterator[Value]) -> Value:
    kept = Sequence()
    for result in results:
        if result is not UNDEFINED:
            if isinstance(result, (str, list, dict)):
                run.keep(result)
            kept.append(result)
    return kept


def map_(run: Evaluation, values: Value, function: Value) -> Value:
    """`$map`."""
    if values is UNDEFINED:
        return values
    run.step(len(values))
    run.hold(8 * len(values))
    return _kept(run, _results(run, function, values, count(), values))


def each(run: Evaluation, value: Value, function: Value) -> Value:
    """`$each`."""
    if value is UNDEFINED:
        return value
    run.step(len(value))
    run.hold(8 * len(value))
    return _kept(run, _results(run, function, value.values(), value, value))


def filter_(run: Evaluation, values: Value, function: Value) -> Value:
    """`$filter`."""
    if values is UNDEFINED:
        return values
    run.step(len(values))
    run.hold(8 * len(values))
    results = _results(run, function, values, count(), values)
    return Sequence([value for value, result in zip(values, results, strict=True) if truthy(result, run)])


def sift(run: Evaluation, value: Value, function: Value = UNDEFINED) -> Value:
    """`$sift`."""
    if not value:  # nothing, or no member to call the function for
        return UNDEFINED
    run.step(len(value))
    run.hold(8 * len(value))
    results = _results(run, function, value.values(), value, value)
    kept = {key: item for (key, item), result in zip(value.items(), results, strict=True) if truthy(result, run)}
    return kept or UNDEFINED


def single(run: Evaluation, values: Value, function: Value = UNDEFINED) -> Value:
    """`$single`."""
    if values is UNDEFINED:
        return values
    run.step(len(values))
    results: Iterable[Value] = values
    if function is not UNDEFINED:
        results = (truthy(result, run) for result in _results(run, function, values, count(), values))
    found: list[Value] = []
    for index, (value, result) in enumerate(zip(values, results, strict=True)):
        if result or function is UNDEFINED:
            if found:
                raise JsonataError("D3138", index=index)
            found.append(value)
    if not found:
        raise JsonataError("D3139")
    return found[0]


def reduce(run: Evaluation, values: Value, function: Value, init: Value = UNDEFINED) -> Value:
    """`$reduce`."""
    if values is UNDEFINED:
        return values
    arity = function.arity
    if arity < 2:
        raise JsonataError("D3050", index=1)
    run.step(len(values))
    apply = run.apply
    result, start = (values[0], 1) if init is UNDEFINED and values else (init, 0)
    for index in range(start, len(values)):
        result = apply(function, [result, values[index]] if arity == 2 else [result, values[index], index, values][:arity])
    return result
