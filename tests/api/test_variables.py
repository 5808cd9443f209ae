"""Which variables DescribeStateMachine says that each state reads."""

from __future__ import annotations

from tests.helpers import machine

ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:M"


def test_variable_references(call, create) -> None:
    inner = machine(I={"Type": "Pass", "Parameters": {"x.$": "$outer.a"}})
    create(
        machine(
            A={"Type": "Pass", "Assign": {"b": 1, "a": 2, "outer": {}}, "Next": "B"},
            B={"Type": "Pass", "Parameters": {"x.$": "States.Format('{} $c', $b)", "y.$": "$a"}, "Next": "M"},
            M={"Type": "Map", "ItemsPath": "$b", "ItemProcessor": inner, "Next": "J"},
            J={"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $a + $sum($states.input) %}"},
        )
    )
    assert call("DescribeStateMachine", stateMachineArn=ARN)["variableReferences"] == {
        "B": ["a", "b"],
        "M": ["b"],
        "I": ["outer"],
        "J": ["a"],
    }
