"""What of a definition a test can take: its elements, each with an identity that outlives the run.

An element is named by its JSON Pointer (RFC 6901) in the definition as it is written, before substitutions, so that one
file loaded with two sets of substitutions is one definition:

    state        /States/A
    transition   /States/A/Next, /States/C/Choices/0/Next, /States/C/Default, /States/A/Catch/0/Next
    retrier      /States/A/Retry/0
    error        /States/A/Retry/0/ErrorEquals/1, /States/A/Catch/0/ErrorEquals/0
    side         /States/A/Retry/0#exhausted: shown beside the others and never counted

Elements are read off the definition's values, not off the parsed model, so that a file can be reported that needs
substitutions to run.
"""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Literal

from pytest_sfn.asl.pointer import child, translate
from pytest_sfn.asl.source import read_source
from pytest_sfn.asl.text import Substitutions, Text
from pytest_sfn.errors import DefinitionError, DefinitionWarning, Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pytest_sfn.asl.source import Source
    from pytest_sfn.definition import StateMachine

__all__ = ["BRANCH_FAILS", "COUNTED", "EXHAUSTED", "HEARTBEAT", "ITEM_FAILS", "MANY_ITEMS", "NO_ITEMS", "ONE_ITEM", "TIMES_OUT"]
__all__ += ["Element", "Kind", "Outline", "Taken", "digest", "elements", "outline", "outline_of_file", "outline_of_source"]
__all__ += ["read_loosely"]

Kind = Literal["state", "transition", "retrier", "error", "side"]
COUNTED: Final = ("state", "transition", "retrier", "error")

Taken = dict[str, set[str]]
"""Pointers of the elements taken, each with the contexts (ids of tests, or "") that took it."""

EXHAUSTED: Final = "#exhausted"
TIMES_OUT: Final = "#times out"
HEARTBEAT: Final = "#heartbeat missed"
NO_ITEMS: Final = "#no items"
ONE_ITEM: Final = "#one item"
MANY_ITEMS: Final = "#many items"
ITEM_FAILS: Final = "#an item fails"
BRANCH_FAILS: Final = "#a branch fails"


@dataclass(frozen=True, slots=True)
class Element:
    """Something that an execution can take.

    Attributes:
        pointer: its identity.
        kind: "side" is never counted.
        state: name of the state it belongs to; "" for the machine's own.
        label: how reports call it, without the kind.
        line, column: of its key in the definition's text, from 1. A dict has the places of `Outline.text`.
        file: the file's name in reports, None for a dict or a text.
        error_path: whether it counts among the error paths: Catchers' transitions, Retriers, error names.
        target: name of the state that a transition leads to.
        mock: the line of a test that takes it, for error paths; None where no mock can.
    """

    pointer: str
    kind: Kind
    state: str
    label: str
    line: int
    column: int
    file: str | None = None
    error_path: bool = False
    target: str | None = None
    mock: str | None = None

    @property
    def location(self) -> Location | None:
        """None for a definition that is no file."""
        return None if self.file is None else Location(self.file, self.line, self.column)

    @property
    def order(self) -> tuple[int, int, str]:
        """Sorts elements as they stand in the text, whatever the order in which they were found."""
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
        """The identity of what stands at `pointer` in the substituted definition."""
        return translate(pointer, self.aliases)


def elements(state_machine: StateMachine) -> list[Element]:
    """The elements that count, in the order of the text."""
    return [element for element in outline(state_machine).elements if element.kind in COUNTED]


def outline(state_machine: StateMachine, file: str | None = None) -> Outline:
    """All elements, error paths with the line of a mock that takes each.

    Args:
        file: the name that reports are to show; that under which the definition was loaded when left out.
    """
    from pytest_sfn.coverage.suggest import mock_line

    source = state_machine.source
    found = outline_of_source(source, file or (source.name if source.path is not None else None))
    names = {alias: pointer for pointer, alias in found.aliases.items()}

    def complete(element: Element) -> Element:
        if not element.error_path:
            return element
        return replace(element, mock=mock_line(state_machine.model, translate(element.pointer, names)))

    return replace(found, elements=tuple(map(complete, found.elements)))


def outline_of_source(source: Source, file: str | None = None) -> Outline:
    """All elements without suggestions; does not mind a definition that would be refused."""
    locate: Callable[[str], Location | None] = source.locate
    text = source.text
    if text is None:
        text = json.dumps(source.value, indent=2, ensure_ascii=False)
        locate = _locator(text)
    walk = _Walk(locate, file, text.splitlines() if source.text is not None and source.substitutions else [])
    walk.states(source.value, "", "")
    if "TimeoutSeconds" in source.value:
        walk.side("", "", "", TIMES_OUT)
    walk.found.sort(key=lambda element: element.order)
    return Outline(tuple(walk.found), walk.aliases, text)


def digest(text: str) -> str:
    """Tells one version of a definition's text from another; line endings, which git may change, do not count."""
    return sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:16]


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

    def add(
        self,
        kind: Kind,
        at: str,
        pointer: str,
        state: str,
        label: str,
        *,
        error_path: bool = False,
        target: str | None = None,
    ) -> None:
        place = self.locate(at)
        line, column = (place.line, place.column) if place is not None else (1, 1)
        self.found.append(Element(pointer, kind, state, label, line, column, self.file, error_path=error_path, target=target))

    def side(self, at: str, pointer: str, state: str, what: str, label: str = "") -> None:
        self.add("side", at, f"{pointer}{what}", state, f"{label or state or 'the machine'}: {what[1:]}")

    def states(self, value: Any, at: str, pointer: str) -> None:
        states = value.get("States") if isinstance(value, dict) else None
        if not isinstance(states, dict):
            return
        for name, state in states.items():
            inside = child(f"{at}/States", name)
            identity = child(f"{pointer}/States", self.written(inside, name))
            if identity != inside:
                self.aliases[inside] = identity
            if isinstance(state, dict):
                self.state(state, name, inside, identity)

    def written(self, at: str, name: str) -> str:
        """The state's name as the text has it: a key may hold a placeholder."""
        place = self.locate(at) if self.lines else None
        if place is None:
            return name
        key = _KEY.match(self.lines[place.line - 1], place.column - 1)
        return next(filter(None, key.groups())) if key and "${" in key[0] else name

    def state(self, state: dict[str, Any], name: str, at: str, pointer: str) -> None:
        self.add("state", at, pointer, name, name)
        if isinstance(state.get("Next"), str):
            self.transition(at, pointer, name, "Next", state["Next"], name)
        for index, rule in _dicts(state, "Choices"):
            if isinstance(rule.get("Next"), str):
                self.transition(at, pointer, name, f"Choices/{index}/Next", rule["Next"], f"{name}: Choices[{index}]")
        if isinstance(state.get("Default"), str):
            self.transition(at, pointer, name, "Default", state["Default"], f"{name}: Default")
        for index, retrier in _dicts(state, "Retry"):
            label = f"{name}: Retry[{index}]"
            place, identity = f"{at}/Retry/{index}", f"{pointer}/Retry/{index}"
            self.add("retrier", place, identity, name, label, error_path=True)
            self.errors(retrier, place, identity, name, label)
            self.side(place, identity, name, EXHAUSTED, label)
        for index, catcher in _dicts(state, "Catch"):
            label = f"{name}: Catch[{index}]"
            if isinstance(catcher.get("Next"), str):
                self.transition(at, pointer, name, f"Catch/{index}/Next", catcher["Next"], label, error_path=True)
            self.errors(catcher, f"{at}/Catch/{index}", f"{pointer}/Catch/{index}", name, label)
        self.sides(state, name, at, pointer)
        for index, branch in _dicts(state, "Branches"):
            self.states(branch, f"{at}/Branches/{index}", f"{pointer}/Branches/{index}")
        for field in ("ItemProcessor", "Iterator"):
            self.states(state.get(field), f"{at}/{field}", f"{pointer}/{field}")

    def transition(
        self, at: str, pointer: str, state: str, field: str, target: str, label: str, *, error_path: bool = False
    ) -> None:
        self.add(
            "transition",
            f"{at}/{field}",
            f"{pointer}/{field}",
            state,
            f"{label} -> {target}",
            error_path=error_path,
            target=target,
        )

    def errors(self, owner: dict[str, Any], at: str, pointer: str, state: str, label: str) -> None:
        names = owner.get("ErrorEquals")
        for index, name in enumerate(names if isinstance(names, list) else ()):
            field = f"ErrorEquals/{index}"
            self.add("error", f"{at}/{field}", f"{pointer}/{field}", state, f"{label} {name}", error_path=True)

    def sides(self, state: dict[str, Any], name: str, at: str, pointer: str) -> None:
        kind = state.get("Type")
        possible: list[str] = []
        if kind == "Task":
            possible += [TIMES_OUT] if any(field.startswith("TimeoutSeconds") for field in state) else []
            possible += [HEARTBEAT] if any(field.startswith("HeartbeatSeconds") for field in state) else []
        elif kind == "Map":
            possible += [NO_ITEMS, ONE_ITEM, MANY_ITEMS, ITEM_FAILS]
        elif kind == "Parallel":
            possible.append(BRANCH_FAILS)
        for what in possible:
            self.side(at, pointer, name, what)


_KEY: Final = re.compile(r""""((?:[^"\\]|\\.)*)"|'([^']*)'|([^:#\s][^:#]*?)\s*:""")
"""A JSON key, or a YAML key in quotes or without."""


def _dicts(state: dict[str, Any], field: str) -> Iterator[tuple[int, dict[str, Any]]]:
    value = state.get(field)
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield index, item


def read_loosely(path: Path, directories: Sequence[Path] = ()) -> Source:
    """A definition's file as it is written, without substitutions; a placeholder outside of quotes reads as 1.

    Args:
        directories: where a relative path is looked for.

    Raises:
        DefinitionError: it is not there, or no JSON or YAML.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DefinitionWarning)
        try:
            return read_source(path, directories=directories)
        except DefinitionError as error:
            bare = [_BARE.search(each.message) for each in error.diagnostics if each.code == "MISSING_SUBSTITUTION"]
            if not bare or len(bare) != len(error.diagnostics):
                raise
            return read_source(path, directories=directories, substitutions={name[1]: 1 for name in bare if name})


_BARE: Final = re.compile(r"\$\{(.*?)\}")


def outline_of_file(path: Path, name: str) -> Outline:
    """All elements of a file that no test has loaded, with suggestions where it can be loaded by itself.

    Raises:
        DefinitionError: as `read_loosely`.
    """
    from pytest_sfn.definition import StateMachine

    source = read_loosely(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DefinitionWarning)
        try:
            return outline(StateMachine(source), name)
        except DefinitionError:
            return outline_of_source(source, name)
