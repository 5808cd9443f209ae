"""Mocks of one target: narrower ones, what is narrower than what, and forgetting."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.errors import MockError
from pytest_sfn.mocks.mock import Mock
from pytest_sfn.mocks.registry import Registry
from tests.mocks.asking import ask, values


def heavy(parcel: Any) -> bool:
    return bool(parcel["weight"] > 5)


def test_same_condition_gives_the_same_mock(charge: Mock) -> None:
    narrow = charge.when(input={"a": 1}, item=2)
    assert charge.when(item=2, input={"a": 1}) is narrow
    assert charge.when(input={"a": 1}).when(item=2) is narrow
    assert narrow.label == 'function:charge when input={"a": 1}, item=2'
    assert charge.when(input=heavy).label == "function:charge when input=heavy"


def test_target_shows_what_narrower_ones_answered(registry: Registry, charge: Mock) -> None:
    charge.returns("wide")
    narrow = charge.when(input={"a": 1})
    narrow.returns("narrow")
    assert [ask(registry, {"a": n})[1] for n in (1, 2)] == ["narrow", "wide"]
    assert (charge.call_count, narrow.call_count) == (2, 1)
    assert (charge._usage(), narrow._usage()) == ("called once", "called once")


@pytest.mark.parametrize(
    ("ask_for", "text"),
    [
        (lambda mock: mock.when(), "it names no condition"),
        (lambda mock: mock.when(item=-1), "got item=-1"),
        (lambda mock: mock.when(item=()), "got item=()"),
        (lambda mock: mock.when(item=True), "got item=True"),
        (lambda mock: mock.when(execution=0), "got execution=0"),
        (lambda mock: mock.when(item=1).when(item=2), "item is there already"),
    ],
)
def test_condition_that_makes_no_sense(charge: Mock, ask_for: Any, text: str) -> None:
    with pytest.raises(MockError) as caught:
        ask_for(charge)
    first, fix, see = str(caught.value).splitlines()
    assert first.endswith(f".when(): {text}")
    assert fix.startswith("  fix  ")
    assert (
        see
        == "  see  pytest-sfn docs mocks#narrower-mocks (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#narrower-mocks)"
    )


def test_reset_forgets_calls_and_on_request_answers(registry: Registry, charge: Mock) -> None:
    charge.return_value = 1
    assert values(registry, 2) == [1, 1]
    charge.reset_mock()
    assert (charge.called, charge.return_value) == (False, 1)
    charge.reset_mock(return_value=True)
    assert charge._script is None
    assert charge.return_value is None
