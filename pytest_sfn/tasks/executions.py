"""Tasks that start other state machines of the same account: `states:startExecution` in its three patterns, and the SDK's.

A child execution is a run of its own on the same clock. With `.sync` and `.sync:2` its end is the parent's answer; they
differ in whether Input and Output are JSON text or JSON.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.dataflow.values import admit, dumps, loads
from pytest_sfn.errors import JsonValueError
from pytest_sfn.tasks.lambda_ import http_date

if TYPE_CHECKING:
    from pytest_sfn.engine.requests import TaskRequest
    from pytest_sfn.engine.run import Run
    from pytest_sfn.tasks.activities import Activities

__all__ = ["ExecutionTasks", "StartRun"]

StartRun = Callable[[str, Any, str | None, "TaskRequest"], "Run | None"]
"""(machine ARN or name, input value, execution name or None, the request) to the new run, None for an unknown machine."""

TOKEN_ACTIONS: Final = frozenset({"sendTaskSuccess", "sendTaskFailure", "sendTaskHeartbeat"})
SDK_ACTIONS: Final = TOKEN_ACTIONS | {"getActivityTask", "startExecution"}
NO_SUCH_TASK: Final = "Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400, Request ID: {}) (SDK Attempt Count: 1)"


class ExecutionTasks:
    """Answers tasks that call Step Functions itself.

    Args:
        start_run: starts an execution of a machine of this account.
        activities: those of this account, for workers that are state machines.
    """

    def __init__(self, start_run: StartRun, activities: Activities) -> None:
        self._start_run = start_run
        self._activities = activities

    def takes(self, request: TaskRequest) -> bool:
        """Whether this is a task for here; cheap, since it is asked for every service task."""
        resource = request.resource
        if resource.service == "states":
            return resource.action == "startExecution"
        return resource.service == "aws-sdk:sfn" and resource.action in SDK_ACTIONS

    def start(self, request: TaskRequest) -> bool:
        """Answer the task; False when it starts a machine that this account does not have."""
        if request.resource.action in TOKEN_ACTIONS:
            self._answer_token(request)
            return True
        if request.resource.action == "getActivityTask":
            self._activities.poll(request)
            return True
        parameters = request.parameters if isinstance(request.parameters, dict) else {}
        arn = parameters.get("StateMachineArn")
        if not isinstance(arn, str):
            return False
        name = parameters.get("Name")
        run = self._start_run(arn, _input_of(parameters.get("Input")), name if isinstance(name, str) else None, request)
        if run is None:
            return False
        started = _started(run, request)
        if request.resource.pattern in (".sync", ".sync:2"):
            request.submitted(started)
            run.on_end = lambda child: _ended(child, request)
        else:
            request.succeed(*admit(started))
        return True

    @staticmethod
    def _answer_token(request: TaskRequest) -> None:
        parameters = request.parameters if isinstance(request.parameters, dict) else {}
        waiting = request.run.account.tokens.get(str(parameters.get("TaskToken")))
        if waiting is None:
            request.fail("Sfn.InvalidTokenException", NO_SUCH_TASK.format(request.request_id()))
            return
        if request.resource.action == "sendTaskFailure":
            waiting.fail(str(parameters.get("Error", "")), str(parameters.get("Cause", "")))
        elif request.resource.action == "sendTaskHeartbeat":
            waiting.beat()
        else:
            waiting.succeed(*admit(_input_of(parameters.get("Output"))))
        request.succeed({}, 2, 1)


def _input_of(value: Any) -> Any:
    """Input as the API takes it: JSON text, or a value that is turned into text; null is no input at all [recorded]."""
    if value is None:
        return {}
    if isinstance(value, str):
        try:
            return loads(value)
        except JsonValueError:
            return value
    return value


def _milliseconds(run: Run, microseconds: int | None) -> int:
    return round(run.datetime_at(microseconds or 0).timestamp() * 1000)


def _started(run: Run, request: TaskRequest) -> dict[str, Any]:
    """What StartExecution answers; the optimised integration adds its HTTP metadata."""
    start = _milliseconds(run, run.start)
    answer: dict[str, Any] = {"ExecutionArn": run.arn}
    if request.resource.service == "states":
        request_id = request.request_id()
        headers = {
            "connection": "keep-alive",
            "Content-Length": str(len(run.arn) + 40),
            "Content-Type": "application/x-amz-json-1.0",
            "Date": http_date(start // 1000),
            "x-amzn-RequestId": request_id,
        }
        order = ("x-amzn-RequestId", "connection", "Content-Length", "Date", "Content-Type")
        answer["SdkHttpMetadata"] = {
            "AllHttpHeaders": {name: [headers[name]] for name in order},
            "HttpHeaders": headers,
            "HttpStatusCode": 200,
        }
        answer["SdkResponseMetadata"] = {"RequestId": request_id}
    answer["StartDate"] = start
    return answer


def _ended(run: Run, request: TaskRequest) -> None:
    """The child's description is the answer: as the task's result, or, when it did not succeed, as its cause."""
    parsed = request.resource.pattern == ".sync:2"

    def shown(value: Any) -> Any:
        return value if parsed else dumps(value)

    description: dict[str, Any] = {
        "ExecutionArn": run.arn,
        "Input": shown(run.input),
        "InputDetails": {"Included": True},
        "Name": run.name,
        "StartDate": _milliseconds(run, run.start),
        "StateMachineArn": run.machine.arn,
        "Status": run.status,
        "StopDate": _milliseconds(run, run.stop),
    }
    if run.status == "SUCCEEDED":
        description |= {"Output": shown(run.output), "OutputDetails": {"Included": True}}
    for field, text in (("Cause", run.cause), ("Error", run.error)):
        if text is not None:
            description[field] = text
    description = dict(sorted(description.items()))
    if run.status == "SUCCEEDED":
        request.succeed(*admit(description))
    else:
        request.fail("States.TaskFailed", dumps(description))
