"""From a definition to its problems: those of the parser and of the checks, without those that are silenced.

The parser's findings (`asl.parse.diagnose`) become problems of the SFN1xx by their codes, or by the rule that a finding
names. A placeholder without a value is never a mistake: findings about a value with a placeholder are left out, and so are
findings about transitions where a placeholder may be any state's name.

A Comment silences problems of its own object and of everything inside it: `"Comment": "... sfn-lint:
ignore=SFN203,SFN401"`; the machine's Comment silences the whole definition. It may name codes, names of rules, and
beginnings of codes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.findings import UNSURE, aws_notation
from pytest_sfn.asl.outline import innermost_state, set_around
from pytest_sfn.asl.parse import findings
from pytest_sfn.asl.pointer import child, is_inside, resolve
from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import Diagnostic
from pytest_sfn.lint import errors, flow, limits, payloads, services, variables
from pytest_sfn.lint.definition import LintedDefinition, MachineType
from pytest_sfn.lint.rules import BY_NAME, Problem, Rule, Severity, chosen, codes, found
from pytest_sfn.services.calls import check_call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pytest_sfn.asl.source import Source
    from pytest_sfn.errors import DefinitionError, Location

__all__ = ["Lint", "Settings", "lint_refused", "lint_source"]

CHECKS: Final[tuple[Callable[[LintedDefinition], Iterable[Problem]], ...]] = (
    flow.check_choices,
    flow.check_circles,
    errors.check_shadowed,
    errors.check_never_raised,
    payloads.check_payloads,
    payloads.check_comparisons,
    variables.check_variables,
    services.check_services,
    services.check_writers,
    limits.check_waiting,
    limits.check_limits,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """One problem as it is reported.

    Attributes:
        pointer: AWS's notation of the place, `/States/Charge/Next`.
        state: the innermost state's name, None above the states.
        location: file, line and column; None for a definition given as a dict.
    """

    rule: Rule
    severity: Severity
    message: str
    hint: str
    pointer: str
    state: str | None
    location: Location | None

    @property
    def code(self) -> str:
        """The rule's code."""
        return self.rule.code


@dataclass(frozen=True, slots=True)
class Settings:
    """Which rules count.

    Attributes:
        on: codes of the rules that are on, see `pytest_sfn.lint.rules.chosen`.
    """

    on: frozenset[str] = chosen()

    def wants(self, rule: Rule) -> bool:
        """Whether problems of that rule are reported."""
        return rule.code in self.on


_BY_CODE: Final[Mapping[str, str]] = {
    "SCHEMA_VALIDATION_FAILED": "schema",
    "DUPLICATE_KEY": "duplicate-key",
    "MISSING_TRANSITION_TARGET": "missing-target",
    "MISSING_END_STATE": "no-end",
    "DUPLICATE_STATE_NAME": "duplicate-state-name",
    "INVALID_STATE_NAME": "state-name",
    "INVALID_LABEL_NAME": "label",
    "DUPLICATE_LABEL_NAME": "label",
    "INVALID_JSONATA_EXPRESSION": "expression-syntax",
    "UNSUPPORTED_JSONATA_EXPRESSION": "jsonata-reference",
    "TOO_DEEPLY_NESTED": "too-deeply-nested",
    "DEFINITION_NOT_FOUND": "definition-not-found",
    "DEFINITION_ELSEWHERE": "not-looked-at",
    "FILE_REFUSED": "not-looked-at",
    "UNREACHABLE_STATE": "unreachable-cycle",
    "UNKNOWN_ERROR_NAME": "unknown-error-name",
    "QUESTIONABLE_EXPRESSION": "questionable-expression",
    "NO_EXPRESSION": "no-expression",
    "MISSING_SUBSTITUTION": "missing-substitution",
}
"""Rules of the parser's codes. All other codes are about text that cannot be read."""
_FLOW: Final = frozenset({"missing-target", "no-end", "unreachable-state", "unreachable-cycle"})


def lint_source(
    source: Source, type: MachineType = "STANDARD", settings: Settings | None = None, more: Sequence[Problem] = ()
) -> list[Lint]:
    """All problems of a definition, in the order of its text.

    Args:
        source: read with `loose=True`, or a placeholder outside of quotes is no JSON.
        more: problems found in the template, if there is one.
    """
    settings = settings or Settings()
    comments = _Comments(source.value)
    problems = [*more, *comments.unknown]
    problems += [problem for problem in _refused(source, type) if settings.wants(problem.rule)]
    definition = LintedDefinition(source, type)
    for check in CHECKS:
        problems += check(definition)
    wanted = (each for each in problems if settings.wants(each.rule) and not comments.silence(each))
    return sorted((_located(source, each) for each in dict.fromkeys(wanted)), key=_order)


def lint_refused(error: DefinitionError, settings: Settings | None = None, location: Location | None = None) -> list[Lint]:
    """The problems of a text that cannot be read as a definition.

    Args:
        location: the place of an error that has none itself.
    """
    settings = settings or Settings()
    made = []
    whole = Diagnostic(code="UNREADABLE", message=str(error), pointer="", location=location)
    for item in error.diagnostics or (whole,):
        rule = BY_NAME[item.rule or _BY_CODE.get(item.code, "unreadable")]
        made.append(
            Lint(
                rule=rule,
                severity=rule.severity,
                message=item.message,
                hint=item.hint,
                pointer=item.pointer,
                state=item.state,
                location=item.location,
            )
        )
    return [each for each in made if settings.wants(each.rule)]


def _order(item: Lint) -> tuple[float, float, str]:
    return (item.location.line, item.location.column, item.code) if item.location else (float("inf"), 0, item.code)


def _located(source: Source, problem: Problem) -> Lint:
    return Lint(
        rule=problem.rule,
        severity=problem.severity or problem.rule.severity,
        message=problem.message,
        hint=problem.hint,
        pointer=aws_notation(source.value, problem.pointer),
        state=innermost_state(problem.pointer),
        location=source.locate(problem.pointer, value=problem.on_value),
    )


# Findings of the parser


def _refused(source: Source, type: MachineType) -> Iterator[Problem]:
    unknown = _Unknown(source)
    raised = _raised(source.value)
    for item in findings(source, type, check_call):
        rule = BY_NAME[item.rule or _BY_CODE.get(item.code, "unreadable")]
        pointer = item.at or item.pointer or ""
        if rule.name == "missing-substitution":
            yield Problem(rule, pointer, item.message, item.hint, True)
        elif rule.name == "unknown-error-name" and resolve(source.value, pointer, None) in raised:
            continue
        elif not unknown.holds(pointer) and not (rule.name in _FLOW and unknown.leads(pointer)):
            severity: Severity | None = "warning" if item.code == UNSURE else None  # ini sfn_parameter_check
            yield Problem(rule, pointer, item.message, item.hint or rule.hint, item.on_value, severity)


def _raised(value: Any, depth: int = 0) -> set[str]:
    """The error names that Fail states raise: they may begin with `States.` too."""
    if not isinstance(value, (dict, list)) or depth > 200:
        return set()
    parts = value.values() if isinstance(value, dict) else value
    names = set().union(*(_raised(part, depth + 1) for part in parts if isinstance(part, (dict, list))))
    if isinstance(value, dict) and value.get("Type") == "Fail" and isinstance(value.get("Error"), str):
        names.add(value["Error"])
    return names


class _Unknown:
    """The placeholders without a value."""

    def __init__(self, source: Source) -> None:
        self.value = source.value
        names = "|".join(map(re.escape, source.placeholders))
        self.pattern = re.compile(r"\$\{\s*(?:" + names + r")\s*\}") if names else None

    def holds(self, pointer: str) -> bool:
        """Whether the value at that place is a text with a placeholder."""
        if self.pattern is None:
            return False
        value = resolve(self.value, pointer, None)
        return isinstance(value, str) and self.pattern.search(value) is not None

    def leads(self, pointer: str) -> bool:
        """Whether a name or a transition of the states around that place holds a placeholder."""
        if self.pattern is None:
            return False
        around = resolve(self.value, child(set_around(pointer), "States"), None)
        states = around if isinstance(around, dict) else {}
        if any(self.pattern.search(name) for name in states):
            return True
        return any(self.pattern.search(target) for state in states.values() for target in _targets(state, 0))


def _targets(value: Any, depth: int) -> Iterator[str]:
    """Texts that may be transitions: Next, Default, and placeholders for a whole list of rules or Catchers."""
    if not isinstance(value, dict) or depth > 2:
        return
    for name in ("Next", "Default", "Choices", "Catch", "Type"):
        item = value.get(name)
        if isinstance(item, str):
            yield item
        elif isinstance(item, list):
            for part in item:
                yield from (part,) if isinstance(part, str) else _targets(part, depth + 1)


# Comments


_IGNORE: Final = re.compile(r"sfn-lint:\s*ignore\s*=\s*([\w-]+(?:\s*,\s*[\w-]+)*)", re.IGNORECASE)
_ALMOST: Final = re.compile(r"sfn-lint\W+(?:ignore|disable|noqa)\b[^.]{0,40}", re.IGNORECASE)
"""A Comment that means to silence rules, in other words than ours."""


class _Comments:
    """The codes that Comments silence, by the pointer of the Comment's object."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.ignored: dict[str, frozenset[str]] = {}
        self.unknown: list[Problem] = []
        self._read(value, "", 0)

    def _read(self, value: Any, pointer: str, depth: int) -> None:
        if depth > 200:
            return
        if isinstance(value, dict):
            comment = value.get("Comment")
            if isinstance(comment, str) and "sfn-lint" in comment.lower():
                ignored, unknown = codes(_IGNORE.findall(comment))
                if not _IGNORE.search(comment) and (almost := _ALMOST.search(comment)):
                    unknown = [(almost[0].strip(), 'a Comment silences rules by "sfn-lint: ignore=SFN203"')]
                self.ignored[pointer] = ignored
                self.unknown += [
                    found("unknown-code", f"{pointer}/Comment", hint, on_value=True, code=name) for name, hint in unknown
                ]
            for key, item in value.items():
                if isinstance(item, (dict, list)):
                    self._read(item, child(pointer, key), depth + 1)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, (dict, list)):
                    self._read(item, f"{pointer}/{index}", depth + 1)

    def silence(self, problem: Problem) -> bool:
        """Whether a Comment around the place silences the rule."""
        return any(
            problem.rule.code in ignored and is_inside(problem.pointer, pointer) for pointer, ignored in self.ignored.items()
        )
