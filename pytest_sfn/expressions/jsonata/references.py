"""What an expression refers to: read off its syntax tree once, when it is compiled."""

from __future__ import annotations

from typing import Any

__all__ = ["References", "TopLevelReferenceError"]

_STATES = frozenset({"input", "result", "errorOutput", "context"})
_OPERANDS = ("procedure", "lhs", "rhs", "expression", "condition", "then", "_else")
_Names = frozenset[str]


class TopLevelReferenceError(Exception):
    """`$`, `$$` or a bare name stands where there is no context.

    Attributes:
        name: as written.
        position: characters up to the end of the name.
    """

    def __init__(self, name: str, position: int) -> None:
        super().__init__(name)
        self.name = name
        self.position = position


class References:
    """The variables an expression reads without having bound them itself.

    Attributes:
        states: which parts of `$states`; all four where that cannot be told.
        variables: the other names, functions included.
        calls: those of them that are called.

    Raises:
        TopLevelReferenceError: for the first one met.
    """

    __slots__ = ("calls", "states", "variables")

    def __init__(self, tree: Any) -> None:
        self.states: set[str] = set()
        self.variables: set[str] = set()
        self.calls: set[str] = set()
        self._visit(tree, True, frozenset())

    def _visit(self, node: Any, top: bool, bound: _Names) -> _Names:
        """Visit a node and what is below.

        Args:
            top: whether it is evaluated without a context. Later steps of a path, predicates, groups and sort terms
                have the path's items as context; a function's body has that of the place where it is written.
            bound: the names bound by the expression itself so far.

        Returns:
            the names bound for what comes after it.
        """
        kind = node.type
        match kind:
            case "variable":
                self._variable(node, top, bound)
            case "name":
                if top:
                    raise TopLevelReferenceError(node.value, node.position)
            case "path":
                self._path(node, top, bound)
            case "lambda":
                self._visit(node.body, top, bound.union(parameter.value for parameter in node.arguments))
            case "bind":
                name = frozenset((node.lhs.value,))
                self._visit(node.rhs, top, bound | name if node.rhs.type == "lambda" else bound)
                bound |= name
            case "block":
                inner = bound
                for child in node.expressions:
                    inner = self._visit(child, top, inner)
            case "sort":
                for term in node.terms:
                    self._visit(term.expression, False, bound)
            case "transform":
                for child in (node.pattern, node.update, node.delete):
                    if child is not None:
                        self._visit(child, False, bound)
            case _:
                bound = self._operands(node, top, bound)
        for stage in (*(node.predicate or ()), *(node.stages or ())):
            if stage.type == "filter":
                self._visit(stage.expr, False, bound | _tuple_names(node))
        if node.group is not None:
            self._pairs(node.group, False, bound | _tuple_names(node))
        return bound

    def _variable(self, node: Any, top: bool, bound: _Names) -> None:
        name = node.value
        if name in ("", "$"):
            if top:
                raise TopLevelReferenceError("$" + name, node.position)
        elif name in bound:
            pass
        elif name == "states":
            self.states |= _STATES
        else:
            self.variables.add(name)

    def _path(self, node: Any, top: bool, bound: _Names) -> None:
        first, *others = node.steps
        plain = first.type == "variable" and not (first.predicate or first.stages or first.group)
        if plain and first.value == "states" and "states" not in bound and others and others[0].type == "name":
            self.states |= _STATES & {others[0].value}
        else:
            self._visit(first, top, bound)
        for step in others:
            bound |= _tuple_names(first)
            self._visit(step, False, bound)
            first = step
        if node.group is not None:
            self._pairs(node.group, False, bound | _tuple_names(first))

    def _operands(self, node: Any, top: bool, bound: _Names) -> _Names:
        procedure = node.procedure
        if procedure is not None and procedure.type == "variable" and procedure.value not in bound:
            self.calls.add(procedure.value)
        for name in _OPERANDS:
            child = getattr(node, name)
            if child is not None:
                bound = self._visit(child, top, bound)
        for child in (*(node.arguments or ()), *(node.expressions or ())):
            bound = self._visit(child, top, bound)
        if node.lhs_object:
            self._pairs(node, top, bound)
        return bound

    def _pairs(self, node: Any, top: bool, bound: _Names) -> None:
        for pair in node.lhs_object:
            for child in pair:
                self._visit(child, top, bound)


def _tuple_names(node: Any) -> _Names:
    """The variables that `@$x` and `#$i` bind on a step."""
    stages = (stage.value for stage in node.stages or () if stage.type == "index")
    return frozenset(name for name in (node.focus, node.index, *stages) if isinstance(name, str))
