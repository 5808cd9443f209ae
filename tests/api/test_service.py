"""What reading does to virtual time, and what is not served."""

from __future__ import annotations

import pytest

from pytest_sfn import ExecutionError, UnsupportedError
from pytest_sfn.account.sfn_mock import account_of
from tests.api.conftest import WAIT
from tests.helpers import machine, run

ROLE = "arn:aws:iam::123456789012:role/r"


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
    ("operation", "params", "problem"),
    [
        ("redrive_execution", {"executionArn": "arn:x"}, "the API of Step Functions: RedriveExecution is not served"),
        (
            "create_state_machine",
            {"name": "M", "definition": "{}", "roleArn": ROLE, "publish": True},
            "the API of Step Functions: CreateStateMachine is served without publish",
        ),
    ],
)
def test_what_is_not_served_is_an_error_of_the_test(account, client, operation, params, problem) -> None:
    with pytest.raises(UnsupportedError) as caught:
        getattr(client, operation)(**params)
    assert str(caught.value).startswith(problem)
    with pytest.raises(UnsupportedError):  # which stays one, should something have caught it
        account_of(account).check()
