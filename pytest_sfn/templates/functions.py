"""Intrinsic functions: which there are, what each takes, and the conditions and mappings that they name.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.pointer import child
from pytest_sfn.dataclass import dataclass
from pytest_sfn.loaders.document import pointer_of
from pytest_sfn.names import suggest
from pytest_sfn.templates.sheet import Mistake, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.templates.sheet import Call, Severity, Sheet

__all__ = ["check_conditions", "check_functions", "check_mappings"]


@dataclass(frozen=True, slots=True)
class _Form:
    """What a function takes.

    Attributes:
        form: in a few words.
        items: how many a list has, the fewest and the most; None if it takes no list.
        text: whether a text will do.
    """

    form: str
    items: tuple[int, int] | None = None
    text: bool = False


_ANY: Final = None
FORMS: Final[Mapping[str, _Form | None]] = {
    "Ref": _Form("the name of a parameter or a resource", text=True),
    "Condition": _Form("the name of a condition", text=True),
    "Fn::GetAtt": _Form("[resource, attribute]", (2, 9), text=True),
    "Fn::Sub": _Form("a text, or [text, {name: value}]", (2, 2), text=True),
    "Fn::Join": _Form("[delimiter, [values]]", (2, 2)),
    "Fn::If": _Form("[condition, value if true, value if false]", (3, 3)),
    "Fn::FindInMap": _Form("[map, first key, second key]", (3, 4)),
    "Fn::Select": _Form("[index, list]", (2, 2)),
    "Fn::Split": _Form("[delimiter, text]", (2, 2)),
    "Fn::Cidr": _Form("[block, count, bits]", (2, 3)),
    "Fn::Equals": _Form("[value, value]", (2, 2)),
    "Fn::Not": _Form("[condition]", (1, 1)),
    "Fn::And": _Form("[condition, condition, ...]", (2, 10)),
    "Fn::Or": _Form("[condition, condition, ...]", (2, 10)),
    **dict.fromkeys(("Fn::Base64", "Fn::ImportValue", "Fn::GetAZs", "Fn::Transform", "Fn::Length", "Fn::ToJsonString"), _ANY),
    **dict.fromkeys(("Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::RefAll", "Fn::ValueOf"), _ANY),
    **dict.fromkeys(("Fn::ValueOfAll", "Fn::GetStackOutput"), _ANY),
}
_TAGS: Final = {name.removeprefix("Fn::"): name for name in FORMS}


def check_functions(sheet: Sheet) -> Iterator[Mistake]:
    """Functions that there are not, and those that do not get what they take."""
    for call in sheet.calls:
        if call.function not in FORMS:
            name = call.function.removeprefix("Fn::")
            near = suggest(name, _TAGS, "did you mean {!r}?")
            severity: Severity = "error" if near else "warning"
            why = f"CloudFormation has no function {call.function!r}"
            yield sheet.mistake("unknown-function", call.at, why, near, severity, document=call.document)
        elif (form := FORMS[call.function]) is not None and not _fits(call, form):
            why = f"{call.function} takes {form.form}"
            yield sheet.mistake("function-arguments", call.at, why, "correct it", document=call.document)


def _fits(call: Call, form: _Form) -> bool:
    argument = call.argument
    if isinstance(argument, dict):
        return True  # a function gives it, under a transform
    if isinstance(argument, list):
        return form.items is not None and form.items[0] <= len(argument) <= form.items[1]
    if call.function == "Fn::GetAtt" and isinstance(argument, str):
        return "." in argument
    return form.text and isinstance(argument, str)


def check_conditions(sheet: Sheet) -> Iterator[Mistake]:
    """Conditions that are named and not there."""
    known = sheet.resolver.conditions
    for name, at, document in _named_conditions(sheet):
        if name not in known and not isinstance(sheet.resolver.given.get(name), bool):
            near = suggest(name, known, "did you mean {!r}?") or "add it to Conditions"
            why = f"the template has no condition {name!r}"
            yield sheet.mistake("unknown-condition", at, why, near, document=document, value=True)


def _named_conditions(sheet: Sheet) -> Iterator[tuple[str, str, Any]]:
    """(name, pointer, file) of each."""
    for resource in sheet.resources:
        if isinstance(name := resource.node.get("Condition"), str):
            yield name, child(resource.at, "Condition"), resource.document
    for output, node in sheet.section("Outputs").items():
        if isinstance(name := as_object(node).get("Condition"), str):
            yield name, pointer_of("Outputs", output, "Condition"), None
    for call in sheet.calls:
        if call.function == "Condition" and isinstance(call.argument, str):
            yield call.argument, call.at, call.document
        elif call.function == "Fn::If" and isinstance(call.argument, list):
            yield from ((each, child(call.at, 0), call.document) for each in call.argument[:1] if isinstance(each, str))


def check_mappings(sheet: Sheet) -> Iterator[Mistake]:
    """Maps and keys of maps that are named and not there."""
    for call in sheet.calls:
        argument = call.argument
        if call.function != "Fn::FindInMap" or not isinstance(argument, list) or len(argument) != 3:
            continue  # a fourth has the value for what is not there
        if ".".join(map(str, argument)) in sheet.resolver.given:
            continue
        found: Any = sheet.resolver.mappings
        for index, key in enumerate(argument):
            if not isinstance(key, str) or not isinstance(found, dict) or any(each.startswith("Fn::") for each in found):
                break
            if key not in found:
                what = f"the map {argument[0]!r} has no key" if index else "the template has no map"
                near = suggest(key, found, "did you mean {!r}?") or "add it to Mappings"
                place = child(call.at, index)
                yield sheet.mistake("unknown-map", place, f"{what} {key!r}", near, document=call.document, value=True)
                break
            found = found[key]
