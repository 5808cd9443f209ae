"""Activities: tasks that wait until a worker asks for them.

A worker polls with GetActivityTask, from a test or from a state machine of the same account; a poll that finds nothing
waits up to sixty seconds of virtual time and then comes back empty. Tasks are handed out in the order they came.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.engine.scheduler import PRIORITY_ANSWER
from pytest_sfn.errors import ExecutionError
from pytest_sfn.expressions.values import admit, dumps
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.engine.run import Strand, TaskRequest
    from pytest_sfn.engine.scheduler import Scheduler

__all__ = ["Activities"]

POLL_SECONDS: Final = 60
"""How long a poll waits for a task."""


class Activities:
    """The activities of one account, by ARN.

    Attributes:
        deleted: ARNs of those that were deleted and not made again.
    """

    __slots__ = ("_created", "_polls", "_tasks", "deleted")

    def __init__(self) -> None:
        self.deleted: set[str] = set()
        self._created: dict[str, int] = {}
        self._tasks: dict[str, deque[TaskRequest]] = {}
        self._polls: dict[str, deque[TaskRequest]] = {}

    def create(self, arn: str, now: int) -> None:
        """Make an activity, at a virtual time. CreateActivity is idempotent, so an activity that exists is not changed."""
        self.deleted.discard(arn)
        self._created.setdefault(arn, now)
        self._tasks.setdefault(arn, deque())
        self._polls.setdefault(arn, deque())

    def delete(self, arn: str) -> None:
        """Delete an activity; tasks on it fail from now on. Without such an activity nothing happens."""
        self.deleted.add(arn)
        self._tasks.pop(arn, None)
        self._created.pop(arn, None)

    def created(self, arn: str) -> int:
        """Virtual microseconds, since the account's start, at which it was made."""
        return self._created[arn]

    def __iter__(self) -> Iterator[str]:
        """ARNs of the activities there are."""
        return iter(self._created)

    def rewind(self) -> None:
        """Forget the tasks and the workers that wait; the activities stay."""
        for waiting in (*self._tasks.values(), *self._polls.values()):
            waiting.clear()

    def knows(self, arn: str) -> bool:
        return arn in self._tasks

    def start(self, request: TaskRequest, arn: str) -> None:
        """A task of the activity `arn` was scheduled: it goes to the worker that polls, or waits for one."""
        polls = self._polls[arn]
        while polls:
            poll = polls.popleft()
            if poll.open:
                parameters = poll.parameters if isinstance(poll.parameters, dict) else {}
                poll.succeed(*admit(self._hand_out(request, parameters.get("WorkerName"))))
                return
        self._tasks[arn].append(request)

    def poll(self, poll: TaskRequest, params: Mapping[str, Any]) -> None:
        """A state machine's `aws-sdk:sfn:getActivityTask`, with its members in camelCase.

        Raises:
            ApiError: ActivityDoesNotExist.
        """
        arn = str(params.get("activityArn"))
        if arn not in self._tasks:
            raise ApiError("ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'")
        task = self.take(arn, params.get("workerName"))
        if task:
            poll.succeed(*admit(task))
            return

        def give_up(_: Strand) -> None:
            poll.succeed({}, 2, 1)

        self._polls[arn].append(poll)
        run = poll.run
        run.call_at(run.scheduler.now + POLL_SECONDS * 1_000_000, PRIORITY_ANSWER, poll.strand, give_up)

    def wait(self, arn: str, worker: str | None, scheduler: Scheduler) -> dict[str, Any]:
        """The task for a worker outside of any state machine, which waits sixty virtual seconds at most; as `take` gives it.

        Raises:
            ExecutionError: there is no such activity.
        """
        deadline = scheduler.now + POLL_SECONDS * 1_000_000
        scheduler.pump_instant()
        while not (task := self.take(arn, worker)):
            due = scheduler.next_time()
            if due is None or due > deadline:
                scheduler.pump_until(deadline)
                break
            scheduler.pump_next()
        return task

    def take(self, arn: str, worker: str | None) -> dict[str, Any]:
        """The next task as GetActivityTask answers it, `{"TaskToken": str, "Input": JSON text}`, or `{}`.

        Raises:
            ExecutionError: there is no such activity.
        """
        tasks = self._tasks.get(arn)
        if tasks is None:
            raise ExecutionError(f"there is no activity {arn!r}; create it with sfn_mock.create_activity(name)")
        while tasks:
            request = tasks.popleft()
            if request.open:
                return self._hand_out(request, worker)
        return {}

    @staticmethod
    def _hand_out(request: TaskRequest, worker: str | None) -> dict[str, Any]:
        request.begin(worker)
        return {"Input": dumps(request.parameters, request.run.texts), "TaskToken": request.issue_token()}
