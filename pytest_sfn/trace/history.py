"""The trace read as AWS's GetExecutionHistory shows it.

One table says, for each event type, the name of its details and how they are made of the slots `a` and `b` of its record.
They are read as they are in the log: a typed record for each event would cost as much as the event. The first two
arguments of each function below have the types that engine/record.py gives them.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pytest_sfn.engine.log import slots_of
from pytest_sfn.expressions.values import encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_sfn.engine.bodies import MapRule
    from pytest_sfn.engine.distributed.map_run import ChildRuns
    from pytest_sfn.engine.run import Run, TaskRequest
    from pytest_sfn.engine.states import StateRule
    from pytest_sfn.errors import StateError

__all__ = ["events", "is_logged", "log_events"]

Failure: TypeAlias = tuple[str | None, str | None]
"""Error name and cause."""


def events(run: Run) -> list[dict[str, Any]]:
    """All events so far, oldest first, each as boto3 gives it (`timestamp` an aware datetime, payloads JSON text)."""
    text = _Text(run)
    found: list[dict[str, Any]] = []
    number, instant, at = 0, run.datetime_at(run.start), run.start
    for kind, previous, now, _, a, b in slots_of(run.log):
        details = DETAILS.get(kind)
        if details is None:
            continue  # a record of ours
        number += 1
        if now != at:
            instant, at = run.datetime_at(now), now
        name, make = details
        if name is None:
            found.append({"timestamp": instant, "type": kind, "id": number, "previousEventId": previous})
        else:
            found.append(
                {"timestamp": instant, "type": kind, "id": number, "previousEventId": previous, name: make(a, b, text)}
            )
    return found


def log_events(run: Run, level: str = "ALL", *, data: bool = True, after: int = 0) -> list[dict[str, Any]]:
    """The events so far as they are written to CloudWatch Logs: ids are text, times milliseconds, names in snake_case.

    Args:
        level: ALL, ERROR, FATAL or OFF; which events a level has is documented.
        data: whether inputs, outputs and what is sent are in them; error and cause always are [recorded].
        after: the id of the last event that is left out.

    https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
    """
    found = []
    redrives = 0
    for event in events(run):
        kind = event["type"]
        redrives += kind == "ExecutionRedriven"
        if event["id"] <= after or not is_logged(kind, level):
            continue
        details: dict[str, Any] = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
        if not data:
            details = {name: value for name, value in details.items() if name not in DATA}
        found.append(
            {
                "id": str(event["id"]),
                "type": kind,
                "details": details,
                "previous_event_id": str(event["previousEventId"]),
                "event_timestamp": str(round(event["timestamp"].timestamp() * 1000)),
                "execution_arn": run.arn,
                "redrive_count": str(redrives),
            }
        )
    return found


DATA: Final = frozenset(
    {
        *("input", "inputDetails", "output", "outputDetails", "parameters"),
        *("assignedVariables", "assignedVariablesDetails"),  # [?] variables count as data
    }
)


def is_logged(kind: str, level: str) -> bool:
    """Whether an event of this type is written at a level [documented]."""
    if level == "ALL":
        return True
    bad = kind.endswith(("Aborted", "Failed", "TimedOut"))
    return (level == "ERROR" and (bad or kind == "FailStateEntered")) or (
        level == "FATAL" and bad and kind.startswith("Execution")
    )


class _Text:
    """JSON text of values, for one reading.

    An output, the next input and what is sent are often one object, rendered once. The log holds all of them, so that an id
    belongs to one value as long as the reading lasts.

    Attributes:
        whole: what says that a text is not truncated; one object for all events of a reading, since each has one.
    """

    __slots__ = ("_encode", "_texts", "run", "whole")

    def __init__(self, run: Run) -> None:
        self.run = run
        self.whole = {"truncated": False}
        self._encode = encoder(run.texts)
        self._texts: dict[int, str] = {}

    def of(self, value: Any) -> str:
        text = self._texts.get(id(value))
        if text is None:
            text = self._texts[id(value)] = self._encode(value)
        return text


def _started(value: Any, _: Mapping[str, Any] | None, text: _Text) -> dict[str, Any]:
    machine = text.run.machine
    return {"input": text.of(value), "inputDetails": text.whole, "roleArn": machine.role_arn} | machine.started_by


def _succeeded(value: Any, _: None, text: _Text) -> dict[str, Any]:
    return {"output": text.of(value), "outputDetails": text.whole}


def _error(error: str | None, cause: str | None) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if error is not None:
        details["error"] = error
    if cause is not None:
        details["cause"] = cause
    return details


def _failed(failure: Failure, _: None, text: _Text) -> dict[str, Any]:
    return _error(*failure)


def _entered(rule: StateRule, value: Any, text: _Text) -> dict[str, Any]:
    return {"name": rule.name, "input": text.of(value), "inputDetails": text.whole}


def _exited(rule: StateRule | tuple[StateRule, Mapping[str, Any]], value: Any, text: _Text) -> dict[str, Any]:
    variables = None
    if isinstance(rule, tuple):
        rule, variables = rule
    details: dict[str, Any] = {"name": rule.name, "output": text.of(value), "outputDetails": text.whole}
    if variables is not None:
        details["assignedVariables"] = {name: text.of(assigned) for name, assigned in variables.items()}
        details["assignedVariablesDetails"] = text.whole
    return details


def _evaluation_failed(rule: StateRule, error: StateError, text: _Text) -> dict[str, Any]:
    details = _error(error.error, error.cause)
    if error.site is not None:
        details["location"] = error.site.field
    details["state"] = rule.name
    return details


def _limits(request: TaskRequest, details: dict[str, Any]) -> dict[str, Any]:
    if request.timeout_seconds is not None:
        details["timeoutInSeconds"] = request.timeout_seconds
    if request.credentials:
        details["taskCredentials"] = {"roleArn": request.credentials.get("RoleArn")}
    return details


def _heartbeat(request: TaskRequest, details: dict[str, Any]) -> dict[str, Any]:
    if request.heartbeat_seconds is not None:
        details["heartbeatInSeconds"] = request.heartbeat_seconds
    return details


def _function_scheduled(request: TaskRequest, _: None, text: _Text) -> dict[str, Any]:
    details = {"resource": request.resource.text, "input": text.of(request.parameters), "inputDetails": text.whole}
    return _limits(request, details)


def _activity_scheduled(request: TaskRequest, _: None, text: _Text) -> dict[str, Any]:
    return _heartbeat(request, _function_scheduled(request, None, text))


def _task_scheduled(request: TaskRequest, _: None, text: _Text) -> dict[str, Any]:
    details = {**_resource(request), "region": request.run.machine.region, "parameters": text.of(request.parameters)}
    return _heartbeat(request, _limits(request, details))


def _resource(request: TaskRequest) -> dict[str, Any]:
    return {"resourceType": request.resource.resource_type, "resource": request.resource.resource}


def _task_started(request: TaskRequest, _: str | None, text: _Text) -> dict[str, Any]:
    return _resource(request)


def _task_output(request: TaskRequest, value: Any, text: _Text) -> dict[str, Any]:
    return {**_resource(request), "output": text.of(value), "outputDetails": text.whole}


def _task_failed(request: TaskRequest, failure: Failure, text: _Text) -> dict[str, Any]:
    return {**_resource(request), **_error(*failure)}


def _function_output(_: TaskRequest, value: Any, text: _Text) -> dict[str, Any]:
    return {"output": text.of(value), "outputDetails": text.whole}


def _function_failed(_: TaskRequest | ChildRuns, failure: Failure, text: _Text) -> dict[str, Any]:
    return _error(*failure)


def _worker(_: TaskRequest, worker: str | None, text: _Text) -> dict[str, Any]:
    return {"workerName": worker} if worker else {}


def _map_started(_: StateRule, length: int | None, text: _Text) -> dict[str, Any]:
    return {"length": length}


def _iteration(rule: MapRule, index: int, text: _Text) -> dict[str, Any]:
    return {"name": rule.name, "index": index}


def _map_run(_: MapRule, map_run: ChildRuns, text: _Text) -> dict[str, Any]:
    return {"mapRunArn": map_run.arn}


def _redriven(count: int, _: str | None, text: _Text) -> dict[str, Any]:
    return {"redriveCount": count}


def _map_run_redriven(map_run: ChildRuns, count: int, text: _Text) -> dict[str, Any]:
    return {"mapRunArn": map_run.arn, "redriveCount": count}


def _nothing(_a: Any, _b: Any, text: _Text) -> dict[str, Any]:
    return {}


DETAILS: dict[str, tuple[str | None, Callable[..., dict[str, Any]]]] = {
    "ActivityFailed": ("activityFailedEventDetails", _function_failed),
    "ActivityScheduled": ("activityScheduledEventDetails", _activity_scheduled),
    "ActivityStarted": ("activityStartedEventDetails", _worker),
    "ActivitySucceeded": ("activitySucceededEventDetails", _function_output),
    "ActivityTimedOut": ("activityTimedOutEventDetails", _function_failed),
    "EvaluationFailed": ("evaluationFailedEventDetails", _evaluation_failed),
    "ExecutionAborted": ("executionAbortedEventDetails", _failed),
    "ExecutionFailed": ("executionFailedEventDetails", _failed),
    "ExecutionRedriven": ("executionRedrivenEventDetails", _redriven),
    "ExecutionStarted": ("executionStartedEventDetails", _started),
    "ExecutionSucceeded": ("executionSucceededEventDetails", _succeeded),
    "ExecutionTimedOut": ("executionTimedOutEventDetails", _failed),
    "LambdaFunctionFailed": ("lambdaFunctionFailedEventDetails", _function_failed),
    "LambdaFunctionScheduled": ("lambdaFunctionScheduledEventDetails", _function_scheduled),
    "LambdaFunctionStarted": (None, _nothing),
    "LambdaFunctionSucceeded": ("lambdaFunctionSucceededEventDetails", _function_output),
    "LambdaFunctionTimedOut": ("lambdaFunctionTimedOutEventDetails", _function_failed),
    "MapIterationAborted": ("mapIterationAbortedEventDetails", _iteration),
    "MapIterationFailed": ("mapIterationFailedEventDetails", _iteration),
    "MapIterationStarted": ("mapIterationStartedEventDetails", _iteration),
    "MapIterationSucceeded": ("mapIterationSucceededEventDetails", _iteration),
    "MapRunFailed": ("mapRunFailedEventDetails", _function_failed),
    "MapRunRedriven": ("mapRunRedrivenEventDetails", _map_run_redriven),
    "MapRunStarted": ("mapRunStartedEventDetails", _map_run),
    "MapRunSucceeded": (None, _nothing),
    "MapStateAborted": (None, _nothing),
    "MapStateFailed": (None, _nothing),
    "MapStateStarted": ("mapStateStartedEventDetails", _map_started),
    "MapStateSucceeded": (None, _nothing),
    "ParallelStateAborted": (None, _nothing),
    "ParallelStateFailed": (None, _nothing),
    "ParallelStateStarted": (None, _nothing),
    "ParallelStateSucceeded": (None, _nothing),
    "TaskFailed": ("taskFailedEventDetails", _task_failed),
    "TaskScheduled": ("taskScheduledEventDetails", _task_scheduled),
    "TaskStarted": ("taskStartedEventDetails", _task_started),
    "TaskStateAborted": (None, _nothing),
    "TaskSubmitted": ("taskSubmittedEventDetails", _task_output),
    "TaskSucceeded": ("taskSucceededEventDetails", _task_output),
    "TaskTimedOut": ("taskTimedOutEventDetails", _task_failed),
    "WaitStateAborted": (None, _nothing),
    **{f"{state}StateEntered": ("stateEnteredEventDetails", _entered)
       for state in ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")},
    **{f"{state}StateExited": ("stateExitedEventDetails", _exited)
       for state in ("Choice", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")},
}  # fmt: skip
"""Event type to (name of its details or None, how they are made)."""
