"""A Map Run: its counts, and how it stops."""

from __future__ import annotations

from pytest_sfn import SfnMock
from tests.engine.distributed.maps import distributed
from tests.helpers import machine, task


def test_record_of_a_map_run() -> None:
    account = SfnMock()
    account.lambda_function("f").returns(1).takes(5)
    account.lambda_function("f").when(item=1).raises("Bad").takes(3)
    definition = distributed(machine(B=task()), Label="rows", MaxConcurrency=2, ItemBatcher={"MaxItemsPerBatch": 2})
    execution = account.load(definition, name="m").start([0] * 5)
    (map_run,) = execution.map_runs
    assert map_run.arn.startswith("arn:aws:states:us-east-1:123456789012:mapRun:m/rows:")
    assert {name: count for name, count in map_run.item_counts.items() if count} == {"pending": 1, "running": 4, "total": 5}
    execution.run()
    described = map_run.describe()
    assert (described["executionArn"], described["status"]) == (execution.arn, "FAILED")
    assert described["stopDate"] - described["startDate"] == execution.elapsed
    counts = {name: count for name, count in described["itemCounts"].items() if count}
    assert counts == {"pending": 1, "failed": 2, "aborted": 2, "total": 5}
    child = account.api.call("ListExecutions", {"mapRunArn": map_run.arn})["executions"][-2]
    assert (child["status"], child["itemCount"], child["mapRunArn"]) == ("FAILED", 2, map_run.arn)
    assert child["stateMachineArn"].endswith(":stateMachine:m/rows")


def test_a_stopped_execution_stops_its_map_run() -> None:
    account = SfnMock()
    account.lambda_function("f").returns(1).takes(5)
    execution = account.load(distributed(machine(B=task()))).start([0, 0])
    execution.stop()
    assert execution.map_runs[0].status == "ABORTED"
    assert execution.map_runs[0].execution_counts["aborted"] == 2
