"""The parts of a picture, and how large each is: texts, nodes with everything inside them, labels.

All lengths are in pixels of a 13 px sans-serif font, y downwards. No font is measured, so that the same graph gives the
same numbers on every computer.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pytest_sfn.dataclass import dataclass
from pytest_sfn.diagrams.graph import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_sfn.diagrams.graph import Edge, Name, Node

__all__ = ["FRAME_GAP", "NAME_SIZE", "SMALL_SIZE", "Box", "Frame", "Label", "Picture", "Point", "Route", "Text", "label_of"]
__all__ += ["sized", "text_width"]

Point = tuple[float, float]
NAME_SIZE, SMALL_SIZE = 13.0, 11.0
LINE, SMALL_LINE = 17.0, 14.0
NAME_LENGTH, DIAMOND_LENGTH, SMALL_LENGTH = 24, 18, 30
"""Characters in one line of a name, of a Choice's name, and of all smaller text."""
FRAME_GAP = 16.0
_ROW_WIDTH = 1500.0
"""Branches of a Parallel are drawn side by side up to this width, then in further rows."""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text, or a part of one: texts with the same y follow each other. The line is centred on x, y is its baseline.

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

    def moved(self, dx: float, dy: float) -> Frame:
        """The same frame elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)


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

    def moved(self, dx: float, dy: float) -> Box:
        """The same box elsewhere."""
        return replace(
            self,
            x=self.x + dx,
            y=self.y + dy,
            texts=_texts_moved(self.texts, dx, dy),
            retries=tuple((pointer, _texts_moved(texts, dx, dy)) for pointer, texts in self.retries),
            frames=tuple(frame.moved(dx, dy) for frame in self.frames),
        )


@dataclass(frozen=True, slots=True)
class Label:
    """A label on an opaque ground; (x, y) is its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    texts: tuple[Text, ...]

    def moved(self, dx: float, dy: float) -> Label:
        """The same label elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy, texts=_texts_moved(self.texts, dx, dy))


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
    """A graph with everything in it, in the order of drawing: the contents of a box follow the box."""

    width: float
    height: float
    boxes: tuple[Box, ...] = ()
    routes: tuple[Route, ...] = ()
    starts: tuple[Point, ...] = ()
    """Centres of the start marks, one for each set of states."""

    def moved(self, dx: float, dy: float) -> Picture:
        """The same picture elsewhere; its size stays."""
        return Picture(
            self.width,
            self.height,
            tuple(box.moved(dx, dy) for box in self.boxes),
            tuple(
                Route(
                    route.edge,
                    tuple((x + dx, y + dy) for x, y in route.points),
                    None if route.label is None else route.label.moved(dx, dy),
                )
                for route in self.routes
            ),
            tuple((x + dx, y + dy) for x, y in self.starts),
        )


def _texts_moved(texts: tuple[Text, ...], dx: float, dy: float) -> tuple[Text, ...]:
    return tuple(replace(text, x=text.x + dx, y=text.y + dy) for text in texts)


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
    texts = []
    for piece, name in pieces:
        full = name.text if name is not None and not piece.startswith(name.text) else None
        texts.append(Text(0, 0, piece, role, None if name is None else name.pointer, full))
    return texts, text_width(" ".join(piece for piece, _ in pieces), SMALL_SIZE)


# One node


def sized(node: Node, bodies: Sequence[Picture]) -> tuple[Box, tuple[Picture, ...]]:
    """A node at (0, 0), and the pictures of its bodies in their places inside it."""
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
    if bodies:
        frames, pictures, inner_width, inner_height = _side_by_side(bodies, top + head_height + 8)
        if inner_width < width:
            shift = (width - inner_width) / 2
            frames = tuple(frame.moved(shift, 0) for frame in frames)
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


def _side_by_side(bodies: Sequence[Picture], top: float) -> tuple[tuple[Frame, ...], tuple[Picture, ...], float, float]:
    """Frames and pictures of a Parallel or Map below `top`; then the width and height of the box around them."""
    frames: list[Frame] = []
    pictures: list[Picture] = []
    x, y, row, right = FRAME_GAP, top, 0.0, 0.0
    for picture in bodies:
        width, height = picture.width, picture.height
        if x > FRAME_GAP and x + width > _ROW_WIDTH:
            x, y, row = FRAME_GAP, y + row + FRAME_GAP, 0.0
        frames.append(Frame(x, y, width, height))
        pictures.append(picture.moved(x, y))
        x += width + FRAME_GAP
        row, right = max(row, height), max(right, x)
    return tuple(frames), tuple(pictures), right, y + row + FRAME_GAP


def label_of(edge: Edge) -> Label | None:
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
