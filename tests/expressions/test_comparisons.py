"""Choice rules. The recorded answers of every operator are in the conformance suite; here is the rest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn.errors import Site, StateError
from pytest_sfn.expressions.comparisons import OPERATORS, compile_condition, compile_jsonata_condition
from pytest_sfn.expressions.env import ExpressionSyntaxError
from tests.expressions.environment import StubEnv

ENV = StubEnv({"State": {"RetryCount": 2}}, {"limit": 2})
NOON = "2016-03-14T12:00:00Z"


def holds(rule: dict[str, Any], data: Any) -> bool:
    return compile_condition(rule)(data, ENV)


@pytest.mark.parametrize(
    ("operator", "operand", "matching", "other"),
    [
        ("StringEquals", "a", ["a"], ["A", "", 1, None, ["a"]]),
        ("StringLessThan", "b", ["a", "B", ""], ["b", "c", 1]),
        ("StringLessThan", "\U0001f600", ["\uffff"], ["\U0001f601"]),  # by code point
        ("StringGreaterThan", "b", ["c", "ba"], ["b", "a", None]),
        ("StringLessThanEquals", "b", ["a", "b"], ["c"]),
        ("StringGreaterThanEquals", "b", ["b", "c"], ["a"]),
        ("NumericEquals", 1, [1, 1.0], [True, "1", 2, None]),
        ("NumericEquals", 0, [0, -0.0], [False, None, ""]),
        ("NumericEquals", 10**17 + 1, [10**17 + 1], [1e17]),
        ("NumericLessThan", 2.5, [2, -1.5], [2.5, 3, True]),
        ("NumericGreaterThan", 2, [2.1], [2, "3"]),
        ("NumericLessThanEquals", 2, [2, 2.0], [2.1]),
        ("NumericGreaterThanEquals", 2, [2, 3], [1.9]),
        ("BooleanEquals", True, [True], [False, 1, "true", None]),
        ("BooleanEquals", False, [False], [True, 0, "", None]),
        ("TimestampEquals", NOON, [NOON, "2016-03-14T13:00:00+01:00", "2016-03-14T12:00:00.000Z"], ["noon", None, 1]),
        (
            "TimestampLessThan",
            NOON,
            ["2016-03-14T12:59:59+01:00"],
            [NOON, "2016-03-14", "2016-03-14 11:00:00Z", "2016-13-14T11:00:00Z"],
        ),
        ("TimestampGreaterThan", NOON, ["2016-03-14T12:00:00.001Z"], [NOON, "2017-03-14T12:00:00"]),
        ("TimestampLessThanEquals", NOON, [NOON], ["2016-03-14T12:00:01Z"]),
        ("TimestampGreaterThanEquals", NOON, [NOON], ["2016-03-14T11:59:59Z"]),
        ("IsNull", True, [None], [0, "", False, {}, []]),
        ("IsNull", False, [0, "", False], [None]),
        ("IsString", True, ["", NOON], [None, 1]),
        ("IsNumeric", True, [0, 1.5], [True, "1"]),
        ("IsNumeric", False, [True, "1"], [0]),
        ("IsBoolean", True, [True, False], [0, "true"]),
        ("IsTimestamp", True, [NOON, "2016-03-14T12:00:00.5-08:00"], ["2016-03-14", 1, None]),
        ("IsPresent", True, [None, 0, {}], []),
        ("IsPresent", False, [], [None, 0, {}]),
    ],
)
def test_operator(operator: str, operand: Any, matching: list[Any], other: list[Any]) -> None:
    rule = {"Variable": "$.x", operator: operand, "Next": "N"}
    assert [value for value in matching + other if holds(rule, {"x": value})] == matching
    if not operator.startswith("Is"):
        rule = {"Variable": "$.x", f"{operator}Path": "$.y", "Next": "N"}
        assert [value for value in matching + other if holds(rule, {"x": value, "y": operand})] == matching


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("log-*.txt", ["log-.txt", "log-a.b.txt"], ["log.txt", "xlog-.txt", "log-a.txt "]),
        ("*", ["", "anything\nat all"], [1, None]),
        ("a*a", ["aa", "aba"], ["a", "ab"]),
        ("a*b*a", ["aba", "axbxa"], ["aa", "aab"]),
        ("*ab*ab", ["abab", "xabxab"], ["ab", "aab"]),
        ("a\\*b", ["a*b"], ["axb", "a\\*b"]),
        ("a\\\\*", ["a\\", "a\\b"], ["a*"]),
        ("a\\n", ["a\\n"], ["an"]),
        ("a\\", ["a\\"], ["a"]),
        ("a.c", ["a.c"], ["abc"]),
        ("", [""], ["a"]),
    ],
)
def test_string_matches(pattern: str, matching: list[Any], other: list[Any]) -> None:
    rule = {"Variable": "$", "StringMatches": pattern}
    assert [value for value in matching + other if holds(rule, value)] == matching


def test_logic() -> None:
    rule = {
        "And": [
            {"Variable": "$.x", "IsPresent": True},
            {"Not": {"Variable": "$.x", "IsNull": True}},
            {"Or": [{"Variable": "$.x", "NumericLessThan": 0}, {"Variable": "$.x", "NumericGreaterThan": 9}]},
        ],
        "Next": "N",
    }
    assert [holds(rule, data) for data in ({"x": 10}, {"x": -1}, {"x": 5}, {"x": None}, {})] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_and_stops_at_the_first_that_fails() -> None:
    rule = {"And": [{"Variable": "$.x", "IsPresent": True}, {"Variable": "$.x", "StringEquals": "a"}]}
    assert holds(rule, {}) is False  # else reading $.x would be an error


def test_every_root_can_be_compared() -> None:
    assert holds({"Variable": "$$.State.RetryCount", "NumericEqualsPath": "$limit"}, {})
    assert holds({"Variable": "$nobody", "IsPresent": False}, {})


@pytest.mark.parametrize("operator", [name for name in OPERATORS if name != "IsPresent"])
def test_nothing_at_the_variable_is_an_error(operator: str) -> None:
    operand = "$.y" if operator.endswith("Path") else {"I": True, "B": True, "N": 1, "S": "a", "T": NOON}[operator[0]]
    with pytest.raises(StateError) as failure:
        holds({"Variable": "$.a.x", operator: operand}, {"a": {}, "y": 1})
    assert (failure.value.error, failure.value.cause, failure.value.located) == (
        "States.Runtime",
        "Invalid path '$.a.x': The choice state's condition path references an invalid value.",
        True,
    )


def test_nothing_at_the_operand_is_an_error() -> None:
    with pytest.raises(StateError, match=r"Invalid path '\$\.y': The choice state's condition path"):
        holds({"Variable": "$.x", "StringEqualsPath": "$.y"}, {"x": "a"})


def test_the_error_has_the_site_of_the_path() -> None:
    rule = {"And": [{"Variable": "$.x", "IsPresent": True}, {"Not": {"Variable": "$.x", "StringEqualsPath": "$.y"}}]}
    with pytest.raises(StateError) as failure:
        compile_condition(rule, "/States/A/Choices/0")({"x": "a"}, ENV)
    path = ("And", 1, "Not", "StringEqualsPath")
    assert failure.value.site == Site("StringEqualsPath", "/States/A/Choices/0", path, "$.y", {"x": "a"})


@pytest.mark.parametrize(
    ("rule", "path", "message"),
    [
        ({"Next": "N"}, [], "a Choice rule needs And, Or, Not or a comparison operator"),
        ({"StringEquals": "a"}, [], "a Choice rule with a comparison operator needs a Variable"),
        ({"Variable": "x", "StringEquals": "a"}, ["Variable"], "Reference path didn't start with '$'"),
        ({"Variable": "$.x", "StringEqualsPath": "y"}, ["StringEqualsPath"], "Reference path didn't start with '$'"),
        ({"Variable": "$.x", "NumericEquals": "1"}, ["NumericEquals"], "NumericEquals cannot compare with this value"),
        ({"Variable": "$.x", "TimestampEquals": "1"}, ["TimestampEquals"], "TimestampEquals cannot compare with this value"),
        (
            {"Or": [{"Not": {"Variable": "$.", "IsNull": True}}]},
            ["Or", 0, "Not", "Variable"],
            "a name is missing after the dot",
        ),
    ],
)
def test_syntax_error(rule: dict[str, Any], path: list[str | int], message: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as refusal:
        compile_condition(rule)
    assert (refusal.value.path, refusal.value.message) == (path, message)


def test_jsonata_condition() -> None:
    condition = compile_jsonata_condition("{% $states.input.x > 5 %}", "Choices[0]/Condition")
    assert [condition({"input": {"x": x}}, ENV) for x in (6, 5)] == [True, False]


@pytest.mark.parametrize(
    ("condition", "ending"),
    [
        ("{% $states.input.x %}", "returned an unexpected result type. Expected 'boolean', but was 'number' for value: 1"),
        ("{% $states.input.no %}", "returned nothing (undefined)."),
    ],
)
def test_jsonata_condition_that_is_no_boolean(condition: str, ending: str) -> None:
    with pytest.raises(StateError) as failure:
        compile_jsonata_condition(condition, "Choices[1]/Condition")({"input": {"x": 1}}, ENV)
    expression = condition[3:-3]
    assert (failure.value.error, failure.value.cause) == (
        "States.QueryEvaluationError",
        f"The JSONata expression '{expression}' specified for the field 'Choices[1]/Condition' {ending}",
    )


def test_jsonata_condition_without_markers() -> None:
    with pytest.raises(ExpressionSyntaxError, match=r"^JSONata string must start with \{% and end with %\}$"):
        compile_jsonata_condition("true", "Choices[0]/Condition")


@given(st.text(alphabet="ab", max_size=6), st.lists(st.text(alphabet="ab", max_size=3), min_size=1, max_size=4))
def test_string_matches_finds_what_the_pattern_was_made_of(filling: str, parts: list[str]) -> None:
    assert holds({"Variable": "$", "StringMatches": "*".join(parts)}, filling.join(parts))
    if len(parts) > 1:
        assert not holds({"Variable": "$", "StringMatches": "*".join(parts) + "c"}, filling.join(parts))
