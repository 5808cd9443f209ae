"""What a target of an EventBridge rule is sent: the event, a part of it, a constant, or a text made of the event.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.expressions.values import UNDEFINED, dumps
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["filled", "found_at", "no_variables", "paths_in", "target_input"]

_STEP: Final = re.compile(r"\.(?P<name>[\w/-]+)|\[(?P<index>\d+)\]|\['(?P<quoted>[^']*)'\]|(?P<all>\.\*|\[\*\])")
_NAME: Final = r"[\w.$\[\]'-]+"  # of a variable, or the path that Pipes has in place of one
_PART: Final = re.compile(rf'(?P<text>"(?:[^"\\]|\\.)*")|<(?P<name>{_NAME})>', re.DOTALL)
_VARIABLE: Final = re.compile(f"<({_NAME})>")


def target_input(target: Mapping[str, Any], event: Mapping[str, Any], reserved: Mapping[str, Any]) -> str:
    """The text that a target gets.

    Args:
        target: as PutTargets has it.
        event: as the bus has it.
        reserved: EventBridge's own variables of templates, those of the event excepted.
    """
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        found = found_at(target["InputPath"], event)
        return dumps(None if found is UNDEFINED else found)  # [?] what is sent for a path that finds nothing
    transformer = target.get("InputTransformer")
    if transformer is None:
        return dumps(event)
    variables = {
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
        "aws.events.event.json": event,
        **reserved,
        **{name: found_at(path, event) for name, path in transformer.get("InputPathsMap", {}).items()},
    }
    return filled(transformer["InputTemplate"], variables)


def no_variables(target: Mapping[str, Any]) -> str:
    """What a template's `<name>` is that nothing gives, with the variable that was probably meant; "" if there is none."""
    transformer = target.get("InputTransformer") or {}
    paths, text = transformer.get("InputPathsMap") or {}, transformer.get("InputTemplate", "")
    unknown = [name for name in dict.fromkeys(_VARIABLE.findall(text)) if name not in paths and name not in _OWN]
    return "; ".join(
        f"InputPathsMap has no {name!r}{suggest(name, [*paths, *_OWN], ', did you mean {!r}?')}" for name in unknown
    )


_OWN: Final = tuple(f"aws.events.{name}" for name in ("event", "event.json", "event.ingestion-time", "rule-arn", "rule-name"))
"""EventBridge's own variables of templates [documented]."""


def found_at(path: str, event: Any) -> Any:
    """What a path finds; UNDEFINED for nothing. With a wildcard it finds an array."""
    found, several, at = [event], False, 1
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None or path[:1] != "$":
            return UNDEFINED
        several = several or step["all"] is not None
        found = [inner for value in found for inner in _inside(value, step)]
        at = step.end()
    return found if several else next(iter(found), UNDEFINED)


def _inside(value: Any, step: re.Match[str]) -> list[Any]:
    if step["all"] is not None:
        return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if step["index"] is not None:
        index = int(step["index"])
        return [value[index]] if isinstance(value, list) and index < len(value) else []
    name = step["name"] or step["quoted"]
    return [value[name]] if isinstance(value, dict) and name in value else []


def paths_in(template: str) -> set[str]:
    """The paths in a template of Pipes."""
    return {name for name in _VARIABLE.findall(template) if name.startswith("$")}


def filled(template: str, variables: Mapping[str, Any]) -> str:
    """A template with its variables: JSON in a JSON template, text within quotes."""

    def part(found: re.Match[str]) -> str:
        if found["text"] is not None:
            return _VARIABLE.sub(within, found["text"])
        value = variables.get(found["name"], found[0])
        if found["name"] not in variables:
            return str(value)
        return dumps(None if value is UNDEFINED else value)  # [?] null for what a path does not find

    def within(found: re.Match[str]) -> str:
        value = variables.get(found[1], found[0])
        text = "" if value is UNDEFINED else value if isinstance(value, str) else dumps(value)
        return dumps(text)[1:-1]

    return _PART.sub(part, template)
