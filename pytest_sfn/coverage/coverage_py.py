"""Definitions in coverage.py's data and reports.

A state, Choice Rule, Retrier and Catcher each count as a statement on the line where they begin; the ways from one to
another count as arcs. Since coverage.py's HTML report allows no line with more than two ways on, rules form a chain, as
`if` and `elif` do:

    Choice           state -> first rule; rule -> its target, or the next rule; last rule -> Default
    Task, Map, ...   state -> Next, or where an error came, its first Retrier or Catcher
                     Retrier -> state, or the next; Catcher -> its target, or the next

A Retrier or Catcher that was passed over was asked, and leads to the next. A Retrier without attempts left sends an error that
it names past the Retriers after it, which are not asked: that arc is recorded, so that the first Catcher's line is hit, but is
possible only for the last Retrier.

A branch or processor is treated as a function inside a module: arcs that enter it come from minus its line. A definition
whose states share lines, such as minified JSON, is left out.

https://coverage.readthedocs.io/en/latest/api_plugin.html
"""

from __future__ import annotations

import re
import sys
import warnings
from functools import cached_property, lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

from coverage.exceptions import CoverageException, CoverageWarning
from coverage.plugin import CodeRegion, CoveragePlugin, FileReporter

from pytest_sfn.asl.outline import set_around, states_around, taker_of
from pytest_sfn.asl.pointer import parent, resolve, steps, translate
from pytest_sfn.asl.source import read_loosely
from pytest_sfn.coverage.analysis import stale
from pytest_sfn.coverage.elements import outline_of_source
from pytest_sfn.coverage.identity import united
from pytest_sfn.errors import printable
from pytest_sfn.trace.taken import ASKED, EXHAUSTED, NO_RULE_MATCHES, PASSED_OVER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from coverage import Coverage
    from coverage.data import CoverageData as PythonData
    from coverage.types import TArc, TLineNo

    from pytest_sfn.asl.source import Source
    from pytest_sfn.coverage.analysis import Analysis
    from pytest_sfn.coverage.data import CoverageData
    from pytest_sfn.coverage.elements import Element

__all__ = ["Definitions", "Layout", "lcov", "write", "xml"]

SETTING: Final = "pytest_sfn.coverage"


class Layout:
    """The lines of a definition, and the arcs between them.

    Attributes:
        usable: whether each state has a line of its own.
        lines: the line of each state, Choice Rule, Retrier and Catcher, by pointer.
        arcs: all possible ones, each with its name in reports, and their text when it was never taken.
        of_element: the arcs to record when an element was taken, by its pointer.
    """

    def __init__(self, source: Source) -> None:
        found = outline_of_source(source)
        self._names = {pointer: alias for alias, pointer in found.aliases.items()}
        self._source = source
        self.states = {element.pointer: element for element in found.elements if element.kind == "state"}
        self.lines = {pointer: element.line for pointer, element in self.states.items()}
        self.usable = len(set(self.lines.values())) == len(self.lines)
        self.arcs: dict[TArc, tuple[str, str]] = {}
        self.of_element: dict[str, list[TArc]] = {}
        self._targets = {(set_around(state.pointer), state.state): state.line for state in self.states.values()}
        ways: dict[str, dict[str, list[Element]]] = {pointer: {} for pointer in self.states}
        for element in found.elements:
            if element.kind in ("transition", "error"):
                own = ways[states_around(element.pointer)[-1]]
                own.setdefault(taker_of(element.pointer) or parent(element.pointer), []).append(element)
        for state in self.states.values():
            self._enter(state)
            self._leave(state, ways[state.pointer])

    def _enter(self, state: Element) -> None:
        around = set_around(state.pointer)
        arc = (-self._line(around) if around else -1, state.line)
        self.of_element[state.pointer] = [arc]
        value = resolve(self._source.value, translate(around, self._names))
        if value.get("StartAt") == state.state:
            self._possible(arc, f"state {state.label}", f"state {state.label} was never entered")

    def _leave(self, state: Element, ways: dict[str, list[Element]]) -> None:
        """The ways on from a state, in the order in which AWS tries them.

        Args:
            ways: transitions and error names, by the Choice Rule, Retrier or Catcher; by the state itself its Next or Default.
        """
        own = ways.pop(state.pointer, [])
        found = (_Rule(self, state, pointer, elements) for pointer, elements in ways.items())
        rules = sorted((rule for rule in found if rule.target), key=lambda rule: rule.rank)
        self.lines.update((rule.pointer, rule.line) for rule in rules)
        choices = [rule for rule in rules if rule.field == "Choices"]
        chain = self._choose(state, choices)
        end = choices[-1].line if choices else state.line
        for element in own:
            target = self._target(state, element)
            if target:
                self.of_element[element.pointer] = [*chain, (end, target)]
                self._possible((end, target), *_words(element))
        if not choices:
            self._handle(state, rules)

    def _choose(self, state: Element, rules: list[_Rule]) -> list[TArc]:
        """Choice Rules; gives the arcs taken where none matches."""
        chain: list[TArc] = []
        at, before = state.line, ""
        for rule in rules:
            (element,) = rule.elements
            chain.append((at, rule.line))
            self._asked(chain[-1], state, element.label, before)
            self.of_element[element.pointer] = [*chain, rule.way]
            self._possible(rule.way, *_words(element))
            at, before = rule.line, element.label
        self.of_element[state.pointer + NO_RULE_MATCHES] = chain
        return chain

    def _handle(self, state: Element, rules: list[_Rule]) -> None:
        """Retriers and Catchers."""
        at, before = state.line, ""
        catcher = next((rule.line for rule in rules if rule.field == "Catch"), 0)
        self.of_element[state.pointer + ASKED] = [(at, rule.line) for rule in rules[:1]]
        for rule, after in zip_longest(rules, rules[1:]):
            self._asked((at, rule.line), state, rule.label, before)
            on = [] if after is None else [(rule.line, after.line)]
            self.of_element.update((element.pointer, [rule.way]) for element in rule.elements)
            self.of_element[rule.pointer + PASSED_OVER] = on
            if rule.field == "Retry":
                self.of_element[rule.pointer + EXHAUSTED] = [(rule.line, catcher)] if catcher else []
                self._possible(rule.way, rule.label, f"{rule.label} was never used")
            else:
                said = f"transition {rule.label} -> {rule.elements[0].target}"
                self._possible(rule.way, said, f"{said} was never taken")
            at, before = rule.line, rule.label

    def _target(self, state: Element, element: Element) -> int:
        """The line that a way leads to; 0 where there is no such state, in a definition that is not valid."""
        return self._targets.get((set_around(state.pointer), element.target or ""), 0)

    def _asked(self, arc: TArc, state: Element, label: str, before: str) -> None:
        name = f"{before or state.label}: {'passed over' if before else 'asked'}"
        self._possible(arc, name, f"{before} was never passed over" if before else f"{state.label} never asked {label}")

    def _possible(self, arc: TArc, name: str, missing: str) -> None:
        start, end = arc
        ways = [to for origin, to in self.arcs if origin == start]
        # coverage.py ignores an arc from a line to itself, and its HTML report fails on a third arc from one line.
        if start != end and (start < 0 or end in ways or len(ways) < 2):
            self.arcs.setdefault(arc, (name, missing))

    def _line(self, pointer: str) -> int:
        place = self._source.locate(translate(pointer, self._names))
        return place.line if place is not None else 1

    def taken(self, pointers: Iterable[str]) -> set[TArc]:
        """The arcs to record for the elements taken."""
        return {arc for pointer in pointers for arc in self.of_element.get(pointer, ())}


class _Rule:
    """A Choice Rule, Retrier or Catcher.

    Attributes:
        elements: its transition, or its error names.
        line, target: where it stands, and where it leads to; `target` is 0 where there is no such state.
    """

    def __init__(self, layout: Layout, state: Element, pointer: str, elements: list[Element]) -> None:
        self.pointer = pointer
        self.elements = elements
        self.field, self.index = steps(pointer.removeprefix(state.pointer))
        self.label = f"{state.label}: {self.field}[{self.index}]"
        self.line = layout._line(pointer)
        self.target = state.line if self.field == "Retry" else layout._target(state, elements[0])

    @property
    def way(self) -> TArc:
        return self.line, self.target

    @property
    def rank(self) -> tuple[bool, int]:
        """Retriers are asked before Catchers."""
        return self.field == "Catch", int(self.index)


def _words(element: Element) -> tuple[str, str]:
    """The name of a transition's arc, and its text where it was never taken."""
    return f"transition {element.label}", f"transition {element.label} was never taken"


@lru_cache(maxsize=256)
def _layout(path: str, _: float) -> Layout:
    return Layout(read_loosely(Path(path)))


def layout_of(path: str) -> Layout:
    """The layout of a file; read again only when it has changed.

    Raises:
        DefinitionError: it cannot be read.
    """
    file = Path(path)
    return _layout(path, file.stat().st_mtime if file.exists() else 0)


class Definitions(CoveragePlugin):
    """The plugin for coverage.py. Its class name is part of coverage.py's data, which name the plugin of each file.

    Args:
        root: the folder that file names in reports are relative to; coverage.py's own choice when None.
    """

    def __init__(self, root: str | None = None) -> None:
        self.root = root

    def file_reporter(self, filename: str) -> FileReporter:
        return DefinitionReporter(filename, self.root)


class DefinitionReporter(FileReporter):
    """One definition in coverage.py's reports."""

    def __init__(self, filename: str, root: str | None) -> None:
        super().__init__(filename)
        self.root = root

    @cached_property
    def layout(self) -> Layout:
        return layout_of(self.filename)

    def relative_filename(self) -> str:
        if self.root is not None and Path(self.filename).is_relative_to(self.root):
            return str(Path(self.filename).relative_to(self.root))
        return super().relative_filename()

    def source(self) -> str:
        return Path(self.filename).read_bytes().decode("utf-8-sig")

    def source_token_lines(self) -> Iterable[list[tuple[str, str]]]:
        for line in re.split(r"\r\n|\r|\n", self.source()):
            yield [("txt", line)]

    def lines(self) -> set[TLineNo]:
        return set(self.layout.lines.values())

    def arcs(self) -> set[TArc]:
        return set(self.layout.arcs)

    def exit_counts(self) -> dict[TLineNo, int]:
        counts: dict[TLineNo, int] = {}
        for start, _ in self.layout.arcs:
            if start > 0:
                counts[start] = counts.get(start, 0) + 1
        return counts

    def missing_arc_description(self, start: TLineNo, end: TLineNo, executed_arcs: Iterable[TArc] | None = None) -> str:
        return printable(self.layout.arcs.get((start, end), ("", f"line {start} never led to line {end}"))[1])

    def arc_description(self, start: TLineNo, end: TLineNo) -> str:
        return printable(self.layout.arcs.get((start, end), (f"to line {end}", ""))[0])

    def code_regions(self) -> list[CodeRegion]:
        layout = self.layout
        regions = []
        for pointer, state in layout.states.items():
            own = {line for inside, line in layout.lines.items() if states_around(inside)[-1] == pointer}
            regions.append(CodeRegion(kind="function", name=printable(state.label), start=state.line, lines=own))
        return regions

    def code_region_kinds(self) -> Iterable[tuple[str, str]]:
        return [("function", "functions")]


# -- writing ---------------------------------------------------------------------------------------------------------------


def running() -> Coverage | None:
    """The coverage.py that measures this process."""
    module = sys.modules.get("coverage")
    current: Coverage | None = module.Coverage.current() if module is not None else None
    return current


def serves() -> bool:
    """Whether coverage.py measures this process, with our plugin in its configuration."""
    cov = running()
    return cov is not None and SETTING in (cov.get_option("run:plugins") or ())  # type: ignore[operator]


def write(data: CoverageData, root: Path, *, contexts: bool = False) -> bool | None:
    """Write the elements taken into the data of the coverage.py that measures this process.

    Returns:
        True when they are written, False when coverage.py runs without our plugin, None when it does not run.
    """
    cov = running()
    if cov is None:
        return None
    if not serves():
        return False
    branch = bool(cov.get_option("run:branch"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CoverageWarning)  # "no data was collected", which is true only until now
        into = cov.get_data()
    put(data, root, into, branch=branch, context=(lambda context: f"{context}|run") if contexts else None)
    return True


def put(
    data: CoverageData, root: Path, into: PythonData, *, branch: bool, context: Callable[[str], str] | None = None
) -> list[str]:
    """Write the definitions that are files; gives the names of those left out."""
    left_out = []
    name = f"{SETTING}.{Definitions.__name__}"
    for definition in united(data.definitions.values()):
        if (
            not definition.is_file
            or printable(definition.name) != definition.name  # neither XML nor LCOV can hold it
            or stale(definition, root) is not None
            or not (layout := layout_of(path := str((root / definition.name).resolve()))).usable
        ):
            left_out.append(definition.name)
            continue
        by_context: dict[str | None, set[str]] = {None: set()}
        for pointer, some in definition.taken.items():
            for each in some if context is not None else ("",):
                by_context.setdefault(context(each) if context is not None and each else None, set()).add(pointer)
        for shown, pointers in by_context.items():
            into.set_context(shown)
            arcs = layout.taken(pointers)
            # Arcs and lines cannot be mixed; empty data get the kind that coverage.py is configured to measure.
            if into.has_arcs() or (branch and not into):
                into.add_arcs({path: arcs})
            else:
                into.add_lines({path: {line for arc in arcs for line in arc if line > 0}})
        into.set_context(None)
        into.touch_file(path, name)
    return left_out


# -- reports ---------------------------------------------------------------------------------------------------------------


def xml(analysis: Analysis, place: Path | None) -> str:
    """Cobertura XML, by coverage.py's own reporter."""
    return _reported(analysis, place, "XML", lambda cov: cov.xml_report(outfile=str(place)))


def lcov(analysis: Analysis, place: Path | None) -> str:
    """LCOV, by coverage.py's own reporter."""
    return _reported(analysis, place, "LCOV", lambda cov: cov.lcov_report(outfile=str(place)))


def _reported(analysis: Analysis, place: Path | None, kind: str, make: Callable[[Coverage], float]) -> str:
    from coverage import Coverage

    from pytest_sfn.coverage.data import CoverageData
    from pytest_sfn.coverage.reporter import ReportError

    assert place is not None
    cov = Coverage(data_file=None, config_file=False, branch=True, messages=False)
    cov.set_option("run:plugins", [SETTING])
    cov.set_option(f"{SETTING}:root", str(analysis.root.resolve()))
    data = CoverageData()
    for each in analysis.definitions:
        data.add(each.definition)
    left_out = put(data, analysis.root, cov.get_data(), branch=True)
    said = f"Coverage {kind} written to {place}\n"
    if left_out:
        names = printable(", ".join(sorted(set(left_out))))
        said += f"  without {names}: no file with a printable name in which each state has a line of its own\n"
    try:
        if left_out and not cov.get_data().measured_files():
            raise CoverageException(
                f"nothing to write: {said.partition('  without ')[2].rstrip()}\n"
                "  fix  json, markdown and html have definitions inside of templates too"
            )
        place.parent.mkdir(parents=True, exist_ok=True)
        make(cov)
    except (CoverageException, OSError) as error:
        raise ReportError(f"{kind}: {place}: {error}") from None
    finally:
        close = getattr(cov.get_data(), "close", None)  # older releases of coverage have none
        if close is not None:
            close(force=True)  # Python 3.13 warns of a database that is still open, in memory too
    return said
