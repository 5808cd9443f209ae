"""The task runner: mocks first, then what the account can do by itself. It fulfils the engine's `TaskRunner`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pytest_sfn.asl.resource import filled_arn
from pytest_sfn.tasks.checks import check_parameters, refuse_parameters
from pytest_sfn.tasks.executions import Api, ExecutionTasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.engine.run import Run, TaskRequest, World
    from pytest_sfn.errors import Hints
    from pytest_sfn.gate.call import ClientCall, Parsed
    from pytest_sfn.tasks.activities import Activities
    from pytest_sfn.tasks.request import Request
    from pytest_sfn.tasks.services import Services

__all__ = ["MockTaskRunner", "Mocks"]


class Mocks(Protocol):
    """The mocks as the runner needs them; `mocks.registry.Registry` fulfils it."""

    operations: frozenset[tuple[str, str]]

    def knows(self, request: Request) -> bool:
        """Whether there is any mock for this task, with answers left or not."""

    def answer(self, request: Request) -> None:
        """Let the mock of the task answer it; an error of the test if there is none."""

    def pass_on(self, request: Request) -> bool:
        """Let the function behind an API of the template answer a task of API Gateway; False if there is none."""

    def mocks_call(self, resource: Resource) -> bool:
        """Whether a mock of an operation answers the first call of a task with this Resource."""

    def mocked(self, call: ClientCall, request: Request) -> Parsed | None:
        """The answer of the mock of an operation to a call that a task makes; None if there is none."""

    def __iter__(self) -> Iterator[object]:
        """The mocks of all targets."""


class Others(Protocol):
    """AWS's other services; `account.aws_services.AwsServices` fulfils it."""

    @property
    def services(self) -> Services | None:
        """What answers the tasks that no mock answers; None at times when there is nothing."""


class MockTaskRunner:
    """Answers every Task state from the account's mocks.

    Without a mock, a task that starts another machine of the account runs that machine, and a task on an activity that
    was created waits for a worker. For any other a mock answers or the test fails: nothing is invented and nothing
    leaves the machine.

    Args:
        registry: the mocks.
        api_of: gives the API in the region of an execution, which is made when first asked for.
        activities: those of this account.
        others: AWS's other services, if there are any.
    """

    __slots__ = ("_api_of", "_executions", "_others", "activities", "registry")

    def __init__(
        self, registry: Mocks, api_of: Callable[[Run], Api], activities: Activities, others: Others | None = None
    ) -> None:
        self.registry = registry
        self.activities = activities
        self._others = others
        self._api_of = api_of
        self._executions: ExecutionTasks | None = None

    @property
    def services(self) -> Services | None:
        """Answers the tasks of services that no mock answers; None where there are none."""
        return self._others.services if self._others is not None else None

    @property
    def executions(self) -> ExecutionTasks:
        """Answers the tasks that call Step Functions; made when a service is first called."""
        if self._executions is None:
            self._executions = ExecutionTasks(self._api_of, self.activities)
        return self._executions

    def check(self, request: TaskRequest) -> None:
        check_parameters(request)

    def start(self, request: TaskRequest) -> None:
        kind = request.state.resource.kind
        if kind == "service":
            if refuse_parameters(request):
                return
            if self.executions.takes(request) and not self.registry.knows(request):
                self.executions.start(request)
                return
            services = self.services
            if services is None and self.registry.operations:
                services = self._mocked_services(request)
            if services is not None and not self.registry.knows(request) and services.takes(request):
                services.start(request, self.registry.mocked)
                return
            if request.resource.service == "apigateway" and not self.registry.knows(request) and self.registry.pass_on(request):
                return
        elif kind == "activity" and (arn := self._activity(request)) is not None and not self.registry.knows(request):
            self.activities.start(request, arn)
            return
        self.registry.answer(request)

    def _mocked_services(self, request: Request) -> Services | None:
        """What calls mocks of operations alone; None if none of them answers the task."""
        if not (self.registry.operations and self.registry.mocks_call(request.resource)):
            return None
        from pytest_sfn.tasks.services import Services, no_client

        return Services(no_client)

    def _activity(self, request: TaskRequest) -> str | None:
        """The ARN of the task's activity, if it was created in the region of the task."""
        resource, machine = request.resource, request.run.machine
        if "${" in resource.text:
            arn = filled_arn(resource.text, "activity", machine.region, machine.account_id)
            return arn if self.activities.knows(arn) else None
        if not self.activities.knows(resource.text):
            return None
        here = resource.region == machine.region or resource.region == self._api_of(request.run).region
        return resource.text if here else None

    def call(self, request: Request) -> None:
        """Answer a call that a distributed Map makes to S3 (it fulfils the engine's `ObjectStore`)."""
        services = self.services or self._mocked_services(request)
        if services is not None and not self.registry.knows(request):
            from pytest_sfn.tasks.s3 import call_s3

            call_s3(request, services, self.registry.mocked)
        else:
            self.registry.answer(request)

    def hints_of(self, error: Exception, world: World) -> Hints | None:
        """What a report says of an exception of a function's code: of a call of boto3, what there is not."""
        services = self.services
        if services is None:
            return None
        from pytest_sfn.tasks.missing_resources import refused_call

        call = refused_call(error)
        return services.hints(call, world) if call is not None else None

    def __repr__(self) -> str:
        return f"<MockTaskRunner of {sum(1 for _ in self.registry)} mocks>"
