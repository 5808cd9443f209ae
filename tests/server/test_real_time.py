"""With a clock that stands still but where somebody waits for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from threading import Condition, Event, Thread
from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.account.account import Account
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.server.app import ClosingError
from pytest_sfn.server.real_time import Clock, RealTime
from tests.helpers import machine, task

NAP = machine(A={"Type": "Wait", "Seconds": 10})


class StillClock(Clock):
    def __init__(self) -> None:
        self.now = 1_000.0
        self.waited: list[float | None] = []

    def seconds(self) -> float:
        return self.now

    def wait(self, condition: Condition, seconds: float | None) -> None:
        self.waited.append(seconds)
        if seconds is None:
            condition.wait()
        else:
            self.now += seconds


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def account(sfn: SfnMock) -> Account:
    return account_of(sfn)


@pytest.fixture
def pace(account: Account, clock: StillClock) -> RealTime:
    pace = RealTime(account, clock, lambda: None)
    account.paced(pace)
    return pace


@pytest.fixture
def api(account: Account, pace: RealTime) -> Any:
    return account.api


def create(api: Any, definition: Any, type: str = "STANDARD") -> str:
    params = {"name": "m", "definition": json.dumps(definition), "roleArn": "arn:aws:iam::123456789012:role/r", "type": type}
    return api.call("CreateStateMachine", params)["stateMachineArn"]


def test_polling_does_not_move_the_clock(api, clock):
    started = api.call("StartExecution", {"stateMachineArn": create(api, NAP)})
    params = {"executionArn": started["executionArn"]}
    for _ in range(300):
        assert api.call("DescribeExecution", params)["status"] == "RUNNING"
    clock.now += 9.999
    assert api.call("DescribeExecution", params)["status"] == "RUNNING"
    clock.now += 5
    described = api.call("DescribeExecution", params)
    assert described["status"] == "SUCCEEDED"
    assert described["stopDate"] - described["startDate"] == timedelta(seconds=10)
    assert clock.waited == []


def test_start_sync_execution_waits_for_the_end(api, clock):
    described = api.call("StartSyncExecution", {"stateMachineArn": create(api, NAP, "EXPRESS")})
    assert described["status"] == "SUCCEEDED"
    assert clock.now == 1_010
    assert clock.waited == [10]


def test_poll_of_an_activity_waits_for_a_task(api, clock):
    activity = api.call("CreateActivity", {"name": "a"})["activityArn"]
    assert api.call("GetActivityTask", {"activityArn": activity}) == {}
    assert clock.now == 1_060
    later = machine(A={"Type": "Wait", "Seconds": 20, "Next": "B"}, B={"Type": "Task", "Resource": activity})
    api.call("StartExecution", {"stateMachineArn": create(api, later)})
    assert api.call("GetActivityTask", {"activityArn": activity})["input"] == "{}"
    assert clock.now == 1_080


def test_what_another_call_brings_is_seen_while_one_waits(api, clock, pace):
    activity = api.call("CreateActivity", {"name": "a"})["activityArn"]
    arn = create(api, machine(B={"Type": "Task", "Resource": activity}))

    def start_meanwhile(condition: Condition, seconds: float | None) -> None:
        # Another thread has the turn only because the one that waits has let it go.
        waiting = condition._release_save()
        other = Thread(target=api.call, args=("StartExecution", {"stateMachineArn": arn}))
        other.start()
        other.join()
        condition._acquire_restore(waiting)

    clock.wait = start_meanwhile
    assert "taskToken" in api.call("GetActivityTask", {"activityArn": activity})


@pytest.fixture
def running(pace: RealTime) -> Iterator[RealTime]:
    pace.begin()
    yield pace
    pace.close()


def test_events_happen_without_a_call(api, sfn, running):
    called = Event()
    sfn.lambda_function("f").calls(lambda event: called.set())
    arn = create(api, machine(A={"Type": "Wait", "Seconds": 10, "Next": "B"}, B=task()))
    api.call("StartExecution", {"stateMachineArn": arn})
    assert called.wait(60)
    with TURN:
        assert sfn.executions[0].elapsed == timedelta(seconds=10)


def test_tidy_is_called_after_events(account, sfn, clock):
    tidied = Event()
    pace = RealTime(account, clock, tidied.set)
    account.paced(pace)
    pace.begin()
    assert tidied.wait(60)
    pace.close()


def test_no_call_waits_once_it_closes(api, pace):
    activity = api.call("CreateActivity", {"name": "a"})["activityArn"]
    pace.begin()
    pace.close()
    with pytest.raises(ClosingError, match="the server is closing"):
        api.call("GetActivityTask", {"activityArn": activity})
    assert not pace._thread.is_alive()
