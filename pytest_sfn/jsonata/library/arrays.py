"""The functions of arrays that call no function of the user's, `$sort` excepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.values import UNDEFINED, Function, Sequence, Value, as_double, is_number

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from pytest_sfn.jsonata.evaluation import Evaluation

__all__ = ["append", "count", "distinct", "merge_sort", "reverse", "shuffle", "sort", "zipped"]


def count(run: Evaluation, values: Value) -> Value:
    """`$count`."""
    return 0 if values is UNDEFINED else len(values)


def append(run: Evaluation, first: Value, second: Value) -> Value:
    """`$append`."""
    if first is UNDEFINED:
        return second
    if second is UNDEFINED:
        return first
    before = first if isinstance(first, list) else [first]
    after = second if isinstance(second, list) else [second]
    size = len(before) + len(after)
    run.fits(8 * size)
    run.hold(8 * len(after))
    run.step(size >> 6)
    return [*before, *after]


def reverse(run: Evaluation, values: Value) -> Value:
    """`$reverse`."""
    if len(values) <= 1:
        return values
    run.hold(8 * len(values))
    return values[::-1]


def shuffle(run: Evaluation, values: Value) -> Value:
    """`$shuffle`."""
    if len(values) <= 1:
        return values
    run.step(len(values))
    run.hold(8 * len(values))
    shuffled = list(values)
    run.random().shuffle(shuffled)
    return shuffled


def zipped(run: Evaluation, *arrays: Value) -> Value:
    """`$zip`: as many rows as the shortest array has."""
    if any(array is UNDEFINED for array in arrays):
        return []
    rows = min(map(len, arrays))
    run.step(rows)
    run.hold(8 * rows * (1 + len(arrays)))
    return list(map(list, zip(*arrays, strict=False)))


def distinct(run: Evaluation, values: Value) -> Value:
    """`$distinct`: each value once, where it is first found."""
    if not isinstance(values, list) or len(values) <= 1:
        return values
    run.step(len(values))
    run.hold(8 * len(values))
    seen: set[Hashable] = set()
    result: list[Value] = Sequence() if isinstance(values, Sequence) else []
    for value in values:
        key = _key(run, value)
        if key not in seen:
            seen.add(key)
            result.append(value)
    return result


def _key(run: Evaluation, value: Value) -> Hashable:
    """What two values have in common exactly if JSONata's `=` holds between them."""
    cls = value.__class__
    if cls is str:
        run.left -= len(value) >> 9
        return value  # type: ignore[no-any-return]
    if cls is bool:
        return (_key, value)
    if cls is int or cls is float:
        return as_double(value) if value == value else object()
    if isinstance(value, list):
        run.step(4 * len(value) + 8)
        return tuple([_key(run, item) for item in value])
    if isinstance(value, dict):
        run.step(8 * len(value) + 20)
        return frozenset([(name, _key(run, item)) for name, item in value.items()])
    return value  # type: ignore[no-any-return]


# Sorting


def sort(run: Evaluation, values: Value, comparator: Value = UNDEFINED) -> Value:
    """`$sort`."""
    if len(values) <= 1:
        return values
    run.step(4 * len(values))
    run.hold(8 * len(values))
    if comparator is not UNDEFINED:
        apply = run.apply
        return merge_sort(values, lambda a, b: _is_true(apply(comparator, [a, b])))
    if all(isinstance(value, str) for value in values):
        plain = all(map(str.isascii, values))
        run.step((sum(map(len, values)) >> (9 if plain else 3)) * len(values).bit_length())
        return sorted(values) if plain else sorted(values, key=lambda text: text.encode("utf-16-be", "surrogatepass"))
    if not all(map(is_number, values)):
        raise JsonataError("D3070", index=1)
    return sorted(values)


def _is_true(value: Value) -> bool:
    """What JavaScript takes a value for, where JSONata's `$boolean` is not asked."""
    return isinstance(value, (list, dict, Function)) or (bool(value) and value == value)


def merge_sort(values: list[Value], swap: Callable[[Value, Value], bool]) -> list[Value]:
    """A stable merge sort that asks only whether the right element goes first.

    The order of elements that compare equal, and what an inconsistent comparator gives, are then the reference's.
    """
    if len(values) <= 1:
        return list(values)
    middle = len(values) // 2
    left, right = merge_sort(values[:middle], swap), merge_sort(values[middle:], swap)
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if swap(left[i], right[j]):
            merged.append(right[j])
            j += 1
        else:
            merged.append(left[i])
            i += 1
    return merged + left[i:] + right[j:]
