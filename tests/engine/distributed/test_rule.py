"""Distributed Map: child executions of their own, batches, what is kept of them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.engine.distributed import rule
from tests.engine.distributed.maps import distributed
from tests.helpers import events, machine, run, task, world


def test_parent_knows_only_the_map_run() -> None:
    execution = run(distributed(machine(B={"Type": "Pass"})), [1, 2])
    assert execution.output == [1, 2]
    assert events(execution)[2:7] == [
        "MapStateStarted",
        "MapRunStarted",
        "MapRunSucceeded",
        "MapStateSucceeded",
        "MapStateExited",
    ]


@pytest.mark.parametrize(
    ("batcher", "batches"),
    [
        ({"MaxItemsPerBatch": 2}, [[1, 2], [3]]),
        ({"MaxItemsPerBatchPath": "$.two"}, [[1, 2], [3]]),
        ({"MaxInputBytesPerBatch": len('{"Items":[1,2]}')}, [[1, 2], [3]]),
        ({"MaxInputBytesPerBatch": 1}, [[1], [2], [3]]),
    ],
)
def test_batches(batcher: dict[str, Any], batches: list[list[int]]) -> None:
    definition = distributed(machine(B={"Type": "Pass"}), ItemsPath="$.items", ItemBatcher=batcher)
    assert run(definition, {"items": [1, 2, 3], "two": 2}).output == [{"Items": batch} for batch in batches]


def test_child_sees_none_of_the_variables_outside_and_its_own_input() -> None:
    look = machine(B={"Type": "Pass", "Parameters": {"input.$": "$$.Execution.Input"}})
    definition = distributed(look, ItemSelector={"n.$": "$$.Map.Item.Index"})
    assert run(definition, ["a"]).output == [{"input": {"n": 0}}]


def test_more_failures_than_tolerated() -> None:
    account = SfnMock()
    account.lambda_function("f").returns(1).takes(9)
    account.lambda_function("f").when(item=1).raises("Bad")
    for tolerated, status in ((0, "FAILED"), (1, "SUCCEEDED")):
        definition = distributed(machine(B=task()), ToleratedFailureCount=tolerated)
        execution = account.load(definition).run([0, 0, 0])
        assert execution.status == status
    assert execution.output == [1, 1]
    assert account.executions[0].error == "States.ExceedToleratedFailureThreshold"
    assert account.executions[0].elapsed.total_seconds() == 0


def test_histories_of_the_first_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule, "KEPT_RUNS", 2)
    account = SfnMock()
    account.lambda_function("f").calls(lambda event: event)
    account.lambda_function("f").when(item=3).raises("Bad")
    execution = run(distributed(machine(B=task()), ToleratedFailureCount=1), list(range(5)), account=account)
    assert execution.output == [0, 1, 2, 4]
    assert [line.index for line in execution.state("A").iterations] == [0, 1, 3]
    assert [line.error for line in execution.state("A").iterations] == [None, None, "Bad"]
    assert [run.status for run in execution.map_runs[0]._runs.runs].count("SUCCEEDED") == 4


def test_only_so_many_run_at_once() -> None:
    account = SfnMock()
    account.lambda_function("f").returns(1).takes(10)
    execution = run(distributed(machine(B=task()), MaxConcurrency=2), [0] * 5, account=account)
    assert [call.time.total_seconds() for call in account.lambda_function("f").calls] == [0, 0, 10, 10, 20]
    assert execution.map_runs[0].describe()["maxConcurrency"] == 2


ITEM = {"Index": 0, "Value": 7, "Source": "STATE_DATA"}


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({"ItemsPath": "$.list", "ItemSelector": {"item.$": "$$.Map.Item"}}, [{"item": ITEM}]),
        ({"ItemsPath": "$.object", "ItemSelector": {"item.$": "$$.Map.Item"}}, [{"item": {**ITEM, "Key": "k"}}]),
        ({"ItemsPath": "$.object"}, [{"Key": "k", "Value": 7}]),
        ({"QueryLanguage": "JSONata", "Items": "{% $states.input.object %}"}, [{"Key": "k", "Value": 7}]),
    ],
)
def test_items_of_the_state(fields: dict[str, Any], output: Any) -> None:
    definition = distributed(machine(B={"Type": "Pass"}), **fields)
    execution = run(definition, {"list": [7], "object": {"k": 7}})
    assert execution.output == output, execution.cause


def test_failing_selector_fails_the_map_run() -> None:
    definition = distributed(machine(B={"Type": "Pass"}), ItemSelector={"x.$": "$$.Map.Item.Value.x"})
    execution = run(definition, [{"x": 1}, {}])
    assert execution.error == "States.Runtime"
    assert "An error occurred while executing the state 'A'" in (execution.cause or "")
    (map_run,) = execution.map_runs
    assert (map_run.status, map_run.item_counts["aborted"], map_run.item_counts["pending"]) == ("FAILED", 1, 1)
    assert "MapRunFailed" in events(execution)


@pytest.mark.parametrize(
    ("fields", "failures", "status"),
    [
        ({}, 1, "FAILED"),
        ({"ToleratedFailureCount": 1}, 1, "SUCCEEDED"),
        ({"ToleratedFailureCount": 1}, 2, "FAILED"),
        ({"ToleratedFailurePercentage": 50}, 2, "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 49}, 2, "FAILED"),
        ({"ToleratedFailureCount": 4, "ToleratedFailurePercentage": 0}, 1, "FAILED"),
        ({"ToleratedFailureCountPath": "$.two"}, 2, "SUCCEEDED"),
        ({"ToleratedFailurePercentagePath": "$.two"}, 1, "FAILED"),
    ],
)
def test_tolerated_failures(fields: dict[str, Any], failures: int, status: str) -> None:
    definition = distributed(machine(B=task()), ItemsPath="$.items", MaxConcurrency=1, **fields)
    account = SfnMock()
    account.lambda_function("f").returns(0).when(input=lambda event: event == 1).raises("Bad")
    items = [1] * failures + [0] * (4 - failures)
    execution = run(definition, {"items": items, "two": 2}, account=account)
    assert (execution.status, execution.map_runs[0].status) == (status, status)


def test_maps_within_maps() -> None:
    inner = distributed(machine(C=task()), Label="inner")["States"]["A"]
    del inner["End"]
    inline = {"Type": "Map", "ItemProcessor": machine(D=task())}
    definition = distributed(machine(B=inner | {"Next": "I"}, I=inline), Label="outer")
    account = SfnMock()
    account.lambda_function("f").calls(lambda event: event + 1)
    execution = run(definition, [[1, 2], [3]], account=account)
    assert execution.output == [[3, 4], [5]]
    assert {call.item for call in account.lambda_function("f").calls if call.state == "C"} == {(0, 0), (0, 1), (1, 0)}
    assert len(execution.map_runs) == 1
    assert [len(each.runs) for each in world(account).map_runs.values()] == [2, 2, 1]


def test_express_children_end_after_five_minutes() -> None:
    definition = distributed(machine(B={"Type": "Wait", "Seconds": 301}), ToleratedFailureCount=1)
    definition["States"]["A"]["ItemProcessor"]["ProcessorConfig"]["ExecutionType"] = "EXPRESS"
    execution = run(definition, [1])
    assert (execution.output, execution.map_runs[0].item_counts["timedOut"]) == ([], 1)
    assert ":express:" in execution.map_runs[0]._runs.runs[0].arn


def test_a_child_keeps_little_once_it_is_done() -> None:
    """Otherwise a hundred thousand items would not fit: their logs alone would be a gigabyte."""
    execution = run(distributed(machine(B=task()), MaxConcurrency=10), list(range(2000)), f=lambda event: event)
    runs = execution.map_runs[0]._runs.runs
    assert sum(bool(child.log) for child in runs) == rule.KEPT_RUNS
    assert runs[-1].output == 1999
