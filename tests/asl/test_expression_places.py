"""Where expressions stand, and what they read."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.asl.expression_places import Expression, expressions, payload_templates, variables_read

JSONPATH = {
    "InputPath": "$.in",
    "Parameters": {"a.$": "$x.y", "b": "$.text", "c": [{"d.$": "$$.State.Name"}]},
    "ResultPath": "$.out",
    "TimeoutSecondsPath": "$t",
    "Catch": [{"Next": "B", "Assign": {"e.$": "$.Error"}, "ResultPath": "$.f"}],
    "Assign": None,
    "Unknown": {"g.$": "$.h"},
}


def test_jsonpath() -> None:
    assert [(each.text, each.pointer) for each in expressions(JSONPATH, "Task", "JSONPath", "/A")] == [
        ("$.in", "/A/InputPath"),
        ("$x.y", "/A/Parameters/a.$"),
        ("$$.State.Name", "/A/Parameters/c/0/d.$"),
        ("$t", "/A/TimeoutSecondsPath"),
        ("$.Error", "/A/Catch/0/Assign/e.$"),
    ]


def test_rules() -> None:
    rule = {
        "And": [{"Variable": "$a", "StringEqualsPath": "$.b"}, {"Not": {"Variable": "$.c", "StringEquals": "$.d"}}],
        "Next": "B",
    }

    assert [each.text for each in expressions({"Choices": [rule, 1]}, "Choice", "JSONPath", "")] == ["$a", "$.b", "$.c"]


def test_jsonata() -> None:
    value = {
        "TimeoutSeconds": "{% $t %}",
        "Arguments": ["{% 1 %}", {"a": "{% 2 %}", "b": "text"}],
        "Catch": [{"Output": "{% 3 %}"}],
        "Choices": [{"Condition": "{% 4 %}"}],
    }

    assert [each.text.strip() for each in expressions(value, "Task", "JSONata", "")] == ["$t", "1", "2", "3"]
    assert [each.text.strip() for each in expressions(value, "Choice", "JSONata", "")] == ["4"]


def test_payload_templates() -> None:
    value = {"Parameters": 1, "ItemReader": {"Parameters": {}}, "ItemSelector": []}

    assert [each.pointer for each in payload_templates(value, "Map", "")] == [
        "/Parameters",
        "/ItemSelector",
        "/ItemReader/Parameters",
    ]


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("JSONPath", "$.a", set()),
        ("JSONPath", "$$.a", set()),
        ("JSONPath", "$a.b[0]", {"a"}),
        ("JSONPath", "States.Format('{}{}', $a, States.Array($b.c, $.d))", {"a", "b"}),
        ("JSONPath", "States.Nope(", set()),
        ("JSONata", "$states.input.a", set()),
        ("JSONata", " $a + $sum($b) + ($c := 1; $c)", {"a", "b"}),
        ("JSONata", "(", set()),
    ],
)
def test_variables(language: Any, text: str, names: set[str]) -> None:
    assert variables_read(Expression(text, "", language)) == names
