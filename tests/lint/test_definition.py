"""How a definition looks to the checks: what is right is read, what is not is left out."""

from __future__ import annotations

from typing import Any

from pytest_sfn.asl.source import read_source
from pytest_sfn.lint.definition import LintedDefinition
from tests.lint.definitions import END, JSONATA, only, task

NESTED = only(
    {
        "Each": {"Type": "Map", "Next": "Both", "ItemProcessor": only({"One": END})},
        "Both": {"Type": "Parallel", "Branches": [only({"Left": END}), "odd", only({"Right": END})], "End": True},
    }
)


def read(definition: Any) -> LintedDefinition:
    return LintedDefinition(read_source(definition, loose=True))


def test_state_sets_and_states_outer_ones_first() -> None:
    linted = read(NESTED)

    assert [state.name for state in linted.states] == ["Each", "Both", "One", "Left", "Right"]
    assert [(state_set.pointer, state_set.outer.name if state_set.outer else None) for state_set in linted.state_sets] == [
        ("", None),
        ("/States/Each/ItemProcessor", "Each"),
        ("/States/Both/Branches/0", "Both"),
        ("/States/Both/Branches/2", "Both"),
    ]


def test_edges_with_what_they_assign() -> None:
    choice = {"Type": "Choice", "Assign": {"a": 1}, "Choices": [{"Next": "B"}, {"Next": "C", "Assign": {"b": 2}}, 5]}
    (state, *_) = read(only({"A": {**choice, "Default": "B"}, "B": END, "C": END})).states

    assert [(edge.target, edge.pointer, edge.assigns) for edge in state.edges] == [
        ("B", "/States/A/Default", {"a": 1}),
        ("B", "/States/A/Choices/0/Next", {"a": 1}),
        ("C", "/States/A/Choices/1/Next", {"b": 2}),
    ]
    catch = {"Catch": [{"ErrorEquals": ["E"], "Next": "B"}]}
    (caught,) = (edge for edge in read(task(**catch)).states[0].edges if edge.caught)
    assert (caught.target, caught.assigns) == ("B", None)


def test_a_state_without_a_known_type_is_left_out() -> None:
    (state_set,) = read(only({"A": {"Type": "Odd", "Next": "B"}, "B": END})).state_sets

    assert (list(state_set.states), state_set.complete, state_set.reached) == (["B"], False, frozenset())


def test_what_is_reached() -> None:
    states = {"A": {"Type": "Pass", "Next": "B"}, "B": END, "C": {"Type": "Pass", "Next": "B"}}

    assert read(only(states)).state_sets[0].reached == {"A", "B"}


def test_the_payload_is_the_field_of_the_query_language() -> None:
    fields = {"Parameters": {"a": 1}, "Arguments": {"b": 2}}
    (plain,), (computed,) = read(task(**fields)).states, read(task(**fields, **JSONATA)).states

    assert (plain.payload, plain.payload_field) == ({"a": 1}, "Parameters")
    assert (computed.payload, computed.payload_field) == ({"b": 2}, "Arguments")


def test_a_distributed_map_sees_no_variables_around_it() -> None:
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    linted = read(only({"Each": {"Type": "Map", "End": True, "ItemProcessor": {**only({"One": END}), **config}}}))

    assert [state_set.sees_outer for state_set in linted.state_sets] == [True, False]


def test_placeholders() -> None:
    linted = read(only({"A": {"Type": "Pass", "Next": "${B}", "Result": "$5"}}))

    assert linted.has_placeholder("to ${B}")
    assert not linted.has_placeholder("${C}")
    assert not linted.has_placeholder(5)
