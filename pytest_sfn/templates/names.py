"""What AWS knows by name: `names.json`, as AWS's registry of resource types and SAM's specification had it in October 2026.

`types` has the types of the services whose resources are made here, or stand for what an account has; `properties` those of
types, by the path to the object that has them; `events` those of SAM's events, by the type that has them and their own. An
object that is not in the table may have anything. A type or a property that is not in the table may be new: it counts as a
mistake only if it is a slip of the keyboard away from another, or, of events, if only another type has it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-resources-and-properties.html
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from pytest_sfn.asl.pointer import child
from pytest_sfn.loaders.intrinsics import Resource, function_of
from pytest_sfn.names import misspelt
from pytest_sfn.templates.sheet import Mistake, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.templates.sheet import Sheet

__all__ = ["check_events", "check_properties", "check_types", "misspelt_type", "properties_of"]


@cache
def _table(part: Literal["types", "properties", "events"]) -> Mapping[str, Any]:
    text = files("pytest_sfn.templates").joinpath("names.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)[part]
    return found


def properties_of(type: str) -> list[str]:
    """Those of a type, [] for one that is not in the table."""
    known: str = _table("properties").get(type, {}).get("", "")
    return known.split()


def misspelt_type(type: str) -> str:
    """The type for which another one is a slip; "" if that may be one itself."""
    types = _table("types")
    parts = [part for part in type.split(":") if part]
    if len(parts) != 3 or parts[0].upper() != "AWS":
        return ""
    service, thing = parts[1:]
    if service in types:
        things = types[service].split()
        meant = service, thing if thing in things else misspelt(thing, things)
    else:
        named = misspelt(service, (each for each in types if thing in types[each].split()))
        meant = named, thing if named and not service.startswith(named) else ""
    found = f"AWS::{meant[0]}::{meant[1]}" if meant[1] else type
    return found if found != type else ""


def check_types(sheet: Sheet) -> Iterator[Mistake]:
    """Types of resources that are nearly another."""
    for resource in sheet.resources:
        meant = misspelt_type(resource.type)
        if meant:
            why = f"there is no type {resource.type!r} of resources"
            at = child(resource.at, "Type")
            yield sheet.mistake("unknown-type", at, why, f"did you mean {meant!r}?", document=resource.document, value=True)


def check_properties(sheet: Sheet) -> Iterator[Mistake]:
    """Properties that are nearly another, at any depth of which the table knows."""
    table = _table("properties")
    for resource in sheet.resources:
        if resource.type in table:
            yield from _misspelt_keys(
                sheet, resource, resource.properties, child(resource.at, "Properties"), table[resource.type], ""
            )
    for kind, shared in sheet.section("Globals").items():
        known = table.get(f"AWS::Serverless::{kind}")
        if known is not None:
            whole = Resource("", {"Type": f"AWS::Serverless::{kind}"}, "/Globals")
            yield from _misspelt_keys(sheet, whole, shared, child("/Globals", kind), known, "")


def _misspelt_keys(
    sheet: Sheet, resource: Resource, value: Any, at: str, table: Mapping[str, str], path: str
) -> Iterator[Mistake]:
    known = table.get(path)
    if known is None:
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _misspelt_keys(sheet, resource, item, child(at, index), table, path)
        return
    names = known.split()
    for name, item in as_object(value).items():
        if name in names:
            yield from _misspelt_keys(sheet, resource, item, child(at, name), table, f"{path}.{name}" if path else name)
        elif not name.startswith("Fn::") and name != "Ref" and (meant := misspelt(name, names)):
            whose = path or f"an {resource.type}"
            yield _unknown_property(sheet, resource, whose, name, meant, child(at, name))


def _unknown_property(sheet: Sheet, resource: Resource, whose: str, name: str, meant: str, at: str) -> Mistake:
    why = f"{whose} has no property {name!r}"
    return sheet.mistake("unknown-property", at, why, f"did you mean {meant!r}?", document=resource.document)


def check_events(sheet: Sheet) -> Iterator[Mistake]:
    """SAM's events: types that the function or the machine cannot have, and properties that are nearly another."""
    for resource in sheet.resources:
        known: Mapping[str, str] = _table("events").get(resource.type, {})
        for name, node in as_object(resource.properties.get("Events")).items() if known else ():
            at = child(child(child(resource.at, "Properties"), "Events"), name)
            kind = as_object(node).get("Type")
            if name.startswith("Fn::") or not isinstance(node, dict) or function_of(node) is not None:
                continue
            if kind is None and not any(each.startswith("Fn::") for each in node):
                yield sheet.mistake("unknown-event", at, "the event has no Type", "add one", document=resource.document)
            if not isinstance(kind, str):
                continue
            if kind not in known:
                yield from _unknown_event(sheet, resource, known, kind, child(at, "Type"))
            names = known.get(kind, "").split()
            for each in as_object(node.get("Properties")):
                if each not in names and (meant := misspelt(each, names)):
                    place = child(child(at, "Properties"), each)
                    yield _unknown_property(sheet, resource, f"an event of {kind}", each, meant, place)


def _unknown_event(sheet: Sheet, resource: Resource, known: Mapping[str, str], kind: str, at: str) -> Iterator[Mistake]:
    """A type that is a slip for another, or that only another type of resource has; else it may be new."""
    meant = misspelt(kind, known)
    if meant or any(kind in events for events in _table("events").values()):
        why = f"an {resource.type} has no event of type {kind!r}"
        fix = f"did you mean {meant!r}?" if meant else f"it may have {', '.join(known)}"
        yield sheet.mistake("unknown-event", at, why, fix, document=resource.document, value=True)
