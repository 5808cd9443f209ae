"""What a state's value was after each stage of its data flow, under the names that the TestState API has for them.

Nothing of it is kept while a machine runs. What was sent and what came back stands in the log; what lies between is
computed again when somebody asks, by the same stages from the same input, result, variables and Context Object. Even
chance repeats itself: each draw of an expression has a generator of its own, whose number the log notes.

Which stages a state shows is recorded: of a Pass with a Result, for instance, those before it are of no account.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.model import MapState, ParallelState, PassState
from pytest_sfn.engine.bodies import MapRule
from pytest_sfn.engine.context import context_object
from pytest_sfn.engine.log import RECORD
from pytest_sfn.engine.run import NO_VARIABLES
from pytest_sfn.engine.stages import JsonpathStages
from pytest_sfn.errors import ExecutionError, StateError
from pytest_sfn.expressions.values import UNDEFINED, measure, release

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pytest_sfn.asl.model import State
    from pytest_sfn.engine.run import Body, Run, Strand, TaskRequest
    from pytest_sfn.engine.stages import Sized
    from pytest_sfn.engine.states import StateRule
    from pytest_sfn.trace.visits import StateVisit

__all__ = ["Inspector", "stage", "stages_of"]

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

TASK_SUCCEEDED: Final = frozenset({"ActivitySucceeded", "LambdaFunctionSucceeded", "TaskSucceeded"})
BODY_STARTED: Final = frozenset({"MapStateStarted", "ParallelStateStarted"})
BODY_SUCCEEDED: Final = frozenset({"MapStateSucceeded", "ParallelStateSucceeded"})


def stages_of(model: State) -> tuple[str, ...]:
    """Names of the stages that a state has."""
    if isinstance(model, PassState) and model.has_result and model.query_language == "JSONPath":
        return _RESULT
    return STAGES.get((model.query_language, model.type), ())


def stage(name: str, doc: str) -> Any:
    """A property of `StateVisit` that gives a copy of the value after that stage."""

    def read(visit: StateVisit) -> Any:
        __tracebackhide__ = True
        found = visit.stages
        if name in found:
            return found[name]
        model = visit.strand.run.program.rules[visit.name].model
        has = stages_of(model)
        if name not in has:
            known = f"only {', '.join(has)}" if has else "only input and output"
            raise AttributeError(f"state {visit.name!r}, a {model.type} in {model.query_language}, has no {name}; {known}")
        why = "is still running" if visit.error is None and visit.exited is None else f"failed with {visit.error}"
        raise ExecutionError(f"state {visit.name!r} did not get as far as {name}: it {why}")

    return property(read, doc=doc)


class Past:
    """A strand as it was during a visit: what its expressions asked then, they may ask again."""

    __slots__ = (
        "children", "depth", "draws", "entered_at", "last_attempt", "now_at", "request", "result", "retry_count", "run",
        "scope", "size", "state", "strand", "value",
    )  # fmt: skip

    def __init__(self, strand: Strand, rule: StateRule, value: Any, now: int, scope: Mapping[str, Any]) -> None:
        self.run = strand.run
        self.strand = strand
        self.state = rule
        self.value = value
        self.size, self.depth = 0, 0  # measured when asked for; nothing is refused any more
        self.entered_at = self.now_at = now
        self.scope = scope
        self.retry_count = 0 if rule.model.type in ("Task", "Parallel", "Map") else None
        self.request: TaskRequest | None = None
        self.result: Any = UNDEFINED
        self.children: dict[int, Strand] | None = None  # of the last attempt
        self.draws: list[tuple[str, int]] = []  # since the last attempt began, or the state was entered
        self.last_attempt: tuple[int, list[tuple[str, int]]] | None = None  # when it began, and what was drawn for it

    # what an expression may ask (expressions.env.Env)

    def context_object(self) -> dict[str, Any]:
        token = None if self.request is None else self.request.token
        execution, entered = self.run.execution_context(), self.run.datetime_at(self.entered_at)
        return context_object(execution, self.state.name, entered, self.retry_count, token, self.strand.map_item())

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
    """Every visit of a run as it was, by the id of its Entered event; read from the log in one pass."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.visits: dict[int, Past] = {}
        self._current: dict[Strand, Past] = {}
        self._scopes: dict[Strand, Mapping[str, Any]] = {}
        event_id = 0
        log = run.log
        for at in range(0, len(log), RECORD):
            kind, _, now, strand, a, b = log[at : at + RECORD]
            event_id += not kind.islower()
            if kind == "ExecutionStarted":
                self._scopes[strand] = b or NO_VARIABLES
            elif kind.endswith("StateEntered"):
                self._enter_body(strand)
                self.visits[event_id] = self._current[strand] = Past(strand, a, b, now, self._scope(strand))
            elif kind == "MapIterationStarted":
                self._enter_body(strand)
            elif strand in self._current:
                self._read(kind, now, strand, a, b)

    def _enter_body(self, child: Strand) -> None:
        """The first that is heard of a branch or an iteration."""
        parent = self._current.get(child.body.parent) if child.body is not None else None
        if parent is not None and parent.children is not None:
            parent.children.setdefault(child.index, child)

    def _scope(self, strand: Strand) -> Mapping[str, Any]:
        scope = self._scopes.get(strand)
        if scope is None:
            body: Body | None = strand.body
            scope = self._scopes[strand] = NO_VARIABLES if body is None else self._scope(body.parent)
        return scope

    def _read(self, kind: str, now: int, strand: Strand, a: Any, b: Any) -> None:
        past = self._current[strand]
        if kind == "draw":
            past.draws.append(a)
        elif kind.endswith("Scheduled") or kind in BODY_STARTED:
            past.request = a if kind.endswith("Scheduled") else None
            past.last_attempt = (now, past.draws)
            past.draws = []
            past.children = {} if kind in BODY_STARTED else None
        elif kind in TASK_SUCCEEDED or kind in BODY_SUCCEEDED:
            past.result = b if kind in TASK_SUCCEEDED else self._results(past)
            past.now_at = now
            past.draws = []
        elif kind == "retry":
            assert past.retry_count is not None
            past.retry_count += 1
            past.result = UNDEFINED
            past.draws = []
        elif kind.endswith("StateExited") and isinstance(a, tuple):
            self._scopes[strand] = {**past.scope, **a[1]}

    @staticmethod
    def _results(past: Past) -> Any:
        """What the children brought; those of a distributed Map are executions of their own, which are not kept."""
        children = past.children or {}
        model = past.state.model
        if isinstance(model, MapState) and model.mode == "DISTRIBUTED":
            return UNDEFINED
        return [children[index].value for index in sorted(children)]

    def stages(self, event_id: int) -> dict[str, Any]:
        """The stages that a visit reached, in order: name to a copy of the value."""
        past = self.visits[event_id]
        names = stages_of(past.state.model)
        found: dict[str, Any] = {}
        drawn = list(past.draws)
        try:
            for name, value in _compute(past):
                if name in names:
                    found[name] = release(value)
        except StateError:
            pass  # it failed there; the visit says how
        past.draws = drawn
        return found


def _compute(past: Past) -> Iterator[tuple[str, Any]]:
    """Every stage up to the one that failed, or that has not been reached."""
    model, stages = past.state.model, past.state.stages
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
            if isinstance(past.state, MapRule) and past.state.model.item_reader is None:
                yield "after_items_path", past.state.items(past, data)[0]
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
    elif past.last_attempt is not None and isinstance(past.state.model, ParallelState):
        later = past.now_at, past.draws
        past.now_at, past.draws = past.last_attempt[0], list(past.last_attempt[1])
        yield name, past.state.stages.arguments(past, data)[0]
        past.now_at, past.draws = later


def _sized(value: Any) -> Sized:
    return value, *measure(value)
