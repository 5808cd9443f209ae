"""What takes several collaborators of an account at once."""

from __future__ import annotations

from typing import Any

from pytest_sfn import SfnMock
from pytest_sfn.account.account import Account, accounts, watching
from pytest_sfn.account.sfn_mock import account_of
from tests.helpers import machine, task

MAP = {
    "Type": "Map",
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        **machine(D={"Type": "Pass"}),
    },
}


def test_begins_anew_and_keeps_what_was_made() -> None:
    mock = SfnMock()
    account = account_of(mock)
    mock.lambda_function("f").returns(1, times=1).returns(2)
    paint = mock.create_activity("paint")
    loaded = mock.load(machine(A=task()))
    mock.advance(60)
    first = loaded.run()
    account.rewind()
    second = loaded.run()
    assert (first.output, second.output) == (1, 1)
    assert (first.start_time.minute, second.start_time.minute) == (1, 0)
    assert (mock.executions, account.latest) == ([first, second], [second])
    assert account.activities.knows(paint)


def test_child_of_a_map_run_belongs_to_its_parents_machine() -> None:
    mock = SfnMock()
    account, loaded = account_of(mock), mock.load(machine(M=MAP))
    (map_run,) = loaded.run([1]).map_runs
    (child,) = map_run._runs.runs
    assert account.machine_of(child) is loaded
    assert account.execution_of(child) is account.execution_of(child)
    assert account.execution_of(child).path == ["D"]
    assert len(mock.executions) == 1


def test_innermost_watch_makes_the_observer() -> None:
    class Observer:
        def __init__(self, name: str) -> None:
            self.name = name

        def __call__(self, run: Any) -> None:
            seen.append(self.name)

        def forgotten(self, run: Any) -> None: ...

    seen: list[str] = []
    with watching(lambda account: Observer("outer")):
        with watching(lambda account: Observer("inner")):
            inner = SfnMock()
        outer = SfnMock()
    for mock in (inner, outer, SfnMock()):
        mock.load(machine(A={"Type": "Pass"})).run()
    account_of(inner).rewind()
    inner.machines[0].run()
    assert seen == ["inner", "outer", "inner"]


def test_accounts_in_use_are_known_until_they_go() -> None:
    def known(account: Account) -> bool:
        return any(each is account for each in accounts().values())

    mock = SfnMock()
    assert known(account_of(mock))
    before = len(accounts())
    del mock
    import gc

    gc.collect()
    assert len(accounts()) < before


def test_an_account_leaves_once() -> None:
    mock = SfnMock()
    account = account_of(mock)
    before = accounts()
    account.leave()
    account.leave()
    assert list(before.values()) == [*accounts().values(), account]


def test_executions_that_have_ended_are_forgotten_the_oldest_first() -> None:
    account = SfnMock()
    account.lambda_function("f").returns(1)
    inner = account_of(account)
    nap = account.load(machine(A={"Type": "Wait", "Seconds": 60})).start(name="nap")
    calls = account.load(machine(A=task()))
    executions = [calls.run() for _ in range(20)]
    inner.forget(21)  # a few too many, with the machines, are not worth the work
    assert len(inner.executions) == 21
    inner.forget(5)
    assert inner.executions == [nap, *executions[-4:]]
    assert inner.runs == [each._run for each in inner.executions]
    assert inner.execution_of(executions[-1]._run) is executions[-1]
    assert account.lambda_function("f").call_count == 1
    assert nap.run().succeeded


def test_what_an_account_forgets_is_before_it_began_anew() -> None:
    account = SfnMock()
    calls = account.load(machine(A={"Type": "Pass"}))
    for _ in range(10):
        calls.run()
    account_of(account).rewind()
    calls.run()
    account_of(account).forget(3)
    assert (len(account.executions), account_of(account).since) == (3, 2)
    assert len(account_of(account).latest) == 1
