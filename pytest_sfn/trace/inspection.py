"""What a state's value was after each stage of its data flow, under the names that the TestState API has for them.

These values are not kept while a machine runs. The records have what was sent and what came back; the values between are
computed again on demand, by the same stages from the same input, result, variables and Context Object. Even random draws
are the same: each draw of an expression has a generator of its own, and a record has its number.

Which stages a state shows is recorded: a Pass with a Result, for instance, does not show those before it.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.model import MapState, ParallelState, PassState
from pytest_sfn.engine import record as r
from pytest_sfn.engine.bodies import MapRule
from pytest_sfn.engine.record import records
from pytest_sfn.engine.run import NO_VARIABLES
from pytest_sfn.engine.stages import JsonpathStages
from pytest_sfn.errors import StateError
from pytest_sfn.expressions.values import UNDEFINED, measure, release

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from pytest_sfn.asl.model import State
    from pytest_sfn.engine.run import Run, Strand, TaskRequest
    from pytest_sfn.engine.stages import Sized

__all__ = ["Inspector", "stages_of"]

_RESULT: Final = ("result", "after_result_selector", "after_result_path")
STAGES: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("JSONPath", "Choice"): ("after_input_path",),
    ("JSONPath", "Fail"): ("after_input_path",),
    ("JSONPath", "Map"): ("after_input_path", "after_items_path", *_RESULT),
    ("JSONPath", "Parallel"): ("after_input_path", "after_parameters", *_RESULT),
    ("JSONPath", "Pass"): ("after_input_path", "after_parameters", *_RESULT[1:]),
    ("JSONPath", "Succeed"): ("after_input_path",),
    ("JSONPath", "Task"): ("after_input_path", "after_parameters", *_RESULT),
    ("JSONPath", "Wait"): ("after_input_path",),
    ("JSONata", "Map"): ("result",),
    ("JSONata", "Parallel"): ("after_arguments", "result"),
    ("JSONata", "Task"): ("after_arguments", "result"),
}
"""(query language, state type) to the stages that such a state has, in order [recorded; `result` of Map and Parallel ours]."""


def stages_of(model: State) -> tuple[str, ...]:
    """Names of the stages that a state has."""
    if isinstance(model, PassState) and model.has_result and model.query_language == "JSONPath":
        return _RESULT
    return STAGES.get((model.query_language, model.type), ())


class Past:
    """A strand as it was during a visit; it fulfils `Evaluating`, so that the state's stages can run again.

    Attributes:
        rule: of the state visited.
        value: the state's input.
        now_at: the virtual time that expressions see.
        retry_count: None for a state that has no attempts.
        request: the last attempt of a Task.
        result: what came back, UNDEFINED as long as nothing has.
        branches: the strands of the last attempt of a Parallel or Map, by index.
        given: the result of a Parallel or Map whose branches or iterations did not run, since it was mocked.
        draws: the draws since the last attempt began, or the state was entered: purpose and number.
        redrives: how often the execution had been redriven.
        last_attempt: when it began, and what was drawn for it.
    """

    __slots__ = (
        "branches", "depth", "draws", "entered_at", "given", "last_attempt", "now_at", "redrives", "request", "result",
        "retry_count", "rule", "run", "scope", "size", "strand", "value",
    )  # fmt: skip

    def __init__(self, entered: r.StateEntered, scope: Mapping[str, Any], redrives: int) -> None:
        self.redrives = redrives
        self.run = entered.strand.run
        self.strand = entered.strand
        self.rule = entered.rule
        self.value = entered.input
        self.size, self.depth = 0, 0  # measured when asked for; nothing is refused any more
        self.entered_at = self.now_at = entered.now
        self.scope = scope
        self.retry_count = 0 if entered.rule.model.type in ("Task", "Parallel", "Map") else None
        self.request: TaskRequest | None = None
        self.result: Any = UNDEFINED
        self.given: Any = UNDEFINED
        self.branches: dict[int, Strand] = {}
        self.draws: list[tuple[str, int]] = []
        self.last_attempt: tuple[int, list[tuple[str, int]]] | None = None

    def begin_attempt(self, now: int, request: TaskRequest | None) -> None:
        self.request = request
        self.last_attempt = (now, self.draws)
        self.draws = []
        self.branches = {}

    def come_back(self, now: int, result: Any) -> None:
        """Its work has brought a result."""
        self.result = result
        self.now_at = now
        self.draws = []

    def results(self) -> Any:
        """What the branches or iterations brought; the trace does not keep what a distributed Map's executions brought."""
        model = self.rule.model
        if self.given is not UNDEFINED:
            return self.given
        if isinstance(model, MapState) and model.mode == "DISTRIBUTED":
            return UNDEFINED
        return [self.branches[index].value for index in sorted(self.branches)]

    # what an expression may ask (expressions.env.Env)

    def context_object(self) -> dict[str, Any]:
        token = None if self.request is None else self.request.token
        item = self.strand.map_item()
        return self.run.context(self.rule.name, self.entered_at, self.retry_count, token, item, self.redrives)

    def variable(self, name: str) -> Any:
        return self.scope.get(name, UNDEFINED)

    def variables(self) -> Mapping[str, Any]:
        return self.scope

    def random(self, purpose: str) -> random.Random:
        number = next(number for drawn, number in self.draws if drawn == purpose)
        self.draws.remove((purpose, number))
        return self.run.chance.drawn(purpose, number)

    def now(self) -> datetime:
        return self.run.datetime_at(self.now_at)


class Inspector:
    """Every visit of a run as it was, by the id of its Entered event; read from the records in one pass."""

    def __init__(self, run: Run) -> None:
        self.visits: dict[int, Past] = {}
        self._current: dict[Strand, Past] = {}
        self._scopes: dict[Strand, Mapping[str, Any]] = {}
        self._redrives = 0
        for record in records(run):
            read = READERS.get(type(record))
            if read is not None:
                read(self, record)

    def _enter_body(self, child: Strand) -> None:
        """The first record of a branch or an iteration."""
        parent = self._current.get(child.body.parent) if child.body is not None else None
        if parent is not None:
            parent.branches.setdefault(child.index, child)

    def scope(self, strand: Strand) -> Mapping[str, Any]:
        """The variables of a strand, up to the last record read."""
        scope = self._scopes.get(strand)
        if scope is None:
            body = strand.body
            scope = self._scopes[strand] = NO_VARIABLES if body is None else self.scope(body.parent)
        return scope

    def _execution_started(self, record: r.ExecutionStarted) -> None:
        self._scopes[record.strand] = record.variables or NO_VARIABLES

    def _entered(self, record: r.StateEntered) -> None:
        self._enter_body(record.strand)
        past = Past(record, self.scope(record.strand), self._redrives)
        self.visits[record.event_id] = self._current[record.strand] = past

    def _iteration_started(self, record: r.IterationStarted) -> None:
        self._enter_body(record.strand)
        self.scope(record.strand)  # as the Map has it now

    def _drawn(self, record: r.Drawn) -> None:
        past = self._current.get(record.strand)
        if past is not None:  # else it was drawn for ItemSelector, before the iteration's first state
            past.draws.append((record.purpose, record.number))

    def _scheduled(self, record: r.TaskScheduled) -> None:
        self._current[record.strand].begin_attempt(record.now, record.request)

    def _body_started(self, record: r.BodyStarted) -> None:
        self._current[record.strand].begin_attempt(record.now, None)

    def _mocked(self, record: r.BodyMocked) -> None:
        self._current[record.strand].given = record.result

    def _task_succeeded(self, record: r.TaskSucceeded) -> None:
        self._current[record.strand].come_back(record.now, record.result)

    def _body_succeeded(self, record: r.BodySucceeded) -> None:
        past = self._current[record.strand]
        past.come_back(record.now, past.results())

    def _retry_chosen(self, record: r.RetryChosen) -> None:
        past = self._current[record.strand]
        assert past.retry_count is not None
        past.retry_count += 1
        past.result = UNDEFINED
        past.draws = []

    def _execution_redriven(self, record: r.ExecutionRedriven) -> None:
        self._redrives = record.count

    def _resumed(self, record: r.StrandResumed) -> None:
        past = self._current[record.strand]
        past.redrives = self._redrives
        past.now_at = record.now
        if past.retry_count is not None:
            past.retry_count = 0
        past.result = UNDEFINED
        past.draws = []

    def _exited(self, record: r.StateExited) -> None:
        if record.variables is not None:
            self._scopes[record.strand] = {**self._current[record.strand].scope, **record.variables}

    def stages(self, event_id: int) -> dict[str, Any]:
        """The stages that a visit reached, in order: name to a copy of the value."""
        return {name: release(value) for name, value in self.values(event_id).items()}

    def values(self, event_id: int) -> dict[str, Any]:
        """The same with the values themselves, which are shared: do not change them."""
        past = self.visits[event_id]
        names = stages_of(past.rule.model)
        found: dict[str, Any] = {}
        drawn = list(past.draws)
        with suppress(StateError):  # it failed there; the visit says how
            found.update((name, value) for name, value in _compute(past) if name in names)
        past.draws = drawn
        return found


def _compute(past: Past) -> Iterator[tuple[str, Any]]:
    """Every stage up to the one that failed, or that has not been reached."""
    model, stages = past.rule.model, past.rule.stages
    if not isinstance(stages, JsonpathStages):
        yield from _sent(past, "after_arguments", _sized(past.value))
        if past.result is not UNDEFINED:
            yield "result", past.result
        return
    if isinstance(model, PassState) and model.has_result:
        result = _sized(model.result)
        yield "result", result[0]
    else:
        data = stages.input(past)
        yield "after_input_path", data[0]
        if isinstance(model, PassState):
            result = stages.arguments(past, data)
            yield "after_parameters", result[0]
        else:
            if isinstance(past.rule, MapRule) and past.rule.model.item_reader is None:
                yield "after_items_path", past.rule.items(past, data)[0]
            yield from _sent(past, "after_parameters", data)
            if past.result is UNDEFINED:
                return
            result = _sized(past.result)
            yield "result", result[0]
    result = stages.select(past, result)
    yield "after_result_selector", result[0]
    yield "after_result_path", stages.place(past, result)[0]


def _sent(past: Past, name: str, data: Sized) -> Iterator[tuple[str, Any]]:
    """Parameters or Arguments of the last attempt."""
    if past.request is not None:
        yield name, past.request.parameters
    elif past.last_attempt is not None and isinstance(past.rule.model, ParallelState):
        later = past.now_at, past.draws
        past.now_at, past.draws = past.last_attempt[0], list(past.last_attempt[1])
        yield name, past.rule.stages.arguments(past, data)[0]
        past.now_at, past.draws = later


def _sized(value: Any) -> Sized:
    return value, *measure(value)


READERS: Final[dict[type[r.Record], Callable[[Inspector, Any], None]]] = {
    r.ExecutionStarted: Inspector._execution_started,
    r.StateEntered: Inspector._entered,
    r.IterationStarted: Inspector._iteration_started,
    r.Drawn: Inspector._drawn,
    r.TaskScheduled: Inspector._scheduled,
    r.BodyStarted: Inspector._body_started,
    r.BodyMocked: Inspector._mocked,
    r.TaskSucceeded: Inspector._task_succeeded,
    r.BodySucceeded: Inspector._body_succeeded,
    r.RetryChosen: Inspector._retry_chosen,
    r.StateExited: Inspector._exited,
    r.ExecutionRedriven: Inspector._execution_redriven,
    r.StrandResumed: Inspector._resumed,
}
"""Kinds of records that concern the stages of a visit, and the method that reads each."""
