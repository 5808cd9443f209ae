"""Who answered the tasks of a mock in its place."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_sfn import Fault, SfnAws, SfnMock
from tests.helpers import machine, task

FIX = "leave it out if the state may be entered; `assert not mock.called` asks about this mock alone"


def fails(check: Any, text: str) -> None:
    with pytest.raises(AssertionError, match=f"^{re.escape(text)}$"):
        check()


def test_a_state_that_another_mock_answered() -> None:
    account = SfnMock()
    refund = account.state("Refund")
    account.lambda_function("f").returns(1)
    demo = account.load(machine(Refund=task()))
    refund.assert_not_called()
    demo.run()
    demo.run()
    others = "its tasks were answered by function:f (2 times)"
    story = f"it was not called: {others}"
    fails(
        refund.assert_not_called,
        f"state:Refund was expected not to be called, but the state was entered: {others}\n  fix  {FIX}",
    )
    fails(refund.assert_called, f"state:Refund was expected to be called, but {story}")
    fails(refund.assert_called_once, f"state:Refund was expected to be called once, but {story}")
    fails(
        lambda: refund.assert_called_with({}),
        f"the last call of state:Refund was expected to be with\n  input     {{}}\nbut {story}",
    )
    assert (refund.called, refund.call_count) == (False, 0)


def test_a_function_whose_task_a_state_answered() -> None:
    """Nothing called the function, but who expects a call is told why there was none."""
    account = SfnMock()
    function = account.lambda_function("f").returns(1)
    account.state("A").returns(2)
    account.load(machine(A=task())).run()
    function.assert_not_called()
    fails(
        function.assert_called,
        "function:f was expected to be called, but it was not called: its tasks were answered by state:A (once)",
    )


def test_a_narrower_mock_looks_at_its_own_calls() -> None:
    account = SfnMock()
    account.lambda_function("f").returns(1)
    narrow = account.state("A").when(input={"n": 1})
    demo = account.load(machine(A=task()))
    demo.run({"n": 2})
    narrow.assert_not_called()
    demo.run({"n": 1})
    with pytest.raises(AssertionError, match=r"answered by function:f \(once\)"):
        narrow.assert_not_called()
    account.state("A").when(input=lambda event: event["m"]).assert_not_called()


def test_what_no_mock_answered() -> None:
    put = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem"}
    put["Parameters"] = {"TableName": "t", "Item": {"id": {"S": "1"}}}  # type: ignore[assignment]
    with SfnAws() as account:
        account.client("dynamodb").create_table(
            TableName="t",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        mode = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
        each = {"Type": "Map", "ItemProcessor": {**machine(Put=put), "ProcessorConfig": mode}}
        assert account.load(machine(Each=each)).run([1, 2]).succeeded
        with pytest.raises(AssertionError, match=r"answered by dynamodb:putItem itself \(2 times\)"):
            account.state("Put").assert_not_called()


def test_a_worker_and_a_fault() -> None:
    account = SfnMock()
    arn = account.create_activity("paint")
    states = machine(Paint={"Type": "Task", "Resource": arn, "Next": "Charge"}, Charge=task())
    account.inject(Fault("Charge", "E"))
    execution = account.load(states).start()
    assert account.state("Paint").assert_not_called() is None
    token = account.get_activity_task(arn)["TaskToken"]
    account.send_task_success(token, {})
    execution.run()
    with pytest.raises(AssertionError, match=r"answered by a worker \(once\)"):
        account.state("Paint").assert_not_called()
    with pytest.raises(AssertionError, match=r"answered by a fault \(once\)"):
        account.state("Charge").assert_not_called()
