"""What a handler is given, and what becomes of what it gives back."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

import pytest

from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.values import loads
from pytest_sfn.lambda_.runtime import (
    LambdaContext,
    MarshalError,
    event_of,
    marshal,
    message_of,
    version_of,
)
from pytest_sfn.services.function_names import parse_function


class Point(NamedTuple):
    x: int
    y: int


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        ((1, 2.5), [1, 2.5]),
        (Point(1, 2), {"x": 1, "y": 2}),
        ({2: "a", None: "b", True: "c", 1.5: "d"}, {"2": "a", "null": "b", "true": "c", "1.5": "d"}),
        (Text("a"), "a"),
        (Decimal("1.5"), 1.5),
        ([{"a": [()]}], [{"a": [[]]}]),
    ],
)
def test_answers_are_json_as_simplejson_writes_them(value, shown):
    assert marshal(value)[0] == shown


@pytest.mark.parametrize(("value", "depth"), [("a", 0), ([], 1), ({"a": [1]}, 2), (((),), 2)])
def test_depth_of_an_answer(value, depth):
    assert marshal(value)[2] == depth


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({1, 2}, "Object of type set is not JSON serializable"),
        (float("nan"), "Out of range float values are not JSON compliant: nan"),
        (Decimal("Infinity"), "Out of range float values are not JSON compliant: Infinity"),
        ({(1,): 1}, "keys must be str, int, float, bool or None, not tuple"),
    ],
)
def test_what_lambda_cannot_write(value, problem):
    with pytest.raises(MarshalError) as caught:
        marshal(value)
    assert str(caught.value) == problem


def test_an_answer_that_contains_itself_or_is_nested_too_deep():
    ring: list[object] = []
    ring.append(ring)
    with pytest.raises(MarshalError, match="Circular reference detected"):
        marshal(ring)
    deep: list[object] = []
    for _ in range(399):
        deep = [deep]
    assert marshal(deep)[2] == 400
    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(JsonValueError, match="nested deeper than"):
        marshal(deep)


def test_the_event_has_python_s_numbers():
    assert event_of(loads('{"a": [1.0, -0, 1e2]}')) == {"a": [1.0, 0, 100.0]}


@pytest.mark.parametrize(("qualifier", "version"), [(None, "$LATEST"), ("$LATEST", "$LATEST"), ("7", "7"), ("live", "1")])
def test_version_that_runs(qualifier, version):
    assert version_of(qualifier) == version


def test_context():
    function = parse_function("charge:7")
    context = LambdaContext(function, "arn", "r-1", datetime(2024, 1, 1, tzinfo=UTC), 3000)
    assert (context.function_name, context.function_version, context.aws_request_id) == ("charge", "7", "r-1")
    assert [context.get_remaining_time_in_millis() for _ in range(2)] == [3000, 2999]


def test_an_exception_without_a_text():
    class UnprintableError(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert message_of(UnprintableError()) == "<unprintable UnprintableError object>"
