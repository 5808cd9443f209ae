"""ValidateStateMachineDefinition."""

from __future__ import annotations

import json

import pytest

from tests.helpers import machine

PASS = machine(P={"Type": "Pass"})


@pytest.mark.parametrize(
    ("definition", "kind", "result", "code"),
    [
        (json.dumps(PASS), "STANDARD", "OK", None),
        ("{}", "STANDARD", "FAIL", "SCHEMA_VALIDATION_FAILED"),
        ("x", "STANDARD", "FAIL", "INVALID_JSON_DESCRIPTION"),
        (
            json.dumps(machine(A={"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"})),
            "EXPRESS",
            "FAIL",
            "SCHEMA_VALIDATION_FAILED",
        ),
    ],
)
def test_validate(account, call, definition, kind, result, code) -> None:
    answer = call("ValidateStateMachineDefinition", definition=definition, type=kind)
    assert (answer["result"], answer["truncated"]) == (result, False)
    assert [each["code"] for each in answer["diagnostics"]] == ([code] if code else [])
    assert account.machines == []
