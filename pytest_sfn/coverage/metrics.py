"""What coverage measures: a table of metrics, and the figures that they add up to.

A metric finds in a state, or in the machine itself, the parts that a test can take. Everything else follows from its row:
`elements.py` gives each part its identity and its place in the text, `analysis.py` counts the parts of each figure, and the
reporters show one column for each figure. `pytest_sfn.trace.taken` notes that a test took a part, by the same pointer.

A part that is a value of the definition has the pointer of that value: `/States/A/Next`. An event that has no value of its
own is named after a `#`: `/States/A/Retry/0#exhausted`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.dataclass import dataclass
from pytest_sfn.engine.retry import reached
from pytest_sfn.trace.taken import (
    ASKED,
    BRANCH_FAILS,
    EXHAUSTED,
    HEARTBEAT,
    ITEM_FAILS,
    MANY_ITEMS,
    NO_ITEMS,
    NO_RULE_MATCHES,
    ONE_ITEM,
    PASSED_OVER,
    TIMES_OUT,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["ERROR_PATHS", "FIGURES", "FIGURE_OF", "MACHINE", "METRICS", "FigureRow", "Metric", "Owner", "Part"]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure of the reports.

    Attributes:
        name: in JSON.
        heading: of its column.
        listed: how lists of missed parts call them; figures with the same word are listed together.
    """

    name: str
    heading: str
    listed: str


ERROR_PATHS: Final = FigureRow("error_paths", "Error paths", "error paths")
STATES: Final = FigureRow("states", "States", "states and transitions")
TRANSITIONS: Final = FigureRow("transitions", "Transitions", "states and transitions")
FIGURES: Final = (STATES, TRANSITIONS, ERROR_PATHS)
"""In the order of the columns. No part counts in two of them: the total is their sum."""


MACHINE: Final = "StateMachine"


@dataclass(frozen=True, slots=True)
class Owner:
    """A state, or the machine itself, with its value as the definition has it.

    Attributes:
        name: the state's name, "" for the machine.
        type: the state's Type, or MACHINE.
    """

    name: str
    type: str
    value: Mapping[str, Any]

    def objects(self, field: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Each object in a list such as Retry: where it is (`/Retry/0`), how it is called (`A: Retry[0]`), its value."""
        items = self.value.get(field)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict):
                yield f"/{field}/{index}", f"{self.name}: {field}[{index}]", item

    def has(self, field: str) -> bool:
        """Whether it has the field or its twin that ends in Path."""
        return field in self.value or f"{field}Path" in self.value


@dataclass(frozen=True, slots=True)
class Part:
    """Something that a test can take.

    Attributes:
        at: where in its owner, as a JSON Pointer; "" for the owner itself.
        label: how reports call it.
        name: of an event, with its `#`; "" for a value of the definition.
        target: the state that a transition or a Catcher leads to.
    """

    at: str
    label: str
    name: str = ""
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A row of the table.

    Attributes:
        kind: what the JSON and HTML reports call its parts. Those of the kind "asked" are shown nowhere: coverage.py's reports
            need them.
        figure: where its parts count; None for those that are not counted.
        parts: finds them in a state.
        of_machine: whether `parts` is asked about the machine itself too.
    """

    kind: str
    figure: FigureRow | None
    parts: Callable[[Owner], Iterator[Part]]
    of_machine: bool = False


def _states(owner: Owner) -> Iterator[Part]:
    yield Part("", owner.name)


def _transition(at: str, label: str, value: Mapping[str, Any], field: str = "Next") -> Iterator[Part]:
    target = value.get(field)
    if isinstance(target, str):
        yield Part(f"{at}/{field}", f"{label} -> {target}", target=target)


def _transitions(owner: Owner) -> Iterator[Part]:
    yield from _transition("", owner.name, owner.value)
    for at, label, rule in owner.objects("Choices"):
        yield from _transition(at, label, rule)
    yield from _transition("", f"{owner.name}: Default", owner.value, "Default")


def _error_names(owner: Owner) -> Iterator[Part]:
    """The error names by which Retriers and Catchers take errors; what is shadowed is none."""
    for field in ("Retry", "Catch"):
        takers = list(owner.objects(field))
        lists = [taker.get("ErrorEquals") for _, _, taker in takers]
        names = [[str(name) for name in each] if isinstance(each, list) else [] for each in lists]
        for position, index in sorted(reached(names)):
            at, label, taker = takers[position]
            target = taker.get("Next") if field == "Catch" else None
            to = f" -> {target}" if isinstance(target, str) else ""
            name = names[position][index]
            yield Part(f"{at}/ErrorEquals/{index}", f"{label} {name}{to}", target=target if to else None)


def _event(owner: Owner, name: str, at: str = "", label: str = "") -> Part:
    return Part(at, f"{label or owner.name or 'the machine'}: {name[1:]}", name)


def _retriers_used_up(owner: Owner) -> Iterator[Part]:
    for at, label, _ in owner.objects("Retry"):
        yield _event(owner, EXHAUSTED, at, label)


def _asked(owner: Owner) -> Iterator[Part]:
    takers = [*owner.objects("Retry"), *owner.objects("Catch")]
    if takers:
        yield _event(owner, ASKED)
    for at, label, _ in takers:
        yield _event(owner, PASSED_OVER, at, label)


def _no_rule_matches(owner: Owner) -> Iterator[Part]:
    if owner.type == "Choice" and "Default" not in owner.value:
        yield _event(owner, NO_RULE_MATCHES)


def _timeouts(owner: Owner) -> Iterator[Part]:
    if owner.type in ("Task", MACHINE) and owner.has("TimeoutSeconds"):
        yield _event(owner, TIMES_OUT)
    if owner.type == "Task" and owner.has("HeartbeatSeconds"):
        yield _event(owner, HEARTBEAT)


def _numbers_of_items(owner: Owner) -> Iterator[Part]:
    if owner.type == "Map":
        for name in (NO_ITEMS, ONE_ITEM, MANY_ITEMS):
            yield _event(owner, name)


def _failures_inside(owner: Owner) -> Iterator[Part]:
    if owner.type == "Map":
        yield _event(owner, ITEM_FAILS)
    elif owner.type == "Parallel":
        yield _event(owner, BRANCH_FAILS)


METRICS: Final = (
    Metric("state", STATES, _states),
    Metric("transition", TRANSITIONS, _transitions),
    Metric("error", ERROR_PATHS, _error_names),
    Metric("side", None, _retriers_used_up),
    Metric("side", None, _no_rule_matches),
    Metric("side", None, _timeouts, of_machine=True),
    Metric("side", None, _numbers_of_items),
    Metric("side", None, _failures_inside),
    Metric("asked", None, _asked),
)

FIGURE_OF: Final = {row.kind: row.figure for row in METRICS}
"""Where an element counts, by its kind; None for one that is not counted."""
