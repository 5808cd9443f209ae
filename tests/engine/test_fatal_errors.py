"""Loops without end and bugs of ours break a run off, with a message that says what to do."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from pytest_sfn import InternalError, SfnMock
from pytest_sfn.engine.states import PassRule
from pytest_sfn.errors import ExecutionError
from tests.helpers import begin, machine, run, task

LOOP = machine(
    A={"Type": "Pass", "Next": "B"},
    B={"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "C"}], "Default": "A"},
    C={"Type": "Pass"},
)


def test_loop_ends_at_25000_events_as_on_aws() -> None:
    execution = run(LOOP)
    assert (execution.status, execution.error) == ("FAILED", "States.Runtime")
    assert execution.cause == "The execution reached the maximum number of history events (25000)."
    history = execution.history
    assert (len(history), history[-1]["type"], history[-1]["id"]) == (25_000, "ExecutionFailed", 25_000)


def test_the_timeline_names_the_loop_around_a_map() -> None:
    inside = machine(Item={"Type": "Pass"})
    each = {"Type": "Map", "ItemProcessor": inside, "MaxConcurrency": 1, "Next": "Again"}
    again = {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "Done"}], "Default": "Each"}
    timeline = run(machine(Each=each, Again=again, Done={"Type": "Succeed"}), list(range(50))).timeline()
    assert "  hint    the execution goes round, " in timeline
    assert " times: Each -> Again -> Each; give the loop a way out" in timeline


def test_a_long_history_is_no_loop() -> None:
    inside = machine(A={"Type": "Pass", "Next": "B"}, B={"Type": "Pass"})
    execution = run(machine(Each={"Type": "Map", "ItemProcessor": inside}), list(range(10_000)))
    assert execution.error == "States.Runtime"
    assert "hint" not in execution.timeline()


@pytest.mark.parametrize("field", ["Parameters", "Assign"])
def test_loop_that_wraps_its_input_for_ever_ends_at_our_own_depth(field: str) -> None:
    wrap = {"Type": "Pass", "Next": "Again", field: {"v": {"v.$": "$v"}} if field == "Assign" else {"v.$": "$"}}
    again = {"Type": "Choice", "Choices": [{"Variable": "$.end", "IsPresent": True, "Next": "Done"}], "Default": "Wrap"}
    definition = machine(
        First={"Type": "Pass", "Assign": {"v": 1}, "Next": "Wrap"}, Wrap=wrap, Again=again, Done={"Type": "Succeed"}
    )
    what = "its output" if field == "Parameters" else "variable 'v'"
    with pytest.raises(ExecutionError) as caught:
        run(definition)
    assert str(caught.value) == (
        f"StateMachine: state 'Wrap': {what} is nested deeper than 400 levels, which is as deep as pytest-sfn goes\n"
        "  fix  see whether a loop wraps its own input again and again"
    )


@pytest.mark.parametrize("watched", [False, True])
def test_loop_without_quotas_ends_after_a_million_steps(watched: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if watched:  # each step is dearer when somebody watches
        monkeypatch.setattr("pytest_sfn.engine.scheduler.STEPS_WITHOUT_TIME", 20_000)
    started = SfnMock(quotas=None).load(LOOP)
    with pytest.raises(ExecutionError) as caught:
        started.run() if not watched else begin(started, {}).run_until("C")
    assert str(caught.value) == (
        "StateMachine: a million steps passed without virtual time moving; the loop is B -> A\n"
        "  fix  give the loop a way out or a Wait; or keep quotas='aws', and the execution ends at 25,000 events as on AWS"
    )


@pytest.mark.parametrize("catch", [[], [{"ErrorEquals": ["States.ALL"], "Next": "B"}]])
def test_stubs_that_fill_the_stack_with_executions(catch: list[Any]) -> None:
    account = SfnMock()
    definition = machine(A=task(Next="B", Catch=catch), B={"Type": "Succeed"}) if catch else machine(A=task())
    loaded = account.load(definition, name="Deep")

    def through(frames: int) -> Any:
        return through(frames - 1) if frames else loaded.run().output

    account.lambda_function("f").calls(lambda event: through(sys.getrecursionlimit() // 6))
    with pytest.raises(ExecutionError) as caught:
        loaded.run()
    message = str(caught.value)
    assert message.startswith("Deep: state 'A': maximum recursion depth exceeded")
    assert "executions were running, each started while a stub or handler of the one before runs\n  fix" in message


def test_a_function_that_calls_itself_fails_as_on_lambda() -> None:
    def again(event: Any) -> Any:
        return again(event)

    assert run(machine(A=task()), f=again).error == "RecursionError"


def test_loop_of_waits_without_quotas_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_sfn.engine.run.RUNAWAY", 10_000)
    choices = [{"Variable": "$.done", "IsPresent": True, "Next": "Done"}]
    definition = machine(
        Pause={"Type": "Wait", "Seconds": 60, "Next": "Again"},
        Again={"Type": "Choice", "Choices": choices, "Default": "Pause"},
        Done={"Type": "Succeed"},
    )
    started = SfnMock(quotas=None).load(definition)
    with pytest.raises(ExecutionError) as caught:
        started.run()
    assert str(caught.value) == (
        "StateMachine: 10,000 events in 1 day, 17:40:00 of virtual time, and no end; the loop is Pause -> Again\n"
        "  fix  give the loop a way out, or start() the execution and advance() it; an execution that needs more events "
        "gets them with quotas=Quotas(history=...)"
    )


def test_very_many_items_in_one_instant_are_no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_sfn.engine.scheduler.STEPS_WITHOUT_TIME", 1000)
    definition = machine(Each={"Type": "Map", "ItemProcessor": machine(A={"Type": "Pass"})})
    assert SfnMock(quotas=None).load(definition).run(list(range(2000))).output == list(range(2000))


def test_bug_of_ours_asks_for_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(PassRule, "work", work)
    machine_ = SfnMock().load(machine(A={"Type": "Pass"}), name="M")
    with pytest.raises(InternalError) as caught:
        machine_.run()
    assert str(caught.value) == (
        "M: state 'A': KeyError: 'x'\n"
        "  This is a bug in pytest-sfn, not in your workflow. Please report it with the definition and this text.\n"
        "  last events  ExecutionStarted, PassStateEntered"
    )
