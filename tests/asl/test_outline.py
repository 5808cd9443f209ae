"""States inside of states: in the model, in values with mistakes, along a pointer."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import load
from pytest_sfn.asl.outline import (
    DEEPEST,
    bodies,
    innermost_state,
    parts_of,
    set_around,
    states_around,
    taker_of,
    walk,
    written_states,
)

PASS = {"Type": "Pass", "End": True}


def states(**found: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(found)), "States": found}


NESTED = states(
    P={
        "Type": "Parallel",
        "Branches": [states(A=PASS), states(M={"Type": "Map", "ItemProcessor": states(B=PASS), "End": True})],
        "Next": "Z",
    },
    Z=PASS,
)


def test_walk_over_the_model() -> None:
    model = load(NESTED)._model
    found = [(state.name, [each.name for each in around]) for state, around in walk(model.states)]
    assert found == [("P", []), ("A", ["P"]), ("M", ["P"]), ("B", ["M", "P"]), ("Z", [])]
    assert [body.start_at for body in bodies(model.all_states["P"])] == ["A", "M"]
    assert bodies(model.all_states["Z"]) == ()


def test_walk_over_values() -> None:
    assert [(found.pointer, found.holder, list(found.states)) for found in written_states(NESTED)] == [
        ("", None, ["P", "Z"]),
        ("/States/P/Branches/0", "/States/P", ["A"]),
        ("/States/P/Branches/1", "/States/P", ["M"]),
        ("/States/P/Branches/1/States/M/ItemProcessor", "/States/P/Branches/1/States/M", ["B"]),
    ]


def test_values_with_mistakes_are_passed_over() -> None:
    definition = {
        "States": {
            "a/b": {"Type": "Map", "ItemProcessor": [], "Iterator": {"States": 1}},
            "P": {"Type": "Parallel", "Branches": {"0": {}}},
            "Q": {"Type": "Parallel", "Branches": [1, {}]},
            "T": {"Type": "Task", "Branches": [{}]},
            "?": None,
        }
    }
    assert [found.pointer for found in written_states(definition)] == ["", "/States/a~1b/Iterator", "/States/Q/Branches/1"]
    assert next(written_states({})).states == {}


def test_a_definition_without_end_is_read_so_far_as_the_parser_reads() -> None:
    definition: dict[str, Any] = {"States": {"M": {"Type": "Map"}}}
    definition["States"]["M"]["ItemProcessor"] = definition
    assert len(list(written_states(definition))) == DEEPEST + 1


@pytest.mark.parametrize(
    ("pointer", "around", "own_set"),
    [
        ("", [], ""),
        ("/StartAt", [], ""),
        ("/States", [], ""),
        ("/States/A", ["/States/A"], ""),
        ("/States/A/Parameters/States/B", ["/States/A"], ""),
        ("/States/States/Next", ["/States/States"], ""),
        ("/States/P/Branches", ["/States/P"], ""),
        ("/States/P/Branches/0/StartAt", ["/States/P"], "/States/P/Branches/0"),
        ("/States/P/Branches/0/States/a~1b/Next", ["/States/P", "/States/P/Branches/0/States/a~1b"], "/States/P/Branches/0"),
        ("/States/M/ItemProcessor", ["/States/M"], "/States/M/ItemProcessor"),
        ("/States/M/Iterator/States/B", ["/States/M", "/States/M/Iterator/States/B"], "/States/M/Iterator"),
        ("/Resources/R/Definition/States/A", ["/Resources/R/Definition/States/A"], "/Resources/R/Definition"),
        ("/States/M/ItemProcessors/States/B", ["/States/M"], ""),
    ],
)
def test_states_along_a_pointer(pointer: str, around: list[str], own_set: str) -> None:
    assert states_around(pointer) == around
    assert set_around(pointer) == own_set


def test_innermost_state() -> None:
    assert innermost_state("/States/A/Branches/0/States/a~1b/Next") == "a/b"
    assert innermost_state("/StartAt") is None


@pytest.mark.parametrize(
    ("pointer", "taker", "parts"),
    [
        ("/States/A/Retry/0/ErrorEquals/1", "/States/A/Retry/0", ["/States/A/Retry/0"]),
        ("/States/A\nb/Catch/12/ErrorEquals/0", "/States/A\nb/Catch/12", ["/States/A\nb/Catch/12/Next"]),
        ("/States/Retry/Next", None, []),
        ("/States/ErrorEquals/Next", None, []),
        ("/States/A/Retry/0#exhausted", None, []),
    ],
)
def test_error_names(pointer: str, taker: str | None, parts: list[str]) -> None:
    assert taker_of(pointer) == taker
    assert parts_of(pointer) == (pointer, *parts)
