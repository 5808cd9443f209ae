"""What the loop knows: runs and how they end, strands and what they see of each other, attempts and their answers."""

from __future__ import annotations

import bdb
import json
import unittest
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import Execution, SfnMock
from pytest_sfn.engine.run import Attempts, TaskRequest
from pytest_sfn.errors import ExecutionError
from pytest_sfn.jsonata import Limits
from tests.helpers import arn, events, machine, recover, run, task, world

PASS = machine(A={"Type": "Pass"})
SHOW = {"Type": "Pass", "Parameters": {"x.$": "$x"}}


def test_express_arn_has_one_more_part() -> None:
    account = SfnMock()
    assert account.load(PASS, name="M").run(name="n").arn.endswith(":execution:M:n")
    arn = account.load(PASS, name="M", type="EXPRESS").run(name="n").arn
    assert ":express:M:n:" in arn


def test_token_nobody_waits_with() -> None:
    with pytest.raises(ExecutionError, match="no task has the token 'x'; 0 tokens were handed out"):
        SfnMock().send_task_success("x", None)


def test_timeout_of_the_machine_is_nothing_a_catcher_sees() -> None:
    wait = {"Type": "Wait", "Seconds": 60}
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    parallel = {"Type": "Parallel", "Branches": [machine(W=wait)], "Catch": catch}
    execution = run({**machine(A=parallel, B={"Type": "Pass"}), "TimeoutSeconds": 10})
    assert (execution.status, execution.error, execution.elapsed.total_seconds()) == ("TIMED_OUT", None, 10)
    assert events(execution)[-1] == "ExecutionTimedOut"


def test_test_error_breaks_the_account_until_somebody_has_seen_it() -> None:
    account = SfnMock()
    loaded = account.load(machine(A=task()))
    with pytest.raises(Exception, match="no mock answers"):
        loaded.run()
    account.lambda_function("f").returns(1)
    with pytest.raises(Exception, match="no mock answers"):
        loaded.run()
    recover(account)
    assert account.executions[0].status == "ABORTED"
    assert loaded.run().output == 1


@pytest.mark.parametrize(
    "kind", [unittest.SkipTest, bdb.BdbQuit, pytest.exit.Exception, pytest.skip.Exception, KeyboardInterrupt]
)
def test_what_belongs_to_the_test_is_no_bug_of_ours(kind: type[BaseException]) -> None:
    error = kind("mine")

    def stub(event: Any) -> None:
        raise error

    account = SfnMock()
    account.lambda_function("f").calls(stub)
    retry = [{"ErrorEquals": ["States.ALL"]}]
    loaded = account.load(
        machine(A=task(Retry=retry, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "B"}]), B={"Type": "Succeed"})
    )
    with pytest.raises(kind) as caught:
        loaded.run()
    assert caught.value is error
    recover(account)
    assert account.executions[0].status == "ABORTED"


def test_an_error_of_the_test_without_a_place_gets_that_of_the_field(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("pytest_sfn.expressions.jsonata_functions.LIMITS", Limits(searching=0.01))
    expression = "{% $contains($pad('', 40, 'a') & '!', /^(a|aa)+$/) %}"
    file = tmp_path / "slow.asl.json"
    states = {"A": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": expression, "End": True}}
    file.write_text(json.dumps({"StartAt": "A", "States": states}, indent=1))
    with pytest.raises(
        ExecutionError, match=r"slow\.asl\.json:7:4: state 'A', Output: the JSONata expression .* 0\.01 seconds"
    ):
        SfnMock().load(file).run()


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Wait", "Seconds": 10},
        {"Type": "Wait", "Timestamp": "9999-12-31T23:59:59-01:00"},
        task(TimeoutSeconds=99_999_999),
        task("g", Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60}]),
    ],
)
def test_virtual_time_ends_with_the_year_9999(state: dict[str, Any]) -> None:
    account = SfnMock(start_time=datetime(9999, 12, 31, 23, 59, 59))  # noqa: DTZ001 - UTC
    account.lambda_function("f").times_out()
    account.lambda_function("g").raises("E")
    loaded = account.load(machine(A=state), name="Late")
    with pytest.raises(ExecutionError) as caught:
        loaded.run()
    assert str(caught.value) == (
        "Late: state 'A': what it waits for comes after the year 9999, with which virtual time ends\n"
        "  fix  let the account start earlier (start_time), or let it wait for less"
    )


def test_a_due_time_that_never_comes_is_shown_as_the_end_of_time() -> None:
    account = SfnMock(start_time=datetime(9999, 1, 1), quotas=None)  # noqa: DTZ001 - UTC
    account.lambda_function("f").times_out()
    execution = account.load(machine(A=task(TimeoutSeconds=99_999_999))).start({})
    assert execution.waits_for()
    assert execution.advance(60).status == "RUNNING"
    with pytest.raises(ExecutionError, match="after the year 9999"):
        execution.run()
    assert world(account).datetime_at(10**400) == datetime.max.replace(tzinfo=UTC)


def test_items_are_those_of_all_maps_around() -> None:
    inner = {"Type": "Map", "ItemProcessor": machine(T={"Type": "Parallel", "Branches": [machine(C=task())]})}
    execution = run(machine(A={"Type": "Map", "ItemProcessor": machine(B=inner)}), [[1], [2, 3]], f=lambda event: event)
    assert [visit._strand.items() for visit in execution.state("C").visits] == [(0, 0), (1, 0), (1, 1)]


def test_children_see_the_parents_variables_and_not_each_others() -> None:
    def branch(number: int) -> dict[str, Any]:
        assign = {"Type": "Pass", "Assign": {f"y{number}": number}, "Next": f"Show{number}"}
        show = {"Type": "Pass", "Parameters": {"x.$": "$x", "y.$": f"$y{number}"}}
        return machine(**{f"Assign{number}": assign, f"Show{number}": show})

    both = {"Type": "Parallel", "Branches": [branch(1), branch(2)], "Next": "B"}
    execution = run(machine(A={"Type": "Pass", "Assign": {"x": 0}, "Next": "P"}, P=both, B=SHOW))
    assert execution.state("P").output == [{"x": 0, "y": 1}, {"x": 0, "y": 2}]
    assert execution.output == {"x": 0}
    assert execution._run.main.scope == {"x": 0}


def test_retriers_count_for_themselves() -> None:
    attempts = Attempts()
    attempts.count_retry(1)
    attempts.count_retry(1)
    attempts.count_retry(0)
    assert [attempts.times_retried(index) for index in range(3)] == [1, 2, 0]
    assert attempts.retry_count == 3


class Keeper:
    def __init__(self) -> None:
        self.requests: list[TaskRequest] = []

    def check(self, request: TaskRequest) -> None: ...

    def start(self, request: TaskRequest) -> None:
        self.requests.append(request)


def started(**fields: Any) -> tuple[Execution, TaskRequest, Keeper]:
    account, keeper = SfnMock(), Keeper()
    world(account).runner = keeper
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


def test_execution_of_a_deleted_machine_ends_at_its_next_state() -> None:
    body = machine(W={"Type": "Wait", "Seconds": 9, "Next": "P"}, P={"Type": "Pass"})
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "C"}]
    definition = machine(A={"Type": "Parallel", "Branches": [body], "Catch": catch, "Next": "C"}, C={"Type": "Pass"})
    execution = SfnMock().load(definition, name="M").start()
    execution._run.end_at_next_state()
    assert execution.status == "RUNNING"
    execution.run()
    assert (execution.error, execution.cause) == ("States.Runtime", "State machine M has been deleted.")
    assert [event["type"] for event in execution.history][-2:] == ["WaitStateExited", "ExecutionFailed"]


def test_world_that_forgives_fails_the_execution_of_an_error() -> None:
    account = SfnMock()
    world(account).forgives = lambda error: f"{type(error).__name__} is forgiven"
    execution = account.load(machine(A=task())).run()
    assert (execution.error, execution.cause) == ("States.Runtime", "MockError is forgiven")
    assert account.load(machine(A={"Type": "Pass"})).run().succeeded
    account.lambda_function("f").calls(lambda event: pytest.fail("the test itself"))
    with pytest.raises(pytest.fail.Exception):
        account.load(machine(A=task())).run()
