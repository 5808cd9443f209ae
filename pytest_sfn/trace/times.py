"""Lengths of virtual time in words, and whose timeout ended an attempt of a task or a whole execution.

AWS says neither: an attempt that passed TimeoutSeconds and one that missed a heartbeat have the same error without a cause, and
an execution that timed out has no error at all.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pytest_sfn.engine.quotas import EXPRESS, STANDARD

if TYPE_CHECKING:
    from pytest_sfn.engine.run import Run, TaskRequest
    from pytest_sfn.trace.visits import Attempt

__all__ = ["MICROSECOND", "duration", "ending", "limit_of", "limit_passed"]

MICROSECOND: Final = timedelta(microseconds=1)


def limit_passed(attempt: Attempt) -> str:
    """Which limit ended an attempt, and what had not come by then; "" if none did."""
    request = attempt._expired
    if request is None or attempt._failure is None:
        return ""
    if attempt._failure.heartbeat:
        return f"HeartbeatSeconds of {_seconds(request.heartbeat_seconds)}{_missing(request)}"
    return f"TimeoutSeconds of {_seconds(request.timeout_seconds)}{_missing(request)}"


def ending(run: Run) -> str:
    """The status of an execution, and whose timeout it was."""
    return f"TIMED_OUT by {limit_of(run)}" if run.status == "TIMED_OUT" else run.status


def limit_of(run: Run) -> str:
    """Whose limit of time ended an execution; "" if none did."""
    if run.status != "TIMED_OUT" or run.stop is None:
        return ""
    own, quota = run.program.timeout_seconds, run.quotas.seconds
    began = run.redriven[-1] if run.redriven else run.start  # a redrive begins TimeoutSeconds anew
    if own is not None and run.stop == began + own * 1_000_000:
        return f"the machine's TimeoutSeconds of {_seconds(own)}"
    if run.machine.express and quota == EXPRESS.seconds:
        return "AWS's limit of five minutes for an Express execution"
    return "AWS's limit of a year for an execution" if quota == STANDARD.seconds else f"the quota of {_seconds(quota)}"


def _missing(request: TaskRequest) -> str:
    """Who had not answered an attempt."""
    resource = request.resource
    if request.answered:  # the answer was to come later, or never by intention
        return ""
    if resource.kind == "activity":
        return ", unanswered by its worker" if request.begun else ", no worker took it"
    if resource.pattern == ".waitForTaskToken":
        return ", token unanswered"
    return ", job not ended" if resource.pattern in (".sync", ".sync:2") else ""


def _seconds(seconds: int | None) -> str:
    return duration(timedelta(seconds=seconds or 0))


def duration(time: timedelta) -> str:
    """A length of time in words: 45 s, 1 h 30 min, 2 d."""
    seconds, microseconds = divmod(time // MICROSECOND, 1_000_000)
    parts = []
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        amount, seconds = divmod(seconds, size)
        if amount:
            parts.append(f"{amount:,} {unit}")
    if seconds or microseconds or not parts:
        parts.append(f"{seconds + microseconds / 1_000_000:.6f}".rstrip("0").rstrip(".") + " s")
    return " ".join(parts)
