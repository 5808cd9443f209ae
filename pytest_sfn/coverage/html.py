"""The HTML report: a folder that works offline, one page for each definition, and an index with the totals.

All is complete without a script. The same data give the same bytes: nothing is dated.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from pytest_sfn.coverage.html_page import Page, figure_cells, figure_headings
from pytest_sfn.coverage.reporter import ReportError
from pytest_sfn.page.document import asset, document, escaped, style
from pytest_sfn.viewer.files import file_name, link

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_sfn.coverage.analysis import Analysis

__all__ = ["html"]


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
    for script in ("graph.js", "table.js"):
        _write(assets / script, asset(script))
    _write(assets / "report.js", _asset("report.js"))
    names = _page_names(each.title for each in analysis.definitions)
    for old in pages.glob("*.html"):
        if old.name not in names:
            old.unlink()
    for name, each in zip(names, analysis.definitions, strict=True):
        page = Page(each, analysis.root, partial(_execution_page, analysis.pages, pages))
        _write(pages / name, document(each.title, page.body(), _head("../", "graph.js", "table.js", "report.js")))
    _write(directory / "index.html", document("State machine coverage", _index(analysis, names), _head("", "table.js")))


def _execution_page(folder: Path | None, pages: Path, test: str) -> str | None:
    """The address of a test's page of executions, from one of our pages; None if it has none."""
    if folder is None:
        return None
    file = folder / file_name(test)
    return link(file, pages.absolute()) if file.exists() else None


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


def _head(up: str, *scripts: str) -> str:
    return f'<link rel="stylesheet" href="{up}assets/style.css">\n' + "".join(
        f'<script defer src="{up}assets/{script}"></script>\n' for script in scripts
    )


def _index(analysis: Analysis, names: list[str]) -> str:
    rows = [
        f'<tr><th scope="row"><a href="machines/{name}">{escaped(each.title)}</a></th>{figure_cells(each)}</tr>\n'
        for name, each in zip(names, analysis.definitions, strict=True)
    ]
    warned = "".join(f"<li>{escaped(warning)}</li>" for warning in analysis.warnings)
    return f"""\
<header><h1>State machine coverage</h1></header>
<main>
<table class="totals sortable">
<thead><tr><th scope="col">Definition</th>{figure_headings()}</tr></thead>
<tbody>
{"".join(rows)}</tbody>
<tfoot><tr><th scope="row">All</th>{figure_cells(analysis)}</tr></tfoot>
</table>
{f'<h2>Warnings</h2><ul class="warnings">{warned}</ul>' if warned else ""}
</main>
"""
