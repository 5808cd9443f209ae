"""One Map Run in the engine: its children, its limits and its counts, as DescribeMapRun shows them.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pytest_sfn.engine.run import MachineIdentity, Run

__all__ = ["KEPT_RUNS", "ChildRuns"]

KEPT_RUNS: Final = 500
"""How many child executions that succeeded keep their history; those that failed all do."""
STATUSES: Final = {
    "RUNNING": "running",
    "SUCCEEDED": "succeeded",
    "FAILED": "failed",
    "TIMED_OUT": "timedOut",
    "ABORTED": "aborted",
    "PENDING_REDRIVE": "pendingRedrive",
}


class ChildRuns:
    """The child executions of one attempt of a distributed Map. A test sees it as a `trace.map_run.MapRun`.

    Attributes:
        run: the execution that the Map belongs to.
        above: indexes of the Map iterations around the Map, outermost first.
        arn, id, label: as in `...:mapRun:<machine>/<label>:<id>`.
        machine: under which the child executions run.
        status: RUNNING, SUCCEEDED, FAILED or ABORTED.
        started: id of the MapRunStarted event, or the latest MapRunRedriven.
        start, stop: virtual microseconds since the account's start; `stop` is None while it runs.
        max_concurrency: as the state or UpdateMapRun says, 0 for no limit of its own.
        tolerated_failure_count, tolerated_failure_percentage: as the state or UpdateMapRun says, None when neither does.
        on_update: lets the Map follow new numbers while children run.
        length: how many items there are; 0 as long as the data is not read.
        was_read: whether it is, and so the length is known.
        runs: child executions in the order of their items. One that succeeded and is not among the first has no log left.
        counts: how many items each child execution is for; more than one where they are batched.
        failed: items whose child executions did not succeed.
        redriven: the virtual times at which it was redriven, oldest first.
        waiting: children that wait for room to be redriven, each with how it ended.
        unstarted: inputs of the children that were never started, once the Map Run has failed and a ResultWriter asks.
        results_written: whether a ResultWriter has written the results.
    """

    __slots__ = (
        "above", "arn", "counts", "failed", "id", "label", "length", "machine", "max_concurrency", "on_update", "redriven",
        "results_written", "run", "runs", "start", "started", "status", "stop", "tolerated_failure_count",
        "tolerated_failure_percentage", "unstarted", "waiting", "was_read",
    )  # fmt: skip

    def __init__(self, run: Run, machine: MachineIdentity, label: str, id: str, above: tuple[int, ...]) -> None:
        self.run = run
        self.machine = machine
        self.label = label
        self.id = id
        self.above = above
        self.arn = f"{machine.arn_prefix}:mapRun:{machine.name}:{id}"
        self.status = "RUNNING"
        self.started = 0
        self.start = run.scheduler.now
        self.stop: int | None = None
        self.max_concurrency = 0
        self.tolerated_failure_count: int | None = None
        self.tolerated_failure_percentage: float | None = None
        self.on_update: Callable[[], None] | None = None
        self.length = 0
        self.was_read = False
        self.failed = 0
        self.counts: list[int] = []
        self.runs: list[Run] = []
        self.unstarted: list[Any] = []
        self.results_written = False
        self.redriven: tuple[int, ...] = ()
        self.waiting: deque[tuple[Run, str]] = deque()

    def end(self, status: str) -> None:
        if self.stop is None:
            self.status = status
            self.stop = self.run.scheduler.now
            self.on_update = None  # it holds the data
            for run, ended in self.waiting:
                run.status = ended
            self.waiting.clear()

    def redrive(self) -> None:
        """Run again; the children that can be redriven wait for their turn."""
        self.status, self.stop, self.unstarted = "RUNNING", None, []
        self.redriven += (self.run.scheduler.now,)
        given_up = {run.index for run in self.not_redrivable()}
        self.waiting.extend((run, run.status) for run in self.failures() if run.index not in given_up)
        for run, _ in self.waiting:
            run.status = "PENDING_REDRIVE"
            if run.world.status_changed is not None:
                run.world.status_changed(run)

    def not_redrivable(self) -> list[Run]:
        """The children that have failed for good; an Express one can always be started again [documented]."""
        from pytest_sfn.engine.redrive import obstacle

        if self.machine.express:
            return []
        return [run for run in self.failures() if run.status != "PENDING_REDRIVE" and obstacle(run) is not None]

    def update(
        self, *, max_concurrency: int | None, tolerated_failure_count: int | None, tolerated_failure_percentage: float | None
    ) -> None:
        """Go on with other numbers; those that are None stay as they are."""
        if max_concurrency is not None:
            self.max_concurrency = max_concurrency
        if tolerated_failure_count is not None:
            self.tolerated_failure_count = tolerated_failure_count
        if tolerated_failure_percentage is not None:
            self.tolerated_failure_percentage = tolerated_failure_percentage
        if self.on_update is not None:
            self.on_update()

    def abort(self, status: str = "ABORTED") -> None:
        """Stop the child executions that still run."""
        self.end(status)
        for run in self.runs:
            if run.live:
                run.abort()

    def succeeded(self) -> Iterator[Run]:
        return (run for run in self.runs if run.status == "SUCCEEDED")

    def failures(self) -> Iterator[Run]:
        return (run for run in self.runs if not run.live and run.status != "SUCCEEDED")

    def kept(self) -> Iterator[tuple[int, Run]]:
        """The child executions that still have their history, each with its index."""
        return ((index, run) for index, run in enumerate(self.runs) if run.log)

    @property
    def start_time(self) -> datetime:
        """Virtual time of its start; aware, UTC."""
        return self.run.datetime_at(self.start)

    @property
    def stop_time(self) -> datetime | None:
        return None if self.stop is None else self.run.datetime_at(self.stop)

    @property
    def pending(self) -> int:
        """Items for which no child execution was started."""
        return max(self.length - sum(self.counts), 0)

    @property
    def item_counts(self) -> dict[str, int]:
        """Numbers of items by the status of their children: `{"pending": int, "running": int, "succeeded": int, ...}`."""
        return self._counted(self.counts, self.pending)

    @property
    def execution_counts(self) -> dict[str, int]:
        """The same for child executions. Those still to come are known only where each is for one item."""
        batched = any(count != 1 for count in self.counts)
        return self._counted([1] * len(self.runs), len(self.unstarted) if batched else self.pending)

    def _counted(self, weights: list[int], pending: int) -> dict[str, int]:
        found = {"pending": pending, **dict.fromkeys(STATUSES.values(), 0)}
        for run, weight in zip(self.runs, weights, strict=True):
            found[STATUSES[run.status]] += weight
        total = sum(found.values())
        pending_redrive = found.pop("pendingRedrive")
        return {
            **found,
            "total": total,
            "resultsWritten": total - found["running"] if self.results_written else 0,
            "failuresNotRedrivable": sum(weights[run.index] for run in self.not_redrivable()),
            "pendingRedrive": pending_redrive,
        }

    def describe(self) -> dict[str, Any]:
        """What `describe_map_run` answers."""
        found: dict[str, Any] = {
            "mapRunArn": self.arn,
            "executionArn": self.run.arn,
            "status": self.status,
            "startDate": self.start_time,
        }
        if self.stop is not None:
            found["stopDate"] = self.stop_time
        if self.redriven:
            found["redriveDate"] = self.run.datetime_at(self.redriven[-1])
        return found | {
            "maxConcurrency": self.max_concurrency,
            "toleratedFailurePercentage": self.tolerated_failure_percentage or 0.0,
            "toleratedFailureCount": self.tolerated_failure_count or 0,
            "itemCounts": self.item_counts,
            "executionCounts": self.execution_counts,
            "redriveCount": len(self.redriven),
        }
