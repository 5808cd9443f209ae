"""The discrete-event loop: one virtual clock, one queue for this instant, one heap for later.

Nothing here knows states. A *target* (a strand or a run) is advanced by calling its `step`, and then whatever step that
returns, until one returns None, which means "blocked"; somebody posts it again, now (`post`) or later (`call_at`). No
thread, no sleep, no wall clock; `TURN` keeps threads of the user's out of each other's way.

Ties are part of the product, because the same test must give the same history: the queue of this instant is first in,
first out; at equal times the heap goes by priority, then by the order in which the timers were set.

A timer belongs to one wait of its target. Whatever ends the wait adds one to `target.wake`, and a timer that finds
another number than the one it was set with is stale and dropped.
"""

from __future__ import annotations

import sys
from _thread import RLock, get_ident
from collections import deque
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import repeat
from operator import length_hint
from typing import Any, Final, Protocol

from pytest_sfn.errors import ExecutionError, StateError, UnplacedError

__all__ = ["PRIORITY_ANSWER", "PRIORITY_END", "PRIORITY_TIMEOUT", "TURN", "Scheduler", "Step", "Target", "Turn"]

PRIORITY_ANSWER: Final = 0
"""Answers, the end of a Wait or of a backoff: before a timeout that is due at the same time."""
PRIORITY_TIMEOUT: Final = 1
"""A task's timeout or heartbeat."""
PRIORITY_END: Final = 2
"""The execution's own timeout: what its states still achieve at that instant counts."""

STEPS_WITHOUT_TIME: Final = 1_000_000
EARLIER: Final = "let the account start earlier (start_time)"

Step = Callable[[Any], Any]
"""`step(target)` does some work and returns the next step, or None when the target is blocked."""


class Target(Protocol):
    step: Step | None
    wake: int

    def failed(self, error: StateError) -> Step | None:
        """An ASL error left a step; what to do next."""

    def broke(self, error: BaseException) -> BaseException | None:
        """Any other exception left a step; the exception to raise out of the loop, None if the target has ended with it."""

    def endless(self) -> Exception | None:
        """Asked when a million steps took no virtual time: the error to raise if this target goes round in a loop."""


class Scheduler:
    """The clock and what is due. `now` is in microseconds since the account's start time.

    Args:
        end: the last microsecond of the year 9999, with which Python's time ends.

    Attributes:
        pause: when set, asked after every single step; once it answers True the loop stops and can go on later.
        caller: while a step runs the user's code, which may start executions, the target whose step it is; else as it was
            left.
        nested: how many runs of the loop there are, one inside a step of the other.
    """

    __slots__ = ("_end", "_large", "_sequence", "_steps", "caller", "nested", "now", "pause", "ready", "timers")

    def __init__(self, end: int = sys.maxsize) -> None:
        self.now = 0
        self.caller: Target | None = None
        self.nested = 0
        self._end = end
        self.ready: deque[Target] = deque()
        self.timers: list[tuple[int, int, int, Target, int, Step]] = []
        self.pause: Callable[[], bool] | None = None
        self._sequence = 0
        self._steps = 0  # since virtual time last moved
        self._large = False

    def expect_many(self) -> None:
        """Said by a step that begins with thousands of objects: the collector of cycles may relax until the loop returns."""
        if self.nested and not self._large:
            from pytest_sfn.engine.collector import COLLECTOR

            self._large = True
            COLLECTOR.relax()

    def post(self, target: Target, step: Step) -> None:
        """Let `target` go on with `step` in this instant, after all that was posted before."""
        target.step = step
        self.ready.append(target)

    def call_at(self, time: int, priority: int, target: Target, step: Step) -> None:
        """Let `target` go on with `step` at `time`, unless its present wait has ended by then."""
        self._sequence += 1
        heappush(self.timers, (time, priority, self._sequence, target, target.wake, step))

    def pump_instant(self) -> None:
        """Do all that is due at the present time, timers included."""
        self.pump_until(self.now)

    def pump_next(self) -> bool:
        """Do what is ready now or, when nothing is, move the clock to the next timer; False when nothing is scheduled."""
        if not self.ready:
            if self.next_time() is None:
                return False
            self._fire()
        self._drain()
        return True

    def pump_until(self, time: int) -> None:
        """Do all that is due up to and including `time`; the clock then shows `time`."""
        self._drain()
        while self.pause is None or not self.pause():
            due = self.next_time()
            if due is None or due > time:
                if time > self.now:
                    if time > self._end:
                        raise ExecutionError(f"virtual time ends with the year 9999\n  fix  {EARLIER}")
                    self._move_to(time)
                break
            self._fire()
            self._drain()

    @property
    def paused(self) -> bool:
        return self.pause is not None and self.pause()

    def next_time(self) -> int | None:
        """When the next timer is due, or None. Stale timers are dropped on the way."""
        timers = self.timers
        while timers and timers[0][4] != timers[0][3].wake:
            heappop(timers)
        return timers[0][0] if timers else None

    def drop_stale(self) -> None:
        """Drop all stale timers, and with them what they keep alive."""
        self.timers = [timer for timer in self.timers if timer[4] == timer[3].wake]
        heapify(self.timers)

    def _fire(self) -> None:
        time, _, _, target, _, step = heappop(self.timers)
        if time > self.now:
            if time > self._end:
                what = "what it waits for comes after the year 9999, with which virtual time ends"
                _broken(target, UnplacedError(f"{what}\n  fix  {EARLIER}, or let it wait for less"))
                return
            self._move_to(time)
        self.post(target, step)

    def _move_to(self, time: int) -> None:
        self.now = time
        self._steps = 0

    def _check_progress(self, target: Target) -> None:
        """Raise the error of a target that goes round in a loop; others may have as many steps again."""
        self._steps = 0
        error = target.endless()
        if error is not None:
            raise error

    def _drain(self) -> None:
        """Run everything that is ready in this instant.

        This is the innermost loop of the package, so its shape is that of the common case: a target runs step after step
        without going back to the queue. The steps that are left are an iterator, which costs half of a counter that is added
        to and compared. `try` lies around the whole run of steps, since entering it once per target is free and once per
        step is not; an ASL error leaves the inner loop, the target says how it goes on, and the outer loop tries again.
        `target.step` is emptied before the first step: a step that calls user code may post its own target, and that must
        not be lost. The count is written back only at the end: what a stub that pumps the loop counts meanwhile is lost, and
        an endless loop is only found later.
        """
        caller = self.caller
        self.nested += 1
        if self.pause is not None:
            try:
                self._drain_watched()
            finally:
                self._returns(caller)
            return
        ready = self.ready
        most = STEPS_WITHOUT_TIME + 1
        left = repeat(None, most - self._steps)
        try:
            while ready:
                target = ready.popleft()
                step = target.step
                target.step = None
                while step is not None:  # once more for each ASL error
                    try:
                        for _ in left:
                            step = step(target)
                            if step is None:
                                break
                        else:
                            left = repeat(None, most)
                            self._check_progress(target)
                    except StateError as error:
                        step = _failed(target, error)
                    except BaseException as error:  # noqa: BLE001 - whatever it is, the account is broken now
                        step = None
                        _broken(target, error)
        finally:
            self._steps = most - length_hint(left)
            self._returns(caller)

    def _returns(self, caller: Target | None) -> None:
        self.nested -= 1
        self.caller = caller
        if self._large and not self.nested:
            from pytest_sfn.engine.collector import COLLECTOR

            self._large = False
            COLLECTOR.resume()

    def _drain_watched(self) -> None:
        """`_drain` that asks `pause` after each step; the target it stops in is the first to go on later."""
        ready = self.ready
        while ready and not self.paused:
            target = ready.popleft()
            step = target.step
            target.step = None
            if step is None:
                continue
            try:
                step = step(target)
                self._steps += 1
                if self._steps > STEPS_WITHOUT_TIME:
                    self._check_progress(target)
            except StateError as error:
                step = _failed(target, error)
            except BaseException as error:  # noqa: BLE001 - whatever it is, the account is broken now
                step = None
                _broken(target, error)
            if step is not None:
                target.step = step
                ready.appendleft(target)


def _failed(target: Target, error: StateError) -> Step | None:
    """How the target goes on after an ASL error; a Retrier or Catcher may have an error of the test in it."""
    try:
        return target.failed(error)
    except BaseException as another:  # noqa: BLE001 - as for a step
        _broken(target, another)
        return None


def _broken(target: Target, error: BaseException) -> None:
    """Raise what the target makes of an exception that is no ASL error, unless the target has ended with it."""
    raised = target.broke(error)
    if raised is not None:
        raise raised


class Turn:
    """Lets the threads of a test into its accounts one after the other: `with TURN:` around each call from outside.

    A thread that runs the user's code for a step (a stub, a handler) lends the turn meanwhile (`with TURN.lent:`), so that the
    code may wait for other threads which call us. Such a call is then a call from within the stub, as if the stub had made it,
    and is over before the stub's own call goes on. But another thread does not interrupt a stub that only takes its time, or
    the clock could move past the stub's timeout: unless the stub has started the thread, it first waits for the stub to end,
    for as long as `patience`.

    Attributes:
        lock: for what needs no more than that nobody else is in at the same time, such as registering a mock.
        patience: seconds of real time after which a stub is taken to wait for the thread that waits for it.
        limit: seconds after which a stub's call goes on although a call from within it is not over.
    """

    __slots__ = ("_acquire", "_ended", "_lent", "_release", "lent", "limit", "lock", "patience")

    def __init__(self, patience: float = 0.2, limit: float = 60) -> None:
        self.lock: Any = RLock()
        self._acquire, self._release = self.lock.acquire, self.lock.release
        self._lent: list[list[Any]] = []
        self.lent = _Lending(self)
        self.patience = patience
        self.limit = limit
        self._ended: Any = None  # a condition of the lock, made by the first thread that waits

    def __enter__(self) -> None:
        self._acquire()
        if self._lent and self._lent[-1][0] != get_ident():
            self._await_stubs()

    def __exit__(self, *_: object) -> None:
        self._release()

    def _await_stubs(self) -> None:
        """Wait for the user's code that runs in another thread, with the lock released."""
        from pytest_sfn.gate.network import started_by

        if "count=1 " not in repr(self.lock):  # it is in already; Python before 3.13 has no other way to ask
            return
        while self._lent and (loan := self._lent[-1])[0] != get_ident() and not started_by(loan[0]):
            if not self._wait(self.patience) and self._lent and self._lent[-1] is loan:
                break

    def _await_inner(self, loan: list[Any]) -> None:
        """Wait for the calls of other threads that came from within a stub."""
        while self._lent[-1] is not loan and self._wait(self.limit):
            pass

    def _wait(self, seconds: float) -> bool:
        """Whether some code of the user has ended meanwhile."""
        if self._ended is None:
            from threading import Condition

            self._ended = Condition(self.lock)
        return bool(self._ended.wait(seconds))


class _Lending:
    """The context in which the turn is lent. A loan is the thread's id, and how its hold of the lock is restored."""

    __slots__ = ("_acquire_restore", "_is_owned", "_lent", "_release_save", "_turn")

    def __init__(self, turn: Turn) -> None:
        lock = turn.lock
        self._turn = turn
        self._lent = turn._lent
        self._is_owned, self._release_save, self._acquire_restore = lock._is_owned, lock._release_save, lock._acquire_restore

    def __enter__(self) -> None:
        loan = [get_ident(), None]
        self._lent.append(loan)
        if self._is_owned():  # else no call of an account runs the code
            loan[1] = self._release_save()

    def __exit__(self, *_: object) -> None:
        lent, me = self._lent, get_ident()
        loan = lent[-1]
        if loan[0] != me:
            loan = next(each for each in reversed(lent) if each[0] == me)
        if loan[1] is not None:
            self._acquire_restore(loan[1])
            if lent[-1] is not loan:
                self._turn._await_inner(loan)
        if lent[-1] is loan:
            lent.pop()
        else:
            lent[:] = [each for each in lent if each is not loan]
        if self._turn._ended is not None and self._is_owned():
            self._turn._ended.notify_all()


TURN: Final = Turn()
"""That of all accounts, since a test's code may nest them, and a process has one environment for handlers."""
