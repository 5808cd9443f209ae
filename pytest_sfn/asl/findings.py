"""The parser's findings: the problems of a definition, collected while it reads.

Inside the parser a place is a JSON Pointer (RFC 6901), the key to the table of positions. A `Finding` becomes a
`Diagnostic` at the end: its place in AWS's notation, `/States/Charge/Retry[0]/ErrorEquals`, and its line and column,
which are looked up for findings only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, NoReturn

from pytest_sfn.asl.outline import innermost_state
from pytest_sfn.asl.pointer import child, resolve, steps
from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import Diagnostic, Location

if TYPE_CHECKING:
    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.asl.source import Source
    from pytest_sfn.expressions.env import ExpressionSyntaxError

__all__ = [
    "EXPRESSION",
    "MISSING",
    "SCHEMA",
    "UNSURE",
    "CallCheck",
    "Finding",
    "Findings",
    "ServiceCall",
    "Unfilled",
    "aws_notation",
    "hint_of",
]

SCHEMA: Final = "SCHEMA_VALIDATION_FAILED"
EXPRESSION: Final = "expression-syntax"
UNSURE: Final = "PARAMETER_CHECK"
"""The code of what AWS refuses by a model that may be older than the service: a warning, by ini `sfn_parameter_check`."""
MISSING: Final = "MISSING_SUBSTITUTION"

Unfilled = Callable[[Any, Any], NoReturn]
"""The stand-in of the model for a `${Name}` without a value: it loads, but cannot be evaluated."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem in terms of the definition's values; the parser makes a Diagnostic of it.

    Attributes:
        pointer: JSON Pointer of the place that AWS names; None if AWS names none.
        at: JSON Pointer of the place to show, if that is another.
        on_value: whether the value is to be shown rather than its key.
        state: the innermost state's name; None to take it from the pointer.
        rule: as in Diagnostic.
    """

    code: str
    message: str
    pointer: str | None
    hint: str = ""
    at: str | None = None
    on_value: bool = False
    severity: Literal["ERROR", "WARNING"] = "ERROR"
    state: str | None = None
    rule: str = ""
    subject: str = ""


class ServiceCall(NamedTuple):
    """A Task that calls a service, as it is written.

    Attributes:
        state: the state's fields.
        pointer: JSON Pointer of the state.
        jsonpath: whether it speaks JSONPath, else JSONata.
    """

    resource: Resource
    state: Mapping[str, Any]
    pointer: str
    jsonpath: bool


CallCheck = Callable[[ServiceCall], Iterable[Finding]]
"""What is wrong with a call, by the service's model: rooms above this one know it."""


class Findings:
    """The findings on one definition.

    Attributes:
        value: the definition.
        failed: whether one of the findings is an error.
        state: the state being read, whose name findings get.
    """

    def __init__(self, source: Source, value: dict[str, Any], prefix: str = "") -> None:
        """`prefix`: JSON Pointer of what the source holds within `value`, if that is only a part of it."""
        self.source = source
        self.value = value
        self.prefix = prefix
        self.findings: list[Finding] = []
        self.failed = False
        self.state: str | None = None
        names = "|".join(map(re.escape, source.placeholders))
        self.placeholder = re.compile(r"\$\{\s*(?:" + names + r")\s*\}") if names else None

    def add(self, *findings: Finding) -> None:
        for finding in findings:
            self.findings.append(finding if self.state is None else replace(finding, state=self.state))
            self.failed = self.failed or finding.severity == "ERROR"

    def wrong(self, message: str, pointer: str, hint: str = "", code: str = SCHEMA, rule: str = "") -> None:
        """The value at `pointer` is not what it may be."""
        self.add(Finding(code, message, pointer, hint, on_value=True, rule=rule))

    def unfilled(self, value: Any, pointer: str, *, text: bool = True) -> Unfilled | None:
        """A stand-in for an expression or a number that has a placeholder without a value; notes it.

        Args:
            text: whether text may be there, else a number or a boolean.
        """
        if self.placeholder is None or not isinstance(value, str) or not (match := self.placeholder.search(value)):
            return None
        name = _name(match[0])
        message = f"{match[0]} has no value{self._why(name)}, and the definition cannot be run without it"
        hint = self._way_to_fill(match[0], pointer, text=text)
        self.add(Finding(MISSING, message, pointer, hint, on_value=True, severity="WARNING", subject=name))
        return self.stand_in(self.findings[-1])

    def _way_to_fill(self, placeholder: str, pointer: str, *, text: bool) -> str:
        hint = self.source.way_to_fill(_name(placeholder))
        quoted = "" if text else self.source.stays_text(pointer.removeprefix(self.prefix), placeholder)
        return f"{quoted}, and {hint}" if quoted else hint

    def _why(self, name: str) -> str:
        why = self.source.why_unfilled(name)
        return f" ({why})" if why else ""

    def _hint(self, finding: Finding) -> str:
        """The hint of a finding: where the refused value is a placeholder, or was put in for one, what to do about that."""
        pointer = finding.at or finding.pointer
        if not (finding.on_value and finding.severity == "ERROR" and pointer):
            return finding.hint
        value = resolve(self.value, pointer, None)
        if not isinstance(value, str):
            return finding.hint
        text = not finding.message.startswith("Expected value of type")  # which is never a text's own type
        if self.placeholder is not None and (match := self.placeholder.search(value)) is not None:
            return f"{match[0]} has no value{self._why(_name(match[0]))}; {self._way_to_fill(match[0], pointer, text=text)}"
        place = pointer.removeprefix(self.prefix)
        if not text and (placeholder := self.source.filled(place, value)):
            return self.source.stays_text(place, placeholder) or finding.hint
        return finding.hint

    def unfilled_in(self, pointer: str) -> Unfilled | None:
        """A stand-in for the value at `pointer` if it, or a field of it, has a placeholder without a value."""
        if self.placeholder is None:
            return None
        found = [each for each in self.findings if each.code == MISSING and f"{each.pointer}/".startswith(f"{pointer}/")]
        return self.stand_in(found[0]) if found else None

    def stand_in(self, finding: Finding) -> Unfilled:
        """The stand-in for the value that a finding of `unfilled` is about."""

        def evaluate(_data: Any, _env: Any) -> NoReturn:
            raise self.source.error([replace(self._diagnostic(finding), severity="ERROR")])

        return evaluate

    def is_object(self, value: Any, pointer: str) -> bool:
        if not isinstance(value, dict):
            self.wrong("Expected value of type Object", pointer)
        return isinstance(value, dict)

    def objects(self, value: Any, pointer: str) -> list[tuple[dict[str, Any], str]]:
        """The objects of a list, each with its place."""
        if not isinstance(value, list):
            self.wrong("Expected value of type Array", pointer)
            return []
        items = [(item, f"{pointer}/{index}") for index, item in enumerate(value)]
        return [(item, place) for item, place in items if self.is_object(item, place)]

    def refuse(self, error: ExpressionSyntaxError, pointer: str, prefix: str = "") -> Unfilled | None:
        """Note what is wrong with the expressions of the field at `pointer`.

        Returns:
            what to put into the model if all of it is for want of a substitution.
        """
        pending: list[Unfilled | None] = []
        for each in (error, *error.others):
            place = pointer
            for key in each.path:
                place = child(place, key)
            stand_in = self.unfilled(resolve(self.value, place), place)
            if stand_in is None:
                message = prefix + each.message
                self.add(Finding(each.code or SCHEMA, message, place, hint_of(each), on_value=True, rule=EXPRESSION))
            pending.append(stand_in)
        return None if None in pending else pending[0]

    def diagnostics(self) -> list[Diagnostic]:
        return [self._diagnostic(finding) for finding in self.findings]

    def _diagnostic(self, finding: Finding) -> Diagnostic:
        shown = finding.at or finding.pointer or ""
        return Diagnostic(
            severity=finding.severity,
            code=finding.code,
            message=finding.message,
            pointer="" if finding.pointer is None else aws_notation(self.value, finding.pointer),
            state=finding.state if finding.state is not None else innermost_state(shown),
            location=self.locate(shown, value=finding.on_value),
            hint=self._hint(finding),
            rule=finding.rule,
            subject=finding.subject,
        )

    def locate(self, pointer: str, *, value: bool = False) -> Location | None:
        return self.source.locate(pointer.removeprefix(self.prefix), value=value)


def _name(placeholder: str) -> str:
    return placeholder.strip("${} \t")


def hint_of(error: ExpressionSyntaxError) -> str:
    column = "" if error.column is None else f"column {error.column + 1} of the expression"
    return "; ".join(filter(None, (column, error.hint)))


def aws_notation(value: Any, pointer: str) -> str:
    """A JSON Pointer as AWS writes places: `/States/A/Retry[0]`, names unescaped, `/` for the whole."""
    shown = ""
    for key in steps(pointer):
        if isinstance(value, list):
            shown += f"[{key}]"
            value = value[int(key)] if int(key) < len(value) else None
        else:
            shown += f"/{key}"
            value = value.get(key) if isinstance(value, dict) else None
    return shown or "/"
