"""RedriveExecution, and what other operations say of redriven executions and Map Runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.engine.quotas import Quotas
from tests.helpers import machine, run, task

Call = Callable[..., Any]
START = datetime(2024, 1, 1, tzinfo=UTC)
ONE_AT_A_TIME = {"MaxConcurrency": 1, "ToleratedFailureCount": 2}


@pytest.fixture
def failed(account: SfnMock, call: Call, create: Callable[..., str]) -> str:
    """The ARN of an execution whose task has failed once."""
    account.lambda_function("f").raises("E", times=1).calls(lambda event: event)
    arn = create(machine(A=task()))
    return call("StartExecution", stateMachineArn=arn, name="n", input='{"a":1}')["executionArn"]  # type: ignore[no-any-return]


def children(kind: str, **fields: Any) -> dict[str, Any]:
    processor = machine(B=task()) | {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}}
    return machine(M={"Type": "Map", "Label": "L", "ItemProcessor": processor, **fields})


# -- one execution ---------------------------------------------------------------------------------------------------------


def test_description_before_and_after(account: SfnMock, call: Call, failed: str) -> None:
    redrive = ("status", "redriveCount", "redriveStatus", "redriveStatusReason", "redriveDate", "error", "stopDate", "output")

    def described() -> dict[str, Any]:
        found = call("DescribeExecution", executionArn=failed)
        return {name: found[name] for name in redrive if name in found}

    before = {"status": "FAILED", "redriveCount": 0, "redriveStatus": "REDRIVABLE", "error": "E", "stopDate": START}
    assert described() == before
    account.lambda_function("f").returns(7).takes(5)
    account.advance(60)
    date = START + timedelta(seconds=60)
    assert call("RedriveExecution", executionArn=failed) == {"redriveDate": date}
    redriven = {"redriveCount": 1, "redriveDate": date, "redriveStatus": "NOT_REDRIVABLE"}
    runs = "Execution is RUNNING and cannot be redriven"
    assert described() == {"status": "RUNNING", **redriven, "redriveStatusReason": runs}
    account.advance(5)
    succeeded = "Execution is SUCCEEDED and cannot be redriven"
    stop = date + timedelta(seconds=5)
    ended = {"status": "SUCCEEDED", **redriven, "redriveStatusReason": succeeded, "output": "7", "stopDate": stop}
    assert described() == ended


def test_history(call: Call, failed: str) -> None:
    call("RedriveExecution", executionArn=failed)
    events = call("GetExecutionHistory", executionArn=failed)["events"]
    assert events[6] == {
        "timestamp": START,
        "type": "ExecutionRedriven",
        "id": 7,
        "previousEventId": 6,
        "executionRedrivenEventDetails": {"redriveCount": 1},
    }
    assert [event["id"] for event in events] == list(range(1, 13))


def test_what_is_due_at_once_has_happened(account: SfnMock, call: Call, failed: str) -> None:
    call("RedriveExecution", executionArn=failed)
    assert account.lambda_function("f").call_count == 2
    assert account.executions[0].succeeded


def test_the_definition_is_that_of_the_start(account: SfnMock, call: Call, failed: str) -> None:
    arn = failed.replace(":execution:", ":stateMachine:").removesuffix(":n")
    call(
        "UpdateStateMachine",
        stateMachineArn=arn,
        definition=json.dumps(machine(A={"Type": "Fail"})),
        roleArn="arn:aws:iam::1:role/s",
    )
    call("RedriveExecution", executionArn=failed)
    assert call("DescribeExecution", executionArn=failed)["output"] == '{"a":1}'


def test_executions_of_a_machine_list_their_redrives(call: Call, failed: str) -> None:
    arn = failed.replace(":execution:", ":stateMachine:").removesuffix(":n")
    call("RedriveExecution", executionArn=failed)
    (listed,) = call("ListExecutions", stateMachineArn=arn)["executions"]
    assert (listed["redriveCount"], listed["redriveDate"]) == (1, START)


def test_by_boto3(account: SfnMock, client: Any) -> None:
    account.lambda_function("f").raises("E", times=1).returns(1)
    execution = account.load(machine(A=task())).run({})
    assert client.redrive_execution(executionArn=execution.arn)["redriveDate"] == START
    assert client.describe_execution(executionArn=execution.arn)["status"] == "SUCCEEDED"
    with pytest.raises(client.exceptions.ExecutionNotRedrivable):
        client.redrive_execution(executionArn=execution.arn)


def test_by_a_task(account: SfnMock) -> None:
    account.lambda_function("f").raises("E", times=1).returns(1)
    other = account.load(machine(A=task())).run({})
    redrive = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:redriveExecution",
               "Parameters": {"ExecutionArn": other.arn}}  # fmt: skip
    execution = run(machine(R=redrive), account=account)
    assert execution.output == {"RedriveDate": "2024-01-01T00:00:00Z"}
    assert other.run().output == 1
    again = run(machine(R=redrive), account=account)
    assert again.error == "Sfn.ExecutionNotRedrivableException"


# -- client tokens ---------------------------------------------------------------------------------------------------------


def test_a_token_counts_for_fifteen_minutes(account: SfnMock, call: Call, failed: str) -> None:
    account.lambda_function("f").raises("E")
    first = call("RedriveExecution", executionArn=failed, clientToken="t")
    account.advance(15 * 60)
    assert call("RedriveExecution", executionArn=failed, clientToken="t") == first
    assert call("DescribeExecution", executionArn=failed)["redriveCount"] == 1
    account.advance(1)
    later = call("RedriveExecution", executionArn=failed, clientToken="t")
    assert later == {"redriveDate": START + timedelta(minutes=15, seconds=1)}
    assert call("DescribeExecution", executionArn=failed)["redriveCount"] == 2


def test_the_last_ten_tokens_count(account: SfnMock, call: Call, failed: str) -> None:
    account.lambda_function("f").raises("E")
    for number in range(11):
        call("RedriveExecution", executionArn=failed, clientToken=str(number))
    for token, count in (("1", 11), ("10", 11), ("0", 12)):
        call("RedriveExecution", executionArn=failed, clientToken=token)
        assert call("DescribeExecution", executionArn=failed)["redriveCount"] == count


def test_a_token_counts_though_the_execution_has_succeeded(call: Call, failed: str) -> None:
    first = call("RedriveExecution", executionArn=failed, clientToken="t")
    assert call("RedriveExecution", executionArn=failed, clientToken="t") == first
    refused = call("RedriveExecution", executionArn=failed, clientToken="T")
    assert refused == "ExecutionNotRedrivable: Execution is SUCCEEDED and cannot be redriven"


# -- refusals --------------------------------------------------------------------------------------------------------------


def test_an_execution_that_runs(call: Call, started: str) -> None:
    refused = call("RedriveExecution", executionArn=started)
    assert refused == "ExecutionNotRedrivable: Execution is RUNNING and cannot be redriven"


def test_an_execution_that_is_too_old(account: SfnMock, call: Call, failed: str) -> None:
    account.advance(timedelta(days=14, seconds=1))
    reason = "Execution redrivable period exceeded"
    assert call("RedriveExecution", executionArn=failed) == f"ExecutionNotRedrivable: {reason}"
    described = call("DescribeExecution", executionArn=failed)
    assert (described["redriveStatus"], described["redriveStatusReason"]) == ("NOT_REDRIVABLE", reason)


def test_an_execution_of_a_machine_that_was_deleted(call: Call, failed: str) -> None:
    call("DeleteStateMachine", stateMachineArn=failed.replace(":execution:", ":stateMachine:").removesuffix(":n"))
    reason = "State machine is in DELETING status"
    assert call("RedriveExecution", executionArn=failed) == f"ExecutionNotRedrivable: {reason}"
    described = call("DescribeExecution", executionArn=failed)
    assert (described["redriveStatus"], described["redriveStatusReason"]) == ("NOT_REDRIVABLE", reason)


@pytest.mark.parametrize(
    ("arn", "refused"),
    [
        ("nothing", "InvalidArn: Invalid Arn: 'Invalid ARN prefix: nothing'"),
        ("arn:aws:states:us-east-1:123456789012:execution:M:x",
         "ExecutionDoesNotExist: Execution Does Not Exist: 'arn:aws:states:us-east-1:123456789012:execution:M:x'"),
        ("arn:aws:states:us-east-1:123456789012:express:M:x:y", "InvalidArn: "),
        ("arn:aws:states:us-east-1:123456789012:stateMachine:M", "InvalidArn: "),
        ("", "ValidationException: "),
        ("a" * 257, "ValidationException: "),
    ],
)  # fmt: skip
def test_arns(call: Call, arn: str, refused: str) -> None:
    assert call("RedriveExecution", executionArn=arn).startswith(refused)


@pytest.mark.parametrize("token", ["", "a b", "é", "x" * 65])
def test_tokens(call: Call, failed: str, token: str) -> None:
    assert call("RedriveExecution", executionArn=failed, clientToken=token).startswith("ValidationException: ")


# -- Map Runs --------------------------------------------------------------------------------------------------------------


def test_a_map_run_with_one_child_at_a_time(account: SfnMock, call: Call) -> None:
    account.lambda_function("f").returns(0, times=1).raises("E", times=3).returns(1).takes(5)
    execution = account.load(children("STANDARD", **ONE_AT_A_TIME)).run([0, 1, 2, 3, 4])
    (listed,) = call("ListMapRuns", executionArn=execution.arn)["mapRuns"]
    arn = listed["mapRunArn"]

    def statuses(**filter: str) -> list[tuple[str, int]]:
        found = call("ListExecutions", mapRunArn=arn, **filter)["executions"]
        return [(each["status"], each["redriveCount"]) for each in found][::-1]

    def counts() -> dict[str, int]:
        described = execution.map_runs[0].describe()  # by the API it would be a poll, for which time passes
        assert described["itemCounts"] == described["executionCounts"]
        return {name: count for name, count in described["itemCounts"].items() if count}

    assert counts() == {"pending": 1, "succeeded": 1, "failed": 3, "total": 5}
    call("RedriveExecution", executionArn=execution.arn)
    described = call("DescribeMapRun", mapRunArn=arn)
    assert (described["status"], described["redriveCount"], described["redriveDate"]) == ("RUNNING", 1, START)
    assert "stopDate" not in described
    assert counts() == {"pending": 1, "running": 1, "succeeded": 1, "pendingRedrive": 2, "total": 5}
    assert statuses() == [("SUCCEEDED", 0), ("RUNNING", 1), ("PENDING_REDRIVE", 0), ("PENDING_REDRIVE", 0)]
    assert statuses(statusFilter="PENDING_REDRIVE") == [("PENDING_REDRIVE", 0)] * 2
    assert statuses(redriveFilter="REDRIVEN") == [("RUNNING", 1)]
    assert statuses(redriveFilter="NOT_REDRIVEN") == [("SUCCEEDED", 0), ("PENDING_REDRIVE", 0), ("PENDING_REDRIVE", 0)]
    waiting = call("ListExecutions", mapRunArn=arn, statusFilter="PENDING_REDRIVE")["executions"][0]["executionArn"]
    child = call("DescribeExecution", executionArn=waiting)
    assert (child["status"], child["redriveStatus"]) == ("PENDING_REDRIVE", "NOT_REDRIVABLE")
    assert execution.run().output == [0, 1, 1, 1, 1]
    assert counts() == {"succeeded": 5, "total": 5}
    event = next(each for each in execution.history if each["type"] == "MapRunRedriven")
    assert event["mapRunRedrivenEventDetails"] == {"mapRunArn": arn, "redriveCount": 1}


def test_a_map_run_that_ends_while_children_wait_for_their_redrive(account: SfnMock, call: Call) -> None:
    account.lambda_function("f").raises("E", times=3).returns(1).takes(5)
    execution = account.load(children("STANDARD", **ONE_AT_A_TIME)).run([0, 1, 2])
    call("RedriveExecution", executionArn=execution.arn)
    execution.stop()
    counts = call("DescribeMapRun", mapRunArn=execution.map_runs[0].arn)["executionCounts"]
    assert {name: count for name, count in counts.items() if count} == {"failed": 2, "aborted": 1, "total": 3}
    assert execution.redrive().output == [1, 1, 1]


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
def test_children_keep_their_arns(account: SfnMock, call: Call, kind: str) -> None:
    account.lambda_function("f").raises("E", times=1).returns(1)
    execution = account.load(children(kind)).run([0, 1])

    def arns() -> set[str]:
        found = call("ListExecutions", mapRunArn=execution.map_runs[0].arn)["executions"]
        return {each["executionArn"] for each in found}

    before = arns()
    execution.redrive()
    assert execution.succeeded
    assert arns() >= before
    assert len(execution.map_runs) == 1


def test_a_child_is_redriven_with_its_parent_alone(account: SfnMock, call: Call) -> None:
    account.lambda_function("f").raises("E")
    execution = account.load(children("STANDARD")).run([0])
    (child,) = call("ListExecutions", mapRunArn=execution.map_runs[0].arn)["executions"]
    assert call("DescribeExecution", executionArn=child["executionArn"])["redriveStatus"] == "REDRIVABLE_BY_MAP_RUN"
    refused = call("RedriveExecution", executionArn=child["executionArn"])
    assert refused.startswith("ExecutionNotRedrivable: Execution is a child of the Map Run arn:aws:states:")


def test_a_child_that_cannot_be_redriven_has_failed_for_good(account: SfnMock, call: Call) -> None:
    """Two children failed, one of them more than fourteen days before their parent."""
    account.lambda_function("f").raises("E", times=1).raises("E", times=1).takes(20 * 86_400).returns(1)
    execution = account.load(children("STANDARD", ToleratedFailureCount=1)).run([0, 1])
    described = call("DescribeMapRun", mapRunArn=execution.map_runs[0].arn)
    assert described["executionCounts"]["failuresNotRedrivable"] == 1
    execution.redrive()
    assert execution.output == [1]
    assert [line.failed for line in execution.state("M").iterations] == [True, False]


def test_a_map_run_with_more_failures_for_good_than_are_tolerated() -> None:
    """A child whose history is full has failed for good; the test of ToleratedFailureCount comes before any child runs."""
    account = SfnMock(quotas=Quotas(history=20))
    again = {"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": True, "Next": "D"}], "Default": "B"}
    loop = machine(B={"Type": "Pass", "Next": "C"}, C=again, D={"Type": "Succeed"})
    loop["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    execution = account.load(machine(M={"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": loop})).run([0, 1])
    assert execution.redrive().error == "States.ExceedToleratedFailureThreshold"
    counts = execution.map_runs[0].execution_counts
    assert {name: count for name, count in counts.items() if count} == {
        "pending": 1, "failed": 1, "total": 2, "failuresNotRedrivable": 1
    }  # fmt: skip


def test_filters_that_only_a_map_run_has(call: Call, arn: str) -> None:
    for given in ({"redriveFilter": "REDRIVEN"}, {"statusFilter": "PENDING_REDRIVE"}):
        assert call("ListExecutions", stateMachineArn=arn, **given).startswith("ValidationException: ")
