"""Text that was meant as a path or an expression, but is plain text to AWS.

JSONPath reads a path only under a key that ends in `.$`, JSONata an expression only between `{%` and `%}` [both
documented]. A service may take a JSONPath as a text: so keys with a word such as "path" or "query" are left alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.expression_places import DEEPEST, payload_templates
from pytest_sfn.asl.pointer import child
from pytest_sfn.expressions.payload_templates import jsonata_source
from pytest_sfn.lint.rules import Problem, found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.lint.definition import LintedDefinition, State

__all__ = ["check_comparisons", "check_payloads"]

_PATH: Final = re.compile(r"\$\$?\.[A-Za-z_][\w.\[\]'\"*-]*|\$\[.+\]|States\.[A-Z]\w+\(.*\)", re.DOTALL)
_SPEAKS_OF_PATHS: Final = re.compile(r"path|query|template|expression", re.IGNORECASE)
_JSONATA: Final = re.compile(r"\$states\.(?:input|result|context|errorOutput)\b[\w.\[\]]*|\$\$?\.[A-Za-z_][\w.]*")


def check_payloads(definition: LintedDefinition) -> Iterator[Problem]:
    """Paths in Payload Templates, and expressions in JSONata fields, that are plain text to AWS."""
    for state in definition.states:
        check = _in_payload if state.language == "JSONPath" else _in_jsonata
        for template in payload_templates(state.value, state.type, state.pointer):
            yield from check(template.value, template.pointer, template.field, 0)
        if state.type == "Pass" and state.language == "JSONPath" and "Result" in state.value:
            yield from _in_result(state)


def _in_payload(value: Any, pointer: str, key: str, depth: int) -> Iterator[Problem]:
    if isinstance(value, str):
        if _PATH.fullmatch(value) and not _SPEAKS_OF_PATHS.search(key):
            hint = "" if depth else f"{key} is a template: an object with such a key; to send the value at a path use InputPath"
            yield found("forgotten-path", pointer, hint, on_value=True, text=_short(value), key=key)
    elif depth > DEEPEST:
        return
    elif isinstance(value, dict):
        for name, item in value.items():
            if not name.endswith(".$") and not (isinstance(item, str) and f"{name}.$" in value):
                yield from _in_payload(item, child(pointer, name), name, depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, str) and _PATH.fullmatch(item) and not _SPEAKS_OF_PATHS.search(key):
                hint = f'make the array with an intrinsic function: "{key}.$": "States.Array({item}, ...)"'
                yield found("forgotten-path", f"{pointer}/{index}", hint, on_value=True, text=_short(item), key=key)
            elif not isinstance(item, str):
                yield from _in_payload(item, f"{pointer}/{index}", key, depth + 1)


def _in_result(state: State) -> Iterator[Problem]:
    """Result is constant: neither a path nor a key that ends in `.$` means anything in it."""
    for value, pointer, key in _strings(state.value["Result"], f"{state.pointer}/Result", "Result", 0):
        if _PATH.fullmatch(value) and not _SPEAKS_OF_PATHS.search(key):
            hint = "Result is constant; Parameters has paths"
            yield found("forgotten-path", pointer, hint, on_value=True, text=_short(value), key=key)


def _strings(value: Any, pointer: str, key: str, depth: int) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, str):
        yield value, pointer, key
    elif depth <= DEEPEST and isinstance(value, dict):
        for name, item in value.items():
            yield from _strings(item, child(pointer, name), name, depth + 1)
    elif depth <= DEEPEST and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, f"{pointer}/{index}", key, depth + 1)


def _in_jsonata(value: Any, pointer: str, key: str, depth: int) -> Iterator[Problem]:
    if isinstance(value, str):
        if jsonata_source(value) is None and _JSONATA.fullmatch(value) and not _SPEAKS_OF_PATHS.search(key):
            message = f"'{_short(value)}' is plain text here: an expression begins with {{% and ends with %}}"
            yield found("no-expression", pointer, f'write "{{% {value} %}}"', on_value=True, message=message)
    elif depth > DEEPEST:
        return
    elif isinstance(value, dict):
        for name, item in value.items():
            where = child(pointer, name)
            if name.endswith(".$") and isinstance(item, str) and item.startswith(("$", "States.")):
                yield found("path-key-in-jsonata", where, key=name, plain=name[:-2])
            else:
                yield from _in_jsonata(item, where, name, depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _in_jsonata(item, f"{pointer}/{index}", key, depth + 1)


def check_comparisons(definition: LintedDefinition) -> Iterator[Problem]:
    """Choice Rules that compare with a path as if it were text: `StringEquals` where `StringEqualsPath` was meant."""
    for state in definition.states:
        if state.type == "Choice" and state.language == "JSONPath":
            for rule, pointer in state.objects("Choices"):
                yield from _in_rule(rule, pointer, 0)


_OPERATORS: Final = ("StringEquals", "StringLessThan", "StringGreaterThan", "StringLessThanEquals", "StringGreaterThanEquals")


def _in_rule(rule: Mapping[str, Any], pointer: str, depth: int) -> Iterator[Problem]:
    for name in _OPERATORS:
        operand = rule.get(name)
        if isinstance(operand, str) and _PATH.fullmatch(operand):
            hint = f"use {name}Path to compare with the value there"
            yield found("forgotten-path", f"{pointer}/{name}", hint, on_value=True, text=_short(operand), key=name)
    if depth <= DEEPEST:
        inner = rule.get("Not")
        if isinstance(inner, dict):
            yield from _in_rule(inner, f"{pointer}/Not", depth + 1)
        for name in ("And", "Or"):
            parts = rule.get(name)
            for index, part in enumerate(parts if isinstance(parts, list) else ()):
                if isinstance(part, dict):
                    yield from _in_rule(part, f"{pointer}/{name}/{index}", depth + 1)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
