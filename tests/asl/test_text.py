"""Positions and substitutions, which both readers share."""

from __future__ import annotations

import pytest

from pytest_sfn.asl.text import Places, Substitutions, Text
from pytest_sfn.errors import DefinitionError


def test_location_counts_lines_of_every_kind() -> None:
    text = Text("a.json", "a\nb\r\nc\rdé!")
    assert [str(text.location(text.text.index(char))) for char in "abcd!"] == [
        "a.json:1:1",
        "a.json:2:1",
        "a.json:3:1",
        "a.json:4:1",
        "a.json:4:3",
    ]


def test_place_of_what_is_not_there_is_that_around_it() -> None:
    places = Places()
    places.values.update({"": 0, "/a": 10})
    places.keys["/a"] = 5
    assert places.find("/a/b/c") == 5
    assert places.find("/a", value=True) == 10
    assert places.find("/b") == 0


def test_place_behind_an_alias_is_that_of_what_it_repeats() -> None:
    places = Places()
    places.values.update({"": 0, "/a": 10, "/a/x": 12})
    places.links["/b"] = "/a"
    assert places.find("/b/x") == 12


def test_substitutions() -> None:
    given = Substitutions({"Name": "x", "Number": 1.5, "Object": {"a": [1]}, "odd name!": "y"})
    assert given.fill("${Name} ${ Number } ${Object} ${odd name!} ${Other} $") == 'x 1.5 {"a":[1]} y ${Other} $'
    assert given.occurrences("${Name}${Other}${Name}") == {"Name": [0, 15], "Other": [7]}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({1: "x"}, "substitutions: the name 1 is not a str"),
        ({"a": {1}}, "substitutions['a']: $ is a set, which JSON does not have; use a list"),
    ],
)
def test_substitution_that_cannot_be(given: dict[str, object], text: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        Substitutions(given)
    assert str(caught.value) == text
