"""Values that are made up: what stands for any text or time, and what paths ask for at one place."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["NUMBER", "TEXT", "TIMESTAMP", "Node"]

TEXT: Final = "x"
TIMESTAMP: Final = "2024-01-01T00:00:00Z"
"""When the clock of an account starts, so that a Wait until then takes no time."""
NUMBER: Final = "1"
"""A number as DynamoDB has it, a text in a member N."""


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
        if self.item is not None:
            inner = Node()
            inner.add(self.item)
            inner.members |= self.members
            return [inner.value(items)] * self.length
        if self.members:
            return {name: member.value(items) for name, member in self.members.items()}
        return items if self.guess == [] and items else self.guess
