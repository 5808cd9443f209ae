"""A state machine as Mermaid's `flowchart TD`, which GitHub, GitLab and many editors draw.

Text of the definition is always put between quotation marks, with every character that means something to Mermaid or to
HTML written as an entity; ids are our own. So no name of a state can change the drawing. Mermaid styles edges by their
number, counted in the order in which they are written.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from pytest_sfn.diagrams.graph import graph_of, no_status, shortened

if TYPE_CHECKING:
    from pytest_sfn.diagrams.graph import Drawable, Edge, Graph, Name, Node, StatusOf

__all__ = ["to_mermaid"]

_SHAPES = {
    "Choice": ("{", "}"),
    "Fail": ("([", "])"),
    "Pass": ("[", "]"),
    "Succeed": ("([", "])"),
    "Task": ("(", ")"),
    "Wait": ("{{", "}}"),
}
_CLASSES = {  # readable on a light and on a dark page: each brings its own background, or has none and the page's text colour
    "body": "fill:none,stroke:#7b8794,stroke-dasharray:3 3,color:#7b8794",
    "group": "fill:none,stroke:#7b8794",  # Mermaid draws it over the labels of edges that pass below it
    "covered_group": "fill:none,stroke:#13795b,stroke-width:3px",
    "missed_group": "fill:none,stroke:#b45309,stroke-width:3px",
    "failed_group": "fill:none,stroke:#e11d48,stroke-width:3px",
    "covered": "fill:#d3f0e0,stroke:#13795b,stroke-width:2px,color:#0b3d2e",
    "missed": "fill:#ffe7c7,stroke:#b45309,stroke-width:2px,color:#5a2a04",
    "failed": "fill:#fbd5dc,stroke:#be123c,stroke-width:2px,color:#5f0a1f",
}
_LABEL_LENGTH = 60


def to_mermaid(machine: Drawable, status: StatusOf = no_status) -> str:
    """The text of a Mermaid flowchart, without the fence of a Markdown block.

    Args:
        machine: what to draw.
        status: colours; see `pytest_sfn.diagrams.graph.StatusOf`.

    Returns:
        Lines that end in a line feed; the same for the same arguments, byte for byte.
    """
    writer = _Writer(status)
    writer.graph(graph_of(machine), 1)
    return writer.text()


class _Writer:
    def __init__(self, status: StatusOf) -> None:
        self.status = status
        self.lines = ["flowchart TD"]
        self.styles: dict[str, list[int]] = {}
        self.classes: dict[str, list[str]] = {}
        self.edges = 0

    def graph(self, graph: Graph, depth: int) -> None:
        pad = "    " * depth
        entry = f"start_{graph.start}"
        self.lines.append(f'{pad}{entry}((" "))')
        for node in graph.nodes:
            self._node(node, depth)
        self.lines.append(f"{pad}{entry} --> {graph.start}")
        self.edges += 1
        for edge in graph.edges:
            self._edge(edge, pad)

    def _node(self, node: Node, depth: int) -> None:
        pad = "    " * depth
        words = [escape(node.name)]
        if node.type != "Choice":  # the shape says it
            words.append(escape(node.caption))
        words += [f"↻ {retry.max_attempts}x {self._names(retry.names)}" for retry in node.retries]
        if node.ends:
            words.append("End")
        if node.bodies:
            self.lines.append(f'{pad}subgraph {node.id}["{" · ".join(words)}"]')  # Mermaid makes room for one line
            self.lines.append(f"{pad}    direction TB")
            for at, body in enumerate(node.bodies):
                frame = f"{node.id}_{at}"
                self.classes.setdefault("body", []).append(frame)
                self.lines.append(f'{pad}    subgraph {frame}["{body.title}"]')
                self.lines.append(f"{pad}        direction TB")
                self.graph(body, depth + 2)
                self.lines.append(f"{pad}    end")
            self.lines.append(f"{pad}end")
        else:
            opening, closing = _SHAPES[node.type]
            self.lines.append(f'{pad}{node.id}{opening}"{"<br/>".join(words)}"{closing}')
        status = self.status(node.pointer)
        name = "_".join(filter(None, (status, "group" if node.bodies else None)))
        if name:
            self.classes.setdefault(name, []).append(node.id)

    def _edge(self, edge: Edge, pad: str) -> None:
        label = self._names(edge.names) if edge.kind == "catch" else escape(shortened(edge.label, _LABEL_LENGTH))
        arrow = "-.->" if edge.kind == "catch" else "-->"
        shown = f'|"{label}"|' if label else ""
        self.lines.append(f"{pad}{edge.source} {arrow}{shown} {edge.target}")
        style = self.status(edge.pointer) or ("catch" if edge.kind == "catch" else None)
        if style is not None:
            key = "missed catch" if style == "missed" and edge.kind == "catch" else style
            self.styles.setdefault(key, []).append(self.edges)
        self.edges += 1

    def _names(self, names: tuple[Name, ...]) -> str:
        return ", ".join(("✗ " if self.status(name.pointer) == "missed" else "") + escape(name.text) for name in names)

    def text(self) -> str:
        for name, style in _CLASSES.items():
            if name in self.classes:
                self.lines.append(f"    classDef {name} {style}")
                self.lines.append(f"    class {','.join(self.classes[name])} {name}")
        for name, style in _EDGE_STYLES.items():
            if name in self.styles:
                self.lines.append(f"    linkStyle {','.join(map(str, self.styles[name]))} {style}")
        return "\n".join(self.lines) + "\n"


_EDGE_STYLES = {
    "covered": "stroke:#13795b,stroke-width:3px",
    "missed": "stroke:#b45309,stroke-width:2px",
    "missed catch": "stroke:#e11d48,stroke-width:2px",
    "catch": "stroke:#e11d48",
}


def escape(text: str) -> str:
    """Text for a quoted Mermaid label: all but letters, digits, spaces and harmless signs as `#code;`."""
    return "".join(_entity(char) for char in text)


def _entity(char: str) -> str:
    if char.isalnum() or char in " .,:_-/$·…=+≥≤":
        return char
    if unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp"):
        return " "  # nothing that can be seen, and nothing that may stand in HTML
    return f"#{ord(char)};"
