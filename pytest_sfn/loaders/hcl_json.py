"""Terraform's language in JSON: `.tf.json` files, which have the same blocks as `.tf` files.

Every text is a template; a whole expression is a text that is one `${...}`. Whether an object inside of a block is an attribute
or a block only the provider knows, so it is both here.

https://developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from pytest_sfn.asl.pointer import child
from pytest_sfn.loaders import document as documents
from pytest_sfn.loaders.document import Document, PiecedText
from pytest_sfn.loaders.hcl import Attribute, Block, Evaluator
from pytest_sfn.loaders.hcl_values import Piece, Rendered, Written, WrittenList, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.asl.text import Text
    from pytest_sfn.loaders.hcl import Node, Scope

__all__ = ["read_json", "read_json_values"]

_LABELS: Final = {"resource": 2, "data": 2, "ephemeral": 2, "variable": 1, "output": 1, "module": 1, "provider": 1}


def read_json(text: Text) -> Block:
    """A file, as one block without a type.

    Raises:
        DefinitionError: it is no JSON; with the place.
    """
    document = Document(text)
    blocks: list[Block] = []
    for kind, at, value in _members(document.value, ""):
        blocks += _labelled(document, (kind,), value, at, _LABELS.get(kind, 0))
    return Block("", (), {}, tuple(blocks), text, 0)


def read_json_values(text: Text) -> dict[str, Any]:
    """The values of variables in a `.tfvars.json` file, whose texts are no templates."""
    value = Document(text).value
    return value if isinstance(value, dict) else {}


def _members(value: Any, at: str) -> Iterator[tuple[str, str, Any]]:
    """Name, place and value of each member of an object, or of each object in a list, comments aside."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _members(each, child(at, index))
    elif isinstance(value, dict):
        yield from ((name, child(at, name), inner) for name, inner in value.items() if name != "//")


def _labelled(document: Document, names: tuple[str, ...], value: Any, at: str, labels: int) -> Iterator[Block]:
    if labels:
        for name, there, inner in _members(value, at):
            yield from _labelled(document, (*names, name), inner, there, labels - 1)
    else:
        yield from _blocks(document, names, value, at)


def _blocks(document: Document, names: tuple[str, ...], value: Any, at: str) -> Iterator[Block]:
    """The block that an object is, or the blocks that a list of objects is."""
    for there, each in (
        [(child(at, index), each) for index, each in enumerate(value)] if isinstance(value, list) else [(at, value)]
    ):
        if isinstance(each, dict):
            attributes: dict[str, Attribute] = {}
            blocks: list[Block] = []
            for name, inner_at, inner in _members(each, there):
                expression = cast("Node", _Json(document, inner_at, inner))
                attributes[name] = Attribute(name, expression, document.places.find(inner_at), document.text)
                blocks += _blocks(document, (name,), inner, inner_at)
            yield Block(names[0], names[1:], attributes, tuple(blocks), document.text, document.places.find(there))


class _Json:
    """A value of JSON in the place of a node that python-hcl2 parsed."""

    data = "json"

    def __init__(self, document: Document, pointer: str, value: Any) -> None:
        self._document = document
        self._pointer = pointer
        self._value = value
        self.meta = self

    @property
    def start_pos(self) -> int:
        return self._document.places.find(self._pointer, value=True)

    def evaluate(self, scope: Scope) -> Any:
        return self._of(scope, self._value, self._pointer)

    def _of(self, scope: Scope, value: Any, pointer: str) -> Any:
        if isinstance(value, str):
            return self._text(scope, value, pointer)
        places = self._document.places
        text = self._document.text
        if isinstance(value, dict):
            made = Written()
            for key, item in value.items():
                at = child(pointer, key)
                name = text_of(self._text(scope, key, at)) if "${" in key else key
                made.put(name, self._of(scope, item, at), (text, places.find(at)), (text, places.find(at, value=True)))
            return made
        if isinstance(value, list):
            items = WrittenList(self._of(scope, item, child(pointer, index)) for index, item in enumerate(value))
            items.values_at = [(text, places.find(child(pointer, index), value=True)) for index in range(len(value))]
            return items
        return value

    def _text(self, scope: Scope, value: str, pointer: str) -> Any:
        text = PiecedText(self._document, [documents.Piece(value, pointer)])
        if "${" in value or "%{" in value:
            return Evaluator(scope, text).template(0, len(value))
        return Rendered.of([Piece(value, text, 0)])
