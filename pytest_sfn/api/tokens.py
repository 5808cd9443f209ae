"""SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat: the task of a Task Token, or why the token is refused.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.api.json_members import json_problem
from pytest_sfn.engine.record import TaskFailed, TaskSucceeded, records
from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.values import admit, loads
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from pytest_sfn.api.resources import Resources
    from pytest_sfn.engine.run import TaskRequest, World

__all__ = ["failure", "heartbeat", "story", "success", "waiting"]

Params = dict[str, Any]
INVALID: Final = "Invalid Token: 'Invalid token'"


def waiting(world: World, token: str) -> TaskRequest:
    """The attempt that waits with this token.

    Raises:
        ApiError: InvalidToken, no task has that token [recorded]; TaskDoesNotExist, its activity was deleted
            [documented]; TaskTimedOut, the task has ended, in whatever way [text as users report it].
    """
    request = world.tokens.get(token)
    if request is None:
        raise ApiError("InvalidToken", INVALID)
    if not request.open:
        raise ApiError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
    if request.resource.text in world.deleted_activities:
        raise ApiError("TaskDoesNotExist", f"Activity Does Not Exist: '{request.resource.text}'")  # [?] the words
    return request


def _waiting(resources: Resources, params: Params) -> TaskRequest:
    request = waiting(resources.account.world, params["taskToken"])
    if not resources.has(request.run):
        raise ApiError("InvalidToken", INVALID)  # [?] as a token that nothing has
    return request


def success(resources: Resources, params: Params) -> Params:
    request = _waiting(resources, params)
    try:
        request.succeed(*admit(loads(params["output"])))
    except JsonValueError as error:
        raise ApiError("InvalidOutput", f"Invalid Output: '{json_problem(params['output'], error)}'") from None
    return {}


def failure(resources: Resources, params: Params) -> Params:
    """An error or a cause that is left out is left out of the TaskFailed event too [recorded]."""
    _waiting(resources, params).fail(params.get("error"), params.get("cause"))
    return {}


def heartbeat(resources: Resources, params: Params) -> Params:
    _waiting(resources, params).beat()
    return {}


def story(world: World, token: str) -> str:
    """Why a token is refused, in words for a test's report."""
    request = world.tokens.get(token)
    if request is None:
        count = len(world.tokens)
        return f"no task has the token {token!r}; {count} token{' was' if count == 1 else 's were'} handed out"
    run = request.run
    owner = f"the token belongs to state {request.state.name!r}, attempt {request.attempt}, of execution {run.name!r}"
    if request.open:
        return f"{owner}, whose activity was deleted"
    return f"{owner} of {run.machine.name!r}, {_end(request)}"


def _end(request: TaskRequest) -> str:
    run = request.run
    for record in records(run):
        if isinstance(record, (TaskFailed, TaskSucceeded)) and record.request is request:
            words = "was answered" if isinstance(record, TaskSucceeded) else "timed out" if record.timed_out else "failed"
            return f"which {words} {_when(request, record.now)}"
    if run.stop is not None:
        return f"which ended {run.status} {_when(request, run.stop)}"
    if request.answered:
        return "which has its answer already"
    return "and was given up with its branch"


def _when(request: TaskRequest, microseconds: int) -> str:
    return f"at t=+{timedelta(microseconds=microseconds - request.run.start)}"
