"""A definition as the checks see it: its states and transitions, read from values that may have mistakes.

Anything of a wrong type is left out, since the parser reports it: the checks rely on names being text and objects being
objects. The parser's model is of no use here. A definition with a mistake has none, and the linter must report all other
problems too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pytest_sfn.asl.expression_places import Expression, Language, expressions, language_of
from pytest_sfn.asl.fields import STATE_TYPES
from pytest_sfn.asl.outline import written_states
from pytest_sfn.asl.pointer import child
from pytest_sfn.asl.resource import Resource, parse_resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.asl.outline import WrittenStates
    from pytest_sfn.asl.source import Source

__all__ = ["Edge", "LintedDefinition", "MachineType", "State", "StateSet", "as_object"]

MachineType = Literal["STANDARD", "EXPRESS"]


@dataclass(frozen=True, slots=True)
class Edge:
    """A transition.

    Attributes:
        assigns: the object of the Assign that acts when the transition is taken, None if there is none.
        caught: whether a Catcher takes it.
    """

    target: str
    pointer: str
    assigns: Mapping[str, Any] | None = None
    caught: bool = False


@dataclass(eq=False)
class State:
    """A state whose Type is known. `value` is the state as written."""

    name: str
    pointer: str
    value: Mapping[str, Any]
    type: str
    language: Language
    state_set: StateSet

    def text(self, name: str) -> str | None:
        """A field that holds text; None if it does not."""
        value = self.value.get(name)
        return value if isinstance(value, str) else None

    def objects(self, name: str) -> list[tuple[Mapping[str, Any], str]]:
        """The objects in a list, such as the Retriers, each with its pointer."""
        value = self.value.get(name)
        items = enumerate(value) if isinstance(value, list) else ()
        return [(item, f"{self.pointer}/{name}/{index}") for index, item in items if isinstance(item, dict)]

    @cached_property
    def resource(self) -> Resource | None:
        """What a Task calls; None for another state, or if the Resource is no text."""
        text = self.text("Resource") if self.type == "Task" else None
        return None if text is None else parse_resource(text)

    @cached_property
    def edges(self) -> list[Edge]:
        """Where it leads."""
        assigns = as_object(self.value.get("Assign"))
        found = [
            Edge(target, f"{self.pointer}/{name}", assigns)
            for name in ("Next", "Default")
            if (target := self.text(name)) is not None
        ]
        for rule, pointer in self.objects("Choices"):
            if isinstance(rule.get("Next"), str):
                own = as_object(rule.get("Assign")) if "Assign" in rule else assigns
                found.append(Edge(rule["Next"], f"{pointer}/Next", own))
        for catcher, pointer in self.objects("Catch"):
            if isinstance(catcher.get("Next"), str):
                found.append(Edge(catcher["Next"], f"{pointer}/Next", as_object(catcher.get("Assign")), caught=True))
        return found

    @property
    def ends(self) -> bool:
        """Whether its States can end here."""
        return self.type in ("Succeed", "Fail") or self.value.get("End") is True

    @cached_property
    def expressions(self) -> list[Expression]:
        """The expressions in its fields, not those of states inside it."""
        return list(expressions(self.value, self.type, self.language, self.pointer))

    @cached_property
    def payload(self) -> Any:
        """What a Task sends: its Parameters or Arguments; None if it has none."""
        return self.value.get("Parameters" if self.language == "JSONPath" else "Arguments")

    @property
    def payload_field(self) -> str:
        """The name of that field."""
        return "Parameters" if self.language == "JSONPath" else "Arguments"


@dataclass(eq=False)
class StateSet:
    """A set of states: the machine's own, a branch, an item processor.

    Attributes:
        outer: the state around it; None for the machine's own.
        sees_outer: whether the variables outside are visible inside: they are not in a distributed Map.
        complete: whether every state in it could be read.
    """

    pointer: str
    start: str | None
    outer: State | None = None
    sees_outer: bool = True
    complete: bool = True
    states: dict[str, State] = field(default_factory=dict)

    def successors(self, name: str) -> list[str]:
        """Names of the states that a state leads to."""
        return [edge.target for edge in self.states[name].edges if edge.target in self.states]

    @cached_property
    def reached(self) -> frozenset[str]:
        """Names of the states that can be reached from StartAt."""
        found: set[str] = set()
        waiting = [self.start] if self.start in self.states else []
        while waiting:
            name = waiting.pop()
            if name is not None and name not in found:
                found.add(name)
                waiting += self.successors(name)
        return frozenset(found)


class LintedDefinition:
    """A definition with its sets of states and states, outer ones first.

    Attributes:
        type: "STANDARD" or "EXPRESS".
    """

    def __init__(self, source: Source, type: MachineType = "STANDARD") -> None:
        self.source = source
        self.value: Mapping[str, Any] = source.value
        self.type = type
        self.state_sets: list[StateSet] = []
        self.states: list[State] = []
        language = language_of(self.value, "JSONPath")
        holders: dict[str | None, State] = {}
        for written in written_states(self.value):
            start = written.value.get("StartAt")
            config = as_object(written.value.get("ProcessorConfig")) or {}
            state_set = StateSet(
                written.pointer,
                start if isinstance(start, str) else None,
                holders.get(written.holder),
                sees_outer=config.get("Mode") != "DISTRIBUTED",
            )
            self.state_sets.append(state_set)
            for state in _states(written, state_set, language):
                state_set.states[state.name] = holders[state.pointer] = state
                self.states.append(state)
            state_set.complete = len(state_set.states) == len(written.states)

    def has_placeholder(self, value: Any) -> bool:
        """Whether a text still holds a `${Name}` without a value."""
        return (
            isinstance(value, str)
            and "${" in value
            and any(f"${{{name}" in value or name in value for name in self.source.placeholders)
        )


def _states(written: WrittenStates, state_set: StateSet, language: Language) -> Iterator[State]:
    """The states of a set whose Type is known."""
    for name, value in written.states.items():
        type_ = value.get("Type") if isinstance(value, dict) else None
        if isinstance(type_, str) and type_ in STATE_TYPES:
            pointer = child(child(written.pointer, "States"), name)
            yield State(name, pointer, value, type_, language_of(value, language), state_set)


def as_object(value: Any) -> Mapping[str, Any] | None:
    """The value if it is an object."""
    return value if isinstance(value, dict) else None
