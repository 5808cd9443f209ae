"""Steps, bytes and time are counted down."""

from __future__ import annotations

import pytest

from pytest_sfn.jsonata.budget import Budget, Limits
from pytest_sfn.jsonata.errors import EvaluationTimeoutError, LimitError


@pytest.mark.parametrize("steps", [10, 100_000, 250_000])
def test_steps(steps: int) -> None:
    budget = Budget(Limits(steps=steps))
    for _ in range(10):
        budget.step(steps // 10)
    with pytest.raises(LimitError) as caught:
        budget.step()
    assert caught.value.limit == "steps"
    with pytest.raises(LimitError):
        Budget(Limits(steps=steps)).step(steps + 1)


def test_bytes_of_all_and_of_one() -> None:
    budget = Budget(Limits(bytes=100, value=60))
    budget.hold(60)
    budget.keep("x" * 30)
    budget.keep(1)
    with pytest.raises(LimitError) as caught:
        budget.keep([1, 2])
    assert caught.value.limit == "bytes"
    for charge in (budget.hold, budget.text, budget.fits):
        with pytest.raises(LimitError):
            charge(61)
    Budget(Limits(bytes=1)).text(1000)


def test_searches_have_one_time_together() -> None:
    def never(*, timeout: float) -> None:
        assert timeout <= 0.5
        raise TimeoutError

    with pytest.raises(EvaluationTimeoutError):
        Budget(Limits(searching=0.5)).search(never)
    assert Budget(Limits()).search(lambda a, *, timeout: a, 7) == 7
