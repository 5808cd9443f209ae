"""States inside of states: the one walk over the branches of Parallel and the item processor of Map.

There is a walk for each form that a definition has: `walk` over the model, `written_states` over the values as they are
written, and `states_around` along a JSON Pointer. Nothing else needs to know which fields hold states.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.model import MapState, ParallelState
from pytest_sfn.asl.pointer import child, last
from pytest_sfn.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.asl.model import State, States

__all__ = ["DEEPEST", "INNER_FIELDS", "Holder", "WrittenStates", "bodies", "innermost_state", "parts_of", "set_around"]
__all__ += ["states_around", "taker_of", "walk", "written_states"]

DEEPEST: Final = 32
"""Sets of states inside of one another that are read."""
_BRANCHES: Final = "Branches"
_PROCESSORS: Final = ("ItemProcessor", "Iterator")
INNER_FIELDS: Final = frozenset({_BRANCHES, *_PROCESSORS})
"""The fields of a state that hold other states."""

Holder = ParallelState | MapState
"""A state with other states inside."""


# -- the model -------------------------------------------------------------------------------------------------------------


def bodies(state: State) -> tuple[States, ...]:
    """The sets of states inside a state: the branches of a Parallel, the item processor of a Map."""
    if isinstance(state, ParallelState):
        return state.branches
    return (state.processor,) if isinstance(state, MapState) else ()


def walk(states: States, around: tuple[Holder, ...] = ()) -> Iterator[tuple[State, tuple[Holder, ...]]]:
    """Each state at any depth, outer ones first, with the Parallel and Map states around it, innermost first."""
    for state in states.states.values():
        yield state, around
        if isinstance(state, Holder):
            for body in bodies(state):
                yield from walk(body, (state, *around))


# -- values ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WrittenStates:
    """A set of states as it is written: the machine's own, a branch, an item processor.

    Attributes:
        value: the object with StartAt and States.
        holder: pointer of the Parallel or Map around it; None for the machine's own.
        states: what is written for each state, of any type, by name.
    """

    value: Mapping[str, Any]
    pointer: str
    holder: str | None = None

    @property
    def states(self) -> Mapping[str, Any]:
        states = self.value.get("States")
        return states if isinstance(states, dict) else {}


def written_states(definition: Mapping[str, Any]) -> Iterator[WrittenStates]:
    """Each set of states of a definition that may have mistakes, outer ones first.

    Values of a wrong type are passed over, and so are sets deeper than the parser reads.
    """
    waiting = [(WrittenStates(definition, ""), 0)]
    while waiting:
        found, depth = waiting.pop()
        yield found
        if depth < DEEPEST:
            waiting += reversed([(inner, depth + 1) for inner in _inside(found)])


def _inside(around: WrittenStates) -> Iterator[WrittenStates]:
    for name, state in around.states.items():
        type_ = state.get("Type") if isinstance(state, dict) else None
        holder = child(child(around.pointer, "States"), name)
        if type_ == "Parallel" and isinstance(branches := state.get(_BRANCHES), list):
            for index, branch in enumerate(branches):
                if isinstance(branch, dict):
                    yield WrittenStates(branch, f"{holder}/{_BRANCHES}/{index}", holder)
        elif type_ == "Map":
            for field in _PROCESSORS:
                if isinstance(processor := state.get(field), dict):
                    yield WrittenStates(processor, f"{holder}/{field}", holder)


# -- pointers --------------------------------------------------------------------------------------------------------------

_STATE: Final = re.compile(rf"(/States/[^/]*)(?:(/{_BRANCHES}/\d+|/{'|/'.join(_PROCESSORS)})(?=/|\Z))?")
"""A state, and the set of states inside it if the pointer goes on into one."""


def states_around(pointer: str) -> list[str]:
    """The pointers of the states that a place lies in, outermost first, its own among them if it is a state.

    The pointer may lead into a template: what comes before the first `States` is taken for the way to the definition.
    """
    return [pointer[: step.end(1)] for step in _steps(pointer)]


def innermost_state(pointer: str) -> str | None:
    """The name of the innermost state that a place lies in, None above the states."""
    around = states_around(pointer)
    return last(around[-1]) if around else None


def set_around(pointer: str) -> str:
    """The pointer of the innermost set of states that a place lies in: "" for the machine's own."""
    found = ""
    for step in _steps(pointer):
        found = pointer[: step.end(2) if step[2] else step.start()]
    return found


_NAME: Final = re.compile(r"(.*/(Retry|Catch)/\d+)/ErrorEquals/\d+", re.DOTALL)


def taker_of(pointer: str) -> str | None:
    """The pointer of the Retrier or Catcher that an error name belongs to; None for what is no error name."""
    name = _NAME.fullmatch(pointer)
    return None if name is None else name[1]


def parts_of(pointer: str) -> tuple[str, ...]:
    """Pointers of all that is taken with what the pointer names: with an error name its Retrier, or its Catcher's Next."""
    name = _NAME.fullmatch(pointer)
    if name is None:
        return (pointer,)
    return pointer, name[1] if name[2] == "Retry" else f"{name[1]}/Next"


def _steps(pointer: str) -> Iterator[re.Match[str]]:
    step = _STATE.search(pointer)
    while step is not None:
        yield step
        step = _STATE.match(pointer, step.end()) if step[2] else None
