"""A definition as the checks see it: its states and transitions, read off the values without asking that they be right.

What is not what it should be is left out, since the parser has said so already; so every check may take for granted that
names are text and objects are objects. The model of the parser would not do: there is none while anything is wrong, and a
linter that falls silent over one slip is of little use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from pytest_sfn.asl.expressions import Expression, Language, expressions, language_of
from pytest_sfn.asl.fields import STATE_TYPES
from pytest_sfn.asl.pointer import child
from pytest_sfn.asl.resource import Resource, parse_resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.asl.source import Source

__all__ = ["Edge", "Machine", "MachineType", "Scope", "State"]

MachineType = Literal["STANDARD", "EXPRESS"]
DEEPEST: Final = 32
"""Sets of states inside of one another that are looked at, as many as the parser reads."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A transition.

    Attributes:
        assigns: the object of the Assign that acts on the way, None if there is none.
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
    scope: Scope

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
        assigns = _object(self.value.get("Assign"))
        found = [
            Edge(target, f"{self.pointer}/{name}", assigns)
            for name in ("Next", "Default")
            if (target := self.text(name)) is not None
        ]
        for rule, pointer in self.objects("Choices"):
            if isinstance(rule.get("Next"), str):
                own = _object(rule.get("Assign")) if "Assign" in rule else assigns
                found.append(Edge(rule["Next"], f"{pointer}/Next", own))
        for catcher, pointer in self.objects("Catch"):
            if isinstance(catcher.get("Next"), str):
                found.append(Edge(catcher["Next"], f"{pointer}/Next", _object(catcher.get("Assign")), caught=True))
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
class Scope:
    """A set of states: the machine's own, a branch, an item processor.

    Attributes:
        outer: the state around it; None for the machine's own.
        sees_outer: whether the variables outside are visible inside, as they are not in a distributed Map.
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


class Machine:
    """A definition with its scopes and states, outer ones first.

    Attributes:
        type: "STANDARD" or "EXPRESS".
    """

    def __init__(self, source: Source, type: MachineType = "STANDARD") -> None:
        self.source = source
        self.value: Mapping[str, Any] = source.value
        self.type = type
        self.scopes: list[Scope] = []
        self.states: list[State] = []
        self._read(self.value, "", None, language_of(self.value, "JSONPath"), 0)

    def _read(self, value: Mapping[str, Any], pointer: str, outer: State | None, language: Language, depth: int) -> None:
        start = value.get("StartAt")
        scope = Scope(pointer, start if isinstance(start, str) else None, outer)
        config = _object(value.get("ProcessorConfig"))
        scope.sees_outer = not (config and config.get("Mode") == "DISTRIBUTED")
        self.scopes.append(scope)
        states = _object(value.get("States")) or {}
        for name, item in states.items():
            type_ = item.get("Type") if isinstance(item, dict) else None
            if type_ not in STATE_TYPES or not isinstance(type_, str):
                scope.complete = False
                continue
            state = State(name, child(f"{pointer}/States", name), item, type_, language_of(item, language), scope)
            scope.states[name] = state
            self.states.append(state)
            if depth < DEEPEST:
                for inner, where in _inside(state):
                    self._read(inner, where, state, language, depth + 1)

    def has_placeholder(self, value: Any) -> bool:
        """Whether a text still holds a `${Name}` without a value."""
        return (
            isinstance(value, str)
            and "${" in value
            and any(f"${{{name}" in value or name in value for name in self.source.placeholders)
        )


def _inside(state: State) -> Iterator[tuple[Mapping[str, Any], str]]:
    if state.type == "Parallel":
        yield from state.objects("Branches")
    elif state.type == "Map":
        for name in ("ItemProcessor", "Iterator"):
            inner = _object(state.value.get(name))
            if inner is not None:
                yield inner, f"{state.pointer}/{name}"


def _object(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, dict) else None
