"""The faults of a definition: each task with each error that it can raise, once and often enough to exhaust a Retrier.

The errors of a task, in this order: those that its Retriers and Catchers name; those that the Parallels and Maps around
it name, if they can get that far; those of the service it calls; `States.Timeout`; `States.TaskFailed`; and one name that is
not in the definition, which only `States.ALL` and `States.TaskFailed` take. Left out are names that no task raises: wildcards,
errors of the interpreter itself such as `States.Runtime`, and names that AWS never reports.

Each error comes once, and as often as it takes to exhaust the Retrier that takes it; then, if a Parallel or Map around
the task retries as well, as often as it takes to exhaust that too.

Nothing runs here. The order is the definition's, so names of tests and the work of several processes agree.
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Final, TypeVar

from pytest_sfn.asl.model import ChoiceState, Constant, MapState, ParallelState, TaskState
from pytest_sfn.asl.outline import walk
from pytest_sfn.asl.pointer import resolve
from pytest_sfn.engine.retry import matches
from pytest_sfn.errors import PytestSfnError, StateError
from pytest_sfn.expressions.values import dumps
from pytest_sfn.faults.fault import Fault
from pytest_sfn.faults.service_errors import service_errors
from pytest_sfn.links import see
from pytest_sfn.names import suggest
from pytest_sfn.report.hints import NEVER_REPORTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pytest_sfn.asl.model import Catcher, Retrier, States
    from pytest_sfn.definition import StateMachine

__all__ = ["Route", "enumerate_faults", "faults_by_task", "pairs_of", "representatives", "singles", "task_names"]

UNEXPECTED: Final = "Unexpected.Error"
HEARTBEAT: Final = "States.HeartbeatTimeout"
NOT_RAISED_BY_TASKS: Final = frozenset({
    "States.ALL", "States.BranchFailed", "States.ExceedToleratedFailureThreshold", "States.IntrinsicFailure",
    "States.ItemReaderFailed", "States.NoChoiceMatched", "States.ParameterPathFailure", "States.QueryEvaluationError",
    "States.ResultPathMatchFailure", "States.ResultWriterFailed", "States.Runtime", *NEVER_REPORTED,
})  # fmt: skip
"""Wildcards and errors of the interpreter itself; no answer of a service has these names."""

MOST_TIMES: Final = 10_000
"""As often as a fault is repeated at most; a Standard execution ends at 25,000 events before that."""

RETRYING: Final = (TaskState, ParallelState, MapState)

Route = tuple[str, ...]
"""Pointers of the Retriers and the Catcher that take an error on its way out, innermost first. Errors of one route are alike:
the definition cannot tell them apart. The route of an error that a Choice Rule names ends with that name."""


class _Task:
    """A Task state and the Parallels and Maps around it, innermost first."""

    def __init__(self, state: TaskState, around: tuple[ParallelState | MapState, ...]) -> None:
        self.state = state
        self.around = around

    def errors(self, unnamed: str) -> list[str]:
        """The error names it can raise, without repetition."""
        names: dict[str, None] = dict.fromkeys(name for name in _named(self.state) if self._raises(name))
        below: list[Catcher] = list(self.state.catch)
        for state in self.around:
            for name in _named(state):
                if self._raises(name) and not _first(below, self._error(name)):
                    names[name] = None
            below += state.catch
        names.update(dict.fromkeys(service_errors(self.state.resource)))
        names.update(dict.fromkeys(("States.Timeout", "States.TaskFailed", unnamed)))
        return list(names)

    def way(self, name: str) -> tuple[Route, list[int]]:
        """The route of an error, and how many times it must be raised to get past each Retrier on it, beginning with 1."""
        error = self._error(name)
        route: list[str] = []
        times = [1]
        for state in (self.state, *self.around):
            if isinstance(state, MapState) and _tolerates_failures(state):
                break  # one item that fails does not fail it
            retrier = _first(state.retry, error)
            if retrier is not None:
                route.append(retrier.pointer)
                times.append(min(times[-1] * (retrier.max_attempts + 1), MOST_TIMES))
            catcher = _first(state.catch, error)
            if catcher is not None:
                route.append(catcher.pointer)
                break
        return tuple(route), list(dict.fromkeys(times))

    def _raises(self, name: str) -> bool:
        return name not in NOT_RAISED_BY_TASKS and (name != HEARTBEAT or self.state.heartbeat_seconds is not None)

    def _error(self, name: str) -> StateError:
        """The error as Retriers and Catchers see it; without TimeoutSeconds it is the heartbeat that times out."""
        state = self.state
        if name == HEARTBEAT or (name == "States.Timeout" and state.timeout_seconds is None and state.heartbeat_seconds):
            return StateError("States.Timeout", heartbeat=True)
        return StateError(name)


def _named(state: TaskState | ParallelState | MapState) -> Iterator[str]:
    rules: tuple[Retrier | Catcher, ...] = (*state.retry, *state.catch)
    for rule in rules:
        yield from rule.error_equals


def _tolerates_failures(state: MapState) -> bool:
    limits = (state.tolerated_failure_count, state.tolerated_failure_percentage)
    return any(limit is not None and not (isinstance(limit, Constant) and limit.value == 0) for limit in limits)


Rule = TypeVar("Rule", "Retrier", "Catcher")


def _first(rules: Sequence[Rule], error: StateError) -> Rule | None:
    return next((rule for rule in rules if matches(rule.error_equals, error)), None)


def _tasks(states: States) -> list[_Task]:
    return [_Task(state, around) for state, around in walk(states) if isinstance(state, TaskState)]


def task_names(state_machine: StateMachine) -> list[str]:
    """Names of all Task states, at any depth, in the definition's order."""
    return [task.state.name for task in _tasks(state_machine._model.states)]


def faults_by_task(
    state_machine: StateMachine,
    *,
    tasks: Iterable[str] | None = None,
    errors: Iterable[str] | None = None,
    extra: Iterable[str] = (),
) -> dict[str, list[tuple[Fault, Route]]]:
    """The single faults of each task, with the route each takes. Arguments and errors as for `enumerate_faults`."""
    everything = _tasks(state_machine._model.states)
    place = state_machine._source.name or state_machine.name
    if not everything:
        raise PytestSfnError(f"{place}: the definition has no Task states, so no task can fail\n  see  {see('faults')}")
    chosen = _names("tasks", tasks, [task.state.name for task in everything], place)
    only = _names("errors", errors)
    more = _names("extra", extra) or []
    named = {name for state in state_machine.states.values() if isinstance(state, RETRYING) for name in _named(state)}
    unnamed = UNEXPECTED
    while unnamed in named:
        unnamed += "_"
    choices = _choices(state_machine)
    found: dict[str, list[tuple[Fault, Route]]] = {}
    for task in everything:
        name = task.state.name
        if chosen is not None and name not in chosen:
            continue
        faults = found[name] = []
        for error in dict.fromkeys((*(task.errors(unnamed) if only is None else only), *more)):
            route, times = task.way(error)
            if re.search(rf"""["']{re.escape(error)}\\?["']""", choices):
                route = (*route, error)
            faults += [(Fault(name, error, often), route) for often in times]
    return found


def _choices(state_machine: StateMachine) -> str:
    """The Choice Rules of a definition as text."""
    rules = (
        resolve(state_machine.definition, f"{state.pointer}/Choices")
        for state in state_machine.states.values()
        if isinstance(state, ChoiceState)
    )
    return dumps(list(rules))


def _names(argument: str, given: Iterable[str] | None, known: Sequence[str] | None = None, place: str = "") -> list[str] | None:
    """The names of an argument, checked."""
    if given is None:
        return None
    names = [given] if isinstance(given, str) else list(given)
    for name in names:
        if not isinstance(name, str) or not name:
            raise PytestSfnError(f"{argument}={given!r}: {name!r} is not a name\n  see  {see('faults')}")
        if known is not None and name not in known:
            hint = suggest(name, known, "did you mean {!r}?") or f"its tasks are {', '.join(map(repr, known[:20]))}"
            raise PytestSfnError(f"{place}: there is no Task state {name!r}; {hint}")
    return names


def enumerate_faults(
    state_machine: StateMachine,
    *,
    tasks: Iterable[str] | None = None,
    errors: Iterable[str] | None = None,
    extra: Iterable[str] = (),
    every: bool = False,
    pairs: bool = False,
) -> list[Fault]:
    """The faults of a definition.

    Args:
        tasks: names of the Task states that fail; all when left out.
        errors: these error names instead of those that each task can raise.
        extra: error names in addition to those.
        every: whether each error that a task can raise is a fault, not one of those that are alike. Names in `errors` and
            `extra` always are.
        pairs: whether two faults of different tasks come together as well, one of those that are alike.

    Raises:
        PytestSfnError: the definition has no tasks, or not one of that name.
    """
    by_task = faults_by_task(state_machine, tasks=tasks, errors=errors, extra=extra)
    found = singles(by_task, every=every or errors is not None, extra=extra)
    if pairs:
        for first, second in combinations(map(representatives, by_task.values()), 2):
            found += pairs_of(first, second)
    return found


def singles(by_task: Mapping[str, list[tuple[Fault, Route]]], *, every: bool, extra: Iterable[str]) -> list[Fault]:
    """The faults that strike alone: all, or one of those that are alike beside those that the user names in `extra`."""
    if every:
        return [fault for faults in by_task.values() for fault, _ in faults]
    named = [extra] if isinstance(extra, str) else list(extra)
    found = []
    for faults in by_task.values():
        found += representatives(pair for pair in faults if pair[0].error not in named)
        found += [fault for fault, _ in faults if fault.error in named]
    return found


def representatives(faults: Iterable[tuple[Fault, Route]]) -> list[Fault]:
    """Of one task's faults one for each route and number of times, which names the errors of those like it."""
    alike: dict[tuple[Route, int], list[Fault]] = {}
    for fault, route in faults:
        alike.setdefault((route, fault.times), []).append(fault)
    return [
        Fault(first.task, first.error, first.times, alike=tuple(fault.error for fault in others))
        for first, *others in alike.values()
    ]


def pairs_of(first: Iterable[Fault], second: Iterable[Fault]) -> list[Fault]:
    """Each of the first together with each of the second."""
    seconds = [Fault(other.task, other.error, other.times) for other in second]
    return [Fault(one.task, one.error, one.times, other) for one in first for other in seconds]
