"""What can be wrong with a definition, where, and how that is told.

A reader or the parser collects `Diagnostic`s and raises one `definition_error` that lists them all, in the order of the
text. `warn` is for what is probably not meant but works.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pytest_sfn.errors import DefinitionError, DefinitionWarning

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Diagnostic", "Location", "definition_error", "excerpt", "split_lines", "warn"]


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the text as the user wrote it; line and column start at 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One problem of a definition.

    Attributes:
        code: AWS's code where AWS has one (`SCHEMA_VALIDATION_FAILED`), ours otherwise (`DUPLICATE_KEY`).
        message: AWS's words where known, without the code and the location.
        pointer: AWS's notation of the place, `/States/Charge/Next`; "" where AWS names none.
        state: the innermost state's name, or None above the states.
        location: file, line and column, None for a definition given as a dict.
        hint: how to mend it, or the empty string.
        rule: what it is about, where the code says too little: the name of a rule of `python -m pytest_sfn lint`.
    """

    severity: Literal["ERROR", "WARNING"] = "ERROR"
    code: str
    message: str
    pointer: str
    state: str | None = None
    location: Location | None = None
    hint: str = ""
    rule: str = ""


def definition_error(name: str | None, diagnostics: Iterable[Diagnostic], text: str | None = None) -> DefinitionError:
    """The one error that lists every problem of a definition, in the order of its text.

    Args:
        name: the file as shown to users, None for a definition given as a dict.
        diagnostics: at least one; those without a location come last.
        text: the definition's text; with it each problem shows the line concerned and a caret.
    """
    found = sorted(diagnostics, key=_position)
    lines = split_lines(text) if text is not None else []
    parts = [_describe(item, name, lines) for item in found]
    if len(parts) > 1:
        parts.insert(0, f"{name or 'the definition'} has {len(parts)} problems")
    return DefinitionError("\n".join(parts), found)


def _position(diagnostic: Diagnostic) -> tuple[float, float]:
    location = diagnostic.location
    return (location.line, location.column) if location else (float("inf"), 0)


def _describe(item: Diagnostic, name: str | None, lines: list[str]) -> str:
    place = str(item.location) if item.location else f"{name or 'definition'} at {item.pointer or '/'}"
    severity = "warning: " if item.severity == "WARNING" else ""
    state = f"state '{item.state}': " if item.state is not None else ""
    parts = [f"{place}: {severity}{state}{item.code}: {item.message}"]
    if item.location and item.location.line <= len(lines):
        parts += excerpt(lines[item.location.line - 1], item.location)
    if item.hint:
        parts.append(f"  fix  {item.hint}")
    return "\n".join(parts)


_WIDTH = 100


def excerpt(line: str, location: Location) -> list[str]:
    """The line with a caret below; of a long line (a minified definition) only what stands around the column."""
    column = location.column - 1
    start = max(0, column - _WIDTH // 2) if len(line) > _WIDTH else 0
    # Blanks for tabs and control characters, or the caret would not stand below its column.
    shown = re.sub(r"[^\S ]|[\x00-\x1f\x7f]", " ", line[start : start + _WIDTH]).rstrip()
    cut = "..." if start else ""
    margin = f"{location.line:>5} | "
    return [f"{margin}{cut}{shown}", " " * 6 + "| " + " " * (column - start + len(cut)) + "^"]


def split_lines(text: str) -> list[str]:
    """The lines of a text, as editors count them."""
    return re.split(r"\r\n|\r|\n", text)


def warn(message: str) -> None:
    """Issue a `DefinitionWarning` at the line outside of this package that caused it."""
    package = f"{Path(__file__).parents[1]}{os.sep}"
    frame: Any = sys._getframe(1)
    level = 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        frame = frame.f_back
        level += 1
    warnings.warn(message, DefinitionWarning, stacklevel=level)
