"""AWS's history of an execution, read back into a trace, so that a test sees an execution elsewhere as it sees ours.

The events become the records that our engine would have written, and all readers of the trace (visits, attempts, timeline,
diagrams) work on them. A history names states, but neither branches nor attempts: `previousEventId` leads from each event to
the one before it on the same line, and the definition says in which Parallel or Map a state is. Three kinds of records are not
in a history and are concluded from what follows: an attempt that begins after a failure was a retry, an Exited after a failure
was a Catcher's, and the state after a Choice tells the Choice Rule. Children of Map Runs and of tasks have histories of their
own.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.model import ChoiceState, Constant, FailState
from pytest_sfn.asl.outline import bodies
from pytest_sfn.engine.record import KINDS
from pytest_sfn.engine.retry import choose_catcher, matches
from pytest_sfn.engine.run import Body, OpenTaskRequest, Strand
from pytest_sfn.errors import Site, StateError
from pytest_sfn.expressions.values import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from pytest_sfn.asl.model import States
    from pytest_sfn.engine.run import Run, TaskRequest

__all__ = ["read_history"]

Details = dict[str, Any]
Place = tuple[str | None, int]
"""The Parallel or Map around a state, None for the machine, and which branch the state is in."""
ENDS: Final = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}
EARLY: Final = ("ScheduleFailed", "StartFailed", "SubmitFailed")
"""How events end that say that a task has failed before its service took it; our engine has one kind for them all."""
UNKNOWN: Final = "unknown"


def read_history(run: Run, events: Iterable[dict[str, Any]]) -> None:
    """Fill the log of a run of which nothing has begun.

    Args:
        events: the whole history, oldest first, as boto3 gives it.
    """
    reader = _Reader(run)
    for event in events:
        reader.read(event)


class _Reader:
    def __init__(self, run: Run) -> None:
        self.run = run
        self.rules: Mapping[str, Any] = run.program.rules
        self.places: dict[str, Place] = dict(_places(run.program.model.states, None, 0))
        self.now = 0
        self.previous = 0
        self.strands: dict[int, Strand] = {}
        self.level: dict[Strand, Place] = {}
        self.state: dict[Strand, Any] = {}  # the rule of the state that a strand is in
        self.left: dict[Strand, Any] = {}  # of the one that it has left last
        self.body: dict[Strand, Body] = {}
        self.children: dict[Body, dict[int, Strand]] = {}
        self.gave_up: set[Strand] = set()  # their Parallel or Map has its Failed event
        self.failure: dict[Strand, tuple[StateError, int]] = {}  # of what nothing has taken yet, and when it was
        self.request: dict[Strand, TaskRequest] = {}
        self.nameless: list[StateError] = []

    def read(self, event: dict[str, Any]) -> None:
        kind, self.previous = event["type"], event["previousEventId"]
        self.now = self._microseconds(event["timestamp"])
        details: Details = next((value for name, value in event.items() if name.endswith("EventDetails")), {})
        if kind == "ExecutionStarted":
            strand = self._begin(details)
        else:
            strand = self._handler(kind)(self, kind, self.strands.get(self.previous, self.run.main), details)
        self.strands[event["id"]] = strand

    def _microseconds(self, timestamp: datetime) -> int:
        passed = timestamp - self.run.world.start_time
        return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds

    @staticmethod
    def _handler(kind: str) -> Callable[[_Reader, str, Strand, Details], Strand]:
        if kind in ENDS:
            return _Reader._ended
        return next((handler for end, handler in HANDLERS if kind.endswith(end)), _Reader._skipped)

    # -- the log -------------------------------------------------------------------------------------------------------

    def _record(self, kind: str, strand: Strand, a: Any = None, b: Any = None) -> Strand:
        if kind in KINDS:
            self.run.read_back(kind, self.previous, self.now, strand, a, b)
            self.run.event_id += 1
            strand.last = self.run.event_id
        return strand

    def _note(self, kind: str, strand: Strand, a: Any, b: Any, now: int | None = None) -> None:
        self.run.read_back(kind, 0, self.now if now is None else now, strand, a, b)

    # -- executions ----------------------------------------------------------------------------------------------------

    def _begin(self, details: Details) -> Strand:
        run = self.run
        run.input = loads(details["input"])
        run.start = self.now
        run.main = strand = Strand(run, None, 0, run.program.entry, run.input, 0, 0)
        self.level[strand] = (None, 0)
        return self._record("ExecutionStarted", strand, run.input)

    def _ended(self, kind: str, strand: Strand, details: Details) -> Strand:
        run = self.run
        run.status, run.stop, run.live = ENDS[kind], self.now, False
        if kind == "ExecutionSucceeded":
            run.output = loads(details["output"])
            return self._record(kind, run.main, run.output)
        failure = details.get("error"), details.get("cause")
        for error in self.nameless:
            error.error, error.cause = failure
        if kind != "ExecutionTimedOut":
            run.error, run.cause = failure
        if kind == "ExecutionFailed":
            while self.state.get(strand) is None and strand.body is not None:
                strand = strand.body.parent
            if self.state.get(strand) is not None:
                self.failure.setdefault(strand, (StateError(run.error, run.cause), self.now))
                self._fail(strand)
        return self._record(kind, strand, failure)

    def _skipped(self, kind: str, strand: Strand, details: Details) -> Strand:
        return strand

    # -- states --------------------------------------------------------------------------------------------------------

    def _in(self, strand: Strand, name: str) -> Strand:
        """The strand itself, or the nearest around it, that is in the state of this name."""
        while (state := self.state.get(strand)) is None or state.name != name:
            assert strand.body is not None
            strand = strand.body.parent
        return strand

    def _entered(self, kind: str, strand: Strand, details: Details) -> Strand:
        rule, value = self.rules[details["name"]], loads(details["input"])
        place = self.places[rule.name]
        at: Strand | None = strand
        while at is not None and self.level[at] != place:
            at = None if at.body is None else at.body.parent
        if at is None:  # the first state of a branch
            assert place[0] is not None
            at = self._child(self._in(strand, place[0]), place, value, place[1])
        left = self.left.pop(at, None)
        if left is not None and isinstance(left.model, ChoiceState):
            taken = [index for index, choice in enumerate(left.model.choices) if choice.next == rule.name]
            self._note("choice", at, left, taken[0] if taken else None)
        self.state[at] = at.state = rule
        at.entered_at = self.now
        self.gave_up.discard(at)
        self.request.pop(at, None)
        return self._record(kind, at, rule, value)

    def _child(self, parent: Strand, place: Place, value: Any, index: int) -> Strand:
        body = self.body[parent]
        child = Strand(self.run, body, index, self.state[parent], value, 0, 0)
        self.children[body][index] = body.live[index] = child
        self.level[child] = place
        return child

    def _exited(self, kind: str, strand: Strand, details: Details) -> Strand:
        strand = self._in(strand, details["name"])
        rule = self.state[strand]
        failed = self.failure.pop(strand, None)
        if failed is not None:
            error, when = failed
            catcher = choose_catcher(rule.catchers, error) or rule.catchers[-1]
            self._note("catch", strand, (rule, catcher), error, when)
        elif rule.model.next is None and not isinstance(rule.model, ChoiceState) and self._is_branch(strand):
            strand.body.live.pop(strand.index, None)  # type: ignore[union-attr]
        self.state[strand], self.left[strand] = None, rule
        strand.value = loads(details["output"])
        assigned = details.get("assignedVariables")
        variables = None if assigned is None else {name: loads(text) for name, text in assigned.items()}
        return self._record(kind, strand, rule if variables is None else (rule, variables), strand.value)

    @staticmethod
    def _is_branch(strand: Strand) -> bool:
        """Whether the end of its last state is the strand's own; that of an iteration has an event."""
        return strand.body is not None and strand.body.state.model.type == "Parallel"

    def _aborted(self, kind: str, strand: Strand, details: Details) -> Strand:
        wanted = kind.removesuffix("StateAborted")
        while (state := self.state.get(strand)) is None or state.model.type != wanted:
            if strand.body is None:
                return strand
            strand = strand.body.parent
        return self._record(kind, strand, state)

    def _fail(self, strand: Strand) -> tuple[StateError, int]:
        """End a line that an error ended; the error, and when it was."""
        rule = self.state[strand]
        error, when = self.failure.pop(strand) if strand in self.failure else (self._guessed(rule), self.now)
        error.state = error.state or rule.name
        self._note("failed", strand, rule, error, when)
        self.state[strand] = None
        if strand.body is not None:
            strand.body.live.pop(strand.index, None)
        return error, when

    def _guessed(self, rule: Any) -> StateError:
        """The error of a line that ends without an event for it: that of a Fail state, else the execution's."""
        model = rule.model
        if isinstance(model, FailState) and all(isinstance(each, Constant | None) for each in (model.error, model.cause)):
            error, cause = (each.value if isinstance(each, Constant) else None for each in (model.error, model.cause))
            return StateError(error, cause, catchable=True)
        self.nameless.append(found := StateError(UNKNOWN, catchable=True))
        return found

    def _evaluation_failed(self, kind: str, strand: Strand, details: Details) -> Strand:
        strand = self._in(strand, details["state"])
        field = details.get("location", "")
        inside = _INDEX.sub(r"/\1", field)
        site = Site(field, f"{self.state[strand].model.pointer}/{inside}") if field else None
        error = StateError(details.get("error"), details.get("cause"), catchable=True, evaluation=True, site=site)
        self.failure[strand] = error, self.now
        return self._record(kind, strand, self.state[strand], error)

    def _again(self, strand: Strand) -> None:
        """An attempt begins: if one has failed before, a Retrier has taken its error."""
        failed = self.failure.pop(strand, None)
        if failed is not None:
            rule, (error, when) = self.state[strand], failed
            taken = (index for index, each in enumerate(rule.retriers) if matches(each.error_equals, error))
            self._note("retry", strand, (rule, next(taken, 0), self.now - when), error, when)

    # -- tasks ---------------------------------------------------------------------------------------------------------

    def _scheduled(self, kind: str, strand: Strand, details: Details) -> Strand:
        self._again(strand)
        before = self.request.get(strand)
        request = OpenTaskRequest(strand, self.state[strand], 1 if before is None else before.attempt + 1)
        request.parameters = loads(details.get("parameters") or details.get("input") or "null")
        request.time = self.now
        request.timeout_seconds = details.get("timeoutInSeconds")
        request.heartbeat_seconds = details.get("heartbeatInSeconds")
        if "taskCredentials" in details:
            request.credentials = {"RoleArn": details["taskCredentials"].get("roleArn")}
        self.request[strand] = request
        return self._record(kind, strand, request)

    def _started(self, kind: str, strand: Strand, details: Details) -> Strand:
        return self._record(kind, strand, self.request.get(strand), details.get("workerName"))

    def _answered(self, kind: str, strand: Strand, details: Details) -> Strand:
        return self._record(kind, strand, self.request.get(strand), loads(details.get("output") or "null"))

    def _task_failed(self, kind: str, strand: Strand, details: Details) -> Strand:
        error = details.get("error", "States.Timeout" if kind.endswith("TimedOut") else None)
        self.failure[strand] = StateError(error, details.get("cause"), catchable=True), self.now
        for end in EARLY:
            kind = kind.replace(end, "Failed")
        return self._record(kind, strand, self.request.get(strand), (error, details.get("cause")))

    # -- Parallel and Map ----------------------------------------------------------------------------------------------

    def _around(self, kind: str, strand: Strand) -> tuple[Strand, Strand | None]:
        """The strand that is in the Parallel or Map of an event without a name, and the child of it that came last."""
        state = self.state.get(strand)
        if state is not None and kind.startswith(state.model.type) and strand not in self.gave_up:
            return strand, None
        assert strand.body is not None
        return strand.body.parent, strand

    def _body_started(self, kind: str, strand: Strand, details: Details) -> Strand:
        strand, child = self._around(kind, strand)
        self._take_over(strand, child)
        self._again(strand)
        rule = self.state[strand]
        length = details.get("length") if kind.startswith("Map") else None
        body = Body(strand, rule, len(bodies(rule.model)) if length is None else length)
        body.items = [None] * (length or 0)  # a history does not have them
        self.body[strand], self.children[body] = body, {}
        return self._record(kind, strand, rule, length)

    def _take_over(self, strand: Strand, child: Strand | None) -> None:
        """Let the error of a child be that of the Parallel or Map around it."""
        if child is not None and self.state.get(child) is not None:
            error, when = self._fail(child)
            self.failure[strand] = error.of_body(), when

    def _body_succeeded(self, kind: str, strand: Strand, details: Details) -> Strand:
        strand, _ = self._around(kind, strand)
        self.failure.pop(strand, None)  # of an iteration that was tolerated
        return self._record(kind, strand, self.state[strand])

    def _body_failed(self, kind: str, strand: Strand, details: Details) -> Strand:
        strand, child = self._around(kind, strand)
        self._take_over(strand, child)
        self.gave_up.add(strand)
        if strand not in self.failure:
            self.failure[strand] = self._guessed(self.state[strand]), self.now
        return self._record(kind, strand, self.failure[strand][0])

    def _iteration_started(self, kind: str, strand: Strand, details: Details) -> Strand:
        parent = self._in(strand, details["name"])
        child = self._child(parent, (details["name"], 0), None, details["index"])
        return self._record(kind, child, self.state[parent], details["index"])

    def _iteration_ended(self, kind: str, strand: Strand, details: Details) -> Strand:
        parent = self._in(strand, details["name"])
        index, rule = details["index"], self.state[parent]
        child = self.children[self.body[parent]][index]
        if kind.endswith("Failed"):
            self._take_over(parent, child)
        elif kind.endswith("Succeeded"):
            child.body.live.pop(index, None)  # type: ignore[union-attr]
        return self._record(kind, child, rule, index)

    def _map_run_failed(self, kind: str, strand: Strand, details: Details) -> Strand:
        self.failure[strand] = StateError(details.get("error"), details.get("cause"), catchable=True), self.now
        return strand


_INDEX: Final = re.compile(r"\[(\d+)\]")


def _places(states: States, around: str | None, index: int) -> Iterable[tuple[str, Place]]:
    for name, state in states.states.items():
        yield name, (around, index)
        for number, body in enumerate(bodies(state)):
            yield from _places(body, name, number)


HANDLERS: Final[tuple[tuple[str, Callable[[_Reader, str, Strand, Details], Strand]], ...]] = (
    ("StateEntered", _Reader._entered),
    ("StateExited", _Reader._exited),
    ("StateAborted", _Reader._aborted),
    ("StateStarted", _Reader._body_started),
    ("StateSucceeded", _Reader._body_succeeded),
    ("StateFailed", _Reader._body_failed),
    ("IterationStarted", _Reader._iteration_started),
    ("IterationSucceeded", _Reader._iteration_ended),
    ("IterationFailed", _Reader._iteration_ended),
    ("IterationAborted", _Reader._iteration_ended),
    ("MapRunFailed", _Reader._map_run_failed),
    ("MapRunStarted", _Reader._skipped),
    ("MapRunSucceeded", _Reader._skipped),
    ("EvaluationFailed", _Reader._evaluation_failed),
    ("ScheduleFailed", _Reader._task_failed),
    ("StartFailed", _Reader._task_failed),
    ("SubmitFailed", _Reader._task_failed),
    ("Scheduled", _Reader._scheduled),
    ("Started", _Reader._started),
    ("Submitted", _Reader._answered),
    ("Succeeded", _Reader._answered),
    ("Failed", _Reader._task_failed),
    ("TimedOut", _Reader._task_failed),
)
"""How kinds of events end, and the method that reads each; the first that fits counts."""
