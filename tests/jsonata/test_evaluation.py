"""Frames and calls."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.jsonata.budget import Limits
from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.evaluation import HOLE, Chain, Evaluation, Frame, Native, Partial
from pytest_sfn.jsonata.values import UNDEFINED


class World(Evaluation):
    def __init__(self) -> None:
        super().__init__(Limits())
        self.asked: list[str] = []

    def get(self, name: str) -> Any:
        self.asked.append(name)
        return {"a": 1}.get(name, UNDEFINED)

    def clock(self) -> int:
        self.asked.append("clock")
        return 7


def test_what_is_around_is_asked_once_for_each_name() -> None:
    run = World()
    outer = run.root({"x": 1})
    inner = Frame({"b": 2})
    inner.parent, inner.run = outer, run
    assert [inner["a"], inner["a"], inner["b"], inner["$"], inner["nothing"]] == [1, 1, 2, {"x": 1}, UNDEFINED]
    assert [run.now_millis(), run.now_millis()] == [7, 7]
    assert run.asked == ["a", "nothing", "clock"]


def test_functions_are_applied() -> None:
    run = World()
    minus = Native(lambda run, a, b=UNDEFINED: a - b, "<nn:n>")
    assert minus.arity == 2
    assert run.apply(minus, [5, 2]) == 3
    assert run.apply(Partial(minus, [HOLE, 2]), [5]) == 3
    assert run.apply(Chain(Partial(minus, [HOLE, 2]), Partial(minus, [HOLE, 1])), [5]) == 2
    with pytest.raises(JsonataError) as caught:
        run.apply(1, [], None, "f", 9)
    assert (caught.value.code, caught.value.token, caught.value.position) == ("T1006", "f", 9)
