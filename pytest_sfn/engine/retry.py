"""Which Retrier or Catcher answers an error, and how long a retry waits.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html. Each Retrier counts for itself within
one visit of the state; the first whose names match decides, and once it is exhausted the error goes to the Catchers,
never to a later Retrier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_sfn.asl.model import Catcher, Retrier
    from pytest_sfn.engine.chance import Chance
    from pytest_sfn.engine.run import Attempts

__all__ = ["backoff", "choose_catcher", "choose_retrier", "error_named", "first_match", "matched_name", "matches", "reached"]

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


def error_named(name: str) -> StateError:
    """An error that a name in ErrorEquals stands for; of a wildcard, one that no list names."""
    if name == "States.HeartbeatTimeout":  # which AWS reports as States.Timeout
        return StateError("States.Timeout", catchable=True, heartbeat=True)
    return StateError(None if name in ("States.ALL", "States.TaskFailed") else name, catchable=name != "States.Runtime")


def reached(lists: Sequence[Sequence[str]]) -> set[tuple[int, int]]:
    """Which error names of a state's Retriers, or of its Catchers, take an error at all.

    The others are shadowed: what they name is taken before. Nothing takes States.Runtime.

    Args:
        lists: the ErrorEquals of each Retrier or Catcher.

    Returns:
        Pairs of the list's index and the name's.
    """
    named = [error_named(name) for names in lists for name in names]
    found = set()
    for error in (StateError(None, catchable=True), error_named("States.Timeout"), *named):
        taker = first_match(lists, error)
        if taker is not None:
            name = matched_name(lists[taker], error)
            assert name is not None
            found.add((taker, name))
    return found


def first_match(lists: Sequence[Sequence[str]], error: StateError) -> int | None:
    """Index of the first ErrorEquals that takes an error."""
    if not error.catchable:
        return None
    return next((index for index, names in enumerate(lists) if matches(names, error)), None)


def choose_retrier(retriers: Sequence[Retrier], error: StateError, attempts: Attempts) -> int | None:
    """Index of the Retrier that retries now, or None."""
    for index, retrier in enumerate(retriers):
        if matches(retrier.error_equals, error):
            if retrier.unfilled is not None:
                retrier.unfilled(None, None)
            return index if attempts.times_retried(index) < retrier.max_attempts else None
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
