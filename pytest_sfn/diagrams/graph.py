"""What there is to draw of a state machine: nodes and edges, and the words on them.

A graph is one set of states: the machine's own, a branch, an item processor. The graphs inside a Parallel or Map belong to
its node, so that every edge joins two nodes of one graph. Every part that can be covered has a JSON Pointer: a state its
own, an edge that of its transition (`/States/A/Next`, `/States/A/Catch/0/Next`), an error name its place in ErrorEquals.
The colours of a picture are a function of that pointer and of nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from pytest_sfn.asl.model import ChoiceState, Constant, MapState, ParallelState, TaskState, WaitState
from pytest_sfn.asl.outline import bodies
from pytest_sfn.asl.pointer import resolve
from pytest_sfn.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.asl.model import Retrier, State, StateMachineModel, States
    from pytest_sfn.asl.resource import Resource

__all__ = ["Drawable", "Edge", "EdgeKind", "Graph", "Name", "Node", "RetryMark", "Status", "StatusOf", "condition_text"]
__all__ += ["graph_of", "no_status", "shortened"]

Status = Literal["covered", "missed", "failed"]
"""`failed` marks the state that an execution ended in; coverage knows the other two."""
StatusOf = Callable[[str], Status | None]
"""The status of what a JSON Pointer names; None draws it without one."""
EdgeKind = Literal["next", "choice", "default", "catch"]


class Drawable(Protocol):
    """What can be drawn: a loaded definition is one (`definition.StateMachine`, whose `_model` is not for users)."""

    @property
    def name(self) -> str:
        """Its name, which screen readers say."""

    @property
    def _model(self) -> StateMachineModel:
        """The states to draw."""

    @property
    def definition(self) -> dict[str, Any]:
        """The values that the model was made of: Choice Rules are shown as they are written."""


def no_status(_pointer: str) -> None:
    """The status of everything in a picture without colours."""


@dataclass(frozen=True, slots=True)
class Name:
    """An error name in ErrorEquals."""

    text: str
    pointer: str


@dataclass(frozen=True, slots=True)
class RetryMark:
    """A Retrier, shown on its state."""

    names: tuple[Name, ...]
    max_attempts: int
    pointer: str


@dataclass(frozen=True, slots=True)
class Node:
    """A state.

    Attributes:
        id: `s0`, `s1`, ... in the order of the definition, a Parallel or Map before the states inside it.
        caption: its type and what is worth knowing beside it, such as `Task · lambda:invoke`.
        ends: whether the states around it end with it.
        bodies: the branches, or the one item processor.
    """

    id: str
    name: str
    type: str
    caption: str
    pointer: str
    ends: bool
    retries: tuple[RetryMark, ...]
    bodies: tuple[Graph, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """A transition.

    Attributes:
        source, target: ids of nodes of the same graph.
        label: the Choice Rule's condition, `Default`, or "".
        names: of a Catcher, its error names.
    """

    source: str
    target: str
    kind: EdgeKind
    pointer: str
    label: str = ""
    names: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """A set of states.

    Attributes:
        start: id of the node it begins with.
        title: `Branch 1`, `Each item`; "" for the machine itself.
    """

    start: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    title: str = ""

    def walk(self) -> Iterator[Graph]:
        """This graph and all inside it, outermost first."""
        yield self
        for node in self.nodes:
            for body in node.bodies:
                yield from body.walk()


def graph_of(machine: Drawable) -> Graph:
    """The graph of a whole definition."""
    return _Reader(machine.definition).graph(machine._model.states, "")


_WITH_ERRORS: Final = (TaskState, ParallelState, MapState)
"""The types of state that have Retry and Catch."""


class _Reader:
    def __init__(self, definition: dict[str, Any]) -> None:
        self.definition = definition
        self.count = 0

    def graph(self, states: States, title: str) -> Graph:
        ids: dict[str, str] = {}
        nodes = []
        for name, state in states.states.items():
            ids[name] = f"s{self.count}"
            self.count += 1
            nodes.append(self._node(state, ids[name]))
        edges = [edge for state in states.states.values() for edge in self._edges(state, ids)]
        return Graph(ids[states.start_at], tuple(nodes), tuple(edges), title)

    def _node(self, state: State, id: str) -> Node:
        return Node(
            id=id,
            name=state.name,
            type=state.type,
            caption=_caption(state),
            pointer=state.pointer,
            ends=state.next is None and state.type not in ("Choice", "Succeed", "Fail"),
            retries=tuple(map(_retry_mark, state.retry)) if isinstance(state, _WITH_ERRORS) else (),
            bodies=tuple(
                self.graph(body, "Each item" if isinstance(state, MapState) else f"Branch {number}")
                for number, body in enumerate(bodies(state), 1)
            ),
        )

    def _edges(self, state: State, ids: dict[str, str]) -> Iterator[Edge]:
        source = ids[state.name]
        if state.next is not None:
            yield Edge(source, ids[state.next], "next", f"{state.pointer}/Next")
        if isinstance(state, ChoiceState):
            for rule in state.choices:
                label = condition_text(resolve(self.definition, rule.pointer))
                yield Edge(source, ids[rule.next], "choice", f"{rule.pointer}/Next", label)
            if state.default is not None:
                yield Edge(source, ids[state.default], "default", f"{state.pointer}/Default", "Default")
        for catcher in state.catch if isinstance(state, _WITH_ERRORS) else ():
            names = _names(catcher.error_equals, catcher.pointer)
            yield Edge(source, ids[catcher.next], "catch", f"{catcher.pointer}/Next", names=names)


def _names(error_equals: tuple[str, ...], pointer: str) -> tuple[Name, ...]:
    return tuple(Name(text, f"{pointer}/ErrorEquals/{at}") for at, text in enumerate(error_equals))


def _retry_mark(retrier: Retrier) -> RetryMark:
    return RetryMark(_names(retrier.error_equals, retrier.pointer), retrier.max_attempts, retrier.pointer)


# Words


def shortened(text: str, length: int) -> str:
    """`text`, cut to `length` characters at most, the last of them an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _caption(state: State) -> str:
    detail = ""
    if isinstance(state, TaskState):
        detail = _resource(state.resource)
    elif isinstance(state, WaitState):
        operand = state.seconds or state.timestamp
        if isinstance(operand, Constant):
            detail = f"{operand.value} s" if state.seconds is not None else str(operand.value)
    elif isinstance(state, MapState) and state.mode == "DISTRIBUTED":
        detail = "distributed"
    return f"{state.type} · {detail}" if detail else state.type


def _resource(resource: Resource) -> str:
    if resource.kind == "lambda":
        return f"lambda {resource.name}"
    if resource.kind == "activity":
        return f"activity {resource.name}"
    if resource.kind == "service" and resource.service is not None:
        return f"{resource.service.removeprefix('aws-sdk:')}:{resource.resource}"
    return resource.text


_SYMBOLS = (  # the longest endings first
    ("GreaterThanEquals", "≥"),
    ("LessThanEquals", "≤"),
    ("GreaterThan", ">"),
    ("LessThan", "<"),
    ("Matches", "matches"),
    ("Equals", "="),
)


def condition_text(rule: dict[str, Any]) -> str:
    """A Choice Rule in a few words: `$.total > 100 and not ($.paid = true)`; a JSONata condition as it is written.

    Args:
        rule: the rule as the definition has it.
    """
    if "Condition" in rule:
        condition = rule["Condition"]
        if isinstance(condition, str) and condition.startswith("{%"):
            condition = condition.removeprefix("{%").removesuffix("%}")
        return " ".join(str(condition).split())
    for combined, word in (("And", " and "), ("Or", " or ")):
        if combined in rule:
            return word.join(
                f"({condition_text(part)})" if "And" in part or "Or" in part else condition_text(part)
                for part in rule[combined]
            )
    if "Not" in rule:
        return f"not ({condition_text(rule['Not'])})"
    variable = rule.get("Variable", "")
    for operator, operand in rule.items():
        if operator.startswith("Is"):
            kind = {"IsPresent": "present", "IsNull": "null"}.get(operator, f"a {operator[2:].lower()}")
            return f"{variable} is {'' if operand else 'not '}{kind}"
        compared = operator.removesuffix("Path")
        symbol = next((symbol for ending, symbol in _SYMBOLS if compared.endswith(ending)), None)
        if symbol is not None:
            literal = operand if operator.endswith("Path") or isinstance(operand, str) else str(operand).lower()
            quoted = f'"{literal}"' if isinstance(operand, str) and not operator.endswith("Path") else literal
            return f"{variable} {symbol} {quoted}"
    return str(variable)
