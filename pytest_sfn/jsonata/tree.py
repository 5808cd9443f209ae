"""The syntax tree: what the parser makes of a text and the compiler reads. Nobody changes a node once it is parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

if TYPE_CHECKING:
    from pytest_sfn.jsonata.signatures import Signature
    from pytest_sfn.jsonata.values import Value


class Label:
    """Where the tuples of a stream keep the context that a `%` means.

    Attributes:
        name: under which.
        level: how many steps the parser has still to go back to find it.
    """

    __slots__ = ("level", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.level = 1


@dataclass_transform(eq_default=False)
class _Slotted(type):
    """Makes a slot and an argument of each annotation: `dataclass` does, too, but takes half a millisecond a class."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> _Slotted:
        namespace.setdefault("__slots__", tuple(namespace.get("__annotations__", ())))
        return super().__new__(cls, name, bases, namespace)


class _Record(metaclass=_Slotted):
    __slots__: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *values: object) -> None:
        for name, value in zip(self.__slots__, values, strict=True):
            setattr(self, name, value)


class Filter(_Record):
    """`[predicate]`."""

    predicate: Node


class Index(_Record):
    """`#$name` after a filter."""

    name: str


class Group(_Record):
    """`{key: value, ...}`, alone or after an operand."""

    pairs: list[tuple[Node, Node]]
    position: int


class Term(_Record):
    """One key of an order-by clause."""

    key: Node
    descending: bool


class Node(metaclass=_Slotted):
    """A node, and what is written behind it.

    Attributes:
        position: where its token ends.
        keep: whether `[]` follows: one result stays a list.
        predicates: filters of an operand that is no step.
        stages: what is done with the results of a step, one after the other.
        group: the grouping after it.
        focus: the variable that `@` binds to each of its results.
        index: the variable that `#` binds to the number of the result.
        label: where its context is kept for a `%` further on.
        streams: whether it makes tuples: values together with such bindings.
        seeking: the `%` in it whose steps have not been found yet.
    """

    __slots__ = ("focus", "group", "index", "keep", "label", "position", "predicates", "seeking", "stages", "streams")
    position: int

    def __init__(self, position: int, *values: object) -> None:
        self.position = position
        self.keep = self.streams = False
        self.predicates: list[Filter] = []
        self.stages: list[Filter | Index] = []
        self.group: Group | None = None
        self.focus: str | None = None
        self.index: str | None = None
        self.label: Label | None = None
        self.seeking: list[Label] = []
        for name, value in zip(self.__slots__, values, strict=True):
            setattr(self, name, value)


class Literal(Node):
    """A text, number, `true`, `false` or `null`."""

    value: Value


class Name(Node):
    """A member of the context."""

    name: str


class Variable(Node):
    """`$name`; the context without a name, the input where the name is `$`."""

    name: str


class Wildcard(Node):
    """`*`."""


class Descendants(Node):
    """`**`."""


class Parent(Node):
    """`%`."""

    slot: Label


class Regex(Node):
    """`/pattern/flags`."""

    pattern: str
    flags: str


class Placeholder(Node):
    """`?` among the arguments of a partial application."""


class Negate(Node):
    """`-operand`."""

    operand: Node


class Array(Node):
    """`[...]`; *whole* where the path that it begins or ends keeps it so."""

    items: list[Node]
    whole: bool


class Object(Node):
    """`{...}` where no operand precedes it."""

    content: Group


class Binary(Node):
    """An operator between two operands."""

    operator: str
    left: Node
    right: Node


class Apply(Node):
    """`left ~> right`."""

    left: Node
    right: Node


class Bind(Node):
    """`$name := value`."""

    name: str
    value: Node


class Condition(Node):
    """`test ? then : otherwise`."""

    test: Node
    then: Node
    otherwise: Node | None


class Block(Node):
    """`(...; ...)`; *whole* if an array that begins a path is in it."""

    expressions: list[Node]
    whole: bool


class Call(Node):
    """`function(arguments)`."""

    function: Node
    arguments: list[Node]


class Partial(Node):
    """`function(..., ?, ...)`."""

    function: Node
    arguments: list[Node]


class Lambda(Node):
    """`function($a, $b){body}`."""

    parameters: list[str]
    signature: Signature | None
    body: Node


class Transform(Node):
    """`|pattern|update, delete|`."""

    pattern: Node
    update: Node
    delete: Node | None


class Sort(Node):
    """`^(...)`, a step."""

    terms: list[Term]


class Path(Node):
    """`step.step`; *kept* if `[]` follows one of the steps."""

    steps: list[Node]
    kept: bool
