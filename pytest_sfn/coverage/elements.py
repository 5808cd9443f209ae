"""The elements of a definition, which a test can take: each has an identity that lasts beyond the run.

An element is named by its JSON Pointer (RFC 6901) in the definition as it is written, before substitutions, so that one
file loaded with two sets of substitutions is one definition:

    state        /States/A
    transition   /States/A/Next, /States/C/Choices/0/Next, /States/C/Default
    error        /States/A/Retry/0/ErrorEquals/1, /States/A/Catch/0/ErrorEquals/0
    side         /States/A/Retry/0#exhausted: shown beside the others and never counted
    asked        /States/A#asked, /States/A/Retry/0#passed over: for coverage.py's reports, and shown nowhere

The table in metrics.py finds them. They are read from the definition's values, not from the parsed model, so that a file
that needs substitutions to run can be reported without them.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pytest_sfn.asl.outline import written_states
from pytest_sfn.asl.pointer import child, translate
from pytest_sfn.asl.source import read_loosely
from pytest_sfn.asl.text import Substitutions, Text
from pytest_sfn.coverage.metrics import FIGURE_OF, MACHINE, METRICS, Owner
from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import Location, split_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pytest_sfn.asl.outline import WrittenStates
    from pytest_sfn.asl.source import Source
    from pytest_sfn.coverage.metrics import FigureRow
    from pytest_sfn.definition import StateMachine

__all__ = ["Element", "Outline", "Taken", "digest", "elements", "outline", "outline_of_file", "outline_of_source"]

Taken = dict[str, set[str]]
"""Pointers of the elements taken, each with the contexts (ids of tests, or "") that took it."""


@dataclass(frozen=True, slots=True)
class Element:
    """Something that an execution can take.

    Attributes:
        pointer: its identity.
        kind: as the table of metrics has it.
        state: name of the state it belongs to; "" for the machine's own.
        label: how reports call it, without the kind.
        line, column: of its key in the definition's text, from 1. A dict has the places of `Outline.text`.
        file: the file's name in reports, None for a dict or a text.
        target: name of the state that a transition or a Catcher leads to.
    """

    pointer: str
    kind: str
    state: str
    label: str
    line: int
    column: int
    file: str | None = None
    target: str | None = None

    @property
    def figure(self) -> FigureRow | None:
        """Where it counts; None for one that is not counted."""
        return FIGURE_OF.get(self.kind)

    @property
    def error_path(self) -> bool:
        """Whether it counts among the error paths."""
        return self.kind == "error"

    @property
    def location(self) -> Location | None:
        """None for a definition that is no file."""
        return None if self.file is None else Location(self.file, self.line, self.column)

    @property
    def order(self) -> tuple[int, int, str]:
        """The order of the text, whatever the order in which the elements were found."""
        return self.line, self.column, self.pointer


@dataclass(frozen=True, slots=True)
class Outline:
    """All elements of a definition.

    Attributes:
        elements: in the order of the text.
        aliases: where they differ, from a pointer into the substituted definition to an element's.
        text: the text that lines and columns count in: the file's, or a dict as JSON with an indent of two.
    """

    elements: tuple[Element, ...]
    aliases: Mapping[str, str]
    text: str

    def identity(self, pointer: str) -> str:
        """The identity of the element at `pointer` in the substituted definition."""
        return translate(pointer, self.aliases)


def elements(state_machine: StateMachine) -> list[Element]:
    """The elements that count, in the order of the text."""
    return [element for element in outline(state_machine).elements if element.figure is not None]


def outline(state_machine: StateMachine, file: str | None = None) -> Outline:
    """All elements.

    Args:
        file: its name in reports; when left out, the name under which it was loaded.
    """
    source = state_machine._source
    return outline_of_source(source, file or (source.name if source.path is not None else None))


def outline_of_source(source: Source, file: str | None = None) -> Outline:
    """All elements, also of a definition that AWS would refuse."""
    locate: Callable[[str], Location | None] = source.locate
    text = source.text
    if text is None:
        text = json.dumps(source.value, indent=2, ensure_ascii=False)
        locate = _locator(text)
    walk = _Walk(locate, file, split_lines(text) if source.text is not None and source.substitutions else [])
    walk.add(Owner("", MACHINE, source.value), "", "")
    for states in written_states(source.value):
        walk.states(states)
    walk.found.sort(key=lambda element: element.order)
    return Outline(tuple(walk.found), walk.aliases, text)


def digest(text: str) -> str:
    """Identifies one version of a definition's text; line endings, which git may change, do not matter."""
    return sha256(text.replace("\r\n", "\n").encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _locator(text: str) -> Callable[[str], Location | None]:
    from pytest_sfn.asl import json_text

    read = Text("", text)
    places = json_text.read(read, Substitutions(None)).places
    return lambda pointer: read.location(places.find(pointer))


class _Walk:
    """One walk through a definition's values. `at` leads into the values, `pointer` is the identity."""

    def __init__(self, locate: Callable[[str], Location | None], file: str | None, lines: list[str]) -> None:
        self.locate = locate
        self.file = file
        self.lines = lines
        self.found: list[Element] = []
        self.aliases: dict[str, str] = {}

    def add(self, owner: Owner, at: str, pointer: str) -> None:
        """Add what each metric finds in a state, or in the machine."""
        for metric in METRICS:
            for part in metric.parts(owner) if metric.of_machine or owner.type != MACHINE else ():
                place = self.locate(f"{at}{part.at}")
                element = Element(
                    f"{pointer}{part.at}{part.name}",
                    metric.kind,
                    owner.name,
                    part.label,
                    *((place.line, place.column) if place is not None else (1, 1)),
                    self.file,
                    target=part.target,
                )
                self.found.append(element)

    def states(self, states: WrittenStates) -> None:
        """Add the states of one set; sets around it come first, so that their aliases are known."""
        around = translate(states.pointer, self.aliases)
        for name, state in states.states.items():
            at = child(child(states.pointer, "States"), name)
            identity = child(child(around, "States"), self.written(at, name))
            if identity != at:
                self.aliases[at] = identity
            if isinstance(state, dict):
                self.add(Owner(name, state.get("Type", ""), state), at, identity)

    def written(self, at: str, name: str) -> str:
        """The state's name as the text has it: a key may hold a placeholder."""
        place = self.locate(at) if self.lines else None
        if place is None:
            return name
        key = _KEY.match(self.lines[place.line - 1], place.column - 1)
        return next(filter(None, key.groups())) if key and "${" in key[0] else name


_KEY: Final = re.compile(r""""((?:[^"\\]|\\.)*)"|'([^']*)'|([^:#\s][^:#]*?)\s*:""")
"""A JSON key, or a YAML key in quotes or without."""


def outline_of_file(path: Path, name: str) -> Outline:
    """All elements of a file that no test has loaded.

    Raises:
        DefinitionError: as `read_loosely`.
    """
    return outline_of_source(read_loosely(path), name)
