"""The log read as a story: visits of states, their attempts, and the lines (main, branch, iteration) they happened on.

Made in one pass when somebody asks, and again when the log has grown. Nothing of it exists while a machine runs.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pytest_sfn.engine.log import RECORD
from pytest_sfn.errors import UnknownAttributeError
from pytest_sfn.expressions.values import UNDEFINED, release
from pytest_sfn.trace.inspection import Inspector, stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_sfn.asl.model import Catcher
    from pytest_sfn.engine.distributed.map_run import MapRun
    from pytest_sfn.engine.run import Run, Strand
    from pytest_sfn.errors import StateError

__all__ = ["Attempt", "Line", "StateVisit", "Story", "child_line"]


class Attempt:
    """One try of a Task, Parallel or Map.

    Attributes:
        number: 1 for the first.
        started, ended: virtual time since the execution's start; `ended` is None while it runs.
        error, cause: how it failed, or None.
        backoff_seconds: the wait before the next attempt; None if this was the last one.
        retrier: index of the Retrier that took the error, or None.
    """

    __slots__ = ("backoff_seconds", "cause", "ended", "error", "number", "retrier", "started")

    def __init__(self, number: int, started: timedelta) -> None:
        self.number = number
        self.started = started
        self.ended: timedelta | None = None
        self.error: str | None = None
        self.cause: str | None = None
        self.backoff_seconds: float | None = None
        self.retrier: int | None = None

    def __repr__(self) -> str:
        parts = [f"attempt {self.number}"]
        if self.error is not None:
            parts.append(self.error)
        if self.backoff_seconds is not None:
            parts.append(f"then {self.backoff_seconds:g} s of backoff")
        return f"<{', '.join(parts)}>"


class StateVisit:
    """A state from its Entered to its Exited event.

    Attributes:
        name, type: of the state.
        entered, exited: virtual time since the execution's start; `exited` is None when it did not exit.
        item: index of the innermost Map iteration it happened in, a tuple when Maps are nested, None outside Maps.
        branch: index of the innermost Parallel branch it happened in, None outside.
        attempts: of a Task, Parallel or Map; empty for other types.
        catcher: the Catcher that took the error, or None.
        error, cause: of the visit's failure, caught or not; None if the visit succeeded.
        choice: index of the Choice Rule that matched, None for Default and for other types.
    """

    __slots__ = (
        "_children", "_input", "_output", "_raw_input", "_raw_output", "_stages", "attempts", "catcher", "cause", "choice",
        "entered", "error", "event_id", "exited", "lines", "map_run", "name", "story", "strand", "type",
    )  # fmt: skip

    after_input_path = stage("after_input_path", "The effective input: what InputPath selected of the input.")
    after_items_path = stage("after_items_path", "The array whose items a Map processes.")
    after_parameters = stage("after_parameters", "The value after Parameters; of a Task the request of its last attempt.")
    after_arguments = stage("after_arguments", "The value of Arguments; of a Task the request of its last attempt.")
    result = stage("result", "The result: a task's answer, outputs of the branches or iterations, a Pass's Result.")
    after_result_selector = stage("after_result_selector", "The result after ResultSelector.")
    after_result_path = stage("after_result_path", "The input with the result at ResultPath.")

    def __init__(
        self, story: Story, strand: Strand, name: str, kind: str, entered: timedelta, event_id: int, value: Any
    ) -> None:
        self.story = story
        self.strand = strand
        self.name = name
        self.type = kind
        self.entered = entered
        self.event_id = event_id
        self.exited: timedelta | None = None
        self._raw_input = value
        self._raw_output: Any = UNDEFINED
        self._input: Any = UNDEFINED
        self._output: Any = UNDEFINED
        self.attempts: list[Attempt] = []
        self.catcher: Catcher | None = None
        self.error: str | None = None
        self.cause: str | None = None
        self.choice: int | None = None
        self.lines: list[Line] = []
        self.map_run: MapRun | None = None
        self._children: list[Run] = []
        self._stages: dict[str, Any] | None = None

    @property
    def stages(self) -> dict[str, Any]:
        """The value after each stage of the data flow that was reached, in order, copied: `{"after_input_path": ...}`."""
        if self._stages is None:
            self._stages = self.story.inspector.stages(self.event_id)
        return self._stages

    @property
    def children(self) -> list[Any]:
        """The executions that this task started, as `Execution` objects, in order."""
        return [run.facade for run in self._children]

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
    def retries(self) -> int:
        """How many retries were made in this visit."""
        return sum(attempt.backoff_seconds is not None for attempt in self.attempts)

    @property
    def caught(self) -> bool:
        return self.catcher is not None

    @property
    def item(self) -> int | tuple[int, ...] | None:
        items = self.strand.items()
        if not items:
            return None
        return items[0] if len(items) == 1 else items

    @property
    def branch(self) -> int | None:
        strand = self.strand
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
        if self.map_run is not None:
            return [child_line(run, index) for index, run in self.map_run.kept()]
        return self._last_attempt("Map")

    @property
    def branches(self) -> list[Line]:
        """Branches of a Parallel, of its last attempt."""
        return self._last_attempt("Parallel")

    def _last_attempt(self, kind: str) -> list[Line]:
        if self.type != kind:
            raise UnknownAttributeError(f"state {self.name!r} is a {self.type}, not a {kind}")
        if not self.lines:
            return []
        last = self.lines[-1].strand.body
        return sorted((line for line in self.lines if line.strand.body is last), key=lambda line: line.index)

    @property
    def ending(self) -> str:
        """How it ended, in a few words."""
        if self.error is not None:
            return f"{self.error} caught" if self.caught else f"failed with {self.error}"
        return "not finished" if self.exited is None else "ok"

    def __repr__(self) -> str:
        where = "" if self.item is None else f" item {self.item}"
        tries = f" after {len(self.attempts)} attempts" if len(self.attempts) > 1 else ""
        return f"<visit of {self.name!r}{where} at {self.entered}: {self.ending}{tries}>"


class Line:
    """A branch, an iteration or the main line: the states it went through.

    Attributes:
        index: which branch or item.
        visits: in the order entered, states inside Parallels and Maps left out.
        failed: whether an error that nothing in it handled ended it.
        error, cause: that error; a Fail state may have neither.
    """

    __slots__ = ("cause", "error", "failed", "index", "story", "strand", "visits")

    def __init__(self, story: Story, strand: Strand) -> None:
        self.story = story
        self.strand = strand
        self.index = strand.index
        self.visits: list[StateVisit] = []
        self.failed = False
        self.error: str | None = None
        self.cause: str | None = None

    @property
    def path(self) -> StatePath:
        """Names of the states in the order entered."""
        return StatePath((visit.name for visit in self.visits), self.story.run.program.rules)

    @property
    def input(self) -> Any:
        return self.visits[0].input if self.visits else release(self.strand.value)

    @property
    def output(self) -> Any:
        """A copy of its output; None when it did not reach its end."""
        return self.visits[-1].output if self.visits and self.succeeded else None

    @property
    def succeeded(self) -> bool:
        body = self.strand.body
        ended = self.strand.run.status == "SUCCEEDED" if body is None else self.strand.index not in body.live
        return ended and not self.failed

    def __repr__(self) -> str:
        return f"<{self.index}: {' -> '.join(self.path)}{f' failed with {self.error}' if self.failed else ''}>"


def child_line(run: Run, index: int) -> Line:
    """The main line of a Map Run's child execution, as an iteration of the Map."""
    line = Story(run).main
    line.index = index
    if run.status not in ("RUNNING", "SUCCEEDED"):
        line.failed, line.error, line.cause = True, run.error, run.cause
    return line


class StatePath(list[str]):
    """Names of states in the order entered; a list, which pytest compares state by state.

    Attributes:
        names: of all states of the machine.
    """

    __slots__ = ("names",)

    def __init__(self, path: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        super().__init__(path)
        self.names = names


class Story:
    """All visits and lines of a run so far."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.length = len(run.log)
        self.visits: list[StateVisit] = []
        self.lines: dict[Strand, Line] = {}
        self.main = Line(self, run.main)
        self.lines[run.main] = self.main
        self._current: dict[Strand, StateVisit] = {}
        event_id = 0
        log = run.log
        for at in range(0, self.length, RECORD):
            kind, _, now, strand, a, b = log[at : at + RECORD]
            if not kind.islower():
                event_id += 1
            self._read(kind, event_id, timedelta(microseconds=now - run.start), strand, a, b)

    @cached_property
    def inspector(self) -> Inspector:
        return Inspector(self.run)

    def _line(self, strand: Strand) -> Line:
        line = self.lines.get(strand)
        if line is None:
            line = self.lines[strand] = Line(self, strand)
            if strand.body is not None:
                parent = self._current.get(strand.body.parent)
                if parent is not None:
                    parent.lines.append(line)
        return line

    def _read(self, kind: str, event_id: int, now: timedelta, strand: Strand, a: Any, b: Any) -> None:
        if kind.endswith("StateEntered"):
            visit = StateVisit(self, strand, a.name, a.model.type, now, event_id, b)
            self._line(strand).visits.append(visit)
            self.visits.append(visit)
            self._current[strand] = visit
            return
        if kind == "MapRunStarted":
            self._current[strand].map_run = b
            return
        if kind == "MapIterationStarted":
            self._line(strand)
            return
        current = self._current.get(strand)
        if current is None:
            return
        if kind.endswith("StateExited"):
            current.exited = now
            current._raw_output = b
            if current.attempts and current.attempts[-1].ended is None:
                current.attempts[-1].ended = now
        elif kind.endswith("Scheduled") or kind in ("MapStateStarted", "ParallelStateStarted"):
            current.attempts.append(Attempt(len(current.attempts) + 1, now))
        elif kind == "choice":
            current.choice = a
        elif kind == "child":
            current._children.append(a)
        elif kind == "retry":
            index, microseconds = a
            attempt = self._failed_attempt(current, now, b)
            attempt.retrier = index
            attempt.backoff_seconds = microseconds / 1_000_000
        elif kind == "catch":
            current.catcher = a
            self._failed_attempt(current, now, b)
            current.error, current.cause = b.error, b.cause
        elif kind == "failed":
            current.catcher = None  # if there was one, its own fields failed
            if current.attempts:
                self._failed_attempt(current, now, b)
            current.error, current.cause = b.error, b.cause
            line = self._line(strand)
            line.failed, line.error, line.cause = True, b.error, b.cause

    @staticmethod
    def _failed_attempt(visit: StateVisit, now: timedelta, error: StateError) -> Attempt:
        if not visit.attempts or visit.attempts[-1].ended is not None:
            visit.attempts.append(Attempt(len(visit.attempts) + 1, now))  # it failed before it was scheduled
        attempt = visit.attempts[-1]
        attempt.ended = now
        attempt.error, attempt.cause = error.error, error.cause
        return attempt
