"""Values of two runs, merged."""

from unittest.mock import ANY

import pytest

from pytest_sfn.coverage import volatile
from pytest_sfn.coverage.volatile import same
from pytest_sfn.expressions.values import UNDEFINED


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"a": 1, "b": ["x", {"c": "1"}]}, {"a": 1, "b": ["x", {"c": "2"}]}, {"a": 1, "b": ["x", {"c": volatile.ANY}]}),
        ({"a": 1}, {"b": 1}, UNDEFINED),
        ({"a": 1}, {"a": True}, {"a": volatile.ANY}),
        ([1], [1, 2], UNDEFINED),
        (UNDEFINED, UNDEFINED, UNDEFINED),
    ],
)
def test_what_differs_is_any(first, second, expected):
    assert same(first, second) == expected


def test_it_is_written_as_the_name_that_compares_equal_to_all():
    assert volatile.ANY == "ANY"
    assert {"id": eval(volatile.ANY, {"ANY": ANY})} == {"id": 7}
