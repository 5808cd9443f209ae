"""YAML with CloudFormation's short tags, in their long form, with positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.asl import yaml_text
from pytest_sfn.asl.pointer import child, parent
from pytest_sfn.asl.text import Substitutions

if TYPE_CHECKING:
    from pytest_sfn.asl.text import Reading, Text

__all__ = ["read_with_tags"]

_WITHOUT_PREFIX = ("Ref", "Condition")


def read_with_tags(text: Text) -> Reading:
    """Read YAML text; `!Tag value` becomes `{"Fn::Tag": value}`, `!Ref` and `!Condition` go without the `Fn::`."""
    return yaml_text.read(text, Substitutions(None), _TagBuilder)


def _function(tag: str | None) -> str | None:
    """The long name of a short tag; None for no tag and for those of YAML itself."""
    if tag is None or not tag.startswith("!") or tag == "!":
        return None
    name = tag[1:]
    return name if name in _WITHOUT_PREFIX else f"Fn::{name}"


class _TagBuilder(yaml_text.Builder):
    """Puts each tagged value into an object of one member, named as the function of the tag."""

    def __init__(self, reading: Reading, substitutions: Substitutions) -> None:
        super().__init__(reading, substitutions)
        self.functions: list[str | None] = []  # of each open level
        self.closing_function: str | None = None

    def check_tag(self, event: Any, pointer: str, *allowed: str) -> None:
        """A template may have any tag."""

    def tagged(self, event: Any, raw: str, pointer: str) -> Any:
        function = _function(event.tag)
        if function is None:
            return super().tagged(event, raw, pointer)
        self.values[child(pointer, function)] = event.start_mark.index
        return {function: raw}

    def open(self, container: dict[str, Any] | list[Any], event: Any) -> None:
        super().open(container, event)
        function = _function(event.tag)
        self.functions.append(function)
        if function is not None:
            level = self.levels[-1]
            level.pointer = child(level.pointer, function)
            self.values[level.pointer] = level.start

    def close(self) -> None:
        self.closing_function = self.functions.pop()
        super().close()

    def finish(self, value: Any, pointer: str, anchor: str | None, cost: int, depth: int) -> None:
        function, self.closing_function = self.closing_function, None
        if function is not None:
            value, pointer, depth = {function: value}, parent(pointer), depth + 1
        super().finish(value, pointer, anchor, cost, depth)
