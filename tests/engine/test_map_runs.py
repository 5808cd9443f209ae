"""Distributed Map: child executions of their own, batches, what is kept of them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import SfnMock, UnsupportedError
from pytest_sfn.engine import map_runs
from tests.helpers import events, machine, run, task


def distributed(processor: dict[str, Any], **fields: Any) -> dict[str, Any]:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    return machine(A={"Type": "Map", "ItemProcessor": {"ProcessorConfig": config, **processor}, **fields})


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
    monkeypatch.setattr(map_runs, "KEPT_RUNS", 2)
    execution = run(distributed(machine(B={"Type": "Pass"})), list(range(5)))
    assert execution.output == list(range(5))
    assert [line.path for line in execution.state("A").iterations] == [["B"], ["B"]]


def test_s3_is_not_there_yet() -> None:
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"}}
    with pytest.raises(UnsupportedError, match="state 'A': ItemReader is not supported yet"):
        run(distributed(machine(B={"Type": "Pass"}), ItemReader=reader))
