"""Parallel and inline Map: the order of events, room for the next item, what a failure does to the others."""

from __future__ import annotations

from pytest_sfn import SfnMock
from pytest_sfn.engine.bodies import INLINE_CONCURRENCY
from tests.helpers import events, machine, run, task


def test_children_interleave_in_order() -> None:
    execution = run(machine(A={"Type": "Map", "ItemProcessor": machine(B=task())}), [1, 2], f=lambda event: event)
    assert [event.removeprefix("LambdaFunction") for event in events(execution)[3:11]] == [
        "MapIterationStarted", "MapIterationStarted", "TaskStateEntered", "Scheduled", "Started", "TaskStateEntered",
        "Scheduled", "Started",
    ]  # fmt: skip


def test_forty_iterations_at_once_unless_fewer_are_wanted() -> None:
    nap = machine(B={"Type": "Wait", "Seconds": 1})
    for limit, seconds in ((None, 2), (0, 2), (10, 6), (1000, 2)):
        field = {} if limit is None else {"MaxConcurrency": limit}
        execution = run(machine(A={"Type": "Map", **field, "ItemProcessor": nap}), [0] * (INLINE_CONCURRENCY + 20))
        assert execution.elapsed.total_seconds() == seconds


def test_results_are_in_the_order_of_the_items() -> None:
    account = SfnMock()
    function = account.lambda_function("f")
    for index, seconds in enumerate((3, 1, 2)):
        function.when(item=index).returns(index).takes(seconds)
    execution = account.load(machine(A={"Type": "Map", "ItemProcessor": machine(B=task())})).run([0, 0, 0])
    assert execution.output == [0, 1, 2]
    assert execution.elapsed.total_seconds() == 3


def test_failure_of_one_item_ends_the_others_and_has_its_own_name() -> None:
    account = SfnMock()
    function = account.lambda_function("f")
    function.returns(1).takes(60)
    function.when(item=1).raises("Bad", raw_cause="c").takes(5)
    execution = account.load(machine(A={"Type": "Map", "ItemProcessor": machine(B=task())})).run([0, 0, 0])
    assert (execution.error, execution.cause, execution.elapsed.total_seconds()) == ("Bad", "c", 5)
    assert events(execution)[-7:] == [
        "MapIterationFailed",
        "TaskStateAborted",
        "MapIterationAborted",
        "TaskStateAborted",
        "MapIterationAborted",
        "MapStateFailed",
        "ExecutionFailed",
    ]


def test_nothing_to_do() -> None:
    execution = run(machine(A={"Type": "Map", "ItemProcessor": machine(B={"Type": "Pass"})}), [])
    assert execution.output == []
    assert events(execution)[2:5] == ["MapStateStarted", "MapStateSucceeded", "MapStateExited"]


def test_tolerated_failures_leave_null() -> None:
    account = SfnMock()
    account.lambda_function("f").returns(1)
    account.lambda_function("f").when(item=1).raises("Bad")
    tolerant = {"Type": "Map", "ToleratedFailurePercentage": 50, "ItemProcessor": machine(B=task())}
    assert account.load(machine(A=tolerant)).run([0, 0]).output == [1, None]
