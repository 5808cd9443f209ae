"""The records of a log, typed: each kind has a class, and nobody but their readers touches the slots."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest_sfn
from pytest_sfn import SfnMock
from pytest_sfn.engine import record as r
from pytest_sfn.engine.bodies import ABORTED_EVENT
from pytest_sfn.engine.record import KINDS, Record, Records, records
from pytest_sfn.engine.states import TASK_EVENTS
from pytest_sfn.trace.history import DETAILS
from tests.helpers import events, machine, run, task

PACKAGE = Path(pytest_sfn.__file__).parent
SLOTS = re.compile(r"\bengine\.log\b|\bRECORD\b(?!\")|\.log\[|\b(run|_run|child)\.log\b")
FAILING = machine(
    A=task(Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 1}], Catch=[{"ErrorEquals": ["States.ALL"], "Next": "B"}]),
    B={"Type": "Choice", "Choices": [{"Variable": "$.Error", "StringEquals": "E", "Next": "C"}]},
    C={"Type": "Pass", "Assign": {"x": 1}, "Result": 2},
)


def fail(_: object) -> None:
    raise type("E", (Exception,), {})


def only(kind: type[Record], found: list[Record]) -> list[Record]:
    return [each for each in found if isinstance(each, kind)]


def test_nothing_outside_engine_and_trace_touches_slots() -> None:
    touching = [
        str(file.relative_to(PACKAGE))
        for file in PACKAGE.rglob("*.py")
        if file.relative_to(PACKAGE).parts[0] not in ("engine", "trace") and SLOTS.search(file.read_text(encoding="utf-8"))
    ]
    assert touching == []


def test_every_kind_of_record_that_the_engine_writes_has_a_class() -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in (PACKAGE / "engine").rglob("*.py"))
    written = set(re.findall(r'\.(?:record|note)\(\s*"(\w+)"', text))
    assert len(written) > 15
    written |= {kind for kinds in TASK_EVENTS.values() for kind in kinds} | set(ABORTED_EVENT.values())
    assert written <= set(KINDS)
    assert {kind for kind in KINDS if not kind.islower()} == set(DETAILS)


def test_errors_retries_and_choices_by_name() -> None:
    execution = run(FAILING, f=fail)
    found = list(records(execution._run))

    (retried,) = only(r.RetryChosen, found)
    assert isinstance(retried, r.RetryChosen)
    assert (retried.retrier, retried.delay, retried.error.error, retried.now) == (0, 1_000_000, "E", 0)
    (caught,) = only(r.CatchTaken, found)
    assert isinstance(caught, r.CatchTaken)
    assert (caught.catcher.next, caught.error.error, caught.now) == ("B", "E", 1_000_000)
    (chosen,) = only(r.ChoiceTaken, found)
    assert isinstance(chosen, r.ChoiceTaken)
    assert chosen.choice == 0
    exits = [(each.rule.name, each.variables) for each in found if isinstance(each, r.StateExited)]
    assert exits == [("A", None), ("B", None), ("C", {"x": 1})]
    requests = [each.request.attempt for each in found if isinstance(each, r.TaskScheduled)]
    assert requests == [1, 2]


def test_ids_are_those_of_the_history() -> None:
    execution = run(FAILING, f=fail)
    found = [each for each in records(execution._run) if not each.kind.islower()]
    assert [each.kind for each in found] == events(execution)
    assert [each.event_id for each in found] == [event["id"] for event in execution.history]
    assert [each.previous for each in found] == [event["previousEventId"] for event in execution.history]


def test_a_record_that_is_no_event_has_the_id_of_the_event_before_it() -> None:
    found = list(records(run(FAILING, f=fail)._run))
    ids = [each.event_id for each in found]
    assert ids == sorted(ids)
    for before, each in pairwise(found):
        assert each.event_id - before.event_id == (not each.kind.islower())


def test_a_reader_goes_on_where_it_was() -> None:
    wait = {"Type": "Wait", "Seconds": 1}
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "C"}], "Default": "C"}
    execution = SfnMock().load(machine(A={**wait, "Next": "B"}, B=choice, C=wait)).start()
    reader = Records(execution._run)
    first = reader.new()
    assert first
    assert reader.new() == []
    execution.run()
    assert first + reader.new() == records(execution._run)
