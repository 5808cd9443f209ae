"""The log read as AWS's GetExecutionHistory shows it.

One table says, for each event type, the name of its details and how they are made of the record's `a` and `b`:

    ...StateEntered            a: rule                    b: input value
    ...StateExited             a: rule, or (rule, vars)   b: output value
    ...Scheduled, ...Started   a: request
    ...Succeeded (of a task)   a: request                 b: result value
    ...Failed, ...TimedOut     a: request                 b: (error, cause)
    MapIteration...            a: rule                    b: index
    MapRunStarted              a: ARN                     b: the MapRun
    EvaluationFailed           a: rule                    b: the StateError
    ExecutionStarted           a: input value             b: variables to begin with, or None
    Execution... (its end)     a: output value, or (error, cause)

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.engine.log import RECORD
from pytest_sfn.expressions.values import dumps

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.engine.run import Run

__all__ = ["events", "log_events"]

NOT_TRUNCATED = {"truncated": False}


def events(run: Run) -> list[dict[str, Any]]:
    """All events so far, oldest first, each as boto3 gives it (`timestamp` an aware datetime, payloads JSON text)."""
    text = _Text(run)
    found: list[dict[str, Any]] = []
    log = run.log
    instants: dict[int, Any] = {}
    for at in range(0, len(log), RECORD):
        kind = log[at]
        render = DETAILS.get(kind)
        if render is None:
            continue  # a record of our own
        now = log[at + 2]
        instant = instants.get(now)
        if instant is None:
            instant = instants[now] = run.datetime_at(now)
        event: dict[str, Any] = {"timestamp": instant, "type": kind, "id": len(found) + 1, "previousEventId": log[at + 1]}
        name, make = render
        if name is not None:
            event[name] = make(log[at + 4], log[at + 5], text)
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


def _started(value: Any, _: Any, text: _Text) -> dict[str, Any]:
    return {"input": text(value), "inputDetails": NOT_TRUNCATED.copy(), "roleArn": text.run.machine.role_arn}


def _ended_with_output(value: Any, _: Any, text: _Text) -> dict[str, Any]:
    return {"output": text(value), "outputDetails": NOT_TRUNCATED.copy()}


def _error(error: str | None, cause: str | None) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if error is not None:
        details["error"] = error
    if cause is not None:
        details["cause"] = cause
    return details


def _ended_with_error(failure: tuple[str | None, str | None], _: Any, text: _Text) -> dict[str, Any]:
    return _error(*failure)


def _entered(rule: Any, value: Any, text: _Text) -> dict[str, Any]:
    return {"name": rule.name, "input": text(value), "inputDetails": NOT_TRUNCATED.copy()}


def _exited(rule: Any, value: Any, text: _Text) -> dict[str, Any]:
    variables = None
    if isinstance(rule, tuple):
        rule, variables = rule
    details: dict[str, Any] = {"name": rule.name, "output": text(value), "outputDetails": NOT_TRUNCATED.copy()}
    if variables is not None:
        details["assignedVariables"] = {name: text(assigned) for name, assigned in variables.items()}
        details["assignedVariablesDetails"] = NOT_TRUNCATED.copy()
    return details


def _evaluation_failed(rule: Any, error: Any, text: _Text) -> dict[str, Any]:
    details = _error(error.error, error.cause)
    if error.site is not None:
        details["location"] = error.site.field
    details["state"] = rule.name
    return details


def _limits(request: Any, details: dict[str, Any]) -> dict[str, Any]:
    if request.timeout_seconds is not None:
        details["timeoutInSeconds"] = request.timeout_seconds
    if request.heartbeat_seconds is not None:
        details["heartbeatInSeconds"] = request.heartbeat_seconds
    if request.credentials:
        details["taskCredentials"] = {"roleArn": request.credentials.get("RoleArn")}
    return details


def _function_scheduled(request: Any, _: Any, text: _Text) -> dict[str, Any]:
    details = {"resource": request.resource.text, "input": text(request.parameters), "inputDetails": NOT_TRUNCATED.copy()}
    return _limits(request, details)


def _task_scheduled(request: Any, _: Any, text: _Text) -> dict[str, Any]:
    return _limits(
        request,
        {**_resource(request), "region": request.run.machine.region, "parameters": text(request.parameters)},
    )


def _resource(request: Any) -> dict[str, Any]:
    return {"resourceType": request.resource.resource_type, "resource": request.resource.resource}


def _task_started(request: Any, _: Any, text: _Text) -> dict[str, Any]:
    return _resource(request)


def _task_output(request: Any, value: Any, text: _Text) -> dict[str, Any]:
    return {**_resource(request), "output": text(value), "outputDetails": NOT_TRUNCATED.copy()}


def _task_error(request: Any, failure: tuple[str | None, str | None], text: _Text) -> dict[str, Any]:
    return {**_resource(request), **_error(*failure)}


def _function_output(request: Any, value: Any, text: _Text) -> dict[str, Any]:
    return {"output": text(value), "outputDetails": NOT_TRUNCATED.copy()}


def _function_error(request: Any, failure: tuple[str | None, str | None], text: _Text) -> dict[str, Any]:
    return _error(*failure)


def _worker(request: Any, worker: Any, text: _Text) -> dict[str, Any]:
    return {"workerName": worker} if worker else {}


def _map_started(rule: Any, length: int, text: _Text) -> dict[str, Any]:
    return {"length": length}


def _iteration(rule: Any, index: int, text: _Text) -> dict[str, Any]:
    return {"name": rule.name, "index": index}


def _map_run(map_run_arn: str, _: Any, text: _Text) -> dict[str, Any]:
    return {"mapRunArn": map_run_arn}


def _map_run_failed(map_run_arn: str, failure: tuple[str | None, str | None], text: _Text) -> dict[str, Any]:
    return _error(*failure)


def _nothing(a: Any, b: Any, text: _Text) -> dict[str, Any]:
    return {}


DETAILS: dict[str, tuple[str | None, Callable[[Any, Any, _Text], dict[str, Any]]]] = {
    "ActivityFailed": ("activityFailedEventDetails", _function_error),
    "ActivityScheduled": ("activityScheduledEventDetails", _function_scheduled),
    "ActivityStarted": ("activityStartedEventDetails", _worker),
    "ActivitySucceeded": ("activitySucceededEventDetails", _function_output),
    "ActivityTimedOut": ("activityTimedOutEventDetails", _function_error),
    "EvaluationFailed": ("evaluationFailedEventDetails", _evaluation_failed),
    "ExecutionAborted": ("executionAbortedEventDetails", _ended_with_error),
    "ExecutionFailed": ("executionFailedEventDetails", _ended_with_error),
    "ExecutionStarted": ("executionStartedEventDetails", _started),
    "ExecutionSucceeded": ("executionSucceededEventDetails", _ended_with_output),
    "ExecutionTimedOut": ("executionTimedOutEventDetails", _ended_with_error),
    "LambdaFunctionFailed": ("lambdaFunctionFailedEventDetails", _function_error),
    "LambdaFunctionScheduled": ("lambdaFunctionScheduledEventDetails", _function_scheduled),
    "LambdaFunctionStarted": (None, _nothing),
    "LambdaFunctionSucceeded": ("lambdaFunctionSucceededEventDetails", _function_output),
    "LambdaFunctionTimedOut": ("lambdaFunctionTimedOutEventDetails", _function_error),
    "MapIterationAborted": ("mapIterationAbortedEventDetails", _iteration),
    "MapIterationFailed": ("mapIterationFailedEventDetails", _iteration),
    "MapIterationStarted": ("mapIterationStartedEventDetails", _iteration),
    "MapIterationSucceeded": ("mapIterationSucceededEventDetails", _iteration),
    "MapRunAborted": (None, _nothing),
    "MapRunFailed": ("mapRunFailedEventDetails", _map_run_failed),
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
    "TaskSubmitted": ("taskSubmittedEventDetails", _task_output),
    "TaskSucceeded": ("taskSucceededEventDetails", _task_output),
    "TaskTimedOut": ("taskTimedOutEventDetails", _task_error),
    "WaitStateAborted": (None, _nothing),
    **{f"{state}StateEntered": ("stateEnteredEventDetails", _entered)
       for state in ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")},
    **{f"{state}StateExited": ("stateExitedEventDetails", _exited)
       for state in ("Choice", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")},
}  # fmt: skip
"""Event type to (name of its details or None, how they are made)."""
