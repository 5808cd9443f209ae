"""What the API finds by its ARN."""

from __future__ import annotations

import pytest

from pytest_sfn import SfnMock
from tests.helpers import machine, task

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:M:n"


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


def test_account_that_began_anew_knows_nothing_of_before(account: SfnMock, call, create) -> None:
    account.lambda_function("f").returns(1)
    loaded = account.load(machine(A=task()), name="F")
    for case in loaded.faults(errors=["E"]):
        case.run()
        assert len(call("ListExecutions", stateMachineArn=loaded.arn)["executions"]) == 1
