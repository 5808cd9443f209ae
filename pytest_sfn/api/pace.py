"""`Pace`: how calls of clients move the clock of an account.

In virtual time no call waits. A call that starts an execution runs all events that are due at this instant. A call that reads
does the same; if its answer would be the one it gave before, it first runs the next event on the clock. So a loop that polls
until an execution has ended does end, and code that starts an execution and stops it finds it running.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.errors import ExecutionError
from pytest_sfn.links import see
from pytest_sfn.report.waiting import waits_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_sfn.api.needs import ApiAccount
    from pytest_sfn.engine.run import Run

__all__ = ["IDLE_READS", "Pace"]

Params = dict[str, Any]
IDLE_READS: Final = 100
"""So many reads in a row that show nothing new, while nothing is scheduled, are a loop without an end."""


class Pace:
    """Virtual time. As a context it suspends a `run_until`, which would stop the loop inside a call.

    Args:
        account: whose clock it moves.
        idle_reads: how many reads in a row may have nothing new to show while nothing is scheduled; None where somebody else
            may still call.
    """

    def __init__(self, account: ApiAccount, idle_reads: int | None = IDLE_READS) -> None:
        self._account = account
        self._idle_reads = idle_reads
        self._seen: dict[tuple[str, str], tuple[tuple[int, str, int], ...]] = {}
        self._idle = 0
        self._pauses: list[Callable[[], bool] | None] = []

    def __enter__(self) -> None:
        scheduler = self._account.world.scheduler
        self._pauses.append(scheduler.pause)
        scheduler.pause = None

    def __exit__(self, *error: object) -> None:
        self._account.world.scheduler.pause = self._pauses.pop()

    def started(self, run: Run) -> None:
        """A call has started an execution: what is due of it happens at once."""
        run.scheduler.pump_instant()

    def moved(self) -> None:
        """A call has changed something, and reads will have something new to show."""
        self._seen.clear()
        self._idle = 0

    def read(self, operation: str, params: Params, runs: Callable[[], list[Run]]) -> None:
        """A call reads: let the next event happen if there would be nothing new to show."""
        scheduler = self._account.world.scheduler
        scheduler.pump_instant()
        question = (operation, repr(sorted(params.items())))
        found = runs()
        shown = _progress(found)
        if self._seen.get(question) == shown and any(run.live for run in found):
            if scheduler.pump_next():
                self._idle = 0
            else:
                self.idle(operation, _waits_for(next(run for run in found if run.live)))
            shown = _progress(runs())
        self._seen[question] = shown

    def finish(self, run: Run) -> None:
        """Let an execution come to its end, if it does by itself."""
        while run.live and run.scheduler.pump_next():
            pass

    def activity_task(self, arn: str, worker: str | None) -> dict[str, Any]:
        """The task for a worker that polls, as `Activities.take` gives it; `{}` if none comes within sixty seconds."""
        return self._account.activities.wait(arn, worker, self._account.world.scheduler)

    def idle(self, operation: str, awaited: str) -> None:
        """Count a call that has nothing new to show while nothing is scheduled.

        Raises:
            ExecutionError: it has gone on for `idle_reads` calls.
        """
        self._idle = self._idle + 1 if self._account.world.scheduler.next_time() is None else 0
        if self._idle_reads is not None and self._idle > self._idle_reads:
            raise ExecutionError(
                f"{operation} was called {self._idle_reads} times in a row with nothing new to show, and nothing is scheduled\n"
                f"  waits for  {awaited}\n"
                f"  fix        let the answer come before the code under test polls, or give the task a timeout\n"
                f"  see        {see('api#polling')}"
            )


def _waits_for(run: Run) -> str:
    return f"execution {run.name!r} of {run.machine.name!r}, which is RUNNING: {waits_for(run)}"


def _progress(runs: Iterable[Run]) -> tuple[tuple[int, str, int], ...]:
    return tuple((run.sequence, run.status, run.event_id) for run in runs)
