"""What became of a fault: which Retriers and which Catcher took it, and how the execution ended.

Read from the executions' stories afterwards. An error makes its way from the task outwards: to the Parallel or Map around
it, to the Map that started the execution it happened in, to the task that waits for that execution.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from pytest_sfn.engine.log import RECORD
from pytest_sfn.faults.inject import TIMEOUTS, root_of
from pytest_sfn.trace.outcome import handled
from pytest_sfn.trace.visits import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.engine.run import Run, Strand, TaskRequest
    from pytest_sfn.faults.fault import Fault
    from pytest_sfn.faults.inject import Injection
    from pytest_sfn.trace.visits import StateVisit

__all__ = ["Outcome", "outcome"]


class Outcome(TypedDict):
    """One row of the summary; JSON, since it travels from the workers of pytest-xdist."""

    fault: str
    order: int
    """Its place among the faults of the test."""
    task: str
    error: str
    """The fault without its task: `Sandbox.Timedout x4`."""
    took: str
    """Who took it, e.g. `Retry[0], Catch[0] -> Handler`; empty when nothing did."""
    ended: str
    """`SUCCEEDED`, `FAILED PaymentError`, `RUNNING`; empty when no execution reached the task."""
    escaped: bool
    """Whether an execution that met the fault ended otherwise than its author meant it to."""


def outcome(injection: Injection) -> Outcome:
    """The row of an injection; of several executions that met the fault, of the first that it brought down."""
    fault = injection.fault
    row = Outcome(
        fault=str(fault),
        order=injection.number,
        task=fault.task,
        error=str(fault)[len(fault.task) + len(" raises ") :],
        took="",
        ended="",
        escaped=False,
    )
    if injection.missed:
        return row
    roots: dict[Run, None] = {root_of(request.run): None for _, requests in injection.answered for request in requests}
    root = next((run for run in roots if _escaped(run)), next(iter(roots)))
    told: dict[Run, _Told] = {}
    ways = [
        _took(part, [request for request in requests if root_of(request.run) is root], told)
        for part, requests in injection.answered
    ]
    row["took"] = "; ".join(ways) if all(ways) else "; ".join(way or "nothing" for way in ways) if any(ways) else ""
    row["ended"] = f"{root.status} {root.error}" if root.error else root.status
    row["escaped"] = _escaped(root)
    return row


def _escaped(run: Run) -> bool:
    return not (run.live or handled(run))


def _took(fault: Fault, requests: list[TaskRequest], told: dict[Run, _Told]) -> str:
    """Who took the errors of these attempts, innermost first."""
    names = {fault.error, "States.Timeout"} if fault.error in TIMEOUTS else {fault.error}
    levels: dict[int, dict[int, StateVisit]] = {}  # visits by distance from the task
    for request in requests:
        for distance, visit in enumerate(_outwards(request, told)):
            levels.setdefault(distance, {})[id(visit)] = visit
    took: dict[str, None] = {}
    tolerant: str | None = None
    for distance, visits in levels.items():
        of = f" of {next(iter(visits.values())).name}" if distance else ""
        for visit in visits.values():
            for attempt in visit.attempts:
                if attempt.retrier is not None and (distance or attempt.error in names):
                    took[f"Retry[{attempt.retrier}]{of}"] = None
            if visit.catcher is not None and (distance or visit.error in names):
                took[f"Catch[{visit.catcher.pointer.rpartition('/')[2]}]{of} -> {visit.catcher.next}"] = None
            elif distance and tolerant is None and visit.error is None and visit.exited is not None:
                tolerant = visit.name
    return ", ".join(took) or (f"tolerated by {tolerant}" if tolerant is not None else "")


def _outwards(request: TaskRequest, told: dict[Run, _Told]) -> Iterator[StateVisit]:
    """The visit in which an attempt was made, and those of the states around it."""
    strand, name = request.strand, request.state.name
    while True:
        run = strand.run
        story = told.get(run) or told.setdefault(run, _Told(run))
        event_id = story.scheduled(request) if run is request.run else None
        while True:
            visit = story.visit(strand, name, event_id)
            if visit is None:
                return
            yield visit
            body = strand.body
            if body is None:
                break
            strand, name = body.parent, body.state.name
        if run.parent is None:
            return
        strand, started = run.parent, run.start
        above = told.get(strand.run) or told.setdefault(strand.run, _Told(strand.run))
        waiting = above.waiting(strand, started)
        if waiting is None:
            return
        name = waiting.name


class _Told:
    """The story of a run, and where in it things happened."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.visits = Story(run).visits

    def scheduled(self, request: TaskRequest) -> int:
        """Id of the event with which the attempt began."""
        log = self.run.log
        event_id = 0
        for at in range(0, len(log), RECORD):
            event_id += not log[at].islower()
            if log[at + 4] is request:
                break
        return event_id

    def visit(self, strand: Strand, name: str, event_id: int | None) -> StateVisit | None:
        """The latest visit of the state on that strand, begun before that event."""
        return next(
            (
                visit
                for visit in reversed(self.visits)
                if visit.strand is strand and visit.name == name and (event_id is None or visit.event_id < event_id)
            ),
            None,
        )

    def waiting(self, strand: Strand, time: int) -> StateVisit | None:
        """The visit that had attempts on that strand at that time, in virtual microseconds: it started an execution."""
        since = timedelta(microseconds=time - self.run.start)
        return next(
            (
                visit
                for visit in reversed(self.visits)
                if visit.strand is strand and visit.attempts and visit.entered <= since and (visit.exited or since) >= since
            ),
            None,
        )
