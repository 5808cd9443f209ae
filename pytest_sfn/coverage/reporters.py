"""Reports: each turns an `Analysis` into text, for the terminal or for a file.

`REPORTERS` has them by name; each is loaded when a user wants it. html, xml and lcov are in modules of their own, since
they need libraries that the others do not.
"""

from __future__ import annotations

import json
import os
import re
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Literal

from pytest_sfn.coverage.elements import outline
from pytest_sfn.coverage.metrics import ERROR_PATHS, FIGURES
from pytest_sfn.coverage.reporter import ReportError
from pytest_sfn.diagrams.mermaid import to_mermaid
from pytest_sfn.errors import DefinitionError, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pytest_sfn.coverage.analysis import Analysis, DefinitionCoverage, Figure
    from pytest_sfn.coverage.elements import Element
    from pytest_sfn.coverage.reporter import Reporter

__all__ = ["REPORTERS", "check_report", "check_reports", "report"]

SKIP_COVERED: Final = "skip-covered"

REPORTERS: Final[Mapping[str, tuple[str, str | None]]] = {
    "term": ("pytest_sfn.coverage.reporters:term", None),
    "term-missing": ("pytest_sfn.coverage.reporters:term_missing", None),
    "json": ("pytest_sfn.coverage.reporters:to_json", "sfn-coverage.json"),
    "markdown": ("pytest_sfn.coverage.reporters:markdown", "sfn-coverage.md"),
    "markdown-append": ("pytest_sfn.coverage.reporters:markdown_append", "sfn-coverage.md"),
    "html": ("pytest_sfn.coverage.html:html", "sfn-coverage"),
    "xml": ("pytest_sfn.coverage.coverage_py:xml", "sfn-coverage.xml"),
    "lcov": ("pytest_sfn.coverage.coverage_py:lcov", "sfn-coverage.lcov"),
}
"""By name: its module and function, and the place it writes to when the user names none; None for the terminal."""


def check_report(wanted: str) -> tuple[str, str | None]:
    """The name of a report asked for as `name` or `name:place`, and its place, or SKIP_COVERED for one to the terminal.

    Raises:
        ReportError: there is no such report, what it needs is not installed, or it goes to the terminal and has no place.
    """
    name, _, place = wanted.partition(":")
    if name not in REPORTERS:
        raise ReportError(f"{wanted!r} is not a report; there are {', '.join(REPORTERS)}")
    where, default = REPORTERS[name]
    if place and default is None and place != SKIP_COVERED:
        raise ReportError(f"{wanted!r}: {name} goes to the terminal and takes no file; {name}:{SKIP_COVERED} leaves out rows")
    if where.startswith(_OF_COVERAGE_PY) and find_spec("coverage") is None:
        raise ReportError(f"{name} needs coverage.py: pip install 'pytest-sfn[cov]'")
    if name == "markdown-append":
        default = os.environ.get("GITHUB_STEP_SUMMARY") or default
    return name, place or default


_OF_COVERAGE_PY: Final = "pytest_sfn.coverage.coverage_py:"


def check_reports(wanted: Iterable[str], directory: Path) -> None:
    """Find what would stop reports before they are made; places are relative to `directory`.

    Raises:
        ReportError: `check_report` raises it for one of them, two write to one place, or a place is of the wrong kind.
    """
    written: dict[str, str] = {}
    for each in wanted:
        name, place = check_report(each)
        if place in (None, SKIP_COVERED):
            continue
        if written.setdefault(place, name) != name:
            raise ReportError(f"{written[place]} and {name} would both write {place}; name another file: {name}:FILE")
        path = directory / place
        if path.is_file() if name == "html" else path.is_dir():
            is_, needs = ("a file", "a folder") if name == "html" else ("a folder", "a file")
            raise ReportError(f"{name} needs {needs}, and {path} is {is_}")


def report(analysis: Analysis, wanted: str, directory: Path) -> str:
    """Make the report `name` or `name:place`; places are relative to `directory`. Gives the text for the terminal."""
    name, place = check_report(wanted)
    module, _, function = REPORTERS[name][0].partition(":")
    reporter: Reporter = getattr(import_module(module), function)
    if place == SKIP_COVERED:
        return printable(reporter(analysis.without_covered(), None), "\n")
    return printable(reporter(analysis, None if place is None else directory / place), "\n")


# -- terminal --------------------------------------------------------------------------------------------------------------


def term(analysis: Analysis, place: Path | None = None) -> str:
    """The table."""
    return _text([*_table(analysis), *_warnings(analysis)])


def term_missing(analysis: Analysis, place: Path | None = None) -> str:
    """The table, and everything that no test took, error paths with the line of a mock that would."""
    lines = _table(analysis)
    for each in analysis.definitions:
        for listed in dict.fromkeys(row.listed for row in FIGURES if row is not ERROR_PATHS):
            missed = [element for element in each.missed if element.figure and element.figure.listed == listed]
            lines += _listed(each, f"no test takes these {listed}", missed)
        lines += _error_paths(each, analysis.root)
        unseen = [element for element in each.sides if each.status(element.pointer) == "missed"]
        lines += _listed(each, "not counted, and never seen", unseen)
        lines += _unhandled(each)
    return _text([*lines, *_warnings(analysis)])


def _listed(each: DefinitionCoverage, heading: str, elements: list[Element]) -> list[str]:
    """A list of elements with a heading; nothing where there are none."""
    return ["", f"{printable(each.title)}: {heading}", *_places(each, elements)] if elements else []


def _error_paths(each: DefinitionCoverage, root: Path) -> list[str]:
    """The missed error paths, those of one failure together, with the line of a mock that makes it."""
    from pytest_sfn.coverage.suggest import suggested_tests

    missed = each.missed_in(ERROR_PATHS)
    if not missed:
        return []
    suggested = suggested_tests(each, root)
    shown = {element.pointer: place for element, place in zip(missed, _places(each, missed), strict=True)}
    lines = ["", f"{printable(each.title)}: no test takes these error paths, and a mock that would"]
    taken = [pair for test in suggested.tests for pair in zip(test.elements, test.mocks, strict=True)]
    for mock, together in groupby(taken, lambda pair: pair[1]):
        lines += [*(shown[element.pointer] for element, _ in together), f"      {mock or OF_ITSELF}"]
    for reason, alike in groupby(suggested.rest, lambda element: suggested.reasons[element.pointer]):
        lines += [*(shown[element.pointer] for element in alike), f"      ({reason})"]
    return lines


OF_ITSELF: Final = "(no mock: a state in it fails by itself)"


def _table(analysis: Analysis) -> list[str]:
    if not analysis.definitions and not analysis.skipped:
        return ["No definition was loaded: there is nothing to report."]
    header = ("Name", *_HEADINGS, "Cover")
    rows = [(printable(each.title), *_figures(each)) for each in analysis.definitions]
    total = ("TOTAL", *_figures(analysis))
    widths = [max(len(row[column]) for row in (header, *rows, total)) for column in range(len(header))]

    def line(row: tuple[str, ...]) -> str:
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        return "   ".join([row[0].ljust(len(first)), *others])

    rule = "-" * len(line(header))
    table = [line(header), rule, *map(line, rows), rule, line(total)]
    if analysis.skipped:
        count = len(analysis.skipped)
        table += ["", f"{count:,} definition{'s' if count > 1 else ''} skipped: everything is covered"]
    return table


_HEADINGS: Final = tuple(row.heading for row in FIGURES)


def _figures(of: Analysis | DefinitionCoverage) -> tuple[str, ...]:
    return *(_both(of.figures[row]) for row in FIGURES), f"{of.total.percent}%"


def _both(figure: Figure) -> str:
    width = len("100") + (figure.precision and 1 + figure.precision)
    return f"{figure} {figure.percent:>{width}}%" if figure.possible else "-"


def _places(each: DefinitionCoverage, elements: Iterable[Element]) -> list[str]:
    found = [(printable(each.where(element)), printable(describe(element))) for element in elements]
    width = max((len(place) for place, _ in found), default=0)
    return [f"  {place:<{width}}  {described}" for place, described in found]


def describe(element: Element) -> str:
    """An element in a line: its kind where the label does not show it."""
    return f"state {element.label}" if element.kind == "state" else element.label


def _unhandled(each: DefinitionCoverage) -> list[str]:
    if not each.definition.unhandled:
        return []
    lines = ["", f"{printable(each.title)}: errors that nobody handled"]
    for pointer, error in sorted(each.definition.unhandled):
        state = each.definition.elements.get(pointer)
        place = f"{each.where(state)}  {state.label}" if state is not None else pointer
        lines.append(printable(f"  {place}: {error or 'an error without a name'}"))
    return lines


def _warnings(analysis: Analysis) -> list[str]:
    return ["", *(printable(f"warning: {warning}") for warning in analysis.warnings)] if analysis.warnings else []


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


# -- files -----------------------------------------------------------------------------------------------------------------


def write_text(path: Path, text: str, mode: Literal["w", "a"] = "w") -> None:
    """Write a report's file, or add to it; make its folder if need be. What UTF-8 cannot hold is escaped as JSON would.

    Raises:
        ReportError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open(mode, encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise ReportError(f"{path}: cannot be written: {error.strerror or error}") from None


def to_json(analysis: Analysis, place: Path | None) -> str:
    """All that the data hold, for programs; `docs/coverage.md` describes its shape."""
    assert place is not None
    value = {
        "format": "pytest-sfn coverage report",
        "version": 2,
        "complete": analysis.complete,
        "totals": _figures_json(analysis),
        "definitions": [_definition_json(each, analysis.root) for each in analysis.definitions],
        "warnings": analysis.warnings,
    }
    write_text(place, json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    return f"Coverage JSON written to {place}\n"


def _figures_json(of: Analysis | DefinitionCoverage) -> dict[str, Any]:
    figures = {"total": of.total, **{row.name: figure for row, figure in of.figures.items()}}
    return {
        name: {"taken": figure.taken, "possible": figure.possible, "percent": float(figure.rounded(max(2, figure.precision)))}
        for name, figure in figures.items()
    }


def _definition_json(each: DefinitionCoverage, root: Path) -> dict[str, Any]:
    from pytest_sfn.coverage.suggest import suggested_tests

    suggested = suggested_tests(each, root)
    mocks = suggested.mocks

    def shown(element: Element) -> dict[str, Any]:
        value: dict[str, Any] = {
            "pointer": element.pointer,
            "kind": element.kind,
            "state": element.state,
            "label": element.label,
            "line": element.line,
            "column": element.column,
            "covered": each.status(element.pointer) == "covered",
            "contexts": each.contexts(element.pointer),
        }
        if element.target is not None:
            value["target"] = element.target
        if element.pointer in mocks:
            value["mock"] = mocks[element.pointer]
        if element.pointer in suggested.reasons:
            value["no_test"] = suggested.reasons[element.pointer]
        return value

    return {
        "name": each.title,
        "file": each.definition.name if each.definition.is_file else None,
        "digest": each.definition.digest,
        **_figures_json(each),
        "elements": [shown(element) for element in each.elements],
        "beside": [shown(element) for element in each.sides],
        "unhandled": [
            {"pointer": pointer, "error": error, "contexts": sorted(contexts - {""})}
            for (pointer, error), contexts in sorted(each.definition.unhandled.items())
        ],
        "suggested": {
            "setup": suggested.setup,
            "tests": [
                {"name": test.name, "code": test.code, "takes": [element.pointer for element in test.elements]}
                for test in suggested.tests
            ],
        },
    }


def markdown(analysis: Analysis, place: Path | None) -> str:
    """A table, the missed error paths, and a drawing of each machine."""
    assert place is not None
    write_text(place, to_markdown(analysis))
    return f"Coverage markdown written to {place}\n"


def markdown_append(analysis: Analysis, place: Path | None) -> str:
    """The same at the end of a file, such as GitHub's step summary."""
    assert place is not None
    write_text(place, to_markdown(analysis), mode="a")
    return f"Coverage markdown appended to {place}\n"


def to_markdown(analysis: Analysis) -> str:
    lines = ["## Step Functions coverage", ""]
    lines += [f"| Definition | {' | '.join(_HEADINGS)} | Cover |", f"|---|{'--:|' * (len(_HEADINGS) + 1)}"]
    lines += [_row(_cell(each.title), each) for each in analysis.definitions]
    lines.append(_row("**Total**", analysis))
    for each in analysis.definitions:
        lines += _error_paths_in_markdown(each, analysis.root)
        drawing = _mermaid(each, analysis.root)
        if drawing:
            lines += ["", f"<details><summary>{_cell(each.title)} as a graph</summary>", "", "```mermaid"]
            lines += [drawing.rstrip("\n"), "```", "", "</details>"]
    if analysis.warnings:
        lines += ["", *(f"- warning: {_cell(warning)}" for warning in analysis.warnings)]
    return _text(lines)


def _error_paths_in_markdown(each: DefinitionCoverage, root: Path) -> list[str]:
    """The missed error paths as a table, and the tests that would take them."""
    from pytest_sfn.coverage.suggest import suggested_tests

    missed = each.missed_in(ERROR_PATHS)
    if not missed:
        return []
    suggested = suggested_tests(each, root)
    lines = ["", f"### Error paths of {_cell(each.title)} that no test takes", ""]
    lines += ["| Where | What | A mock that would |", "|---|---|---|"]
    for element in missed:
        mock = suggested.mocks.get(element.pointer)
        lines.append(f"| {_cell(each.where(element))} | {_cell(element.label)} | {_code(mock) if mock else ''} |")
    if suggested.tests:
        fence = "`" * (max(map(len, re.findall("`+", suggested.module)), default=2) + 1)
        count = "A test that takes" if len(suggested.tests) == 1 else f"{len(suggested.tests)} tests that take"
        lines += ["", f"<details><summary>{count} {'them' if not suggested.rest else 'some of them'}</summary>", ""]
        lines += [f"{fence}python", suggested.module.rstrip("\n"), fence, "", "</details>"]
    return lines


def _row(name: str, of: Analysis | DefinitionCoverage) -> str:
    return f"| {name} | {' | '.join(_figures(of))} |"


def _cell(text: str) -> str:
    text = printable(text)
    for special in "\\|<>*_`[]":
        text = text.replace(special, f"\\{special}")
    return text


def _code(text: str) -> str:
    return f"`` {text} ``".replace("|", "\\|") if "`" in text else f"`{text}`".replace("|", "\\|")


def _mermaid(each: DefinitionCoverage, root: Path) -> str | None:
    """The machine drawn with its coverage; None when it cannot be loaded by itself."""
    try:
        machine = each.load(root)
    except DefinitionError:
        return None
    identity = outline(machine).identity
    return to_mermaid(machine, lambda pointer: each.status(identity(pointer)))
