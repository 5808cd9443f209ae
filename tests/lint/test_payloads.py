"""Text that was meant as a path or an expression."""

from __future__ import annotations

from tests.lint.definitions import JSONATA, Json, chosen, faults, lint, passes, right

FAULTS = [
    ("forgotten-path", passes(Parameters={"a": "$.b"}), "/States/A/Parameters/a"),
    ("forgotten-path", passes(Parameters={"a": ["$.b"]}), "/States/A/Parameters/a[0]"),
    ("forgotten-path", passes(Parameters={"a": "States.UUID()"}), "/States/A/Parameters/a"),
    ("forgotten-path", passes(Result={"a": "$.b"}), "/States/A/Result/a"),
    ("forgotten-path", chosen({"Variable": "$.x", "StringEquals": "$.y"}, default="B"), "/States/A/Choices[0]/StringEquals"),
    ("no-expression", passes(Output=" {% 1 %}", **JSONATA), "/States/A/Output"),
    ("no-expression", passes(Output={"a": "$states.input.x"}, **JSONATA), "/States/A/Output/a"),
    ("path-key-in-jsonata", passes(Output={"a.$": "$.x"}, **JSONATA), "/States/A/Output/a.$"),
]
CLEAN = [
    ("forgotten-path", passes(Parameters={"a.$": "$.b", "c": "$5.00", "ItemsPath": "$.d", "e": "States of the Union"})),
    ("no-expression", passes(Output={"a": "{% $states.input %}", "b": "50 %"}, **JSONATA)),
]


@faults(FAULTS)
def test_finds(rule: str, definition: Json, place: str) -> None:
    assert (rule, place) in lint(definition)


@right(CLEAN)
def test_leaves_alone(rule: str, definition: Json) -> None:
    assert rule not in [name for name, _ in lint(definition)]
