"""Activities: tasks that wait until a worker asks for them.

A worker polls with GetActivityTask, from a test or from a state machine of the same account; a poll that finds nothing
waits up to sixty seconds of virtual time and then comes back empty. Tasks are handed out in the order they came.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.dataflow.values import admit, dumps
from pytest_sfn.engine.scheduler import PRIORITY_ANSWER
from pytest_sfn.errors import ExecutionError

if TYPE_CHECKING:
    from pytest_sfn.engine.requests import TaskRequest
    from pytest_sfn.engine.strand import Strand

__all__ = ["POLL_SECONDS", "Activities"]

POLL_SECONDS: Final = 60
"""How long a poll waits for a task."""


class Activities:
    """The activities of one account, by ARN."""

    def __init__(self) -> None:
        self._tasks: dict[str, deque[TaskRequest]] = {}
        self._polls: dict[str, deque[TaskRequest]] = {}

    def create(self, arn: str) -> None:
        """Make an activity; one that exists stays as it is, as CreateActivity is idempotent."""
        self._tasks.setdefault(arn, deque())
        self._polls.setdefault(arn, deque())

    def delete(self, arn: str) -> None:
        self._tasks.pop(arn, None)

    def rewind(self) -> None:
        """Forget what waits; the activities stay."""
        for waiting in (*self._tasks.values(), *self._polls.values()):
            waiting.clear()

    def knows(self, arn: str) -> bool:
        return arn in self._tasks

    def start(self, request: TaskRequest) -> None:
        """An activity task was scheduled: it goes to the worker that polls, or waits for one."""
        arn = request.resource.text
        polls = self._polls[arn]
        while polls:
            poll = polls.popleft()
            if poll.open:
                parameters = poll.parameters if isinstance(poll.parameters, dict) else {}
                poll.succeed(*admit(self._hand_out(request, parameters.get("WorkerName"))))
                return
        self._tasks[arn].append(request)

    def poll(self, poll: TaskRequest) -> None:
        """A state machine's `aws-sdk:sfn:getActivityTask`."""
        parameters = poll.parameters if isinstance(poll.parameters, dict) else {}
        arn = str(parameters.get("ActivityArn"))
        if arn not in self._tasks:
            cause = f"Activity Does Not Exist: '{arn}' (Service: Sfn, Status Code: 400, Request ID: {poll.request_id()})"
            poll.fail("Sfn.ActivityDoesNotExistException", cause)
            return
        task = self.take(arn, parameters.get("WorkerName"))
        if task:
            poll.succeed(*admit(task))
            return

        def give_up(_: Strand) -> None:
            poll.succeed({}, 2, 1)

        self._polls[arn].append(poll)
        run = poll.run
        run.call_at(run.scheduler.now + POLL_SECONDS * 1_000_000, PRIORITY_ANSWER, poll.strand, give_up)

    def take(self, arn: str, worker: str | None) -> dict[str, Any]:
        """The next task as GetActivityTask answers it, `{"TaskToken": str, "Input": JSON text}`, or `{}`.

        Raises:
            ExecutionError: there is no such activity.
        """
        tasks = self._tasks.get(arn)
        if tasks is None:
            raise ExecutionError(f"there is no activity {arn!r}; make it with sfn_mock.create_activity(name)")
        while tasks:
            request = tasks.popleft()
            if request.open:
                return self._hand_out(request, worker)
        return {}

    @staticmethod
    def _hand_out(request: TaskRequest, worker: str | None) -> dict[str, Any]:
        request.begin(worker)
        run = request.run
        request.token = f"{run.uuid('token')}-{run.sequence}"
        run.account.tokens[request.token] = request
        return {"Input": dumps(request.parameters, run.texts), "TaskToken": request.token}
