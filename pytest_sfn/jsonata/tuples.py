"""Paths that bind variables to their steps (`@$x`, `#$i`, `%`), compiled.

Such a path makes *tuples*: a value under the name `@`, together with the variables bound so far. From the first step
that binds one on, each step is evaluated for each tuple, with its variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.jsonata import tree
from pytest_sfn.jsonata.evaluation import Frame
from pytest_sfn.jsonata.grouping import grouped, grouping, in_order
from pytest_sfn.jsonata.paths import at, chosen, compile_step, filtering, keep
from pytest_sfn.jsonata.values import UNDEFINED, Sequence, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.jsonata.evaluation import Evaluation
    from pytest_sfn.jsonata.grouping import Compiler

    Run = Callable[[Value, Frame], Value]
    TupleStep = Callable[[Value, "Stream | None", Frame], "Stream"]

__all__ = ["Stream", "behind", "compile_path"]

Tuple = dict[str, Any]
"""A value (`@`) and variables by name."""


class Stream(list[Tuple]):
    """Tuples: what a path in parentheses hands to the path around it."""

    __slots__ = ()


def _frame(outer: Frame, variables: Tuple) -> Frame:
    frame = Frame(variables)
    frame.parent = outer
    frame.run = outer.run
    return frame


def compile_path(compiler: Compiler, node: tree.Path, depth: int) -> Run:
    """A path that binds variables; what its closure returns may be an open sequence, or a `Stream`."""
    start = next(index for index, step in enumerate(node.steps) if step.streams)
    before = [compile_step(compiler, step, depth, first=not index, last=False) for index, step in enumerate(node.steps[:start])]
    steps = [_step(compiler, step, depth) for step in node.steps[start:]]
    group = None if node.group is None else _grouping(compiler, node.group, depth)
    first_is_variable = isinstance(node.steps[0], tree.Variable)

    def run(data: Value, frame: Frame) -> Value:
        value = data
        for step in before:
            value = step(value, frame)
            if value is UNDEFINED or (isinstance(value, list) and not value):
                return UNDEFINED if group is None else group(Stream([{"@": UNDEFINED}]), frame)
        tuples: Stream | None = None
        if start == 0 and first_is_variable:
            value = Sequence((value,))
        for tuple_step in steps:
            tuples = tuple_step(value, tuples, frame)
        assert tuples is not None
        if group is not None:
            return group(tuples, frame)
        if node.streams:
            return tuples
        found = Sequence([each["@"] for each in tuples])
        return keep(found) if node.kept else found

    return run


def _step(compiler: Compiler, node: tree.Node, depth: int) -> TupleStep:
    stages = [_stage(compiler, stage, depth + 1) for stage in node.stages]
    found = _sort_step(compiler, node, depth) if isinstance(node, tree.Sort) else _plain_step(compiler, node, depth)

    def step(value: Value, tuples: Stream | None, frame: Frame) -> Stream:
        tuples = found(value, tuples, frame)
        for stage in stages:
            tuples = stage(tuples, frame)
        return tuples

    return step


def _plain_step(compiler: Compiler, node: tree.Node, depth: int) -> TupleStep:
    before = compiler.cost
    run = compiler.compile(node, depth + 1)
    cost = compiler.cost - before
    focus, index, label = node.focus, node.index, node.label

    def bound(results: Value, outer: Tuple) -> list[Tuple]:
        """The tuples for what was found for one of the tuples before."""
        made = []
        streamed = results.__class__ is Stream
        for number, result in enumerate(results if isinstance(results, list) else (results,)):
            each = outer | result if streamed else {**outer, focus: result} if focus else {**outer, "@": result}
            if index:
                each[index] = number
            if label is not None:
                each[label.name] = outer["@"]
            made.append(each)
        return made

    def step(value: Value, tuples: Stream | None, frame: Frame) -> Stream:
        if tuples is None:
            tuples = Stream([{"@": item} for item in (value if isinstance(value, list) else (value,))])
        budget = frame.run
        budget.step(len(tuples) * (cost + 3))
        found = Stream()
        for outer in tuples:
            results = run(outer["@"], _frame(frame, outer))
            if results is not UNDEFINED:
                made = bound(results, outer)
                budget.keep_texts(results if isinstance(results, list) else (results,))
                budget.step(len(made))
                budget.hold(len(made) * (32 + 8 * len(outer)))
                found += made
        return found

    return step


def _sort_step(compiler: Compiler, node: tree.Sort, depth: int) -> TupleStep:
    before = compiler.cost
    terms = [(compiler.compile(term.key, depth + 2), term.descending) for term in node.terms]
    cost = compiler.cost - before
    index = node.index

    def step(value: Value, tuples: Stream | None, frame: Frame) -> Stream:
        fresh = tuples is None
        if tuples is None:
            tuples = Stream([{"@": item} for item in (value if isinstance(value, list) else (value,))])
        if len(tuples) > 1:
            frame.run.step(len(tuples) * cost)
            keys = ([key(each["@"], _frame(frame, each)) for key, _ in terms] for each in tuples)
            tuples = Stream(in_order(tuples, keys, terms, node.position, frame.run))
        if fresh and index:
            for number, each in enumerate(tuples):
                each[index] = number
        return tuples

    return step


def _stage(compiler: Compiler, stage: tree.Filter | tree.Index, depth: int) -> Callable[[Stream, Frame], Stream]:
    if isinstance(stage, tree.Index):
        name = stage.name
        return lambda tuples, frame: Stream([{**each, name: number} for number, each in enumerate(tuples)])
    predicate = stage.predicate
    choose = compiler.compile(predicate, depth)
    if (
        isinstance(predicate, tree.Literal)
        and isinstance(predicate.value, (int, float))
        and not isinstance(predicate.value, bool)
    ):
        number = int(predicate.value // 1)
        return lambda tuples, frame: Stream([each] if (each := at(tuples, number)) is not UNDEFINED else [])

    def filtered(tuples: Stream, frame: Frame) -> Stream:
        frame.run.step(len(tuples))
        return Stream(chosen(tuples, lambda each: choose(each["@"], _frame(frame, each)), frame.run))

    return filtered


def behind(compiler: Compiler, node: tree.Node, depth: int) -> list[Run]:
    """The filters and the grouping behind an operand, which may be a `Stream`."""
    streamed: list[Callable[[Stream, Frame], Value]] = [_stage(compiler, stage, depth + 1) for stage in node.predicates]
    plain = [filtering(compiler, stage.predicate, depth + 1) for stage in node.predicates]
    if node.group is not None and not isinstance(node, tree.Path):
        streamed.append(_grouping(compiler, node.group, depth))
        plain.append(grouping(compiler, node.group, depth))

    def either(stream: Callable[[Stream, Frame], Value], others: Run) -> Run:
        return lambda value, frame: stream(value, frame) if value.__class__ is Stream else others(value, frame)

    return [either(*both) for both in zip(streamed, plain, strict=True)]


def _grouping(compiler: Compiler, group: tree.Group, depth: int) -> Callable[[Stream, Frame], Value]:
    pairs = [(compiler.compile(key, depth + 1), compiler.compile(value, depth + 1)) for key, value in group.pairs]

    def run(tuples: Stream, frame: Frame) -> Value:
        budget: Evaluation = frame.run
        budget.step(len(tuples) * len(pairs))
        groups = grouped(
            tuples or [UNDEFINED],
            pairs,
            group.position,
            lambda key, each: key(each["@"], _frame(frame, each)) if each else key(UNDEFINED, frame),
            budget,
        )
        result = {}
        for key, (index, found) in groups.items():
            variables = _reduced(found, budget) if found else {}
            context = variables.pop("@", UNDEFINED)
            value = pairs[index][1](context, _frame(frame, variables))
            if value is not UNDEFINED:
                result[key] = value
                budget.keep(value)
        return result

    return run


def _reduced(found: Tuple | list[Tuple], run: Evaluation) -> Tuple:
    """The tuples of one group as one: each variable with all its values."""
    if not isinstance(found, list):
        return dict(found)
    values: dict[str, list[Value]] = {}
    for each in found:
        run.hold(8 * len(each))
        for name, value in each.items():
            if value is not UNDEFINED:
                known = values.setdefault(name, [])
                if isinstance(value, list):
                    known += value
                else:
                    known.append(value)
    return {name: known if len(known) > 1 else known[0] for name, known in values.items() if known}
