"""Which Retrier or Catcher answers an error, and how long a retry waits.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html. Each Retrier counts for itself within
one visit of the state; the first whose names match decides, and once it is exhausted the error goes to the Catchers,
never to a later Retrier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_sfn.asl.model import Catcher, Retrier
    from pytest_sfn.engine.chance import Chance
    from pytest_sfn.engine.run import Visit
    from pytest_sfn.errors import StateError

__all__ = ["backoff", "choose_catcher", "choose_retrier", "matched_name", "matches"]

TASK_FAILED_EXCEPT = frozenset({"States.Timeout"})


def matches(error_equals: Sequence[str], error: StateError) -> bool:
    """Whether an ErrorEquals list takes an error.

    `States.ALL` takes all that can be caught; whether an error can be caught was decided where it arose.
    `States.TaskFailed` takes all but `States.Timeout`. A missed heartbeat is reported as `States.Timeout` [recorded] and
    matches `States.HeartbeatTimeout` too [documented].
    """
    name = error.error
    for pattern in error_equals:
        if pattern in (name, "States.ALL"):
            return True
        if pattern == "States.TaskFailed" and name not in TASK_FAILED_EXCEPT:
            return True
        if pattern == "States.HeartbeatTimeout" and error.heartbeat:
            return True
    return False


def matched_name(error_equals: Sequence[str], error: StateError) -> int | None:
    """Index of the name by which an ErrorEquals list takes an error: its own if listed, else the first that covers it."""
    if error.heartbeat and "States.HeartbeatTimeout" in error_equals:
        return error_equals.index("States.HeartbeatTimeout")
    if error.error in error_equals:
        return error_equals.index(error.error)
    return next((index for index, name in enumerate(error_equals) if matches((name,), error)), None)


def choose_retrier(retriers: Sequence[Retrier], error: StateError, visit: Visit) -> int | None:
    """Index of the Retrier that retries now, or None."""
    for index, retrier in enumerate(retriers):
        if matches(retrier.error_equals, error):
            if retrier.unfilled is not None:
                retrier.unfilled(None, None)
            return index if visit.times_retried(index) < retrier.max_attempts else None
    return None


def choose_catcher(catchers: Sequence[Catcher], error: StateError) -> Catcher | None:
    return next((catcher for catcher in catchers if matches(catcher.error_equals, error)), None)


def backoff(retrier: Retrier, retried: int, chance: Chance) -> int:
    """Microseconds before the next attempt: min(IntervalSeconds x BackoffRate^n, MaxDelaySeconds), n from 0.

    With JitterStrategy FULL, a uniform draw between 0 and that. Rounded once, to the microsecond.
    """
    try:
        seconds = retrier.interval_seconds * float(retrier.backoff_rate) ** retried
    except OverflowError:
        seconds = float("inf")
    if retrier.max_delay_seconds is not None:
        seconds = min(seconds, retrier.max_delay_seconds)
    seconds = min(seconds, LONGEST_SECONDS)
    if retrier.jitter_strategy == "FULL":
        seconds *= chance.random("jitter").random()
    return round(seconds * 1_000_000)


LONGEST_SECONDS = 10 * 365 * 86_400
"""Longer than any execution lasts; keeps the arithmetic finite."""
