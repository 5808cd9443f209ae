"""Problems as text for people, JSON, SARIF 2.1.0, and GitHub's workflow commands.

SARIF: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. Commands:
https://docs.github.com/en/actions/writing-workflows/choosing-what-your-workflow-does/workflow-commands-for-github-actions
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import pytest_sfn
from pytest_sfn.errors import excerpt, printable, split_lines
from pytest_sfn.links import url
from pytest_sfn.lint.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pytest_sfn.lint.find import Linted
    from pytest_sfn.lint.linter import Lint
    from pytest_sfn.lint.rules import Rule

__all__ = ["FORMATS", "counted", "describe"]


_lines = lru_cache(maxsize=8)(split_lines)
"""Of a text with many problems once."""


def describe(item: Lint, texts: Mapping[str, str], file: str = "") -> str:
    """One problem as a compiler would show it: place, severity, code; the line with a caret; the hint and where to read on.

    Args:
        texts: the text of each file, by the name that locations have.
        file: the place of a problem that has none itself.
    """
    place = item.location or file or "definition"
    state = f"state '{item.state}': " if item.state is not None else ""
    lines = [f"{place}: {item.severity} {item.code} {item.rule.name}: {state}{item.message}"]
    if item.location is not None and item.location.file in texts:
        written = _lines(texts[item.location.file])
        if item.location.line <= len(written):
            lines += excerpt(written[item.location.line - 1], item.location)
    if item.hint:
        lines.append(f"  fix  {item.hint}")
    lines.append(f"  see  {item.rule.see}")
    return "\n".join(map(printable, lines))


def counted(linted: Sequence[Linted]) -> str:
    """`3 errors and 1 warning in 2 state machines`."""
    problems = [each for machine in linted for each in machine.problems]
    counts = {kind: sum(each.severity == kind for each in problems) for kind in ("error", "warning", "info")}
    shown = [_count(number, kind) for kind, number in counts.items() if number or kind == "error"]
    what = " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
    if not problems:
        what = "nothing to report"
    return f"{what} in {_count(len(linted), 'state machine')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 and noun != 'info' else ''}"


def _text(linted: Sequence[Linted]) -> str:
    parts = [describe(each, machine.texts, str(machine.file)) for machine in linted for each in machine.problems]
    return "\n".join([*parts, counted(linted)])


def _json(linted: Sequence[Linted]) -> str:
    problems = [_as_dict(each, machine) for machine in linted for each in machine.problems]
    return _json_text({"machines": len(linted), "problems": problems})


def _json_text(value: Any) -> str:
    """JSON that neither a terminal nor a CI service acts on; as a value it has all texts as they are."""
    return json.dumps(value, indent=2).replace("##", "#\\u0023").replace("\x7f", "\\u007f")


def _as_dict(item: Lint, machine: Linted) -> dict[str, Any]:
    place = item.location
    return {
        "code": item.code,
        "name": item.rule.name,
        "severity": item.severity,
        "message": item.message,
        "hint": item.hint,
        "file": place.file if place else str(machine.file),
        "line": place.line if place else None,
        "column": place.column if place else None,
        "machine": machine.machine or None,
        "state": item.state,
        "pointer": item.pointer,
        "see": item.rule.see,
    }


_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}


def _sarif(linted: Sequence[Linted]) -> str:
    driver = {
        "name": "pytest-sfn",
        "version": pytest_sfn.__version__,
        "rules": [_sarif_rule(rule) for rule in RULES],
    }
    results = [_sarif_result(each, machine) for machine in linted for each in machine.problems]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    report = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return _json_text(report)


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.name.replace("-", " ")},
        "help": {"text": f"See {rule.see}"},
        "helpUri": url(rule.page),
        "defaultConfiguration": {"level": _LEVELS[rule.severity], "enabled": rule.severity != "info"},
    }


def _sarif_result(item: Lint, machine: Linted) -> dict[str, Any]:
    place = item.location
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.file if place else str(machine.file))}}
    if place is not None:
        physical["region"] = {"startLine": place.line, "startColumn": place.column}
    location: dict[str, Any] = {"physicalLocation": physical}
    if item.state is not None:
        location["logicalLocations"] = [{"name": item.state, "fullyQualifiedName": item.pointer}]
    text = f"{item.message} ({item.hint})" if item.hint else item.message
    return {
        "ruleId": item.code,
        "ruleIndex": RULES.index(item.rule),
        "level": _LEVELS[item.severity],
        "message": {"text": text},
        "locations": [location],
    }


def _uri(file: str) -> str:
    path = file.replace("\\", "/")
    if PureWindowsPath(path).is_absolute():  # a drive; a colon in a relative path is quoted
        return f"file:///{path[:2]}{quote(path[2:])}"
    uri = quote(os.fsencode(path))
    return f"file://{uri}" if path.startswith("/") else uri


_COMMANDS: Final = {"error": "error", "warning": "warning", "info": "notice"}


def _github(linted: Sequence[Linted]) -> str:
    return "\n".join(_commands(linted))


def _commands(linted: Sequence[Linted]) -> Iterator[str]:
    for machine in linted:
        for item in machine.problems:
            place = item.location
            where = {"file": place.file if place else str(machine.file)}
            if place is not None:
                where |= {"line": str(place.line), "col": str(place.column)}
            where["title"] = f"{item.code} {item.rule.name}"
            properties = ",".join(f"{name}={_property(value)}" for name, value in where.items())
            state = f"state '{item.state}': " if item.state is not None else ""
            hint = f"\n{item.hint}" if item.hint else ""
            yield f"::{_COMMANDS[item.severity]} {properties}::{_data(f'{state}{item.message}{hint}')}"


def _data(text: str) -> str:
    return printable(text, "\r\n").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: Final[Mapping[str, Callable[[Sequence[Linted]], str]]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
}
"""By name: a function from the machines that were linted to the text."""
