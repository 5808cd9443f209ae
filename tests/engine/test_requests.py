"""One attempt of a task, answered by a runner that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import Execution, SfnMock
from pytest_sfn.engine.requests import TaskRequest
from tests.helpers import arn, events, machine, task


class Keeper:
    def __init__(self) -> None:
        self.requests: list[TaskRequest] = []

    def check(self, request: TaskRequest) -> None: ...

    def start(self, request: TaskRequest) -> None:
        self.requests.append(request)


def started(**fields: Any) -> tuple[Execution, TaskRequest, Keeper]:
    account, keeper = SfnMock(), Keeper()
    account.engine.runner = keeper
    execution = account.load(machine(A=task(**fields))).start({"x": 1})
    return execution, keeper.requests[0], keeper


def test_what_a_runner_is_told() -> None:
    _, request, _ = started(TimeoutSeconds=60, HeartbeatSeconds=5)
    assert (request.resource.text, request.parameters, request.attempt, request.item) == (arn("f"), {"x": 1}, 1, ())
    assert (request.timeout, request.heartbeat, request.token) == (60_000_000, 5_000_000, None)
    assert request.open


def test_only_the_first_answer_counts() -> None:
    execution, request, _ = started()
    request.succeed({"n": 1}, 20, 1)
    request.succeed({"n": 2}, 20, 1)
    request.fail("E", None)
    assert not request.open
    assert execution.run().output == {"n": 1}


def test_answer_after_the_timeout_is_dropped() -> None:
    execution, request, _ = started(TimeoutSeconds=5)
    request.succeed({"n": 1}, 20, 1, after=6_000_000)
    assert execution.run().error == "States.Timeout"
    assert execution.elapsed.total_seconds() == 5


@pytest.mark.parametrize(("beats", "seconds"), [([], 5), ([4], 9), ([4, 8], 13)])
def test_heartbeat_moves_the_deadline(beats: list[int], seconds: int) -> None:
    execution, request, _ = started(HeartbeatSeconds=5)
    passed = 0
    for beat in beats:
        execution.advance(beat - passed)
        request.beat()
        passed = beat
    assert execution.run().error == "States.Timeout"
    assert execution.elapsed.total_seconds() == seconds


def test_submitted_job() -> None:
    execution, request, _ = started()
    request.submitted({"id": 1})
    request.succeed(None, 4, 0, after=1_000_000)
    assert "TaskSubmitted" in events(execution.run())


def test_next_attempt_is_a_request_of_its_own() -> None:
    execution, request, keeper = started(Retry=[{"ErrorEquals": ["E"], "IntervalSeconds": 3}])
    request.fail("E", "c")
    execution.advance(3)
    assert [(each.attempt, each.time) for each in keeper.requests] == [(1, 0), (2, 3_000_000)]
    assert request.request_id() != keeper.requests[1].request_id()
