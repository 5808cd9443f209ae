"""Tasks that stay open after the service has taken them: `.waitForTaskToken`, `.sync`, activities.

Such a task has two parts. First the service takes the request (TaskSubmitted, with the service's answer), or a worker takes
an activity's task (ActivityStarted). Later the holder of the token, the job or the worker ends it. An answer of a mock of a
state or a Resource does both at once, as AWS never ends such a task without TaskSubmitted [recorded]. `submits` does the
first part only.

A service that refuses the call has not taken it: its own errors (`SQS.QueueDoesNotExistException`) end the task without
TaskSubmitted.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pytest_sfn.asl.integrations import integrations, sdk_services
from pytest_sfn.tasks.functions import PlainTask
from pytest_sfn.tasks.jobs import end_job

if TYPE_CHECKING:
    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.tasks.functions import Invocation
    from pytest_sfn.tasks.request import Request

__all__ = ["WaitingTask", "waits"]


def waits(resource: Resource) -> bool:
    """Whether a task with this Resource stays open after it was taken."""
    return resource.pattern != "REQUEST_RESPONSE" or resource.kind == "activity"


class WaitingTask(PlainTask):
    """A mock of a state or a Resource whose task stays open."""

    __slots__ = ()

    def submitted(self, request: Request, value: Any, size: int, depth: int, after: int) -> None:
        if request.resource.kind != "activity":
            request.submitted(value, after)
        else:
            request.later(after, lambda: _taken_by_worker(request))

    def returned(self, request: Request, value: Any, size: int, depth: int, after: int) -> None:
        self.submitted(request, {}, 2, 1, 0)
        request.later(after, lambda: self.completed(request, value, size, depth))

    def completed(self, request: Request, value: Any, size: int, depth: int) -> None:
        if request.resource.pattern in (".sync", ".sync:2"):
            end_job(request, value)
        else:
            request.succeed(value, size, depth)

    def failed(self, request: Request, error: str, cause: str | None, verbatim: bool, after: int) -> None:
        if not error.startswith(f"{_prefix(request.resource.service or '')}."):
            self.submitted(request, {}, 2, 1, 0)
        request.later(after, lambda: request.fail(error, cause))

    def answered(self, invocation: Invocation, result: Any) -> None:
        """The stub returned the task's result, unless it has sent the token itself or keeps it without an answer."""
        request, after = invocation.request, invocation.after
        waits = request.resource.pattern == ".waitForTaskToken"
        if not waits or (request.open and result is not None) or invocation.stub.stays_open:
            super().answered(invocation, result)
        else:
            self.submitted(request, *invocation.admitted({} if result is None else result), after)


def _taken_by_worker(request: Request) -> None:
    request.begin()
    request.issue_token()


@lru_cache(maxsize=256)
def _prefix(service: str) -> str:
    """The part before the dot in the service's own error names."""
    if service.startswith("aws-sdk:"):
        return sdk_services().get(service.removeprefix("aws-sdk:"), ("", service))[1]
    prefix: str = integrations().get(service, {}).get("prefix", service)
    return prefix
