"""Where every part of a picture stands: graph in, plain coordinates out. Colours and SVG are svg.py's business.

Graphs are laid out inside-out: the branches of a Parallel or the processor of a Map first, then the box that holds them
as one node among others. One graph goes through these steps:

1. Edges that lead back (found by a search from StartAt, in the order of the definition) are turned round, so that there
   are no cycles; an edge with a label gets a vertex of its own for it, so that no line ever crosses a label.
2. fast-sugiyama puts the vertices into layers, splits edges over several layers by dummy vertices, and orders each layer
   for few crossings. It knows nothing of sizes, so no more than layers and orders is taken from it.
3. `columns.py` gives the vertices their x, by their widths; the layers' heights give y.
4. An edge goes straight down through every layer it passes and bends only between layers, where no box can be in its way.

All lengths are in pixels of a 13 px sans-serif font, y downwards. The same graph gives the same numbers everywhere: what
fast-sugiyama returns in no particular order is sorted, and nothing is measured on the machine at hand.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, Literal

from pytest_sfn.diagrams.columns import columns, spread
from pytest_sfn.diagrams.mermaid import shortened
from pytest_sfn.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_sfn.diagrams.graph import Edge, Graph, Name, Node

__all__ = ["Box", "Frame", "Label", "Picture", "Point", "Route", "Text", "arrange", "text_width"]

Point = tuple[float, float]
NAME_SIZE, SMALL_SIZE = 13.0, 11.0
LINE, SMALL_LINE = 17.0, 14.0
NAME_LENGTH, DIAMOND_LENGTH, SMALL_LENGTH = 24, 18, 30
"""Characters in one line of a name, of a Choice's name, and of all smaller text."""
_GAP = 26.0
"""Between neighbours in a layer; half of it where one of them is only a line passing."""
_RANK_GAP = 34.0
_PORT_GAP = 16.0
_FRAME_GAP = 16.0
_ROW_WIDTH = 1500.0
"""Branches of a Parallel stand side by side up to this width, then in further rows."""


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text, centred on (x, y), y being its baseline.

    Attributes:
        role: what it is, for its style: "name", "caption", "retry" or "label".
        pointer: of what it names, if that has a status of its own (an error name), else None.
        full: the whole text where `text` is shortened.
    """

    x: float
    y: float
    text: str
    role: str
    pointer: str | None = None
    full: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """The outline of a branch or of an item processor."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Box:
    """A node in its place; (x, y) is its upper left corner."""

    node: Node
    x: float
    y: float
    width: float
    height: float
    shape: Literal["box", "diamond", "pill"]
    texts: tuple[Text, ...]
    retries: tuple[tuple[str, tuple[Text, ...]], ...] = ()
    """For every Retrier its pointer and its lines."""
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """A label on an opaque ground; (x, y) is its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """An edge: where it goes through, from its source to its target, and its label.

    `edge` is None for the arrow from the start mark. Of `points`, the path runs straight from the first to the second,
    bends to the third, straight to the fourth, and so on: their number is even.
    """

    edge: Edge | None
    points: tuple[Point, ...]
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A graph with everything in it, in the order to be drawn: what stands inside a box comes after it."""

    width: float
    height: float
    boxes: tuple[Box, ...] = ()
    routes: tuple[Route, ...] = ()
    starts: tuple[Point, ...] = ()
    """Centres of the marks where a set of states begins."""

    def moved(self, dx: float, dy: float) -> Picture:
        """The same picture elsewhere; its size stays."""
        return Picture(
            self.width,
            self.height,
            tuple(_box_moved(box, dx, dy) for box in self.boxes),
            tuple(
                Route(
                    route.edge,
                    tuple((x + dx, y + dy) for x, y in route.points),
                    None if route.label is None else _label_moved(route.label, dx, dy),
                )
                for route in self.routes
            ),
            tuple((x + dx, y + dy) for x, y in self.starts),
        )


def arrange(graph: Graph) -> Picture:
    """Lay out a graph.

    Raises:
        UnsupportedError: fast-sugiyama is not installed.
    """
    if find_spec("fast_sugiyama") is None:
        raise UnsupportedError("drawing needs fast-sugiyama; install it with: pip install 'pytest-sfn[html]'")
    return _Layout(graph).picture()


# Text


def text_width(text: str, size: float) -> float:
    """About how wide a text is in a sans-serif font; rather too wide than too narrow."""
    return size * sum(map(_char_width, text))


def _char_width(char: str) -> float:
    if char in "ijltfrI.,:;'|!()[]{}/\\ ·-":
        return 0.36
    if char in "mwMW@%":
        return 0.9
    if unicodedata.east_asian_width(char) in "WF":
        return 1.1
    return 0.7 if char.isupper() else 0.59


def _wrapped(text: str, length: int, lines: int) -> list[str]:
    """`text` in at most `lines` lines of at most `length` characters, the last shortened where that does not do.

    Broken after spaces, hyphens, underscores and dots, or before a capital inside a word; anywhere if need be.
    """
    text = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    rows: list[str] = []
    while len(text) > length and len(rows) < lines - 1:
        breaks = [
            at for at in range(1, length + 1) if text[at - 1] in " -_.:/" or (text[at].isupper() and text[at - 1].islower())
        ]
        at = breaks[-1] if breaks and breaks[-1] > length // 3 else length
        rows.append(text[:at].strip())
        text = text[at:].lstrip()
    rows.append(shortened(text, length))
    return rows


def _names_wrapped(names: Sequence[Name], before: str = "") -> list[list[tuple[str, Name | None]]]:
    """Error names in lines, each name whole where a line can hold it."""
    lines: list[list[tuple[str, Name | None]]] = [[(before, None)] if before else []]
    room = SMALL_LENGTH - len(before)
    for at, name in enumerate(names):
        text = shortened(name.text, SMALL_LENGTH - 2)
        piece = text + ("," if at < len(names) - 1 else "")
        if lines[-1] and any(named for _, named in lines[-1]) and len(piece) + 1 > room:
            lines.append([])
            room = SMALL_LENGTH
        lines[-1].append((piece, name))
        room -= len(piece) + 1
    return lines


def _line_of_names(pieces: list[tuple[str, Name | None]], role: str) -> tuple[list[Text], float]:
    """A line's texts, centred on 0 with their baseline at 0, and its width."""
    space = text_width(" ", SMALL_SIZE)
    widths = [text_width(piece, SMALL_SIZE) for piece, _ in pieces]
    width = sum(widths) + space * (len(pieces) - 1)
    x = -width / 2
    texts = []
    for (piece, name), piece_width in zip(pieces, widths, strict=True):
        full = name.text if name is not None and not piece.startswith(name.text) else None
        texts.append(Text(x + piece_width / 2, 0, piece, role, None if name is None else name.pointer, full))
        x += piece_width + space
    return texts, width


# One node


def _sized(node: Node) -> tuple[Box, tuple[Picture, ...]]:
    """A node at (0, 0), and the pictures inside it in their places."""
    diamond = node.type == "Choice"
    name_lines = _wrapped(node.name, DIAMOND_LENGTH if diamond else NAME_LENGTH, 3)
    lines: list[tuple[list[Text], float, float]] = []  # texts, width, height
    for at, text in enumerate(name_lines):
        full = node.name if text.endswith("…") and at == len(name_lines) - 1 else None
        lines.append(([Text(0, 0, text, "name", full=full)], text_width(text, NAME_SIZE) * 1.06, LINE))
    if not diamond:
        caption = shortened(node.caption, SMALL_LENGTH)
        lines.append(([Text(0, 0, caption, "caption")], text_width(caption, SMALL_SIZE), SMALL_LINE))
    named = len(lines)
    rows: list[tuple[str, int]] = []
    for retry in node.retries:
        found = _names_wrapped(retry.names, f"↻ {retry.max_attempts}x")
        rows.append((retry.pointer, len(found)))
        lines += [(*_line_of_names(pieces, "retry"), SMALL_LINE) for pieces in found]
    if node.ends:
        lines.append(([Text(0, 0, "End", "caption")], text_width("End", SMALL_SIZE), SMALL_LINE))
    head_width = max(width for _, width, _ in lines)
    head_height = sum(height for _, _, height in lines)

    pictures: tuple[Picture, ...] = ()
    frames: tuple[Frame, ...] = ()
    if diamond:  # the text's box touches the sides: w / width + h / height = 1
        width = max(head_width * 1.5 + 14, 80)
        height = head_height / (1 - head_width / width) + 6
        top = (height - head_height) / 2
    else:
        width, height, top = max(head_width + 26, 96), head_height + 16, 8.0
        if node.type in ("Succeed", "Fail"):  # round ends
            width += height * 0.3
    if node.bodies:
        frames, pictures, inner_width, inner_height = _bodies(node, top + head_height + 8)
        if inner_width < width:
            shift = (width - inner_width) / 2
            frames = tuple(replace(frame, x=frame.x + shift) for frame in frames)
            pictures = tuple(picture.moved(shift, 0) for picture in pictures)
        width, height = max(width, inner_width), inner_height

    placed: list[list[Text]] = []
    y = top
    for row, _, line in lines:
        y += line
        placed.append([replace(text, x=text.x + width / 2, y=y - line * 0.24) for text in row])
    retries = []
    at = named
    for pointer, count in rows:
        retries.append((pointer, tuple(text for row in placed[at : at + count] for text in row)))
        at += count
    texts = tuple(text for row in placed[:named] + placed[at:] for text in row)
    shape: Literal["box", "diamond", "pill"] = "diamond" if diamond else "pill" if node.type in ("Succeed", "Fail") else "box"
    return Box(node, 0, 0, width, height, shape, texts, tuple(retries), frames), pictures


def _bodies(node: Node, top: float) -> tuple[tuple[Frame, ...], tuple[Picture, ...], float, float]:
    """Frames and pictures of a Parallel or Map below `top`; then the width and height of the box around them."""
    frames: list[Frame] = []
    pictures: list[Picture] = []
    x, y, row, right = _FRAME_GAP, top, 0.0, 0.0
    for body in node.bodies:
        picture = _Layout(body).picture()
        width, height = picture.width, picture.height
        if x > _FRAME_GAP and x + width > _ROW_WIDTH:
            x, y, row = _FRAME_GAP, y + row + _FRAME_GAP, 0.0
        frames.append(Frame(x, y, width, height))
        pictures.append(picture.moved(x, y))
        x += width + _FRAME_GAP
        row, right = max(row, height), max(right, x)
    return tuple(frames), tuple(pictures), right, y + row + _FRAME_GAP


def _label(edge: Edge) -> Label | None:
    """An edge's label at (0, 0)."""
    if edge.kind == "catch":
        lines = [_line_of_names(pieces, "label") for pieces in _names_wrapped(edge.names)]
    elif edge.label:
        rows = _wrapped(edge.label, SMALL_LENGTH, 2)
        full = edge.label if rows[-1].endswith("…") else None
        lines = [([Text(0, 0, row, "label", full=full)], text_width(row, SMALL_SIZE)) for row in rows]
    else:
        return None
    width = max(line for _, line in lines) + 10
    texts = [
        replace(text, x=text.x + width / 2, y=2 + (at + 1) * SMALL_LINE - SMALL_LINE * 0.25)
        for at, (row, _) in enumerate(lines)
        for text in row
    ]
    return Label(0, 0, width, len(lines) * SMALL_LINE + 4, tuple(texts))


def _box_moved(box: Box, dx: float, dy: float) -> Box:
    return replace(
        box,
        x=box.x + dx,
        y=box.y + dy,
        texts=_texts_moved(box.texts, dx, dy),
        retries=tuple((pointer, _texts_moved(texts, dx, dy)) for pointer, texts in box.retries),
        frames=tuple(replace(frame, x=frame.x + dx, y=frame.y + dy) for frame in box.frames),
    )


def _label_moved(label: Label, dx: float, dy: float) -> Label:
    return replace(label, x=label.x + dx, y=label.y + dy, texts=_texts_moved(label.texts, dx, dy))


def _texts_moved(texts: tuple[Text, ...], dx: float, dy: float) -> tuple[Text, ...]:
    return tuple(replace(text, x=text.x + dx, y=text.y + dy) for text in texts)


# One graph


@dataclass(slots=True)
class _Chain:
    """An edge through the layers, from the upper vertex to the lower one.

    Attributes:
        turned: whether the edge itself goes from the lower to the upper.
        through: the vertices between the two, downwards.
    """

    edge: Edge | None
    upper: int
    lower: int
    turned: bool
    label: Label | None
    through: list[int] = field(default_factory=list)
    upper_x: float = 0.0
    lower_x: float = 0.0


class _Layout:
    """The layout of one graph. Vertex 0 is the start mark, then come the nodes, then what stands for parts of edges."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.vertices = {node.id: at for at, node in enumerate(graph.nodes, 1)}
        sized = [_sized(node) for node in graph.nodes]
        self.boxes = [box for box, _ in sized]
        self.inside = [pictures for _, pictures in sized]
        self.loops = [edge for edge in graph.edges if edge.source == edge.target]
        self.chains = self._chains()
        self.layers = self._layers()
        self.place: dict[int, int] = {vertex: at for layer in self.layers for at, vertex in enumerate(layer)}

    # Step 1

    def _chains(self) -> list[_Chain]:
        """Every edge but loops, pointing downwards, and the arrow from the start mark."""
        first = self.vertices[self.graph.start]
        outgoing: dict[int, list[Edge]] = {}
        for edge in self.graph.edges:
            if edge.source != edge.target:
                outgoing.setdefault(self.vertices[edge.source], []).append(edge)
        back = self._back_edges([first, *self.vertices.values()], outgoing)
        chains = [_Chain(None, 0, first, turned=False, label=None)]
        for edges in outgoing.values():
            for edge in edges:
                source, target, turned = self.vertices[edge.source], self.vertices[edge.target], edge.pointer in back
                upper, lower = (target, source) if turned else (source, target)
                chains.append(_Chain(edge, upper, lower, turned, _label(edge)))
        return chains

    def _back_edges(self, roots: list[int], outgoing: dict[int, list[Edge]]) -> set[str]:
        """Pointers of the edges that a depth-first search finds to lead back into its own path."""
        back: set[str] = set()
        state: dict[int, Literal["open", "done"]] = {}
        for root in roots:
            if root in state:
                continue
            state[root] = "open"
            stack = [(root, iter(outgoing.get(root, ())))]
            while stack:
                vertex, edges = stack[-1]
                edge = next(edges, None)
                if edge is None:
                    state[vertex] = "done"
                    stack.pop()
                    continue
                target = self.vertices[edge.target]
                if target not in state:
                    state[target] = "open"
                    stack.append((target, iter(outgoing.get(target, ()))))
                elif state[target] == "open":
                    back.add(edge.pointer)
        return back

    # Step 2

    def _layers(self) -> list[list[int]]:
        from fast_sugiyama import from_edges

        pairs: dict[tuple[int, int], list[int]] = {}  # an edge between two vertices, and the vertices it is part of
        fresh = len(self.boxes) + 1
        for chain in self.chains:
            if chain.label is not None or (chain.upper, chain.lower) in pairs:
                chain.through = [fresh]
                fresh += 1
            ends = [chain.upper, *chain.through, chain.lower]
            for pair in pairwise(ends):
                pairs[pair] = []
        reached = {chain.lower for chain in self.chains}
        for vertex in self.vertices.values():
            if vertex not in reached:  # a state that nothing leads to; without this it would be a picture of its own
                pairs[0, vertex] = []
        ((positions, _, _, split),) = from_edges(sorted(pairs), dummy_vertices=True)
        assert split is not None
        nexts: dict[int, list[int]] = {}
        for above, below in split:
            nexts.setdefault(int(above), []).append(int(below))
        for upper in range(fresh):
            for first in nexts.get(upper, ()):
                passed: list[int] = []
                lower = first
                while lower >= fresh:
                    passed.append(lower)
                    (lower,) = nexts[lower]
                pairs[upper, lower] = passed
        for chain in self.chains:
            ends = [chain.upper, *chain.through, chain.lower]
            chain.through = [
                vertex for pair in pairwise(ends) for vertex in (*pairs[pair], *(() if pair[1] == chain.lower else (pair[1],)))
            ]
        layers: dict[float, list[tuple[float, int]]] = {}
        for number, (x, y) in positions:
            layers.setdefault(-y, []).append((x, int(number)))
        return [[vertex for _, vertex in sorted(layers[y])] for y in sorted(layers)]

    # Steps 3 and 4

    def picture(self) -> Picture:
        size = self._sizes()
        up: dict[int, list[int]] = {}
        lines: set[int] = set()
        for chain in self.chains:
            ends = [chain.upper, *chain.through, chain.lower]
            for upper, lower in pairwise(ends):
                up.setdefault(lower, []).append(upper)
            lines.update(chain.through)
        x = columns(self.layers, up, {vertex: width for vertex, (width, _) in size.items()}, lines, _GAP)
        self._choose_ports(x)
        y, tops, bottoms = self._rows(x, size)

        boxes: list[Box] = []
        routes = [self._route(chain, x, y, size, tops, bottoms) for chain in self.chains]
        starts: list[Point] = [(x[0], y[0])]
        for vertex, (box, inside) in enumerate(zip(self.boxes, self.inside, strict=True), 1):
            left, top = x[vertex] - box.width / 2, y[vertex] - box.height / 2
            boxes.append(_box_moved(box, left, top))
            for picture in inside:
                picture = picture.moved(left, top)
                boxes += picture.boxes
                routes += picture.routes
                starts += picture.starts
            routes += self._loops(box.node.id, x[vertex], y[vertex], box)
        left = min(x[vertex] - size[vertex][0] / 2 for vertex in x)
        width = max(x[vertex] + size[vertex][0] / 2 for vertex in x) - left + 2 * _FRAME_GAP
        height = bottoms[-1] + 2 * _FRAME_GAP - 4
        return Picture(width, height, tuple(boxes), tuple(routes), tuple(starts)).moved(_FRAME_GAP - left, _FRAME_GAP - 4)

    def _sizes(self) -> dict[int, tuple[float, float]]:
        """Width and height of every vertex; the label of an edge stands on the first vertex after its source."""
        size = {vertex: (8.0, 0.0) for layer in self.layers for vertex in layer}
        size[0] = (14.0, 14.0)
        for vertex, box in enumerate(self.boxes, 1):
            loops = [self._loop_width(edge) for edge in self.loops if edge.source == box.node.id]
            size[vertex] = (box.width + 2 * max(loops, default=0), box.height)
        for chain in self.chains:
            if chain.label is not None:
                size[self._label_vertex(chain)] = (chain.label.width, chain.label.height)
        return size

    @staticmethod
    def _label_vertex(chain: _Chain) -> int:
        return chain.through[-1 if chain.turned else 0]

    def _choose_ports(self, x: dict[int, float]) -> None:
        """Where edges leave and reach a box: as straight below or above the next vertex as there is room."""
        for vertex, box in enumerate(self.boxes, 1):
            below = [chain for chain in self.chains if chain.upper == vertex]
            below.sort(key=lambda chain: x[(*chain.through, chain.lower)[0]])
            wanted = [x[(*chain.through, chain.lower)[0]] for chain in below]
            for chain, port in zip(below, spread(wanted, *self._side(box, x[vertex]), _PORT_GAP), strict=True):
                chain.upper_x = port
        for chain in self.chains:
            if chain.upper == 0:
                chain.upper_x = x[0]
        for vertex, box in enumerate(self.boxes, 1):
            above = [chain for chain in self.chains if chain.lower == vertex]
            came = {id(chain): x[chain.through[-1]] if chain.through else chain.upper_x for chain in above}
            above.sort(key=lambda chain: came[id(chain)])
            for chain, port in zip(
                above, spread([came[id(chain)] for chain in above], *self._side(box, x[vertex]), _PORT_GAP), strict=True
            ):
                chain.lower_x = port

    @staticmethod
    def _side(box: Box, x: float) -> tuple[float, float]:
        """From where to where edges may touch a box whose centre is `x`."""
        inset = 14.0 if box.shape == "box" else box.width * (0.3 if box.shape == "diamond" else 0.2)
        return x - box.width / 2 + inset, x + box.width / 2 - inset

    def _rows(
        self, x: dict[int, float], size: dict[int, tuple[float, float]]
    ) -> tuple[dict[int, float], list[float], list[float]]:
        """The vertices' y, and the top and bottom of each layer. Lines that go far sideways get more room to do so."""
        reach = [0.0] * len(self.layers)
        depth = {vertex: at for at, layer in enumerate(self.layers) for vertex in layer}
        for chain in self.chains:
            xs = [chain.upper_x, *(x[vertex] for vertex in chain.through), chain.lower_x]
            for at, (before, after) in enumerate(pairwise(xs), depth[chain.upper]):
                reach[at] = max(reach[at], abs(after - before))
        y: dict[int, float] = {}
        tops, bottoms = [], []
        top = 0.0
        for at, layer in enumerate(self.layers):
            height = max(size[vertex][1] for vertex in layer)
            tops.append(top)
            bottoms.append(top + height)
            y.update(dict.fromkeys(layer, top + height / 2))
            top += height + max(_RANK_GAP - 10 if at == 0 else _RANK_GAP - 8, min(_RANK_GAP + reach[at] * 0.07, 84))
        return y, tops, bottoms

    def _route(
        self,
        chain: _Chain,
        x: dict[int, float],
        y: dict[int, float],
        size: dict[int, tuple[float, float]],
        tops: list[float],
        bottoms: list[float],
    ) -> Route:
        depth = next(at for at, layer in enumerate(self.layers) if chain.upper in layer)
        points = [(chain.upper_x, y[chain.upper] + self._half_height(chain.upper, chain.upper_x - x[chain.upper]))]
        points.append((chain.upper_x, bottoms[depth]))
        for at, vertex in enumerate(chain.through, depth + 1):
            points += [(x[vertex], tops[at]), (x[vertex], bottoms[at])]
        points.append((chain.lower_x, tops[depth + len(chain.through) + 1]))
        points.append((chain.lower_x, y[chain.lower] - self._half_height(chain.lower, chain.lower_x - x[chain.lower])))
        label = None
        if chain.label is not None:
            vertex = self._label_vertex(chain)
            width, height = size[vertex]
            label = _label_moved(chain.label, x[vertex] - width / 2, y[vertex] - height / 2)
        return Route(chain.edge, tuple(reversed(points) if chain.turned else points), label)

    def _half_height(self, vertex: int, aside: float) -> float:
        """From a vertex's centre up or down to its outline, `aside` of the middle."""
        if vertex == 0:
            return 7.0
        box = self.boxes[vertex - 1]
        if box.shape == "diamond":
            return box.height / 2 * (1 - abs(aside) / (box.width / 2))
        if box.shape == "pill":  # its ends are half circles
            radius = box.height / 2
            beyond = max(abs(aside) - (box.width / 2 - radius), 0.0)
            return sqrt(max(radius * radius - beyond * beyond, 0.0))
        return box.height / 2

    # Loops

    @staticmethod
    def _loop_width(edge: Edge) -> float:
        label = _label(edge)
        return 30.0 + (0 if label is None else label.width)

    def _loops(self, id: str, x: float, y: float, box: Box) -> list[Route]:
        """Edges from a state to itself, on its right side one above the other."""
        edges = [edge for edge in self.loops if edge.source == id]
        routes = []
        for at, edge in enumerate(edges):
            middle = y + box.height * ((at + 0.5) / len(edges) - 0.5)
            rise = min(box.height / len(edges) / 3, 14.0)
            start = x + box.width / 2 - (0 if box.shape == "box" else rise * box.width / box.height)
            out = x + box.width / 2 + 22
            points = ((start, middle - rise), (out, middle - rise), (out, middle + rise), (start, middle + rise))
            label = _label(edge)
            placed = None if label is None else _label_moved(label, out + 6, middle - label.height / 2)
            routes.append(Route(edge, points, placed))
        return routes
