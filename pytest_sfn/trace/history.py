"""The trace read as AWS's GetExecutionHistory shows it.

One table says, for each event type, the name of its details and how they are made of the record.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.engine.record import records
from pytest_sfn.expressions.values import dumps

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.engine import record as r
    from pytest_sfn.engine.run import Run, TaskRequest

__all__ = ["events", "log_events"]

NOT_TRUNCATED = {"truncated": False}


def events(run: Run) -> list[dict[str, Any]]:
    """All events so far, oldest first, each as boto3 gives it (`timestamp` an aware datetime, payloads JSON text)."""
    text = _Text(run)
    found: list[dict[str, Any]] = []
    instants: dict[int, Any] = {}
    for record in records(run):
        details = DETAILS.get(record.kind)
        if details is None:
            continue  # a record of ours
        now = record.now
        instant = instants.get(now)
        if instant is None:
            instant = instants[now] = run.datetime_at(now)
        event: dict[str, Any] = {
            "timestamp": instant,
            "type": record.kind,
            "id": record.event_id,
            "previousEventId": record.previous,
        }
        name, make = details
        if name is not None:
            event[name] = make(record, text)
        found.append(event)
    return found


def log_events(run: Run) -> list[dict[str, Any]]:
    """All events so far as they are written to CloudWatch Logs: ids are text, times milliseconds, names in snake_case.

    https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
    """
    found = []
    for event in events(run):
        details: dict[str, Any] = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
        found.append(
            {
                "id": str(event["id"]),
                "type": event["type"],
                "details": details,
                "previous_event_id": str(event["previousEventId"]),
                "event_timestamp": str(round(event["timestamp"].timestamp() * 1000)),
                "execution_arn": run.arn,
                "redrive_count": "0",
            }
        )
    return found


class _Text:
    """JSON text of values; an output, the next input and what is sent are often one object, rendered once."""

    __slots__ = ("_recent", "_texts", "run")

    def __init__(self, run: Run) -> None:
        self.run = run
        self._texts = run.texts
        self._recent: dict[int, tuple[Any, str]] = {}

    def __call__(self, value: Any) -> str:
        if not isinstance(value, (dict, list)):
            return dumps(value)
        known = self._recent.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        text = dumps(value, self._texts)
        if len(self._recent) > 64:
            self._recent.clear()
        self._recent[id(value)] = value, text
        return text


def _started(record: r.ExecutionStarted, text: _Text) -> dict[str, Any]:
    return {"input": text(record.input), "inputDetails": NOT_TRUNCATED.copy(), "roleArn": text.run.machine.role_arn}


def _succeeded(record: r.ExecutionSucceeded, text: _Text) -> dict[str, Any]:
    return {"output": text(record.output), "outputDetails": NOT_TRUNCATED.copy()}


def _error(record: r.ExecutionFailed | r.TaskFailed | r.MapRunFailed, _: _Text) -> dict[str, Any]:
    return _error_and_cause(record.error, record.cause)


def _error_and_cause(error: str | None, cause: str | None) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if error is not None:
        details["error"] = error
    if cause is not None:
        details["cause"] = cause
    return details


def _entered(record: r.StateEntered, text: _Text) -> dict[str, Any]:
    return {"name": record.rule.name, "input": text(record.input), "inputDetails": NOT_TRUNCATED.copy()}


def _exited(record: r.StateExited, text: _Text) -> dict[str, Any]:
    details = {"name": record.rule.name, "output": text(record.output), "outputDetails": NOT_TRUNCATED.copy()}
    if record.variables is not None:
        details["assignedVariables"] = {name: text(assigned) for name, assigned in record.variables.items()}
        details["assignedVariablesDetails"] = NOT_TRUNCATED.copy()
    return details


def _evaluation_failed(record: r.EvaluationFailed, _: _Text) -> dict[str, Any]:
    details = _error_and_cause(record.error.error, record.error.cause)
    if record.error.site is not None:
        details["location"] = record.error.site.field
    details["state"] = record.rule.name
    return details


def _limits(request: TaskRequest, details: dict[str, Any]) -> dict[str, Any]:
    if request.timeout_seconds is not None:
        details["timeoutInSeconds"] = request.timeout_seconds
    if request.heartbeat_seconds is not None:
        details["heartbeatInSeconds"] = request.heartbeat_seconds
    if request.credentials:
        details["taskCredentials"] = {"roleArn": request.credentials.get("RoleArn")}
    return details


def _function_scheduled(record: r.TaskScheduled, text: _Text) -> dict[str, Any]:
    request = record.request
    details = {"resource": request.resource.text, "input": text(request.parameters), "inputDetails": NOT_TRUNCATED.copy()}
    return _limits(request, details)


def _task_scheduled(record: r.TaskScheduled, text: _Text) -> dict[str, Any]:
    request = record.request
    details = {**_resource(request), "region": request.run.machine.region, "parameters": text(request.parameters)}
    return _limits(request, details)


def _resource(request: TaskRequest) -> dict[str, Any]:
    return {"resourceType": request.resource.resource_type, "resource": request.resource.resource}


def _task_started(record: r.TaskStarted, _: _Text) -> dict[str, Any]:
    return _resource(record.request)


def _task_submitted(record: r.TaskSubmitted, text: _Text) -> dict[str, Any]:
    return {**_resource(record.request), "output": text(record.output), "outputDetails": NOT_TRUNCATED.copy()}


def _task_result(record: r.TaskSucceeded, text: _Text) -> dict[str, Any]:
    return {**_resource(record.request), **_function_result(record, text)}


def _task_error(record: r.TaskFailed, text: _Text) -> dict[str, Any]:
    return {**_resource(record.request), **_error(record, text)}


def _function_result(record: r.TaskSucceeded, text: _Text) -> dict[str, Any]:
    return {"output": text(record.result), "outputDetails": NOT_TRUNCATED.copy()}


def _worker(record: r.TaskStarted, _: _Text) -> dict[str, Any]:
    return {"workerName": record.worker} if record.worker else {}


def _map_started(record: r.BodyStarted, _: _Text) -> dict[str, Any]:
    return {"length": record.length}


def _iteration(record: r.IterationStarted | r.IterationEnded, _: _Text) -> dict[str, Any]:
    return {"name": record.rule.name, "index": record.index}


def _map_run(record: r.MapRunStarted, _: _Text) -> dict[str, Any]:
    return {"mapRunArn": record.map_run.arn}


def _nothing(record: r.Record, _: _Text) -> dict[str, Any]:
    return {}


DETAILS: dict[str, tuple[str | None, Callable[..., dict[str, Any]]]] = {
    "ActivityFailed": ("activityFailedEventDetails", _error),
    "ActivityScheduled": ("activityScheduledEventDetails", _function_scheduled),
    "ActivityStarted": ("activityStartedEventDetails", _worker),
    "ActivitySucceeded": ("activitySucceededEventDetails", _function_result),
    "ActivityTimedOut": ("activityTimedOutEventDetails", _error),
    "EvaluationFailed": ("evaluationFailedEventDetails", _evaluation_failed),
    "ExecutionAborted": ("executionAbortedEventDetails", _error),
    "ExecutionFailed": ("executionFailedEventDetails", _error),
    "ExecutionStarted": ("executionStartedEventDetails", _started),
    "ExecutionSucceeded": ("executionSucceededEventDetails", _succeeded),
    "ExecutionTimedOut": ("executionTimedOutEventDetails", _error),
    "LambdaFunctionFailed": ("lambdaFunctionFailedEventDetails", _error),
    "LambdaFunctionScheduled": ("lambdaFunctionScheduledEventDetails", _function_scheduled),
    "LambdaFunctionStarted": (None, _nothing),
    "LambdaFunctionSucceeded": ("lambdaFunctionSucceededEventDetails", _function_result),
    "LambdaFunctionTimedOut": ("lambdaFunctionTimedOutEventDetails", _error),
    "MapIterationAborted": ("mapIterationAbortedEventDetails", _iteration),
    "MapIterationFailed": ("mapIterationFailedEventDetails", _iteration),
    "MapIterationStarted": ("mapIterationStartedEventDetails", _iteration),
    "MapIterationSucceeded": ("mapIterationSucceededEventDetails", _iteration),
    "MapRunFailed": ("mapRunFailedEventDetails", _error),
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
    "TaskFailed": ("taskFailedEventDetails", _task_error),
    "TaskScheduled": ("taskScheduledEventDetails", _task_scheduled),
    "TaskStarted": ("taskStartedEventDetails", _task_started),
    "TaskStateAborted": (None, _nothing),
    "TaskSubmitted": ("taskSubmittedEventDetails", _task_submitted),
    "TaskSucceeded": ("taskSucceededEventDetails", _task_result),
    "TaskTimedOut": ("taskTimedOutEventDetails", _task_error),
    "WaitStateAborted": (None, _nothing),
    **{f"{state}StateEntered": ("stateEnteredEventDetails", _entered)
       for state in ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")},
    **{f"{state}StateExited": ("stateExitedEventDetails", _exited)
       for state in ("Choice", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")},
}  # fmt: skip
"""Event type to (name of its details or None, how they are made)."""
