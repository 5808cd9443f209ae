"""Tests as text, each tried before anybody sees it: a failure, mocks for what else is called, an input, a check.

A trial is a run of one state in an account of its own, with the very calls that the test has. What its executions took is
read as coverage reads it. A trial ends after fewer events than an execution on AWS, and runs no code of the user's.
"""

from __future__ import annotations

import warnings
from dataclasses import field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.account.account import watching
from pytest_sfn.account.sfn_mock import SfnMock, account_of
from pytest_sfn.asl.model import Constant, MapState, TaskState
from pytest_sfn.asl.outline import bodies, states_around, walk
from pytest_sfn.asl.pointer import last, resolve
from pytest_sfn.coverage.chains import Chains, called, of_resource, of_s3
from pytest_sfn.coverage.plausible import plausible
from pytest_sfn.coverage.python_text import Chain
from pytest_sfn.coverage.samples import Needs
from pytest_sfn.coverage.volatile import same
from pytest_sfn.dataclass import dataclass
from pytest_sfn.engine.quotas import Quotas
from pytest_sfn.errors import MockError, PytestSfnError
from pytest_sfn.expressions.values import UNDEFINED
from pytest_sfn.services.function_names import parse_function
from pytest_sfn.services.reach import resource_key, resources_of
from pytest_sfn.trace.taken import Facts, FactsReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_sfn.account.execution import Execution, StateReport
    from pytest_sfn.asl.model import State
    from pytest_sfn.coverage.failures import Failure, Retrying
    from pytest_sfn.coverage.plausible import Names
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import Run

__all__ = ["NO_FAILURE", "Scene", "Stage", "Trial"]

_QUOTAS: Final = Quotas(history=3_000)
_BEST_NAMES: Final[tuple[Names, ...]] = ("all", "texts")
NO_FAILURE: Final = "no error that a mock could raise gets here"
"""Why there is no test, where nothing better can be said."""
_MOST_TRIALS: Final = 60
"""So many trials may look for one error path."""
_MOST_ITEMS: Final = 20
_MOST_SHRINKING: Final = 60
"""So many trials may make an input smaller."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a test does before its check.

    Attributes:
        state: the state that it runs; None for the whole machine.
        failing: what makes the failure; None where the definition itself fails.
        others: mocks for what else is called.
        input, variables: of `run_state`; an input of {} may be left out.
    """

    state: str | None
    failing: Chain | None
    others: tuple[Chain, ...] = ()
    input: Any = None
    variables: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a scene.

    Attributes:
        scene: with all the lines that it needs.
        taken: pointers into the substituted definition.
        mock: what makes the failure in a test in which functions run their own code, if they can; else as the scene has it.
        caught: whether a Catcher took the error.
        next: the state that the Catcher leads to.
        retries: how many the state made.
        error: the first error that the state met.
        ended: how the execution did: "" for well, else its error.
        output: of the state, if the scene runs it by itself and it exits; `ANY` in it for what differs from run to run.
        warned: whether a mock has warned, as of an error that its service does not have.
    """

    scene: Scene
    mock: Chain | None
    taken: frozenset[str]
    caught: bool
    next: str | None
    retries: int
    error: str
    ended: str
    output: Any
    warned: bool

    @property
    def is_well(self) -> bool:
        """Whether the state has recovered by retries."""
        return not (self.ended or self.caught)

    def does_as(self, other: Trial) -> bool:
        """Whether both show the same, whatever their values are."""
        mine, others = ((each.caught, each.next, each.retries, each.error, each.ended) for each in (self, other))
        return mine == others


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a run of the whole machine that ends well.

    Attributes:
        answers: of tasks, by name: mocks with their answers.
        resources: of what Maps call, by Resource.
        inputs: the input and the variables of each state that the run entered; "" for the execution's.
    """

    answers: Mapping[str, Chain] = field(default_factory=dict)
    resources: Mapping[str, Chain] = field(default_factory=dict)
    inputs: Mapping[str, tuple[Any, Mapping[str, Any]]] = field(default_factory=dict)


class Stage:
    """Runs the states of one machine with failures.

    Args:
        machine: the definition.
        known: what a run of it has shown.
    """

    def __init__(self, machine: StateMachine, known: Known | None = None) -> None:
        self.machine = machine
        self._known = known or Known()
        self._states = machine._model.all_states
        self._chains = Chains(machine)
        self._jsonata = machine._model.query_language == "JSONata"
        self._found: dict[str, Scene] = {}
        self._reached = False
        self._out_of_reach: set[tuple[str, str | None]] = set()
        """States with tasks that no input reaches: no need to try another error."""
        self._bodies: dict[str, Needs] = {}

    def tried(self, owner: Retrying, failures: Iterable[Failure], pointer: str) -> Trial | str:
        """The first failure that takes a pointer, in the least scene in which it does; else why none does.

        One of which a mock warns is none: its service never reports such an error.
        """
        left = _MOST_TRIALS
        why, untried = NO_FAILURE, None
        for failure in failures:
            place = owner.name, None if failure.state is None else failure.state.name
            if place in self._out_of_reach:
                untried = untried or failure
                continue
            self._reached = failure.state is None
            found = None
            for runner, value, variables in islice(self._ways(owner), left):
                left -= 1
                trial = self._run(owner, failure, runner, value, variables)
                if trial is not None and pointer in trial.taken:
                    found = trial if found is None or trial.is_well else found
                    if trial.is_well or trial.warned or not failure.once:  # one that fails once should end well
                        break
            if found is not None and not found.warned:
                return self._shown(owner, failure, pointer, found)
            why = why if found is None else "the service never reports this error"
            if not self._reached:
                self._out_of_reach.add(place)
                untried = untried or failure
        return why if untried is None else f"not tried, since no made-up input leads here: {self._failing(untried)}"

    def _shown(self, owner: Retrying, failure: Failure, pointer: str, trial: Trial) -> Trial:
        """A trial as it is shown: in the least scene in which it does the same, with values that say what they are."""
        if owner.name not in self._found:
            trial = self._smaller(owner, failure, pointer, trial)
            self._found[owner.name] = trial.scene
        scene = trial.scene
        runner = None if scene.state is None else self._states[scene.state]
        for names in _BEST_NAMES:
            value, variables = (plausible(each, names) for each in (scene.input, dict(scene.variables or {})))
            named = self._run(owner, failure, runner, value, variables, names)
            if named is not None and pointer in named.taken and named.does_as(trial):
                trial = named
                break
        else:
            names = "none"
        again = self._run(owner, failure, runner, trial.scene.input, dict(trial.scene.variables or {}), names, seed=1)
        return replace(trial, output=same(trial.output, UNDEFINED if again is None else again.output))

    # -- inputs ----------------------------------------------------------------------------------------------------------------

    def _ways(self, owner: Retrying) -> Iterator[tuple[State | None, Any, Mapping[str, Any]]]:
        """What to run with which input and variables, the best first: what has worked for the state, then the state itself.

        A state that cannot run by itself runs in the Parallels and Maps around it, or in the whole machine: None.
        """
        found = self._found.get(owner.name)
        if found is not None:
            yield None if found.state is None else self._states[found.state], found.input, found.variables or {}
        if owner.name in self._known.inputs:
            yield owner, *self._known.inputs[owner.name]
        around = (self._states[last(pointer)] for pointer in reversed(states_around(owner.pointer)))
        for runner in (*around, None):
            known = self._known.inputs.get("" if runner is None else runner.name)
            if known is not None:
                yield runner, *known
            for value, variables in self._inputs(owner, runner):
                yield runner, value, variables

    def _inputs(self, owner: Retrying, runner: State | None) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        yield {}, {}
        if isinstance(runner, TaskState):
            own = self._needs(runner)
            yield own.sample(), own.sample_variables()
        body, items = self._body(runner), _items(owner)
        yield body.sample(items=items), body.sample_variables()
        if isinstance(runner, MapState):
            yield [body.sample(items=1)] * items, body.sample_variables()  # without ItemsPath

    def _needs(self, state: State) -> Needs:
        written = resolve(self.machine.definition, state.pointer)
        return Needs.of_state(written, jsonata=state.query_language == "JSONata", task=self._chains.tasks.get(state.name))

    def _body(self, runner: State | None) -> Needs:
        """What a state and all inside it ask for; None for the whole machine."""
        name = "" if runner is None else runner.name
        if name not in self._bodies:
            definition = self.machine.definition
            written = definition if runner is None else resolve(definition, runner.pointer)
            jsonata = self._jsonata if runner is None else runner.query_language == "JSONata"
            self._bodies[name] = Needs.of_body(written, jsonata=jsonata, tasks=self._chains.tasks)
        return self._bodies[name]

    def _smaller(self, owner: Retrying, failure: Failure, pointer: str, trial: Trial) -> Trial:
        """The trial with as few members in its input and variables as do."""
        left = _MOST_SHRINKING
        runner = None if trial.scene.state is None else self._states[trial.scene.state]
        whole: list[Any] = [trial.scene.input, dict(trial.scene.variables or {})]
        waiting: list[tuple[str | int, ...]] = [(0,), (1,)]
        least = self._run(owner, failure, runner, {}, whole[1])
        if least is not None and pointer in least.taken and least.does_as(trial):
            whole[0], trial = {}, least
        while waiting:
            place = waiting.pop(0)
            value = at_place(whole, place)
            for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
                if isinstance(value, dict) and left:
                    left -= 1
                    smaller = without(whole, (*place, key))
                    found = self._run(owner, failure, runner, smaller[0], smaller[1])
                    if found is not None and pointer in found.taken and found.does_as(trial):
                        whole, trial = smaller, found
                        continue
                waiting.append((*place, key))
        return trial

    # -- runs ------------------------------------------------------------------------------------------------------------------

    def _run(
        self,
        owner: Retrying,
        failure: Failure,
        runner: State | None,
        value: Any,
        variables: Mapping[str, Any],
        names: Names = "none",
        *,
        seed: int = 0,
    ) -> Trial | None:
        """Run a state, or the machine, with mocks for all that it may call; the trial has those that it does call.

        Returns:
            None for an error of the test, or if it does not come to the state, more than once, or with another error.
        """
        seen = _Seen()
        name = None if runner is None else runner.name
        with watching(lambda _: seen), warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            sfn_mock = SfnMock(quotas=_QUOTAS, seed=seed)
            machine = sfn_mock.load(self.machine)
            failing, mock = self._failing(failure, names), self._with_own_code(failure, sfn_mock)
            try:
                failed = called(sfn_mock, failing)
                others = [(chain, called(sfn_mock, chain)) for chain in self._others(runner, failure, names)]
                execution = machine.run(value, start_at=name, stop_after=name, variables=variables or None)
            except PytestSfnError:
                return None
            finally:
                sfn_mock._account.release()  # `close` would check mocks that nothing needs
        self._reached |= failed is not None and failed.called
        report = execution.state(owner.name)
        if len(report.visits) != 1 or not (failed is None or (failed.called and _met(report, execution, failure))):
            return None
        needed = tuple(chain for chain, other in others if other.called)
        visit = report.visits[0]
        first = next((attempt.error for attempt in report.attempts if attempt.error), None)
        ended = "" if execution.succeeded else execution.error or "a Fail state"
        output = execution.output if name == owner.name and execution.succeeded else UNDEFINED
        scene = Scene(name, failing, needed, value, variables or None)
        shown = report.caught, visit.next if report.caught else None, report.retries, first or "", ended, output
        return Trial(scene, mock or failing, seen.taken(), *shown, bool(warned))

    def _others(self, runner: State | None, failure: Failure, names: Names) -> Iterator[Chain]:
        """Mocks for all that a state, or the machine, may call beside the failure."""
        inside = (
            self._states.values() if runner is None else [runner, *(each for body in bodies(runner) for each, _ in walk(body))]
        )
        resources: dict[str, Chain] = {}
        caller = None if failure.field is None else getattr(failure.state, failure.field)
        for state in inside:
            if isinstance(state, TaskState) and state is not failure.state:
                yield self._answered(state, names)
            for text in resources_of(state):
                if caller is not None and text == caller.resource.text:  # this one fails
                    continue
                resources[text] = self._resource(state, text, names)
        yield from resources.values()

    # -- failures --------------------------------------------------------------------------------------------------------------

    def _failing(self, failure: Failure, names: Names = "none") -> Chain | None:
        """What makes a failure."""
        task, error = failure.state, failure.error
        if task is None:
            return None
        if isinstance(task, MapState):
            caller = task.item_reader if failure.field == "item_reader" else task.result_writer
            assert caller is not None
            assert caller.resource is not None
            return of_resource(caller.resource.text).then("raises", error)
        mock = self._chains.mock(task)
        waits = task.resource.pattern == ".waitForTaskToken"
        if not error:
            mock = mock.then("times_out")
        else:
            mock = mock.then("completes_with_error" if waits and not error.startswith("Lambda.") else "raises", error)
        return Chain((*mock.calls, self._answered(task, names).calls[-1])) if failure.once else mock

    def _with_own_code(self, failure: Failure, sfn_mock: SfnMock) -> Chain | None:
        """What makes a failure after which the function's own code runs; None where none does.

        Args:
            sfn_mock: an account that has loaded the machine.
        """
        task, error = failure.state, failure.error
        if not isinstance(task, TaskState) or not failure.once or not error or task.resource.pattern == ".waitForTaskToken":
            return None
        mock, name = self._chains.mock(task), self._chains.function(task)
        function = None if name is None else parse_function(name)
        if self.machine.template is None or function is None or not self._chains.of_function(task):
            return None
        handlers = account_of(sfn_mock).registry.own_code()
        try:
            resource = None if handlers is None else handlers.resource(function)
        except MockError:  # two functions of that name
            return None
        if handlers is None or resource is None or handlers.reason(resource, handlers.defaults) is not None:
            return None
        return mock.then("fails_then_calls", error)

    def _resource(self, state: State, text: str, names: Names) -> Chain:
        """The mock of a Resource that a Map calls."""
        assert isinstance(state, MapState)
        items = _items(state)
        if items == 1 and resource_key(text) in self._known.resources:
            return self._known.resources[resource_key(text)]
        return of_resource(text).then("returns", of_s3(state, text, plausible(self._body(state).sample(items=1), names), items))

    def _answered(self, task: TaskState, names: Names) -> Chain:
        """The mock of a task that succeeds."""
        known = self._known.answers.get(task.name)
        return known or self._chains.answered(self._chains.mock(task), task, self._needs(task).result.value(), names)


def _met(report: StateReport, execution: Execution, failure: Failure) -> bool:
    """Whether the error that a state met is that of a failure, not another one: of an undefined variable beside it, say.

    A Fail state inside may give it another name, and a distributed Map always does.
    """
    task = failure.state
    if task is None or task.name == report.name or failure.field is not None:
        return True
    lines = [line for visit in report.visits for line in visit._lines if line.failed]
    if not lines:  # of a distributed Map
        return True
    last_visit = lines[0].visits[-1]
    return last_visit.type == "Fail" or last_visit.error in {visit.error for visit in execution.state(task.name).visits}


def _items(state: State) -> int:
    """So many items let a Map fail if each of them does."""
    tolerated = state.tolerated_failure_count if isinstance(state, MapState) else None
    return 1 + min(tolerated.value if isinstance(tolerated, Constant) else 0, _MOST_ITEMS)


class _Seen:
    """What the runs of one account take."""

    def __init__(self) -> None:
        self.facts = Facts()
        self.runs: list[Run] = []

    def __call__(self, run: Run) -> None:
        self.runs.append(run)

    def forgotten(self, run: Run) -> None:
        self.runs.remove(run)
        FactsReader(run).read(self.facts)

    def taken(self) -> frozenset[str]:
        for run in self.runs:
            FactsReader(run).read(self.facts)
        return frozenset(self.facts.taken())


def at_place(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


def without(value: Any, place: tuple[Any, ...]) -> Any:
    """A copy of a value without the member at a place."""
    key, *rest = place
    if not rest:
        return {name: item for name, item in value.items() if name != key}
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[key] = without(value[key], tuple(rest))
    return copy
