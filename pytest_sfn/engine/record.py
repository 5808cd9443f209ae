"""The records of a run's log, typed: every kind has a class with named fields, made when somebody reads.

The engine appends flat slots (log.py), since that costs the writer least. `Records` reads them, from where it was on;
`KINDS` says for each kind which class it has, and how the class's own fields are made of the slots `a` and `b`.
Nothing outside `engine` and `trace` touches the slots.

A kind is an AWS event type, which has an event id, or a lower-case word for a record of ours, which has none: its
`event_id` is that of the latest event before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.dataclass import dataclass
from pytest_sfn.engine.log import slots_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_sfn.asl.model import Catcher
    from pytest_sfn.engine.bodies import MapRule
    from pytest_sfn.engine.distributed.map_run import ChildRuns
    from pytest_sfn.engine.run import Run, Strand, TaskRequest
    from pytest_sfn.engine.states import StateRule
    from pytest_sfn.errors import StateError
    from pytest_sfn.lambda_.runtime import CodePlace

__all__ = ["KINDS", "Answered", "BodyFailed", "BodyMocked", "BodyStarted", "BodySucceeded", "CatchTaken", "ChildStarted"]
__all__ += ["ChoiceTaken", "Drawn", "EvaluationFailed", "ExecutionFailed", "ExecutionRedriven", "ExecutionStarted"]
__all__ += ["ExecutionSucceeded", "HttpExchanged", "IterationEnded", "IterationStarted", "MapRunFailed", "MapRunRedriven"]
__all__ += [
    "MapRunStarted",
    "MapRunSucceeded",
    "Raised",
    "Record",
    "Records",
    "RetryChosen",
    "Stalled",
    "StateAborted",
    "StateEntered",
]
__all__ += ["StateExited", "StrandFailed", "StrandResumed", "TaskFailed", "TaskScheduled", "TaskStarted", "TaskSubmitted"]
__all__ += ["TaskSucceeded", "record_of", "records"]


@dataclass(slots=True)
class Record:
    """What all records have.

    Attributes:
        kind: an AWS event type, or a lower-case word.
        event_id: the event's id; of a record that is no event, the latest event's before it.
        previous: the event id that the event points back at.
        now: virtual microseconds since the account's start.
        strand: where it happened.
    """

    kind: str
    event_id: int
    previous: int
    now: int
    strand: Strand


@dataclass(slots=True)
class ExecutionStarted(Record):
    input: Any
    variables: Mapping[str, Any] | None


@dataclass(slots=True)
class ExecutionSucceeded(Record):
    output: Any


@dataclass(slots=True)
class ExecutionFailed(Record):
    """The execution has failed, timed out or was aborted; the kind says which."""

    error: str | None
    cause: str | None


@dataclass(slots=True)
class ExecutionRedriven(Record):
    """The execution goes on after an end; `token` is that of the client that asked for it."""

    count: int
    token: str | None


@dataclass(slots=True)
class StateEntered(Record):
    rule: StateRule
    input: Any


@dataclass(slots=True)
class StateExited(Record):
    rule: StateRule
    variables: Mapping[str, Any] | None
    output: Any


@dataclass(slots=True)
class StateAborted(Record):
    """A state was stopped, since a sibling of its branch or iteration has failed."""

    rule: StateRule


@dataclass(slots=True)
class EvaluationFailed(Record):
    rule: StateRule
    error: StateError


@dataclass(slots=True)
class TaskScheduled(Record):
    """An attempt of a task begins; tasks of Lambda and activities have kinds of their own, here as below."""

    request: TaskRequest


@dataclass(slots=True)
class TaskStarted(Record):
    request: TaskRequest
    worker: str | None


@dataclass(slots=True)
class TaskSubmitted(Record):
    request: TaskRequest
    output: Any


@dataclass(slots=True)
class TaskSucceeded(Record):
    request: TaskRequest
    result: Any


@dataclass(slots=True)
class TaskFailed(Record):
    """The attempt has failed or timed out."""

    request: TaskRequest
    error: str | None
    cause: str | None

    @property
    def timed_out(self) -> bool:
        return self.kind.endswith("TimedOut")


@dataclass(slots=True)
class HttpExchanged(Record):
    """An endpoint has answered the request of an HTTP task: a `tasks.http_message.HttpRequest` and `HttpResponse`."""

    sent: Any
    response: Any


@dataclass(slots=True)
class BodyStarted(Record):
    """An attempt of a Parallel or Map begins. `length` is None for a Parallel, 0 where the items are still to be read."""

    rule: StateRule
    length: int | None


@dataclass(slots=True)
class BodySucceeded(Record):
    rule: StateRule


@dataclass(slots=True)
class BodyFailed(Record):
    error: StateError


@dataclass(slots=True)
class BodyMocked(Record):
    """A Parallel or Map ran alone (engine/one_state.py): its branches or iterations did not run.

    Attributes:
        fields: what the state's own fields came to, under the names of `InspectionData` in the API.
        result: the mocked result; UNDEFINED for an error.
    """

    fields: Mapping[str, Any]
    result: Any


@dataclass(slots=True)
class IterationStarted(Record):
    rule: MapRule
    index: int


@dataclass(slots=True)
class IterationEnded(Record):
    """An iteration has succeeded, failed or was aborted; the kind says which."""

    rule: MapRule
    index: int


@dataclass(slots=True)
class MapRunStarted(Record):
    rule: MapRule
    map_run: ChildRuns


@dataclass(slots=True)
class MapRunRedriven(Record):
    map_run: ChildRuns
    count: int


@dataclass(slots=True)
class MapRunSucceeded(Record):
    map_run: ChildRuns


@dataclass(slots=True)
class MapRunFailed(Record):
    map_run: ChildRuns
    error: str | None
    cause: str | None


@dataclass(slots=True)
class RetryChosen(Record):
    """A Retrier takes an error.

    Attributes:
        retrier: its index.
        delay: of the backoff, in microseconds.
    """

    rule: StateRule
    retrier: int
    delay: int
    error: StateError


@dataclass(slots=True)
class CatchTaken(Record):
    rule: StateRule
    catcher: Catcher
    error: StateError


@dataclass(slots=True)
class ChoiceTaken(Record):
    """A Choice state has chosen; `choice` is the index of the Choice Rule, None for Default."""

    rule: StateRule
    choice: int | None


@dataclass(slots=True)
class ChildStarted(Record):
    """A task has started an execution."""

    child: Run


@dataclass(slots=True)
class Answered(Record):
    """A mock has answered a task that says where its answer is written."""

    place: str


@dataclass(slots=True)
class Raised(Record):
    """The function of a task has raised an exception in this line of the user's code."""

    place: CodePlace


@dataclass(slots=True)
class Stalled(Record):
    """AWS leaves the execution where it is, neither going on nor failing."""

    reason: str


@dataclass(slots=True)
class Drawn(Record):
    """An expression has drawn from a random stream; `Chance.drawn` gives the same generator again."""

    purpose: str
    number: int


@dataclass(slots=True)
class StrandFailed(Record):
    """Nothing in the strand has handled the error. The rule is that of the body when no state was entered yet."""

    rule: StateRule
    error: StateError


@dataclass(slots=True)
class StrandResumed(Record):
    """The execution was redriven, and the strand goes on in its state."""

    rule: StateRule


def _first(a: Any, b: Any) -> tuple[Any, ...]:
    return (a,)


def _pair(a: Any, b: Any) -> tuple[Any, ...]:
    return tuple(a)


def _all_and_second(a: Any, b: Any) -> tuple[Any, ...]:
    return *a, b


def _first_and_pair(a: Any, b: Any) -> tuple[Any, ...]:
    return a, *b


def _exit(a: Any, b: Any) -> tuple[Any, ...]:
    return (*a, b) if type(a) is tuple else (a, None, b)


TYPES: Final = ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")
KINDS: Final[dict[str, tuple[Callable[..., Record], Callable[[Any, Any], tuple[Any, ...]] | None]]] = {
    "ExecutionStarted": (ExecutionStarted, None),
    "ExecutionSucceeded": (ExecutionSucceeded, _first),
    **dict.fromkeys(("ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"), (ExecutionFailed, _pair)),
    "ExecutionRedriven": (ExecutionRedriven, None),
    **{f"{state}StateEntered": (StateEntered, None) for state in TYPES},
    **{f"{state}StateExited": (StateExited, _exit) for state in TYPES if state != "Fail"},
    **{f"{state}StateAborted": (StateAborted, _first) for state in ("Map", "Parallel", "Task", "Wait")},
    "EvaluationFailed": (EvaluationFailed, None),
    **{f"{task}Scheduled": (TaskScheduled, _first) for task in ("Activity", "LambdaFunction", "Task")},
    **{f"{task}Started": (TaskStarted, None) for task in ("Activity", "LambdaFunction", "Task")},
    "TaskSubmitted": (TaskSubmitted, None),
    **{f"{task}Succeeded": (TaskSucceeded, None) for task in ("Activity", "LambdaFunction", "Task")},
    **{f"{task}{end}": (TaskFailed, _first_and_pair)
       for task in ("Activity", "LambdaFunction", "Task") for end in ("Failed", "TimedOut")},
    **dict.fromkeys(("MapStateStarted", "ParallelStateStarted"), (BodyStarted, None)),
    **dict.fromkeys(("MapStateSucceeded", "ParallelStateSucceeded"), (BodySucceeded, _first)),
    **dict.fromkeys(("MapStateFailed", "ParallelStateFailed"), (BodyFailed, _first)),
    "mocked": (BodyMocked, None),
    "MapIterationStarted": (IterationStarted, None),
    **{f"MapIteration{end}": (IterationEnded, None) for end in ("Succeeded", "Failed", "Aborted")},
    "MapRunStarted": (MapRunStarted, None),
    "MapRunRedriven": (MapRunRedriven, None),
    "MapRunSucceeded": (MapRunSucceeded, _first),
    "MapRunFailed": (MapRunFailed, _first_and_pair),
    "http": (HttpExchanged, None),
    "retry": (RetryChosen, _all_and_second),
    "catch": (CatchTaken, _all_and_second),
    "choice": (ChoiceTaken, None),
    "child": (ChildStarted, _first),
    "answered": (Answered, _first),
    "raised": (Raised, _first),
    "stalled": (Stalled, _first),
    "draw": (Drawn, _pair),
    "failed": (StrandFailed, None),
    "resumed": (StrandResumed, _first),
}  # fmt: skip
"""Kind to its class, and how the class's own fields are made of the slots `a` and `b`; None where they are those two."""


class Records:
    """Reads the records of a run, and goes on where it was when the log has grown."""

    __slots__ = ("_at", "_event_id", "run")

    def __init__(self, run: Run) -> None:
        self.run = run
        self._at = 0
        self._event_id = 0

    def new(self) -> list[Record]:
        """The records since the last time, oldest first."""
        log, at, event_id = self.run.log, self._at, self._event_id
        found = []
        for kind, previous, now, strand, a, b in slots_of(log[at:] if at else log):
            if previous or not kind.islower():  # only events point back at one, and nearly all of them do
                event_id += 1
            found.append(record_of(kind, event_id, previous, now, strand, a, b))
        self._at, self._event_id = len(log), event_id
        return found


def records(run: Run) -> list[Record]:
    """All records so far, oldest first."""
    return Records(run).new()


def record_of(kind: str, event_id: int, previous: int, now: int, strand: Strand, a: Any, b: Any) -> Record:
    """One record of its slots."""
    make, fields = KINDS[kind]
    if fields is None:
        return make(kind, event_id, previous, now, strand, a, b)
    return make(kind, event_id, previous, now, strand, *fields(a, b))
