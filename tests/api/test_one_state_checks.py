"""What TestState refuses. Texts without a mark are recorded."""

from __future__ import annotations

import json

import pytest

from tests.helpers import machine

TASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": True}
ACTIVITY = {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "End": True}
START = {
    "Type": "Task",
    "Resource": "arn:aws:states:::states:startExecution",
    "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m"},
    "End": True,
}
PASS = {"Type": "Pass", "End": True}
INNER = {"StartAt": "I", "States": {"I": PASS}}
MAP = {"Type": "Map", "ItemProcessor": INNER, "End": True}
PARALLEL = {"Type": "Parallel", "Branches": [INNER, INNER | {"States": {"J": PASS}, "StartAt": "J"}], "End": True}
WRITER = {
    **MAP,
    "ItemProcessor": {**INNER, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}},
    "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "p"}},
}
OK = {"result": "{}", "fieldValidationMode": "NONE"}
LIST = {"result": "[1]"}
UNMOCKED = "is not supported when a mock is specified"
CONTEXT = "Invalid Context object provided: "
SCHEMA = "Mock result schema validation error: "


@pytest.mark.parametrize(
    ("state", "members", "text"),
    [
        (PASS, {"mock": OK}, f"State type 'Pass' {UNMOCKED}"),
        (PASS, {"mock": {"errorOutput": {"error": "E"}}}, f"State type 'Pass' {UNMOCKED}"),
        (TASK, {"mock": {**OK, "errorOutput": {"error": "E", "cause": ""}}},
         "A test mock should have only one of the following fields: [result, errorOutput]."),
        (TASK, {"mock": {}}, "A test mock should have only one of the following fields: [result, errorOutput]."),  # [?]
        (TASK, {"mock": {"errorOutput": {"cause": "c"}}}, "Mocked errorOutput must have an error."),  # [?]
        (TASK, {"mock": {"result": "[]"}}, "Mocked result must be a JSON object."),  # [?]
        (TASK, {"mock": OK, "revealSecrets": True}, "TestState does not support RevealSecrets when a mock is specified."),
        (TASK, {"stateConfiguration": {"mapIterationFailureCount": 1}},
         "TestState does not support MapIterationFailureCount when a mock is not specified."),
        (TASK, {"mock": {"result": "no"}}, "Mocked result must be valid JSON"),
        (MAP, {"mock": {"result": "{}"}}, "Mocked result must be an array."),
        (WRITER, {"mock": LIST}, "Mocked result must be a JSON object."),
        (PARALLEL, {"mock": LIST}, "Mocked result must contain the same number of items as number of Parallel branches."),
        (MAP, {"mock": LIST, "input": "[1]", "stateConfiguration": {"mapIterationFailureCount": 2}},
         "Map iteration failure count must be less than or equal to the number of Map iterations"),
        (START, {"mock": {"result": "{}"}}, f"{SCHEMA}Required field 'ExecutionArn' is missing"),
        (START, {"mock": {"result": '{"StartDate": 1}'}}, f"{SCHEMA}Required field 'ExecutionArn' is missing"),  # [?]
        (START, {"mock": {"result": '{"StartDate": 1}', "fieldValidationMode": "PRESENT"}},
         f"{SCHEMA}Field 'StartDate' must be a string"),
        (TASK, {"mock": OK, "context": '{"Map": {}}'}, f"{CONTEXT}Field 'Map' is not allowed"),
        (TASK, {"mock": OK, "context": '{"Execution": {"x": 1}}'}, f"{CONTEXT}Field 'x' is not allowed"),
        (TASK, {"mock": OK, "context": '{"Execution": {"Id": 1}}'}, f"{CONTEXT}Execution.Id must be a string"),
        (TASK, {"mock": OK, "context": '{"State": {"RetryCount": "1"}}'}, f"{CONTEXT}State.RetryCount must be a number"),  # [?]
        (TASK, {"mock": OK, "context": '{"Task": {"Token": "t"}}'},
         (f"{CONTEXT}Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' "
         "service integration pattern")),
        (TASK, {"mock": OK, "context": "[]"}, f"{CONTEXT}Context object must be a valid JSON object"),  # [?]
        (TASK, {"context": "{}"}, "TestState does not support Context when a mock is not specified."),  # [?]
        (PASS, {"variables": "3"}, "Invalid variables provided: it must be a valid JSON object"),  # [?]
    ],
)  # fmt: skip
def test_validation_exceptions(call, state, members, text) -> None:
    assert call("TestState", definition=json.dumps(state), **members) == f"ValidationException: {text}"


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (MAP, ("TestState API does not support Map or Parallel states. "
              "Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]")),
        (ACTIVITY, "TestState API does not support Activity tasks without a mock."),  # [?]
        ({**START, "Resource": f"{START['Resource']}.sync"}, "TestState API does not support .sync without a mock."),  # [?]
        ({"Type": "Parallel", "Branches": [], "End": True},
         "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/StateName/Branches'"),
    ],
)  # fmt: skip
def test_invalid_definitions(call, state, text) -> None:
    assert call("TestState", definition=json.dumps(state)) == f"InvalidDefinition: {text}"


@pytest.mark.parametrize("name", ["absent", '"A"'])
def test_unknown_state(call, name) -> None:
    definition = json.dumps(machine(A=PASS))
    assert call("TestState", definition=definition, stateName=name) == "ValidationException: State not found in definition"


def test_texts_that_are_no_json(call) -> None:
    assert call("TestState", definition="{").startswith("InvalidDefinition: ")
    refused = call("TestState", definition=json.dumps(PASS), input="{")
    assert refused.startswith("InvalidExecutionInput: Invalid State Machine Execution Input: '")
