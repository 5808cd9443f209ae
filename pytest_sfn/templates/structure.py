"""Sections, the members of resources, keys that are there twice, and the transforms that something needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.pointer import child
from pytest_sfn.loaders.document import pointer_of
from pytest_sfn.names import misspelt, suggest
from pytest_sfn.templates.names import properties_of
from pytest_sfn.templates.sheet import LOOP, Mistake, transforms_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_sfn.templates.sheet import Sheet

__all__ = ["SAM", "check_duplicates", "check_members", "check_sections", "check_transform"]

SAM: Final = "AWS::Serverless-2016-10-31"
EXTENSIONS: Final = "AWS::LanguageExtensions"
_OBJECTS: Final = ("Resources", "Parameters", "Mappings", "Conditions", "Outputs", "Rules", "Metadata", "Hooks", "Globals")
SECTIONS: Final = (*_OBJECTS, "AWSTemplateFormatVersion", "Description", "Transform")
"""docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html; SAM has Globals."""
MEMBERS: Final = (
    *("Type", "Properties", "DependsOn", "Condition", "Metadata", "CreationPolicy", "UpdatePolicy", "DeletionPolicy"),
    *("UpdateReplacePolicy", "Connectors", "IgnoreGlobals"),
)
"""docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-product-attribute-reference.html; the last two are SAM's."""
_HARMLESS: Final = ("Description", "Version")
_NEEDS_EXTENSIONS: Final = ("Fn::ToJsonString", "Fn::Length")
"""docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html"""


def check_sections(sheet: Sheet) -> Iterator[Mistake]:
    """Sections that no template has, and a template without resources."""
    if not sheet.value:
        return
    for name, value in sheet.value.items():
        at = pointer_of(name)
        if name.startswith("Fn::"):
            continue
        if name not in SECTIONS:
            near = suggest(name, SECTIONS, "did you mean {!r}?")
            yield sheet.mistake("template-section", at, f"a template has no section {name!r}", near or _listed(SECTIONS))
        elif name in _OBJECTS and not isinstance(value, dict):
            yield sheet.mistake("template-section", at, f"{name} is an object with names", "give it one, or remove it")
    if "Resources" not in sheet.value or sheet.value["Resources"] == {}:
        yield sheet.mistake("template-section", "", "the template has no Resources, so nothing is made of it", "add one")


def check_members(sheet: Sheet) -> Iterator[Mistake]:
    """Resources that are no objects, have no type, or properties beside their Properties."""
    for name, node in sheet.section("Resources").items():
        if name.startswith(LOOP) or name == "Fn::Transform":
            continue
        at = pointer_of("Resources", name)
        if not isinstance(node, dict):
            yield sheet.mistake("resource-member", at, f"the resource {name!r} is no object", "give it Type and Properties")
            continue
        for member in node:
            yield from _member(sheet, child(at, member), member, node)
        if "Type" not in node and not any(member.startswith("Fn::") for member in node):
            yield sheet.mistake("resource-member", at, f"the resource {name!r} has no Type", "add one")


def _member(sheet: Sheet, at: str, member: str, node: Mapping[str, Any]) -> Iterator[Mistake]:
    """SAM takes any member of its resources, and CloudFormation the Version of a custom one."""
    if member in MEMBERS:
        return
    if meant := misspelt(member, MEMBERS):
        yield sheet.mistake("resource-member", at, f"a resource has no member {member!r}", f"did you mean {meant!r}?")
    elif member not in _HARMLESS and member in properties_of(str(node.get("Type"))):
        why = f"{member!r} is beside the Properties of the resource, and has no effect there"
        yield sheet.mistake("resource-member", at, why, "put it into Properties", "warning")


def check_duplicates(sheet: Sheet) -> Iterator[Mistake]:
    """Keys that one object has twice, so that a whole resource may be lost."""
    for each in sheet.document.duplicates if sheet.value else ():
        why = f"{each.message}, and CloudFormation takes the last"
        yield sheet.mistake("duplicate-key", each.pointer, why, "remove one of the two", "warning")


def check_transform(sheet: Sheet) -> Iterator[Mistake]:
    """Resources and functions that CloudFormation has only with a transform."""
    if not sheet.value:
        return
    named = transforms_of(sheet.value)
    sam = [each for each in sheet.resources if each.type.startswith("AWS::Serverless::")]
    if sam and SAM not in named:
        yield sheet.mistake("missing-transform", sam[0].at, *_missing(f"{sam[0].type} is SAM's", SAM), "warning")
    if EXTENSIONS not in named:
        needs = (each for each in sheet.calls if each.function in _NEEDS_EXTENSIONS)
        for call in needs:
            yield sheet.mistake(
                "missing-transform", call.at, *_missing(f"{call.function} is an extension", EXTENSIONS), document=call.document
            )


def _missing(what: str, transform: str) -> tuple[str, str]:
    return f"{what}, and the template has no such transform", f"add 'Transform: {transform}' to the template"


def _listed(names: Iterable[str]) -> str:
    return f"the sections are {', '.join(names)}"
