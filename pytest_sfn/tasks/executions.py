"""Tasks that call Step Functions itself: `states:startExecution` in its patterns, and `aws-sdk:sfn:...`.

The API of the account (`api/`) answers every call; this module knows it as a Protocol. This module makes a task's end of the
answer: members in PascalCase, times as the integration shows them, refusals as error names with AWS's causes.

A child execution is a run of its own on the same clock. With `.sync` and `.sync:2` its end is the parent's answer; they
differ in whether Input and Output are JSON text or JSON. When the task is aborted, because its execution is stopped or a
sibling failed, the child is stopped too [documented]; a task that times out leaves it running [?].

https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.asl.resource import filled_arn
from pytest_sfn.engine.run import REDRIVE_SINCE, OpenTaskRequest
from pytest_sfn.errors import MockError
from pytest_sfn.expressions.values import admit, dumps
from pytest_sfn.links import see
from pytest_sfn.names import suggest
from pytest_sfn.services.api_error import ApiError
from pytest_sfn.services.convert import instant_text, to_api
from pytest_sfn.services.operations import operation_of
from pytest_sfn.services.refusals import refusal
from pytest_sfn.tasks.checks import could_not_start
from pytest_sfn.tasks.functions import http_date
from pytest_sfn.tasks.request import place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_sfn.engine.run import Run, TaskRequest
    from pytest_sfn.tasks.activities import Activities

__all__ = ["Api", "ExecutionTasks"]

SDK: Final = "aws-sdk:sfn"
_OWN: Final = {"stateMachineArn": "stateMachine", "activityArn": "activity"}
"""Members that name what a test loads or makes: with a placeholder, they name it by the placeholder's own name."""


class Api(Protocol):
    """The part of the account's API that these tasks need; `api.service.Service` fulfils it."""

    @property
    def region(self) -> str:
        """Of what it knows."""

    def answer(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """The operation's answer, members in camelCase; an ApiError when AWS refuses the call."""

    def start(self, params: dict[str, Any], request: TaskRequest, *, synchronous: bool = False) -> Run:
        """A new execution, of which nothing runs yet; an ApiError when AWS refuses the call."""

    def absent(self, arn: str) -> Iterable[str] | None:
        """For a machine that the test has not loaded, the ARNs of those it has; None when there is no mistake."""


class ExecutionTasks:
    """Answers tasks that call Step Functions itself.

    Args:
        api_of: gives the API in the region of an execution, which is made when first asked for.
        activities: those of this account, for workers that are state machines.
    """

    def __init__(self, api_of: Callable[[Run], Api], activities: Activities) -> None:
        self._api_of = api_of
        self._activities = activities

    def takes(self, request: TaskRequest) -> bool:
        """Whether this class answers the task; cheap, since every service task is asked about."""
        service = request.resource.service
        return service in ("states", SDK)

    def start(self, request: TaskRequest) -> None:
        """Answer the task.

        Raises:
            MockError: it starts a machine that this account does not have.
            UnsupportedError: the API does not serve what it calls.
        """
        from botocore.validate import ParamValidator

        action, operation = request.resource.action or "", operation_of(request.resource)
        assert operation is not None  # the parameters were checked
        params = to_api(request.parameters, operation.input_shape, sdk=operation.integration == "aws-sdk")
        report = ParamValidator().validate(params, operation.input_shape)
        if report.has_errors():
            request.fail("States.Runtime", could_not_start(request, [report.generate_report()]))
            return
        api = self._api_of(request.run)
        for member, kind in _OWN.items():
            if "${" in params.get(member, ""):
                params[member] = filled_arn(params[member], kind, api.region, request.run.machine.account_id)
        try:
            if action in ("startExecution", "startSyncExecution"):
                self._start(api, request, action, params)
            elif action == "getActivityTask":
                api.answer("DescribeActivity", {"activityArn": params["activityArn"]})  # a refusal where there is none
                self._activities.poll(request, params)
            else:
                answer = api.answer(action[:1].upper() + action[1:], params)
                request.succeed(*admit(shown(answer, sdk=True)))
        except ApiError as refused:
            request.fail(*_refused(request, refused))

    def _start(self, api: Api, request: TaskRequest, action: str, params: dict[str, Any]) -> None:
        arn = params.get("stateMachineArn")
        if not isinstance(arn, str):
            raise ApiError("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {arn}'")
        loaded = api.absent(arn)
        if loaded is not None:
            raise _not_loaded(request, arn, loaded)
        run = api.start(params, request, synchronous=action == "startSyncExecution")
        request.run.note("child", request.strand, run)
        assert isinstance(request, OpenTaskRequest)
        if action == "startSyncExecution":
            from pytest_sfn.trace.outcome import describe_sync

            _when_ended(run, lambda: request.succeed(*admit(shown(describe_sync(run), sdk=True))))
            request.on_abort = run.abort
            return
        started = _started(run, request)
        pattern = request.resource.pattern
        if pattern == "REQUEST_RESPONSE":
            request.succeed(*admit(started))
            return
        request.submitted(started)
        if pattern != ".waitForTaskToken":
            _when_ended(run, lambda: _ended(run, request))
            request.on_abort = lambda: run.abort() if run.live else None


def shown(value: Any, *, sdk: bool) -> Any:
    """An answer as the task shows it: PascalCase and sorted [recorded].

    Args:
        sdk: times are ISO 8601 text as Java writes it; else milliseconds since 1970 [both recorded].
    """
    if isinstance(value, dict):
        return {
            name[:1].upper() + name[1:]: item if name == "variableReferences" else shown(item, sdk=sdk)
            for name, item in sorted(value.items())
        }
    if isinstance(value, list):
        return [shown(item, sdk=sdk) for item in value]
    if isinstance(value, datetime):
        return instant_text(value) if sdk else round(value.timestamp() * 1000)
    return value


def _refused(request: TaskRequest, refused: ApiError) -> tuple[str, str]:
    """Error name and cause of a refusal."""
    operation = operation_of(request.resource)
    assert operation is not None  # the API has served it
    return refusal(operation, refused.code, refused.message, request.request_id(), request.world.as_of, status=refused.status)


def _not_loaded(request: TaskRequest, arn: str, loaded: Iterable[str]) -> MockError:
    name = request.state.name
    machine, _, qualifier = arn.rpartition(":stateMachine:")[2].partition(":")
    loaded = list(loaded)
    names = [each.rpartition(":")[2] for each in loaded]
    fix = suggest(machine, names, "did you mean {!r}? Otherwise ") + f'sfn_mock.load(..., name="{machine}")'
    if "${" in machine:  # no name of a machine: it may not have these characters
        fix = "give a value to each ${...}: substitutions={...}"
    if qualifier and machine in names:
        fix = f"make its version or alias {qualifier!r} ({see('api#versions-and-aliases')})"
    return MockError(
        f"{place(request)}: no mock answers this task, and no machine is loaded that it could start\n"
        f"  resource  {request.resource.text}\n"
        f"  machine   {arn}\n"
        f"  loaded    {', '.join(loaded) or 'none in this region'}\n"
        f'  fix       {fix}, or a mock: sfn_mock.state("{name}").returns(...)\n'
        f"  see       {see('running#nested-executions')}",
        state=name,
    )


def _when_ended(run: Run, answer: Callable[[], None]) -> None:
    """Answer the task when the child execution ends, or at once if it has ended already."""
    if run.live:
        before = run.on_end

        def ended(child: Run) -> None:
            if before is not None:
                before(child)
            answer()

        run.on_end = ended
    else:
        answer()


def _milliseconds(run: Run, microseconds: int | None) -> int:
    return round(run.datetime_at(microseconds or 0).timestamp() * 1000)


def _started(run: Run, request: TaskRequest) -> dict[str, Any]:
    """What StartExecution answers; the optimized integration adds its HTTP metadata."""
    if request.resource.service == SDK:
        return {"ExecutionArn": run.arn, "StartDate": instant_text(run.datetime_at(run.start))}
    start = _milliseconds(run, run.start)
    request_id = request.request_id()
    headers = {
        "connection": "keep-alive",
        "Content-Length": str(len(run.arn) + 40),
        "Content-Type": "application/x-amz-json-1.0",
        "Date": http_date(start // 1000),
        "x-amzn-RequestId": request_id,
    }
    order = ("x-amzn-RequestId", "connection", "Content-Length", "Date", "Content-Type")
    return {
        "ExecutionArn": run.arn,
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [headers[name]] for name in order},
            "HttpHeaders": headers,
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": request_id},
        "StartDate": start,
    }


def _ended(run: Run, request: TaskRequest) -> None:
    """The child's description is the answer: as the task's result, or, when it did not succeed, as its cause."""
    from pytest_sfn.trace.outcome import REDRIVE, describe

    found = describe(run)
    as_of = run.world.as_of
    if as_of is not None and as_of < REDRIVE_SINCE:
        found = {name: value for name, value in found.items() if name not in REDRIVE}
    description = shown(found, sdk=False)
    if request.resource.pattern == ".sync:2":
        description["Input"] = run.input
        if run.status == "SUCCEEDED":
            description["Output"] = run.output
    if run.status == "SUCCEEDED":
        request.succeed(*admit(description))
    else:
        request.fail("States.TaskFailed", dumps(description))
