"""Who answered, in place of a mock, the tasks that the mock is for: a mock that comes before it, or no mock at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pytest_sfn.engine.record import MapRunStarted, TaskScheduled, records
from pytest_sfn.errors import PytestSfnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pytest_sfn.engine.run import Run, TaskRequest
    from pytest_sfn.mocks.mock import Mock
    from pytest_sfn.mocks.plan import Plan
    from pytest_sfn.tasks.request import Request

__all__ = ["others"]


class Registered(Protocol):
    """`mocks.registry.Registry` fulfils it."""

    @property
    def states(self) -> Mapping[str, Mock]:
        """The mocks of states by name."""

    @property
    def runs(self) -> Callable[[], Sequence[Run]]:
        """Gives the executions so far."""

    def __iter__(self) -> Iterator[Mock]:
        """The mocks of all targets."""

    def _plan(self, request: Request) -> Plan:
        """The targets of a task."""


def others(registry: Registered, mock: Mock) -> dict[str, int]:
    """Those that answered in place of a mock, in words, and how often each did.

    A function's or a Resource's mock stands for a task only while no state's mock does, so what a service, a worker or a fault
    answered counts for mocks of states alone.
    """
    whole = mock._wider or mock
    state = next((name for name, each in registry.states.items() if each is whole), None)
    found: dict[str, int] = {}
    mocked: set[int] = set()
    for other in registry:
        mocked.update(map(id, other._records))
        for request in other._records if other is not whole else ():
            if _is_for(registry, whole, state, request) and _admits(mock, request):
                found[other.label] = found.get(other.label, 0) + 1
    for request in _tasks(registry.runs(), state) if state is not None else ():
        if request.answered and id(request) not in mocked and _admits(mock, request):
            name = _answerer(request)
            found[name] = found.get(name, 0) + 1
    return found


def _is_for(registry: Registered, whole: Mock, state: str | None, request: Request) -> bool:
    if state is not None:
        return request.state.name == state
    try:
        return any(target is whole for target, _ in registry._plan(request).targets)
    except PytestSfnError:  # two mocks of endpoints take it
        return False


def _admits(mock: Mock, request: Request) -> bool:
    """Whether the request meets the conditions of a narrower mock."""
    try:
        return mock._condition.admits(request, mock._asked)
    except Exception:  # noqa: BLE001 - of a predicate, which is asked of requests that it did not expect
        return False


def _tasks(runs: Iterable[Run], state: str) -> Iterator[TaskRequest]:
    """The attempts of a Task state, in Map Runs as well."""
    for run in runs:
        if state not in run.program.rules:
            continue
        for record in records(run):
            if isinstance(record, TaskScheduled) and record.request.state.name == state:
                yield record.request
            elif isinstance(record, MapRunStarted):
                yield from _tasks(record.map_run.runs, state)


def _answerer(request: TaskRequest) -> str:
    resource = request.resource
    if resource.kind == "activity":
        return "a worker"
    if resource.kind == "service" and resource.service != "lambda":
        return f"{resource.service}:{resource.action} itself"
    return "a fault"
