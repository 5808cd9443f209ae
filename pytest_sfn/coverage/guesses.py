"""Values that are made up: what stands for any text or time, and what paths ask for at one place."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["NUMBER", "TEXT", "TIMESTAMP", "Node"]

TEXT: Final = "x"
TIMESTAMP: Final = "2024-01-01T00:00:00Z"
"""When the clock of an account starts, so that a Wait until then takes no time."""
NUMBER: Final = "1"
"""A number as DynamoDB has it, a text in a member N."""
_ROOM: Final = 5_000


class Node:
    """What paths ask for at one place."""

    __slots__ = ("guess", "item", "length", "members")

    def __init__(self) -> None:
        self.guess: Any = TEXT
        self.length = 1
        self.members: dict[str, Node] = {}
        self.item: Node | None = None

    def at(self, steps: list[str]) -> Node:
        """The node that a path leads to; "[2" is an item of an array, of which all are alike."""
        node = self
        for step in steps:
            if step[0] == "[":
                node.length = max(node.length, int(step[1:] or 0) + 1)
                node.item = node.item or Node()
                node = node.item
            else:
                node = node.members.setdefault(step, Node())
        return node

    def ask(self, steps: list[str], guess: Any) -> None:
        node = self.at(steps)
        if node.guess == TEXT:
            node.guess = guess

    def add(self, other: Node) -> None:
        """Ask for what another node asks for as well."""
        self.guess = other.guess if self.guess == TEXT else self.guess
        for name, member in other.members.items():
            self.members.setdefault(name, Node()).add(member)
        if other.item is not None:
            self.length = max(self.length, other.length)
            self.item = self.item or Node()
            self.item.add(other.item)

    def value(self, items: list[Any] | None = None) -> Any:
        """JSON that has what was asked for; `items` are in arrays of which no path says what is in them."""
        return _Maker(items or []).made(self)[0]


class _Maker:
    """Makes one value, in which repeated items have not more than `_ROOM` parts: `$.a[99][99][99]` asks for a million.

    Args:
        items: as for `Node.value`.
    """

    def __init__(self, items: list[Any]) -> None:
        self.items = items
        self.size = _size(items)
        self.room = _ROOM

    def made(self, node: Node) -> tuple[Any, int]:
        """The value of a node, and how many parts it has."""
        if node.item is not None:
            inner = Node()
            inner.add(node.item)
            inner.members |= node.members
            value, size = self.made(inner)
            length = min(node.length, 1 + self.room // size)
            self.room -= (length - 1) * size
            return [value] * length, 1 + length * size
        if node.members:
            whole, parts = {}, 1
            for name, member in node.members.items():  # no comprehension: in Python 3.11 it is one more frame for each level
                whole[name], size = self.made(member)
                parts += size
            return whole, parts
        if node.guess == [] and 1 < self.size <= self.room:
            self.room -= self.size
            return self.items, self.size
        return node.guess, 1


def _size(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, inner))
