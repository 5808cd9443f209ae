"""Start, stop, describe, list and history of executions, and what reading does to virtual time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn import ExecutionError, SfnMock
from pytest_sfn.api import ApiError
from tests.api.conftest import WAIT
from tests.helpers import machine, run, task

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:M:n"


@pytest.fixture
def arn(create) -> str:
    return create()


@pytest.fixture
def started(call, arn) -> str:
    return call("StartExecution", stateMachineArn=arn, name="n", input='{"a": 1}')["executionArn"]


def test_start_does_what_is_due_at_once(account, call, started) -> None:
    assert started == EXECUTION
    (execution,) = account.executions
    assert (execution.status, execution.path) == ("RUNNING", ["W"])
    assert account.machines[0].name == "M"


def test_loop_that_polls_comes_to_the_end(account, call, started) -> None:
    polls = 0
    while call("DescribeExecution", executionArn=started)["status"] == "RUNNING":
        polls += 1
    assert polls <= 2
    assert account.now.minute == 1
    described = call("DescribeExecution", executionArn=started)
    assert (described["input"], described["output"]) == ('{"a": 1}', '"done"')
    assert "input" not in call("DescribeExecution", executionArn=started, includedData="METADATA_ONLY")


@pytest.mark.parametrize("read", ["DescribeExecution", "GetExecutionHistory"])
def test_one_read_leaves_the_clock_alone(account, call, started, read) -> None:
    call(read, executionArn=started)
    assert account.now.minute == 0
    call("StopExecution", executionArn=started, error="E", cause="c")
    described = call("DescribeExecution", executionArn=started)
    assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "E", "c")


def test_what_changes_in_between_is_something_new_to_show(account, call, arn, started) -> None:
    call("DescribeExecution", executionArn=started)
    call("StartExecution", stateMachineArn=arn)
    call("DescribeExecution", executionArn=started)
    assert account.now.minute == 0


def test_polling_for_what_never_comes_is_an_error_of_the_test(account, call, create) -> None:
    account.lambda_function("ask").returns(None)
    waits = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "ask"},
    }
    started = call("StartExecution", stateMachineArn=create(machine(A=waits)), name="n")["executionArn"]

    def poll() -> None:
        while call("DescribeExecution", executionArn=started)["status"] == "RUNNING":
            pass

    with pytest.raises(ExecutionError, match=r"(?s)DescribeExecution was called 100 times in a row.*waits for .*'A'"):
        poll()
    with pytest.raises(ExecutionError):  # and stays one, should something have caught it
        account.close()


def test_read_by_a_task_leaves_the_clock_alone(account, create) -> None:
    other = account.load(WAIT, name="Other")
    other.start(name="x")
    read = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:listExecutions",
        "Parameters": {"StateMachineArn": other.arn, "StatusFilter": "RUNNING"},
    }
    execution = run(machine(A={**read, "Next": "B"}, B=read), account=account)
    assert execution.elapsed.total_seconds() == 0
    assert [(each["Name"], each["StartDate"]) for each in execution.output["Executions"]] == [("x", "2024-01-01T00:00:00Z")]


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


@pytest.mark.parametrize(
    ("operation", "params", "refusal"),
    [
        ("DescribeExecution", {"executionArn": "x"}, "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'"),
        (
            "StopExecution",
            {"executionArn": "arn:aws:states:us-east-1:1:express:M:n:u"},
            "InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'",
        ),
        (
            "GetExecutionHistory",
            {"executionArn": f"{EXECUTION}2"},
            f"ExecutionDoesNotExist: Execution Does Not Exist: '{EXECUTION}2'",
        ),
        (
            "ListExecutions",
            {"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:N"},
            "StateMachineDoesNotExist: State Machine Does Not Exist: 'arn:aws:states:us-east-1:123456789012:stateMachine:N'",
        ),
        ("StartExecution", {"stateMachineArn": EXECUTION}, "InvalidArn: "),
        ("ListMapRuns", {"executionArn": "x"}, "InvalidArn: "),
        ("DescribeMapRun", {"mapRunArn": "arn:aws:states:us-east-1:1:mapRun:M/l:u"}, "ResourceNotFound: "),
    ],
)
def test_what_is_not_there(call, operation, params, refusal) -> None:
    assert call(operation, **params).startswith(refusal)


def test_list_is_latest_first_filtered_and_paged(account, call, arn) -> None:
    for name in "abc":
        call("StartExecution", stateMachineArn=arn, name=name)
        account.advance(1)
    call("StopExecution", executionArn=EXECUTION.replace(":n", ":b"))

    def names(**params: Any) -> list[str]:
        return [each["name"] for each in call("ListExecutions", stateMachineArn=arn, **params)["executions"]]

    assert names() == ["c", "b", "a"]
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


def test_express(account, call, create) -> None:
    express = create(machine(P={"Type": "Pass"}), type="EXPRESS")
    answer = call("StartSyncExecution", stateMachineArn=express, input='{"a":1}')
    assert (answer["status"], answer["output"]) == ("SUCCEEDED", '{"a":1}')
    unsupported = "StateMachineTypeNotSupported: This operation is not supported by this type of state machine"
    assert call("ListExecutions", stateMachineArn=express) == unsupported
    assert call("StartSyncExecution", stateMachineArn=create(name="S")) == unsupported


def test_map_runs_and_their_children(account, call, create) -> None:
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(P={"Type": "Pass"})}
    arn = create(machine(A={"Type": "Map", "Label": "L", "ItemProcessor": processor}))
    started = call("StartExecution", stateMachineArn=arn, name="n", input="[1, 2]")["executionArn"]
    (map_run,) = call("ListMapRuns", executionArn=started)["mapRuns"]
    assert map_run["executionArn"] == started
    described = call("DescribeMapRun", mapRunArn=map_run["mapRunArn"])
    assert (described["status"], described["itemCounts"]["succeeded"]) == ("SUCCEEDED", 2)
    children = call("ListExecutions", mapRunArn=map_run["mapRunArn"])["executions"]
    assert [child["status"] for child in children] == ["SUCCEEDED", "SUCCEEDED"]
    child = call("DescribeExecution", executionArn=children[0]["executionArn"])
    assert (child["output"], child["mapRunArn"]) == ("2", map_run["mapRunArn"])
    of = call("DescribeStateMachineForExecution", executionArn=children[0]["executionArn"])
    assert (json.loads(of["definition"])["StartAt"], of["label"]) == ("A", "L")


def test_account_that_began_anew_knows_nothing_of_before(account: SfnMock, call, create) -> None:
    account.lambda_function("f").returns(1)
    loaded = account.load(machine(A=task()), name="F")
    for case in loaded.faults(errors=["E"]):
        case.run()
        assert len(call("ListExecutions", stateMachineArn=loaded.arn)["executions"]) == 1


@pytest.mark.parametrize(("quotas", "refused"), [("aws", True), (None, False)])
def test_input_that_is_too_large(quotas: Any, refused: bool) -> None:
    account = SfnMock(quotas=quotas)
    arn = account.load(machine(P={"Type": "Pass"})).arn
    large = {"stateMachineArn": arn, "input": json.dumps("x" * 262_143)}
    if refused:
        with pytest.raises(ApiError, match="Value at 'input' failed to satisfy constraint: Member must have length less than"):
            account.api.call("StartExecution", large)
    else:
        account.api.call("StartExecution", large)
    assert len(account.executions) == (0 if refused else 1)
