"""The flat log, as the engine looks back at it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from pytest_sfn.engine.log import RECORD, latest_kinds, names_entered, slots_of


def entered(name: str, now: int, strand: object) -> list[Any]:
    return ["PassStateEntered", 0, now, strand, SimpleNamespace(name=name), None]


MAIN, BRANCH = object(), object()
LOG = [
    *entered("A", 0, MAIN),
    *["PassStateExited", 1, 0, MAIN, SimpleNamespace(name="A"), None],
    *entered("X", 3, BRANCH),
    *entered("B", 5, MAIN),
]


def test_latest_kinds_are_in_the_order_written() -> None:
    assert latest_kinds(LOG, 3) == ["PassStateExited", "PassStateEntered", "PassStateEntered"]
    assert len(latest_kinds(LOG, 9)) == len(LOG) // RECORD


def test_states_entered_by_a_strand_latest_first() -> None:
    assert list(names_entered(LOG, MAIN)) == ["B", "A"]
    assert list(names_entered(LOG, BRANCH)) == ["X"]
    assert list(names_entered(LOG, MAIN, since=1)) == ["B"]
    assert list(names_entered(LOG, MAIN, records=2)) == ["B"]
    assert list(names_entered(LOG, MAIN, records=99)) == ["B", "A"]


def test_slots_of_each_record() -> None:
    assert [(kind, now) for kind, _, now, *_ in slots_of(LOG)] == [
        ("PassStateEntered", 0),
        ("PassStateExited", 0),
        ("PassStateEntered", 3),
        ("PassStateEntered", 5),
    ]
