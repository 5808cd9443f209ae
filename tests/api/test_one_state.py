"""TestState as a client gets it: members, stages, spellings. Its refusals are in test_one_state_checks.py."""

from __future__ import annotations

import json

import pytest

from tests.helpers import machine

LAMBDA = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f", "Payload.$": "$.p"},
    "ResultSelector": {"x.$": "$.Payload"},
    "ResultPath": "$.r",
    "Next": "N",
}
RESULT = {"StatusCode": 200, "Payload": [1]}


def test_stages_of_a_task_are_json_text(call) -> None:
    answer = call(
        "TestState",
        definition=json.dumps(LAMBDA),
        input='{"p": [1, 2]}',
        inspectionLevel="DEBUG",
        mock={"result": json.dumps(RESULT)},
    )
    assert (answer["status"], answer["nextState"]) == ("SUCCEEDED", "N")
    assert answer["output"] == '{"p":[1, 2],"r":{"x":[1]}}'
    assert answer["inspectionData"] == {
        "input": '{"p": [1, 2]}',
        "afterInputPath": '{"p": [1, 2]}',
        "afterParameters": '{"FunctionName":"f","Payload":[1, 2]}',
        "result": '{"StatusCode": 200, "Payload": [1]}',
        "afterResultSelector": '{"x":[1]}',
        "afterResultPath": '{"p":[1, 2],"r":{"x":[1]}}',
    }


@pytest.mark.parametrize(
    ("state", "members", "expected"),
    [
        ({"Type": "Succeed"}, {}, {"status": "SUCCEEDED", "output": "{}"}),
        ({"Type": "Fail", "Error": "E"}, {}, {"status": "FAILED", "error": "E"}),
        ({"Type": "Wait", "Seconds": 299, "Next": "N"}, {}, {"status": "SUCCEEDED", "output": "{}", "nextState": "N"}),
        ({"Type": "Wait", "Seconds": 301, "Next": "N"}, {}, {"status": "FAILED", "error": "States.Timeout"}),  # [documented]
        (
            {"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": 1, "Next": "One"}], "Default": "Other"},
            {"input": '{"a":1}'},
            {"status": "SUCCEEDED", "output": '{"a":1}', "nextState": "One"},
        ),
        (
            {"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": 1, "Next": "One"}], "Default": "Other"},
            {"input": '{"a":2}'},
            {"status": "SUCCEEDED", "output": '{"a":2}', "nextState": "Other"},
        ),
        (
            {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "End": True},
            {"mock": {"result": "3"}},
            {"status": "SUCCEEDED", "output": "3"},
        ),
    ],
)
def test_state_types(call, state, members, expected) -> None:
    assert call("TestState", definition=json.dumps(state), **members) == expected


def test_a_cause_does_not_say_where(call) -> None:
    state = {"Type": "Pass", "InputPath": "$.absent", "End": True}
    assert call("TestState", definition=json.dumps(state))["cause"].startswith("Invalid path '$.absent'")  # [measured]


MAP = {
    "Type": "Map",
    "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}},
    "ToleratedFailurePercentage": 50,
    "End": True,
}


@pytest.mark.parametrize(("failures", "status"), [(0, "SUCCEEDED"), (1, "SUCCEEDED"), (2, "FAILED")])
def test_failed_iterations_count_against_the_threshold(call, failures, status) -> None:
    answer = call(
        "TestState",
        definition=json.dumps(MAP),
        input="[1,2]",
        inspectionLevel="TRACE",
        mock={"result": "[1,2]"},
        stateConfiguration={"mapIterationFailureCount": failures},
    )
    assert answer["status"] == status
    assert answer["inspectionData"]["toleratedFailurePercentage"] == 50.0
    assert answer["inspectionData"]["maxConcurrency"] == 0


def test_a_state_of_a_machine_at_any_depth(call) -> None:
    inner = {"I": {"Type": "Pass", "Parameters": {"v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index"}, "End": True}}
    definition = machine(M={"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": inner}})
    answer = call("TestState", definition=json.dumps(definition), stateName="I", input='"x"')
    assert answer == {"status": "SUCCEEDED", "output": '{"v":"x","i":0}'}


def test_a_given_context_object_lacks_only_the_item(call) -> None:
    inner = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True}
    states = {"I": {**inner, "ResultSelector": {"all.$": "$$"}}}
    answer = call(
        "TestState",
        definition=json.dumps(machine(M={"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": states}})),
        stateName="I",
        input='"x"',
        mock={"result": "1"},
        context='{"Execution": {"Name": "e"}}',
    )
    found = json.loads(answer["output"])["all"]
    assert found == {"Execution": {"Name": "e"}, "Map": {"Item": {"Index": 0, "Value": "x"}}}


def test_nothing_of_it_is_listed(account, call) -> None:
    call("TestState", definition='{"Type": "Succeed"}')
    assert (call("ListStateMachines"), account.executions) == ({"stateMachines": []}, [])


def test_trace_shows_http(account, call) -> None:
    account.http("https://x.example/*").returns({"ok": True})
    arn = "arn:aws:events:us-east-1:123456789012:connection/c/1"
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::http:invoke",
        "Parameters": {"ApiEndpoint": "https://x.example/a", "Method": "GET", "Authentication": {"ConnectionArn": arn}},
        "End": True,
    }
    levels = {level: call("TestState", definition=json.dumps(state), inspectionLevel=level) for level in ("DEBUG", "TRACE")}
    assert "request" not in levels["DEBUG"]["inspectionData"]
    assert levels["TRACE"]["inspectionData"]["request"]["url"] == "https://x.example/a"
    assert levels["TRACE"]["inspectionData"]["response"]["statusMessage"] == "OK"
