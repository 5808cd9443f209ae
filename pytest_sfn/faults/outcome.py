"""The outcome of a fault: which Retriers and which Catcher took it, and how the execution ended.

It is read from the visits of the executions afterwards. An error goes from the task outwards: to the Parallel or Map around
it, to the Map that started the execution it happened in, to the task that waits for that execution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from pytest_sfn.asl.pointer import last
from pytest_sfn.errors import printable
from pytest_sfn.faults.inject import TIMEOUTS, root_of
from pytest_sfn.trace.outcome import failure, handled
from pytest_sfn.trace.visits import Visits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.engine.run import Run, TaskRequest
    from pytest_sfn.faults.fault import Fault
    from pytest_sfn.faults.inject import Injection
    from pytest_sfn.trace.visits import Visit

__all__ = ["Outcome", "outcome"]


class Outcome(TypedDict):
    """One row of the summary; JSON, since it travels from the workers of pytest-xdist."""

    fault: str
    order: int
    """Its place among the faults of the test."""
    task: str
    error: str
    """The fault without its task: `Sandbox.Timedout x4 (+2 alike)`."""
    alike: int
    """For how many other faults it stands."""
    took: str
    """The Retriers and the Catcher that took it, e.g. `Retry[0], Catch[0] -> Handler`; empty when none did."""
    ended: str
    """`SUCCEEDED`, `FAILED PaymentError`, `RUNNING`; empty when no execution reached the task."""
    escaped: bool
    """Whether an execution that met the fault ended otherwise than its author meant it to."""
    at: str
    """If so, the state whose error ended it."""


def outcome(injection: Injection) -> Outcome:
    """The row of an injection; of several executions that met the fault, of the first that it brought down."""
    fault = injection.fault
    row = Outcome(
        fault=str(fault),
        order=injection.number,
        task=printable(fault.task),
        error=str(fault)[len(printable(fault.task)) + len(" raises ") :],
        alike=len(fault.alike),
        took="",
        ended="",
        escaped=False,
        at="",
    )
    if injection.missed:
        return row
    roots: dict[Run, None] = {root_of(request.run): None for _, requests in injection.answered for request in requests}
    root = next((run for run in roots if _escaped(run)), next(iter(roots)))
    read: dict[Run, Visits] = {}
    ways = [
        _took(part, [request for request in requests if root_of(request.run) is root], read)
        for part, requests in injection.answered
    ]
    row["took"] = printable("; ".join(way or "nothing" for way in ways)) if any(ways) else ""
    row["ended"] = printable(f"{root.status} {root.error}" if root.error else root.status)
    if _escaped(root):
        error = failure(root)
        row["escaped"], row["at"] = True, printable((error and error.state) or "")
    return row


def _escaped(run: Run) -> bool:
    return not (run.live or handled(run))


def _took(fault: Fault, requests: list[TaskRequest], read: dict[Run, Visits]) -> str:
    """The Retriers and Catchers that took the errors of these attempts, innermost first."""
    names = {fault.error, "States.Timeout"} if fault.error in TIMEOUTS else {fault.error}
    levels: dict[int, dict[int, Visit]] = {}  # visits by distance from the task
    for request in requests:
        for distance, visit in enumerate(_outwards(request, read)):
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
                took[f"Catch[{last(visit.catcher.pointer)}]{of} -> {visit.catcher.next}"] = None
            elif distance and tolerant is None and visit.error is None and visit.exited is not None:
                tolerant = visit.name
    return ", ".join(took) or (f"tolerated by {tolerant}" if tolerant is not None else "")


def _outwards(request: TaskRequest, read: dict[Run, Visits]) -> Iterator[Visit]:
    """The visit in which an attempt was made, and those of the states around it."""
    run = request.run
    visit = _visits(run, read).requests.get(request)
    while visit is not None:
        yield visit
        visit = visit._line._around
        if visit is None and run.parent is not None:
            visit = _visits(run.parent.run, read).starter(run)
            run = run.parent.run


def _visits(run: Run, read: dict[Run, Visits]) -> Visits:
    return read.get(run) or read.setdefault(run, Visits(run))
