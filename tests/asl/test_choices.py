"""The shape of JSONPath Choice rules."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import load
from pytest_sfn.errors import DefinitionError

ONE_SELECTOR = "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]"
NO_REFERENCE = "Value is not a Reference Path: Reference path didn't start with '$'"
EQUAL = {"Variable": "$.a", "NumericEquals": 1}


def choice(rule: dict[str, Any]) -> dict[str, Any]:
    choices = [{**rule, "Next": "B"}]
    return {"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": choices}, "B": {"Type": "Succeed"}}}


@pytest.mark.parametrize(
    "rule", [EQUAL, {"And": [EQUAL, {"Not": EQUAL}]}, {"Or": [EQUAL]}, {"Variable": "$.a", "IsPresent": False}]
)
def test_rule_that_is_right(rule: dict[str, Any]) -> None:
    load(choice(rule))


@pytest.mark.parametrize(
    ("rule", "pointer", "text", "hint"),
    [
        ({}, "", ONE_SELECTOR, 'compare a "Variable" with one operator'),
        ({"Variable": "$"}, "", "A Choice rule needs a comparison operator", 'compare a "Variable" with one operator'),
        ({"Variable": "$", "NumericEqual": 1}, "", "Field 'NumericEqual' is not supported", "did you mean 'NumericEquals'?"),
        ({"NumericEquals": 1}, "", ONE_SELECTOR, "compare a"),
        ({"And": [EQUAL], "Or": [EQUAL]}, "", ONE_SELECTOR, "compare a"),
        ({"And": [EQUAL], "NumericEquals": 1}, "", "Field 'NumericEquals' is not supported", "compare a"),
        (
            {**EQUAL, "IsNull": True},
            "",
            "There should only be one of the following fields: [NumericEquals, IsNull]",
            "compare a",
        ),
        ({"Variable": "$", "NumericEquals": True}, "/NumericEquals", "Expected value of type Number", ""),
        ({"Variable": "$", "IsNull": "x"}, "/IsNull", "Expected value of type Boolean", ""),
        ({"Variable": "$", "StringEqualsPath": 1}, "/StringEqualsPath", "Expected value of type String", ""),
        ({"Variable": "$", "TimestampEquals": "x"}, "/TimestampEquals", "String does not match RFC3339 timestamp", "write it"),
        ({"And": []}, "/And", "Value cannot be empty", ""),
        ({"Not": []}, "/Not", "Expected value of type Object", ""),
        ({"Not": {**EQUAL, "Next": "B"}}, "/Not", "Field 'Next' is not supported", "Next belongs to the outermost rule"),
        ({"Not": EQUAL, "Variable": "$"}, "", ONE_SELECTOR, "compare a"),
        (
            {"Variable": "a", "IsNull": True},
            "/Variable",
            "Value is not a Reference Path: Reference path didn't start with '$'",
            "",
        ),
    ],
)
def test_rule_that_is_wrong(rule: dict[str, Any], pointer: str, text: str, hint: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load(choice(rule))
    (found,) = caught.value.diagnostics
    assert found.pointer == f"/States/A/Choices[0]{pointer}"
    assert found.message.startswith(text)
    assert found.hint.startswith(hint)


def test_nesting_has_an_end() -> None:
    rule: dict[str, Any] = EQUAL
    for _ in range(70):
        rule = {"Not": rule}
    with pytest.raises(DefinitionError, match="A Choice rule is nested more than 64 deep"):
        load(choice(rule))
