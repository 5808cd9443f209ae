"""Lengths of virtual time in words, and whose timeout ended an attempt or an execution."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pytest_sfn import Execution, Quotas, SfnMock
from pytest_sfn.trace.times import duration
from tests.helpers import machine, task

TOKEN = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken"}
TOKEN["Parameters"] = {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}}  # type: ignore[assignment]
JOB = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "j"}}
WAIT = {"Type": "Wait", "Seconds": 99_999_999}
ACTIVITY = {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:paint"}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.25, "0.25 s"),
        (45, "45 s"),
        (60, "1 min"),
        (5400, "1 h 30 min"),
        (86_401, "1 d 1 s"),
        (31_536_000, "365 d"),
        (0.000001, "0.000001 s"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(timedelta(seconds=seconds)) == text


def rows(execution: Execution, word: str = "States.Timeout:") -> list[str]:
    """What the timeline says after a word, in its rows."""
    return [line.partition(word)[2].strip() for line in execution.timeline(width=300).splitlines() if word in line]


@pytest.mark.parametrize(
    ("state", "mock", "said"),
    [
        (task(TimeoutSeconds=90), lambda m: m.state("A").times_out(), "TimeoutSeconds of 1 min 30 s"),
        (
            task(TimeoutSeconds=90),
            lambda m: m.state("A").returns(1).takes(91),
            "TimeoutSeconds of 1 min 30 s",
        ),
        (
            {**TOKEN, "TimeoutSeconds": 60},
            lambda m: m.lambda_function("ask").returns(1),
            "TimeoutSeconds of 1 min, token unanswered",
        ),
        (
            {**TOKEN, "TimeoutSeconds": 60, "HeartbeatSeconds": 20},
            lambda m: m.state("A").submits().heartbeats(every=30).completes(1, after=50),
            "HeartbeatSeconds of 20 s, token unanswered",
        ),
        (
            {**JOB, "TimeoutSeconds": 60},
            lambda m: m.state("A").submits({"JobRunId": "j"}),
            "TimeoutSeconds of 1 min, job not ended",
        ),
        (
            {**ACTIVITY, "TimeoutSeconds": 60},
            lambda m: m.create_activity("paint"),
            "TimeoutSeconds of 1 min, no worker took it",
        ),
        (
            {**ACTIVITY, "HeartbeatSeconds": 60},
            lambda m: m.activity("paint").submits(),
            "HeartbeatSeconds of 1 min, unanswered by its worker",
        ),
        (task(), lambda m: m.lambda_function("f").raises("States.Timeout", "of a mock"), "of a mock"),
        (task(), lambda m: m.state("A").raises("States.Timeout"), "given as an answer, no limit of the state"),
    ],
)
def test_an_attempt(state: dict[str, Any], mock: Any, said: str) -> None:
    account = SfnMock()
    mock(account)
    execution = account.load(machine(A=state)).run()
    assert (execution.error, rows(execution)) == ("States.Timeout", [said])


def test_the_children_of_a_map_run() -> None:
    processor = {**machine(A=WAIT), "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}
    execution = SfnMock().load(machine(M={"Type": "Map", "ItemProcessor": processor})).run([1, 2])
    assert rows(execution, "item 0: ") == ["TIMED_OUT by AWS's limit of five minutes for an Express execution"]
    assert rows(execution, "item 1: ") == ["ABORTED"]


def test_each_attempt_has_its_own() -> None:
    account = SfnMock()
    account.state("A").times_out(times=1).raises("E", "failed").returns(1).takes(99)
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}]
    execution = account.load(machine(A=task(TimeoutSeconds=9, Retry=retry))).run()
    passed = "TimeoutSeconds of 9 s"
    assert rows(execution, "attempt 1: ") == [f"States.Timeout: {passed}; Retry[0] waits 1 s"]
    assert rows(execution, "attempt 2: ") == ["E: failed; Retry[0] waits 2 s"]
    assert rows(execution, "attempt 3: ") == [f"States.Timeout: {passed}; Retry[0] is used up"]


@pytest.mark.parametrize(
    ("definition", "kind", "quotas", "said"),
    [
        ({"TimeoutSeconds": 60, **machine(A=WAIT)}, "STANDARD", "aws", "the machine's TimeoutSeconds of 1 min"),
        ({"TimeoutSeconds": 60, **machine(A=WAIT)}, "EXPRESS", "aws", "the machine's TimeoutSeconds of 1 min"),
        (machine(A=WAIT), "STANDARD", "aws", "AWS's limit of a year for an execution"),
        ({"TimeoutSeconds": 99_999_998, **machine(A=WAIT)}, "STANDARD", "aws", "AWS's limit of a year for an execution"),
        (machine(A=WAIT), "EXPRESS", "aws", "AWS's limit of five minutes for an Express execution"),
        (machine(A=WAIT), "STANDARD", Quotas(seconds=30), "the quota of 30 s"),
    ],
)
def test_an_execution(definition: dict[str, Any], kind: Any, quotas: Any, said: str) -> None:
    execution = SfnMock(quotas=quotas).load(definition, type=kind, name="m").run()
    assert execution.status == "TIMED_OUT"
    assert f"\n  error   (none); {said} ended it\n" in execution.timeline()
    assert repr(execution) == f"<Execution of 'm': TIMED_OUT by {said}, A>"


def test_a_redrive_begins_the_machines_own_anew() -> None:
    execution = SfnMock().load({"TimeoutSeconds": 60, **machine(A=WAIT)}).run().redrive()
    assert "(none); the machine's TimeoutSeconds of 1 min ended it" in execution.timeline()


def test_a_child_execution() -> None:
    account = SfnMock()
    account.load({"TimeoutSeconds": 60, **machine(A=WAIT)}, name="child")
    start = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync"}
    start["Parameters"] = {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child"}  # type: ignore[assignment]
    execution = account.load(machine(A=start)).run()
    assert rows(execution, " of child: ") == ["TIMED_OUT by the machine's TimeoutSeconds of 1 min"]


@pytest.mark.parametrize("mock", [lambda m: m.lambda_function("ask").returns(1), lambda m: m.state("A").times_out()])
@pytest.mark.parametrize("catch", [[], [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}]])
def test_a_token_that_nobody_answered_has_a_hint_unless_that_was_meant(mock: Any, catch: list[Any]) -> None:
    account = SfnMock()
    answering = mock(account)
    state = {**TOKEN, "TimeoutSeconds": 60, "Catch": catch}
    execution = account.load(machine(A=state, **({"Late": {"Type": "Succeed"}} if catch else {}))).run()
    meant = answering.label == "state:A"
    hint = "nobody answered the token of 'A': let the mock do it, with .completes(output) after its answer, "
    hint += "or the test: start(), then send_task_success(execution.task_token('A'), output)"
    assert rows(execution, "  hint    ") == ([] if meant else [hint])


def test_a_worker_that_nobody_was_has_a_hint() -> None:
    account = SfnMock()
    account.create_activity("paint")
    execution = account.load(machine(A={**ACTIVITY, "TimeoutSeconds": 60})).run()
    assert rows(execution, "  cause ") == ["(none); it passed the state's TimeoutSeconds of 1 min, no worker took it"]
    hint = "no worker answered 'A': let it be a mock, activity('paint').returns(output), "
    hint += "or the test: get_activity_task('paint') and send_task_success(token, output)"
    assert rows(execution, "  hint    ") == [hint]
