"""The text of an HTML page, around what a report has to say."""

from __future__ import annotations

import json
import re
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from pytest_sfn.diagrams.svg import palette
from pytest_sfn.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["asset", "document", "embedded", "escaped", "graph_frame", "headings", "style", "table"]


def escaped(text: str) -> str:
    """Text for an element or an attribute; what cannot be seen, such as control characters, is spelled out."""
    return escape(printable(text, "\n\t"))


def document(title: str, body: str, head: str) -> str:
    """A page.

    Args:
        title: as text.
        body: as HTML.
        head: its styles and scripts, as HTML.
    """
    return f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="generator" content="pytest-sfn">
<title>{escaped(title)}</title>
<link rel="icon" href="data:,">
{head}</head>
<body>
{body}</body>
</html>
"""


def style(own: str = "") -> str:
    """The style sheet of a page: the colours of the diagrams, what all pages share, then what it has for itself."""
    colours = f":root{{{palette(0)}}}\n@media(prefers-color-scheme:dark){{:root{{{palette(1)}}}}}\n"
    return colours + asset("page.css") + own


def embedded(value: Any, id: str = "data") -> str:
    """A JSON value for scripts, as an element that no text in it can end: `JSON.parse` its `textContent`."""
    # An HTML parser looks for `</script` and `<!--` in the element, whatever a JSON parser makes of them.
    data = json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{id}">{data}</script>\n'


def graph_frame(drawn: str, label: str = "Graph") -> str:
    """A picture by `to_svg` in a pane that scrolls; `new Graph(frame)` of graph.js makes the tools work.

    Args:
        drawn: the SVG.
        label: the name that screen readers say.
    """
    width, height = re.findall(r'(?:width|height)="([\d.]+)"', drawn)[:2]
    tools = "".join(
        f'<button type="button" data-zoom="{what}" title="{words}" aria-label="{words}">{shown}</button>'
        for what, words, shown in (
            ("out", "Smaller (-)", "&minus;"),
            ("in", "Larger (+)", "+"),
            ("fit", "Fit: the whole graph (0)", "Fit"),
            ("full", "100%: full size (1)", "100%"),
        )
    )
    return (
        f'<div class="graph" style="--width:{width}px;--height:{height}px">'
        f'<div class="tools" role="toolbar" aria-label="{escaped(label)}: size" hidden>{tools}</div>'
        f'<div class="pane" tabindex="0" role="region" aria-label="{escaped(label)}, scrollable">{drawn}</div></div>\n'
    )


def table(columns: Iterable[str], rows: Iterable[str]) -> str:
    """A table under a row of headings; rows are HTML, headings too."""
    return f"<table><thead><tr>{headings(columns)}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody></table>\n"


def headings(columns: Iterable[str]) -> str:
    """The cells of a row of headings."""
    return "".join(f'<th scope="col">{column}</th>' for column in columns)


def asset(name: str, package: str = "pytest_sfn.page") -> str:
    """A file of the folder `assets` of a package."""
    return (resources.files(package) / "assets" / name).read_text("utf-8")
