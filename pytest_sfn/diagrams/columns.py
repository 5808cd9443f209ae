"""The x of every vertex of a layered graph: straight long edges, nodes above and below their neighbours, no overlaps.

After U. Brandes and B. Köpf, "Fast and Simple Horizontal Coordinate Assignment" (2001), with widths: vertices are strung
into vertical blocks four times (from above and from below, from the left and from the right); each time the blocks are
packed as close as their widths allow; a vertex gets the mean of the two middle ones of its four answers. The packing is by
longest paths through the blocks' graph, first towards one side, then back as far as there is room.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

__all__ = ["columns", "spread"]


def columns(
    layers: Sequence[Sequence[int]],
    up: Mapping[int, Sequence[int]],
    width: Mapping[int, float],
    lines: Collection[int],
    gap: float,
) -> dict[int, float]:
    """The vertices' centres.

    Args:
        layers: vertices from top to bottom, each layer from left to right.
        up: for a vertex its neighbours in the layer above.
        lines: vertices that are parts of long edges; these are kept straight, and closer together than others.
        gap: between two nodes side by side.
    """
    down: dict[int, list[int]] = {}
    for vertex, others in up.items():
        for other in others:
            down.setdefault(other, []).append(vertex)
    crossed = _crossed(layers, up, lines)

    def apart(left: int, right: int) -> float:
        between = gap if left not in lines and right not in lines else gap * 0.6
        return (width[left] + width[right]) / 2 + between

    answers: list[dict[int, float]] = []
    for rows, neighbours in ((layers, up), (layers[::-1], down)):
        for side in (1, -1):
            turned = [list(row[::side]) for row in rows]
            blocks = _blocks(turned, neighbours, crossed)
            answers.append({vertex: side * x for vertex, x in _packed(turned, blocks, apart).items()})

    spans = [(min(x[v] - width[v] / 2 for v in x), max(x[v] + width[v] / 2 for v in x)) for x in answers]
    low, high = min(spans, key=lambda span: span[1] - span[0])
    for at, (x, (left, right)) in enumerate(zip(answers, spans, strict=True)):
        shift = low - left if at % 2 == 0 else high - right
        for vertex in x:
            x[vertex] += shift
    return {vertex: sum(sorted(x[vertex] for x in answers)[1:3]) / 2 for layer in layers for vertex in layer}


def _crossed(layers: Sequence[Sequence[int]], up: Mapping[int, Sequence[int]], lines: Collection[int]) -> set[tuple[int, int]]:
    """Pairs (upper, lower) that cross a part of a long edge and so must not be made straight."""
    found: set[tuple[int, int]] = set()
    for above, layer in pairwise(layers):
        place = {vertex: at for at, vertex in enumerate(above)}
        segments = [
            (place[upper], at, upper, lower, upper in lines and lower in lines)
            for at, lower in enumerate(layer)
            for upper in up.get(lower, ())
        ]
        inner = [segment for segment in segments if segment[4]]
        for top, bottom, upper, lower, is_inner in segments:
            if not is_inner and any((top - other[0]) * (bottom - other[1]) < 0 for other in inner):
                found.add((upper, lower))
    return found


def _blocks(
    rows: Sequence[Sequence[int]], neighbours: Mapping[int, Sequence[int]], crossed: set[tuple[int, int]]
) -> dict[int, int]:
    """For every vertex the first of its block: each vertex of a row joins the block of its middle neighbour."""
    root = {vertex: vertex for row in rows for vertex in row}
    taken: set[int] = set()
    for before, row in pairwise(rows):
        place = {vertex: at for at, vertex in enumerate(before)}
        last = -1
        for vertex in row:
            others = sorted((other for other in neighbours.get(vertex, ()) if other in place), key=place.__getitem__)
            if not others:
                continue
            middle = (len(others) - 1) / 2
            for at in dict.fromkeys((int(middle), int(middle + 0.5))):
                other = others[at]
                free = other not in taken and (other, vertex) not in crossed and (vertex, other) not in crossed
                if free and place[other] > last:
                    root[vertex] = root[other]
                    taken.add(other)
                    last = place[other]
                    break
    return root


def _packed(rows: Sequence[Sequence[int]], root: Mapping[int, int], apart: Callable[[int, int], float]) -> dict[int, float]:
    """The x of every vertex with all blocks as far left as possible, then moved right to the next block."""
    after: dict[int, dict[int, float]] = {first: {} for first in root.values()}
    before: dict[int, dict[int, float]] = {first: {} for first in root.values()}
    for row in rows:
        for left, right in pairwise(row):
            a, b = root[left], root[right]
            distance = max(apart(left, right), after[a].get(b, 0.0))
            after[a][b] = before[b][a] = distance
    order: list[int] = []
    waiting = {block: len(found) for block, found in before.items()}
    ready = [block for block, count in waiting.items() if not count]
    while ready:
        block = ready.pop()
        order.append(block)
        for other in after[block]:
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    x: dict[int, float] = {}
    for block in order:
        x[block] = max((x[other] + distance for other, distance in before[block].items()), default=0.0)
    for block in reversed(order):
        if after[block]:
            x[block] = max(x[block], min(x[other] - distance for other, distance in after[block].items()))
    return {vertex: x[first] for vertex, first in root.items()}


def spread(wanted: Sequence[float], low: float, high: float, gap: float) -> list[float]:
    """Positions in [low, high], at least `gap` apart (or evenly, where that is too much), near to `wanted`.

    Args:
        wanted: in ascending order.
    """
    count = len(wanted)
    if count > 1 and (high - low) < gap * (count - 1):
        return [low + (high - low) * at / (count - 1) for at in range(count)]
    groups: list[list[float]] = []  # neighbours that touch: [sum of wishes for the first of them, how many]
    for at, wish in enumerate(wanted):
        groups.append([min(max(wish, low + gap * at), high - gap * (count - 1 - at)) - gap * at, 1])
        while len(groups) > 1 and groups[-2][0] / groups[-2][1] > groups[-1][0] / groups[-1][1]:
            total, members = groups.pop()
            groups[-1][0] += total
            groups[-1][1] += members
    found: list[float] = []
    for total, members in groups:
        for _ in range(int(members)):
            found.append(total / members + gap * len(found))
    return found
