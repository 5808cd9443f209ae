"""Routes through a machine without an error: which states follow one another, and which way each Choice state goes.

Where a machine ends well on several routes, those that avoid states for what goes wrong come first, by their names; then
the longest: it shows most of the machine.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pytest_sfn.asl.model import ChoiceState, FailState
from pytest_sfn.asl.outline import bodies
from pytest_sfn.asl.pointer import resolve
from pytest_sfn.dataclass import dataclass
from pytest_sfn.scenarios.exits import Exit, Search, exits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.asl.model import State, States
    from pytest_sfn.definition import StateMachine

__all__ = ["Route", "Router", "Step"]

_MOST_STEPS: Final = 5_000
"""So many states are gone through to find the routes of one set of states."""

_BAD: Final = re.compile(r"(?i)fail|error|unsuccess|reject|decline|denied|invalid|rollback|compensat|cancel")
"""What says in the name of a state that it is for what goes wrong, though the machine may end well."""


@dataclass(frozen=True, slots=True)
class Step:
    """A state on a route.

    Attributes:
        way: out of a Choice state.
        inside: the routes through the branches of a Parallel, or the item processor of a Map.
    """

    state: State
    way: Exit | None = None
    inside: tuple[Route, ...] = ()


Route = tuple[Step, ...]


class Router:
    """Finds the routes of one machine."""

    def __init__(self, machine: StateMachine) -> None:
        self._machine = machine
        self._search = Search()
        self._exits: dict[str, list[Exit]] = {}
        self._found: dict[str, list[Route]] = {}

    @cached_property
    def most(self) -> int:
        """How many routes through the machine there are."""
        return len(self._routes(self._machine._model.states))

    @cached_property
    def succeeds(self) -> bool:
        """Whether a route does not lead to a Fail state."""
        return not all(isinstance(route[-1].state, FailState) for route in self._routes(self._machine._model.states))

    def route(self, number: int, inner: int) -> Route:
        """A route through the whole machine.

        Args:
            number: of the route through its own states, the best first.
            inner: of the routes through the states inside of others; the last one where there are fewer.
        """
        return self._nested(self._routes(self._machine._model.states)[number], inner)

    def _nested(self, route: Route, inner: int) -> Route:
        found = []
        for step in route:
            inside = [self._routes(body) or [()] for body in bodies(step.state)]
            chosen = tuple(self._nested(routes[min(inner, len(routes) - 1)], inner) for routes in inside)
            found.append(Step(step.state, step.way, chosen))
        return tuple(found)

    def _routes(self, states: States) -> list[Route]:
        """The routes through a set of states, the best first; those inside of its states are left out."""
        known = self._found.get(states.pointer)
        if known is None:
            known = self._found[states.pointer] = sorted(self._walked(states), key=_rank)
        return known

    def _walked(self, states: States) -> Iterator[Route]:
        waiting: list[tuple[Route, str]] = [((), states.start_at)]
        for _ in range(_MOST_STEPS):
            if not waiting:
                return
            before, name = waiting.pop()
            state = states.states[name]
            if any(step.state is state for step in before):
                continue
            if isinstance(state, ChoiceState):
                waiting.extend(((*before, Step(state, way)), way.target) for way in reversed(self.exits(state)))
            elif state.next is None:
                yield (*before, Step(state))
            else:
                waiting.append(((*before, Step(state)), state.next))

    def exits(self, choice: ChoiceState) -> list[Exit]:
        """The ways out of a Choice state."""
        if choice.name not in self._exits:
            self._exits[choice.name] = exits(choice, resolve(self._machine.definition, choice.pointer), self._search)
        return self._exits[choice.name]


def _rank(route: Route) -> tuple[bool, int, int, int]:
    bad = sum(bool(_BAD.search(step.state.name)) for step in route)
    unknown = sum(step.way is not None and step.way.values is None for step in route)
    return isinstance(route[-1].state, FailState), unknown, bad, -len(route)
