"""The rules of the linter: one table. Messages and reports come from it, and a test compares the docs page with it.

A code never changes its meaning, and is never used for another rule. The hundreds say what a rule is about:

* SFN1xx: AWS refuses the definition when a state machine is created from it. The message is AWS's own where it is known.
* SFN2xx: the way through the states. SFN3xx: Retry and Catch. SFN4xx: payloads and expressions. SFN5xx: variables.
* SFN6xx: services and their parameters. SFN7xx: time, quotas, Express. SFN8xx: the template around the machine. SFN0xx: the
  linter itself.

An *error* is refused by AWS, or fails for certain when the execution gets there; a *warning* is hardly ever meant; an
*info* is off unless the user selects it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal

from pytest_sfn.dataclass import dataclass
from pytest_sfn.links import see
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["BY_NAME", "PAGE", "RULES", "Problem", "Rule", "Severity", "chosen", "codes", "found"]

Severity = Literal["error", "warning", "info"]
PAGE: Final = "lint"
"""The page of the documentation that explains them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table.

    Attributes:
        code: `SFN201`.
        name: `unreachable-state`; settings and Comments take it instead of the code.
        message: the text for a place, with `{parts}` to fill in.
        hint: how to mend it, where that does not depend on the place.
    """

    code: str
    name: str
    severity: Severity
    message: str
    hint: str = ""

    @property
    def anchor(self) -> str:
        """The heading of its section of the docs page, as a fragment."""
        return f"{self.code.lower()}-{self.name}"

    @property
    def page(self) -> str:
        """Where it is explained, as `pytest-sfn docs` takes it."""
        return f"{PAGE}#{self.anchor}"

    @property
    def see(self) -> str:
        """Where it is explained, as messages say it."""
        return see(self.page)


@dataclass(frozen=True, slots=True)
class Problem:
    """A violation of a rule at a place in the definition's values.

    Attributes:
        pointer: JSON Pointer of the place to show.
        on_value: whether to show the value instead of its key.
        severity: if it is another than the rule's.
    """

    rule: Rule
    pointer: str
    message: str
    hint: str
    on_value: bool = False
    severity: Severity | None = None


_SAID = "{message}"  # by the parser, in AWS's words where they are known

RULES: Final = (
    Rule("SFN001", "unknown-code", "warning", "'{code}' is not a rule of the linter"),
    Rule("SFN002", "not-looked-at", "warning", _SAID),
    # AWS refuses it
    Rule("SFN101", "unreadable", "error", _SAID),
    Rule("SFN102", "duplicate-key", "error", _SAID, "remove one of the two"),
    Rule("SFN103", "schema", "error", _SAID),
    Rule("SFN104", "missing-target", "error", _SAID),
    Rule("SFN105", "no-end", "error", _SAID),
    Rule("SFN106", "duplicate-state-name", "error", _SAID),
    Rule("SFN107", "state-name", "error", _SAID),
    Rule("SFN108", "label", "error", _SAID),
    Rule("SFN109", "expression-syntax", "error", _SAID),
    Rule("SFN110", "jsonata-reference", "error", _SAID),
    Rule("SFN111", "unknown-resource", "error", _SAID),
    Rule("SFN112", "states-all", "error", _SAID),
    Rule("SFN113", "variable-name", "error", _SAID),
    Rule("SFN114", "express", "error", _SAID),
    Rule("SFN115", "too-deeply-nested", "error", _SAID),
    Rule("SFN116", "definition-not-found", "error", _SAID),
    Rule("SFN117", "unknown-reference", "error", _SAID),
    # The way through the states
    Rule("SFN201", "unreachable-state", "error", _SAID, "lead to it with Next, Default, Choices or Catch, or remove it"),
    Rule(
        "SFN202",
        "unreachable-cycle",
        "warning",
        "State '{name}' cannot be reached from StartAt, only from states that are not reached either",
        "lead to it with Next, Default, Choices or Catch, or remove it",
    ),
    Rule(
        "SFN203",
        "choice-without-default",
        "warning",
        "No Default: an input that no Choice Rule matches ends the execution with States.Runtime",
        'add a "Default", for example a Fail state that names the problem',
    ),
    Rule(
        "SFN204",
        "no-way-out",
        "warning",
        "{names} lead only to one another: an execution that enters them never ends by itself",
        "lead out of the circle by a Choice, or end in one of its states",
    ),
    Rule(
        "SFN205",
        "busy-loop",
        "warning",
        "{names} form a circle in which nothing changes: an execution that completes it once never ends",
        "let a state of the circle change the value that the Choice compares",
    ),
    Rule(
        "SFN206",
        "polling-without-wait",
        "warning",
        "{action} is called again and again without a Wait in between: each round is billed and counts towards throttling",
        "put a Wait state into the circle, or use the integration that waits (.sync)",
    ),
    # Retry and Catch
    Rule(
        "SFN301",
        "shadowed",
        "warning",
        "'{name}' never reaches this: {former} takes it first",
        "put the narrower one first, or remove this one",
    ),
    Rule("SFN302", "unknown-error-name", "warning", _SAID),
    Rule("SFN303", "error-never-raised", "warning", "{resource} never raises '{name}'{why}"),
    Rule(
        "SFN304",
        "timeout-never-raised",
        "warning",
        "'{name}' is never raised, since the state has no {fields}",
        "give the state {fields}; a function that times out by itself raises Sandbox.Timedout",
    ),
    Rule(
        "SFN305",
        "message-as-error",
        "warning",
        "'{name}' is never raised: the handler raises {type}('{name}'), and Lambda reports the name of the class, {type}",
        "raise an exception whose class is called {name}",
    ),
    # Payloads and expressions
    Rule(
        "SFN401",
        "forgotten-path",
        "warning",
        "'{text}' is plain text here: it is a path only under a key that ends in .$",
        'write "{key}.$"',
    ),
    Rule("SFN402", "no-expression", "warning", "{message}"),
    Rule(
        "SFN403",
        "path-key-in-jsonata",
        "warning",
        "In JSONata a key that ends in .$ is a key like any other: the result has a field '{key}'",
        'write "{plain}": "{{% ... %}}"',
    ),
    Rule("SFN404", "questionable-expression", "warning", _SAID),
    Rule("SFN405", "missing-substitution", "info", _SAID),
    Rule(
        "SFN406",
        "unresolved-substitution",
        "warning",
        "{placeholder} has no value among the template's DefinitionSubstitutions and stays as it is",
        "add it there, or remove it here",
    ),
    Rule(
        "SFN407",
        "unused-substitution",
        "warning",
        "The template gives a value for '{name}', but the definition has no ${{{name}}}",
    ),
    Rule("SFN408", "questionable-reference", "warning", _SAID),
    # Variables
    Rule("SFN501", "unassigned-variable", "error", "${name} is read, but no state assigns it in this scope{why}"),
    Rule(
        "SFN502",
        "possibly-unassigned-variable",
        "warning",
        "${name} may have no value here{why}",
        "assign it on every way that leads here",
    ),
    Rule("SFN503", "variable-reused-around", "warning", _SAID, "give one of the two another name"),
    # Services
    Rule(
        "SFN601",
        "resource-no-arn",
        "warning",
        "'{text}' is not an ARN, and AWS takes ARNs only",
        "name it by its ARN when it is deployed",
    ),
    Rule("SFN602", "unknown-service", "warning", "No service of the AWS SDK is called '{service}'"),
    Rule("SFN603", "unknown-action", "error", _SAID),
    Rule("SFN604", "unknown-parameter", "error", _SAID),
    Rule("SFN605", "missing-parameter", "error", _SAID),
    Rule("SFN606", "parameter-type", "error", _SAID),
    Rule("SFN607", "result-writer", "warning", "{what} has no {missing}", "{how}"),
    Rule("SFN608", "no-parameters", "error", _SAID),
    # Time, quotas, Express
    Rule(
        "SFN701",
        "callback-without-timeout",
        "warning",
        "Nothing limits how long this waits for an answer: if none comes, the execution hangs for a year",
        "give the state TimeoutSeconds or HeartbeatSeconds",
    ),
    Rule(
        "SFN702",
        "token-not-passed",
        "warning",
        "The task waits for an answer to its token, but does not pass the token on",
        "pass {token} in its {field}",
    ),
    Rule(
        "SFN703",
        "heartbeat-beyond-timeout",
        "warning",
        "HeartbeatSeconds ({heartbeat}) is not smaller than TimeoutSeconds ({timeout})",
    ),
    Rule(
        "SFN704",
        "payload-too-large",
        "error",
        "{field} alone is {size:,} bytes, and no state passes on more than 262,144",
        "keep it in S3 and pass its key",
    ),
    Rule(
        "SFN705",
        "wait-too-long",
        "warning",
        "A Wait of {seconds:,} seconds never ends: {kind} executions last {most} at most",
    ),
    Rule(
        "SFN706",
        "fails-by-retrying",
        "warning",
        "MaxAttempts {attempts:,} cannot all be made: {why}",
    ),
    Rule("SFN707", "machine-name", "error", "'{name}' is not a valid name of a state machine: {why}"),
    # The template around it
    Rule("SFN801", "template-section", "error", _SAID),
    Rule("SFN802", "resource-member", "error", _SAID),
    Rule("SFN803", "unknown-type", "error", _SAID),
    Rule("SFN804", "unknown-property", "error", _SAID),
    Rule("SFN805", "unknown-event", "error", _SAID),
    Rule("SFN806", "unknown-function", "error", _SAID),
    Rule("SFN807", "function-arguments", "error", _SAID),
    Rule("SFN808", "unknown-condition", "error", _SAID),
    Rule("SFN809", "unknown-map", "error", _SAID),
    Rule("SFN810", "missing-transform", "warning", _SAID),
    Rule("SFN811", "parameter", "error", _SAID),
    Rule("SFN812", "parameter-value", "error", _SAID),
    Rule("SFN813", "code-not-found", "warning", _SAID),
)

BY_NAME: Final[Mapping[str, Rule]] = {rule.name: rule for rule in RULES}
_BY_CODE: Final[Mapping[str, Rule]] = {rule.code: rule for rule in RULES}


def found(rule_name: str, pointer: str, hint: str = "", /, *, on_value: bool = False, **parts: Any) -> Problem:
    """The problem of that rule at a place; `parts` fill the blanks of its message and hint."""
    rule = BY_NAME[rule_name]
    return Problem(rule, pointer, rule.message.format(**parts), hint or rule.hint.format(**parts), on_value)


_SPLIT = re.compile(r"[\s,;]+")
_BY_THEMSELVES: Final = frozenset(rule.code for rule in RULES if rule.severity != "info")


def _split(named: str | Iterable[str]) -> list[str]:
    return [name for text in ([named] if isinstance(named, str) else named) for name in _SPLIT.split(text) if name]


def _codes(name: str) -> frozenset[str]:
    if name.lower() == "all":
        return frozenset(_BY_CODE)
    if name.lower() in BY_NAME:
        return frozenset((BY_NAME[name.lower()].code,))
    upper = name.upper()
    return frozenset(code for code in _BY_CODE if code.startswith(upper)) if upper.startswith("SFN") else frozenset()


def codes(named: str | Iterable[str]) -> tuple[frozenset[str], list[tuple[str, str]]]:
    """The codes of rules that are named by code, by name, or by a beginning of the code (`SFN3`, or `all`).

    Args:
        named: texts, each with any number of names between commas or blanks.

    Returns:
        (codes, names that are no rule: [(name, hint)]).
    """
    found = {name: _codes(name) for name in _split(named)}
    unknown = [
        (name, suggest(name, [*_BY_CODE, *BY_NAME], "did you mean {}?") or "pytest-sfn lint --list-rules lists them")
        for name, some in found.items()
        if not some
    ]
    return frozenset[str]().union(*found.values()), unknown


def chosen(select: Iterable[str] = (), ignore: Iterable[str] = (), extend_select: Iterable[str] = ()) -> frozenset[str]:
    """The codes that are on. Of two names that mean the same rule the more precise one wins, as in ruff; else `ignore` does.

    Args:
        select: names as `codes` takes them: those rules alone are on; empty for all errors and warnings.
        ignore: those are off.
        extend_select: those are on besides.
    """
    least = -len(RULES) - 1
    best = dict.fromkeys(() if _split(select) else _BY_THEMSELVES, (least, 0))
    for rank, names in ((0, select), (0, extend_select), (1, ignore)):
        for name in _split(names):
            some = _codes(name)
            for code in some:
                best[code] = max(best.get(code, (least, 0)), (-len(some), rank))
    return frozenset(code for code, (_, rank) in best.items() if rank == 0)
