"""Variables that are read where they have no value.

A variable has a value for certain when a state is entered if it has one on every way that leads there (a forward analysis
to the greatest fixed point). Assign acts when a state is left; that of a Catcher or of a Choice Rule acts on its transition
only. Inside a Parallel or an inline Map all variables are visible that have a value when it is entered, in a distributed
Map none [documented].

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_sfn.asl.expression_places import variables_read
from pytest_sfn.lint.definition import as_object
from pytest_sfn.lint.rules import Problem, found
from pytest_sfn.names import Suggester

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.asl.expression_places import Expression
    from pytest_sfn.lint.definition import Edge, LintedDefinition, State, StateSet

__all__ = ["check_variables"]

_Names = frozenset[str]


def check_variables(definition: LintedDefinition) -> Iterator[Problem]:
    """Variables that no visible state assigns, and those without a value on some way."""
    reads = [(state, each, name) for state in definition.states for each in state.expressions for name in variables_read(each)]
    if not reads:
        return
    here = {id(state_set): _assigned(state_set) for state_set in definition.state_sets}
    entered = _Entered(definition)
    suggest = Suggester()
    for state, expression, name in sorted(reads, key=lambda read: (read[1].pointer, read[2])):
        if definition.has_placeholder(expression.text) or not _complete(state.state_set) or _is_tested(expression, name):
            continue
        visible = _visible(state.state_set, here)
        if name in visible:
            if not entered.has(state, name):
                yield found(
                    "possibly-unassigned-variable", expression.pointer, on_value=True, name=name, why=entered.why(state, name)
                )
        elif expression.language == "JSONPath":
            elsewhere = _elsewhere(name, definition, here)
            hint = elsewhere or suggest(name, visible, "did you mean ${}?") or "give it a value in the Assign of a state before"
            yield found("unassigned-variable", expression.pointer, hint, on_value=True, name=name, why="")
        elif not _is_function(name):
            why = ": no state assigns it in this scope"
            yield found(
                "possibly-unassigned-variable",
                expression.pointer,
                _elsewhere(name, definition, here),
                on_value=True,
                name=name,
                why=why,
            )


def _is_tested(expression: Expression, name: str) -> bool:
    """Whether the expression itself tests if the variable has a value."""
    return re.search(rf"\$(?:exists|type)\(\s*\${re.escape(name)}\b", expression.text) is not None


def _is_function(name: str) -> bool:
    from pytest_sfn.expressions.jsonata_functions import FUNCTION_NAMES  # slow to import, and seldom needed

    return name in FUNCTION_NAMES


def _names(assign: Mapping[str, Any] | None) -> _Names:
    return frozenset(name.removesuffix(".$") for name in assign) if assign else frozenset()


def _assigned(state_set: StateSet) -> _Names:
    """Every variable that a state of the set assigns."""
    names: set[str] = set()
    for state in state_set.states.values():
        for edge in state.edges:
            names |= _names(edge.assigns)
        names |= _names(as_object(state.value.get("Assign")))
    return frozenset(names)


def _complete(state_set: StateSet) -> bool:
    """Whether all states were read, here and in the sets around whose variables are visible here."""
    while state_set.complete and state_set.outer is not None and state_set.sees_outer:
        state_set = state_set.outer.state_set
    return state_set.complete


def _visible(state_set: StateSet, here: Mapping[int, _Names]) -> _Names:
    names = here[id(state_set)]
    while state_set.outer is not None and state_set.sees_outer:
        state_set = state_set.outer.state_set
        names |= here[id(state_set)]
    return names


def _elsewhere(name: str, definition: LintedDefinition, here: Mapping[int, _Names]) -> str:
    """Where the variable is assigned, if that is where it cannot be seen."""
    for state_set in definition.state_sets:
        if name in here[id(state_set)]:
            around = f"in '{state_set.outer.name}'" if state_set.outer is not None else "outside of the distributed Map"
            return f"it is assigned {around}, where it is not visible from here; pass it on in the input or output"
    return ""


class _Entered:
    """The variables that have a value for certain when a state is entered.

    A set of variables is a number with a bit for each, since there may be thousands of both states and variables.
    """

    def __init__(self, definition: LintedDefinition) -> None:
        self._bits: dict[str, int] = {}
        self._at: dict[int, int] = {}
        self._ways: dict[tuple[int, str], list[tuple[State, Edge]]] = {}  # into each state
        for state_set in definition.state_sets:  # outer ones come first
            self._solve(state_set)

    def has(self, state: State, name: str) -> bool:
        """Whether a variable has a value; for a state that is not reached, which is another rule's problem, it has one."""
        return bool(self._at[id(state)] >> self._bit(name) & 1)

    def _bit(self, name: str) -> int:
        return self._bits.setdefault(name, len(self._bits))

    def _mask(self, names: _Names) -> int:
        mask = 0
        for name in names:
            mask |= 1 << self._bit(name)
        return mask

    def _solve(self, state_set: StateSet) -> None:
        start = 0
        if state_set.outer is not None and state_set.sees_outer:
            start = self._at[id(state_set.outer)]
        known: dict[str, int | None] = dict.fromkeys(state_set.states)  # None: not reached so far
        edges = {
            name: [(edge.target, self._mask(_names(edge.assigns))) for edge in state.edges if edge.target in known]
            for name, state in state_set.states.items()
        }
        if state_set.start in known and state_set.start is not None:
            known[state_set.start] = start
            waiting = [state_set.start]
            while waiting:
                name = waiting.pop()
                before = known[name] or 0
                for target, assigned in edges[name]:
                    old = known[target]
                    new = before | assigned if old is None else old & (before | assigned)
                    if new != old:
                        known[target] = new
                        waiting.append(target)
        everything = self._mask(_assigned(state_set))
        for names in known.values():
            everything |= names or 0
        for name, names in known.items():
            self._at[id(state_set.states[name])] = everything if names is None else names
        for state in state_set.states.values():
            for edge in state.edges:
                self._ways.setdefault((id(state_set), edge.target), []).append((state, edge))

    def why(self, state: State, name: str) -> str:
        """A way that leads to the state without the variable having a value."""
        state_set = state.state_set
        for other, edge in self._ways.get((id(state_set), state.name), ()):
            if not self.has(other, name) and name not in _names(edge.assigns):
                return f": not if '{state.name}' is reached from '{other.name}'" + (" by a Catcher" if edge.caught else "")
        return ": not when the execution begins" if state_set.outer is None else ""
