"""The table of metrics: what each finds in a state, and that everything is counted once."""

from collections import Counter

import pytest

from pytest_sfn import load
from pytest_sfn.coverage.elements import outline
from pytest_sfn.coverage.metrics import ERROR_PATHS, FIGURE_OF, FIGURES, MACHINE, METRICS, STATES, TRANSITIONS, Owner
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
        ("error", ERROR_PATHS, "/Retry/0/ErrorEquals/0", "S: Retry[0] A"),
        ("error", ERROR_PATHS, "/Retry/0/ErrorEquals/1", "S: Retry[0] B"),
        ("error", ERROR_PATHS, "/Catch/0/ErrorEquals/0", "S: Catch[0] C -> End"),
        ("side", None, "/Retry/0#exhausted", "S: Retry[0]: exhausted"),
        ("asked", None, "#asked", "S: asked"),
        ("asked", None, "/Retry/0#passed over", "S: Retry[0]: passed over"),
        ("asked", None, "/Catch/0#passed over", "S: Catch[0]: passed over"),
        ("asked", None, "/Catch/1#passed over", "S: Catch[1]: passed over"),
    ]


@pytest.mark.parametrize(
    ("lists", "counted"),
    [
        ([["A"], ["A", "B"]], ["0 A", "1 B"]),
        ([["A", "A"]], ["0 A"]),
        ([["States.TaskFailed"], ["A", "States.Timeout"], ["States.ALL"]], ["0 States.TaskFailed", "1 States.Timeout"]),
        ([["States.TaskFailed"], ["States.ALL"]], ["0 States.TaskFailed", "1 States.ALL"]),
        ([["A", "States.TaskFailed"]], ["0 A", "0 States.TaskFailed"]),
        ([["States.Timeout"], ["States.HeartbeatTimeout"]], ["0 States.Timeout"]),
        ([["States.HeartbeatTimeout"], ["States.Timeout"]], ["0 States.HeartbeatTimeout", "1 States.Timeout"]),
        ([["States.Timeout", "States.HeartbeatTimeout"]], ["0 States.Timeout", "0 States.HeartbeatTimeout"]),
        ([["States.Runtime"], ["States.ALL"]], ["1 States.ALL"]),
    ],
)
def test_names_that_no_error_reaches_are_no_error_paths(lists, counted):
    value = {"Retry": [{"ErrorEquals": names} for names in lists]}
    labels = [label for kind, _, _, label in found("Task", value) if kind == "error"]
    assert labels == [f"S: Retry[{each[0]}]{each[1:]}" for each in counted]


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
        ("Choice", {"Choices": []}, ["#no rule matches"]),
        ("Choice", {"Choices": [], "Default": "A"}, []),
        ("Map", {}, ["#no items", "#one item", "#many items", "#an item fails"]),
        ("Parallel", {}, ["#a branch fails"]),
        (MACHINE, {"TimeoutSeconds": 3, "Next": "A", "Retry": [{}]}, ["#times out"]),
    ],
)
def test_what_is_shown_beside(type, value, names):
    assert [at for kind, figure, at, _ in found(type, value) if kind == "side" and figure is None] == names


def test_an_element_counts_in_one_figure():
    assert {FIGURE_OF[row.kind] for row in METRICS} == {*FIGURES, None}
    assert all(FIGURE_OF[row.kind] is row.figure for row in METRICS)
    elements = outline(load(ORDER)).elements
    assert max(Counter(element.pointer for element in elements).values()) == 1
    assert {element.figure for element in elements} == {*FIGURES, None}
