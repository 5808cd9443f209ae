"""The line of a mock that takes an error path which no test has taken.

For each error name that could lead there, Retry and Catch are matched as the interpreter matches them; the first name that
gets there makes the line. An error raised for ever exhausts its Retriers and goes on to the Catchers; one raised once is
retried. The error of a Parallel or Map is raised by a Task inside, where nothing takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.asl.model import MapState, ParallelState, TaskState
from pytest_sfn.asl.outline import Holder, bodies, walk
from pytest_sfn.engine.retry import matched_name, matches
from pytest_sfn.errors import StateError, printable
from pytest_sfn.report.hints import NEVER_REPORTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_sfn.asl.model import Catcher, Retrier, State, StateMachineModel

__all__ = ["mock_line"]

WILDCARDS: Final[dict[str, tuple[str, ...]]] = {
    "States.ALL": ("Exception", "States.TaskFailed", "States.Timeout"),
    "States.TaskFailed": ("Exception", "States.TaskFailed"),
    **dict.fromkeys(NEVER_REPORTED, ()),
}
"""Errors to try for the names that stand for several, or for none."""
THRESHOLD: Final = "States.ExceedToleratedFailureThreshold"


def mock_line(model: StateMachineModel, pointer: str) -> str | None:
    """The line for an error path.

    Args:
        pointer: of a Retrier, a Catcher's Next or an error name, in the substituted definition.

    Returns:
        A statement, or None where no error that a mock can raise leads there.
    """
    for state in model.all_states.values():
        if pointer.startswith((f"{state.pointer}/Retry/", f"{state.pointer}/Catch/")):
            return _line(state, pointer)
    return None


def _line(state: State, pointer: str) -> str | None:
    assert isinstance(state, (TaskState, MapState, ParallelState))
    takers: Sequence[Retrier | Catcher] = state.retry if pointer.startswith(f"{state.pointer}/Retry/") else state.catch
    again = takers is state.retry
    owner = next(each for each in takers if f"{pointer}/".startswith(f"{each.pointer}/"))
    for name in owner.error_equals:
        for error in _candidates(state, name):
            if _taker(takers, error) is not owner:
                continue
            index = matched_name(owner.error_equals, _error(error))
            if "/ErrorEquals/" in pointer and pointer != f"{owner.pointer}/ErrorEquals/{index}":
                continue
            line = _mock(state, error, again=again)
            if line is not None:
                return line
    return None


def _candidates(state: TaskState | MapState | ParallelState, name: str) -> tuple[str, ...]:
    """Errors to try for a name. Of a distributed Map's items only their number reaches the Map."""
    if isinstance(state, MapState) and state.mode == "DISTRIBUTED":
        return (THRESHOLD,) if name in (THRESHOLD, "States.ALL", "States.TaskFailed") else ()
    return WILDCARDS.get(name, (name,))


def _error(name: str) -> StateError:
    if name == "States.HeartbeatTimeout":
        return StateError("States.Timeout", catchable=True, heartbeat=True)
    return StateError(name, catchable=True)


def _taker(takers: Sequence[Retrier | Catcher], error: str) -> Retrier | Catcher | None:
    return next((taker for taker in takers if matches(taker.error_equals, _error(error))), None)


def _mock(state: TaskState | MapState | ParallelState, error: str, *, again: bool) -> str | None:
    if isinstance(state, TaskState):
        target = f"sfn_mock.state({_quoted(state.name)})"
        if error == "States.HeartbeatTimeout":
            return f"{target}.times_out()" if state.heartbeat_seconds is not None else None
        if error == "States.Timeout" and state.timeout_seconds is not None and not again:
            return f"{target}.times_out()"
        if again:
            return f"{target}.raises({_quoted(error)}, times=1).returns({{}})"
        return f"{target}.raises({_quoted(error)})"
    if isinstance(state, MapState) and state.mode == "DISTRIBUTED":
        error = "Exception"
    for task, between in _tasks(state):
        if _taker(task.catch, error) is None and all(_lets_out(each, error) for each in between):
            # The Task's own Retriers would take an error raised once.
            once = again and _taker(task.retry, error) is None
            return _mock(task, error, again=once)
    return None


def _lets_out(state: MapState | ParallelState, error: str) -> bool:
    return _taker(state.catch, error) is None and _taker(state.retry, error) is None


def _tasks(state: Holder) -> list[tuple[TaskState, tuple[Holder, ...]]]:
    """All Tasks below, the nearest first, with the Parallels and Maps between the state and each."""
    below = [found for body in bodies(state) for found in walk(body)]
    tasks = [(inner, between) for inner, between in below if isinstance(inner, TaskState)]
    return sorted(tasks, key=lambda found: len(found[1]))


def _quoted(text: str) -> str:
    return '"' + printable(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'
