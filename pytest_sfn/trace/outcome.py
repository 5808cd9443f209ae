"""How an execution ended: the answers of DescribeExecution and StartSyncExecution, and whether its author meant it so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.engine.log import RECORD
from pytest_sfn.engine.redrive import obstacle
from pytest_sfn.expressions.values import dumps

if TYPE_CHECKING:
    from pytest_sfn.engine.run import Run
    from pytest_sfn.errors import StateError

__all__ = ["REDRIVE", "broken", "describe", "describe_sync", "failure", "handled", "redrives", "summary"]

REDRIVE: Final = ("redriveCount", "redriveDate", "redriveStatus", "redriveStatusReason")
"""Members of DescribeExecution that Express executions, and histories from before redrive, do not have."""


def summary(run: Run) -> dict[str, Any]:
    """What the answers of ListExecutions and DescribeExecution both have, with members as boto3 names and types them."""
    found: dict[str, Any] = {
        "executionArn": run.arn,
        "stateMachineArn": run.machine.arn,
        "name": run.name,
        "status": run.status,
        "startDate": run.datetime_at(run.start),
    }
    if run.stop is not None:
        found["stopDate"] = run.datetime_at(run.stop)
    return found | run.machine.started_by


def describe(run: Run) -> dict[str, Any]:
    """What DescribeExecution answers, with members as boto3 names and types them."""
    found = summary(run)
    found["input"] = dumps(run.input, run.texts)
    found["inputDetails"] = {"included": True}
    if run.status == "SUCCEEDED":
        found["output"] = dumps(run.output, run.texts)
        found["outputDetails"] = {"included": True}
    if run.error is not None:
        found["error"] = run.error
    if run.cause is not None:
        found["cause"] = run.cause
    found |= redrives(run)
    reason = obstacle(run)
    found["redriveStatus"] = "NOT_REDRIVABLE" if reason else "REDRIVABLE" if run.map_run is None else "REDRIVABLE_BY_MAP_RUN"
    if reason:
        found["redriveStatusReason"] = reason
    return found


def redrives(run: Run) -> dict[str, Any]:
    """How often an execution was redriven, and when it was last, as ListExecutions and DescribeExecution show it."""
    if not run.redriven:
        return {"redriveCount": 0}
    return {"redriveCount": len(run.redriven), "redriveDate": run.datetime_at(run.redriven[-1])}


def describe_sync(run: Run) -> dict[str, Any]:
    """What StartSyncExecution answers; it bills AWS's smallest step."""
    described = describe(run)
    for field in (*REDRIVE, *run.machine.started_by):
        described.pop(field, None)
    described["outputDetails"] = {"included": True}
    end = run.scheduler.now if run.stop is None else run.stop
    milliseconds = -(-round((end - run.start) / 1000) // 100) * 100
    described["billingDetails"] = {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": max(milliseconds, 100)}
    return described


def failure(run: Run) -> StateError | None:
    """The error with which a FAILED execution ended; None if no state has failed. `state` names the one where it began."""
    last = run.log[-2 * RECORD :]
    return last[RECORD - 1] if last[0] == "failed" else None


def handled(run: Run) -> bool:
    """Whether an execution ended as its author meant it to: SUCCEEDED, or FAILED by entering a Fail state."""
    if run.status != "FAILED":
        return run.status == "SUCCEEDED"
    error = failure(run)
    return error is not None and error.state is not None and run.program.rules[error.state].model.type == "Fail"


def broken(run: Run) -> bool:
    """Whether a test error stopped an execution, in itself or in one that it has started."""
    strand = run.world.broken_at
    below = None if strand is None else strand.run
    while below is not None and below is not run:
        below = None if below.parent is None else below.parent.run
    return below is not None
