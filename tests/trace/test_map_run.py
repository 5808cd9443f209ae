"""A Map Run as a test sees it."""

from __future__ import annotations

from datetime import timedelta

from pytest_sfn import SfnMock
from tests.engine.distributed.maps import distributed
from tests.helpers import machine, task


def test_what_a_test_sees_of_a_map_run() -> None:
    account = SfnMock()
    account.lambda_function("f").returns(1).takes(5)
    execution = account.load(distributed(machine(B=task()), Label="rows"), name="m").start([0, 0])
    (map_run,) = execution.map_runs
    assert (map_run.label, map_run.status, map_run.stop_time) == ("rows", "RUNNING", None)
    assert map_run.start_time == execution.start_time
    assert repr(map_run) == "<Map Run 'rows': RUNNING, 2 items>"
    execution.run()
    assert (map_run.status, map_run.stop_time) == ("SUCCEEDED", execution.start_time + timedelta(seconds=5))
    assert map_run.item_counts["succeeded"] == map_run.execution_counts["succeeded"] == 2
    assert map_run.describe()["mapRunArn"] == map_run.arn
