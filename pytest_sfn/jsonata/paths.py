"""Paths, compiled: steps and filters. Paths that bind variables are in `tuples`.

A step takes what the step before it found and gives what it finds itself: a list for several values, or a value. A list
that is a `Sequence` holds results; a plain one is a single value that happens to be a list, which only the last step of
a path tells apart.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pytest_sfn.jsonata import tree
from pytest_sfn.jsonata.evaluation import Procedure
from pytest_sfn.jsonata.grouping import grouping, sorting
from pytest_sfn.jsonata.operators import BOOLEAN
from pytest_sfn.jsonata.values import UNDEFINED, Constructed, Kept, Sequence, Value, Wrapped, collapsed, is_number, truthy

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pytest_sfn.jsonata.evaluation import Evaluation, Frame
    from pytest_sfn.jsonata.grouping import Compiler

    Run = Callable[[Value, Frame], Value]

__all__ = ["at", "chosen", "compile_path", "compile_step", "descendants", "field", "filtering", "lookup", "members", "settled"]


class Inherited(Procedure):
    """A member that every object of JavaScript has. Transformations refuse them; called, they lead to others."""

    __slots__ = ()
    truth = False

    def call(self, run: Evaluation, args: list[Value], context: Value) -> Value:
        return self


_INHERITED = dict.fromkeys(
    (
        *("constructor", "__proto__", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString"),
        *("toString", "valueOf", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"),
    ),
    Inherited(),
)


def lookup(value: Value, name: str, run: Evaluation) -> Value:
    """The value of a member; for a list that of every item's, as a sequence."""
    if isinstance(value, dict):
        return value.get(name, _INHERITED.get(name, UNDEFINED))
    if isinstance(value, list):
        run.step(len(value))
        run.hold(8 * len(value))
        result = Sequence()
        for item in value:
            found = lookup(item, name, run)
            if isinstance(found, list):
                run.hold(8 * len(found))
                result += found
            elif found is not UNDEFINED:
                result.append(found)
        return result
    return UNDEFINED


# What a step has found


def _gathered(found: list[Value], last: bool, run: Evaluation) -> Value:
    """What a step found for each of several values, in one list."""
    for value in found:
        if value is UNDEFINED or isinstance(value, list):
            break
    else:
        return Sequence(found)
    found = [value for value in found if value is not UNDEFINED]
    if last and len(found) == 1 and isinstance(found[0], list) and not isinstance(found[0], Sequence):
        return found[0]
    result = Sequence()
    for value in found:
        if isinstance(value, list) and value.__class__ is not Constructed:
            run.hold(8 * len(value))
            result += value
        else:
            result.append(value)
    return result


def _settled(value: Value, last: bool) -> Value:
    """What a step found for one value."""
    cls = value.__class__
    if cls is Sequence or cls is list or not isinstance(value, list) or (last and cls is Constructed):
        return value
    return Sequence((value,)) if cls is Constructed else Sequence(value)


# Steps


def field(name: str) -> Run:
    """A name as an operand of its own."""
    missing = _INHERITED.get(name, UNDEFINED)

    def run(data: Value, frame: Frame) -> Value:
        if data.__class__ is dict:
            value = data.get(name, missing)
            return collapsed(value) if isinstance(value, Sequence) else value
        if isinstance(data, list):
            return collapsed(_picked(data, name, frame.run, True))
        return lookup(data, name, frame.run)

    return run


def _picked(items: list[Value], name: str, run: Evaluation, last: bool) -> Value:
    run.left -= len(items)
    if run.left < 0:
        run.look()
    picked = Sequence()
    missing = _INHERITED.get(name, UNDEFINED)
    for item in items:
        if item.__class__ is not dict:
            break
        value = item.get(name, missing)
        if isinstance(value, list):
            break
        if value is not UNDEFINED:
            picked.append(value)
    else:
        return picked
    return _gathered([collapsed(lookup(item, name, run)) for item in items], last, run)


def _name_step(name: str, last: bool) -> Run:
    missing = _INHERITED.get(name, UNDEFINED)

    def step(value: Value, frame: Frame) -> Value:
        if value.__class__ is dict:
            value = value.get(name, missing)
            return _settled(collapsed(value), last) if isinstance(value, list) and value.__class__ is not list else value
        return _picked(value, name, frame.run, last) if isinstance(value, list) else UNDEFINED

    return step


def _step(run: Run, stages: list[Run], cost: int, last: bool) -> Run:
    """A step of any kind: evaluated for each value, its filters right behind it."""

    def one(value: Value, frame: Frame) -> Value:
        value = run(value, frame)
        for stage in stages:
            value = stage(value, frame)
        return value

    evaluate = one if stages else run

    def step(value: Value, frame: Frame) -> Value:
        if isinstance(value, list):
            budget = frame.run
            budget.left -= len(value) * cost
            if budget.left < 0:
                budget.look()
            budget.hold(8 * len(value))
            found = []
            for item in value:
                result = evaluate(item, frame)
                if result.__class__ is str:
                    budget.room -= len(result)
                    if budget.room < 0:
                        budget.hold(0)
                found.append(result)
            return _gathered(found, last, budget)
        value = evaluate(value, frame)
        return _settled(value, last) if isinstance(value, list) else value

    return step


def _first_list(run: Run) -> Run:
    """A list written at the start of a path: its context is all that the path is applied to."""

    def step(value: Value, frame: Frame) -> Value:
        value = run(value if isinstance(value, list) else Sequence((value,)), frame)
        if isinstance(value, list) or value is UNDEFINED:
            return value
        return list(value) if isinstance(value, str) else UNDEFINED  # a filter behind it left something else

    return step


def _first_variable(run: Run, stages: list[Run], last: bool) -> Run:
    """A variable at the start of a path: it is the same for every item of the context."""

    def step(value: Value, frame: Frame) -> Value:
        value = run(value, frame)
        for stage in stages:
            value = stage(value, frame)
        return _settled(value, last)

    return step


def compile_path(compiler: Compiler, node: tree.Path, depth: int) -> Run:
    """A path; what its closure returns may be an open sequence if the node keeps it."""
    last = len(node.steps) - 1
    steps = [compile_step(compiler, step, depth, first=not index, last=index == last) for index, step in enumerate(node.steps)]
    group = None if node.group is None else grouping(compiler, node.group, depth)
    kept = node.kept
    whole = not (kept or node.keep or group is not None)
    if not compiler.checked:
        steps = _quickened(node.steps, steps, whole)
        if whole and len(steps) == 1 and last:
            return steps[0]

    def run(data: Value, frame: Frame) -> Value:
        value = _walked(steps, data, frame)
        if kept:
            value = keep(value)
        return value if group is None else group(value, frame)

    return run if node.keep else settled(run)


def settled(run: Run) -> Run:
    """What an open sequence means."""

    def settle(data: Value, frame: Frame) -> Value:
        value = run(data, frame)
        return collapsed(value) if isinstance(value, Sequence) else value

    return settle


def _walked(steps: list[Run], value: Value, frame: Frame) -> Value:
    for step in steps:
        value = step(value, frame)
        if not value and (value is UNDEFINED or (isinstance(value, list) and step is not steps[-1])):
            return UNDEFINED
    return value


def _quickened(nodes: list[tree.Node], steps: list[Run], whole: bool) -> list[Run]:
    """The names at the start of a path, perhaps behind a variable, as one step, which need only look into objects.

    Args:
        nodes: the path's steps.
        steps: their closures.
        whole: whether the value of a path of such names only must be settled.
    """
    first = nodes[0]
    variable = first.name if isinstance(first, tree.Variable) else ""
    start = 1 if variable and not (first.predicates or first.stages or first.group) else 0
    names: list[str] = []
    for node in nodes[start:]:
        if not isinstance(node, tree.Name) or node.stages or node.name in _INHERITED:
            break
        names.append(node.name)
    count = start + len(names)
    if count < 2:
        return steps
    general = steps[:count]
    walk = [(name, general[start + index :]) for index, name in enumerate(names)]
    whole = whole and count == len(steps)

    def step(data: Value, frame: Frame) -> Value:
        value = frame[variable] if start else data
        for name, rest in walk:
            if value.__class__ is dict:
                value = value.get(name, UNDEFINED)
                continue
            value = _walked(rest, value, frame) if value and value.__class__ is list else _walked(general, data, frame)
            return collapsed(value) if whole else value
        if value.__class__ is list or not isinstance(value, list):
            return value
        value = _walked(general, data, frame)
        return collapsed(value) if whole else value

    return [step, *steps[count:]]


def keep(value: Value) -> Value:
    """The results of a path with `[]` in it."""
    if isinstance(value, list):
        return Kept((value,)) if value.__class__ is Constructed else Kept(value) if isinstance(value, Sequence) else value
    return value if value is UNDEFINED else Kept((value,))


def compile_step(compiler: Compiler, node: tree.Node, depth: int, *, first: bool, last: bool) -> Run:
    """A step that binds no variables."""
    stages = [filtering(compiler, stage.predicate, depth + 1) for stage in node.stages if isinstance(stage, tree.Filter)]
    if isinstance(node, tree.Sort):
        return _sort_step(sorting(compiler, node, depth + 1), stages)
    before = compiler.cost
    run = compiler.compile(node, depth + 1)
    if first and getattr(node, "whole", False):
        return _first_list(run)
    if first and isinstance(node, tree.Variable):
        return _first_variable(run, stages, last)
    if isinstance(node, tree.Name) and not (stages or node.predicates or node.group or compiler.checked):
        return _name_step(node.name, last)
    return _step(run, stages, compiler.cost - before, last)


def _sort_step(sort: Callable[[list[Value], Frame], list[Value]], stages: list[Run]) -> Run:
    def step(value: Value, frame: Frame) -> Value:
        if isinstance(value, list):
            value = sort(value, frame) if len(value) > 1 else Sequence(value)
        for stage in stages:
            value = stage(value, frame)
        return value

    return step


# Filters


def filtering(compiler: Compiler, predicate: tree.Node, depth: int) -> Run:
    """A filter behind a value: the value's items for which the predicate is true, or those whose numbers it gives."""
    if (
        isinstance(predicate, tree.Literal)
        and isinstance(predicate.value, (int, float))
        and not isinstance(predicate.value, bool)
    ):
        return _at_index(math.floor(predicate.value))
    before = compiler.cost
    choose = compiler.compile(predicate, depth)
    cost = compiler.cost - before
    boolean = isinstance(predicate, tree.Binary) and predicate.operator in BOOLEAN

    def run(value: Value, frame: Frame) -> Value:
        items = value if isinstance(value, list) else (value,)  # nothing is an item, too
        budget = frame.run
        budget.left -= len(items) * cost
        if budget.left < 0:
            budget.look()
        if boolean:
            return Sequence([item for item in items if choose(item, frame)])
        return Sequence(chosen(items, lambda item: choose(item, frame), budget))

    return run


def chosen(items: Any, choose: Callable[[Value], Value], run: Evaluation) -> list[Value]:
    """The items that a predicate chooses."""
    size = len(items)
    results = []
    for position, item in enumerate(items):
        choice = choose(item)
        if choice is True:
            results.append(item)
        elif choice is False or choice is UNDEFINED:
            pass
        elif isinstance(choice, list) and all(map(is_number, choice)):
            run.step(len(choice))
            results += [item for wanted in choice if math.floor(wanted) in (position, position - size)]
        elif is_number(choice):
            if math.floor(choice) in (position, position - size):
                results.append(item)
        elif truthy(choice, run):
            results.append(item)
    return results


def at(items: Any, index: int) -> Value:
    """The item of a number, counted from the end where it is negative; `UNDEFINED` for none."""
    if index < 0:
        index += len(items)
    return items[index] if 0 <= index < len(items) else UNDEFINED


def _at_index(index: int) -> Run:
    def run(value: Value, frame: Frame) -> Value:
        item = at(value if isinstance(value, list) else (value,), index)
        return item if item is UNDEFINED or isinstance(item, list) else Sequence((item,))

    return run


# Wildcards


def members(data: Value, frame: Frame) -> Value:
    """`*`: the values of an object's members or a list's items; lists among them flattened."""
    if data.__class__ is Wrapped:
        data = data[0]
    values = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    frame.run.hold(8 * len(values))
    frame.run.step(2 + len(values))
    found: list[Value] = []
    for value in values:
        if isinstance(value, list):
            found += _flat(value, frame.run)
        else:
            found.append(value)
    return found if any(isinstance(value, list) for value in values) else Sequence(found)


def _flat(items: list[Value], run: Evaluation) -> list[Value]:
    run.hold(8 * len(items))
    run.step(len(items))
    result = []
    for item in items:
        if isinstance(item, list):
            result += _flat(item, run)
        else:
            result.append(item)
    return result


def descendants(data: Value, frame: Frame) -> Value:
    """`**`: the value itself and all that is in it, lists themselves left out."""
    found = Sequence()
    _descend(data, found, frame.run)
    return found


def _descend(data: Value, found: list[Value], run: Evaluation) -> None:
    if not isinstance(data, list):
        run.room -= 8
        found.append(data)
    if isinstance(data, (list, dict)):
        run.step(4 + len(data))
        for item in data if isinstance(data, list) else data.values():
            _descend(item, found, run)
