"""What a trace asks TestState: a question for each attempt of each state, with the answer that our engine found.

One engine interprets the machine: the embedded one, with the test's mocks, Maps and Parallels included. Its trace says what
each state got (input, variables, Context Object, retries so far), what the task, the branches or the iterations brought, and
what became of it. The first two make the request to TestState, the last is what its answer is compared with. So a run against
AWS takes the same way through the machine as the run without, and each difference belongs to one state.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.model import MapState, ParallelState, TaskState
from pytest_sfn.asl.pointer import resolve
from pytest_sfn.dataclass import dataclass
from pytest_sfn.engine import record as r
from pytest_sfn.engine.record import records
from pytest_sfn.engine.retry import matches
from pytest_sfn.engine.run import HISTORY_FULL
from pytest_sfn.expressions.values import UNDEFINED, dumps, utf8_size
from pytest_sfn.services.misfits import answer_misfits
from pytest_sfn.trace.inspection import Inspector

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_sfn.asl.model import State
    from pytest_sfn.engine.run import Run, Strand, TaskRequest
    from pytest_sfn.engine.states import StateRule
    from pytest_sfn.errors import StateError

__all__ = ["Question", "Questions"]

CHANCE: Final = re.compile(r"\$(?:now|millis|random|uuid|shuffle)\(|States\.(?:UUID|MathRandom)")
CONTEXT: Final = re.compile(r"\$\$|\$states\.context")
WHOLE_OR_MAP: Final = re.compile(r"\$\$\.Map|\$states\.context\.Map|\$\$(?![.\w])|\$states\.context(?![.\w])")
LARGEST: Final = 262_144
"""Bytes of text that a member of TestState's request takes, and of a state's output with AWS's quotas."""
LONGEST_WAIT: Final = 5_000_000
"""Microseconds; TestState waits in real time, and gives up after five minutes [doc]."""
INSIDE: Final = ("Branches", "ItemProcessor", "Iterator", "ItemSelector")
"""Fields of a Parallel or Map of which its output says nothing once the result is mocked."""


@dataclass(frozen=True, slots=True)
class Question:
    """One call of TestState.

    Attributes:
        rule: of the state.
        members: of the call, beside `definition`, `stateName`, `inspectionLevel` and `roleArn`.
        expected: what we found, under the names of TestState's answer; `variables`, `retryIndex`, `catchIndex` and
            `retryBackoffIntervalSeconds` are parts of its inspection data.
    """

    rule: StateRule
    members: dict[str, Any]
    expected: dict[str, Any]


class _Visit:
    """A visit of a state as far as it has come."""

    def __init__(self, entered: r.StateEntered) -> None:
        self.entered = entered
        self.rule = entered.rule
        self.retried: Counter[int] = Counter()
        self.chosen: int | None = None
        self.drew = False
        self.begin()

    def begin(self) -> None:
        """Another attempt begins."""
        self.caught: r.CatchTaken | None = None
        self.request: TaskRequest | None = None
        self.started = False
        self.result: Any = UNDEFINED
        self.error: tuple[str | None, str | None] | None = None
        self.map_run: Any = None


class Questions:
    """The questions of one run, in order.

    Args:
        run: an execution, with Map Runs' children left aside.
        mode: how TestState shall check the answer of a task: `STRICT`, `PRESENT` or `NONE`.

    Attributes:
        found: the questions.
        left_out: how many visits are not compared, by reason.
        below: the children of its Map Runs that still have a trace.
    """

    def __init__(self, run: Run, definition: dict[str, Any], mode: Callable[[TaskRequest], str]) -> None:
        self.run = run
        self.found: list[Question] = []
        self.left_out: Counter[str] = Counter()
        self.below: list[Run] = []
        self._definition = definition
        self._mode = mode
        self._texts: dict[str, str] = {}
        self._current: dict[Strand, _Visit] = {}
        self._children: dict[Strand, dict[int, Strand]] = {}
        self._brought: dict[Strand, Any] = {}
        self._redrives = 0
        for record in records(run):
            read = READERS.get(type(record))
            if read is not None:
                read(self, record)

    @cached_property
    def _inspector(self) -> Inspector:
        return Inspector(self.run)

    # -- what the records say ------------------------------------------------------------------------------------------

    def _entered(self, record: r.StateEntered) -> None:
        strand = record.strand
        self._current[strand] = _Visit(record)
        if strand.body is not None:
            self._children.setdefault(strand.body.parent, {})[strand.index] = strand

    def _drawn(self, record: r.Drawn) -> None:
        if (visit := self._current.get(record.strand)) is not None:
            visit.drew = True

    def _scheduled(self, record: r.TaskScheduled) -> None:
        self._current[record.strand].request = record.request

    def _task_succeeded(self, record: r.TaskSucceeded) -> None:
        self._current[record.strand].result = record.result

    def _task_failed(self, record: r.TaskFailed) -> None:
        self._current[record.strand].error = record.error, record.cause

    def _body_started(self, record: r.BodyStarted) -> None:
        self._current[record.strand].started = True
        self._children.pop(record.strand, None)

    def _iteration_ended(self, record: r.IterationEnded) -> None:
        if record.kind == "MapIterationFailed":
            self._brought[record.strand] = None  # where that is tolerated

    def _map_run_started(self, record: r.MapRunStarted) -> None:
        self._current[record.strand].map_run = record.map_run
        self.below += [run for _, run in record.map_run.kept()]

    def _body_succeeded(self, record: r.BodySucceeded) -> None:
        visit = self._current[record.strand]
        if visit.map_run is None:
            children = self._children.get(record.strand, {})
            visit.result = [self._brought[children[index]] for index in sorted(children)]
        elif isinstance(model := record.rule.model, MapState) and model.result_writer is None:
            visit.result = [run.output for run in visit.map_run.succeeded()]

    def _chosen(self, record: r.ChoiceTaken) -> None:
        self._current[record.strand].chosen = record.choice

    def _caught(self, record: r.CatchTaken) -> None:
        visit = self._current[record.strand]
        visit.caught = record
        self._body_failed(visit, record.error)

    def _retry(self, record: r.RetryChosen) -> None:
        visit, index = self._current[record.strand], record.retrier
        self._body_failed(visit, record.error)
        expected = {"status": "RETRIABLE", **_failure(record.error), "retryIndex": index}
        if visit.rule.retriers[index].jitter_strategy != "FULL":
            expected["retryBackoffIntervalSeconds"] = round(record.delay / 1_000_000)
        self._ask(visit, expected, record.error, record.now)
        visit.retried[index] += 1
        visit.begin()

    def _exited(self, record: r.StateExited) -> None:
        visit = self._current.pop(record.strand)
        self._brought[record.strand] = record.output
        known = {**self._inspector.visits[visit.entered.event_id].scope, **(record.variables or {})}
        expected: dict[str, Any] = {"status": "SUCCEEDED", "output": record.output, "variables": known}
        error = None
        if visit.caught is None:
            following = _following(visit.rule.model, visit.chosen)
        else:
            error, following = visit.caught.error, visit.caught.catcher.next
            index = visit.rule.catchers.index(visit.caught.catcher)
            expected |= {"status": "CAUGHT_ERROR", "catchIndex": index, **_failure(error)}
        if following is not None:
            expected["nextState"] = following
        self._ask(visit, expected, error, record.now)

    def _strand_failed(self, record: r.StrandFailed) -> None:
        visit = self._current.get(record.strand)  # which a redrive may resume
        if visit is not None:
            if visit.caught is None:
                self._body_failed(visit, record.error)
            self._ask(visit, {"status": "FAILED", **_failure(record.error)}, record.error, record.now)

    def _redriven(self, record: r.ExecutionRedriven) -> None:
        self._redrives = record.count

    def _resumed(self, record: r.StrandResumed) -> None:
        visit = self._current[record.strand]
        map_run = visit.map_run
        visit.retried.clear()
        visit.begin()
        visit.started, visit.map_run = True, map_run  # which go on, unless another attempt begins

    @staticmethod
    def _body_failed(visit: _Visit, error: StateError) -> None:
        """What a branch or an iteration raised is the result of a Parallel or Map; an error of its own field is not."""
        own = error.state == visit.rule.name and error.site is not None
        if visit.started and visit.result is UNDEFINED and not own:
            visit.error = error.error, error.cause

    # -- the question --------------------------------------------------------------------------------------------------

    def _ask(self, visit: _Visit, expected: dict[str, Any], error: StateError | None, now: int) -> None:
        reason = self._reason(visit, error, now)
        if reason is not None:
            self.left_out[reason] += 1
            return
        entered, model = visit.entered, visit.rule.model
        members: dict[str, Any] = {"input": dumps(entered.input)}
        if scope := self._inspector.visits[entered.event_id].scope:
            members["variables"] = dumps(dict(scope))
        if isinstance(model, (TaskState, ParallelState, MapState)):
            members["mock"] = self._mock(visit, model)
            if CONTEXT.search(self._text(visit.rule)):
                members["context"] = dumps(self._context(visit))
            if error is not None and (retried := _retries(visit, error)):
                members["stateConfiguration"] = {"retrierRetryCount": retried}
        if _too_large(members, expected):
            self.left_out["size"] += 1
        else:
            self.found.append(Question(visit.rule, members, expected))

    def _reason(self, visit: _Visit, error: StateError | None, now: int) -> str | None:
        """Why the visit cannot be compared; None if it can."""
        model, text = visit.rule.model, self._text(visit.rule)
        found = {
            "chance": visit.drew or CHANCE.search(text) is not None,
            "wait": model.type == "Wait" and now - visit.entered.now > LONGEST_WAIT,
            "heartbeat": error is not None and error.heartbeat,
            "nameless": visit.error is not None and visit.error[0] is None,
            "absent": _is_absent(visit, error),
            "quota": error is not None and error.cause == HISTORY_FULL.format(self.run.quotas.history),
            "distributed": _in_s3(visit, error),
            "context": self._lacks_context(visit, text),
        }
        return next((reason for reason, applies in found.items() if applies), None)

    def _lacks_context(self, visit: _Visit, text: str) -> bool:
        """Whether the state reads of the Context Object what TestState does not take: all without a mock, else `Map`."""
        if not CONTEXT.search(text):
            return False
        if visit.rule.model.type not in ("Task", "Parallel", "Map"):
            return True
        return visit.entered.strand.map_item() is not None and WHOLE_OR_MAP.search(text) is not None

    def _text(self, rule: StateRule) -> str:
        """The state's own definition as text, without what is inside of a Parallel or Map."""
        text = self._texts.get(rule.name)
        if text is None:
            fields: Mapping[str, Any] = resolve(self._definition, rule.model.pointer)
            left_out = (*INSIDE, "Parameters") if rule.model.type == "Map" else INSIDE
            text = dumps({name: value for name, value in fields.items() if name not in left_out})
            self._texts[rule.name] = text
        return text

    def _context(self, visit: _Visit) -> dict[str, Any]:
        token = None if visit.request is None else visit.request.token
        retried, redrives = visit.retried.total(), self._redrives
        found = self.run.context(visit.rule.name, visit.entered.now, retried, token, None, redrives)
        return {section: value for section, value in found.items() if section != "Map"}

    def _mock(self, visit: _Visit, model: TaskState | ParallelState | MapState) -> dict[str, Any]:
        if visit.error is not None:
            named = zip(("error", "cause"), visit.error, strict=True)
            return {"errorOutput": {name: text for name, text in named if text is not None}}
        result, mode = visit.result, "NONE"
        if result is UNDEFINED:  # it fails before it asks for one
            result = _any_result(model)
        elif visit.request is not None:
            resource, mode = visit.request.resource, self._mode(visit.request)
            if answer_misfits(resource, result, test_state=True) and not answer_misfits(resource, result):
                mode = "NONE"  # an execution has a time as a number, or a job alone, which TestState does not take
        return {"result": dumps(result), "fieldValidationMode": mode}


def _failure(error: StateError) -> dict[str, Any]:
    return {"error": error.error, "cause": error.cause}


def _following(model: State, choice: int | None) -> str | None:
    state: Any = model
    if model.type != "Choice":
        return model.next
    return str(state.default if choice is None else state.choices[choice].next)


def _retries(visit: _Visit, error: StateError) -> int:
    """How often the Retrier that the error meets has retried."""
    if not error.catchable:
        return 0
    return next((visit.retried[at] for at, each in enumerate(visit.rule.retriers) if matches(each.error_equals, error)), 0)


def _in_s3(visit: _Visit, error: StateError | None) -> bool:
    """Whether a distributed Map has read or written what the trace does not have."""
    model = visit.rule.model
    if not isinstance(model, MapState) or model.mode != "DISTRIBUTED":
        return False
    if visit.error is None and visit.result is UNDEFINED:
        return True
    return error is not None and error.site is not None


def _is_absent(visit: _Visit, error: StateError | None) -> bool:
    """Whether a task was not tried, since what its Resource names is not in the account."""
    untried = visit.request is None and visit.rule.model.type == "Task"
    return untried and error is not None and (error.site is None or error.site.field == "Resource")


def _any_result(model: TaskState | ParallelState | MapState) -> Any:
    """A result that TestState takes for such a state [recorded]."""
    if isinstance(model, ParallelState):
        return [None] * len(model.branches)
    return [] if isinstance(model, MapState) and model.result_writer is None else {}


def _too_large(members: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Whether TestState takes a text not at all, or AWS's quotas would not let the state's values pass."""
    texts = [members["input"], members.get("mock", {}).get("result", ""), members.get("variables", "")]
    texts += [dumps(expected[name]) for name in ("output", "variables") if name in expected]
    return any(len(text) > LARGEST // 4 and utf8_size(text) > LARGEST for text in texts)


READERS: Final[dict[type[r.Record], Callable[[Questions, Any], None]]] = {
    r.StateEntered: Questions._entered,
    r.Drawn: Questions._drawn,
    r.TaskScheduled: Questions._scheduled,
    r.TaskSucceeded: Questions._task_succeeded,
    r.TaskFailed: Questions._task_failed,
    r.BodyStarted: Questions._body_started,
    r.MapRunStarted: Questions._map_run_started,
    r.BodySucceeded: Questions._body_succeeded,
    r.IterationEnded: Questions._iteration_ended,
    r.ChoiceTaken: Questions._chosen,
    r.CatchTaken: Questions._caught,
    r.RetryChosen: Questions._retry,
    r.StateExited: Questions._exited,
    r.StrandFailed: Questions._strand_failed,
    r.ExecutionRedriven: Questions._redriven,
    r.StrandResumed: Questions._resumed,
}
"""Kinds of records that concern the questions, and the method that reads each."""
