"""Paths, and the steps that `%` stands for."""

from __future__ import annotations

import pytest

from pytest_sfn.jsonata import tree
from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.shaping import parse


def test_steps_stand_one_after_the_other() -> None:
    path = parse("a.'b'.(c)[0].{'k': d}")
    assert isinstance(path, tree.Path)
    assert [type(step) for step in path.steps] == [tree.Name, tree.Name, tree.Block, tree.Object]
    assert len(path.steps[2].stages) == 1


def test_the_step_before_keeps_what_a_parent_stands_for() -> None:
    path = parse("a.b.%")
    assert isinstance(path, tree.Path)
    assert [step.label is not None for step in path.steps] == [False, True, False]
    assert path.steps[1].streams


def test_a_negative_number_is_a_number() -> None:
    literal = parse("-5")
    assert isinstance(literal, tree.Literal)
    assert literal.value == -5


@pytest.mark.parametrize(
    ("text", "code", "position", "token"),
    [
        ("$x{'a': 1}[0]", "S0209", 11, None),
        ("a{'b': 1}{'c': 1}", "S0210", 10, None),
        ("a.1", "S0213", 3, None),
        ("a[0]@$x", "S0215", 5, None),
        ("a^(b)@$x", "S0216", 6, None),
        ("%", "S0217", None, "parent"),
        ("a.%.%", "S0217", None, "path"),
        ("$f().%", "S0217", 3, "function"),
    ],
)
def test_refused(text: str, code: str, position: int | None, token: str | None) -> None:
    with pytest.raises(JsonataError) as caught:
        parse(text)
    assert (caught.value.code, caught.value.position, caught.value.token) == (code, position, token)
