"""What is kept when an execution is redriven, and when it cannot be.

tests/language/redrive.json has what each state type does.
"""

from __future__ import annotations

import warnings
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_sfn import Execution, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.engine.quotas import Quotas
from pytest_sfn.engine.redrive import obstacle, redrive, resume
from pytest_sfn.errors import ExecutionError, TaskTokenError
from tests.generated import generated
from tests.helpers import machine, run, task
from tests.well_formed import mistyped, problems

FAILING = machine(A=task())


def failed(account: SfnMock | None = None, definition: dict[str, Any] = FAILING, input: Any = None, **fields: Any) -> Execution:
    """An execution whose function f has failed once."""
    account = account or SfnMock(**fields)
    account.lambda_function("f").raises("E", times=1).calls(lambda event: event)
    return account.load(definition).run({} if input is None else input)


# -- which executions ----------------------------------------------------------------------------------------------------


def test_an_execution_that_runs_or_has_succeeded() -> None:
    account = SfnMock()
    running = account.load(machine(W={"Type": "Wait", "Seconds": 1})).start({})
    assert obstacle(running._run) == "Execution is RUNNING and cannot be redriven"
    assert obstacle(running.run()._run) == "Execution is SUCCEEDED and cannot be redriven"


def test_fourteen_days_from_its_end() -> None:
    execution = failed()
    execution.advance(timedelta(days=14))
    assert obstacle(execution._run) is None
    execution.advance(1)
    assert obstacle(execution._run) == "Execution redrivable period exceeded"


def test_a_redrive_that_fails_begins_the_fourteen_days_anew() -> None:
    account = SfnMock()
    account.lambda_function("f").raises("E")
    execution = account.load(FAILING).run({}).advance(timedelta(days=10)).redrive()
    execution.advance(timedelta(days=14))
    assert (execution.redrive_count, obstacle(execution._run)) == (1, None)


def test_a_year_from_its_start() -> None:
    account = SfnMock()
    execution = account.load(machine(W={"Type": "Wait", "Seconds": 99_999_999})).run({})
    assert (execution.status, execution.elapsed) == ("TIMED_OUT", timedelta(days=365))
    assert obstacle(execution._run) == "Execution has exceeded the max execution time"


def test_a_redrive_does_not_begin_the_year_anew() -> None:
    wait = machine(W={"Type": "Wait", "Seconds": 30_000_000})
    execution = SfnMock().load(wait).start({}).advance(timedelta(days=300)).stop().redrive()
    assert (execution.status, execution.elapsed) == ("TIMED_OUT", timedelta(days=365))
    limited = {**wait, "TimeoutSeconds": 20_000_000}
    execution = SfnMock().load(limited).start({}).advance(timedelta(days=200)).stop().redrive()
    assert (execution.status, execution.elapsed) == ("TIMED_OUT", timedelta(days=365))


@pytest.mark.parametrize(("history", "reason"), [(7, None), (6, "Execution history event limit exceeded")])
def test_room_in_the_history(history: int, reason: str | None) -> None:
    execution = failed(quotas=Quotas(history=history + 1))
    assert len(execution.history) == 6
    assert obstacle(execution._run) == reason


def test_a_history_that_is_full_after_a_redrive() -> None:
    execution = failed(quotas=Quotas(history=8)).redrive()
    assert execution.cause is not None
    assert "reached the maximum number of history events" in execution.cause
    assert [event["type"] for event in execution.history][6:] == ["ExecutionRedriven", "ExecutionFailed"]


def test_before_the_day_of_redrive() -> None:
    assert obstacle(failed(as_of=date(2023, 1, 1))._run) == "Execution was started before the launch of RedriveExecution"


# -- what goes on ----------------------------------------------------------------------------------------------------------


def test_a_run_of_which_nothing_has_happened_yet() -> None:
    account = SfnMock()
    run = account_of(account).begin(account.load(machine(A={"Type": "Pass", "Result": 1})))
    run.abort()
    redrive(run)
    assert account.executions[0].run().output == 1
    assert problems(account.executions[0].history) == []


def test_a_branch_that_was_not_entered_and_one_whose_end_was_not_seen() -> None:
    """The first branch ends the execution at once, since nothing catches its error."""
    choice = {"Type": "Choice", "Choices": [{"Variable": "$$.Execution.RedriveCount", "NumericEquals": 1, "Next": "D"},
                                            {"Variable": "$.no", "NumericEquals": 1, "Next": "D"}]}  # fmt: skip
    execution = run(
        machine(
            A={"Type": "Parallel", "Branches": [
                machine(B={"Type": "Pass", "Result": 1}), machine(C=choice, D={"Type": "Pass"}), machine(E={"Type": "Pass"})
            ]}
        )
    )  # fmt: skip
    assert execution.state("E").visits == []
    execution.redrive()
    assert execution.output == [1, {}, {}]
    assert [len(execution.state(name)) for name in "BCDE"] == [1, 1, 1, 1]
    assert problems(execution.history) == []


def test_a_map_that_stands_still_does_so_again() -> None:
    definition = machine(M={"Type": "Map", "MaxConcurrencyPath": "$.n", "ItemsPath": "$.l", "ItemProcessor": machine(B=task())})
    account = SfnMock()
    execution = account.load(definition).run({"n": -1, "l": [1]})
    execution.stop().redrive()
    assert "negative MaxConcurrency" in execution.waits_for()
    assert [event["type"] for event in execution.history] == ["ExecutionStarted", "ExecutionAborted", "ExecutionRedriven"]
    execution.stop().redrive()
    assert execution.redrive_count == 2


def test_an_answer_to_the_task_token_from_before_does_not_count() -> None:
    account = SfnMock()
    wait = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}}  # fmt: skip
    account.lambda_function("f").returns({})
    execution = account.load(machine(A=wait)).run({})
    token = execution.task_token()
    execution.stop().redrive()
    with pytest.raises(TaskTokenError, match="Provided task does not exist anymore"):
        execution.send_task_success(token, 1)
    assert execution.task_token() != token
    assert execution.send_task_success(execution.task_token(), 2).run().output == 2


def test_a_redriven_run_says_so_to_its_observer() -> None:
    account = SfnMock()
    seen: list[Any] = []
    execution = failed(account)

    class Seen:
        def __call__(self, run: Any) -> None:
            seen.append(run)

        def forgotten(self, run: Any) -> None:
            raise AssertionError

    execution._run.world.observer = Seen()
    execution.redrive()
    assert seen == [execution._run]


def test_a_redrive_does_not_run_anything_by_itself() -> None:
    execution = failed()
    redrive(execution._run, "token")
    assert (execution.status, execution.history[-1]["type"]) == ("RUNNING", "ExecutionRedriven")
    assert execution.run().output == {}


def test_resume_points_the_next_event_where_it_is_told() -> None:
    execution = failed()
    event = execution._run.go_on(None)
    resume(execution._run.main, event)
    execution.run()
    assert execution.history[event]["previousEventId"] == event


def test_the_second_redrive_goes_on_from_the_first() -> None:
    account = SfnMock()
    account.lambda_function("f").raises("E", times=1).returns(1)
    account.lambda_function("g").raises("E", times=2).returns(2)
    execution = account.load(machine(A=task("f", Next="B"), B=task("g"))).run({})
    execution.redrive().redrive()
    assert (execution.status, execution.error) == ("FAILED", "E")
    assert execution.redrive().output == 2
    assert [account.lambda_function(name).call_count for name in "fg"] == [2, 3]
    redriven = [each for each in execution.history if each["type"] == "ExecutionRedriven"]
    assert [each["executionRedrivenEventDetails"] for each in redriven] == [{"redriveCount": n} for n in (1, 2, 3)]
    assert problems(execution.history) == mistyped(execution.history) == []


# -- any machine -----------------------------------------------------------------------------------------------------------


def redriven(seed: int) -> Execution | None:
    """The execution of a generated machine, stopped after a while or not, and redriven until it succeeds, or four times."""
    made, random = generated(seed), Random(seed)
    try:
        execution = made.machine().start(made.input)
        if random.random() < 0.5:
            execution.advance(random.choice([0, 1, 3, 10])).stop()
        else:
            execution.run()
        while obstacle(execution._run) is None and execution.redrive_count < 4:
            execution.redrive()
            if execution.status == "RUNNING":
                execution.stop()
    except ExecutionError as error:
        assert "nested deeper than" in str(error)
        return None
    return execution


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(0, 200, 2))
def test_any_machine_is_redriven_the_same_way_each_time(seed: int) -> None:
    execution, again = redriven(seed), redriven(seed)
    if execution is None or again is None:
        return
    assert execution.history == again.history
    assert problems(execution.history, ended=execution.status != "RUNNING") == []
    assert mistyped(execution.history) == []
    assert execution.timeline(stages=True)
    for name in execution.machine.state_machine.states:
        for visit in execution.state(name).visits:
            visit.stages  # noqa: B018 - they can be computed
            assert [attempt.number for attempt in visit.attempts] == list(range(1, len(visit.attempts) + 1))


FUNCTIONS = "fgh"


@st.composite
def workflows(draw: Any, depth: int = 0, prefix: str = "S") -> dict[str, Any]:
    """A body whose output does not depend on when, or how often, a task was tried."""
    states: dict[str, Any] = {}
    count = draw(st.integers(1, 3 if depth == 0 else 2))
    for place in range(count):
        name = f"{prefix}{place}"
        kind = draw(
            st.sampled_from(["Task", "Task", "Pass", "Wait", *(["Parallel", "Map", "Distributed"] if depth < 2 else [])])
        )
        state: dict[str, Any] = {"Type": kind}
        retry = draw(st.sampled_from([[], [{"ErrorEquals": ["E"], "MaxAttempts": 1, "IntervalSeconds": 2}]]))
        if kind == "Task":
            state = task(draw(st.sampled_from(FUNCTIONS)), Retry=retry)
        elif kind == "Wait":
            state["Seconds"] = draw(st.integers(0, 5))
        elif kind == "Parallel":
            branches = range(draw(st.integers(1, 3)))
            state |= {"Branches": [draw(workflows(depth + 1, f"{name}b{branch}")) for branch in branches], "Retry": retry}
        elif kind in ("Map", "Distributed"):
            processor = draw(workflows(depth + 1, f"{name}i"))
            if kind == "Distributed":
                of_children = draw(st.sampled_from(["STANDARD", "EXPRESS"]))
                processor["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": of_children}
            items = {"Type": "Pass", "Result": list(range(draw(st.integers(0, 4)))), "Next": name}
            states[f"{name}in"] = items
            state = {"Type": "Map", "ItemProcessor": processor, "MaxConcurrency": draw(st.integers(0, 3)), "Retry": retry}
        states[name] = {key: value for key, value in state.items() if value != []}
    return chained(states)


def chained(states: dict[str, Any]) -> dict[str, Any]:
    names = list(states)
    for name, following in zip(names, [*names[1:], None], strict=True):
        states[name].pop("End", None)
        states[name] |= {"Next": following} if following else {"End": True}
    return {"StartAt": names[0], "States": states}


def stubbed(definition: dict[str, Any], faults: list[bool]) -> Execution:
    """Started in an account of its own, where the calls of `faults` fail."""
    account, calls = SfnMock(quotas=None), iter(faults)

    def answer(event: Any) -> Any:
        if next(calls, False):
            raise type("E", (Exception,), {})("no")
        return [event]

    for function in FUNCTIONS:
        account.lambda_function(function).calls(answer).takes(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return account.load(definition).start({})


@pytest.mark.slow
@settings(max_examples=150, deadline=timedelta(seconds=5), derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(workflows(), st.lists(st.booleans(), max_size=25), st.lists(st.integers(0, 9), max_size=3))
def test_what_is_redriven_until_it_succeeds_gives_what_a_run_without_faults_gives(
    definition: dict[str, Any], faults: list[bool], stops: list[int]
) -> None:
    expected = stubbed(definition, []).run()
    assert expected.succeeded
    execution = stubbed(definition, faults)
    for seconds in stops:
        execution.advance(seconds).stop()
        if execution.succeeded:
            break
        redrive(execution._run)
    execution.run()
    while not execution.succeeded:
        execution.redrive()
        assert execution.redrive_count < 40
    assert execution.output == expected.output
    assert execution.path == expected.path
    assert problems(execution.history) == []
