"""What the executions of a page share: kinds of events, names of stages, scopes of variables, and texts without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pytest_sfn.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_sfn.report.redaction import Redaction
    from pytest_sfn.viewer.values import Values

__all__ = ["Row", "Tables"]

PAYLOADS: Final = frozenset({"input", "output", "parameters"})
"""Members of an event's details that are JSON text."""
UNCUT: Final = {"truncated": False}

Row: TypeAlias = list[Any]


class Tables:
    """Gives numbers to what many rows have in common.

    Args:
        values: gets the values.
        redaction: knows the secrets.
    """

    def __init__(self, values: Values, redaction: Redaction) -> None:
        self.values = values
        self.redaction = redaction
        self.kinds: dict[Any, int] = {}
        self.stage_names: dict[tuple[str, ...], int] = {}
        self.scopes: dict[int, tuple[Any, int]] = {}
        self.scope_rows: list[Row] = []
        self.variables: dict[str, int] = {}
        """Of the latest scope."""

    def data(self) -> dict[str, Any]:
        """The tables, for the page's script."""
        return {
            "kinds": [[kind, name, [list(member) for member in shape]] for kind, name, shape in self.kinds],
            "stages": list(self.stage_names),
            "scopes": self.scope_rows,
        }

    def hide(self, text: str) -> str:
        """A text without secrets, and with control characters escaped."""
        return printable(self.redaction.text(text), "\n\t")

    def string(self, text: str) -> int:
        """The number of a text as a value, without secrets."""
        return self.values.value(self.redaction.text(text))

    def kind(self, event: dict[str, Any]) -> tuple[int, Row]:
        """The kind of an event, and what it has beside it."""
        name, details = next(((name, value) for name, value in event.items() if name.endswith("EventDetails")), ("", {}))
        shape: list[tuple[str, str, Any]] = []
        own: Row = []
        for member, value in details.items():
            if value == UNCUT:
                continue
            if member in PAYLOADS:
                shape.append((member, "value", None))
                own.append(self.values.text(value))
            elif member == "assignedVariables":
                shape.append((member, "values", None))
                own.append({printable(variable): self.values.text(text) for variable, text in value.items()})
            elif member == "cause":
                shape.append((member, "value", None))
                own.append(self.string(value))
            elif isinstance(value, str):
                shape.append((member, "constant", self.hide(value)))
            else:
                shape.append((member, "own", None))
                own.append(value)
        return self.kinds.setdefault((event["type"], name, tuple(shape)), len(self.kinds)), own

    def stages(self, names: Iterable[str]) -> int:
        """The number of a visit's stages by their names."""
        return self.stage_names.setdefault(tuple(names), len(self.stage_names))

    def scope(self, variables: Mapping[str, Any]) -> int:
        """The number of a scope of variables; -1 for none."""
        if not variables:
            return -1
        known = self.scopes.get(id(variables))
        if known is None:
            known = self.scopes[id(variables)] = variables, len(self.scope_rows)
            whole = {printable(name): self.values.value(value) for name, value in variables.items()}
            if self.variables.keys() <= whole.keys():
                added = {name: value for name, value in whole.items() if self.variables.get(name) != value}
                self.scope_rows.append([known[1] - 1, added])
            else:
                self.scope_rows.append([-1, whole])
            self.variables = whole
        return known[1]
