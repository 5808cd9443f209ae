"""`variableReferences`: which variables each state reads, as DescribeStateMachine shows it [recorded]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.asl.expression_places import expressions, language_of, variables_read
from pytest_sfn.asl.outline import written_states
from pytest_sfn.asl.pointer import child

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["variable_references"]


def variable_references(definition: Mapping[str, Any]) -> dict[str, list[str]]:
    """`{state: [variable, ...]}`, sorted; states that read none are left out."""
    language = language_of(definition, "JSONPath")
    found = {}
    written = [each for states in written_states(definition) for each in states.states.items()]
    for name, state in written:
        pointer = child("/States", name)
        read = expressions(state, str(state.get("Type")), language_of(state, language), pointer)
        if names := {variable for expression in read for variable in variables_read(expression)}:
            found[name] = sorted(names)
    return found
