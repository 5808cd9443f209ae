"""Redrive: an execution that did not succeed goes on from the states that were not left.

Nothing is kept for it. A run that has ended leaves its strands as they were: each is in the state that failed or was stopped,
with that state's input and variables, and a `Body` knows which of its children have not ended well. So a redrive walks down
from the main line, and lets each strand at the bottom of the walk go on; what a state type then does is its rule's `resume`:

    Task, Wait, Choice, Pass    its work anew; the state is not entered a second time
    Fail                        enters the state again, and fails again
    Parallel, inline Map        branches and iterations that failed or were stopped go on, retries count from 0
    distributed Map             its Map Run goes on (distributed/rule.py)

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html says so. What it does not say of the history is our
guess [?]: ExecutionRedriven points at the event before it, and the first event of each strand that goes on, MapRunRedriven for
one, at ExecutionRedriven.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pytest_sfn.engine.run import REDRIVE_SINCE

if TYPE_CHECKING:
    from pytest_sfn.engine.run import Run, Strand
    from pytest_sfn.engine.scheduler import Step

__all__ = ["obstacle", "redrive", "resume"]

REDRIVABLE_FOR: Final = timedelta(days=14)
"""How long after its end an execution can be redriven [documented]."""
MICROSECOND: Final = timedelta(microseconds=1)


def obstacle(run: Run) -> str | None:
    """Why an execution cannot be redriven, in DescribeExecution's words [documented, the first recorded]; None if it can be.

    That the child execution of a Map Run is redriven with its parent, and an Express one started again, is not asked here.
    """
    if run.live or run.status in ("SUCCEEDED", "PENDING_REDRIVE"):
        return f"Execution is {run.status} and cannot be redriven"
    if run.deleted:
        return "State machine is in DELETING status"
    assert run.stop is not None
    now, as_of = run.scheduler.now, run.world.as_of
    if as_of is not None and as_of < REDRIVE_SINCE:
        return "Execution was started before the launch of RedriveExecution"
    if run.event_id >= run.quotas.history - 1:  # there must be room for ExecutionRedriven, and for the end
        return "Execution history event limit exceeded"
    if now - run.start >= run.quotas.seconds * 1_000_000:
        return "Execution has exceeded the max execution time"
    if (now - run.stop) * MICROSECOND > REDRIVABLE_FOR:
        return "Execution redrivable period exceeded"
    return None


def redrive(run: Run, token: str | None = None) -> None:
    """Let a run go on that has no `obstacle`; nothing of it runs yet.

    Args:
        token: the client's, by which RedriveExecution knows a request that is sent again.
    """
    resume(run.main, run.go_on(token))


def resume(strand: Strand, event: int) -> None:
    """Let a strand go on where it is; its next event points back at `event`."""
    body, state = strand.body, strand.state
    step: Step | None
    if body is not None and strand.entered == 0 and state is not body.state:  # it had come to its end, unseen by its parent
        strand.run.scheduler.post(strand, body.state.child_done)
        return
    stalled = strand.last < strand.entered  # its Entered event was taken back
    strand.last = event
    if body is not None and state is body.state:
        step = body.state.begin_child(strand)
    elif strand.entered == 0 or stalled:
        step = state.enter
    else:
        strand.run.note("resumed", strand, state)
        step = state.resume(strand)
    if step is not None:
        strand.run.scheduler.post(strand, step)
