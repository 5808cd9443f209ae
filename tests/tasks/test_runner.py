"""Who answers a task: mocks first, then what the account can do by itself."""

from __future__ import annotations

import pytest

from pytest_sfn import MockError, SfnMock
from tests.helpers import machine, recover

START = {
    "Type": "Task",
    "Resource": "arn:aws:states:::states:startExecution.sync:2",
    "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Child", "Input.$": "$"},
}
PASS = machine(P={"Type": "Pass"})


def test_mock_goes_before_the_account_itself() -> None:
    account = SfnMock()
    account.load(PASS, name="Child")
    account.state("A", validate="none").returns("mocked")
    assert account.load(machine(A=START)).run().output == "mocked"
    assert len(account.executions) == 1


def test_mock_without_answers_is_no_leave_to_run_the_real_one() -> None:
    account = SfnMock()
    account.load(PASS, name="Child")
    account.state("A")
    with pytest.raises(MockError, match="state:A has no answers yet"):
        account.load(machine(A=START)).run()


def test_machine_that_is_not_loaded() -> None:
    with pytest.raises(MockError, match="state 'A': no mock answers this task"):
        SfnMock().load(machine(A=START)).run()


def test_activity_is_mocked_or_made() -> None:
    account = SfnMock()
    arn = "arn:aws:states:us-east-1:123456789012:activity:paint"
    loaded = account.load(machine(A={"Type": "Task", "Resource": arn}))
    with pytest.raises(MockError, match="no mock answers this task"):
        loaded.run()
    recover(account)
    assert account.create_activity("paint") == arn
    assert loaded.run().status == "RUNNING"
    account.resource(arn).returns("painted")
    assert loaded.run().output == "painted"
