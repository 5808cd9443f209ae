"""The compiler: from the syntax tree to closures.

Each node becomes a function of the context value and the frame of variables. What it returns is settled: a sequence of
one is that one, an empty one is `UNDEFINED` (the reference's `evaluate` does the same on its way out of every node).

An evaluation counts how deep nodes are nested. How deep a node lies in the function around it is known here, so only
calls count; a function that might pass the limit is compiled again with a check in each node.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from pytest_sfn.jsonata import tree
from pytest_sfn.jsonata.calls import compile_apply, compile_call, compile_partial
from pytest_sfn.jsonata.errors import JsonataError, LimitError
from pytest_sfn.jsonata.evaluation import Frame, Lambda
from pytest_sfn.jsonata.grouping import grouping
from pytest_sfn.jsonata.operators import binary, conjunction
from pytest_sfn.jsonata.paths import compile_path, descendants, field, filtering, members, settled
from pytest_sfn.jsonata.values import (
    UNDEFINED,
    Constructed,
    Kept,
    Sequence,
    Value,
    Wrapped,
    collapsed,
    is_number,
    number,
    truthy,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[[Value, Frame], Value]

__all__ = ["Body", "Compiler"]

_SHALLOW: Final = 60
"""Levels for which there is always room on Python's stack."""


class Body:
    """A function's body, or a whole expression, compiled.

    Attributes:
        run: its closure, which does not look how deep it is.
        height: how deep it is by itself.
        cost: steps that one evaluation of it takes at least: its nodes.
        deep: whether Python's stack may be too small for it: because of its own depth, or since it defines functions.
    """

    __slots__ = ("_checked", "_node", "_tail", "cost", "deep", "height", "run")

    def __init__(self, node: tree.Node, *, tail: bool) -> None:
        compiler = Compiler(checked=False)
        self._node = node
        self.run = compiler.compile(node, 1, tail=tail)
        self._checked: Run | None = None
        self.height = compiler.height
        self.cost = compiler.cost
        self._tail = tail
        self.deep = compiler.defines or compiler.height > _SHALLOW

    def evaluate(self, data: Value, frame: Frame) -> Value:
        """The value for a context and variables."""
        budget = frame.run
        return (self.run if budget.depth + self.height <= budget.limits.depth else self.checked)(data, frame)

    def checked(self, data: Value, frame: Frame) -> Value:
        """The value, or the error for the first node that is too deep."""
        if self._checked is None:
            self._checked = Compiler(checked=True).compile(self._node, 1, tail=self._tail)
        return self._checked(data, frame)


class Compiler:
    """Compiles one body.

    Attributes:
        checked: whether each node checks the depth.
        height: how deep the deepest node lies.
        cost: nodes so far.
        defines: whether one of them defines a function.
    """

    def __init__(self, *, checked: bool) -> None:
        self.checked = checked
        self.height = 0
        self.cost = 0
        self.defines = False

    def compile(self, node: tree.Node, depth: int, *, tail: bool = False) -> Run:
        """The closure of a node.

        Args:
            node: the node.
            depth: how deep it lies in the body.
            tail: whether its value is the body's, so that a call may be left to the caller.
        """
        self.cost += 1
        self.height = max(self.height, depth)
        behind = self.behind(node, depth) if node.predicates or node.group else []
        if tail and not node.predicates and isinstance(node, (tree.Call, tree.Condition, tree.Block)):
            run = _TAILS[type(node)](self, node, depth)
        else:
            run = _RULES[type(node)](self, node, depth)
        if behind or node.keep:
            run = _followed(run, behind, node.keep)
        return _checked(run, depth) if self.checked else run

    def all(self, nodes: list[tree.Node], depth: int) -> list[Run]:
        """The closures of several nodes."""
        return [self.compile(node, depth) for node in nodes]

    def behind(self, node: tree.Node, depth: int) -> list[Run]:
        """The filters and the grouping behind an operand that is no step; those of a path are its own."""
        if node.streams:
            from pytest_sfn.jsonata.tuples import behind

            return behind(self, node, depth)
        found = [filtering(self, predicate.predicate, depth + 1) for predicate in node.predicates]
        if node.group is not None and not isinstance(node, tree.Path):
            found.append(grouping(self, node.group, depth))
        return found

    # Leaves

    def literal(self, node: tree.Literal, depth: int) -> Run:
        value = node.value
        return lambda data, frame: value

    def name(self, node: tree.Name, depth: int) -> Run:
        return field(node.name)

    def variable(self, node: tree.Variable, depth: int) -> Run:
        name = node.name
        if not name:
            return lambda data, frame: data[0] if data.__class__ is Wrapped else collapsed(data)

        def run(data: Value, frame: Frame) -> Value:
            value = frame[name]
            return collapsed(value) if isinstance(value, Sequence) else value

        return run

    def parent(self, node: tree.Parent, depth: int) -> Run:
        slot = node.slot
        return lambda data, frame: collapsed(frame[slot.name])

    def wildcard(self, node: tree.Wildcard, depth: int) -> Run:
        return members if node.keep or node.predicates else settled(members)

    def descendants(self, node: tree.Descendants, depth: int) -> Run:
        return descendants if node.keep or node.predicates else settled(descendants)

    def regex(self, node: tree.Regex, depth: int) -> Run:
        from pytest_sfn.jsonata.matchers import Regex

        regex = Regex(node.pattern, node.flags, node.position)
        return lambda data, frame: regex

    def placeholder(self, node: tree.Placeholder, depth: int) -> Run:
        return lambda data, frame: UNDEFINED

    # Values

    def path(self, node: tree.Path, depth: int) -> Run:
        if len(node.steps) == 1 and isinstance(node.steps[0], tree.Name) and not (self.checked or node.kept or node.group):
            step = node.steps[0]
            if not (step.streams or step.stages or step.predicates):
                return self.compile(step, depth + 1)
        if any(step.streams for step in node.steps):
            from pytest_sfn.jsonata.tuples import compile_path as compile_stream  # few expressions bind variables to steps

            run = compile_stream(self, node, depth)
            return run if node.keep else settled(run)
        return compile_path(self, node, depth)

    def negate(self, node: tree.Negate, depth: int) -> Run:
        operand = self.compile(node.operand, depth + 1)
        position = node.position

        def run(data: Value, frame: Frame) -> Value:
            value = operand(data, frame)
            if value is UNDEFINED:
                return value
            if not is_number(value):
                raise JsonataError("D1002", position, "-", value=value)
            return number(-value)

        return run

    def array(self, node: tree.Array, depth: int) -> Run:
        items = [
            (run, isinstance(item, tree.Array)) for run, item in zip(self.all(node.items, depth + 1), node.items, strict=True)
        ]
        size = 16 + 8 * len(items)
        whole = node.whole

        def run(data: Value, frame: Frame) -> Value:
            result: list[Value] = Constructed() if whole else []
            budget = frame.run
            budget.hold(size)
            for item, single in items:
                value = item(data, frame)
                if value is UNDEFINED:
                    continue
                if single or not isinstance(value, list):
                    result.append(value)
                    if value.__class__ is str:
                        budget.room -= len(value)
                else:
                    budget.hold(8 * len(value))
                    result += value
            return result

        return run

    def object(self, node: tree.Object, depth: int) -> Run:
        return grouping(self, node.content, depth)

    def binary(self, node: tree.Binary, depth: int) -> Run:
        compiled = conjunction if node.operator in ("and", "or") else binary
        return compiled(node.operator, self.compile(node.left, depth + 1), self.compile(node.right, depth + 1), node.position)

    def condition(self, node: tree.Condition, depth: int, *, tail: bool = False) -> Run:
        test = self.compile(node.test, depth + 1)
        then = self.compile(node.then, depth + 1, tail=tail)
        otherwise = _nothing if node.otherwise is None else self.compile(node.otherwise, depth + 1, tail=tail)

        def run(data: Value, frame: Frame) -> Value:
            value = test(data, frame)
            return (then if value is True or (value is not False and truthy(value, frame.run)) else otherwise)(data, frame)

        return run

    def block(self, node: tree.Block, depth: int, *, tail: bool = False) -> Run:
        if not node.expressions:
            return _nothing
        *first, end = node.expressions
        befores = self.all(first, depth + 1)
        last = self.compile(end, depth + 1, tail=tail)
        if not befores and not isinstance(end, tree.Bind):
            return last  # it binds no variable

        def run(data: Value, frame: Frame) -> Value:
            inner = Frame()
            inner.parent = frame
            inner.run = frame.run
            for before in befores:
                before(data, inner)
            return last(data, inner)

        return run

    def bind(self, node: tree.Bind, depth: int) -> Run:
        compiled = self.compile(node.value, depth + 1)
        name = node.name

        def run(data: Value, frame: Frame) -> Value:
            value = frame[name] = compiled(data, frame)
            if value.__class__ is str and hasattr(frame, "enclosed"):
                frame.run.keep(value)
            return value

        return run

    # Functions

    def lambda_(self, node: tree.Lambda, depth: int) -> Run:
        body = Body(node.body, tail=True)
        self.defines = True
        parameters, signature = node.parameters, node.signature

        def run(data: Value, frame: Frame) -> Value:
            frame.enclose()
            return Lambda(parameters, signature, body, data, frame)

        return run

    def transform(self, node: tree.Transform, depth: int) -> Run:
        from pytest_sfn.jsonata.transforms import compile_transform

        return compile_transform(self, node, depth)


def _nothing(data: Value, frame: Frame) -> Value:
    return UNDEFINED


def _followed(run: Run, behind: list[Run], keep: bool) -> Run:
    """What filters and a grouping behind an operand make of its value."""

    def followed(data: Value, frame: Frame) -> Value:
        value = run(data, frame)
        for part in behind:
            value = part(value, frame)
        if keep and isinstance(value, Sequence) and value:
            return Kept(value)
        return collapsed(value)

    return followed


def _checked(run: Run, depth: int) -> Run:
    """A node that checks its depth."""

    def checked(data: Value, frame: Frame) -> Value:
        budget = frame.run
        if budget.depth + depth > budget.limits.depth:
            raise LimitError("depth")
        return run(data, frame)

    return checked


_RULES: Final[dict[type[tree.Node], Callable[..., Run]]] = {
    tree.Literal: Compiler.literal,
    tree.Name: Compiler.name,
    tree.Variable: Compiler.variable,
    tree.Parent: Compiler.parent,
    tree.Wildcard: Compiler.wildcard,
    tree.Descendants: Compiler.descendants,
    tree.Regex: Compiler.regex,
    tree.Placeholder: Compiler.placeholder,
    tree.Path: Compiler.path,
    tree.Negate: Compiler.negate,
    tree.Array: Compiler.array,
    tree.Object: Compiler.object,
    tree.Binary: Compiler.binary,
    tree.Condition: Compiler.condition,
    tree.Block: Compiler.block,
    tree.Bind: Compiler.bind,
    tree.Lambda: Compiler.lambda_,
    tree.Call: compile_call,
    tree.Partial: compile_partial,
    tree.Apply: compile_apply,
    tree.Transform: Compiler.transform,
}
_TAILS: Final[dict[type[tree.Node], Callable[..., Run]]] = {
    rule: partial(function, tail=True)
    for rule, function in ((tree.Call, compile_call), (tree.Condition, Compiler.condition), (tree.Block, Compiler.block))
}
