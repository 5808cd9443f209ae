"""Which state machine an ARN names, and those that the test has loaded itself."""

from __future__ import annotations

import json

from pytest_sfn.account.sfn_mock import account_of
from tests.helpers import machine

ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:M"


def test_machine_of_another_account_is_the_one_of_that_name(account, call, create) -> None:
    create(machine(P={"Type": "Pass"}))
    there = "arn:aws:states:us-east-1:111111111111:stateMachine:M"
    started = call("StartExecution", stateMachineArn=there, name="n")["executionArn"]
    assert started == "arn:aws:states:us-east-1:111111111111:execution:M:n"
    assert call("DescribeExecution", executionArn=started)["stateMachineArn"] == there
    assert call("DescribeStateMachine", stateMachineArn=there).startswith("StateMachineDoesNotExist: ")
    version = call("PublishStateMachineVersion", stateMachineArn=ARN)["stateMachineVersionArn"].replace(
        "123456789012", "1" * 12
    )
    started = call("StartExecution", stateMachineArn=version)["executionArn"]
    assert call("DescribeExecution", executionArn=started)["stateMachineVersionArn"] == version
    assert call("StartExecution", stateMachineArn=f"{there}:2").startswith("StateMachineDoesNotExist: ")


def test_machine_that_is_loaded_again_is_another_revision(account, call) -> None:
    first = account.load(machine(P={"Type": "Pass", "Result": 1}), name="M")
    call("PublishStateMachineVersion", stateMachineArn=ARN)
    account.load(machine(P={"Type": "Pass", "Result": 2}), name="M")
    for arn in (f"{ARN}:1", ARN):
        call("StartExecution", stateMachineArn=arn)
    assert [execution.output for execution in account.executions] == [1, 2]
    assert call("PublishStateMachineVersion", stateMachineArn=ARN)["stateMachineVersionArn"] == f"{ARN}:2"
    assert first.run().output == 1
    shown = call("DescribeStateMachineForExecution", executionArn=account.executions[-1].arn)
    assert json.loads(shown["definition"])["States"]["P"]["Result"] == 1


def test_machine_made_again_has_no_executions_of_the_deleted_one(account, call) -> None:
    account.load(machine(P={"Type": "Pass"}), name="M").run()
    account.load(machine(P={"Type": "Pass"}), name="M").run()
    assert len(call("ListExecutions", stateMachineArn=ARN)["executions"]) == 2
    call("DeleteStateMachine", stateMachineArn=ARN)
    account.load(machine(P={"Type": "Pass"}), name="M").run(name="new")
    assert [each["name"] for each in call("ListExecutions", stateMachineArn=ARN)["executions"]] == ["new"]


def test_deleted_machine_may_be_loaded_again(account, call) -> None:
    account.load(machine(W={"Type": "Wait", "Seconds": 9}), name="M").start()
    call("DeleteStateMachine", stateMachineArn=ARN)
    account.load(machine(P={"Type": "Pass"}), name="M")
    assert call("DescribeStateMachine", stateMachineArn=ARN)["status"] == "ACTIVE"
    account.advance(9)
    assert call("DescribeStateMachine", stateMachineArn=ARN)["status"] == "ACTIVE"


def test_account_that_begins_anew_waits_for_nothing(account, call) -> None:
    account.load(machine(W={"Type": "Wait", "Seconds": 9}), name="M").start()
    call("DeleteStateMachine", stateMachineArn=ARN)
    account_of(account).rewind()
    assert call("DescribeStateMachine", stateMachineArn=ARN).startswith("StateMachineDoesNotExist: ")
