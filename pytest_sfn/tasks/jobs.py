"""Jobs of `.sync` tasks: when a job has ended, and the result of the task.

Step Functions starts the job, writes TaskSubmitted with the answer, and calls the service's describing operation until the
job's status is final. `services.operations.polling_of` gives that operation and the meaning of its statuses. A job that
failed fails the task with `States.TaskFailed`, and the job's description as compact JSON is the cause
[recorded for states:startExecution; documented for the others].

Descriptions come from a mock, which has the last one (`end_job`), or from a service (`run_job`), here in virtual time.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.errors import MockError
from pytest_sfn.expressions.values import admit, dumps
from pytest_sfn.links import see
from pytest_sfn.services.operations import operation_of, polling_of
from pytest_sfn.tasks.request import place, shorten

if TYPE_CHECKING:
    from pytest_sfn.errors import Hints
    from pytest_sfn.services.operations import Polling
    from pytest_sfn.tasks.request import Request

__all__ = ["Call", "CallError", "end_job", "run_job"]

Call = Callable[[str, str, dict[str, Any]], dict[str, Any]]
"""(service, operation, parameters) to the answer as Step Functions shows it: JSON in PascalCase.

`service` is botocore's (`batch`), `operation` the API's (`SubmitJob`). The parameters of the operation that starts the job
are the task's own, in the definition's spelling; those of the describing one are spelled as the API spells them. Raises
`CallError` for an error that the service reports.
"""

FIRST_POLL: Final = 5_000_000
"""Microseconds between the first two polls of a job; each further interval is a quarter longer [?].

Where the page of an integration has other intervals (`every`), they are those."""
LAST_POLL: Final = 250 * 86_400 * 1_000_000
"""A job that has not ended one poll after this never ends: that poll is before the year that ends the execution."""


class CallError(Exception):
    """A service answered with an error.

    Attributes:
        error, cause: as Step Functions reports them.
        code: the service's own name of it, such as `ResourceNotFoundException`.
        hints: what AWS does not say of it.
    """

    def __init__(self, error: str, cause: str, code: str = "", hints: Hints | None = None) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause
        self.code = code
        self.hints = hints


def end_job(request: Request, description: Any) -> None:
    """Answer a `.sync` task with a mock's description of the finished job.

    Args:
        description: the describing operation's answer, the job in it, or the whole result of the task. One that names no
            status has ended well.

    Raises:
        MockError: its status is one with which Step Functions goes on waiting.
    """
    polling = polling_of(request.resource)
    if polling is None:
        request.succeed(*admit(description))
        return
    answer = polling.answer(description)
    outcome = polling.outcome(answer)
    if outcome == "running" and polling.status(answer) is not None:
        name = request.state.name
        raise MockError(
            f"{place(request)}: the mock's answer does not end the job\n"
            f"  resource  {request.resource.text}\n"
            f"  answer    {shorten(description)}\n"
            f"  fix       let its status be one of {', '.join(sorted(polling.succeeded | polling.failed))}; a job that never "
            f"ends is submits()\n"
            f"  see       {see('mocks#jobs')}",
            state=name,
        )
    whole = isinstance(description, dict) and polling.result_name in description
    result = description if whole else polling.result(answer)
    _end(request, result, failed=outcome == "failed")


def _end(request: Request, result: Any, *, failed: bool) -> None:
    if failed:
        request.fail("States.TaskFailed", dumps(result))
    else:
        request.succeed(*admit(result))


def run_job(request: Request, call: Call) -> None:
    """Start the job through `call`, and poll it in virtual time until it has ended.

    An error of the call that starts it fails the task without TaskSubmitted; so does an error of a poll.

    Raises:
        MockError: no operation describes such a job; or, out of the loop, the job does not end.
    """
    polling, operation = polling_of(request.resource), operation_of(request.resource)
    if polling is None or operation is None:
        raise _unanswered(request, f"how {request.resource.text} ends is not known", "let a mock answer")
    parameters = request.parameters if isinstance(request.parameters, dict) else {}
    try:
        started = call(operation.service, operation.name, parameters)
    except CallError as error:
        request.fail(error.error, error.cause, hints=error.hints)
        return
    request.submitted(started)
    own = {name: started[name] for name in operation.row.get("own_output", ()) if name in started}
    _Watch(request, polling, call, polling.parameters(parameters, started), own).look()


class _Watch:
    """One job that is polled.

    Attributes:
        own: members that only the start's answer has and that the result has too, such as the ClusterId of EMR's createCluster.
    """

    __slots__ = ("call", "interval", "own", "parameters", "polling", "request", "waited")

    def __init__(self, request: Request, polling: Polling, call: Call, parameters: dict[str, Any], own: dict[str, Any]) -> None:
        self.request = request
        self.polling = polling
        self.call = call
        self.parameters = parameters
        self.own = own
        self.interval = FIRST_POLL if polling.every is None else polling.every[0] * 1_000_000
        self.waited = 0

    def look(self) -> None:
        request, polling = self.request, self.polling
        try:
            answer = self.call(polling.operation.service, polling.operation.name, self.parameters)
        except CallError as error:
            if polling.gone is None or polling.gone not in (error.code, error.error.rpartition(".")[2]):
                request.fail(error.error, error.cause, hints=error.hints)
            else:
                request.succeed(*admit(self.own))
            return
        outcome = polling.outcome(answer)
        if outcome != "running":
            result = polling.result(answer)
            _end(request, {**self.own, **result} if self.own else result, failed=outcome == "failed")
            return
        if self.waited > LAST_POLL:
            days = self.waited // 86_400_000_000
            problem = f"the job has not ended in {days} days of virtual time; its status is {polling.status(answer)!r}"
            raise _unanswered(request, problem, "give the state TimeoutSeconds, or let a mock answer")
        request.later(self.interval, self.look)
        self.waited += self.interval
        if polling.every is None:
            self.interval += self.interval // 4
        elif self.waited >= polling.every[1] * 1_000_000:
            self.interval = polling.every[2] * 1_000_000


def _unanswered(request: Request, problem: str, advice: str) -> MockError:
    name = request.state.name
    return MockError(
        f"{place(request)}: {problem}\n"
        f"  resource  {request.resource.text}\n"
        f'  fix       {advice}: sfn_aws.state("{name}").returns(...)\n'
        f"  see       {see('mocks#jobs')}",
        state=name,
    )
