"""Executions that start executions: what is counted, where it ends, and what goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import Machine, SfnAws, SfnMock
from pytest_sfn.account import generations
from pytest_sfn.errors import ExecutionError
from tests.helpers import machine, recover, task

ADDS = {"n.$": "States.MathAdd($.n, 1)"}


def starts(machine: str, action: str = "states:startExecution", **fields: Any) -> dict[str, Any]:
    arn = f"arn:aws:states:us-east-1:123456789012:stateMachine:{machine}"
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{action}",
        "Parameters": {"StateMachineArn": arn, **fields},
    }


def error_of(machine: Machine, input: Any = None) -> str:
    with pytest.raises(ExecutionError) as caught:
        machine.run({} if input is None else input)
    with pytest.raises(ExecutionError, match="executions start one another"):
        machine.run()  # the account is broken
    return str(caught.value)


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ("states:startExecution", "40 within one instant of virtual time"),
        ("states:startExecution.sync", "30 in a row, each waiting for the next"),
        ("states:startExecution.sync:2", "30 in a row, each waiting for the next"),
        ("states:startExecution.waitForTaskToken", "30 in a row, each waiting for the next"),
        ("aws-sdk:sfn:startExecution", "40 within one instant of virtual time"),
        ("aws-sdk:sfn:startSyncExecution", "30 in a row, each waiting for the next"),
    ],
)
def test_a_machine_that_starts_itself(action: str, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "IN_AN_INSTANT", 40)
    monkeypatch.setattr(generations, "WAITING", 30)
    token = {"Input": {"token.$": "$$.Task.Token"}} if "Token" in action else {}
    type_ = "EXPRESS" if "Sync" in action else "STANDARD"
    again = SfnMock().load(machine(Go=starts("Again", action, **token)), name="Again", type=type_)  # type: ignore[arg-type]
    assert error_of(again) == (
        f"machine 'Again': state 'Go': executions start one another, {problem}\n"
        "  chain  Again (state 'Go') -> Again\n"
        "  fix    give the chain a way out: a Choice before the task that starts the next execution, or a mock for that task: "
        "sfn_mock.state('Go').returns(...)\n"
        "  see    pytest-sfn docs running#executions-that-start-themselves (https://pytest-sfn.readthedocs.io/en/latest/running.html#executions-that-start-themselves)"
    )


def test_the_limits_leave_room_and_end_soon() -> None:
    account = SfnMock()
    again = account.load(machine(Go=starts("Again", "states:startExecution.sync")), name="Again")
    assert "1,000 in a row" in error_of(again)
    executions = account.executions
    assert len(executions) == 1 + 1000 + 1
    recover(account)
    assert {execution.status for execution in executions} == {"ABORTED"}


def test_the_chain_goes_through_others_and_has_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "WAITING", 10)
    account = SfnMock()
    for name, following in ("AB", "BC", "CA"):
        file = tmp_path / f"{name}.asl.json"
        task = str(starts(following, "states:startExecution.sync")).replace("'", '"').replace("}}", '}, "End": true}')
        file.write_text(f'{{"StartAt": "To{following}",\n "States": {{\n  "To{following}": {task}\n}}}}')
        account.load(file, name=name)
    first, chain, *_ = error_of(account.machines[1]).splitlines()
    assert first.endswith("C.asl.json:3:3: state 'ToA': executions start one another, 10 in a row, each waiting for the next")
    words = chain.replace(str(tmp_path), "").replace("\\", "/")
    assert [word.partition(" (")[0].split()[-1] for word in words.split(" -> ")] == ["A", "B", "C", "A"]
    assert "A.asl.json:3:3) -> B (state 'ToC', " in words


def test_branches_multiply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "IN_AN_INSTANT", 100)
    branches = [machine(One=starts("Again", "states:startExecution.sync")), machine(Two=starts("Again"))]
    again = SfnMock().load(machine(Both={"Type": "Parallel", "Branches": branches}), name="Again")
    assert "100 within one instant of virtual time\n  chain  Again (state '" in error_of(again)


def test_items_of_a_distributed_map(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "IN_AN_INSTANT", 100)
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(Go=starts("Again"))}
    definition = machine(All={"Type": "Map", "Items": [1, 2, 3], "QueryLanguage": "JSONata", "ItemProcessor": processor})
    again = SfnMock().load(definition, name="Again")
    assert "chain  Again (state 'Go') -> Again" in error_of(again)


def test_a_chain_over_virtual_time_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "TOGETHER", 50)
    account = SfnMock()
    again = account.load(machine(W={"Type": "Wait", "Seconds": 60, "Next": "Go"}, Go=starts("Again")), name="Again")
    again.start()
    with pytest.raises(ExecutionError, match="50 in this account"):
        account.advance(100 * 60)


def test_a_stub_that_runs_its_own_machine() -> None:
    account = SfnMock()
    again = account.load(machine(F=task()), name="Again")
    account.lambda_function("f").calls(lambda event: again.run().output)
    problem = error_of(again)
    assert "state 'F': executions start one another, 10 deep, each while a stub or handler of the one before runs\n" in problem
    assert "chain  Again (state 'F') -> Again" in problem


def test_a_stub_that_swallows_the_error() -> None:
    account = SfnMock()
    again = account.load(machine(F=task()), name="Again")

    def runs_again(event: Any) -> str:
        try:
            again.run()
        except Exception:  # noqa: BLE001 - as careless code does
            return "nothing wrong"
        return "done"

    account.lambda_function("f").calls(runs_again)
    assert "10 deep" in error_of(again)


def test_a_stub_that_starts_its_own_machine_by_boto3() -> None:
    with SfnAws() as account:
        again = account.load(machine(F=task()), name="Again")
        client = account.client("stepfunctions")
        account.lambda_function("f").calls(lambda event: client.start_execution(stateMachineArn=again.arn)["executionArn"])
        assert "chain  Again (state 'F') -> Again" in error_of(again)
        recover(account)


def test_going_on_as_a_new_execution() -> None:
    account = SfnMock()
    again = account.load(
        machine(
            W={"Type": "Wait", "Seconds": 60, "Next": "C"},
            C={
                "Type": "Choice",
                "Choices": [{"Variable": "$.n", "NumericLessThan": 3000, "Next": "Go"}],
                "Default": "Done",
            },
            Go=starts("Again", Input=ADDS),
            Done={"Type": "Succeed"},
        ),
        name="Again",
    )
    again.start({"n": 0})
    account.advance(3001 * 60)
    assert len(account.executions) == 3001
    assert account.executions[-1].path == ["W", "C", "Done"]


def test_other_machines_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("IN_AN_INSTANT", "TOGETHER", "WAITING", "IN_STUBS"):
        monkeypatch.setattr(generations, limit, 1)
    account = SfnMock(quotas=None)  # the history has more events than AWS allows
    account.load(machine(P={"Type": "Pass"}), name="Each")
    definition = machine(
        All={"Type": "Map", "ItemProcessor": machine(Go=starts("Each", "states:startExecution.sync")), "ResultPath": None}
    )
    execution = account.load(definition, name="All").run(list(range(10_000)))
    assert (execution.status, len(account.executions)) == ("SUCCEEDED", 10_001)


def test_a_stub_that_runs_another_machine_many_times(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("IN_AN_INSTANT", "TOGETHER", "WAITING", "IN_STUBS"):
        monkeypatch.setattr(generations, limit, 1)
    account = SfnMock()
    account.lambda_function("inner").returns(1)
    inner = account.load(machine(I=task("inner")), name="Inner")
    account.lambda_function("f").calls(lambda event: [inner.run().output for _ in range(5)])
    outer = account.load(machine(F=task(Next="G"), G=task()), name="Outer")
    assert outer.run().output == [1] * 5
    assert outer.run().output == [1] * 5  # the test itself starts executions as often as it likes


def test_the_next_test_of_an_account_starts_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "IN_AN_INSTANT", 20)
    account = SfnMock()
    again = account.load(machine(Go=starts("Again")), name="Again")
    for _ in range(2):
        error_of(again)
        recover(account)
        assert not [execution for execution in account.executions if execution.status == "RUNNING"]
