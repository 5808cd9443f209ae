"""A machine of an account: what starts an execution, whole or in part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pytest_sfn import SfnMock, load
from pytest_sfn.errors import DefinitionError, ExecutionError, JsonValueError, PytestSfnError
from tests.helpers import machine, task

PASS = machine(A={"Type": "Pass"})


def test_run_goes_to_the_end(orders: Any) -> None:
    execution = orders.run({"a": 1})
    assert (execution.status, execution.succeeded, execution.failed, execution.handled) == ("SUCCEEDED", True, False, True)
    assert execution.output == [1, 2]
    assert execution.elapsed == timedelta(seconds=15)
    assert execution.path == ["A", "B", "C"]


def test_start_does_what_is_due_and_hands_over(orders: Any) -> None:
    execution = orders.start()
    assert (execution.status, execution.path) == ("RUNNING", ["A"])
    execution.advance(9.999)
    assert execution.path == ["A"]
    execution.advance(0.001)  # the end point is included
    assert execution.path == ["A", "B"]
    assert execution.advance(timedelta(seconds=5)).succeeded


def test_part_of_a_machine(orders: Any) -> None:
    assert orders.run([7], start_at="C").output == [7]
    assert orders.run({"x": 1}, stop_after="A").output == {"x": 1}
    assert orders.run(start_at="B", stop_after="B").path == ["B"]
    assert orders.run_state("D", {"deep": 1}).output == {"deep": 1}


def test_run_state_counts_its_retriers_and_ends_with_its_catcher() -> None:
    account = SfnMock()
    account.lambda_function("f").raises("E")
    definition = machine(
        A=task(Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 1}], Catch=[{"ErrorEquals": ["E"], "Next": "B"}], Next="B"),
        B={"Type": "Pass", "Result": "not reached"},
    )
    execution = account.load(definition).run_state("A")
    assert (execution.path, execution.state("A").retries, execution.output["Error"]) == (["A"], 1, "E")
    assert execution.next == execution.state("A").next == "B"
    assert repr(execution) == "<Execution of 'StateMachine': SUCCEEDED, A, next 'B'>"


def test_where_a_part_leads() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.ok", "IsPresent": True, "Next": "B"}], "Default": "C"}
    inner = {"StartAt": "D", "States": {"D": {"Type": "Pass", "Next": "E"}, "E": {"Type": "Pass", "End": True}}}
    definition = machine(A=choice, B={"Type": "Pass", "Next": "C"}, C={"Type": "Parallel", "Branches": [inner]})
    loaded = SfnMock().load(definition)
    assert [loaded.run_state("A", {"ok": 1}).next, loaded.run_state("A").next] == ["B", "C"]
    assert [loaded.run({"ok": 1}, stop_after="B").next, loaded.run().next] == ["C", None]
    assert [loaded.run_state("D").next, loaded.run_state("E").next] == ["E", None]


def test_variables_to_begin_with() -> None:
    definition = machine(A={"Type": "Pass", "Parameters": {"x.$": "$x"}})
    assert SfnMock().load(definition).run(variables={"x": [1]}).output == {"x": [1]}
    with pytest.raises(JsonValueError):
        SfnMock().load(definition).run(variables={"x": {1}})


def test_loaded_machine_is_shared_and_account_is_not() -> None:
    shared = load(machine(A=task()))
    first, second = SfnMock(), SfnMock()
    first.lambda_function("f").returns(1)
    second.lambda_function("f").returns(2)
    assert [account.load(shared).run().output for account in (first, second)] == [1, 2]
    assert first.load(shared).state_machine is shared


def test_machine_is_standard_or_express() -> None:
    with pytest.raises(PytestSfnError) as caught:
        SfnMock().load(PASS, type="OTHER")  # type: ignore[arg-type]
    assert str(caught.value) == "type is 'OTHER'; a state machine is 'STANDARD' or 'EXPRESS'"


@pytest.mark.parametrize(
    ("resource", "text"),
    [  # recorded: refusals of Express machines
        ("arn:aws:states:::states:startExecution.sync", "Express state machine does not support '.sync' service integration"),
        (
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Express state machine does not support '.waitForTaskToken' service integration ",
        ),
        ("arn:aws:states:us-east-1:123456789012:activity:a", "Express state machine does not support Activity ARN"),
    ],
)
def test_express_refuses_what_waits(resource: str, text: str) -> None:
    sent = {"StateMachineArn": "m"} if "startExecution" in resource else {"QueueUrl": "q", "MessageBody": "b"}
    definition = machine(A={"Type": "Task", "Resource": resource, "Parameters": sent})
    SfnMock().load(definition)
    with pytest.raises(DefinitionError) as caught:
        SfnMock().load(definition, type="EXPRESS")
    assert [(d.message, d.pointer) for d in caught.value.diagnostics] == [(text, "/States/A/Resource")]


def test_as_the_api_shows_it() -> None:
    account = SfnMock(region="eu-west-1", account_id="111111111111")
    express = account.load(PASS, name="M", type="EXPRESS", role_arn="arn:aws:iam::1:role/r")
    assert express.arn == "arn:aws:states:eu-west-1:111111111111:stateMachine:M"
    assert (express.name, express.type, express.role_arn) == ("M", "EXPRESS", "arn:aws:iam::1:role/r")
    assert account.load(PASS).role_arn == "arn:aws:iam::111111111111:role/StepFunctionsRole"
    assert repr(express) == "<Machine 'M': 1 state>"


def test_only_express_runs_synchronously(orders: Any) -> None:
    with pytest.raises(ExecutionError, match="machine 'Orders' is STANDARD; StartSyncExecution takes type='EXPRESS' only"):
        orders.run_sync()
    execution = SfnMock().load(PASS, type="EXPRESS").run_sync({"a": 1})
    assert execution.describe_sync()["billingDetails"] == {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": 100}
