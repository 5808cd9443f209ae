"""The place of every part of a picture: graph in, plain coordinates out. Colours and SVG are svg.py's business.

Graphs are laid out from the inside: the branches of a Parallel or the processor of a Map first, then the box that holds
them as one node among others. boxes.py computes how large each is. One graph goes through these steps:

1. Edges that lead back (found by a search from StartAt, in the order of the definition) are turned round, so that there
   are no cycles; an edge with a label gets a vertex of its own for it, so that no line ever crosses a label.
2. fast-sugiyama puts the vertices into layers, splits edges over several layers by dummy vertices, and orders each layer
   for few crossings. It knows nothing of sizes, so that we use only its layers and orders.
3. `columns.py` gives the vertices their x, by their widths; the layers' heights give y.
4. An edge goes straight down through every layer it passes and bends only between layers, where no box can be in its way.

The same graph gives the same numbers everywhere: the answers of fast-sugiyama, which have no particular order, are sorted.
"""

from __future__ import annotations

from dataclasses import field
from importlib.util import find_spec
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, Literal

from pytest_sfn.dataclass import dataclass
from pytest_sfn.diagrams.boxes import FRAME_GAP, Picture, Route, label_of, sized
from pytest_sfn.diagrams.columns import columns, spread
from pytest_sfn.errors import UnsupportedError

if TYPE_CHECKING:
    from pytest_sfn.diagrams.boxes import Box, Label, Point
    from pytest_sfn.diagrams.graph import Edge, Graph

__all__ = ["arrange"]

_GAP = 26.0
"""Between neighbours in a layer; half of it where one of them is only a line passing."""
_RANK_GAP = 34.0
_PORT_GAP = 16.0


def arrange(graph: Graph) -> Picture:
    """Lay out a graph.

    Raises:
        UnsupportedError: fast-sugiyama is not installed.
    """
    if find_spec("fast_sugiyama") is None:
        raise UnsupportedError("drawing needs fast-sugiyama; install it with: pip install 'pytest-sfn[html]'")
    return _Layout(graph).picture()


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
    """The layout of one graph. Vertex 0 is the start mark, then follow the nodes, then the vertices that are parts of edges."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.vertices = {node.id: at for at, node in enumerate(graph.nodes, 1)}
        nodes = [sized(node, [_Layout(body).picture() for body in node.bodies]) for node in graph.nodes]
        self.boxes = [box for box, _ in nodes]
        self.inside = [pictures for _, pictures in nodes]
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
                chains.append(_Chain(edge, upper, lower, turned, label_of(edge)))
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
            if vertex not in reached:  # a state that nothing leads to: without an edge it would become a picture of its own
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
            boxes.append(box.moved(left, top))
            for picture in inside:
                picture = picture.moved(left, top)
                boxes += picture.boxes
                routes += picture.routes
                starts += picture.starts
            routes += self._loops(box.node.id, x[vertex], y[vertex], box)
        left = min(x[vertex] - size[vertex][0] / 2 for vertex in x)
        width = max(x[vertex] + size[vertex][0] / 2 for vertex in x) - left + 2 * FRAME_GAP
        height = bottoms[-1] + 2 * FRAME_GAP - 4
        return Picture(width, height, tuple(boxes), tuple(routes), tuple(starts)).moved(FRAME_GAP - left, FRAME_GAP - 4)

    def _sizes(self) -> dict[int, tuple[float, float]]:
        """Width and height of every vertex; the label of an edge belongs to the first vertex after its source."""
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
        """Where edges leave and reach a box: as near to straight below or above the next vertex as there is room."""
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
            label = chain.label.moved(x[vertex] - width / 2, y[vertex] - height / 2)
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
        label = label_of(edge)
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
            label = label_of(edge)
            placed = None if label is None else label.moved(out + 6, middle - label.height / 2)
            routes.append(Route(edge, points, placed))
        return routes
