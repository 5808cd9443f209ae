"""The table of metrics: what each finds in a state, and that everything is counted once."""

from collections import Counter

import pytest

from pytest_sfn import load
from pytest_sfn.coverage.elements import outline
from pytest_sfn.coverage.metrics import ERROR_PATHS, FIGURES, MACHINE, METRICS, STATES, TRANSITIONS, Owner, figure_of
from tests.diagrams.machines import ORDER

ERRORS = {"Retry": [{"ErrorEquals": ["A", "B"]}, "odd"], "Catch": [{"ErrorEquals": ["C"], "Next": "End"}, {"ErrorEquals": 1}]}


def found(type, value, name="S"):
    """(kind, figure, pointer, label) of all parts of a state."""
    owner = Owner(name, type, value)
    return [
        (row.kind, row.figure, part.at + part.name, part.label)
        for row in METRICS
        for part in row.parts(owner)
        if row.of_machine or type != MACHINE
    ]


def test_retry_and_catch():
    assert found("Task", {**ERRORS, "Next": "T"}) == [
        ("state", STATES, "", "S"),
        ("transition", TRANSITIONS, "/Next", "S -> T"),
        ("transition", ERROR_PATHS, "/Catch/0/Next", "S: Catch[0] -> End"),
        ("retrier", ERROR_PATHS, "/Retry/0", "S: Retry[0]"),
        ("error", ERROR_PATHS, "/Retry/0/ErrorEquals/0", "S: Retry[0] A"),
        ("error", ERROR_PATHS, "/Retry/0/ErrorEquals/1", "S: Retry[0] B"),
        ("error", ERROR_PATHS, "/Catch/0/ErrorEquals/0", "S: Catch[0] C"),
        ("side", None, "/Retry/0#exhausted", "S: Retry[0]: exhausted"),
    ]


def test_choices():
    choice = {"Choices": [{"Next": "T"}, {"Next": 5}], "Default": "U"}
    assert [(at, label) for kind, _, at, label in found("Choice", choice) if kind == "transition"] == [
        ("/Choices/0/Next", "S: Choices[0] -> T"),
        ("/Default", "S: Default -> U"),
    ]


@pytest.mark.parametrize(
    ("type", "value", "names"),
    [
        ("Task", {"TimeoutSecondsPath": "$.t", "HeartbeatSeconds": 3}, ["#times out", "#heartbeat missed"]),
        ("Wait", {"TimeoutSeconds": 3}, []),
        ("Map", {}, ["#no items", "#one item", "#many items", "#an item fails"]),
        ("Parallel", {}, ["#a branch fails"]),
        (MACHINE, {"TimeoutSeconds": 3, "Next": "A", "Retry": [{}]}, ["#times out"]),
    ],
)
def test_what_is_shown_beside(type, value, names):
    assert [at for kind, figure, at, _ in found(type, value) if kind == "side" and figure is None] == names


def test_an_element_counts_in_one_figure():
    assert {figure_of(row.kind, error_path=row.figure is ERROR_PATHS) for row in METRICS} == {*FIGURES, None}
    assert all(figure_of(row.kind, error_path=row.figure is ERROR_PATHS) is row.figure for row in METRICS)
    elements = outline(load(ORDER)).elements
    assert max(Counter(element.pointer for element in elements).values()) == 1
    assert {element.figure for element in elements} == {*FIGURES, None}
