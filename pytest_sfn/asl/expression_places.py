"""The places of a definition's expressions, and the variables that they read: found by the table of fields, without a model.

This module reads plain values, so it works for a definition with mistakes too. It passes over values of a wrong type, since
the parser reports them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from pytest_sfn.asl.fields import FIELDS, Field
from pytest_sfn.asl.pointer import child
from pytest_sfn.dataclass import dataclass
from pytest_sfn.expressions.env import ExpressionSyntaxError
from pytest_sfn.expressions.intrinsic_parser import Call, PathArgument, parse_intrinsic
from pytest_sfn.expressions.paths import compile_path
from pytest_sfn.expressions.payload_templates import jsonata_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Expression", "WrittenPayloadTemplate", "expressions", "language_of", "payload_templates", "variables_read"]

Language = Literal["JSONPath", "JSONata"]
DEEPEST: Final = 200
"""Templates and Choice rules are followed no deeper; AWS's own limits are reached long before."""


@dataclass(frozen=True, slots=True)
class Expression:
    """The text of a path, an intrinsic function or a JSONata expression (without its markers), and its place."""

    text: str
    pointer: str
    language: Language


@dataclass(frozen=True, slots=True)
class WrittenPayloadTemplate:
    """The value of a field that is JSON with expressions inside.

    Attributes:
        field: the field's name.
        place: the kind of object that has the field, as in the table of fields.
    """

    value: Any
    pointer: str
    field: str
    place: str


def language_of(value: Mapping[str, Any], around: Language) -> Language:
    """The query language of a state or a machine, given that around it: only `JSONPath` spelled exactly so is JSONPath."""
    if "QueryLanguage" not in value:
        return around
    return "JSONPath" if value["QueryLanguage"] == "JSONPath" else "JSONata"


def expressions(value: Mapping[str, Any], place: str, language: Language, pointer: str) -> Iterator[Expression]:
    """The expressions in the fields of an object, those of its Retriers, Catchers and rules too, not of states inside it.

    Args:
        place: the kind of object, as in the table of fields: a state type, `Catcher`, ...
    """
    for row, item, where in _fields(value, place, pointer):
        if row.kind == "template" and language == "JSONPath":
            yield from _payload(item, where, 0)
        elif row.kind in ("template", "template operand", "condition") or (row.expression and language == "JSONata"):
            yield from _jsonata(item, where, 0)
        elif row.kind in ("path", "path operand", "intrinsic operand") and isinstance(item, str):
            yield Expression(item, where, "JSONPath")
    for inner, kind, where in _parts(value, place, pointer):
        yield from expressions(inner, kind, language, where)
        if kind == "ChoiceRule" and language == "JSONPath":
            yield from _comparison(inner, where, 0)


def payload_templates(value: Mapping[str, Any], place: str, pointer: str) -> Iterator[WrittenPayloadTemplate]:
    """The templates in the fields of an object, as `expressions` goes through them."""
    for row, item, where in _fields(value, place, pointer):
        if row.kind in ("template", "template operand"):
            yield WrittenPayloadTemplate(item, where, row.name, place)
    for inner, kind, where in _parts(value, place, pointer):
        yield from payload_templates(inner, kind, where)


def _fields(value: Mapping[str, Any], place: str, pointer: str) -> Iterator[tuple[Field, Any, str]]:
    table = FIELDS[place]
    for name, item in value.items():
        row = table.get(name)
        if row is not None:
            yield row, item, f"{pointer}/{name}"


def _parts(value: Mapping[str, Any], place: str, pointer: str) -> Iterator[tuple[Mapping[str, Any], str, str]]:
    """The objects in an object's fields: (object, its place, its pointer)."""
    for row, item, where in _fields(value, place, pointer):
        if row.kind == "object" and isinstance(item, dict):
            yield item, row.name, where
        elif row.kind in _LISTS and isinstance(item, list):
            for index, part in enumerate(item):
                if isinstance(part, dict):
                    yield part, _LISTS[row.kind], f"{where}/{index}"


_LISTS: Final[Mapping[str, str]] = {"retriers": "Retrier", "catchers": "Catcher", "choices": "ChoiceRule"}


def _payload(value: Any, pointer: str, depth: int) -> Iterator[Expression]:
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            where = child(pointer, key)
            if key.endswith(".$"):
                if isinstance(item, str):
                    yield Expression(item, where, "JSONPath")
            elif isinstance(item, (dict, list)):
                yield from _payload(item, where, depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, (dict, list)):
                yield from _payload(item, f"{pointer}/{index}", depth + 1)


def _jsonata(value: Any, pointer: str, depth: int) -> Iterator[Expression]:
    if isinstance(value, str):
        source = jsonata_source(value)
        if source is not None:
            yield Expression(source, pointer, "JSONata")
    elif depth > DEEPEST:
        return
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _jsonata(item, child(pointer, key), depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _jsonata(item, f"{pointer}/{index}", depth + 1)


def _comparison(rule: Mapping[str, Any], pointer: str, depth: int) -> Iterator[Expression]:
    """The paths of a JSONPath rule: Variable, and the operands of operators that end in `Path`."""
    if depth > DEEPEST:
        return
    for name, item in rule.items():
        where = child(pointer, name)
        if isinstance(item, str) and (name == "Variable" or name.endswith("Path")):
            yield Expression(item, where, "JSONPath")
        elif name == "Not" and isinstance(item, dict):
            yield from _comparison(item, where, depth + 1)
        elif name in ("And", "Or") and isinstance(item, list):
            for index, part in enumerate(item):
                if isinstance(part, dict):
                    yield from _comparison(part, f"{where}/{index}", depth + 1)


# Variables


def variables_read(expression: Expression) -> frozenset[str]:
    """The names of the variables that an expression reads, without `$`; empty for one that does not compile.

    In JSONata the names of functions are among them where a function is passed on as a value.
    """
    try:
        if expression.language == "JSONata":
            return _of_jsonata(expression.text)
        if expression.text.startswith("States."):
            return frozenset(_of_call(parse_intrinsic(expression.text)))
        root = compile_path(expression.text).root
    except (ExpressionSyntaxError, RecursionError):
        return frozenset()
    return frozenset() if root in ("$", "$$") else frozenset((root,))


def _of_jsonata(text: str) -> frozenset[str]:
    if "$" not in text:
        return frozenset()
    from pytest_sfn.expressions.jsonata import compile_jsonata

    compiled = compile_jsonata(text)
    return compiled.variables_used - compiled.calls


def _of_call(call: Call) -> Iterator[str]:
    for argument in call.arguments:
        if isinstance(argument, Call):
            yield from _of_call(argument)
        elif isinstance(argument, PathArgument) and argument.path.root not in ("$", "$$"):
            yield argument.path.root
