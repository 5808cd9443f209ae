"""The task runner: mocks first, then what the account can do by itself. It fulfils the engine's `TaskRunner`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pytest_sfn.tasks.activities import Activities
from pytest_sfn.tasks.executions import ExecutionTasks, StartRun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.engine.requests import TaskRequest

__all__ = ["MockTaskRunner", "Mocks"]


class Mocks(Protocol):
    """What the runner wants of the mocks; `mocks.registry.Registry` fulfils it."""

    def knows(self, request: TaskRequest) -> bool:
        """Whether there is any mock for this task, with answers left or not."""

    def answer(self, request: TaskRequest) -> None:
        """Let the mock of the task answer it; an error of the test if there is none."""

    def __iter__(self) -> Iterator[object]:
        """The mocks of all targets."""


class MockTaskRunner:
    """Answers every Task state from the account's mocks.

    Without a mock, a task that starts another machine of the account runs that machine, and a task on an activity that
    was created waits for a worker. For any other a mock answers or the test fails: nothing is invented and nothing
    leaves the machine.
    """

    __slots__ = ("activities", "executions", "registry")

    def __init__(self, registry: Mocks, start_run: StartRun) -> None:
        self.registry = registry
        self.activities = Activities()
        self.executions = ExecutionTasks(start_run, self.activities)

    def start(self, request: TaskRequest) -> None:
        kind = request.state.resource.kind
        if kind == "service":
            if self.executions.takes(request) and not self.registry.knows(request) and self.executions.start(request):
                return
        elif kind == "activity" and self.activities.knows(request.resource.text) and not self.registry.knows(request):
            self.activities.start(request)
            return
        self.registry.answer(request)

    def __repr__(self) -> str:
        return f"<MockTaskRunner of {sum(1 for _ in self.registry)} mocks>"
