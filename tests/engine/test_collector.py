"""Python's collector of cycles looks less often while a long Map runs, and as often as before once it is over."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.engine.bodies import LONG_MAP
from pytest_sfn.engine.collector import NEW_OBJECTS
from tests.helpers import machine, task

EACH = machine(Each={"Type": "Map", "ItemProcessor": machine(Work=task())})
LONG = [0] * (LONG_MAP + 1)


@pytest.fixture(autouse=True)
def threshold() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    gc.set_threshold(699, 9, 8)
    yield (699, 9, 8)
    gc.set_threshold(*before)


def seen_in(items: list[int], *, inner: list[int] | None = None) -> set[tuple[int, int, int]]:
    """The thresholds that a stub sees, after it has run a Map of its own."""
    seen = set()

    def stub(_event: object) -> None:
        if inner is not None and not seen:
            seen_in(inner)
        seen.add(gc.get_threshold())

    with SfnMock() as account:
        account.lambda_function("f").calls(stub)
        assert account.load(EACH).run(items).succeeded
    return seen


def test_it_looks_less_often_during_a_long_map_only(threshold: tuple[int, int, int]) -> None:
    assert seen_in(LONG[1:]) == {threshold}
    assert seen_in(LONG) == {(NEW_OBJECTS, 9, 8)}
    assert gc.get_threshold() == threshold


def test_a_map_within_a_stub_changes_nothing_for_the_one_around_it(threshold: tuple[int, int, int]) -> None:
    assert seen_in(LONG, inner=LONG) == {(NEW_OBJECTS, 9, 8)}
    assert gc.get_threshold() == threshold
    assert seen_in([0, 0], inner=LONG) == {threshold}


def test_an_error_of_the_test_puts_it_back(threshold: tuple[int, int, int]) -> None:
    def stub(_event: object) -> None:
        raise AssertionError

    account = SfnMock()
    account.lambda_function("f").calls(stub)
    with pytest.raises(AssertionError):
        account.load(EACH).run(LONG)
    assert gc.get_threshold() == threshold


def test_who_wants_no_collection_or_fewer_of_them_has_it_so() -> None:
    for first in (0, 2 * NEW_OBJECTS):
        gc.set_threshold(first, 9, 8)
        assert seen_in(LONG) == {(first, 9, 8)}
        assert gc.get_threshold() == (first, 9, 8)
