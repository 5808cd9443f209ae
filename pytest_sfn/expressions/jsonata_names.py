"""What a JSONata expression refers to: read off its syntax tree once, when it is compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.jsonata import tree

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["STATES", "References", "TopLevelReferenceError"]

STATES: Final = frozenset({"input", "result", "errorOutput", "context"})
"""The members of `$states`."""
_Names = frozenset[str]


class TopLevelReferenceError(Exception):
    """`$`, `$$` or a bare name where there is no context.

    Attributes:
        name: as written.
        position: UTF-16 units up to the end of the name.
    """

    def __init__(self, name: str, position: int) -> None:
        super().__init__(name)
        self.name = name
        self.position = position


class References:
    """The variables that an expression reads without having bound them itself.

    Attributes:
        states: which parts of `$states`; all four where that cannot be told.
        variables: the other names, functions included.
        calls: those of them that are called.

    Raises:
        TopLevelReferenceError: for the first one met.
    """

    __slots__ = ("calls", "states", "variables")

    def __init__(self, node: tree.Node) -> None:
        self.states: set[str] = set()
        self.variables: set[str] = set()
        self.calls: set[str] = set()
        self._visit(node, True, frozenset())

    def _visit(self, node: tree.Node, top: bool, bound: _Names) -> _Names:
        """Visit a node and what is below.

        Args:
            top: whether it is evaluated without a context. Later steps of a path, predicates, groups and sort terms
                have the path's items as context; a function's body has that of the place where it is written.
            bound: the names bound by the expression itself so far.

        Returns:
            the names bound for what comes after it.
        """
        bound = self._below(node, top, bound)
        for stage in (*node.predicates, *node.stages):
            if isinstance(stage, tree.Filter):
                self._visit(stage.predicate, False, bound | _tuple_names(node))
        if node.group is not None:
            last = node.steps[-1] if isinstance(node, tree.Path) else node
            self._group(node.group, False, bound | _tuple_names(node) | _tuple_names(last))
        return bound

    def _below(self, node: tree.Node, top: bool, bound: _Names) -> _Names:
        match node:
            case tree.Variable():
                self._variable(node, top, bound)
            case tree.Name():
                if top:
                    raise TopLevelReferenceError(node.name, node.position)
            case tree.Path():
                self._path(node, top, bound)
            case tree.Lambda():
                self._visit(node.body, top, bound.union(node.parameters))
            case tree.Bind():
                name = frozenset((node.name,))
                self._visit(node.value, top, bound | name if isinstance(node.value, tree.Lambda) else bound)
                return bound | name
            case tree.Block():
                self._all(node.expressions, top, bound)
            case tree.Object():
                self._group(node.content, top, bound)
            case tree.Sort():
                self._all([term.key for term in node.terms], False, bound)
            case tree.Transform():
                self._all([node.pattern, node.update, *([node.delete] if node.delete else [])], False, bound)
            case _:
                return self._all(self._operands(node, bound), top, bound)
        return bound

    def _all(self, nodes: Iterable[tree.Node], top: bool, bound: _Names) -> _Names:
        for node in nodes:
            bound = self._visit(node, top, bound)
        return bound

    def _variable(self, node: tree.Variable, top: bool, bound: _Names) -> None:
        name = node.name
        if name in ("", "$"):
            if top:
                raise TopLevelReferenceError("$" + name, node.position)
        elif name in bound:
            pass
        elif name == "states":
            self.states |= STATES
        else:
            self.variables.add(name)

    def _path(self, node: tree.Path, top: bool, bound: _Names) -> None:
        first, *others = node.steps
        states = isinstance(first, tree.Variable) and first.name == "states" and "states" not in bound
        if states and not (first.predicates or first.stages or first.group) and others and isinstance(others[0], tree.Name):
            self.states |= STATES & {others[0].name}
        else:
            self._visit(first, top, bound)
        for step in others:
            bound |= _tuple_names(first)
            self._visit(step, False, bound)
            first = step

    def _operands(self, node: tree.Node, bound: _Names) -> list[tree.Node]:
        """The parts of a node that are evaluated in its own context."""
        match node:
            case tree.Call() | tree.Partial():
                if isinstance(node.function, tree.Variable) and node.function.name not in bound:
                    self.calls.add(node.function.name)
                return [node.function, *node.arguments]
            case tree.Binary() | tree.Apply():
                return [node.left, node.right]
            case tree.Condition():
                return [part for part in (node.test, node.then, node.otherwise) if part]
            case tree.Array():
                return node.items
            case tree.Negate():
                return [node.operand]
        return []

    def _group(self, group: tree.Group, top: bool, bound: _Names) -> None:
        self._all((part for pair in group.pairs for part in pair), top, bound)


def _tuple_names(node: tree.Node) -> _Names:
    """The variables that `@$x` and `#$i` bind on a step."""
    indexes = (stage.name for stage in node.stages if isinstance(stage, tree.Index))
    return frozenset(name for name in (node.focus, node.index, *indexes) if name is not None)
