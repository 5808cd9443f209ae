"""Variables that are read where they have no value."""

from __future__ import annotations

from tests.lint.definitions import (
    ASSIGNED,
    CHOICE,
    END,
    FUNCTION,
    JSONATA,
    READS,
    Json,
    faults,
    in_parallel,
    lint,
    only,
    passes,
    right,
)

FAULTS = [
    ("unassigned-variable", only({"B": READS}), "/States/B/Parameters/y.$"),
    (
        "unassigned-variable",
        only(
            {"P": {"Type": "Parallel", "Branches": [only({"A": {**ASSIGNED, "Next": "C"}, "C": END})], "Next": "B"}, "B": READS}
        ),
        "/States/B/Parameters/y.$",
    ),
    ("possibly-unassigned-variable", passes(Output="{% $x %}", **JSONATA), "/States/A/Output"),
    (
        "possibly-unassigned-variable",
        only({"C": {"Type": "Choice", "Choices": [{**CHOICE, "Next": "A"}], "Default": "B"}, "A": ASSIGNED, "B": READS}),
        "/States/B/Parameters/y.$",
    ),
]
CLEAN = [
    ("unassigned-variable", only({"A": ASSIGNED, "B": READS})),
    ("possibly-unassigned-variable", only({"A": ASSIGNED, "B": READS})),
    ("possibly-unassigned-variable", passes(Output="{% ($x := 1; $map([1], function($v) { $v + $x })) %}", **JSONATA)),
    ("possibly-unassigned-variable", passes(Output="{% $exists($x) ? $x : $map([1], $string) %}", **JSONATA)),
    (
        "possibly-unassigned-variable",
        only(
            {
                "T": {
                    "Type": "Task",
                    "Resource": FUNCTION,
                    "Assign": {"x": 1},
                    "Catch": [{"ErrorEquals": ["E"], "Assign": {"x": 2}, "Next": "B"}],
                    "Next": "B",
                },
                "B": READS,
            }
        ),
    ),
    (
        "unassigned-variable",
        only({"A": {**ASSIGNED, "Next": "P"}, "P": in_parallel({"B": READS})["States"]["P"]}),
    ),
]


@faults(FAULTS)
def test_finds(rule: str, definition: Json, place: str) -> None:
    assert (rule, place) in lint(definition)


@right(CLEAN)
def test_leaves_alone(rule: str, definition: Json) -> None:
    assert rule not in [name for name, _ in lint(definition)]


def test_thousands_of_variables_and_states():
    count = 1000
    states = {
        f"S{i}": {
            "Type": "Pass",
            "Assign": {f"v{i}": 1},
            "Output": "{% $v0 + $v" + str(max(i - 1, 0)) + " %}",
            "Next": f"S{i + 1}",
        }
        for i in range(count)
    }
    states["S0"]["Output"] = 1
    states |= {f"S{count}": {"Type": "Succeed", "Output": "{% $v999 %}"}}
    definition = {"QueryLanguage": "JSONata", "StartAt": "S0", "States": states}
    assert [rule for rule, _ in lint(definition) if "variable" in rule] == []
