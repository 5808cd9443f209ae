"""From text to syntax tree, second part: steps into paths, filters and groups onto steps, `%` to the step that it means.

A `%` means the context of a step further left. Each `%` has a label; `_mark` finds the step, which keeps its
context under the label's name in the tuples that the path then makes of its values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.jsonata import tree
from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.parser import Form, parse_forms

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["parse"]


def parse(text: str) -> tree.Node:
    """The syntax tree of an expression.

    Raises:
        JsonataError: an S0xxx code, with the position and token at fault.
    """
    try:
        node = _Shaper().shape(parse_forms(text))
    except RecursionError:
        raise JsonataError("U1001", message="the expression is nested too deep") from None
    if isinstance(node, tree.Parent) or node.seeking:
        raise _underivable(node, None)
    return node


def _underivable(node: tree.Node, position: int | None) -> JsonataError:
    return JsonataError("S0217", position, _KINDS.get(type(node)) or type(node).__name__.lower())


_KINDS: Final = {
    tree.Call: "function",
    tree.Negate: "unary",
    tree.Array: "unary",
    tree.Object: "unary",
    tree.Literal: "value",
    tree.Descendants: "descendant",
    tree.Placeholder: "operator",
}
"""What the reference calls nodes in its errors, where the name is another."""


def _seeking(node: tree.Node) -> list[tree.Label]:
    return [*node.seeking, node.slot] if isinstance(node, tree.Parent) else node.seeking


class _Shaper:
    def __init__(self) -> None:
        self._labels = 0

    def shape(self, form: Form) -> tree.Node:
        node = _SHAPES[form.kind](self, form)
        if form.keep:
            node.keep = True
            if form.kind == "name" and isinstance(node, tree.Path):
                node.kept = node.steps[0].keep = True
                node.keep = False
        return node

    def all(self, forms: list[Form]) -> list[tree.Node]:
        return [self.shape(form) for form in forms]

    def _with(self, node: tree.Node, *parts: tree.Node) -> tree.Node:
        """`node`, which has the `%` of its parts."""
        for part in parts:
            node.seeking = [*node.seeking, *_seeking(part)]
        return node

    # Terminals

    def name(self, form: Form) -> tree.Node:
        return tree.Path(form.position, [tree.Name(form.position, form.value)], False)

    def parent(self, form: Form) -> tree.Node:
        self._labels += 1
        return tree.Parent(form.position, tree.Label(f"!{self._labels}"))

    # Operators

    def negate(self, form: Form) -> tree.Node:
        operand = self.shape(form.parts[0])
        if isinstance(operand, tree.Literal) and form.parts[0].kind == "number":
            operand.value = -operand.value
            return operand
        return self._with(tree.Negate(form.position, operand), operand)

    def array(self, form: Form) -> tree.Node:
        items = self.all(form.parts)
        return self._with(tree.Array(form.position, items, False), *items)

    def _group(self, form: Form) -> tree.Group:
        return tree.Group([(self.shape(key), self.shape(value)) for key, value in form.pairs], form.position)

    def object(self, form: Form) -> tree.Node:
        group = self._group(form)
        return self._with(tree.Object(form.position, group), *(node for pair in group.pairs for node in pair))

    def group(self, form: Form) -> tree.Node:
        node = self.shape(form.parts[0])
        if node.group is not None:
            raise JsonataError("S0210", form.position)
        node.group = self._group(form)
        return node

    def binary(self, form: Form) -> tree.Node:
        if form.value == ".":
            return self._path(form)
        if form.value == "[":
            return self._filter(form)
        left, right = self.all(form.parts)
        if form.value == "~>":
            node: tree.Node = tree.Apply(form.position, left, right)
            node.keep = left.keep or right.keep
            return node
        return self._with(tree.Binary(form.position, form.value, left, right), left, right)

    def bind(self, form: Form) -> tree.Node:
        value = self.shape(form.parts[1])
        return self._with(tree.Bind(form.position, form.parts[0].value, value), value)

    def condition(self, form: Form) -> tree.Node:
        parts = self.all(form.parts)
        otherwise = parts[2] if len(parts) > 2 else None
        return self._with(tree.Condition(form.position, parts[0], parts[1], otherwise), *parts)

    def block(self, form: Form) -> tree.Node:
        parts = self.all(form.parts)
        whole = any(getattr(part.steps[0] if isinstance(part, tree.Path) else part, "whole", False) for part in parts)
        return self._with(tree.Block(form.position, parts, whole), *parts)

    def call(self, form: Form) -> tree.Node:
        arguments = self.all(form.parts[1:])
        kind = tree.Call if form.kind == "call" else tree.Partial
        return self._with(kind(form.position, self.shape(form.parts[0]), arguments), *arguments)

    def lambda_(self, form: Form) -> tree.Node:
        parameters = [part.value for part in form.parts[1:-1]]
        return tree.Lambda(form.position, parameters, form.signature, self.shape(form.parts[-1]))

    def transform(self, form: Form) -> tree.Node:
        parts = self.all(form.parts)
        return tree.Transform(form.position, parts[0], parts[1], parts[2] if len(parts) > 2 else None)

    # Paths

    def _path(self, form: Form) -> tree.Node:
        left = self.shape(form.parts[0])
        path = left if isinstance(left, tree.Path) else tree.Path(form.position, [left], False)
        if isinstance(left, tree.Parent):
            path.seeking = [left.slot]
        right = self.shape(form.parts[1])
        if isinstance(right, tree.Path):
            path.steps += right.steps
        else:
            right.stages, right.predicates = [*right.predicates], []
            path.steps.append(right)
        steps = path.steps
        for index, step in enumerate(steps):
            if isinstance(step, tree.Literal):
                if not isinstance(step.value, str):
                    raise JsonataError("S0213", step.position, value=step.value)
                steps[index] = _renamed(step)
        path.kept = path.kept or any(step.keep for step in steps)
        for step in (steps[0], steps[-1]):
            if isinstance(step, tree.Array):
                step.whole = True
        self._find_parents(path)
        return path

    def _filter(self, form: Form) -> tree.Node:
        node = self.shape(form.parts[0])
        step = node.steps[-1] if isinstance(node, tree.Path) else node
        if step.group is not None:
            raise JsonataError("S0209", form.position)
        predicate = self.shape(form.parts[1])
        for label in predicate.seeking:
            if label.level == 1:
                self._mark(step, label)
            else:
                label.level -= 1
        self._with(step, predicate)
        (step.stages if isinstance(node, tree.Path) else step.predicates).append(tree.Filter(predicate))
        return node

    def sort(self, form: Form) -> tree.Node:
        left = self.shape(form.parts[0])
        path = left if isinstance(left, tree.Path) else tree.Path(form.position, [left], False)
        terms = [tree.Term(self.shape(key), order.value) for order, key in form.pairs]
        path.steps.append(self._with(tree.Sort(form.position, terms), *(term.key for term in terms)))
        self._find_parents(path)
        return path

    def focus(self, form: Form) -> tree.Node:
        node = self.shape(form.parts[0])
        step = node.steps[-1] if isinstance(node, tree.Path) else node
        if step.stages or step.predicates:
            raise JsonataError("S0215", form.position)
        if isinstance(step, tree.Sort):
            raise JsonataError("S0216", form.position)
        step.focus = form.value
        step.streams = True
        step.keep = step.keep or form.keep
        return node

    def index(self, form: Form) -> tree.Node:
        node = self.shape(form.parts[0])
        if not isinstance(node, tree.Path):
            node.stages, node.predicates = [*node.predicates], []
            node = tree.Path(form.position, [node], False)
        step = node.steps[-1]
        if step.stages:
            step.stages.append(tree.Index(form.value))
        else:
            step.index = form.value
        step.streams = True
        return node

    # Parents

    def _find_parents(self, path: tree.Path) -> None:
        """Go back from the last step to those that its `%` stand for; what lies before the path is left to others."""
        for label in _seeking(path.steps[-1]):
            index = len(path.steps) - 2
            while label.level > 0:
                if index < 0:
                    path.seeking = [*path.seeking, label]
                    break
                step = path.steps[index]
                index -= 1
                while index >= 0 and step.focus and path.steps[index].focus:  # these all have one context
                    step = path.steps[index]
                    index -= 1
                self._mark(step, label)

    def _mark(self, node: tree.Node, label: tree.Label) -> None:
        """Go back one step; have the node keep its context if it is the one."""
        match node:
            case tree.Name() | tree.Wildcard():
                label.level -= 1
                if label.level == 0:
                    if node.label is None:
                        node.label = label
                    else:  # another `%` has the same context
                        label.name = node.label.name
                    node.streams = True
            case tree.Parent():
                label.level += 1
            case tree.Block():
                if node.expressions:
                    node.streams = True
                    self._mark(node.expressions[-1], label)
            case tree.Path():
                node.streams = True
                for step in reversed(node.steps):
                    self._mark(step, label)
                    if label.level <= 0:
                        break
            case _:
                raise _underivable(node, node.position)


def _renamed(literal: tree.Literal) -> tree.Name:
    """The step that a text is."""
    name = tree.Name(literal.position, literal.value)
    name.keep, name.stages, name.predicates, name.group = literal.keep, literal.stages, literal.predicates, literal.group
    return name


_SHAPES: Final[dict[str, Callable[[_Shaper, Form], tree.Node]]] = {
    **dict.fromkeys(("string", "number", "value"), lambda _, form: tree.Literal(form.position, form.value)),
    "name": _Shaper.name,
    "variable": lambda _, form: tree.Variable(form.position, form.value),
    "regex": lambda _, form: tree.Regex(form.position, *form.value),
    "*": lambda _, form: tree.Wildcard(form.position),
    "**": lambda _, form: tree.Descendants(form.position),
    "%": _Shaper.parent,
    "?": lambda _, form: tree.Placeholder(form.position),
    "negate": _Shaper.negate,
    "array": _Shaper.array,
    "object": _Shaper.object,
    "group": _Shaper.group,
    "binary": _Shaper.binary,
    "bind": _Shaper.bind,
    "condition": _Shaper.condition,
    "block": _Shaper.block,
    "call": _Shaper.call,
    "partial": _Shaper.call,
    "lambda": _Shaper.lambda_,
    "transform": _Shaper.transform,
    "sort": _Shaper.sort,
    "@": _Shaper.focus,
    "#": _Shaper.index,
}
