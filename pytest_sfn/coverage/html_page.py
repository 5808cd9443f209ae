"""The page of one definition in the HTML report.

It has the drawn graph, the source beside it in the same colours, and lists: the tests that would take the missed error
paths, all elements, the tests, and errors that nobody handled. Without a script the lists follow each other. With
`assets/report.js` they share one place, all panes fit the window, and whoever chooses an element in one of them sees it in
all. A part of any of them names elements by their numbers in the data, in `data-elements`; the graph names them by pointer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pytest_sfn.asl.outline import parts_of
from pytest_sfn.coverage.elements import outline
from pytest_sfn.coverage.metrics import FIGURES
from pytest_sfn.coverage.suggest import suggested_tests
from pytest_sfn.definition import load
from pytest_sfn.diagrams.svg import to_svg
from pytest_sfn.errors import DefinitionError, UnsupportedError, split_lines
from pytest_sfn.page.document import embedded, escaped, graph_frame, headings, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pytest_sfn.coverage.analysis import Analysis, DefinitionCoverage, Figure
    from pytest_sfn.coverage.elements import Element
    from pytest_sfn.coverage.suggest import SuggestedTest
    from pytest_sfn.definition import StateMachine

__all__ = ["Page", "figure_cells", "figure_headings"]

_CROWDED = 12
"""With so many elements in one line a definition is hard to read: it is shown indented instead."""

_ABOUT = """\
<div id="about" class="tools" hidden>
<button type="button" id="previous" aria-label="Previous missed element (p)" title="Previous missed element (p)">&larr;</button>
<button type="button" id="next" aria-label="Next missed element (n)" title="Next missed element (n)">missed &rarr;</button>
<p role="status">Choose an element to see it everywhere and the tests that took it, or a test to see what it took.</p>
<button type="button" id="clear" title="Show everything (Esc)" hidden>Show everything</button>
</div>
"""


def figure_headings() -> str:
    """The headings over `figure_cells`."""
    return headings(("Total", *(row.heading for row in FIGURES)))


def figure_cells(figures: DefinitionCoverage | Analysis) -> str:
    """The cells of a row with the total and each figure."""
    return "".join(f"<td>{_figure(figure)}</td>" for figure in (figures.total, *figures.figures.values()))


def _figure(figure: Figure) -> str:
    if not figure.possible:
        return '<span class="none">none</span>'
    level = "full" if figure.taken == figure.possible else "part" if figure.reaches(50) else "low"
    return (
        f'<span class="figure {level}"><b>{figure.percent}%</b> <span class="count">{figure}</span>'
        f'<span class="bar"><i style="width:{figure.percent}%"></i></span></span>'
    )


class Page:
    """The page of one definition.

    Args:
        execution_page: gives the address of a test's page of executions, if it has one.
    """

    def __init__(self, coverage: DefinitionCoverage, root: Path, execution_page: Callable[[str], str | None]) -> None:
        self.coverage = coverage
        self.definition = coverage.definition
        self.root = root
        self.execution_page = execution_page
        self.machine: StateMachine | None = None
        self.problem = ""
        try:
            self.machine = coverage.load(root)
        except DefinitionError as error:
            self.problem = f"The definition cannot be loaded: {error}"
        self.elements = [*coverage.elements, *coverage.sides]
        self.numbers = {element.pointer: number for number, element in enumerate(self.elements)}
        self.contexts = [coverage.contexts(element.pointer) for element in self.elements]
        self.tests = sorted({test for contexts in self.contexts for test in contexts})

    def body(self) -> str:
        """All that is in the document's body."""
        coverage = self.coverage
        sections = [  # id, heading, what its tab says, count, content
            ("missed", "Missed error paths", "Missed error paths", *self._missed()),
            ("elements", "Elements", "Elements", *self._elements()),
            ("tests", "Tests", "Tests", *self._tests()),
            ("unhandled", "Errors that nobody handled", "Unhandled", *self._unhandled()),
        ]
        lists = "".join(
            f'<section id="{name}" data-tab="{tab}"><h2>{title} <span class="count">{count}</span></h2>\n{content}</section>\n'
            for name, title, tab, count, content in sections
            if content
        )
        links = [("graph", "Graph"), ("source", "Source"), *(section[:2] for section in sections if section[4])]
        return f"""\
<header>
<div><p><a href="../index.html">All definitions</a></p>
<h1>{escaped(coverage.title)}</h1></div>
<table class="totals"><thead><tr>{figure_headings()}</tr></thead><tbody><tr>{figure_cells(coverage)}</tr></tbody></table>
</header>
<nav aria-label="On this page">{" ".join(f'<a href="#{name}">{title}</a>' for name, title in links)}</nav>
<main>
<section id="graph"><div class="head"><h2>Graph</h2>
<p class="legend"><span class="covered">covered</span> <span class="missed">never taken</span> \
<span class="error">error path never taken</span></p></div>
{self._graph()}</section>
<section id="source"><div class="head"><h2>Source</h2></div>
{self._source()}</section>
<div id="lists">
{_ABOUT}{lists}</div>
</main>
{embedded(self._data())}"""

    # The graph and the source

    def _graph(self) -> str:
        if self.machine is None:
            return f'<p class="note">{escaped(self.problem)}</p>\n'
        found = outline(self.machine)
        try:
            drawn = to_svg(self.machine, self.coverage.status, title=self.coverage.title, identity=found.identity)
        except UnsupportedError as error:
            return f'<p class="note">{escaped(str(error))}</p>\n'
        return graph_frame(drawn)

    def _source(self) -> str:
        text, lines = self._lines()
        rows = []
        for number, line in enumerate(split_lines(text.removesuffix("\n")), 1):
            elements = lines.get(number, [])
            opening, shown = f'<span class="row {self._line_status(elements)}"', f"{number}"
            if elements:
                words = escaped("\n".join(f"{each.label}: {self._word(each)}" for each in elements))
                opening += f' data-elements="{self._numbers(elements)}" title="{words}"'
                shown = f'<a href="#{_id(elements[0])}" aria-label="{number}: {words}">{number}</a>'
            rows.append(f"{opening}><i>{shown}</i>{escaped(line)}\n</span>")
        return _pane("Source", f"<pre>{''.join(rows)}</pre>")

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
            if known is not None and known.figure is not None:
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
        taken = element.pointer in self.definition.taken
        if element.figure is None:
            return "seen" if taken else "not seen"
        if taken:
            return "covered"
        return "error path never taken" if element.error_path else "never taken"

    def _numbers(self, elements: Iterable[Element]) -> str:
        return " ".join(str(self.numbers[element.pointer]) for element in elements)

    # The lists: how many, and what

    def _missed(self) -> tuple[int, str]:
        suggested = suggested_tests(self.coverage, self.root)
        missed = len(suggested.rest) + sum(len(test.elements) for test in suggested.tests)
        if not missed:
            none = "None: every error path was taken." if any(each.error_path for each in self.elements) else "It has none."
            return 0, f"<p>{none}</p>\n"
        parts = []
        if suggested.tests:
            of = "them all" if not suggested.rest else "these"
            parts.append(
                f"<p>{_tests(len(suggested.tests))} would take {of}: "
                '<button type="button" class="copy-all" hidden>Copy all</button></p>\n'
            )
        if suggested.setup:
            code = _code(suggested.setup)
            parts.append(f'<details class="setup"><summary>What they need above them</summary>{code}</details>\n')
        parts.append(f'<ul class="suggested">\n{"".join(map(self._suggested, suggested.tests))}</ul>\n')
        if suggested.rest:
            rows = (f"{self._link(each)}<br>{escaped(suggested.reasons[each.pointer])}" for each in suggested.rest)
            items = "".join(f"<li>{row}</li>\n" for row in rows)
            parts.append(f"<p>No test was found that takes these:</p>\n<ul>\n{items}</ul>\n")
        return missed, _pane("Missed error paths", "".join(parts))

    def _suggested(self, test: SuggestedTest) -> str:
        links = " ".join(map(self._link, test.elements))
        return (
            f'<li data-elements="{self._numbers(test.elements)}"><details><summary>{escaped(test.name)}</summary>'
            f"{_code(test.code)}</details><p>{links}</p></li>\n"
        )

    def _link(self, element: Element) -> str:
        """A link to an element's row, which shows it everywhere."""
        return f'<a href="#{_id(element)}" data-elements="{self.numbers[element.pointer]}">{escaped(element.label)}</a>'

    def _elements(self) -> tuple[int, str]:
        listed = table(
            ("Element", "Kind", "Line" if self.definition.is_file else "Where", "Status", "Tests"),
            map(self._row, self.elements),
        )
        tools = (
            '<div class="tools" hidden><input type="search" aria-label="Search elements" placeholder="Search ( / )">'
            '<label><input type="checkbox" id="uncovered"> hide covered</label></div>\n'
        )
        return len(self.coverage.elements), tools + _pane("Elements", listed)

    def _row(self, element: Element) -> str:
        number, word = self.numbers[element.pointer], self._word(element)
        where = self.coverage.where(element).removeprefix(f"{self.coverage.title}:")
        status = word.replace(" ", "-") if element.figure is None else self._line_status([element])
        return (
            f'<tr id="{_id(element)}" class="{status}" data-elements="{number}">'
            f'<th scope="row"><a href="#{_id(element)}">{escaped(element.label)}</a></th>'
            f"<td>{'beside' if element.figure is None else element.kind}</td><td>{escaped(where)}</td>"
            f"<td>{word}</td><td>{len(self.contexts[number]) or ''}</td></tr>\n"
        )

    def _tests(self) -> tuple[int, str]:
        if not self.tests:
            return 0, "<p>Run with <code>--sfn-cov-context=test</code> to see which test took what.</p>\n"
        items = "".join(
            f'<li><button type="button" data-test="{number}" aria-pressed="false">{escaped(test)}</button>'
            f"{self._execution_page(test)}</li>\n"
            for number, test in enumerate(self.tests)
        )
        tools = '<div class="tools" hidden><input type="search" aria-label="Search tests" placeholder="Search ( / )"></div>\n'
        return len(self.tests), tools + _pane("Tests", f"<ul>\n{items}</ul>")

    def _execution_page(self, test: str) -> str:
        address = self.execution_page(test)
        return "" if address is None else f' <a href="{escaped(address)}">its executions</a>'

    def _unhandled(self) -> tuple[int, str]:
        rows = []
        for (pointer, error), contexts in sorted(self.definition.unhandled.items()):
            element = self.definition.elements.get(pointer)
            tests = ", ".join(sorted(contexts - {""}))
            state = escaped(pointer) if element is None else self._link(element)
            rows.append(f'<tr><th scope="row">{state}</th><td>{escaped(error)}</td><td>{escaped(tests)}</td></tr>\n')
        return len(rows), _pane("Errors that nobody handled", table(("State", "Error", "Tests"), rows)) if rows else ""

    # Data

    def _data(self) -> list[dict[str, Any]]:
        numbers = {test: number for number, test in enumerate(self.tests)}
        return [
            {
                "id": _id(element),
                "pointers": parts_of(element.pointer.partition("#")[0]),  # of its parts in the graph
                "label": element.label,
                "status": self._word(element),
                "missed": element.figure is not None and element.pointer not in self.definition.taken,
                "tests": [numbers[test] for test in contexts],
            }
            for element, contexts in zip(self.elements, self.contexts, strict=True)
        ]


def _id(element: Element) -> str:
    """The id of its row, which an address ends in."""
    return quote(element.pointer, safe="/~", errors="surrogatepass")


def _tests(count: int) -> str:
    return "1 test" if count == 1 else f"{count} tests"


def _pane(name: str, content: str) -> str:
    return f'<div class="pane" tabindex="0" role="region" aria-label="{name}, scrollable">{content}</div>\n'


def _code(code: str) -> str:
    return f'<div class="code"><pre><code>{escaped(code)}</code></pre><button type="button" class="copy">Copy</button></div>'
