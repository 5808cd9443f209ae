"""The functions that Step Functions adds to JSONata, its clock and its random numbers."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_sfn.expressions.env import QueryEvaluationError
from pytest_sfn.expressions.jsonata import compile_jsonata
from pytest_sfn.expressions.jsonata_functions import FUNCTION_NAMES
from pytest_sfn.expressions.values import UNDEFINED, json_equal
from tests.expressions.environment import StreamEnv as Environment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$partition([1..5], 2)", [[1, 2], [3, 4], [5]]),
        ("$partition([1..3], 2.9)", [[1, 2], [3]]),
        ("$range(0, 6, 2)", [0, 2, 4, 6]),
        ("$range(0, 5, 2)", [0, 2, 4]),
        ("$range(-1.7, 2, 1)", [-1, 0, 1, 2]),  # cut towards zero, measured on AWS
        ("$range(3, 1, -1)", [3, 2, 1]),
        ("$range(1, 3, 0)", UNDEFINED),
        ("$hash('input', 'SHA-1')", "140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"),
        ("$hash('input', 'sha-1')", UNDEFINED),
        ("$random(42)", 0.7275636800328681),
        ("$parse('{\"a\": [1, null]}')", {"a": [1, None]}),
        ("$parse('{').a", UNDEFINED),
        ("$now()", "2024-01-01T00:00:00.000Z"),
        ("$millis()", 1704067200000),
        ("$now('[Y]')", "2024"),
        ("$range(1, 9, 9)", 1),  # as JSONata's own sequences; recorded on AWS
        ("$partition([1, 2], 5)", [[1, 2]]),
        ("$partition($nothing, 5)", UNDEFINED),
        ("$partition([1, 2], 0)", UNDEFINED),
    ],
)
def test_value(text: str, expected: Any) -> None:
    value = compile_jsonata(text).evaluate({}, Environment())
    assert value is expected if expected is UNDEFINED else json_equal(value, expected), value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("$partition([1], -1)", 'T0410: Argument 2 of function "partition" does not match function signature'),
        ("$eval('1')", "T1006: Attempted to invoke a non-function"),
        (
            "$range(0, 1000000000000000000000, 1)",
            "Expression evaluation memory limit exceeded: Check for excessive memory usage",
        ),
        (
            "$distinct($partition([1..800000], 1))",
            "Expression evaluation memory limit exceeded: Check for excessive memory usage",
        ),
    ],
)
def test_refused(text: str, said: str) -> None:
    with pytest.raises(QueryEvaluationError) as caught:
        compile_jsonata(text).evaluate({}, Environment())
    assert caught.value.cause == said


def test_what_is_no_base64_is_an_internal_error() -> None:
    """AWS's text ends in an id that is another each time [measured: floci issue 2736]."""
    with pytest.raises(QueryEvaluationError) as caught:
        compile_jsonata("$base64decode('!!!')").evaluate({}, Environment())
    assert re.fullmatch(r"threw an internal error during evaluation\. [0-9a-f-]{36}", caught.value.cause)
    assert compile_jsonata("$base64decode('aGk=') & $base64decode('aGk') ").evaluate({}, Environment()) == "hihi"


def test_function_names() -> None:
    assert {"sum", "uuid", "partition", "random"} <= FUNCTION_NAMES
    assert "eval" not in FUNCTION_NAMES


def test_random_numbers_are_the_seeds() -> None:
    first, second = Environment(), Environment()
    text = "[$random(), $random(), $uuid(), $shuffle([1..9])]"
    assert compile_jsonata(text).evaluate({}, first) == compile_jsonata(text).evaluate({}, second)
    assert compile_jsonata(text).evaluate({}, first) != compile_jsonata(text).evaluate({}, Environment(seed=1))
