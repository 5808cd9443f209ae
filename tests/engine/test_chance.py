"""Seeded randomness: the same seed draws the same, purpose by purpose."""

from __future__ import annotations

from pytest_sfn import SfnMock
from pytest_sfn.engine.run import Run
from tests.helpers import machine, run

PASS = machine(A={"Type": "Pass"})


def engine(account: SfnMock | None = None) -> Run:
    return run(PASS, account=account)._run


def test_uuids_repeat_with_the_seed_and_differ_by_purpose() -> None:
    first, again, other = engine(), engine(), engine(SfnMock(seed=1))
    assert first.chance.uuid("token") == again.chance.uuid("token") != other.chance.uuid("token")
    assert len({first.chance.uuid("token"), first.chance.uuid("token"), first.chance.uuid("request")}) == 3
    assert first.chance.uuid("token")[14] == "4"  # version 4


def test_what_one_purpose_draws_moves_no_other() -> None:
    first, again = engine(), engine()
    first.chance.random("uuid").random()
    assert first.chance.random("jitter").random() == again.chance.random("jitter").random()


def test_noted_draw_can_be_drawn_again() -> None:
    execution = engine()
    drawn = execution.draw(execution.main, "intrinsic").random()
    assert execution.chance.drawn("intrinsic", 1).random() == drawn
