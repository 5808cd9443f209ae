"""RedriveExecution.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.engine.record import ExecutionRedriven, records
from pytest_sfn.engine.redrive import obstacle
from pytest_sfn.engine.redrive import redrive as redrive_run
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from pytest_sfn.api.resources import Resources
    from pytest_sfn.engine.run import Run

__all__ = ["redrive"]

Params = dict[str, Any]
TOKENS: Final = 10
TOKEN_VALID_FOR: Final = 15 * 60 * 1_000_000
"""The last ten client tokens of an execution count, each for fifteen minutes [documented]."""


def redrive(resources: Resources, params: Params) -> Params:
    """Let an execution go on; a request with a token that counts is one that was served already.

    Raises:
        ApiError: InvalidArn, ExecutionDoesNotExist, ExecutionNotRedrivable [?] its words, which are DescribeExecution's.
    """
    run = resources.existing_execution(params["executionArn"])
    if not _served(run, params.get("clientToken")):
        if reason := _obstacle(run):
            raise ApiError("ExecutionNotRedrivable", reason)
        redrive_run(run, params.get("clientToken"))
        if run.scheduler.nested == 0:  # else a task or a stub of a workflow asks, which goes on first
            resources.pace.started(run)
    return {"redriveDate": run.datetime_at(run.redriven[-1])}


def _obstacle(run: Run) -> str | None:
    reason = obstacle(run)
    if reason is None and run.map_run is not None:
        return f"Execution is a child of the Map Run {run.map_run.arn}; redrive its parent execution"
    return reason


def _served(run: Run, token: str | None) -> bool:
    """Whether the execution was redriven by this token."""
    if token is None or not run.redriven:
        return False
    earlier = [each for each in records(run) if isinstance(each, ExecutionRedriven)]
    since = run.scheduler.now - TOKEN_VALID_FOR
    return any(each.token == token and each.now >= since for each in earlier[-TOKENS:])
