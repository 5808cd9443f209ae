"""The HTML report: a folder that works offline, one page for each definition, and an index with the totals.

A page has the drawn graph, the source beside it in the same colours, the error paths that no test took with the code of a
test for each, and the elements as a table. It is complete without a script. `assets/report.js` adds three things: pointing
at an element marks it everywhere, choosing one shows the tests that took it, and choosing a test dims all that it did not
take. The same data give the same bytes: nothing is dated.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_sfn.coverage.elements import outline
from pytest_sfn.coverage.metrics import ERROR_PATHS, FIGURES
from pytest_sfn.coverage.reporter import ReportError
from pytest_sfn.definition import load
from pytest_sfn.diagrams.svg import to_svg
from pytest_sfn.errors import DefinitionError, UnsupportedError, printable, split_lines
from pytest_sfn.page.document import asset, document, embedded, escaped, graph_frame, headings, style, table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_sfn.coverage.analysis import Analysis, DefinitionCoverage, Figure
    from pytest_sfn.coverage.elements import Element
    from pytest_sfn.definition import StateMachine

__all__ = ["html", "test_code"]

_CROWDED = 12
"""With so many elements in one line a definition is hard to read: it is shown indented instead."""


def html(analysis: Analysis, place: Path | None) -> str:
    """Write the report into the folder `place`; see `pytest_sfn.coverage.reporter.Reporter`.

    Pages of an earlier report in the same folder are replaced or removed.
    """
    assert place is not None
    try:
        _write_all(analysis, place)
    except OSError as error:
        raise ReportError(f"{error.filename or place}: cannot be written: {error.strerror or error}") from None
    return f"HTML report of state machine coverage written to {place / 'index.html'}\n"


def _write_all(analysis: Analysis, directory: Path) -> None:
    pages = directory / "machines"
    assets = directory / "assets"
    for folder in (pages, assets):
        folder.mkdir(parents=True, exist_ok=True)
    _write(directory / ".gitignore", "*\n")
    _write(assets / "style.css", style(_asset("style.css")))
    _write(assets / "graph.js", asset("graph.js"))
    _write(assets / "report.js", _asset("report.js"))
    names = _page_names(each.title for each in analysis.definitions)
    for old in pages.glob("*.html"):
        if old.name not in names:
            old.unlink()
    for name, each in zip(names, analysis.definitions, strict=True):
        _write(pages / name, _Page(each, analysis.root).text())
    _write(directory / "index.html", _index(analysis, names))


def test_code(coverage: DefinitionCoverage, element: Element) -> str | None:
    """A test that takes an error path, to copy and to complete by an input; None where no mock leads there."""
    if element.mock is None:
        return None
    name = re.sub(r"\W+", "_", element.label).strip("_").lower()
    definition = coverage.definition
    source = repr(definition.name) if definition.is_file else "definition"
    given = f", substitutions={definition.substitutions!r}" if definition.substitutions else ""
    return (
        f"def test_{name}(sfn_mock):\n"
        f"    {element.mock}\n"
        f"    execution = sfn_mock.load({source}{given}).run({{}})  # an input that leads to {printable(element.state)}\n"
        f"    assert execution.handled\n"
    )


test_code.__test__ = False  # type: ignore[attr-defined]  # pytest must not collect it where it is imported


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def _asset(name: str) -> str:
    return asset(name, "pytest_sfn.coverage")


def _page_names(titles: Iterable[str]) -> list[str]:
    """Names of files for titles: readable, safe on every system, different even where case does not count."""
    names: list[str] = []
    taken: set[str] = set()
    for title in titles:
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", title.removesuffix(".json").removesuffix(".asl")).strip("-")[:80] or "machine"
        name, number = stem, 2
        while name.lower() in taken:
            name, number = f"{stem}-{number}", number + 1
        taken.add(name.lower())
        names.append(f"{name}.html")
    return names


# Pages


def _head(up: str = "", *scripts: str) -> str:
    links = [f'<link rel="stylesheet" href="{up}assets/style.css">\n']
    return "".join(links + [f'<script defer src="{up}assets/{script}"></script>\n' for script in scripts])


def _index(analysis: Analysis, names: list[str]) -> str:
    rows = [
        f'<tr><th scope="row"><a href="machines/{name}">{escaped(each.title)}</a></th>{_figures(each)}</tr>'
        for name, each in zip(names, analysis.definitions, strict=True)
    ]
    warned = "".join(f"<li>{escaped(warning)}</li>" for warning in analysis.warnings)
    body = f"""\
<header><h1>State machine coverage</h1></header>
<main>
<table class="totals">
<thead><tr><th scope="col">Definition</th>{_HEADINGS}</tr></thead>
<tbody>
{"".join(f"{row}{chr(10)}" for row in rows)}</tbody>
<tfoot><tr><th scope="row">All</th>{_figures(analysis)}</tr></tfoot>
</table>
{f'<h2>Warnings</h2><ul class="warnings">{warned}</ul>' if warned else ""}
</main>
"""
    return document("State machine coverage", body, _head())


_HEADINGS = headings(("Total", *(row.heading for row in FIGURES)))


def _figures(figures: DefinitionCoverage | Analysis) -> str:
    return "".join(f"<td>{_figure(figure)}</td>" for figure in (figures.total, *figures.figures.values()))


def _figure(figure: Figure) -> str:
    if not figure.possible:
        return '<span class="none">none</span>'
    level = "full" if figure.taken == figure.possible else "part" if figure.reaches(50) else "low"
    return (
        f'<span class="figure {level}"><b>{figure.percent}%</b> <span class="count">{figure}</span>'
        f'<span class="bar"><i style="width:{figure.percent}%"></i></span></span>'
    )


def _code(code: str) -> str:
    return f'<div class="code"><pre><code>{escaped(code)}</code></pre><button type="button" class="copy">Copy</button></div>'


class _Page:
    """The page of one definition."""

    def __init__(self, coverage: DefinitionCoverage, root: Path) -> None:
        self.coverage = coverage
        self.definition = coverage.definition
        self.root = root
        self.machine: StateMachine | None = None
        self.problem = ""
        try:
            self.machine = coverage.load(root)
        except DefinitionError as error:
            self.problem = f"The definition cannot be loaded: {error}"
        self.tests = sorted({test for element in coverage.elements for test in coverage.contexts(element.pointer)})
        self.numbers = {element.pointer: number for number, element in enumerate(coverage.elements)}

    def text(self) -> str:
        coverage = self.coverage
        body = f"""\
<header>
<p><a href="../index.html">All definitions</a></p>
<h1>{escaped(coverage.title)}</h1>
<table class="totals"><thead><tr>{_HEADINGS}</tr></thead><tbody><tr>{_figures(coverage)}</tr></tbody></table>
<p class="legend"><span class="covered">covered</span> <span class="missed">never taken</span> \
<span class="error">error path never taken</span></p>
</header>
<nav aria-label="On this page"><a href="#graph">Graph</a> <a href="#source">Source</a> \
<a href="#missed">Missed error paths</a> <a href="#elements">Elements</a></nav>
<main>
<section id="chosen" class="panel" aria-live="polite"><h2>Tests</h2>
{self._tests()}</section>
<div class="views">
<section id="graph" aria-label="Graph"><h2>Graph</h2>{self._graph()}</section>
<section id="source" aria-label="Source"><h2>Source</h2>{self._source()}</section>
</div>
<section id="missed"><h2>Missed error paths</h2>
{self._missed()}</section>
{self._unhandled()}<section id="elements"><h2>Elements</h2>
{self._elements()}</section>
</main>
{embedded(self._data())}"""
        return document(coverage.title, body, _head("../", "graph.js", "report.js"))

    # Parts

    def _tests(self) -> str:
        if not self.tests:
            return "<p>Run with <code>--sfn-cov-context=test</code> to see which test took what.</p>\n"
        items = "".join(
            f'<li><button type="button" data-test="{number}" aria-pressed="false">{escaped(test)}</button></li>\n'
            for number, test in enumerate(self.tests)
        )
        return (
            f'<p id="about">Choose an element to see the tests that took it, or a test to see what it took.</p>\n'
            f'<p><button type="button" id="clear" hidden>Show everything</button></p>\n<ul id="tests">\n{items}</ul>\n'
        )

    def _graph(self) -> str:
        if self.machine is None:
            return f'<p class="note">{escaped(self.problem)}</p>'
        found = outline(self.machine)
        try:
            drawn = to_svg(self.machine, self.coverage.status, title=self.coverage.title, identity=found.identity)
        except UnsupportedError as error:
            return f'<p class="note">{escaped(str(error))}</p>'
        return graph_frame(drawn)

    def _source(self) -> str:
        text, lines = self._lines()
        rows = []
        for number, line in enumerate(split_lines(text.removesuffix("\n")), 1):
            elements = lines.get(number, [])
            status = self._line_status(elements)
            choosable = ""
            if elements:
                numbers = " ".join(str(self.numbers[each.pointer]) for each in elements)
                words = "\n".join(f"{each.label}: {self._word(each)}" for each in elements)
                choosable = f' data-elements="{numbers}" title="{escaped(words)}" tabindex="0"'
            rows.append(f'<span class="row {status}"{choosable}><i>{number}</i>{escaped(line)}\n</span>')
        return f'<div class="pane" tabindex="0" role="region" aria-label="Source, scrollable"><pre>{"".join(rows)}</pre></div>'

    def _lines(self) -> tuple[str, dict[int, list[Element]]]:
        """The text to show, and the elements that begin in each of its lines."""
        text = self.definition.text
        if text is None:
            text = (self.root / self.definition.name).read_bytes().decode("utf-8-sig", "replace")
        lines: dict[int, list[Element]] = {}
        for element in self.coverage.elements:
            lines.setdefault(element.line, []).append(element)
        if self.machine is None or all(len(found) < _CROWDED for found in lines.values()):
            return text, lines
        identity = outline(self.machine).identity
        indented = outline(load(self.machine.definition))
        lines = {}
        for element in indented.elements:
            known = self.definition.elements.get(identity(element.pointer))
            if known is not None and known.pointer in self.numbers:
                lines.setdefault(element.line, []).append(known)
        return indented.text, lines

    def _line_status(self, elements: list[Element]) -> str:
        missed = [element for element in elements if element.pointer not in self.definition.taken]
        if not elements:
            return ""
        if not missed:
            return "covered"
        return "error" if any(element.error_path for element in missed) else "missed"

    def _word(self, element: Element) -> str:
        if element.pointer in self.definition.taken:
            return "covered"
        return "error path never taken" if element.error_path else "never taken"

    def _missed(self) -> str:
        missed = self.coverage.missed_in(ERROR_PATHS)
        if not missed:
            possible = self.coverage.figures[ERROR_PATHS].possible
            return f"<p>{'None: every error path was taken.' if possible else 'It has none.'}</p>\n"
        rows = []
        for element in missed:
            code = test_code(self.coverage, element)
            shown = _code(code) if code else "no error that a mock raises leads here"
            rows.append(
                f'<tr data-elements="{self.numbers[element.pointer]}"><th scope="row">{escaped(element.label)}</th>'
                f"<td>{escaped(self.coverage.where(element))}</td><td>{shown}</td></tr>\n"
            )
        return table(("Error path", "Where", "A test that takes it"), rows)

    def _unhandled(self) -> str:
        if not self.definition.unhandled:
            return ""
        rows = []
        for (pointer, error), contexts in sorted(self.definition.unhandled.items()):
            element = self.definition.elements.get(pointer)
            tests = ", ".join(sorted(contexts - {""}))
            state = element.label if element is not None else pointer
            rows.append(f'<tr><th scope="row">{escaped(state)}</th><td>{escaped(error)}</td><td>{escaped(tests)}</td></tr>\n')
        listed = table(("State", "Error", "Tests"), rows)
        return f'<section id="unhandled"><h2>Errors that nobody handled</h2>\n{listed}</section>\n'

    def _elements(self) -> str:
        coverage = self.coverage
        rows = [
            self._row(
                element,
                element.kind,
                self._word(element),
                f'<tr class="{self._line_status([element])}" data-elements="{self.numbers[element.pointer]}">',
            )
            for element in coverage.elements
        ]
        rows += [
            self._row(element, "beside", "seen" if element.pointer in self.definition.taken else "not seen", '<tr class="">')
            for element in coverage.sides
        ]
        return table(("Element", "Kind", "Where", "Status", "Tests"), rows)

    def _row(self, element: Element, kind: str, word: str, opening: str) -> str:
        tests = len(self.coverage.contexts(element.pointer))
        return (
            f'{opening}<th scope="row">{escaped(element.label)}</th><td>{kind}</td>'
            f"<td>{escaped(self.coverage.where(element))}</td><td>{word}</td><td>{tests or ''}</td></tr>\n"
        )

    def _data(self) -> list[dict[str, Any]]:
        numbers = {test: number for number, test in enumerate(self.tests)}
        return [
            {
                "pointer": element.pointer,
                "label": element.label,
                "status": self._word(element),
                "tests": [numbers[test] for test in self.coverage.contexts(element.pointer)],
            }
            for element in self.coverage.elements
        ]
