"""A fault by itself: its parts, its text, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import Fault, PytestSfnError


def test_parts_and_text() -> None:
    pair = Fault("Charge", "Busy", 2, also=Fault("Ship", "Lost"))
    assert pair._parts == (Fault("Charge", "Busy", 2), Fault("Ship", "Lost"))
    assert str(pair) == "Charge raises Busy x2 and Ship raises Lost"
    assert str(Fault("Charge", "Busy")) == "Charge raises Busy"
    assert len({pair, Fault("Charge", "Busy", 2, Fault("Ship", "Lost"))}) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("", "E"), "a Fault needs task as text that is not empty, not ''"),
        (("T", None), "a Fault needs error as text that is not empty, not None"),
        (("T", "E", 0), "T raises E: times is 0, not 1 or more"),
        (("T", "E", True), "T raises E: times is True, not 1 or more"),
    ],
)
def test_mistakes(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(PytestSfnError) as caught:
        Fault(*arguments)
    assert str(caught.value).startswith(message)
