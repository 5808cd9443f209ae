"""A scenario of a whole machine that ends well: an input, mocks for what is called, what the run shows. It is tried first.

It is found with values that stand for any value. Then values that say what they are take their place, and an event of the
template that of the input, as far as the scenario still ends as well. What a second run, in another account at another time,
shows as well is what a test can check.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.account.sfn_mock import START_TIME, SfnMock
from pytest_sfn.asl.model import MapState, ParallelState
from pytest_sfn.asl.pointer import resolve
from pytest_sfn.coverage.chains import Chains, called, of_resource, of_s3
from pytest_sfn.coverage.guesses import TEXT, Node
from pytest_sfn.coverage.plausible import plausible
from pytest_sfn.coverage.python_text import Chain, literal
from pytest_sfn.coverage.trials import Known
from pytest_sfn.coverage.volatile import ANY, same
from pytest_sfn.dataclass import dataclass
from pytest_sfn.engine.quotas import Quotas
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.expressions.values import UNDEFINED
from pytest_sfn.scenarios.flow import Flow
from pytest_sfn.scenarios.routes import Router
from pytest_sfn.scenarios.starts import event_starts, plain_start
from pytest_sfn.services.reach import resources_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.account.execution import Execution
    from pytest_sfn.asl.model import TaskState
    from pytest_sfn.coverage.plausible import Names
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.mocks.mock import Mock
    from pytest_sfn.scenarios.starts import Start

__all__ = ["Scenario", "Shown", "scenario_of"]

_MOST_TRIED: Final = 24
_QUOTAS: Final = Quotas(history=5_000)
_MOST_SHOWN: Final = 400
"""Characters of a value that a test compares."""
_MOST_CALLS: Final = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """What the run of a scenario shows, the same in every run.

    Attributes:
        output: UNDEFINED if there is none to compare.
        elapsed: virtual time, where a Wait state takes some.
        inside: paths inside of Maps and Parallels: the state, what is read of its report, the value.
        calls: inputs of mocks, in the order of their calls.
    """

    output: Any = UNDEFINED
    elapsed: timedelta = timedelta()
    inside: tuple[tuple[str, str, Any], ...] = ()
    calls: tuple[tuple[Chain, list[Any]], ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a test of a whole machine does.

    Attributes:
        mocks: for all that is called.
        input: of the execution, if no event of a template starts it.
        start: starts it.
        path: the states that it enters; () if there is a problem.
        succeeds: False where each way through the machine leads to a Fail state.
        error: of that Fail state.
        problem: why it does not end as it should, as far as that is known; "" if it does.
        shown: what the test can check beside.
        known: what the tests of error paths can use.
    """

    mocks: tuple[Chain, ...]
    input: Any
    start: Start
    path: tuple[str, ...] = ()
    succeeds: bool = True
    error: str | None = None
    problem: str = ""
    shown: Shown = Shown()
    known: Known = Known()


def scenario_of(machine: StateMachine, router: Router | None = None) -> Scenario:
    """The first scenario that ends well; else the first that there is, with its problem."""
    first, router = None, router or Router(machine)
    for flow in islice(_flows(machine, router), _MOST_TRIED):
        rehearsal = _Rehearsal(machine, flow, succeeds=router.succeeds)
        found = rehearsal.tried("none")
        if not found.problem:
            return rehearsal.best(found)
        first = first or found
    return first or Scenario((), {}, plain_start({}), problem="no way through the states ends")


def _flows(machine: StateMachine, router: Router) -> Iterator[Flow]:
    for number in range(router.most):
        for inner in (0, 1) if number < _MOST_TRIED // 4 else (0,):
            yield Flow(machine, router.route(number, inner))


class _Run:
    """One run.

    Attributes:
        mocks: all that were there, each with what its text is.
        execution: None for an error of the test, which is the problem.
    """

    def __init__(self, machine: StateMachine, chains: list[Chain], start: Start, *, again: bool) -> None:
        self.problem = ""
        self.execution: Execution | None = None
        self.mocks: list[tuple[Chain, Mock]] = []
        start_time = START_TIME + timedelta(days=1, seconds=1) if again else None
        with (
            warnings.catch_warnings(),
            suppress(PytestSfnError),
            SfnMock(quotas=_QUOTAS, seed=int(again), start_time=start_time) as sfn_mock,
        ):
            warnings.simplefilter("ignore")
            bound = sfn_mock.load(machine)
            try:
                self.mocks += ((chain, called(sfn_mock, chain)) for chain in chains)
                self.execution = start.run(bound)
            except PytestSfnError as error:
                self.problem = str(error).partition("\n")[0]
                raise  # so that nothing else is checked


class _Rehearsal:
    """Tries what a flow asks for.

    Args:
        succeeds: whether it should, and not end in a Fail state.
    """

    def __init__(self, machine: StateMachine, flow: Flow, *, succeeds: bool) -> None:
        self.machine = machine
        self.flow = flow
        self.succeeds = succeeds
        self.chains = Chains(machine)
        found = flow.input.value()
        self.input = {} if found == TEXT else found

    def tried(self, names: Names) -> Scenario:
        return self.started(names, plain_start(plausible(self.input, names)))

    def started(self, names: Names, start: Start) -> Scenario:
        """The scenario with mocks and a start, or its problem."""
        run = _Run(self.machine, [*self.mocks(names)], start, again=False)
        value = plausible(self.input, names)
        execution = run.execution
        if execution is None:
            return Scenario(tuple(chain for chain, _ in run.mocks), value, start, problem=run.problem)
        needed = tuple(chain for chain, mock in run.mocks if mock.called)
        if execution.succeeded if self.succeeds else execution.failed and execution.handled:
            error = None if self.succeeds else execution.error
            return Scenario(needed, value, start, tuple(execution.path), self.succeeds, error)
        last = execution.path[-1] if execution.path else ""
        why = f"{execution.error}: {execution.cause}" if execution.failed else f"it is {execution.status}"
        return Scenario(needed, value, start, problem=f"{last}: {why}")

    def best(self, plain: Scenario) -> Scenario:
        """A scenario like this one, with values that say what they are, started by an event of the template if one can."""
        names: Names = "none"
        wanted: tuple[Names, ...] = ("all", "texts")
        for each in wanted:
            found = self.tried(each)
            if found.path == plain.path:
                plain, names = found, each
                break
        run = _Run(self.machine, list(plain.mocks), plain.start, again=False)
        known = self.known(run, names)
        for start in event_starts(self.machine, plain.input):
            found = self.started(names, start)
            if found.path == plain.path:
                plain = found
                break
        return replace(plain, known=known, shown=self.shown(plain))

    def mocks(self, names: Names) -> Iterator[Chain]:
        for task in self.chains.tasks.values():
            wanted = self.flow.results.get(task.name, Node()).value()
            yield self.chains.answered(self.chains.mock(task), task, wanted, names)
        resources: dict[str, Chain] = {}
        for state in self.machine.states.values():
            for text in resources_of(state):
                assert isinstance(state, MapState)
                item = plausible(self.flow.items.get(state.name, Node()).value(), names)
                answer = of_s3(state, text, item if isinstance(item, dict) else None, 1)
                resources[text] = of_resource(text).then("returns", answer)
        yield from resources.values()

    # -- what a run shows ------------------------------------------------------------------------------------------------------

    def known(self, run: _Run, names: Names) -> Known:
        """What the tests of error paths can use of a run."""
        inputs: dict[str, tuple[Any, Mapping[str, Any]]] = {}
        assert run.execution is not None
        inputs[""] = plausible(self.input, names), {}
        for name in self.machine._model.all_states:
            for visit in run.execution.state(name).visits[:1]:
                inputs[name] = visit.input, visit.variables
        chains = {chain.calls[:-1]: chain for chain in self.mocks(names)}
        answers = {name: chains[self.chains.mock(task).calls] for name, task in self.chains.tasks.items() if name in inputs}
        return Known(answers, {chain.calls[0][1][0]: chain for chain in chains.values() if _is_resource(chain)}, inputs)

    def shown(self, scenario: Scenario) -> Shown:
        first, second = (_Run(self.machine, list(scenario.mocks), scenario.start, again=again) for again in (False, True))
        if first.execution is None or second.execution is None or first.execution.path != second.execution.path:
            return Shown()
        pair = first.execution, second.execution
        output = same(*(each.output if each.succeeded else UNDEFINED for each in pair))
        elapsed = pair[0].elapsed if pair[0].elapsed == pair[1].elapsed else timedelta()
        return Shown(
            output if _is_short(output) else UNDEFINED,
            elapsed,
            tuple(self.inside(pair[0])),
            tuple(islice(self.calls(first, second), _MOST_CALLS)),
        )

    def inside(self, execution: Execution) -> Iterator[tuple[str, str, Any]]:
        """The longer paths inside of the states of the path."""
        for name in execution.path:
            state, report = self.machine.states[name], execution.state(name)
            if len(report.visits) != 1:
                continue
            if isinstance(state, ParallelState):
                paths = [list(line.path) for line in report.branches]
                if any(len(path) > 1 for path in paths):
                    yield name, "[branch.path for branch in {}.branches]", paths
            elif isinstance(state, MapState) and report.iterations:
                path = list(report.iterations[0].path)
                if len(path) > 1:
                    yield name, "{}.iterations[0].path", path

    def calls(self, first: _Run, second: _Run) -> Iterator[tuple[Chain, list[Any]]]:
        """What was asked of mocks, if that depends on data."""
        static = {self.chains.mock(task).calls for task in self.chains.tasks.values() if self.is_static(task)}
        for (chain, mock), (_, other) in zip(first.mocks, second.mocks, strict=True):
            if chain.calls[:-1] in static or _is_written(chain):
                continue
            if len(mock.calls) == len(other.calls):
                asked = [same(*(each.input for each in pair)) for pair in zip(mock.calls, other.calls, strict=True)]
                if any(each not in ({}, UNDEFINED) for each in asked) and _is_short(asked):
                    yield Chain(chain.calls[:-1]), [ANY if each is UNDEFINED else each for each in asked]

    def is_static(self, task: TaskState) -> bool:
        """Whether a task sends the same whatever the input is."""
        written = resolve(self.machine.definition, task.pointer)
        given = written.get("Parameters", written.get("Arguments"))
        return given is not None and ".$" not in (text := str(given)) and "{%" not in text


def _is_resource(chain: Chain) -> bool:
    return chain.calls[0][0] == "sfn_mock.resource"


def _is_written(chain: Chain) -> bool:
    """Whether it is the mock to which Maps write their results, which are files of Step Functions."""
    return _is_resource(chain) and chain.calls[0][1][0].endswith(":putObject")


def _is_short(value: Any) -> bool:
    return value is not UNDEFINED and len(literal(value)) <= _MOST_SHOWN
