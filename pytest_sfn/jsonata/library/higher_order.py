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

__all__ = ["filter_", "map_", "reduce", "sift", "single"]


def _results(run: Evaluation, function: Value, container: Value) -> Iterator[Value]:
    """The function's result for each element or member."""
    run.step(len(container))
    run.hold(8 * len(container))
    if not isinstance(function, Function):
        raise JsonataError("T1006")
    keys: Iterable[Value] = count()
    values = container
    if isinstance(container, dict):
        keys, values = container, container.values()
    apply = run.apply
    if function.arity < 2:
        return (apply(function, [value]) for value in values)
    if function.arity == 2:
        return (apply(function, [value, key]) for value, key in zip(values, keys, strict=False))
    return (apply(function, [value, key, container]) for value, key in zip(values, keys, strict=False))


def map_(run: Evaluation, values: Value, function: Value) -> Value:
    """`$map` and `$each`."""
    kept = Sequence()
    for result in _results(run, function, values):
        if result is not UNDEFINED:
            if isinstance(result, (str, list, dict)):
                run.keep(result)
            kept.append(result)
    return kept


def filter_(run: Evaluation, values: Value, function: Value) -> Value:
    """`$filter`."""
    results = _results(run, function, values)
    return Sequence([value for value, result in zip(values, results, strict=True) if truthy(result, run)])


def sift(run: Evaluation, value: Value, function: Value = UNDEFINED) -> Value:
    """`$sift`."""
    if not value:  # no member to call the function for
        return UNDEFINED
    results = _results(run, function, value)
    kept = {key: item for (key, item), result in zip(value.items(), results, strict=True) if truthy(result, run)}
    return kept or UNDEFINED


def single(run: Evaluation, values: Value, function: Value = UNDEFINED) -> Value:
    """`$single`."""
    run.step(len(values))
    results: Iterable[Value] = values
    if function is not UNDEFINED:
        results = (truthy(result, run) for result in _results(run, function, values))
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
    arity = function.arity
    if arity < 2:
        raise JsonataError("D3050", index=1)
    run.step(len(values))
    apply = run.apply
    result, start = (values[0], 1) if init is UNDEFINED and values else (init, 0)
    for index in range(start, len(values)):
        result = apply(function, [result, values[index]] if arity == 2 else [result, values[index], index, values][:arity])
    return result
