"""Which parts of a definition an execution took: the colours of its picture.

What a run takes is read by trace/taken.py; the child executions of its distributed Maps count too. States whose error
nothing took, up to the one that ended the execution, are `failed`, and so are those that a timeout or a test error stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.asl.outline import parts_of
from pytest_sfn.trace.taken import Facts, FactsReader
from pytest_sfn.trace.visits import Visits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.diagrams.graph import Status, StatusOf
    from pytest_sfn.engine.run import Run

__all__ = ["path_status"]


def path_status(run: Run, visits: Visits) -> StatusOf:
    """The status of every part: `covered` where the execution went, `failed` where it ended with an error, else None."""
    facts = Facts()
    for each in _runs(run, visits):
        FactsReader(each).read(facts)
    taken = {part for pointer in facts.taken() for part in parts_of(pointer)}
    failed: set[str] = set()
    last = {visit.name: visit for visit in visits.all}.values()
    if run.status not in ("SUCCEEDED", "RUNNING"):
        failed = {visit._rule.model.pointer for visit in last if visit.error is not None and not visit.caught}
    if run.status == "TIMED_OUT":
        failed |= {visit._rule.model.pointer for visit in last if visit.exited is None}
    at = run.world.broken_at
    if at is not None:
        failed |= {visit._rule.model.pointer for visit in last if visit._strand is at and visit.exited is None}

    def status(pointer: str) -> Status | None:
        return "failed" if pointer in failed else "covered" if pointer in taken else None

    return status


def _runs(run: Run, visits: Visits) -> Iterator[Run]:
    """The run and those of its distributed Maps' items, as far as they are kept."""
    yield run
    for map_run in visits.map_runs:
        for _, child in map_run.kept():
            yield from _runs(child, Visits(child))
