"""Which parts of a definition an execution took: the colours of its picture.

What a log's records take is known to coverage; here one execution, with the child executions of its distributed Maps,
takes the place of a session. States whose error nobody took, up to the one that ended the execution, are `failed`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.coverage.collect import Facts, Reader
from pytest_sfn.engine.distributed.map_run import MapRun
from pytest_sfn.engine.log import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.diagrams.graph import Status, StatusOf
    from pytest_sfn.engine.run import Run
    from pytest_sfn.trace.visits import Story

__all__ = ["path_status"]


def path_status(machine: StateMachine, run: Run, story: Story) -> StatusOf:
    """The status of every part: `covered` where the execution went, `failed` where it ended with an error, else None."""
    facts = Facts()
    for each in _runs(run):
        Reader().read(each, facts)
    taken = facts.taken()
    failed: set[str] = set()
    if run.status not in ("SUCCEEDED", "RUNNING"):
        last = {visit.name: visit for visit in story.visits}
        states = machine.states
        failed = {states[name].pointer for name, visit in last.items() if visit.error is not None and not visit.caught}

    def status(pointer: str) -> Status | None:
        return "failed" if pointer in failed else "covered" if pointer in taken else None

    return status


def _runs(run: Run) -> Iterator[Run]:
    """The run and those of its distributed Maps' items, as far as they are kept."""
    yield run
    for at in range(0, len(run.log), RECORD):
        map_run = run.log[at + 5]
        if run.log[at] == "MapRunStarted" and isinstance(map_run, MapRun):
            for _, child in map_run.kept():
                yield from _runs(child)
