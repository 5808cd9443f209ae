"""A scenario of a whole machine that ends well: an input, mocks for what is called, the path. It is tried first."""

from __future__ import annotations

import warnings
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.account.sfn_mock import SfnMock
from pytest_sfn.asl.model import MapState
from pytest_sfn.coverage.chains import Chains, called, of_resource, of_s3
from pytest_sfn.coverage.samples import TEXT, Node
from pytest_sfn.dataclass import dataclass
from pytest_sfn.engine.quotas import Quotas
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.scenarios.flow import Flow
from pytest_sfn.scenarios.routes import Router
from pytest_sfn.services.reach import resources_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.coverage.python_text import Chain
    from pytest_sfn.definition import StateMachine

__all__ = ["Scenario", "scenario_of"]

_MOST_TRIED: Final = 24
_QUOTAS: Final = Quotas(history=5_000)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a test of a whole machine does.

    Attributes:
        mocks: for all that is called.
        input: of the execution.
        path: the states that it enters; () if there is a problem.
        succeeds: False where each way through the machine leads to a Fail state.
        error: of that Fail state.
        problem: why it does not end as it should, as far as that is known; "" if it does.
    """

    mocks: tuple[Chain, ...]
    input: Any
    path: tuple[str, ...] = ()
    succeeds: bool = True
    error: str | None = None
    problem: str = ""


def scenario_of(machine: StateMachine) -> Scenario:
    """The first scenario that ends well; else the first that there is, with its problem."""
    first, router = None, Router(machine)
    for flow in islice(_flows(machine, router), _MOST_TRIED):
        found = _tried(machine, flow, succeeds=router.succeeds)
        if not found.problem:
            return found
        first = first or found
    return first or Scenario((), {}, problem="no way through the states ends")


def _flows(machine: StateMachine, router: Router) -> Iterator[Flow]:
    for number in range(router.most):
        for inner in (0, 1) if number < _MOST_TRIED // 4 else (0,):
            yield Flow(machine, router.route(number, inner))


def _tried(machine: StateMachine, flow: Flow, *, succeeds: bool) -> Scenario:
    found = flow.input.value()
    value = {} if found == TEXT else found
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sfn_mock = SfnMock(quotas=_QUOTAS)
        bound = sfn_mock.load(machine)
        mocks: list[tuple[Chain, Any]] = []
        try:
            mocks += ((chain, called(sfn_mock, chain)) for chain in _mocks(machine, flow))
            execution = bound.run(value)
        except PytestSfnError as error:
            return Scenario(tuple(chain for chain, _ in mocks), value, problem=str(error).partition("\n")[0])
    needed = tuple(chain for chain, mock in mocks if mock.called)
    if execution.succeeded if succeeds else execution.failed and execution.handled:
        return Scenario(needed, value, tuple(execution.path), succeeds, None if succeeds else execution.error)
    last = execution.path[-1] if execution.path else ""
    problem = f"{last}: {execution.error}: {execution.cause}" if execution.failed else f"{last}: it is {execution.status}"
    return Scenario(needed, value, problem=problem)


def _mocks(machine: StateMachine, flow: Flow) -> Iterator[Chain]:
    chains = Chains(machine)
    for task in chains.tasks.values():
        yield chains.answered(chains.mock(task), task, flow.results.get(task.name, Node()).value())
    resources: dict[str, Chain] = {}
    for state in machine.states.values():
        for text in resources_of(state):
            assert isinstance(state, MapState)
            item = flow.items.get(state.name, Node()).value()
            resources[text] = of_resource(text).then("returns", of_s3(state, text, item if isinstance(item, dict) else None, 1))
    yield from resources.values()
