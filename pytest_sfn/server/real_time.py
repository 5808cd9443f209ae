"""`RealTime`: the clock of an account follows the clock on the wall, for servers alone.

A thread lets the account's events happen when they are due. A call first lets happen what is due by now, so that answers do
not depend on how punctual the thread is. Two calls wait, without the account's turn, so that others are answered meanwhile:
StartSyncExecution for the end of its execution, GetActivityTask for a task.
"""

from __future__ import annotations

from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.api.pace import Pace
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.server.app import ClosingError
from pytest_sfn.tasks.activities import POLL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.api.needs import ApiAccount
    from pytest_sfn.engine.run import Run

__all__ = ["Clock", "RealTime"]

LAST_SECONDS: Final = 5
"""How long a call that is being answered can keep the clock from closing."""


class Clock:
    """The clock on the wall. Tests have another one."""

    def seconds(self) -> float:
        """Since whenever."""
        return monotonic()

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """Wait for a notice, or for so long."""
        condition.wait(seconds)


class RealTime(Pace):
    """The pace of an account whose time is real.

    Args:
        account: whose clock it moves, at its start time now.
        clock: the clock to follow.
        tidy: is called after events have happened that no call has brought about.
    """

    def __init__(self, account: ApiAccount, clock: Clock, tidy: Callable[[], None]) -> None:
        super().__init__(account, idle_reads=None)
        self._clock = clock
        self._tidy = tidy
        self._begun = clock.seconds()
        self._changed = Condition(TURN.lock)
        self._changes = 0
        self._closing = False
        self._thread = Thread(target=self._follow, name="pytest-sfn clock", daemon=True)

    # -- the thread ----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Let events happen from now on."""
        self._thread.start()

    def close(self) -> None:
        """Let nothing happen any more, and let no call wait."""
        self._closing = True
        if TURN.lock.acquire(timeout=LAST_SECONDS):  # else a handler runs, perhaps for ever
            self._notify()
            TURN.lock.release()
            self._thread.join(LAST_SECONDS)

    def _follow(self) -> None:
        while not self._closing:
            with TURN:
                self._catch_up()
                self._tidy()
                changes, due = self._changes, self._seconds_left()
            with self._changed:
                if changes == self._changes:
                    self._clock.wait(self._changed, due)

    def _now(self) -> int:
        return round((self._clock.seconds() - self._begun) * 1_000_000)

    def _seconds_left(self) -> float | None:
        """Until the next event; None if none is scheduled."""
        due = self._account.world.scheduler.next_time()
        return None if due is None else max(0, due - self._now()) / 1_000_000

    def _catch_up(self) -> None:
        scheduler = self._account.world.scheduler
        now = max(scheduler.now, self._now())
        due = scheduler.next_time()
        scheduler.pump_until(now)
        if due is not None and due <= now:
            self._notify()

    def _notify(self) -> None:
        self._changes += 1
        self._changed.notify_all()

    def _wait(self, seconds: float | None) -> None:
        """Let other threads call the account meanwhile."""
        if self._closing:
            raise ClosingError("the server is closing")
        self._clock.wait(self._changed, seconds)
        self._catch_up()

    # -- what calls ask ------------------------------------------------------------------------------------------------

    def __enter__(self) -> None:
        super().__enter__()
        self._catch_up()

    def moved(self) -> None:
        super().moved()
        self._notify()

    def read(self, operation: str, params: dict[str, Any], runs: Callable[[], list[Run]]) -> None:
        """What is due has happened."""
        runs()

    def finish(self, run: Run) -> None:
        run.scheduler.pump_instant()
        self._notify()
        while run.live:
            self._wait(self._seconds_left())

    def activity_task(self, arn: str, worker: str | None) -> dict[str, Any]:
        activities = self._account.activities
        end = self._clock.seconds() + POLL_SECONDS
        while not (task := activities.take(arn, worker)) and (left := end - self._clock.seconds()) > 0:
            due = self._seconds_left()
            self._wait(left if due is None else min(left, due))
        return task
