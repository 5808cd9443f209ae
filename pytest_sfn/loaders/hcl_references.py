"""What an expression of Terraform's refers to, whether it is evaluated or not: names and functions, with their places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.dataclass import dataclass
from pytest_sfn.loaders.hcl import bare, expression_of, inside, name_of, nodes_of
from pytest_sfn.loaders.hcl_template import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.asl.text import Text
    from pytest_sfn.loaders.hcl import Attribute, Node

__all__ = ["Reference", "references_of", "references_of_template"]

_for: Final = re.compile(r"\s*for\s+([\w-]+)\s*(?:,\s*([\w-]+)\s*)?\s+in\s").match
_if: Final = re.compile(r"\s*if\b").match


@dataclass(frozen=True, slots=True)
class Reference:
    """A name, `root.step[step]`, or a function.

    Attributes:
        steps: those that are written out, up to the first that is not.
        is_call: whether it is a function.
        guarded: whether it may well lead to nothing: a branch of a condition, an argument of `try` or `can`.
    """

    root: str
    steps: tuple[str | int, ...]
    text: Text
    offset: int
    is_call: bool = False
    guarded: bool = False


def references_of(attribute: Attribute) -> Iterator[Reference]:
    """The references in the value of an attribute; none of a `.tf.json` file."""
    if attribute.expression.data != "json":
        yield from _Walk(attribute.text).of(attribute.expression)


def references_of_template(text: Text) -> Iterator[Reference]:
    """The references in a template file."""
    yield from _Walk(text).template(0, len(text.text))


class _Walk:
    """A walk through expressions of a file.

    Args:
        shift: what is to be added to the tree's offsets to have those of the file.
        bound: names of `for`.
    """

    def __init__(self, text: Text, shift: int = 0, bound: frozenset[str] = frozenset(), *, guarded: bool = False) -> None:
        self.text = text
        self.shift = shift
        self.bound = bound
        self.guarded = guarded

    def of(self, node: Node) -> Iterator[Reference]:
        method = getattr(self, f"_{node.data}", None)
        if method is not None:
            yield from method(node)
        else:
            for inner in nodes_of(node):
                yield from self.of(inner)

    def _found(self, root: str, steps: tuple[str | int, ...], node: Node, *, is_call: bool = False) -> Reference:
        return Reference(root, steps, self.text, int(node.meta.start_pos) + self.shift, is_call, self.guarded)

    def _within(self, *names: str, guarded: bool = False) -> _Walk:
        return _Walk(self.text, self.shift, self.bound.union(names), guarded=guarded or self.guarded)

    def _identifier(self, node: Node) -> Iterator[Reference]:
        if (name := name_of(node)) not in self.bound:
            yield self._found(name, (), node)

    def _get_attr_expr_term(self, node: Node) -> Iterator[Reference]:
        steps: list[str | int | None] = []
        inner = node
        while (inner := bare(inner)).data in ("get_attr_expr_term", "index_expr_term"):
            inner, step = nodes_of(inner)
            written = _step(step)
            steps.append(written)
            if written is None:
                yield from self.of(step)
        if inner.data != "identifier":
            yield from self.of(inner)
        elif (name := name_of(inner)) not in self.bound:
            known: list[str | int] = []
            for each in steps[::-1]:
                if each is None:
                    break
                known.append(each)
            yield self._found(name, tuple(known), node)

    _index_expr_term = _get_attr_expr_term

    def _full_splat_expr_term(self, node: Node) -> Iterator[Reference]:
        yield from self.of(nodes_of(node)[0])

    _attr_splat_expr_term = _full_splat_expr_term

    def _function_call(self, node: Node) -> Iterator[Reference]:
        names = [name_of(child) for child in nodes_of(node) if child.data == "identifier"]
        yield self._found("::".join(names), (), node, is_call=True)
        walk = self._within(guarded=names[-1] in ("try", "can"))
        for child in nodes_of(node):
            if child.data != "identifier":
                yield from walk.of(child)

    def _conditional(self, node: Node) -> Iterator[Reference]:
        condition, *branches = nodes_of(node)
        yield from self.of(condition)
        for branch in branches:
            yield from self._within(guarded=True).of(branch)

    def _for_tuple_expr(self, node: Node) -> Iterator[Reference]:
        intro, *rest = nodes_of(node)
        *names, collection = nodes_of(intro)
        yield from self.of(collection)
        walk = self._within(*map(name_of, names))
        for inner in rest:
            yield from walk.of(inner)

    _for_object_expr = _for_tuple_expr

    def _object(self, node: Node) -> Iterator[Reference]:
        for element in nodes_of(node):
            key, value = nodes_of(element)
            named = nodes_of(key)[0]
            if bare(named).data not in ("identifier", "keyword") or str(named.children[0]) == "(":
                yield from self.of(named)
            yield from self.of(value)

    def _string(self, node: Node) -> Iterator[Reference]:
        yield from self.template(*inside(self.text, node, self.shift))

    _heredoc_template = _heredoc_template_trim = _string

    def template(self, begin: int, end: int) -> Iterator[Reference]:
        """What the `${...}` and `%{...}` between two offsets refer to."""
        walk = self
        for kind, start, stop in parts_of(self.text.text, begin, end):
            word = None
            if kind == "if":
                word = _if(self.text.text, start, stop)
            elif kind == "for" and (word := _for(self.text.text, start, stop)) is not None:
                walk = walk._within(*(name for name in word.groups() if name))
            if kind == "expression" or word is not None:
                yield from walk.expression(start if word is None else word.end(), stop)

    def expression(self, begin: int, end: int) -> Iterator[Reference]:
        node = expression_of(self.text.text[begin:end])
        if node is not None:
            yield from _Walk(self.text, begin - len("x = ("), self.bound, guarded=self.guarded).of(node)


def _step(node: Node) -> Any:
    """What is written there: a name, an index or a key; None for an expression."""
    if node.data == "get_attr":
        return name_of(nodes_of(node)[0])
    if node.data == "short_index":
        return int(str(node.children[-1]))
    inner = bare(nodes_of(node)[0])
    if inner.data == "int_lit":
        return int(str(inner.children[0]))
    return name_of(inner) if inner.data == "string" and all(map(_is_plain, nodes_of(inner))) else None


def _is_plain(part: Node) -> bool:
    """Whether a part of a text has nothing to be evaluated."""
    return not nodes_of(part)
