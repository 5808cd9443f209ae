"""The trace read as visits of states, their attempts, and the lines (main, branch, iteration) on which they happened.

`Visits` reads a run's records in one pass on demand, and again when there are more. The engine makes none of these objects.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn

from pytest_sfn.asl.model import ChoiceState
from pytest_sfn.engine import record as r
from pytest_sfn.engine.record import records
from pytest_sfn.engine.run import NO_VARIABLES
from pytest_sfn.errors import ExecutionError, UnknownAttributeError, printable
from pytest_sfn.expressions.values import UNDEFINED, release
from pytest_sfn.names import suggest
from pytest_sfn.trace.inspection import Inspector, stages_of
from pytest_sfn.trace.map_run import MapRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pytest_sfn.asl.model import Catcher, State
    from pytest_sfn.engine.distributed.map_run import ChildRuns
    from pytest_sfn.engine.run import MapRunView, Rule, Run, Strand, TaskRequest
    from pytest_sfn.errors import StateError
    from pytest_sfn.lambda_.runtime import CodePlace

__all__ = ["Attempt", "Line", "StatePath", "Visit", "Visits", "child_line", "following"]


def _as_it_is(run: Run) -> Run:
    return run


def following(state: State, choice: int | None, catcher: Catcher | None) -> str | None:
    """The name of the state to which a state that was left leads; None at the end.

    Args:
        choice: index of the Choice Rule that matched; None for Default and for other types.
        catcher: the Catcher that took its error, if one did.
    """
    if catcher is not None:
        return catcher.next
    if isinstance(state, ChoiceState):
        return state.default if choice is None else state.choices[choice].next
    return state.next


def stage(name: str, doc: str) -> Any:
    """A property of `Visit` that gives a copy of the value after that stage."""

    def read(visit: Visit) -> Any:
        __tracebackhide__ = True
        found = visit.stages
        if name in found:
            return found[name]
        model = visit._rule.model
        has = stages_of(model)
        if name not in has:
            known = f"only {', '.join(has)}" if has else "only input and output"
            raise AttributeError(f"state {visit.name!r}, a {model.type} in {model.query_language}, has no {name}; {known}")
        why = "is still running" if visit.error is None and visit.exited is None else f"failed with {visit.error}"
        raise ExecutionError(f"state {visit.name!r} did not get as far as {name}: it {why}")

    return property(read, doc=doc)


class Attempt:
    """One try of a Task, Parallel or Map.

    Attributes:
        number: 1 for the first.
        started, ended: virtual time since the execution's start; `ended` is None while it runs.
        backoff_seconds: the wait before the next attempt; None if this was the last one.
        retrier: index of the Retrier that took the error, or None.
    """

    __slots__ = ("_expired", "_failure", "_raised", "backoff_seconds", "ended", "number", "retrier", "started")

    def __init__(self, number: int, started: timedelta) -> None:
        self.number = number
        self.started = started
        self.ended: timedelta | None = None
        self._expired: TaskRequest | None = None  # its request, if a timeout ended it
        self._failure: StateError | None = None
        self._raised: CodePlace | None = None
        self.backoff_seconds: float | None = None
        self.retrier: int | None = None

    @property
    def error(self) -> str | None:
        """The error name of the attempt's failure; None if the attempt did not fail."""
        return None if self._failure is None else self._failure.error

    @property
    def cause(self) -> str | None:
        """The cause of the attempt's failure; None without one."""
        return None if self._failure is None else self._failure.cause

    def __repr__(self) -> str:
        parts = [f"attempt {self.number}"]
        if self.error is not None:
            parts.append(self.error)
        if self.backoff_seconds is not None:
            parts.append(f"then {self.backoff_seconds:g} s of backoff")
        return printable(f"<{', '.join(parts)}>")


class Visit:
    """A state from its Entered to its Exited event.

    Attributes:
        name, type: of the state.
        entered, exited: virtual time since the execution's start; `exited` is None when it did not exit.
        attempts: of a Task, Parallel or Map; empty for other types.
        catcher: the Catcher that took the error, or None.
        choice: index of the Choice Rule that matched, None for Default and for other types.

    Attributes that begin with an underscore are for the readers of the trace: the failure, the strand and the rule, the values
    and the variables assigned without a copy, the engine's last request of a Task, the runs that it started and where its
    answers are written, the children of a distributed Map, the line on which the visit happened, and the lines of a Parallel or
    Map.
    """

    __slots__ = (
        "_answered_at", "_child_runs", "_event_id", "_failure", "_input", "_line", "_lines", "_map_run", "_output",
        "_raw_assigned", "_raw_input", "_raw_output", "_request", "_rule", "_stages", "_strand", "_visits", "attempts",
        "catcher", "choice", "entered", "exited", "name", "type",
    )  # fmt: skip

    after_input_path = stage("after_input_path", "The effective input: what InputPath selected of the input.")
    after_items_path = stage("after_items_path", "The array whose items a Map processes.")
    after_parameters = stage("after_parameters", "The value after Parameters; of a Task the request of its last attempt.")
    after_arguments = stage("after_arguments", "The value of Arguments; of a Task the request of its last attempt.")
    result = stage("result", "The result: a task's answer, outputs of the branches or iterations, a Pass's Result.")
    after_result_selector = stage("after_result_selector", "The result after ResultSelector.")
    after_result_path = stage("after_result_path", "The input with the result at ResultPath.")

    _line: Line

    def __init__(self, visits: Visits, record: r.StateEntered, entered: timedelta) -> None:
        self._visits = visits
        self._strand = record.strand
        self._rule = record.rule
        self.name = record.rule.name
        self.type = record.rule.model.type
        self.entered = entered
        self._event_id = record.event_id
        self.exited: timedelta | None = None
        self._raw_input = record.input
        self._raw_output: Any = UNDEFINED
        self._raw_assigned: Mapping[str, Any] = NO_VARIABLES
        self._input: Any = UNDEFINED
        self._output: Any = UNDEFINED
        self.attempts: list[Attempt] = []
        self._request: TaskRequest | None = None
        self.catcher: Catcher | None = None
        self._failure: StateError | None = None
        self.choice: int | None = None
        self._lines: list[Line] = []
        self._map_run: ChildRuns | None = None
        self._child_runs: list[Run] = []
        self._answered_at: dict[str, None] = {}
        self._stages: dict[str, Any] | None = None

    # what its records say of it

    def _begin_attempt(self, now: timedelta) -> None:
        self.attempts.append(Attempt(len(self.attempts) + 1, now))

    def _fail_attempt(self, now: timedelta, error: StateError) -> Attempt:
        """End its attempt with an error; it has failed before it was scheduled when none is open."""
        if not self.attempts or self.attempts[-1].ended is not None:
            self._begin_attempt(now)
        attempt = self.attempts[-1]
        attempt.ended = now
        attempt._failure = error
        return attempt

    def _fail(self, error: StateError, catcher: Catcher | None) -> None:
        self._failure, self.catcher = error, catcher

    def _resume(self, now: timedelta, ended: timedelta | None) -> None:
        """Go on with it, since the execution is redriven, that had ended at `ended`."""
        self._failure = self.catcher = None
        last = self.attempts[-1] if self.attempts else None
        if self.type == "Task" and last is not None and last.ended is None:
            last.ended = ended  # it was stopped
        elif self.type != "Task" and last is not None and last.ended is not None:
            self._begin_attempt(now)  # a Task's is scheduled

    def _exit(self, now: timedelta, record: r.StateExited) -> None:
        self.exited = now
        self._raw_output = record.output
        self._raw_assigned = record.variables or NO_VARIABLES
        if self.attempts and self.attempts[-1].ended is None:
            self.attempts[-1].ended = now

    # what tests read

    @property
    def stages(self) -> dict[str, Any]:
        """The value after each stage of the data flow that was reached, in order, copied: `{"after_input_path": ...}`."""
        if self._stages is None:
            self._stages = self._visits.inspector.stages(self._event_id)
        return self._stages

    @property
    def children(self) -> list[Any]:
        """The executions that this task started, as `Execution` objects, in order."""
        return [self._visits.show(run) for run in self._child_runs]

    @property
    def input(self) -> Any:
        """A copy of the state's input."""
        if self._input is UNDEFINED:
            self._input = release(self._raw_input)
        return self._input

    @property
    def output(self) -> Any:
        """A copy of the state's output; None when it did not exit."""
        if self._output is UNDEFINED:
            self._output = release(self._raw_output) if self._raw_output is not UNDEFINED else None
        return self._output

    @property
    def variables(self) -> dict[str, Any]:
        """Copies of the variables that the state's expressions saw, by name; what it assigned itself is in `assigned`."""
        return _copied(self._visits.inspector.visits[self._event_id].scope)

    @property
    def assigned(self) -> dict[str, Any]:
        """Copies of the variables that the state assigned when it exited, or its Catcher did, by name."""
        return _copied(self._raw_assigned)

    @property
    def next(self) -> str | None:
        """The name of the state to which it leads, also by a Catcher; None at the end, or if it failed."""
        return None if self.exited is None else following(self._rule.model, self.choice, self.catcher)

    @property
    def error(self) -> str | None:
        """The error name of the visit's failure, caught or not; None if the visit did not fail."""
        return None if self._failure is None else self._failure.error

    @property
    def cause(self) -> str | None:
        """The cause of the visit's failure, caught or not; None without one."""
        return None if self._failure is None else self._failure.cause

    @property
    def retries(self) -> int:
        """How many retries were made in this visit."""
        return sum(attempt.backoff_seconds is not None for attempt in self.attempts)

    @property
    def caught(self) -> bool:
        """Whether a Catcher took the visit's error."""
        return self.catcher is not None

    @property
    def item(self) -> int | tuple[int, ...] | None:
        """Index of the Map iteration that the visit is in; a tuple, outermost first, in nested Maps; None outside Maps."""
        items = self._strand.items()
        if not items:
            return None
        return items[0] if len(items) == 1 else items

    @property
    def branch(self) -> int | None:
        """Index of the innermost Parallel branch that the visit is in; None outside Parallels."""
        strand = self._strand
        while strand.body is not None:
            if strand.body.state.model.type == "Parallel":
                return strand.index
            strand = strand.body.parent
        return None

    @property
    def iterations(self) -> list[Line]:
        """Iterations of a Map, of its last attempt, in the order of the items; those not started are left out.

        For a distributed Map, its child executions; of very many that succeeded only the first are kept.
        """
        if self._map_run is not None:
            return [child_line(run, index) for index, run in self._map_run.kept()]
        return self._last_attempt("Map")

    @property
    def map_run(self) -> MapRun | None:
        """Of a distributed Map, the Map Run of its last attempt; None for other states."""
        return None if self._map_run is None else MapRun(self._map_run)

    @property
    def branches(self) -> list[Line]:
        """Branches of a Parallel, of its last attempt."""
        return self._last_attempt("Parallel")

    def _last_attempt(self, kind: str) -> list[Line]:
        if self.type != kind:
            raise UnknownAttributeError(f"state {self.name!r} is a {self.type}, not a {kind}")
        if not self._lines:
            return []
        last = self._lines[-1]._strand.body
        return sorted((line for line in self._lines if line._strand.body is last), key=lambda line: line.index)

    @property
    def ending(self) -> str:
        """How it ended, in a few words."""
        if self.error is not None:
            return f"{self.error} caught" if self.caught else f"failed with {self.error}"
        return "not finished" if self.exited is None else "ok"

    def __repr__(self) -> str:
        where = "" if self.item is None else f" item {self.item}"
        tries = f" after {len(self.attempts)} attempts" if len(self.attempts) > 1 else ""
        leads = "" if self.next is None else f", next {self.next!r}"
        return printable(f"<visit of {self.name!r}{where} at {self.entered}: {self.ending}{tries}{leads}>")


class Line:
    """A branch, an iteration or the main line: the states it went through.

    Attributes:
        index: which branch or item.
        visits: in the order entered, states inside Parallels and Maps left out.
        failed: whether an error that nothing in it handled ended it.
        error, cause: that error; a Fail state may have neither.
    """

    __slots__ = ("_around", "_strand", "_visits", "cause", "error", "failed", "index", "visits")

    def __init__(self, visits: Visits, strand: Strand) -> None:
        self._visits = visits
        self._around: Visit | None = None
        self._strand = strand
        self.index = strand.index
        self.visits: list[Visit] = []
        self.failed = False
        self.error: str | None = None
        self.cause: str | None = None

    @property
    def path(self) -> StatePath:
        """Names of the states in the order entered."""
        return StatePath((visit.name for visit in self.visits), self._visits.run.program.rules)

    @property
    def input(self) -> Any:
        """A copy of the value that the line began with."""
        return self.visits[0].input if self.visits else release(self._strand.value)

    @property
    def output(self) -> Any:
        """A copy of its output; None when it did not reach its end."""
        return self.visits[-1].output if self.visits and self.succeeded else None

    @property
    def variables(self) -> dict[str, Any]:
        """Copies of the variables at its end, or now, by name: those from outside, and what its own states have assigned."""
        return _copied(self._visits.inspector.scope(self._strand))

    @property
    def succeeded(self) -> bool:
        """Whether the line reached its end."""
        body = self._strand.body
        ended = self._strand.run.status == "SUCCEEDED" if body is None else self._strand.index not in body.live
        return ended and not self.failed

    def __repr__(self) -> str:
        failed = f" failed with {self.error}" if self.failed else ""
        return printable(f"<{self.index}: {' -> '.join(self.path)}{failed}>")


def _copied(variables: Mapping[str, Any]) -> dict[str, Any]:
    return _Variables({name: release(value) for name, value in variables.items()})


class _Variables(dict[str, Any]):
    """Variables by name; the error for a name that is not there says which one was probably meant."""

    __slots__ = ()

    def __missing__(self, name: object) -> NoReturn:
        error = KeyError(name)
        if meant := suggest(name, self, "did you mean the variable {!r}?") if isinstance(name, str) else "":
            error.add_note(meant)
        raise error


def child_line(run: Run, index: int) -> Line:
    """The main line of a Map Run's child execution, as an iteration of the Map."""
    line = Visits(run).main
    line.index = index
    if run.status not in ("RUNNING", "SUCCEEDED"):
        line.failed, line.error, line.cause = True, run.error, run.cause
    return line


class StatePath(list[str]):
    """Names of states in the order entered; a list, which pytest compares state by state.

    Args:
        rules: the rules of all states of the machine by name; a comparison that fails reads where a state is.
    """

    __slots__ = ("_rules",)

    def __init__(self, path: Iterable[str] = (), rules: Mapping[str, Rule] | None = None) -> None:
        super().__init__(path)
        self._rules: Mapping[str, Rule] = {} if rules is None else rules


class Visits:
    """All visits and lines of a run so far.

    Args:
        show: makes of a child execution's run what `Visit.children` gives.

    Attributes:
        all: the visits of all states, in the order entered.
        main: the main line.
        lines: every line by its strand.
        requests: the visit in which each attempt of a Task was made.
        starters: the visit that has started each execution of a task, and each Map Run.
        failed_line: the line whose error ended the run, None if there is none.
        map_runs: of its distributed Maps, one for each attempt of each Map, in the order they were started.
        stalled: why AWS would leave the execution where it is, neither going on nor failing; None if it does not.
    """

    visit: ClassVar[type[Visit]] = Visit
    has_stages: ClassVar[bool] = True
    """Whether the stages of visits can be computed."""

    def __init__(self, run: Run, show: Callable[[Run], Any] = _as_it_is) -> None:
        self.run = run
        self.show = show
        self.all: list[Visit] = []
        self.main = Line(self, run.main)
        self.lines: dict[Strand, Line] = {run.main: self.main}
        self.requests: dict[TaskRequest, Visit] = {}
        self.starters: dict[Run | MapRunView, Visit] = {}
        self.failed_line: Line | None = None
        self.map_runs: list[ChildRuns] = []
        self.stalled: str | None = None
        self._current: dict[Strand, Visit] = {}
        self._ended: timedelta | None = None
        self._length = len(run.log)
        for record in records(run):
            read = READERS.get(type(record))
            if read is not None:
                read(self, record)

    @property
    def complete(self) -> bool:
        """Whether the run has recorded nothing since they were read."""
        return self._length == len(self.run.log)

    @cached_property
    def inspector(self) -> Inspector:
        return Inspector(self.run)

    def line(self, strand: Strand) -> Line:
        """The line of a strand, as a child of the visit in which it began."""
        line = self.lines.get(strand)
        if line is None:
            line = self.lines[strand] = Line(self, strand)
            if strand.body is not None:
                parent = self._current.get(strand.body.parent)
                if parent is not None:
                    parent._lines.append(line)
                    line._around = parent
        return line

    def starter(self, child: Run) -> Visit | None:
        """The visit that has started a child execution of the run; None if it is none."""
        return self.starters.get(child if child.map_run is None else child.map_run)

    def _since_start(self, record: r.Record) -> timedelta:
        return timedelta(microseconds=record.now - self.run.start)

    def _entered(self, record: r.StateEntered) -> None:
        visit = self.visit(self, record, self._since_start(record))
        visit._line = self.line(record.strand)
        visit._line.visits.append(visit)
        self.all.append(visit)
        self._current[record.strand] = visit

    def _exited(self, record: r.StateExited) -> None:
        self._current[record.strand]._exit(self._since_start(record), record)

    def _scheduled(self, record: r.TaskScheduled) -> None:
        visit = self._current[record.strand]
        visit._request = record.request
        self.requests[record.request] = visit
        visit._begin_attempt(self._since_start(record))

    def _task_failed(self, record: r.TaskFailed) -> None:
        if record.timed_out:
            self._current[record.strand].attempts[-1]._expired = record.request

    def _body_started(self, record: r.BodyStarted) -> None:
        visit = self._current[record.strand]
        if not visit.attempts or visit.attempts[-1].ended is not None:  # else a redrive makes its attempt anew
            visit._begin_attempt(self._since_start(record))

    def _iteration_started(self, record: r.IterationStarted) -> None:
        self.line(record.strand)

    def _map_run_started(self, record: r.MapRunStarted) -> None:
        self.map_runs.append(record.map_run)
        visit = self.starters[record.map_run] = self._current[record.strand]
        visit._map_run = record.map_run

    def _child_started(self, record: r.ChildStarted) -> None:
        visit = self.starters[record.child] = self._current[record.strand]
        visit._child_runs.append(record.child)

    def _answered(self, record: r.Answered) -> None:
        self._current[record.strand]._answered_at[record.place] = None

    def _raised(self, record: r.Raised) -> None:
        visit = self._current[record.strand]
        if visit.attempts:
            visit.attempts[-1]._raised = record.place

    def _choice_taken(self, record: r.ChoiceTaken) -> None:
        self._current[record.strand].choice = record.choice

    def _retry_chosen(self, record: r.RetryChosen) -> None:
        attempt = self._current[record.strand]._fail_attempt(self._since_start(record), record.error)
        attempt.retrier = record.retrier
        attempt.backoff_seconds = record.delay / 1_000_000

    def _catch_taken(self, record: r.CatchTaken) -> None:
        visit = self._current[record.strand]
        visit._fail_attempt(self._since_start(record), record.error)
        visit._fail(record.error, record.catcher)

    def _strand_failed(self, record: r.StrandFailed) -> None:
        visit = self._current.get(record.strand)
        if visit is None:
            return  # before its first state was entered
        if visit.attempts and visit.catcher is None:
            visit._fail_attempt(self._since_start(record), record.error)
        visit._fail(record.error, None)  # had a Catcher taken one before, its own fields failed
        line = self.line(record.strand)
        line.failed, line.error, line.cause = True, record.error.error, record.error.cause

    def _execution_redriven(self, record: r.ExecutionRedriven) -> None:
        self.failed_line = self.stalled = None

    def _resumed(self, record: r.StrandResumed) -> None:
        line = self.line(record.strand)
        line.failed, line.error, line.cause = False, None, None
        visit = self._current[record.strand]
        if visit.type != "Fail":  # which is entered again
            visit._resume(self._since_start(record), self._ended)

    def _execution_failed(self, record: r.ExecutionFailed) -> None:
        self._ended = self._since_start(record)
        if record.kind == "ExecutionFailed":  # it was not stopped, nor did it time out
            self.failed_line = self.line(record.strand)

    def _stalled(self, record: r.Stalled) -> None:
        self.stalled = record.reason


READERS: Final[dict[type[r.Record], Callable[[Visits, Any], None]]] = {
    r.StateEntered: Visits._entered,
    r.StateExited: Visits._exited,
    r.TaskScheduled: Visits._scheduled,
    r.TaskFailed: Visits._task_failed,
    r.BodyStarted: Visits._body_started,
    r.IterationStarted: Visits._iteration_started,
    r.MapRunStarted: Visits._map_run_started,
    r.ChildStarted: Visits._child_started,
    r.Answered: Visits._answered,
    r.Raised: Visits._raised,
    r.ChoiceTaken: Visits._choice_taken,
    r.RetryChosen: Visits._retry_chosen,
    r.CatchTaken: Visits._catch_taken,
    r.StrandFailed: Visits._strand_failed,
    r.ExecutionFailed: Visits._execution_failed,
    r.Stalled: Visits._stalled,
    r.ExecutionRedriven: Visits._execution_redriven,
    r.StrandResumed: Visits._resumed,
}
"""Kinds of records that concern visits, and the method that reads each."""
