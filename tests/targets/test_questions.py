"""What a trace asks TestState, and what it cannot ask."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn import Execution, SfnMock
from pytest_sfn.targets.questions import Questions
from tests.helpers import machine, run, task

LAMBDA = "arn:aws:states:::lambda:invoke"


def asked(execution: Execution, mode: str = "STRICT") -> Questions:
    return Questions(execution._run, execution.machine.state_machine.definition, lambda _: mode)


def members(execution: Execution) -> list[dict[str, Any]]:
    """Of each question, with JSON texts read."""
    texts = ("input", "variables", "context")
    found = []
    for question in asked(execution).found:
        read = {name: json.loads(value) if name in texts else value for name, value in question.members.items()}
        found.append({"state": question.rule.name, **read})
    return found


def test_a_state_without_a_mock_has_its_input_and_the_variables() -> None:
    execution = run(machine(A={"Type": "Pass", "Assign": {"x": 1}, "Next": "B"}, B={"Type": "Succeed"}), {"n": 7})

    assert members(execution) == [
        {"state": "A", "input": {"n": 7}},
        {"state": "B", "input": {"n": 7}, "variables": {"x": 1}},
    ]
    assert [question.expected for question in asked(execution).found] == [
        {"status": "SUCCEEDED", "output": {"n": 7}, "variables": {"x": 1}, "nextState": "B"},
        {"status": "SUCCEEDED", "output": {"n": 7}, "variables": {"x": 1}},
    ]


def test_each_attempt_is_a_question() -> None:
    retry = [{"ErrorEquals": ["E"], "IntervalSeconds": 3, "MaxAttempts": 2}]
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    account = SfnMock()
    account.lambda_function("f").raises("E", raw_cause="no")
    execution = run(machine(A=task(Retry=retry, Catch=catch, Next="B"), B={"Type": "Succeed"}), account=account)

    failure = {"errorOutput": {"error": "E", "cause": "no"}}
    assert members(execution)[:3] == [
        {"state": "A", "input": {}, "mock": failure},
        {"state": "A", "input": {}, "mock": failure, "stateConfiguration": {"retrierRetryCount": 1}},
        {"state": "A", "input": {}, "mock": failure, "stateConfiguration": {"retrierRetryCount": 2}},
    ]
    expected = [question.expected for question in asked(execution).found]
    assert expected[:2] == [
        {"status": "RETRIABLE", "error": "E", "cause": "no", "retryIndex": 0, "retryBackoffIntervalSeconds": seconds}
        for seconds in (3, 6)
    ]
    assert expected[2]["status"] == "CAUGHT_ERROR"
    assert expected[2]["nextState"] == "B"


def test_a_jitter_is_not_compared() -> None:
    retry = [{"ErrorEquals": ["E"], "JitterStrategy": "FULL", "MaxAttempts": 1}]
    account = SfnMock()
    account.lambda_function("f").raises("E", times=1).returns(1)

    assert "retryBackoffIntervalSeconds" not in asked(run(machine(A=task(Retry=retry)), account=account)).found[0].expected


def test_a_parallel_and_a_map_have_what_their_branches_brought() -> None:
    inner = machine(B={"Type": "Pass", "Result": 1})
    states = {
        "A": {"Type": "Parallel", "Branches": [inner], "Next": "C"},
        "C": {"Type": "Map", "ItemProcessor": machine(D={"Type": "Pass", "Result": 2})},
    }

    found = {each["state"]: each.get("mock") for each in members(run(machine(**states)))}

    assert found == {
        "A": {"result": "[1]", "fieldValidationMode": "NONE"},
        "B": None,
        "C": {"result": "[2]", "fieldValidationMode": "NONE"},
        "D": None,
    }


def test_a_failing_branch_is_the_error_of_its_parallel() -> None:
    inner = machine(B={"Type": "Fail", "Error": "E", "Cause": "c"})
    execution = run(machine(A={"Type": "Parallel", "Branches": [inner]}))

    assert members(execution)[-1]["mock"] == {"errorOutput": {"error": "E", "cause": "c"}}


def test_a_state_that_fails_before_its_task_gets_a_result_that_nobody_uses() -> None:
    state = task(Parameters={"a.$": "$.absent"})
    (question,) = asked(run(machine(A=state))).found

    assert question.members["mock"] == {"result": "{}", "fieldValidationMode": "NONE"}
    assert (question.expected["status"], question.expected["error"]) == ("FAILED", "States.Runtime")


def test_an_answer_of_a_service_is_checked_as_the_test_checks_it() -> None:
    account = SfnMock()
    account.lambda_function("f").returns(1)
    execution = run(machine(A={"Type": "Task", "Resource": LAMBDA, "Parameters": {"FunctionName": "f"}}), account=account)

    (question,) = asked(execution, "PRESENT").found

    assert question.members["mock"]["fieldValidationMode"] == "PRESENT"


def test_a_result_that_only_an_execution_has_is_not_checked() -> None:
    account = SfnMock()
    state = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "j"}}
    account.state("A").returns({"JobRunState": "SUCCEEDED", "StartedOn": 1.7e9})
    started = {**state, "Resource": "arn:aws:states:::states:startExecution", "Parameters": {"StateMachineArn": "m"}}
    account.state("B").returns({"ExecutionArn": "e", "StartDate": 1.7e9})

    found = asked(run(machine(A={**state, "Next": "B"}, B=started), account=account)).found

    assert [question.members["mock"]["fieldValidationMode"] for question in found] == ["STRICT", "NONE"]


def test_the_context_object_goes_to_states_that_read_it() -> None:
    account = SfnMock()
    account.lambda_function("f").returns(1)
    execution = run(machine(A=task(Parameters={"name.$": "$$.Execution.Name"})), account=account)

    (found,) = members(execution)

    assert sorted(found["context"]) == ["Execution", "State", "StateMachine"]
    assert found["context"]["Execution"]["Name"] == execution.name


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("chance", {"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}}),
        ("chance", {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $now() %}"}),
        ("context", {"Type": "Pass", "Parameters": {"name.$": "$$.Execution.Name"}}),
        ("context", {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.context.State.Name %}"}),
        ("wait", {"Type": "Wait", "Seconds": 6}),
        ("size", {"Type": "Pass", "Result": "x" * 262_144}),
    ],
)
def test_a_visit_that_is_not_compared(reason: str, state: dict[str, Any]) -> None:
    account = SfnMock(quotas=None)

    found = asked(run(machine(A=state), account=account))

    assert (found.found, dict(found.left_out)) == ([], {reason: 1})


def test_what_reads_the_item_of_a_map_is_not_compared() -> None:
    inner = machine(B=task(Parameters={"i.$": "$$.Map.Item.Index"}))
    account = SfnMock()
    account.lambda_function("f").returns(1)

    found = asked(run(machine(A={"Type": "Map", "ItemProcessor": inner}), [1, 2], account=account))

    assert ([question.rule.name for question in found.found], dict(found.left_out)) == (["A"], {"context": 2})


def test_an_activity_that_is_not_there_is_not_compared() -> None:
    account = SfnMock()
    paint = account.create_activity("paint")
    account.delete_activity(paint)

    execution = run(machine(A={"Type": "Task", "Resource": paint}), account=account)

    assert dict(asked(execution).left_out) == {"absent": 1}


def test_an_error_without_a_name_is_not_compared() -> None:
    account = SfnMock()
    account.state("A").submits()
    state = {"Type": "Task", "Resource": f"{LAMBDA}.waitForTaskToken"}
    state["Parameters"] = {"FunctionName": "f", "Payload": {"t.$": "$$.Task.Token"}}
    execution = account.load(machine(A=state)).start()
    account.send_task_failure(execution.task_token("A"))

    assert dict(asked(execution.run()).left_out) == {"nameless": 1}


def test_each_attempt_of_a_parallel_has_what_its_own_branches_brought() -> None:
    account = SfnMock()
    account.lambda_function("f").returns({"n": 1}, times=1).returns({"m": 2})
    state = {"Type": "Parallel", "Branches": [machine(B=task())], "ResultSelector": {"m.$": "$[0].m"}}
    execution = run(machine(A=state), account=account)
    execution.redrive()

    found = [question for question in asked(execution).found if question.rule.name == "A"]

    assert [(question.members["mock"]["result"], question.expected["status"]) for question in found] == [
        ('[{"n":1}]', "FAILED"),
        ('[{"m":2}]', "SUCCEEDED"),
    ]


def test_a_tolerated_failure_brings_nothing() -> None:
    inner = machine(B={"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 1, "Next": "F"}], "Default": "S"},
                    F={"Type": "Fail"}, S={"Type": "Succeed"})  # fmt: skip
    execution = run(machine(A={"Type": "Map", "ToleratedFailureCount": 1, "ItemProcessor": inner}), [0, 1])

    assert members(execution)[-1]["mock"]["result"] == "[0,null]"


def test_a_missed_heartbeat_is_not_compared() -> None:
    account = SfnMock()
    account.state("A").submits()
    state = {"Type": "Task", "Resource": f"{LAMBDA}.waitForTaskToken", "HeartbeatSeconds": 5}
    state["Parameters"] = {"FunctionName": "f", "Payload": {"t.$": "$$.Task.Token"}}

    assert dict(asked(run(machine(A=state), account=account)).left_out) == {"heartbeat": 1}


def test_an_error_without_a_name_is_no_mock() -> None:
    found = asked(run(machine(A={"Type": "Parallel", "Branches": [machine(B={"Type": "Fail"})]})))

    assert ([question.rule.name for question in found.found], dict(found.left_out)) == (["B"], {"nameless": 1})


def test_a_full_history_is_no_failure_of_a_state() -> None:
    items = {"Type": "Map", "ItemProcessor": machine(B={"Type": "Pass"})}
    execution = run(machine(A=items), list(range(6_500)))

    assert execution.failed
    assert asked(execution).left_out["quota"] <= 1
    assert all(question.expected["status"] == "SUCCEEDED" for question in asked(execution).found)


def test_the_children_of_a_distributed_map_are_runs_of_their_own() -> None:
    processor = {**machine(B={"Type": "Pass"}), "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}
    execution = run(machine(A={"Type": "Map", "ItemProcessor": processor}), [1, 2])

    found = asked(execution)

    assert [question.members["mock"]["result"] for question in found.found] == ["[1,2]"]
    assert len(found.below) == 2
