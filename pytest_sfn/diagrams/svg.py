"""A laid-out graph as SVG that needs nothing else: no script, no font, no file.

Every part that can have a status is an element with `data-pointer`, its kind and status as classes, and a `<title>` that
browsers show as a tooltip. Colours are CSS variables of the picture, with a second set for dark pages; a page that inlines
the picture may set others. Coordinates have one decimal, so that the text is the same everywhere.
"""

from __future__ import annotations

import unicodedata
from html import escape as html_escape
from itertools import groupby
from typing import TYPE_CHECKING

from pytest_sfn.diagrams.boxes import NAME_SIZE, SMALL_SIZE
from pytest_sfn.diagrams.graph import graph_of, no_status
from pytest_sfn.diagrams.layout import arrange
from pytest_sfn.errors import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_sfn.diagrams.boxes import Box, Label, Picture, Point, Route, Text
    from pytest_sfn.diagrams.graph import Drawable, Edge, Status, StatusOf

__all__ = ["STYLE", "palette", "to_svg"]

PALETTE = {  # name: light, dark
    "paper": ("#ffffff", "#14181d"),
    "ink": ("#1b232c", "#e4e9ee"),
    "soft": ("#5a6672", "#9aa7b4"),
    "line": ("#7b8794", "#7f8c99"),
    "box": ("#f4f6f8", "#1f262d"),
    "catch": ("#b84a60", "#d9798c"),
    "covered": ("#0f7a57", "#3fc795"),
    "covered-fill": ("#dcf4e8", "#123528"),
    "missed": ("#a84c07", "#f0a24a"),
    "missed-fill": ("#fdebd2", "#402a10"),
    "error": ("#c81e48", "#ff6f8d"),
    "error-fill": ("#fde0e6", "#47141f"),
}


def palette(column: int) -> str:
    """The CSS variables of the colours; column 0 is for light pages, 1 for dark ones."""
    return "".join(f"--sfn-{name}:{colours[column]};" for name, colours in PALETTE.items())


STYLE = f"""\
.sfn{{{palette(0)}color-scheme:light dark;font:{NAME_SIZE:g}px "Helvetica Neue",Arial,"Liberation Sans",sans-serif;\
text-anchor:middle}}
@media(prefers-color-scheme:dark){{.sfn{{{palette(1)}}}}}
.sfn .paper{{fill:var(--sfn-paper)}}
.sfn text{{fill:var(--sfn-ink)}}
.sfn .name{{font-weight:600}}
.sfn .caption,.sfn .label,.sfn .retry{{font-size:{SMALL_SIZE:g}px}}
.sfn .caption{{fill:var(--sfn-soft)}}
.sfn .shape{{fill:var(--sfn-box);stroke:var(--sfn-line);stroke-width:1.3}}
.sfn .frame{{fill:var(--sfn-paper);stroke:var(--sfn-line);stroke-dasharray:2 3}}
.sfn .start{{fill:var(--sfn-line)}}
.sfn .line{{fill:none;stroke:var(--sfn-line);stroke-width:1.5}}
.sfn .head{{fill:var(--sfn-line)}}
.sfn .wide{{fill:none;stroke:transparent;stroke-width:12;pointer-events:stroke}}
.sfn .ground{{fill:var(--sfn-paper);opacity:.94}}
.sfn .catch .line{{stroke:var(--sfn-catch);stroke-dasharray:5 4}}
.sfn .catch .head{{fill:var(--sfn-catch)}}
.sfn .catch text{{fill:var(--sfn-catch)}}
.sfn .node.covered>.shape{{fill:var(--sfn-covered-fill);stroke:var(--sfn-covered)}}
.sfn .node.missed>.shape{{fill:var(--sfn-missed-fill);stroke:var(--sfn-missed)}}
.sfn .node.failed>.shape{{fill:var(--sfn-error-fill);stroke:var(--sfn-error);stroke-width:2.2}}
.sfn .edge.covered .line{{stroke:var(--sfn-covered);stroke-width:2}}
.sfn .edge.covered .head{{fill:var(--sfn-covered)}}
.sfn .edge.missed .line{{stroke:var(--sfn-missed)}}
.sfn .edge.missed .head{{fill:var(--sfn-missed)}}
.sfn .edge.covered text{{fill:var(--sfn-covered)}}
.sfn .edge.missed text{{fill:var(--sfn-missed)}}
.sfn .edge.catch.missed .line{{stroke:var(--sfn-error)}}
.sfn .edge.catch.missed .head{{fill:var(--sfn-error)}}
.sfn .error.covered,.sfn .retrier.covered text{{fill:var(--sfn-covered)}}
.sfn .error.missed,.sfn .retrier.missed text{{fill:var(--sfn-error)}}
.sfn .error.missed{{text-decoration:underline dotted}}
.sfn .node:focus,.sfn .edge:focus{{outline:none}}
.sfn .node:focus-visible>.shape,.sfn .edge:focus-visible .line,.sfn .edge:hover .line{{stroke-width:3.5}}
.sfn .group>.shape{{fill-opacity:.45;stroke-width:1.8}}
.sfn .node:hover>.shape{{stroke-width:2.4}}
"""

_LEGEND_WORDS = {"covered": "covered", "missed": "never taken", "failed": "failed here"}


def to_svg(
    machine: Drawable,
    status: StatusOf = no_status,
    *,
    title: str | None = None,
    identity: Callable[[str], str] = str,
) -> str:
    """The picture of a state machine.

    Args:
        machine: what to draw.
        status: colours; see `pytest_sfn.diagrams.graph.StatusOf`.
        title: the name that screen readers say; the machine's when left out.
        identity: from a pointer into the definition to the pointer that `data-pointer` has and `status` takes.

    Returns:
        One `<svg>` element; the same for the same arguments, byte for byte.

    Raises:
        UnsupportedError: fast-sugiyama, the extra `html`, is not installed.
    """
    graph = graph_of(machine)
    picture = arrange(graph)
    names = {node.id: node.name for part in graph.walk() for node in part.nodes}
    return _Writer(picture, lambda pointer: status(identity(pointer)), names, identity).text(title or machine.name)


class _Writer:
    def __init__(self, picture: Picture, status: StatusOf, names: dict[str, str], identity: Callable[[str], str]) -> None:
        self.picture = picture
        self.status = status
        self.names = names
        self.identity = identity

    def text(self, title: str) -> str:
        width, height = _number(self.picture.width), _number(self.picture.height)
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="sfn" width="{width}" height="{height}"',
            f'  viewBox="0 0 {width} {height}" role="group" aria-label="{_attribute(title)}">',
            f"<style>\n{STYLE}</style>",
            f'<rect class="paper" width="{width}" height="{height}"/>',
        ]
        for box in self.picture.boxes:
            lines += self._box(box)
        lines += [f'<circle class="start" cx="{_number(x)}" cy="{_number(y)}" r="6"/>' for x, y in self.picture.starts]
        for route in self.picture.routes:
            lines += self._route(route)
        return "\n".join([*lines, "</svg>"]) + "\n"

    # Nodes

    def _box(self, box: Box) -> list[str]:
        node = box.node
        words = _with_status(f"{node.name}\n{node.caption}", self.status(node.pointer))
        kind = f"{node.type.lower()} group" if node.bodies else node.type.lower()
        lines = [self._group(self._classes("node", kind, pointer=node.pointer), node.pointer, words), _shape(box)]
        lines += [
            f'<rect class="frame" x="{_number(frame.x)}" y="{_number(frame.y)}" width="{_number(frame.width)}" '
            f'height="{_number(frame.height)}" rx="6"/>'
            for frame in box.frames
        ]
        lines += self._lines(box.texts)
        for (pointer, texts), retry in zip(box.retries, node.retries, strict=True):
            names = ", ".join(name.text for name in retry.names)
            words = _with_status(f"{node.name}: retries {names}, {retry.max_attempts} times at most", self.status(pointer))
            lines.append(self._group(self._classes("retrier", pointer=pointer), pointer, words))
            lines += self._lines(texts)
            lines.append("</g>")
        lines.append("</g>")
        return lines

    def _group(self, classes: str, pointer: str, words: str) -> str:
        """The opening of an element that can be reached by keyboard, with its tooltip."""
        return f"<g {self._reachable(classes, pointer, words)}><title>{_content(words)}</title>"

    def _reachable(self, classes: str, pointer: str, words: str) -> str:
        """The attributes of an element that can be reached by keyboard."""
        identity = _attribute(self.identity(pointer))
        return f'class="{classes}" data-pointer="{identity}" tabindex="0" role="img" aria-label="{_attribute(words)}"'

    def _lines(self, texts: Iterable[Text]) -> list[str]:
        """Texts on one baseline are one line: the browser knows how wide they are, and sets them a space apart."""
        lines = []
        for _, row in groupby(texts, key=lambda text: text.y):
            first, *others = row
            shown = " ".join(map(self._text, (first, *others)))
            lines.append(f'<text class="{first.role}" x="{_number(first.x)}" y="{_number(first.y)}">{shown}</text>')
        return lines

    def _text(self, text: Text) -> str:
        shown = _content(text.text)
        if text.pointer is None:
            return shown if text.full is None else f"<tspan>{shown}<title>{_content(text.full)}</title></tspan>"
        classes = self._classes("error", pointer=text.pointer)
        words = _with_status(text.full or text.text.removesuffix(","), self.status(text.pointer))
        return f"<tspan {self._reachable(classes, text.pointer, words)}>{shown}<title>{_content(words)}</title></tspan>"

    # Edges

    def _route(self, route: Route) -> list[str]:
        path = _path(route.points)
        drawn = [f'<path class="line" d="{path}"/>', f'<path class="head" d="{_head(route.points)}"/>']
        edge = route.edge
        if edge is None:
            return [f"<g>{''.join(drawn)}</g>"]
        words = _with_status(self._edge_words(edge), self.status(edge.pointer))
        lines = [
            self._group(self._classes("edge", edge.kind, pointer=edge.pointer), edge.pointer, words),
            f'<path class="wide" d="{path}"/>',
            *drawn,
        ]
        if route.label is not None:
            lines += self._label(route.label)
        return [*lines, "</g>"]

    def _edge_words(self, edge: Edge) -> str:
        way = f"{self.names[edge.source]} → {self.names[edge.target]}"
        if edge.kind == "catch":
            return f"{way}\nCatch {', '.join(name.text for name in edge.names)}"
        return f"{way}\n{edge.label}" if edge.label else way

    def _label(self, label: Label) -> list[str]:
        ground = (
            f'<rect class="ground" x="{_number(label.x)}" y="{_number(label.y)}" width="{_number(label.width)}" '
            f'height="{_number(label.height)}" rx="4"/>'
        )
        return [ground, *self._lines(label.texts)]

    def _classes(self, *classes: str, pointer: str) -> str:
        status = self.status(pointer)
        return " ".join(classes if status is None else (*classes, status))


def _shape(box: Box) -> str:
    x, y, width, height = box.x, box.y, box.width, box.height
    if box.shape == "diamond":
        middle, centre = x + width / 2, y + height / 2
        corners = ((middle, y), (x + width, centre), (middle, y + height), (x, centre))
        points = " ".join(f"{_number(px)},{_number(py)}" for px, py in corners)
        return f'<polygon class="shape" points="{points}" stroke-linejoin="round"/>'
    radius = height / 2 if box.shape == "pill" else 8
    return (
        f'<rect class="shape" x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}" '
        f'rx="{_number(radius)}"/>'
    )


def _path(points: tuple[Point, ...]) -> str:
    """A path through points by turns straight and bent; a bend leaves and arrives vertically (a loop's: horizontally)."""
    (x, y), *others = points
    parts = [f"M{_number(x)} {_number(y)}"]
    level = points[0][1] == points[1][1] and points[0][0] != points[1][0]
    for at, (to_x, to_y) in enumerate(others):
        if at % 2 == 0 or (to_x == x and not level):
            parts.append(f"L{_number(to_x)} {_number(to_y)}")
        elif level:
            parts.append(f"C{_number(x + 14)} {_number(y)} {_number(x + 14)} {_number(to_y)} {_number(to_x)} {_number(to_y)}")
        else:
            middle = (y + to_y) / 2
            parts.append(f"C{_number(x)} {_number(middle)} {_number(to_x)} {_number(middle)} {_number(to_x)} {_number(to_y)}")
        x, y = to_x, to_y
    return "".join(parts)


def _head(points: tuple[Point, ...]) -> str:
    """The arrow's head: where the path ends, pointing as its last, straight part does (its last bend, where that is empty)."""
    (x, y), before = points[-1], points[-2]
    if before == points[-1]:
        before = points[-3]
        before = (x, before[1])
    if before[1] == y:  # a loop comes back from the right
        corners = ((x, y), (x + 8, y - 4), (x + 8, y + 4))
    else:
        back = -8 if before[1] < y else 8
        corners = ((x, y), (x - 4, y + back), (x + 4, y + back))
    return "M" + "L".join(f"{_number(px)} {_number(py)}" for px, py in corners) + "Z"


# Text


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _with_status(text: str, status: Status | None) -> str:
    return text if status is None else f"{text}\n{_LEGEND_WORDS[status]}"


def _visible(text: str) -> str:
    """Without what XML does not allow, such as control characters and halves of surrogate pairs."""
    return printable("".join("\ufffd" if _forbidden(char) else char for char in text), "\n")


def _forbidden(char: str) -> bool:
    return (unicodedata.category(char) in ("Cc", "Cs") and char != "\n") or char in "\ufffe\uffff"


def _content(text: str) -> str:
    return html_escape(_visible(text), quote=False)


def _attribute(text: str) -> str:
    return html_escape(_visible(text)).replace("\n", " — ")
