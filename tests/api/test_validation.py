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
            json.dumps(
                machine(
                    A={
                        "Type": "Task",
                        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                        "Parameters": {"QueueUrl": "q", "MessageBody": "b"},
                    }
                )
            ),
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


def test_targets_are_looked_for_only_when_the_fields_are_in_order(account, call) -> None:
    """As in the refusal of CreateStateMachine."""
    astray = machine(P={"Type": "Pass", "Next": "Elsewhere"})
    assert [each["code"] for each in call("ValidateStateMachineDefinition", definition=json.dumps(astray))["diagnostics"]] == [
        "MISSING_TRANSITION_TARGET",
        "MISSING_END_STATE",
    ]
    answer = call("ValidateStateMachineDefinition", definition=json.dumps({**astray, "Version": "2.0"}))
    assert answer["diagnostics"] == [
        {
            "severity": "ERROR",
            "code": "SCHEMA_VALIDATION_FAILED",
            "message": "Value should be one of the following: [1.0]",
            "location": "/Version",
        }
    ]


def test_literal_parameters_are_checked_wherever_a_definition_comes_in(client, create):
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
    bad, good = (
        json.dumps({"StartAt": "A", "States": {"A": {**task, "Parameters": {name: "q", "MessageBody.$": "$"}}}})
        for name in ("QueueURL", "QueueUrl")
    )
    missing = "The field 'QueueUrl' is required but was missing"
    unknown = 'The field "QueueURL" is not supported by Step Functions'
    code, place = "SCHEMA_VALIDATION_FAILED", "/States/A/Parameters"

    answer = client.validate_state_machine_definition(definition=bad)
    assert answer["result"] == "FAIL"
    assert answer["diagnostics"] == [
        {"severity": "ERROR", "code": code, "message": message, "location": place} for message in (missing, unknown)
    ]
    arn = create(good)
    calls = (
        lambda: client.create_state_machine(name="N", roleArn="arn:aws:iam::111111111111:role/r", definition=bad),
        lambda: client.update_state_machine(stateMachineArn=arn, definition=bad),
    )
    for call in calls:
        with pytest.raises(client.exceptions.InvalidDefinition) as caught:
            call()
        told = caught.value.response["Error"]["Message"]
        assert f"{code}: {unknown} at {place}" in told
        assert f"{code}: {missing} at {place}" in told
