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
