"""A history that is read back: the readers of the trace find what they find in the trace that the history was made of."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest

from pytest_sfn import DefinitionWarning, Execution
from pytest_sfn.engine.quotas import UNLIMITED
from pytest_sfn.engine.run import Run
from pytest_sfn.targets.history import read_history
from pytest_sfn.trace.history import events
from pytest_sfn.trace.visits import Line, Visit, Visits
from tests.language.test_language import CASES, start


def read(execution: Execution) -> Run:
    of = execution._run
    run = Run(of.world, of.program, of.machine, UNLIMITED, of.name)
    read_history(run, execution.history)
    return run


def told(visit: Visit) -> dict[str, Any]:
    lines = sorted(((line.index, line.path, line.error, line.succeeded) for line in visit._lines), key=repr)
    return {
        "name": visit.name,
        "input": visit.input,
        "output": visit.output,
        "error": visit.error,
        "cause": visit.cause,
        "catcher": visit.catcher,
        "item": visit.item,
        "branch": visit.branch,
        "choice": led_to(visit),
        "entered": visit.entered,
        "exited": visit.exited,
        "attempts": [(each.error, each.cause, each.retrier, each.backoff_seconds) for each in visit.attempts],
        "lines": lines,
    }


def led_to(visit: Visit) -> str | None:
    """Where a Choice led; which of several Choice Rules led there, a history does not say."""
    model: Any = visit._rule.model
    if visit.type != "Choice" or visit.exited is None:
        return None
    return str(model.default if visit.choice is None else model.choices[visit.choice].next)


def plain(history: list[dict[str, Any]]) -> list[Any]:
    """Events without the spelling of JSON texts."""
    return [json.loads(json.dumps(event, default=str), parse_constant=str, object_hook=_read) for event in history]


def _read(members: dict[str, Any]) -> dict[str, Any]:
    texts = ("input", "output", "parameters")
    return {name: json.loads(value) if name in texts else value for name, value in members.items()}


def outline(line: Line) -> Any:
    return line.path, line.failed, line.error, line.cause


@pytest.mark.parametrize("case", CASES)
def test_each_case_of_the_language(case: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DefinitionWarning)
        execution = start(case).run()
    if execution.status == "RUNNING" or execution.map_runs or execution.redrive_count:
        pytest.skip("it does not end, has executions below it, or is redriven, which none at an endpoint is")
    if execution.cause is not None and "history events" in execution.cause:
        pytest.skip("no state failed, as the trace has it; a history does not say so")

    run = read(execution)

    theirs, ours = Visits(run), Visits(execution._run)
    assert outline(theirs.main) == outline(ours.main)
    assert [told(visit) for visit in theirs.all] == [told(visit) for visit in ours.all]
    assert (run.status, run.output, run.error, run.cause) == (
        execution.status,
        execution._run.output,
        execution.error,
        execution.cause,
    )
    assert plain(events(run)) == plain(execution.history)
