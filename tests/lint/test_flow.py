"""The way through the states: Choices, circles, polling."""

from __future__ import annotations

from tests.lint.definitions import CHOICE, END, FUNCTION, JSONATA, LOOP, Json, chosen, faults, lint, only, right

FAULTS = [
    ("choice-without-default", chosen(CHOICE), "/States/A"),
    ("choice-without-default", chosen({"Condition": "{% $states.input.x %}"}, **JSONATA), "/States/A"),
    (
        "no-way-out",
        only(
            {
                "A": {"Type": "Choice", "Choices": [{**CHOICE, "Next": "B"}], "Default": "W"},
                "W": {"Type": "Wait", "Seconds": 1, "Next": "V"},
                "V": {"Type": "Pass", "Next": "W"},
                "B": END,
            }
        ),
        "/States/W",
    ),
    (
        "busy-loop",
        only({"A": {"Type": "Pass", "Next": "C"}, "C": {**LOOP["Done?"], "Default": "A"}, "End": END}),
        "/States/A",
    ),
    ("polling-without-wait", only(LOOP), "/States/Poll"),
]
CLEAN = [
    ("choice-without-default", chosen(CHOICE, default="B")),
    ("choice-without-default", chosen(CHOICE, {"Not": CHOICE})),
    ("choice-without-default", chosen({"Variable": "$.x", "IsPresent": True}, {"Variable": "$.x", "IsPresent": False})),
    (
        "choice-without-default",
        chosen({"Variable": "$.x", "NumericGreaterThan": 1}, {"Variable": "$.x", "NumericLessThanEquals": 1}),
    ),
    ("choice-without-default", chosen({"Condition": "{% $states.input.x %}"}, {"Condition": "{% true %}"}, **JSONATA)),
    (
        "no-way-out",
        only({"W": {"Type": "Wait", "Seconds": 1, "Next": "C"}, "C": {**LOOP["Done?"], "Default": "W"}, "End": END}),
    ),
    (
        "no-way-out",
        only(
            {"T": {"Type": "Task", "Resource": FUNCTION, "Next": "T", "Catch": [{"ErrorEquals": ["E"], "Next": "B"}]}, "B": END}
        ),
    ),
    (
        "busy-loop",
        only({"A": {"Type": "Pass", "Parameters": {"n": 1}, "Next": "C"}, "C": {**LOOP["Done?"], "Default": "A"}, "End": END}),
    ),
    (
        "busy-loop",
        only(
            {
                "C": {
                    "Type": "Choice",
                    "Choices": [{"Condition": "{% $millis() > 5 %}", "Next": "B"}],
                    "Default": "C",
                    **JSONATA,
                },
                "B": END,
            }
        ),
    ),
    (
        "polling-without-wait",
        only(LOOP | {"Done?": {**LOOP["Done?"], "Default": "W"}, "W": {"Type": "Wait", "Seconds": 5, "Next": "Poll"}}),
    ),
    ("polling-without-wait", only(LOOP | {"Poll": {**LOOP["Poll"], "Parameters": {"NextToken.$": "$.token"}}})),
]


@faults(FAULTS)
def test_finds(rule: str, definition: Json, place: str) -> None:
    assert (rule, place) in lint(definition)


@right(CLEAN)
def test_leaves_alone(rule: str, definition: Json) -> None:
    assert rule not in [name for name, _ in lint(definition)]
