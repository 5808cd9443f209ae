"""`Service`: the operations of one account in one region, in a table, and how calls move the clock.

A call is `call("StartExecution", {"stateMachineArn": ...})`, with the members as botocore names and types them, and gives
the answer in the same form (times as datetimes); what AWS refuses is an `ApiError`. An operation that is not served, or
a member that it does not have, is an error of the test, which names it.

The `Pace` decides how calls of clients move the clock. A call by a task of a workflow (`answer`) does not move it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_sfn.api import activities, aliases, executions, machines, map_runs, redrive, tags, tokens, validation, versions
from pytest_sfn.api.arns import check_regions
from pytest_sfn.api.pace import Pace
from pytest_sfn.api.resources import Resources
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.errors import PytestSfnError, UnsupportedError
from pytest_sfn.links import see
from pytest_sfn.names import suggest
from pytest_sfn.services.api_error import ApiError
from pytest_sfn.services.operations import service_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from pytest_sfn.api.needs import ApiAccount, ApiMachine
    from pytest_sfn.engine.run import Run, TaskRequest

__all__ = ["OPERATIONS", "Endpoints", "Operation", "Service", "StepFunctionsApi"]

Params = dict[str, Any]
READS = ("Describe", "List", "Validate")
"""How the names of operations begin that change nothing."""


class Operation(NamedTuple):
    """An operation that is served, with all members of its model.

    Attributes:
        serve: makes the answer of the account's resources and the call's members.
        runs: for an operation that reads executions, gives those whose progress the answer shows.
    """

    serve: Callable[[Resources, Params], Params]
    runs: Callable[[Resources, Params], Iterable[Run]] | None = None


def _test_state(resources: Resources, params: Params) -> Params:
    from pytest_sfn.api.one_state import test_state  # it needs the engine's rules of distributed Maps

    return test_state(resources, params)


OPERATIONS: dict[str, Operation] = {
    "CreateActivity": Operation(activities.create),
    "CreateStateMachine": Operation(machines.create),
    "CreateStateMachineAlias": Operation(aliases.create),
    "DeleteActivity": Operation(activities.delete),
    "DeleteStateMachine": Operation(machines.delete),
    "DeleteStateMachineAlias": Operation(aliases.delete),
    "DeleteStateMachineVersion": Operation(versions.delete),
    "DescribeActivity": Operation(activities.describe),
    "DescribeExecution": Operation(executions.describe, executions.shown),
    "DescribeMapRun": Operation(map_runs.describe, map_runs.shown),
    "DescribeStateMachine": Operation(machines.describe, machines.shown),
    "DescribeStateMachineAlias": Operation(aliases.describe),
    "DescribeStateMachineForExecution": Operation(machines.describe_for_execution),
    "GetActivityTask": Operation(activities.get_task),
    "GetExecutionHistory": Operation(executions.history, executions.shown),
    "ListActivities": Operation(activities.list_all),
    "ListExecutions": Operation(executions.list_all, executions.listed),
    "ListMapRuns": Operation(map_runs.list_all, executions.shown),
    "ListStateMachineAliases": Operation(aliases.list_all),
    "ListStateMachineVersions": Operation(versions.list_all),
    "ListStateMachines": Operation(machines.list_all),
    "ListTagsForResource": Operation(tags.list_all),
    "PublishStateMachineVersion": Operation(versions.publish),
    "RedriveExecution": Operation(redrive.redrive),
    "SendTaskFailure": Operation(tokens.failure),
    "SendTaskHeartbeat": Operation(tokens.heartbeat),
    "SendTaskSuccess": Operation(tokens.success),
    "StartExecution": Operation(executions.start),
    "StartSyncExecution": Operation(executions.start_sync),
    "StopExecution": Operation(executions.stop),
    "TagResource": Operation(tags.add),
    "TestState": Operation(_test_state),
    "UntagResource": Operation(tags.remove),
    "UpdateMapRun": Operation(map_runs.update),
    "UpdateStateMachine": Operation(machines.update),
    "UpdateStateMachineAlias": Operation(aliases.update),
    "ValidateStateMachineDefinition": Operation(validation.validate),
}
"""Every operation that is served. Another one is a function in the module it belongs to, and a row here."""


class Service:
    """The API of one mocked account in one region, as clients and tasks of workflows use it.

    Args:
        account: whose it is.
        region: what its resources' ARNs have.
        pace: moves the account's clock.
    """

    def __init__(self, account: ApiAccount, region: str, pace: Pace) -> None:
        self._account = account
        self.region = region
        self._resources = Resources(account, region, pace)
        self._pace = pace

    def call(self, operation: str, params: Params) -> Params:
        """Answer a client; see `StepFunctionsApi.call`."""
        with TURN:
            return self._call(operation, params)

    def _call(self, operation: str, params: Params) -> Params:
        self._account.check()
        try:
            served = self._served(operation, params)
            check_regions(params, self.region)
            with self._pace:
                runs = served.runs
                if runs is not None:
                    self._pace.read(operation, params, lambda: list(runs(self._resources, params)))
                    return served.serve(self._resources, params)
                answer = served.serve(self._resources, params)
                if operation == "GetActivityTask" and not answer:
                    self._pace.idle("GetActivityTask", f"a task of {params['activityArn']}, which no execution schedules")
                elif not operation.startswith(READS):
                    self._pace.moved()
                return answer
        except PytestSfnError as error:  # an error of the test stays, whatever code under test does with the exception
            self._account.broken_by(error)
            raise

    def answer(self, operation: str, params: Params) -> Params:
        """Answer a task of a workflow: as `call`, but the clock is left alone.

        Raises:
            ApiError: AWS refuses the call.
            UnsupportedError: the operation is not served, or has no such member.
        """
        served = self._served(operation, params)
        self._check_regions(params)
        return served.serve(self._resources, params)

    def start(self, params: Params, request: TaskRequest, *, synchronous: bool = False) -> Run:
        """Start an execution for a task; nothing of it runs yet.

        Raises:
            ApiError: AWS refuses the call.
        """
        self._served("StartSyncExecution" if synchronous else "StartExecution", params)
        self._check_regions(params)
        return executions.begin(self._resources, params, request=request, synchronous=synchronous)

    def begin(self, params: Params) -> Run:
        """Start an execution for an event; nothing of it runs yet.

        Raises:
            ApiError: AWS refuses the call.
        """
        self._served("StartExecution", params)
        return executions.begin(self._resources, params)

    def logging_of(self, run: Run) -> Params:
        """The loggingConfiguration that an execution has."""
        return self._resources.machines.revision_of(run).configurations.logging

    def absent(self, arn: str) -> list[str] | None:
        """For a machine that the test has not loaded, the ARNs of those it has; None when there is no mistake."""
        machines = self._resources.machines
        try:
            self._check_regions({"stateMachineArn": arn})
            machines.addressed(executions.split_test_case(self._resources, arn)[0])
        except ApiError as refusal:
            if refusal.code == "StateMachineDoesNotExist" and not machines.may_be_absent(arn):
                return [entry.arn for entry in machines.all()]
        return None

    def _check_regions(self, params: Params) -> None:
        """Check the ARNs in a task's call as those in a client's, unless its machine was loaded by the test itself.

        The region of such a machine is often but the default, and its definition has the ARNs of where it is deployed.
        """
        if self.region != self._account.region:
            check_regions(params, self.region)

    def rewind(self) -> None:
        """Forget the executions when the account starts again; machines stay."""
        self._resources.rewind()

    def machines_in_use(self) -> Iterator[ApiMachine]:
        """What can still be started; all executions of the account are known then, before some are forgotten."""
        self._resources.take_in()
        return self._resources.machines.in_use()

    def forget(self, kept: AbstractSet[Run]) -> None:
        """Forget all other executions, and machines, which the account has forgotten."""
        self._resources.forget(kept)

    def request_id(self) -> str:
        """The id of the next request."""
        return self._account.world.chance.uuid("api-request")

    def _served(self, operation: str, params: Params) -> Operation:
        """The operation of a call, after a check of its members.

        Raises:
            ApiError: ValidationException, of lengths and values.
            UnsupportedError: the operation is not served, or has no such member.
        """
        from pytest_sfn.api.limits import check_limits

        served = OPERATIONS.get(operation)
        if served is None:
            meant = suggest(operation, OPERATIONS, "; did you mean {}?")
            raise UnsupportedError(
                f"the API of Step Functions: {operation} is not served{meant}\n"
                f"  served  {', '.join(OPERATIONS)}\n"
                f"  see     {see('api#operations')}"
            )
        members = service_model("stepfunctions").operation_model(operation).input_shape.members
        if extra := sorted(params.keys() - members.keys()):
            meant = suggest(extra[0], members, "; did you mean {}?")
            raise UnsupportedError(
                f"the API of Step Functions: {operation} has no member {', '.join(extra)}{meant}\n"
                f"  members  {', '.join(sorted(members))}\n"
                f"  see      {see('api#operations')}"
            )
        check_limits(operation, params, self._account.quotas_of("STANDARD").payload)
        return served


class Endpoints:
    """The API of one mocked account in each region, made on demand; all of them move one clock, at one pace."""

    def __init__(self, account: ApiAccount, pace: Pace | None = None) -> None:
        self._account = account
        self._pace = pace or Pace(account)
        self._services: dict[str, Service] = {}

    def service(self, region: str) -> Service:
        """The API in a region."""
        found = self._services.get(region)
        if found is None:
            found = self._services[region] = Service(self._account, region, self._pace)
        return found

    def rewind(self) -> None:
        """Forget the executions when the account starts again; machines stay."""
        self._pace.moved()
        for service in self._services.values():
            service.rewind()

    def machines_in_use(self) -> set[int]:
        """The ids of the objects that can still be started, in all regions; to be called before something is forgotten."""
        return {id(machine) for service in self._services.values() for machine in service.machines_in_use()}

    def forget(self, kept: AbstractSet[Run]) -> None:
        """Forget all other executions, and machines, which the account has forgotten."""
        for service in self._services.values():
            service.forget(kept)


class StepFunctionsApi:
    """The API as a test calls it without boto3: `sfn_mock.api`."""

    __slots__ = ("_service",)

    def __init__(self, service: Service) -> None:
        self._service = service

    def call(self, operation: str, params: Params) -> Params:
        """Answer a client.

        Args:
            operation: as botocore names it, `StartExecution`.
            params: the members of the call, `{"stateMachineArn": str, ...}`. Not changed.

        Raises:
            ApiError: AWS refuses the call.
            UnsupportedError: the operation is not served, or has no such member.
            ExecutionError: a loop polls for an answer that never comes.
        """
        return self._service.call(operation, params)
