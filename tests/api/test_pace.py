"""How calls move the clock; more of it in tests/api/test_service.py."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pytest_sfn import ExecutionError, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.api.pace import Pace
from tests.helpers import machine

NAP = machine(A={"Type": "Wait", "Seconds": 60})
FOR_A_WORKER = machine(A={"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a"})


@pytest.fixture
def sfn() -> SfnMock:
    return SfnMock()


def describe(sfn: SfnMock, execution: Any) -> str:
    return sfn.api.call("DescribeExecution", {"executionArn": execution.arn})["status"]


def test_each_read_that_would_show_nothing_new_moves_the_clock_to_the_next_event(sfn):
    execution = sfn.load(NAP).start()
    statuses = [describe(sfn, execution) for _ in range(2)]
    assert statuses == ["RUNNING", "SUCCEEDED"]
    assert execution.elapsed == timedelta(minutes=1)


@pytest.mark.parametrize("reads", [None, 3])
def test_how_many_reads_may_show_nothing_new(sfn, reads):
    account_of(sfn).paced(Pace(account_of(sfn), idle_reads=reads))
    sfn.create_activity("a")
    execution = sfn.load(FOR_A_WORKER).start()
    for _ in range(4):
        assert describe(sfn, execution) == "RUNNING"
    if reads is not None:
        with pytest.raises(ExecutionError, match="DescribeExecution was called 3 times in a row with nothing new to show"):
            describe(sfn, execution)
    else:
        assert all(describe(sfn, execution) == "RUNNING" for _ in range(300))


def test_finish_goes_on_to_the_end(sfn):
    account = account_of(sfn)
    execution = sfn.load(NAP).start()
    Pace(account).finish(execution._run)
    assert execution.succeeded


def test_worker_waits_sixty_seconds(sfn):
    arn = sfn.create_activity("a")
    before = sfn.now
    assert Pace(account_of(sfn)).activity_task(arn, None) == {}
    assert sfn.now - before == timedelta(minutes=1)
    sfn.load(FOR_A_WORKER).start()
    assert Pace(account_of(sfn)).activity_task(arn, None)["Input"] == "{}"
