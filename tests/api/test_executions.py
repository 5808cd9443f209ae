"""Start, stop, describe, list and history of executions, and what reading does to virtual time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers import machine

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:M:n"


def test_start_does_what_is_due_at_once(account, call, started) -> None:
    assert started == EXECUTION
    (execution,) = account.executions
    assert (execution.status, execution.path) == ("RUNNING", ["W"])
    assert account.machines[0].name == "M"


@pytest.mark.parametrize(
    ("params", "answer"),
    [
        ({"name": "n", "input": '{"a":1}'}, EXECUTION),  # the same, while it runs
        ({"name": "n", "input": "{}"}, f"ExecutionAlreadyExists: Execution Already Exists: '{EXECUTION}'"),
        ({"name": "a b"}, "InvalidName: Invalid Name: 'a b'"),
        ({"input": {"a": 1}}, "SerializationException: 'input' is {'a': 1}, which is no string"),
        ({"input": "{"}, "InvalidExecutionInput: Invalid State Machine Execution Input: 'Unexpected end-of-input: "),
        (
            {"name": "n" * 81},
            f"ValidationException: 1 validation error detected: Value '{'n' * 81}' at 'name' failed to satisfy constraint: ",
        ),
    ],
)
def test_start_once_more(call, arn, started, params, answer) -> None:
    answered = call("StartExecution", stateMachineArn=arn, **params)
    text = answered if isinstance(answered, str) else answered["executionArn"]
    assert text.startswith(answer)


def test_name_is_used_up_when_the_execution_has_ended(account, call, arn, started) -> None:
    account.advance(60)
    again = {"stateMachineArn": arn, "name": "n", "input": '{"a": 1}'}
    assert call("StartExecution", **again).startswith("ExecutionAlreadyExists")
    account.advance(90 * 86_400)
    assert call("StartExecution", **again)["executionArn"] == EXECUTION


def test_list_is_latest_first_filtered_and_paged(account, call, arn) -> None:
    for name in "abc":
        call("StartExecution", stateMachineArn=arn, name=name)
        account.advance(1)
    call("StopExecution", executionArn=EXECUTION.replace(":n", ":b"))

    def names(**params: Any) -> list[str]:
        return [each["name"] for each in call("ListExecutions", stateMachineArn=arn, **params)["executions"]]

    assert names() == ["b", "c", "a"]  # one that has ended counts from its end
    assert names(statusFilter="RUNNING") == ["c", "a"]
    page = call("ListExecutions", stateMachineArn=arn, maxResults=2)
    assert names(maxResults=2, nextToken=page["nextToken"]) == ["a"]
    assert call("ListExecutions", stateMachineArn=arn, nextToken="no") == "InvalidToken: Invalid Token: 'Invalid token'"
    assert call("ListExecutions", stateMachineArn=arn, maxResults=1001, statusFilter="running") == (
        "ValidationException: 2 validation errors detected: Value 'running' at 'statusFilter' failed to satisfy constraint: "
        "Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]; "
        "Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000"
    )


def test_history_in_pages_backwards_and_without_data(account, call, started) -> None:
    account.advance(60)
    first = call("GetExecutionHistory", executionArn=started, maxResults=2)
    rest = call("GetExecutionHistory", executionArn=started, nextToken=first["nextToken"])
    types = [event["type"] for event in [*first["events"], *rest["events"]]]
    assert types == [event["type"] for event in account.executions[0].history]
    backwards = call("GetExecutionHistory", executionArn=started, reverseOrder=True)["events"]
    assert [event["type"] for event in backwards] == types[::-1]
    bare = call("GetExecutionHistory", executionArn=started, includeExecutionData=False)["events"]
    assert bare[0]["executionStartedEventDetails"].keys() == {"roleArn"}


def test_trace_header_is_shown(account, call, arn, create) -> None:
    started = call("StartExecution", stateMachineArn=arn, traceHeader="Root=1")["executionArn"]
    assert call("DescribeExecution", executionArn=started)["traceHeader"] == "Root=1"
    plain = call("StartExecution", stateMachineArn=arn)["executionArn"]
    assert "traceHeader" not in call("DescribeExecution", executionArn=plain)
    express = create(machine(P={"Type": "Pass"}), name="E", type="EXPRESS")
    answer = call("StartSyncExecution", stateMachineArn=express, traceHeader="Root=2", includedData="METADATA_ONLY")
    assert (answer["traceHeader"], answer["outputDetails"]) == ("Root=2", {"included": False})
    assert not {"input", "output"} & answer.keys()


def test_express(account, call, create) -> None:
    express = create(machine(P={"Type": "Pass"}), type="EXPRESS")
    answer = call("StartSyncExecution", stateMachineArn=express, input='{"a":1}')
    assert (answer["status"], answer["output"]) == ("SUCCEEDED", '{"a":1}')
    unsupported = "StateMachineTypeNotSupported: This operation is not supported by this type of state machine"
    assert call("ListExecutions", stateMachineArn=express) == unsupported
    assert call("StartSyncExecution", stateMachineArn=create(name="S")) == unsupported
