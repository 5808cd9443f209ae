r"""Choice rules: every comparison operator in one table, compiled to conditions.

A condition is a closure `(data, env) -> bool`. A Variable, or the path of an operator `...Path`, that finds nothing is
an error for every operator except IsPresent; a value of another type than the operator's is simply no match, also
for the text of a timestamp that is none [recorded].

Strings are ordered by code point. Numbers compare by value, `1` and `1.0` alike; a boolean is no number. Timestamps are
instants, so `2016-03-14T01:59:00Z` equals `2016-03-14T02:59:00+01:00`.

https://states-language.net/spec.html#choice-state
https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from pytest_sfn.errors import Site, StateError, UnplacedError
from pytest_sfn.expressions.env import Env, ExpressionSyntaxError
from pytest_sfn.expressions.paths import Path, compile_path, must_start
from pytest_sfn.expressions.payload_templates import UNCLOSED, jsonata_source
from pytest_sfn.expressions.timestamps import parse_timestamp
from pytest_sfn.expressions.values import UNDEFINED, is_number

__all__ = ["OPERATORS", "Condition", "compile_condition", "compile_jsonata_condition", "compile_wildcard"]

Condition = Callable[[Any, Env], bool]
"""`data` is the effective input (JSONPath) or the `$states` mapping (JSONata). Raises `StateError`."""

Prepare = Callable[[Any], Any]
"""A JSON value to what is compared, or `UNDEFINED` for a value of another type."""

Compare = Callable[[Any, Any], bool]


def _string(value: Any) -> Any:
    return value if isinstance(value, str) else UNDEFINED


def _number(value: Any) -> Any:
    return value if is_number(value) else UNDEFINED


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else UNDEFINED


def _timestamp(value: Any) -> Any:
    instant = parse_timestamp(value) if isinstance(value, str) else None
    return UNDEFINED if instant is None else instant


_ORDERS: Final[dict[str, Compare]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}

_COMPARISONS: Final[dict[str, tuple[Prepare, Compare]]] = {
    **{f"String{order}": (_string, compare) for order, compare in _ORDERS.items()},
    **{f"Numeric{order}": (_number, compare) for order, compare in _ORDERS.items()},
    **{f"Timestamp{order}": (_timestamp, compare) for order, compare in _ORDERS.items()},
    "BooleanEquals": (_boolean, operator.eq),
}

_TESTS: Final[dict[str, Callable[[Any], bool]]] = {
    "IsNull": lambda value: value is None,
    "IsString": lambda value: isinstance(value, str),
    "IsNumeric": is_number,
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": lambda value: _timestamp(value) is not UNDEFINED,
}

OPERATORS: Final[tuple[str, ...]] = (
    *_COMPARISONS,
    *(f"{name}Path" for name in _COMPARISONS),
    "StringMatches",
    *_TESTS,
    "IsPresent",
)
"""The names of all operators that compare a Variable."""


def compile_condition(rule: dict[str, Any], pointer: str = "") -> Condition:
    """Compile a JSONPath Choice rule: And, Or, Not, or a Variable with one operator; other fields do not matter.

    Args:
        rule: the rule.
        pointer: its JSON Pointer in the definition.

    Raises:
        ExpressionSyntaxError: no operator, or a path or operand that cannot be used; `path` leads to it.
    """
    return _compile_rule(rule, pointer, ())


def _compile_rule(rule: dict[str, Any], pointer: str, at: tuple[str | int, ...]) -> Condition:
    """`at` leads from the outermost rule, which has the pointer, to this one."""
    for name, combine in (("And", _all), ("Or", _any)):
        if name in rule:
            return combine([_compile_rule(part, pointer, (*at, name, index)) for index, part in enumerate(rule[name])])
    if "Not" in rule:
        condition = _compile_rule(rule["Not"], pointer, (*at, "Not"))
        return lambda data, env: not condition(data, env)
    try:
        operators = [name for name in rule if name in OPERATORS]
        if not operators:
            raise ExpressionSyntaxError("a Choice rule needs And, Or, Not or a comparison operator")
        return _compile_comparison(operators[0], rule, pointer, at)
    except ExpressionSyntaxError as error:
        error.path[:0] = at
        raise


def _all(conditions: list[Condition]) -> Condition:
    return lambda data, env: all(condition(data, env) for condition in conditions)


def _any(conditions: list[Condition]) -> Condition:
    return lambda data, env: any(condition(data, env) for condition in conditions)


def _path(rule: dict[str, Any], key: str) -> Path:
    try:
        must_start(rule[key])
        return compile_path(rule[key])
    except KeyError:
        raise ExpressionSyntaxError(f"a Choice rule with a comparison operator needs a {key}") from None
    except ExpressionSyntaxError as error:
        located = ExpressionSyntaxError(error.message, error.column, code=error.code, hint=error.hint)
        located.path = [key]
        raise located from None


def _compile_comparison(name: str, rule: dict[str, Any], pointer: str, at: tuple[str | int, ...]) -> Condition:
    def reader(key: str) -> Callable[[Any, Env], Any]:
        path = _path(rule, key)
        return _reader(path, Site(key, pointer, (*at, key), path.text))

    operand = rule[name]
    if name == "IsPresent":
        find = _path(rule, "Variable").evaluate
        return lambda data, env: (find(data, env) is not UNDEFINED) is operand
    read = reader("Variable")
    if name in _TESTS:
        test = _TESTS[name]
        return lambda data, env: test(read(data, env)) is operand
    if name == "StringMatches":
        matches = compile_wildcard(operand)

        def match(data: Any, env: Env) -> bool:
            value = read(data, env)
            return isinstance(value, str) and matches(value)

        return match
    prepare, compare = _COMPARISONS[name.removesuffix("Path")]
    if name.endswith("Path"):
        read_operand = reader(name)

        def compare_with_path(data: Any, env: Env) -> bool:
            left, right = prepare(read(data, env)), prepare(read_operand(data, env))
            return left is not UNDEFINED and right is not UNDEFINED and compare(left, right)

        return compare_with_path
    expected = prepare(operand)
    if expected is UNDEFINED:
        error = ExpressionSyntaxError(f"{name} cannot compare with this value")
        error.path = [name]
        raise error

    def compare_with_constant(data: Any, env: Env) -> bool:
        value = prepare(read(data, env))
        return value is not UNDEFINED and compare(value, expected)

    return compare_with_constant


def _reader(path: Path, site: Site) -> Callable[[Any, Env], Any]:
    find = path.evaluate

    def read(data: Any, env: Env) -> Any:
        try:
            value = find(data, env)
        except UnplacedError as error:
            error.site = site
            raise
        if value is UNDEFINED:
            cause = f"Invalid path '{path.text}': The choice state's condition path references an invalid value."
            raise StateError("States.Runtime", cause, site=site.on(data))
        return value

    return read


def compile_wildcard(pattern: str) -> Callable[[str], bool]:
    r"""`*` stands for any characters; `\*` and `\\` for themselves.

    The literal parts are looked for one after the other, which needs no more than the length of the text.
    """
    parts = [""]
    escaped = False
    for char in pattern:
        if escaped or char not in "\\*":
            # A backslash before anything else is kept; the specification has no rule for it.
            parts[-1] += char if char in "\\*" or not escaped else "\\" + char
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            parts.append("")
    if escaped:
        parts[-1] += "\\"
    if len(parts) == 1:
        (whole,) = parts
        return lambda text: text == whole
    first, *middle, last = parts

    def matches(text: str) -> bool:
        at, end = len(first), len(text) - len(last)
        if end < at or not text.startswith(first) or not text.endswith(last):
            return False
        for part in middle:
            found = text.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True

    return matches


def compile_jsonata_condition(text: str, field: str, pointer: str = "") -> Condition:
    """Compile a JSONata Condition, `{% ... %}`.

    Args:
        text: the Condition.
        field: its place as AWS names it, such as `Choices[1]/Condition`.
        pointer: its JSON Pointer in the definition.

    What is not a boolean when it runs is `States.QueryEvaluationError`; undefined too, which does not go to Default.

    Raises:
        ExpressionSyntaxError: no expression, or one that does not compile.
    """
    source = jsonata_source(text)
    if source is None:
        raise ExpressionSyntaxError(UNCLOSED, hint="a Condition is true, false or a JSONata expression")
    from pytest_sfn.expressions.jsonata import compile_jsonata, expect_type, field_reader  # only JSONata loads it

    expression = compile_jsonata(source)
    site = Site(field, pointer, (), expression.text)
    read = field_reader(expression, site)

    def condition(states: Any, env: Env) -> bool:
        value = read(states, env)
        return value if value.__class__ is bool else bool(expect_type(value, "boolean", site))

    return condition
