"""What `.when(...)` demands of a call, and what is narrower than what."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.mocks.condition import Condition
from tests.mocks.asking import Request


def heavy(parcel: Any) -> bool:
    return bool(parcel["weight"] > 5)


@pytest.mark.parametrize(
    ("condition", "admitted"),
    [
        (Condition({"a": {"b": 1}}, None, None), [True, False, False]),
        (Condition({}, None, None), [True, True, True]),
        (Condition(lambda event: "a" in event, None, None), [True, False, True]),
        (Condition(..., (1,), None), [True, True, False]),
        (Condition(..., (0, 1), None), [True, False, False]),
        (Condition(..., None, 2), [False, True, False]),
        (Condition(..., None, "run-1"), [True, False, True]),
    ],
)
def test_condition(condition: Condition, admitted: list[bool]) -> None:
    requests: list[Any] = [
        Request({"a": {"b": 1, "c": 2}}, item=(0, 1)),
        Request({"b": 1}, item=(1,), execution=2),
        Request({"a": 1}),
    ]
    assert [condition.admits(request) for request in requests] == admitted


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        (Condition({"a": 1, "b": 2}, None, None), Condition({"a": 1}, None, None)),
        (Condition({"a": 1}, (1,), None), Condition({"a": 1}, None, None)),
        (Condition(..., (0, 1), None), Condition(..., (1,), None)),
        (Condition(heavy, None, 1), Condition(heavy, None, None)),
    ],
)
def test_narrower(narrow: Condition, wide: Condition) -> None:
    assert narrow.demands(wide)
    assert not wide.demands(narrow)
    assert not narrow.same(wide)


def test_predicates_are_compared_by_who_they_are() -> None:
    assert Condition(heavy, None, None).same(Condition(heavy, None, None))
    assert not Condition(heavy, None, None).demands(Condition(lambda _: True, None, None))
    assert not Condition(heavy, None, None).demands(Condition({"a": 1}, None, None))
