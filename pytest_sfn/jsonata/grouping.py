"""Sorting and grouping, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pytest_sfn.jsonata import tree
from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.values import UNDEFINED, Value, equal, less

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_sfn.jsonata.evaluation import Evaluation, Frame

    Run = Callable[[Value, Frame], Value]

    class Compiler(Protocol):
        """What compiles the nodes below a node."""

        checked: bool
        cost: int
        defines: bool

        def compile(self, node: tree.Node, depth: int) -> Run:
            """The closure of a node that lies so deep."""
            ...


__all__ = ["Compiler", "grouped", "grouping", "in_order", "sorting"]


def sorting(compiler: Compiler, node: tree.Sort, depth: int) -> Callable[[list[Value], Frame], list[Value]]:
    """The items of a list, several, in the order of the terms."""
    before = compiler.cost
    terms = [(compiler.compile(term.key, depth + 1), term.descending) for term in node.terms]
    cost = compiler.cost - before
    position = node.position

    def run(items: list[Value], frame: Frame) -> list[Value]:
        frame.run.step(len(items) * cost)
        frame.run.hold(8 * len(items))
        return in_order(items, ([key(item, frame) for key, _ in terms] for item in items), terms, position, frame.run)

    return run


def in_order(
    items: list[Value], made: Iterable[list[Value]], terms: list[tuple[Run, bool]], position: int, run: Evaluation
) -> list[Value]:
    """The items in the order of the keys made for them.

    Raises:
        JsonataError: T2007 or T2008, for the first keys that cannot be compared.
    """
    keys = []
    for each in made:
        run.keep_texts(each)
        keys.append(each)
    run.step(3 * len(items) * len(items).bit_length())

    def compare(a: int, b: int) -> int:
        for (_, descending), left, right in zip(terms, keys[a], keys[b], strict=True):
            if left is UNDEFINED or right is UNDEFINED:
                if left is right:
                    continue
                return 1 if left is UNDEFINED else -1
            kinds = ["s" if isinstance(key, str) else "n" if _numeric(key) else "" for key in (left, right)]
            if "" in kinds:
                raise JsonataError("T2008", position, value=left if kinds[0] == "" else right)
            if kinds[0] != kinds[1]:
                raise JsonataError("T2007", position, value=left, value2=right)
            if not equal(left, right, run):
                return 1 if less(left, right, run) is descending else -1
        return 0

    return [items[index] for index in merged(list(range(len(items))), compare)]


def merged(indexes: list[int], compare: Callable[[int, int], int]) -> list[int]:
    """A merge sort that asks only whether the right one goes first: so are the first keys compared that the reference does."""
    if len(indexes) <= 1:
        return indexes
    middle = len(indexes) // 2
    left, right = merged(indexes[:middle], compare), merged(indexes[middle:], compare)
    result = []
    i = j = 0
    while i < len(left) and j < len(right):
        if compare(left[i], right[j]) == 1:
            result.append(right[j])
            j += 1
        else:
            result.append(left[i])
            i += 1
    return result + left[i:] + right[j:]


def _numeric(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


# Grouping


def grouping(compiler: Compiler, group: tree.Group, depth: int) -> Run:
    """`{key: value}`: the items of a list by key, and a value for the items of each key."""
    before = compiler.cost
    pairs = [(compiler.compile(key, depth + 1), compiler.compile(value, depth + 1)) for key, value in group.pairs]
    cost = compiler.cost - before
    names = [key.value if isinstance(key, tree.Literal) else None for key, _ in group.pairs]
    plain = all(isinstance(name, str) for name in names) and len(set(names)) == len(names)
    members = [(str(name), value) for name, (_, value) in zip(names, pairs, strict=True)]
    size = 32 + 8 * len(pairs)
    position = group.position

    def run(data: Value, frame: Frame) -> Value:
        budget = frame.run
        if plain and not isinstance(data, list):
            budget.hold(size)
            result = {}
            for name, value in members:
                found = value(data, frame)
                if found is not UNDEFINED:
                    result[name] = found
                    if found.__class__ is str:
                        budget.room -= len(found)
            return result
        items = data if isinstance(data, list) and data else [UNDEFINED] if isinstance(data, list) else [data]
        budget.step(len(items) * cost)
        groups = grouped(items, pairs, position, lambda run, item: run(item, frame), budget)
        result = {}
        for key, (index, context) in groups.items():
            found = pairs[index][1](context, frame)
            if found is not UNDEFINED:
                result[key] = found
                budget.keep(found)
        return result

    return run


def grouped(
    items: list[Value],
    pairs: list[tuple[Run, Run]],
    position: int,
    evaluate: Callable[[Run, Value], Value],
    budget: Evaluation,
) -> dict[str, tuple[int, Value]]:
    """By key: which of the pairs made it, and the items that have it.

    Raises:
        JsonataError: T1003 or D1009.
    """
    groups: dict[str, tuple[int, Value]] = {}
    several: dict[str, list[Value]] = {}
    budget.hold(32 + 8 * len(items))
    budget.step(3 * len(items))
    for item in items:
        for index, (run, _) in enumerate(pairs):
            key = evaluate(run, item)
            if key is UNDEFINED:
                continue
            if not isinstance(key, str):
                raise JsonataError("T1003", position, value=key)
            if key not in groups:
                budget.keep(key)
                groups[key] = index, item
                continue
            if groups[key][0] != index:
                raise JsonataError("D1009", position, value=key)
            first = groups[key][1]
            if key not in several:
                if first is UNDEFINED or item is UNDEFINED:
                    groups[key] = index, item if first is UNDEFINED else first
                    continue
                groups[key] = index, several.setdefault(key, list(first) if isinstance(first, list) else [first])
            if isinstance(item, list):
                several[key] += item
            else:
                several[key].append(item)
    return groups
