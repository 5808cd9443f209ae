"""A template as the checks see it: its sections, its resources, and every call of an intrinsic function with its place."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pytest_sfn.asl.pointer import child, steps
from pytest_sfn.dataclass import dataclass
from pytest_sfn.loaders.budget import Budget
from pytest_sfn.loaders.document import Document, pointer_of
from pytest_sfn.loaders.intrinsics import Resource, function_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.errors import Location
    from pytest_sfn.loaders.machine_resources import MachineResources

__all__ = ["LOOP", "Call", "Mistake", "Severity", "Sheet", "as_object", "transforms_of"]

Severity = Literal["error", "warning"]
LOOP = "Fn::ForEach::"
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong at one place.

    Attributes:
        rule: the name of its rule in the linter.
        severity: "error" if CloudFormation or SAM refuses the template for it.
        resource: the logical id of the resource that it is in; "" for the template itself.
    """

    rule: str
    location: Location
    why: str
    fix: str
    severity: Severity
    resource: str

    def __str__(self) -> str:
        return f"{self.location}: {self.why}" + (f"; {self.fix}" if self.fix else "")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an intrinsic function: `argument` is at `at` of a file."""

    function: str
    argument: Any
    at: str
    document: Document


class Sheet:
    """What the checks read.

    Attributes:
        resolver: gives what a reference leads to, and notes what the template does not have.
        value: the template; {} if only its resources are CloudFormation's, as in a serverless.yml.
    """

    def __init__(self, template: MachineResources) -> None:
        self.template = template
        self.document = template.document
        self.resolver = template.resolver()
        self.resolver.budget = Budget()
        self.value: Mapping[str, Any] = as_object(self.document.value) if template.format != "Serverless" else {}

    def section(self, name: str) -> Mapping[str, Any]:
        """A section, {} if it is not there."""
        return as_object(self.value.get(name))

    @cached_property
    def resources(self) -> list[Resource]:
        """Those that are written in CloudFormation's words."""
        return [each for each in self.template.resources.values() if each.at]

    @cached_property
    def calls(self) -> list[Call]:
        """All calls of intrinsic functions, in the order of the text; those of loops aside, which have names of their own."""
        return [*self._calls()]

    @cached_property
    def has_loops(self) -> bool:
        """Whether an `Fn::ForEach` names things that only its loop has."""
        return LOOP in self.document.text.text

    def _calls(self) -> Iterator[Call]:
        for name in ("Conditions", "Outputs"):
            yield from _walk(self.section(name), pointer_of(name), self.document)
        for resource in self.resources:
            yield from _walk(resource.node, resource.at, resource.document or self.document)

    def mistake(
        self,
        rule: str,
        at: str,
        why: str,
        fix: str = "",
        severity: Severity = "error",
        *,
        document: Document | None = None,
        value: bool = False,
    ) -> Mistake:
        """A mistake at a JSON Pointer; `value` for the place of the value instead of its key."""
        document = document or self.document
        return Mistake(rule, document.location(at, value=value), why, fix, severity, self.owner(at, document))

    def owner(self, at: str, document: Document) -> str:
        """The logical id of the resource that a place is in; "" for none."""
        if document is self.document and self.value:
            way = steps(at)
            return way[1] if way[:1] == ["Resources"] and len(way) > 1 else ""
        return next((each.id for each in self.resources if each.document is document and at.startswith(f"{each.at}/")), "")


def as_object(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else {}."""
    return value if isinstance(value, dict) else {}


def transforms_of(value: Mapping[str, Any]) -> list[str]:
    """The names in `Transform`."""
    named = value.get("Transform", [])
    return [str(each) for each in (named if isinstance(named, list) else [named])]


def _walk(value: Any, at: str, document: Document, depth: int = 0) -> Iterator[Call]:
    if depth > _DEEPEST:
        return
    function = function_of(value)
    if function is not None and not function.startswith(LOOP):
        yield Call(function, value[function], child(at, function), document)
    elif isinstance(value, dict) and at.startswith("/Conditions/") and [*value] == ["Condition"]:
        yield Call("Condition", value["Condition"], child(at, "Condition"), document)
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in members:
        if isinstance(item, (dict, list)) and not str(key).startswith(LOOP):
            yield from _walk(item, child(at, key), document, depth + 1)
