"""Terraform's language: the expressions of a file, evaluated as far as that goes without a plan.

python-hcl2 parses; this module walks its tree. A value is JSON, or a `Placeholder` where Terraform would have to ask a
provider; an expression with a placeholder in it gives another. Texts know where they were written (`Rendered`), through
templates, files and variables, and so do objects and lists (`Written`). So a mistake in a definition is shown at its place.

https://developer.hashicorp.com/terraform/language/expressions
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import Diagnostic, UnsupportedError, definition_error
from pytest_sfn.expressions import values
from pytest_sfn.loaders.budget import WAY_OUT, weight
from pytest_sfn.loaders.hcl_template import render
from pytest_sfn.loaders.hcl_values import LARGEST, Piece, Written, WrittenList, boolean_of, pairs_of, text_of
from pytest_sfn.loaders.intrinsics import Placeholder
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lark import Token, Tree
    from lark.exceptions import UnexpectedInput

    from pytest_sfn.asl.text import Text
    from pytest_sfn.errors import DefinitionError, Location
    from pytest_sfn.loaders.budget import Budget

    Node = Tree[Token]

__all__ = [
    "CIRCLE", "NO_PART", "Attribute", "Block", "Evaluator", "Scope", "bare", "expression_of", "follow", "identifier_of",
    "inside", "name_of", "nodes_of", "read_blocks", "refused", "too_much",
]  # fmt: skip


NO_PART: Final = "there is no "
CIRCLE: Final = "it is made of itself: "
"""How reasons begin that are mistakes: a value has not the part that is asked for, or leads to itself."""


# -- what is read ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name = expression`, with the file that has it: that of an override may be another than its block's."""

    name: str
    expression: Node
    offset: int
    text: Text


@dataclass(frozen=True, slots=True)
class Block:
    """`type "label" ... { ... }`, read no deeper than it is looked at."""

    type: str
    labels: tuple[str, ...]
    attributes: Mapping[str, Attribute]
    blocks: tuple[Block, ...]
    text: Text
    offset: int

    @property
    def location(self) -> Location:
        return self.text.location(self.offset)


def read_blocks(text: Text) -> Block:
    """A file, as one block without a type.

    Raises:
        DefinitionError: it is no HCL; with the place.
        UnsupportedError: python-hcl2 is not installed.
    """
    try:
        import hcl2  # noqa: F401 - `_parse` uses it; here it is only missed
        from lark.exceptions import UnexpectedInput
    except ImportError:
        raise UnsupportedError(f"{text.name}: reading Terraform's files needs python-hcl2: pip install python-hcl2") from None
    try:
        body = _parse(text.text)
    except UnexpectedInput as error:
        offset = error.pos_in_stream or 0
        problem = Diagnostic(
            code="INVALID_TEMPLATE",
            message=f"This is not HCL: {_odd(error)} does not fit here",
            pointer="",
            location=text.location(min(offset, len(text.text))),
            hint="`terraform validate` says more",
        )
        raise definition_error(text.name, [problem], text.text) from None
    try:
        return _block("", (), body, text, 0)
    except RecursionError:
        problem = Diagnostic(
            code="INVALID_TEMPLATE", message="Its blocks are nested too deep", pointer="", location=text.location(0)
        )
        raise definition_error(text.name, [problem], text.text) from None


def _odd(error: UnexpectedInput) -> str:
    """What the parser did not expect, in quotes."""
    token = str(getattr(error, "token", "") or getattr(error, "char", ""))
    return "the end of the text" if not token else "the end of the line" if token.isspace() else repr(token[:40])


@lru_cache(maxsize=256)
def _parse(text: str) -> Node:
    """The body of a file, which is never changed: a folder is read whole for each of its files."""
    import hcl2

    body: Node = hcl2.parses_to_tree(_without_blanks(text) if "<<" in text else text).children[0]
    return body


_opening = re.compile(r"(<<-?)([A-Za-z_][\w.-]*)([ \t]*)(\r?)")
"""What opens a heredoc, at a line's end: its marker, blanks."""


def _without_blanks(text: str) -> str:
    """Heredocs with the blanks behind their markers, which python-hcl2 does not read, before them: no offset moves."""
    lines = text.split("\n")
    markers: dict[str, list[int]] = {}  # where a heredoc may end, so that no line is looked at twice
    for number, line in enumerate(lines):
        markers.setdefault(line.strip(" \t\r"), []).append(number)
    number = 0
    while number < len(lines):
        at = lines[number].rfind("<<")
        opening = _opening.fullmatch(lines[number], at) if at >= 0 else None
        closing = markers.get(opening[2], []) if opening else []
        if opening and (after := bisect_right(closing, number)) < len(closing):
            begin, marker, blanks, end = opening.groups()
            lines[number] = f"{lines[number][:at]}{blanks}{begin}{marker}{end}"
            number = closing[after]
            before, marker, more = lines[number].partition(marker)
            blanks = more.rstrip("\r")
            lines[number] = f"{before}{blanks}{marker}{more[len(blanks) :]}"
        number += 1
    return "\n".join(lines)


def _block(type: str, labels: tuple[str, ...], body: Node, text: Text, offset: int) -> Block:
    attributes: dict[str, Attribute] = {}
    blocks = []
    for child in nodes_of(body):
        if child.data == "attribute":
            name, *_, expression = nodes_of(child)
            attributes[name_of(name)] = Attribute(name_of(name), expression, child.meta.start_pos, text)
        elif child.data == "block":
            *head, inner = nodes_of(child, "new_line_or_comment")
            names = [name_of(each) for each in head]
            blocks.append(_block(names[0], tuple(names[1:]), inner, text, child.meta.start_pos))
    return Block(type, labels, attributes, tuple(blocks), text, offset)


def nodes_of(node: Node, without: str = "new_line_or_comment") -> list[Node]:
    """The children that are no tokens."""
    return [child for child in node.children if not isinstance(child, str) and child.data != without]


def bare(node: Node) -> Node:
    """Without what is around a single term."""
    while node.data == "expr_term" and len(nodes_of(node)) == 1:
        node = nodes_of(node)[0]
    return node


def identifier_of(attribute: Attribute) -> str:
    """The identifier that an attribute is, such as the `iterator` of a dynamic block; JSON has it as a text."""
    node = bare(attribute.expression)
    return name_of(node) if node.data == "identifier" else ""


def name_of(node: Node) -> str:
    """An identifier, a keyword, or a label in quotes."""
    if node.data == "string":
        return "".join(str(part.children[0]) for part in nodes_of(node))
    return str(node.children[0])


def inside(text: Text, node: Node, shift: int) -> tuple[int, int]:
    """Where a text in quotes, or a heredoc, begins and ends."""
    start = int(node.meta.start_pos) + shift
    if node.data == "string":
        return start + 1, int(node.meta.end_pos) + shift - 1
    begin = text.text.index("\n", start) + 1
    return begin, text.text.rindex("\n", begin - 1, start + len(str(node.children[0]).rstrip())) + 1


# -- what is evaluated -----------------------------------------------------------------------------------------------------


class Scope(Protocol):
    """The meaning of the names in an expression."""

    @property
    def budget(self) -> Budget:
        """What the template may take."""

    def resolve(self, root: str, steps: Sequence[Any]) -> Any:
        """The value of `root.step[step]...`; a `Placeholder` where it is not known."""

    def unknown(self, name: str, why: str) -> Placeholder:
        """A placeholder, noted."""

    def call(self, function: str, arguments: Sequence[Any], at: Piece) -> Any:
        """The result of a function."""


@lru_cache(maxsize=512)
def expression_of(text: str) -> Node | None:
    """An expression by itself; None if the text is none."""
    from lark.exceptions import UnexpectedInput

    try:
        body = _parse(f"x = ({text}\n)")
    except UnexpectedInput:
        return None
    return nodes_of(nodes_of(body)[0])[-1]


class Evaluator:
    """Evaluates the expressions of one file.

    Args:
        scope: what names mean.
        text: the file.
        shift: what is to be added to the tree's offsets to have those of the file.
    """

    def __init__(self, scope: Scope, text: Text, shift: int = 0) -> None:
        self.scope = scope
        self.text = text
        self.shift = shift
        self.budget = scope.budget

    def evaluate(self, node: Node) -> Any:
        if reason := self.budget.step():
            raise too_much(self.text, self._start(node), reason)
        method = getattr(self, f"_{node.data}", None)
        if method is None:
            return self.scope.unknown(str(node.data), "an expression of this kind is not evaluated")
        return method(node)

    def _start(self, node: Node) -> int:
        return int(node.meta.start_pos) + self.shift

    def _source(self, node: Node) -> str:
        return self.text.text[self._start(node) : int(node.meta.end_pos) + self.shift]

    def _json(self, node: Any) -> Any:
        """A value of a `.tf.json` file, which `hcl_json` has read."""
        return node.evaluate(self.scope)

    # Literals

    def _expr_term(self, node: Node) -> Any:
        return self.evaluate(nodes_of(node)[0])

    def _int_lit(self, node: Node) -> Any:
        digits = str(node.children[0])
        return int(digits) if len(digits) <= _DIGITS else self.scope.unknown("number", "it has too many digits")

    def _float_lit(self, node: Node) -> float:
        return float(str(node.children[0]))

    def _literal_value(self, node: Node) -> bool | None:
        return {"true": True, "false": False, "null": None}[str(node.children[0])]

    def _identifier(self, node: Node) -> Any:
        return self.scope.resolve(str(node.children[0]), ())

    def _string(self, node: Node) -> Any:
        return self.template(*inside(self.text, node, self.shift), quoted=True)

    def _heredoc_template(self, node: Node) -> Any:
        return self.template(*inside(self.text, node, self.shift))

    def _heredoc_template_trim(self, node: Node) -> Any:
        return self.template(*inside(self.text, node, self.shift), trim=True)

    def _tuple(self, node: Node) -> Any:
        items = nodes_of(node)
        return self._listed((self.evaluate(item), item) for item in items)

    def _listed(self, items: Iterable[tuple[Any, Node]]) -> WrittenList:
        found = list(items)
        made = WrittenList(value for value, _ in found)
        made.values_at = [(self.text, self._start(node)) for _, node in found]
        return made

    def _object(self, node: Node) -> Any:
        made = Written()
        for element in nodes_of(node):
            key_node, value_node = nodes_of(element)
            key = text_of(self._read(self.key(nodes_of(key_node)[0]), self._start(key_node)))
            made.put(key, self.evaluate(value_node), (self.text, self._start(key_node)), (self.text, self._start(value_node)))
        return made

    def key(self, node: Node) -> Any:
        """The key of an object's member."""
        if node.data == "keyword":
            return str(node.children[0])
        inner = nodes_of(node)
        if node.data == "expr_term" and len(inner) == 1 and inner[0].data == "identifier" and str(node.children[0]) != "(":
            return str(inner[0].children[0])
        return self.evaluate(node)

    # Names

    def _traversal(self, node: Node) -> tuple[Any, list[Any]]:
        """(root name or node, steps) of `a.b[0].c`."""
        steps: list[Any] = []
        while True:
            if node.data == "expr_term" and len(nodes_of(node)) == 1:
                node = nodes_of(node)[0]
            elif node.data in ("get_attr_expr_term", "index_expr_term"):
                node, step = nodes_of(node)
                steps.append(self._step(step))
            else:
                break
        root = str(node.children[0]) if node.data == "identifier" else node
        return root, steps[::-1]

    def _step(self, node: Node) -> Any:
        if node.data == "get_attr":
            return str(nodes_of(node)[0].children[0])
        if node.data == "short_index":
            return int(str(node.children[-1]))
        return self.evaluate(nodes_of(node)[0])

    def _get_attr_expr_term(self, node: Node) -> Any:
        root, steps = self._traversal(node)
        if isinstance(root, str):
            return self.scope.resolve(root, steps)
        return follow(self.evaluate(root), steps, self.scope)

    _index_expr_term = _get_attr_expr_term

    def _full_splat_expr_term(self, node: Node) -> Any:
        base, splat = nodes_of(node)
        found = self.evaluate(base)
        steps = [self._step(step) for step in nodes_of(splat)]
        if isinstance(found, Placeholder):
            return follow(found, ["*", *steps], self.scope)
        items = found if isinstance(found, list) else [] if found is None else [found]
        if reason := self.budget.step(16 * len(items)):
            raise too_much(self.text, self._start(node), reason)
        return [follow(item, steps, self.scope) for item in items]

    _attr_splat_expr_term = _full_splat_expr_term

    # Operators

    def _conditional(self, node: Node) -> Any:
        condition, yes, no = nodes_of(node)
        found = boolean_of(self.evaluate(condition))
        if found is None:
            return self.scope.unknown(
                "condition", f"it depends on {self._source(condition).strip()!r}, which is not known here"
            )
        return self.evaluate(yes if found else no)

    def _unary_op(self, node: Node) -> Any:
        found = self.evaluate(nodes_of(node)[0])
        if isinstance(found, Placeholder):
            return found
        if str(node.children[0]) == "!":
            known = boolean_of(found)
            return None if known is None else not known
        return -found if values.is_number(found) else found

    def _binary_op(self, node: Node) -> Any:
        left_node, term = nodes_of(node)
        operator_node, right_node = nodes_of(term)
        operator = str(operator_node.children[0])
        left = self.evaluate(left_node)
        if operator in ("&&", "||"):
            known = boolean_of(left)
            if known is not None and known == (operator == "||"):
                return known
            right = boolean_of(self.evaluate(right_node))
            return right if known is not None else left
        right = self.evaluate(right_node)
        for side in (left, right):
            if isinstance(side, Placeholder):
                return side
        if operator in ("==", "!="):
            read = self._read([left, right], self._start(node))
            return read if isinstance(read, Placeholder) else values.json_equal(left, right) == (operator == "==")
        try:
            made = _ARITHMETIC[operator](_number(left), _number(right))
            if abs(made) < _LARGEST_NUMBER:
                return made
            raise OverflowError
        except (TypeError, ValueError, ArithmeticError):
            return self.scope.unknown("expression", f"{self._source(node).strip()!r} cannot be computed")

    # Functions and comprehensions

    def _function_call(self, node: Node) -> Any:
        names = [str(child.children[0]) for child in nodes_of(node) if child.data == "identifier"]
        arguments: list[Any] = []
        for child in nodes_of(node):
            if child.data == "arguments":
                nodes = nodes_of(child)
                if names[-1] in ("try", "can"):
                    return self._try(names[-1], nodes)
                arguments = [self.evaluate(each) for each in nodes]
                if str(child.children[-1]) == "..." and isinstance(arguments[-1], list):
                    arguments[-1:] = arguments[-1]
        if isinstance(read := self._read(arguments, self._start(node)), Placeholder):
            return read
        return self.scope.call(
            "::".join(names), arguments, Piece(self._source(node), self.text, self._start(node), literal=False)
        )

    def _try(self, function: str, nodes: Sequence[Node]) -> Any:
        found: Any = None
        for node in nodes:
            found = self.evaluate(node)
            if not isinstance(found, Placeholder):
                return True if function == "can" else found
        return False if function == "can" else found

    def _for_tuple_expr(self, node: Node) -> Any:
        intro, result, *condition = nodes_of(node)
        found = self._each(intro, condition)
        if isinstance(found, Placeholder):
            return found
        return self._listed((inner.evaluate(result), result) for inner in found)

    def _for_object_expr(self, node: Node) -> Any:
        intro, key, result, *condition = nodes_of(node)
        found = self._each(intro, condition)
        if isinstance(found, Placeholder):
            return found
        grouped = "..." in [child for child in node.children if isinstance(child, str)]
        made = Written()
        for inner in found:
            name = text_of(self._read(inner.evaluate(key), self._start(key)))
            value = inner.evaluate(result)
            value = [*made.get(name, ()), value] if grouped else value
            made.put(name, value, (self.text, self._start(key)), (self.text, self._start(result)))
        return made

    def _each(self, intro: Node, condition: Sequence[Node]) -> list[Evaluator] | Placeholder:
        *names, collection_node = nodes_of(intro)
        collection = self.evaluate(collection_node)
        if isinstance(collection, Placeholder):
            return collection
        found = []
        for key, value in pairs_of(collection):
            bound = [key, value] if len(names) == 2 else [value]
            inner = self.bound(dict(zip(map(name_of, names), bound, strict=True)))
            if not condition or boolean_of(inner.evaluate(nodes_of(condition[0])[0])) is not False:
                found.append(inner)
        return found

    # Templates

    def template(self, begin: int, end: int, *, quoted: bool = False, trim: bool = False) -> Any:
        """The text from `begin` to `end` with its `${...}` and `%{...}` evaluated; the value itself if it is one `${...}`."""
        try:
            found = render(self, begin, end, quoted=quoted, trim=trim)
            if isinstance(found, str) and len(found) > LARGEST:
                raise OverflowError
        except OverflowError:
            return self.scope.unknown("text", "it is too large")
        return found

    def bound(self, names: Mapping[str, Any]) -> Evaluator:
        """The same with some names more."""
        return Evaluator(Bound(self.scope, names), self.text, self.shift)

    def misshapen(self, offset: int, why: str) -> DefinitionError:
        """The error of a template whose parts do not fit together."""
        return _invalid(self.text, offset, why, "")

    def expression(self, begin: int, end: int) -> Any:
        """The value of the expression written there."""
        source = self.text.text[begin:end]
        node = expression_of(source)
        if node is None:
            return self.scope.unknown(source.strip(), "it is not a Terraform expression")
        return self._read(Evaluator(self.scope, self.text, begin - len("x = (")).evaluate(node), begin)

    def _read(self, value: Any, offset: int) -> Any:
        """A value that is read as a whole: it costs what it would be written out. A placeholder if that is too much."""
        size = weight(value, _LARGEST_READ)
        if reason := self.budget.step(size):
            raise too_much(self.text, offset, reason)
        return value if size < _LARGEST_READ else self.scope.unknown("text", "it is too large")


def refused(attribute: Attribute, why: str, hint: str = "") -> DefinitionError:
    """The error of an attribute that Terraform refuses."""
    return _invalid(attribute.text, attribute.offset, why, hint)


def too_much(text: Text, offset: int, reason: str) -> DefinitionError:
    """The error of a template that makes too much of itself."""
    return _invalid(text, offset, reason, WAY_OUT)


def _invalid(text: Text, offset: int, why: str, hint: str) -> DefinitionError:
    problem = Diagnostic(code="INVALID_TEMPLATE", message=why, pointer="", location=text.location(offset), hint=hint)
    return definition_error(text.name, [problem], text.text)


class Bound:
    """A scope with some names more."""

    def __init__(self, outer: Scope, names: Mapping[str, Any]) -> None:
        self.outer = outer
        self.budget = outer.budget
        self.names = names

    def resolve(self, root: str, steps: Sequence[Any]) -> Any:
        if root in self.names:
            return follow(self.names[root], steps, self, root)
        return self.outer.resolve(root, steps)

    def unknown(self, name: str, why: str) -> Placeholder:
        return self.outer.unknown(name, why)

    def call(self, function: str, arguments: Sequence[Any], at: Piece) -> Any:
        return self.outer.call(function, arguments, at)


def follow(value: Any, steps: Sequence[Any], scope: Scope, whole: str = "") -> Any:
    """The part of a value that `.name` and `[index]` lead to.

    Args:
        whole: what the value is called, so that a part that it has not is called after it.
    """
    for number, step in enumerate(steps):
        if isinstance(value, Placeholder):
            return scope.unknown(".".join([value.name, *map(str, steps[number:])]), value.why)
        try:
            if isinstance(value, str):
                raise TypeError  # Terraform takes no character of a text
            value = value[step]
        except (KeyError, IndexError, TypeError):
            name = ".".join([*filter(None, [whole]), *map(str, steps[:number]), str(step)])
            if isinstance(value, dict) and any("${" in key for key in value if isinstance(key, str)):
                return scope.unknown(name, f"it is not known whether there is {step!r}")
            near = suggest(step, value) if isinstance(step, str) and isinstance(value, dict) else ""
            return scope.unknown(name, f"{NO_PART}{step!r}{near}")
    return value


def _number(value: Any) -> int | float:
    if values.is_number(value):
        return value  # type: ignore[no-any-return]
    number = float(value)
    return int(number) if number.is_integer() else number


def _divide(a: int | float, b: int | float) -> int | float:
    return a // b if isinstance(a, int) and isinstance(b, int) and a % b == 0 else a / b


_LARGEST_READ: Final = 4 * LARGEST
_DIGITS: Final = 300
_LARGEST_NUMBER: Final = 10**_DIGITS
"""Terraform's own numbers have 512 bits."""

_ARITHMETIC: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "%": lambda a, b: a % b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}
