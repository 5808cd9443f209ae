"""Types of Terraform's variables: a value is converted to the type, which may have defaults for what an object has not.

https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.expressions import values
from pytest_sfn.loaders.hcl import bare, name_of, nodes_of
from pytest_sfn.loaders.hcl_values import Written, WrittenList, boolean_of, set_of, text_of
from pytest_sfn.loaders.intrinsics import Placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_sfn.loaders.hcl import Evaluator, Node

__all__ = ["WrongTypeError", "converted", "is_collection"]

_is_number = re.compile(r"-?\d{1,300}(?:\.\d{1,300})?(?:[eE][-+]?\d{1,3})?").fullmatch
_COLLECTIONS: Final = frozenset({"list", "set", "map", "object", "tuple"})


class WrongTypeError(ValueError):
    """A value cannot be converted to the type of its variable."""


def is_collection(node: Node) -> bool:
    """Whether a type has parts."""
    return _type(node)[0] in _COLLECTIONS


def converted(value: Any, node: Node, evaluator: Evaluator, whole: str = "it") -> Any:
    """A value as one of the type that is written at a node. What is not known stays.

    Args:
        whole: what the value is called.

    Raises:
        WrongTypeError: it is no such value.
    """
    if value is None or isinstance(value, Placeholder) or (isinstance(value, str) and "${" in value):
        return value
    name, arguments = _type(node)
    if name in _PRIMITIVE:
        return _primitive(value, name, whole)
    if name not in _COLLECTIONS:
        return value
    if not isinstance(value, dict if name in ("map", "object") else list):
        raise WrongTypeError(f"{whole} must be {_ARTICLE[name]}, and is {_shown(value)}")
    if not arguments or name == "tuple":
        return value
    return _PARTS[name](value, arguments[0], evaluator, whole)


_PRIMITIVE: Final = ("string", "number", "bool")
_ARTICLE: Final = {
    "string": "a text", "number": "a number", "bool": "true or false", "list": "a list", "set": "a list", "tuple": "a list",
    "map": "a map", "object": "an object",
}  # fmt: skip


def _primitive(value: Any, name: str, whole: str) -> Any:
    if isinstance(value, (dict, list)):
        pass
    elif name == "string":
        return value if isinstance(value, str) else text_of(value)
    elif name == "bool":
        if (found := boolean_of({"1": "true", "0": "false"}.get(value, value))) is not None:
            return found
    elif values.is_number(value):
        return value
    elif isinstance(value, str) and _is_number(value):
        number = float(value)
        return int(value) if value.lstrip("-").isdigit() else int(number) if number.is_integer() else number
    raise WrongTypeError(f"{whole} must be {_ARTICLE[name]}, and is {_shown(value)}")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else text_of(values.dumps(value))[:80]


def _list(value: list[Any], node: Node, evaluator: Evaluator, whole: str) -> list[Any]:
    items = [converted(item, node, evaluator, f"{whole}[{at}]") for at, item in enumerate(value)]
    if not isinstance(value, WrittenList):
        return items
    made = WrittenList(items)
    made.values_at = value.values_at
    return made


def _set(value: list[Any], node: Node, evaluator: Evaluator, whole: str) -> list[Any]:
    return set_of(_list(value, node, evaluator, whole))


def _map(value: dict[Any, Any], node: Node, evaluator: Evaluator, whole: str) -> dict[Any, Any]:
    made = _like(value)
    for key, item in value.items():
        _put(made, value, key, converted(item, node, evaluator, f"{whole}[{key!r}]"))
    return made


def _object(value: dict[Any, Any], node: Node, evaluator: Evaluator, whole: str) -> dict[Any, Any]:
    """An object with the members that its type has, and no others."""
    made = _like(value)
    for key, written in _members(node, evaluator):
        name, inner = _type(written)
        own = inner[0] if name == "optional" and inner else written
        if key not in value and name != "optional":
            raise WrongTypeError(f"{whole} lacks the attribute {key!r}")
        found = value.get(key)
        if found is None and len(inner) > 1 and name == "optional":
            found = evaluator.evaluate(inner[1])
        _put(made, value, key, converted(found, own, evaluator, f"{whole}.{key}"))
    return made


_PARTS: Final[Mapping[str, Callable[[Any, Node, Evaluator, str], Any]]] = {
    "list": _list, "set": _set, "map": _map, "object": _object,
}  # fmt: skip


def _members(node: Node, evaluator: Evaluator) -> Iterator[tuple[str, Node]]:
    node = bare(node)
    for element in nodes_of(node) if node.data == "object" else ():
        key, inner = nodes_of(element)
        yield text_of(evaluator.key(nodes_of(key)[0])), inner


def _like(value: dict[Any, Any]) -> dict[Any, Any]:
    return Written() if isinstance(value, Written) else {}


def _put(made: dict[Any, Any], of: dict[Any, Any], key: Any, item: Any) -> None:
    """Set a member, with the places that it had."""
    made[key] = item
    if isinstance(made, Written) and isinstance(of, Written) and key in of.keys_at:
        made.keys_at[key], made.values_at[key] = of.keys_at[key], of.values_at[key]


def _type(node: Node) -> tuple[str, list[Node]]:
    """(name, arguments) of a type; a name may be in quotes, as old releases had it."""
    node = bare(node)
    if node.data in ("identifier", "string"):
        return name_of(node), []
    if node.data != "function_call":
        return "", []
    name, *rest = nodes_of(node)
    return name_of(name), nodes_of(rest[0]) if rest else []
