"""Choice rules in JSONPath: this module checks their shape, and `expressions.comparisons` compiles those that are right.

A rule is a Variable with one comparison operator, or And, Or, Not around other rules. The operators are not rows of the
table of fields: their names are those of `comparisons.OPERATORS`, and the name says what the operand is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.fields import FIELDS
from pytest_sfn.asl.findings import MISSING, SCHEMA, Finding, Findings
from pytest_sfn.asl.pointer import child
from pytest_sfn.asl.validate import TIMESTAMP_HINT
from pytest_sfn.expressions.comparisons import OPERATORS, compile_condition
from pytest_sfn.expressions.env import ExpressionSyntaxError
from pytest_sfn.expressions.timestamps import parse_timestamp
from pytest_sfn.expressions.values import is_number
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from pytest_sfn.expressions.comparisons import Condition

__all__ = ["is_comparison", "read_comparison"]

_LOGIC: Final = ("And", "Or", "Not")
_SELECTORS: Final = (*_LOGIC, "Variable", "Condition")
"""Of these, a rule has one. In JSONPath the last is refused in words of its own, before a rule comes here."""
_DEEPEST: Final = 64


_COMPARE: Final = 'compare a "Variable" with one operator, and join several comparisons with And, Or, Not'


def is_comparison(name: str) -> bool:
    """Whether a field belongs to the comparison of a JSONPath rule."""
    return name == "Variable" or name in _LOGIC or name in OPERATORS


def read_comparison(rule: dict[str, Any], pointer: str, findings: Findings) -> Condition | None:
    """The condition of a rule, given without its Next, Assign and Comment; None if something is wrong, which is noted."""
    before = len(findings.findings)
    _check_rule(rule, pointer, findings, 0)
    found = findings.findings[before:]
    if any(finding.severity == "ERROR" for finding in found):
        return None
    unfilled = next((finding for finding in found if finding.code == MISSING), None)
    if unfilled is not None:
        return findings.stand_in(unfilled)
    try:
        return compile_condition(rule, pointer)
    except ExpressionSyntaxError as error:
        return findings.refuse(error, pointer, "Value is not a Reference Path: ")  # [reported]


def _check_rule(rule: dict[str, Any], pointer: str, findings: Findings, depth: int) -> None:
    if depth > _DEEPEST:
        findings.add(Finding(SCHEMA, f"A Choice rule is nested more than {_DEEPEST} deep", pointer))
        return
    unknown = [name for name in rule if not is_comparison(name) and name != "Comment"]
    for name in unknown:
        hint = _explain_unknown(name, nested=depth > 0)
        findings.add(Finding(SCHEMA, f"Field '{name}' is not supported", pointer, hint, at=child(pointer, name)))
    selectors = [name for name in rule if name in _SELECTORS]
    if len(selectors) != 1:
        if selectors or not unknown:  # [measured]
            message = f"The object must have only one of the following fields, [{', '.join(_SELECTORS)}]"
            findings.add(Finding(SCHEMA, message, pointer, _COMPARE, at=child(pointer, selectors[1]) if selectors else None))
    elif selectors[0] in _LOGIC:
        _check_logic(selectors[0], rule, pointer, findings, depth)
    else:
        _check_comparison(rule, pointer, findings, ours=bool(unknown))


def _explain_unknown(name: str, *, nested: bool) -> str:
    if nested and name in FIELDS["ChoiceRule"]:
        return f"{name} belongs to the outermost rule"
    known = [*OPERATORS, *_LOGIC, "Variable", *([] if nested else ["Next", "Assign"])]
    return suggest(name, known, "did you mean {!r}?")


def _check_logic(name: str, rule: dict[str, Any], pointer: str, findings: Findings, depth: int) -> None:
    for operator in [name for name in rule if name in OPERATORS]:  # [?]
        message = f"Field '{operator}' is not supported"
        findings.add(Finding(SCHEMA, message, pointer, _COMPARE, at=child(pointer, operator)))
    place = f"{pointer}/{name}"
    if name == "Not":
        if findings.is_object(rule[name], place):
            _check_rule(rule[name], place, findings, depth + 1)
        return
    if rule[name] == []:
        findings.wrong("Value cannot be empty", place)
    for item, where in findings.objects(rule[name], place):
        _check_rule(item, where, findings, depth + 1)


def _check_comparison(rule: dict[str, Any], pointer: str, findings: Findings, *, ours: bool) -> None:
    """`ours`: whether the operator is among the fields that nobody knows."""
    if not isinstance(rule["Variable"], str):
        findings.wrong("Expected value of type String", f"{pointer}/Variable")
    operators = [name for name in rule if name in OPERATORS]
    if not operators:
        if not ours:  # [?]
            findings.add(Finding(SCHEMA, "A Choice rule needs a comparison operator", pointer, _COMPARE))
        return
    operator = operators[0]
    if len(operators) > 1:  # [measured; AWS lists all operators, in an order that is not known]
        message = f"There should only be one of the following fields: [{', '.join(operators)}]"
        findings.add(Finding(SCHEMA, message, pointer, _COMPARE, at=child(pointer, operators[1])))
        return
    operand, place = rule[operator], f"{pointer}/{operator}"
    expected = _operand_type(operator)
    right = is_number(operand) if expected == "Number" else isinstance(operand, bool if expected == "Boolean" else str)
    timestamp = operator.startswith("Timestamp") and not operator.endswith("Path")
    if right and not (timestamp and parse_timestamp(operand) is None):
        return
    if not findings.unfilled(operand, place, text=expected == "String"):
        message = "String does not match RFC3339 timestamp" if right else f"Expected value of type {expected}"
        findings.wrong(message, place, TIMESTAMP_HINT if right else "")


def _operand_type(operator: str) -> str:
    if operator.endswith("Path"):
        return "String"
    if operator.startswith(("Is", "Boolean")):
        return "Boolean"
    return "Number" if operator.startswith("Numeric") else "String"
