"""A fault in front of everything that answers the tasks of an account.

The engine has one task runner; an `Injection` is a task runner around that one. So an account without faults pays nothing
for them, and mocks, activities and machines started by tasks are all covered and need no code for it. An attempt that a fault
answers is no call of the mock: the mock records only the calls that reach it.

Each execution meets the fault anew, from its first call of the task; executions that it starts itself, those of a Map Run
for instance, count as part of it. Where the task is called by several items of a Map the fault belongs to the item that
called first, so that it can exhaust a Retrier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.engine.run import OpenTaskRequest
from pytest_sfn.errors import MockError
from pytest_sfn.faults.enumerate import HEARTBEAT
from pytest_sfn.links import see
from pytest_sfn.mocks.answers import MICROSECONDS
from pytest_sfn.names import suggest
from pytest_sfn.services.function_names import parse_function
from pytest_sfn.services.reach import invokes
from pytest_sfn.tasks.callees import callee_of
from pytest_sfn.tasks.functions import FUNCTION_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import Run, TaskRequest, TaskRunner
    from pytest_sfn.faults.fault import Fault
    from pytest_sfn.tasks.functions import PlainTask

__all__ = ["TIMEOUTS", "Injection", "impossible_faults", "root_of", "without"]

TIMEOUTS: Final = ("States.Timeout", HEARTBEAT)


class Injection:
    """A fault at work in an account: a task runner in front of another.

    Attributes:
        fault: the task and its error.
        number: how many were put into the account before it.
        answered: for each part of the fault the attempts that it made fail, in order.
    """

    __slots__ = ("_left", "answered", "behind", "fault", "number")

    def __init__(self, fault: Fault, behind: TaskRunner, number: int = 0) -> None:
        self.fault = fault
        self.number = number
        self.behind = behind
        self.answered: list[tuple[Fault, list[TaskRequest]]] = [(part, []) for part in fault._parts]
        self._left: dict[tuple[int, Run], _Left] = {}

    @property
    def missed(self) -> list[Fault]:
        """The parts of the fault whose task no execution has reached."""
        return [part for part, requests in self.answered if not requests]

    def check(self, request: TaskRequest) -> None:
        self.behind.check(request)

    def start(self, request: TaskRequest) -> None:
        """Let the task fail, or pass it on."""
        name = request.state.name
        for index, (part, requests) in enumerate(self.answered):
            if part.task == name and self._takes(index, part, request):
                requests.append(request)
                fail(request, part.error, "Injected by pytest-sfn")
                return
        self.behind.start(request)

    def _takes(self, index: int, part: Fault, request: TaskRequest) -> bool:
        key = index, root_of(request.run)
        left = self._left.get(key)
        if left is None:
            left = self._left[key] = _Left(request.item, part.times)
        if left.times == 0 or left.item != request.item:
            return False
        left.times -= 1
        return True

    def __repr__(self) -> str:
        return f"<Injection: {self.fault}>"


def without(injection: Injection, runner: TaskRunner) -> TaskRunner:
    """The task runner, in which other injections stand before the one that is taken out; as it is if that is not there."""
    if runner is injection:
        return injection.behind
    if isinstance(runner, Injection):
        runner.behind = without(injection, runner.behind)
    return runner


class _Left:
    """How often the fault still answers in one execution, and the Map item it belongs to."""

    __slots__ = ("item", "times")

    def __init__(self, item: tuple[int, ...], times: int) -> None:
        self.item = item
        self.times = times


def impossible_faults(injections: Sequence[Injection], machines: Iterable[StateMachine]) -> MockError | None:
    """The error for faults at work that none of these machines could ever meet; None if there is none, or no machine.

    Args:
        injections: the faults at work, in the order they were put into the account.
    """
    reaches = [machine._reach for machine in machines]
    tasks = {name: None for reach in reaches for name in (*reach.tasks, *reach.maps)}
    others = {name: kind for reach in reaches for name, kind in reach.others.items()}
    missed = [part for injection in reversed(injections) for part in injection.missed if part.task not in tasks]
    if not missed or not reaches:
        return None
    lines = []
    for part in reversed(missed):
        why = f"; it is a {others[part.task]} state" if part.task in others else suggest(part.task, tasks)
        lines.append(f"\n  {part}: no Task state {part.task!r} in any loaded machine{why}")
    faults, them = ("a fault", "it") if len(lines) == 1 else (f"{len(lines)} faults", "them")
    return MockError(
        f"{faults} never struck, and no loaded machine could meet {them}:{''.join(lines)}\n"
        f"  see  {see('faults#one-fault-by-hand')}",
        candidates=list(tasks),
    )


def root_of(run: Run) -> Run:
    """The execution that the test started, of which this one is a part."""
    while run.parent is not None:
        run = run.parent.run
    return run


def fail(request: TaskRequest, error: str, cause: str) -> None:
    """End an attempt with an error as the task would meet it.

    A timeout is one: nothing answers until TimeoutSeconds or HeartbeatSeconds is over. A task that has neither fails with
    that name at once. A function's own timeout takes its three seconds. The cause of a function's own error is Lambda's
    JSON text.
    """
    if error in TIMEOUTS and isinstance(request, OpenTaskRequest) and (request.timeout or request.heartbeat):
        if error == "States.Timeout" and request.timeout is not None:
            request.heartbeat_at = request.time + request.timeout + 1  # heartbeats come until then, and no more
        request.never()
        return
    if error in TIMEOUTS:
        request.fail(error, None)
        return
    delivery = _delivery(request)
    if error == "Sandbox.Timedout" and delivery.function is not None:
        limits = (FUNCTION_TIMEOUT_SECONDS * MICROSECONDS, request.timeout, request.heartbeat)
        delivery.function_timed_out(request, min(limit for limit in limits if limit is not None))
    else:
        delivery.failed(request, error, cause, verbatim=False, after=0)


def _delivery(request: TaskRequest) -> PlainTask:
    """How an answer of what the task calls reaches Step Functions."""
    name = qualifier = None
    if invokes(request.resource) and isinstance(request.parameters, dict):
        name, qualifier = (request.parameters.get(field) for field in ("FunctionName", "Qualifier"))
    if not isinstance(name, str) or parse_function(name) is None:
        name = None
    return callee_of(request.resource.text, name, qualifier if isinstance(qualifier, str) else None).delivery
