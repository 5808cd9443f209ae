"""References to what the template does not have: by `Ref`, `Fn::GetAtt`, `Fn::Sub` and DependsOn.

What a reference leads to, and why to nothing, the resolver knows; here all references are followed, those of resources that no
workflow needs too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.asl.pointer import child
from pytest_sfn.errors import DefinitionError
from pytest_sfn.names import suggest
from pytest_sfn.templates.sheet import Mistake, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.loaders.intrinsics import Resolver, Resource
    from pytest_sfn.loaders.template import Template
    from pytest_sfn.templates.sheet import Call, Sheet

__all__ = ["check_outputs", "check_references"]

_FOLLOWED = ("Ref", "Fn::GetAtt", "Fn::Sub")


def check_references(sheet: Sheet) -> Iterator[Mistake]:
    """References to nothing. What something else may make counts only if its name is nearly that of another."""
    if sheet.has_loops or not sheet.resources:
        return
    for resource in sheet.resources:
        yield from _of_order(sheet, resource)
    for call in sheet.calls:
        if call.function in _FOLLOWED and (call.function != "Ref" or isinstance(call.argument, str)):
            yield from _of_call(sheet, call)


def _of_order(sheet: Sheet, resource: Resource) -> Iterator[Mistake]:
    """What DependsOn names; it names resources only."""
    named = resource.node.get("DependsOn")
    at = child(resource.at, "DependsOn")
    places = [(child(at, index), each) for index, each in enumerate(named)] if isinstance(named, list) else [(at, named)]
    resolver = sheet.resolver
    resolver.document, resolver.absent = resource.document or sheet.document, []
    for place, name in places:
        if isinstance(name, str) and name not in sheet.template.resources:
            resolver.absence("resource", name, place, suggest(name, sheet.template.resources))
    yield from _noted(sheet, at, resolver)


def _of_call(sheet: Sheet, call: Call) -> Iterator[Mistake]:
    resolver = sheet.resolver
    resolver.document, resolver.absent = call.document, []
    try:
        resolver.call(call.function, call.argument, call.at, "")
    except DefinitionError:
        return  # too much of it: said where it is resolved
    yield from _noted(sheet, call.at, resolver)


def _noted(sheet: Sheet, at: str, resolver: Resolver) -> Iterator[Mistake]:
    """What the resolver noted while it followed the references at a place."""
    document = resolver.document
    for absent in resolver.absent:
        if absent.severity is not None:
            rule = "unknown-reference" if absent.severity == "error" else "questionable-reference"
            yield Mistake(rule, absent.location, absent.why, "", absent.severity, sheet.owner(at, document))


def check_outputs(sheet: Sheet) -> Iterator[Mistake]:
    """Outputs that the template of a nested stack does not have."""
    for call in sheet.calls:
        if call.function != "Fn::GetAtt":
            continue
        parts = call.argument.split(".") if isinstance(call.argument, str) else call.argument
        if not (isinstance(parts, list) and all(isinstance(each, str) for each in parts) and len(parts) > 1):
            continue
        name, _, output = ".".join(parts).partition(".Outputs.")
        nested = _nested(sheet, name) if output else None
        known = as_object(as_object(nested.document.value).get("Outputs")) if nested is not None else {}
        if nested is not None and output not in known and not any(each.startswith("Fn::") for each in known):
            why = f"{nested.name} has no output {output!r}"
            near = suggest(output, known, "did you mean {!r}?") or "add it there"
            yield sheet.mistake("unknown-reference", call.at, why, near, document=call.document, value=True)


def _nested(sheet: Sheet, stack: str) -> Template | None:
    """The template of a nested stack, None if it is not here or cannot be read."""
    try:
        return sheet.template.nested.get(stack)
    except DefinitionError:
        return None
