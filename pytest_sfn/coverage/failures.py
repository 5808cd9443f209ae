"""Failures that could take an error path: which task fails, with which error, how often.

They are tried in order (`trials.py`), so this module only leaves out what surely does not get there. For a name that stands
for several errors come those that the task's service can have. The error of a Parallel or Map is raised by a Task inside.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, Literal

from pytest_sfn.asl.model import MapState, ParallelState, Retrier, TaskState
from pytest_sfn.asl.outline import bodies, taker_of, walk
from pytest_sfn.asl.pointer import last
from pytest_sfn.dataclass import dataclass
from pytest_sfn.engine.retry import matched_name, matches
from pytest_sfn.errors import StateError
from pytest_sfn.faults.service_errors import service_errors
from pytest_sfn.report.hints import NEVER_REPORTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_sfn.asl.model import Catcher

__all__ = ["Failure", "Retrying", "failures"]

Retrying = TaskState | MapState | ParallelState
"""A state that may have Retriers and Catchers."""

_WILDCARDS: Final = ("States.ALL", "States.TaskFailed")
_NOBODY_TAKES: Final = frozenset({"States.Runtime", *NEVER_REPORTED})
_TIMEOUT: Final = "States.Timeout"
_HEARTBEAT: Final = "States.HeartbeatTimeout"
_THRESHOLD: Final = "States.ExceedToleratedFailureThreshold"
_OF_MAP: Final[dict[str, Literal["item_reader", "result_writer"]]] = {
    "States.ItemReaderFailed": "item_reader",
    "States.ResultWriterFailed": "result_writer",
}
_TRIED: Final = 6
"""How many Tasks of a Parallel or Map are tried, and how many errors of a service."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that fails, or a Map whose call to S3 does; with no state nothing fails but what the definition itself lets fail.

    Attributes:
        state: the Task, or the Map.
        error: its error name; "" for a task that never answers.
        once: whether it succeeds afterwards; else it fails whenever it is called.
        field: of a Map: "item_reader" or "result_writer".
    """

    state: TaskState | MapState | None = None
    error: str = ""
    once: bool = False
    field: Literal["item_reader", "result_writer"] | None = None


def failures(owner: Retrying, pointer: str) -> Iterator[Failure]:
    """Failures that could take an error path of a state.

    Args:
        pointer: of an error name of one of its Retriers or Catchers.
    """
    place = taker_of(pointer)
    takers: Sequence[Retrier | Catcher] = owner.retry if any(each.pointer == place for each in owner.retry) else owner.catch
    taker = next(each for each in takers if each.pointer == place)
    index = int(last(pointer))
    for failure in _by_name(owner, taker.error_equals[index]):
        error = _as_seen(owner, failure)
        first = next((each for each in takers if matches(each.error_equals, error)), None)
        if first is taker and matched_name(taker.error_equals, error) == index:
            if isinstance(taker, Retrier) and taker.max_attempts:  # its own test ends well, if the task can succeed
                yield Failure(failure.state, failure.error, True, failure.field)
            yield failure
    if not isinstance(owner, TaskState):
        yield Failure()  # a Fail state inside


def _by_name(owner: Retrying, name: str) -> Iterator[Failure]:
    """Failures whose error an ErrorEquals may have meant by a name."""
    if name in _NOBODY_TAKES:
        return
    if isinstance(owner, TaskState):
        yield from (Failure(owner, error) for error in _errors(owner, name))
        return
    field = _OF_MAP.get(name)
    if isinstance(owner, MapState) and field is not None:
        if getattr(owner, field) is not None:  # of these two Step Functions makes its own error
            yield Failure(owner, "S3.NoSuchKey" if field == "item_reader" else "S3.AccessDeniedException", field=field)
        return
    distributed = isinstance(owner, MapState) and owner.mode == "DISTRIBUTED"
    if distributed and name != _THRESHOLD and name not in _WILDCARDS:
        return  # of its items only their number reaches the Map
    below = sorted((found for body in bodies(owner) for found in walk(body)), key=lambda found: len(found[1]))
    tasks = (inner for inner, _ in below if isinstance(inner, TaskState))
    for task in islice(tasks, _TRIED):
        yield from (Failure(task, error) for error in _errors(task, "States.ALL" if distributed else name))


def _errors(task: TaskState, name: str) -> Iterator[str]:
    """Errors of a task that a name may stand for, the likeliest first; "" for no answer."""
    if name == _HEARTBEAT:
        yield from [""] if task.heartbeat_seconds is not None else []
    elif name == _TIMEOUT:
        yield from [""] if task.timeout_seconds is not None else []
        yield _TIMEOUT
    elif name in _WILDCARDS:
        is_function = task.resource.kind != "service" or "lambda" in (task.resource.service or "")
        own = ("Exception",) if is_function or task.resource.pattern == ".waitForTaskToken" else ()
        failed = ("States.TaskFailed",)
        services = tuple(islice(service_errors(task.resource), _TRIED)) if not is_function else ()
        yield from own
        yield from (*failed, *services) if task.resource.pattern.startswith(".sync") else (*services, *failed)
        yield from (_TIMEOUT,) if name == "States.ALL" else ()
    else:
        yield name


def _as_seen(owner: Retrying, failure: Failure) -> StateError:
    """The error as the owner's Retriers and Catchers see it."""
    state = failure.state
    if failure.field is not None:
        return StateError(next(name for name, field in _OF_MAP.items() if field == failure.field), catchable=True)
    if isinstance(owner, MapState) and owner.mode == "DISTRIBUTED":
        return StateError(_THRESHOLD, catchable=True)
    if failure.error == "" and isinstance(state, TaskState):
        return StateError(_TIMEOUT, catchable=True, heartbeat=state.heartbeat_seconds is not None)
    return StateError(failure.error, catchable=True)
