"""The task runner: mocks first, then what the account can do by itself. It fulfils the engine's `TaskRunner`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.tasks.executions import ExecutionTasks, StartRun

if TYPE_CHECKING:
    from pytest_sfn.engine.requests import TaskRequest
    from pytest_sfn.mocks.registry import Registry

__all__ = ["MockTaskRunner"]


class MockTaskRunner:
    """Answers every Task state from the account's mocks.

    A task that starts another machine of the account and has no mock runs that machine. For any other a mock answers or
    the test fails: nothing is invented and nothing leaves the machine.
    """

    __slots__ = ("executions", "registry")

    def __init__(self, registry: Registry, start_run: StartRun) -> None:
        self.registry = registry
        self.executions = ExecutionTasks(start_run)

    def start(self, request: TaskRequest) -> None:
        if request.resource.kind == "service" and self.executions.takes(request) and not self.registry.knows(request):
            if self.executions.start(request):
                return
        self.registry.answer(request)

    def __repr__(self) -> str:
        return f"<MockTaskRunner of {sum(1 for _ in self.registry)} mocks>"
