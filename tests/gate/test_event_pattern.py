"""Patterns of rules: what matches them, and an event made to match."""

from __future__ import annotations

import pytest

from pytest_sfn.gate.event_pattern import matches, sample

CONDITIONS = [
    ("a", "a", "b"),
    (None, None, 0),
    (True, True, 1),
    ({"prefix": "ord"}, "order", "word"),
    ({"prefix": {"equals-ignore-case": "ORD"}}, "order", "word"),
    ({"suffix": ".png"}, "a.png", "a.jpg"),
    ({"equals-ignore-case": "Ann"}, "aNN", "Bob"),
    ({"wildcard": "in/*.csv"}, "in/a.csv", "out/a.csv"),
    ({"wildcard": "in/*"}, "in/a\nb", "out"),
    ({"wildcard": "a\\*b*"}, "a*b", "axb"),
    ({"wildcard": "a\\\\*"}, "a\\b", "ab"),
    ({"wildcard": "a\\"}, "a\\", "a"),
    ({"wildcard": "a"}, "a", "ab"),
    ({"wildcard": "ab*ba"}, "abba", "aba"),
    ({"wildcard": "*a*b*c*"}, "-abc", "acb"),
    ({"wildcard": "*"}, "", 1),
    ({"wildcard": "a*bc*bc"}, "abcbc", "abc"),
    ({"anything-but": {"equals-ignore-case": ["Other", "x"]}}, "a", "OTHER"),
    ({"anything-but": {"wildcard": "*/lib/*"}}, "a", "b/lib/c"),
    ({"anything-but": "other"}, "a", "other"),
    ({"anything-but": ["other", "another"]}, "a", "another"),
    ({"anything-but": 0}, 1, 0),
    ({"anything-but": {"prefix": "o"}}, "a", "other"),
    ({"anything-but": {"suffix": [".png", ".jpg"]}}, "a.gif", "a.jpg"),
    ({"numeric": ["=", 5]}, 5, 6),
    ({"numeric": [">", 0, "<", 1]}, 0.5, 1),
    ({"numeric": [">=", 10]}, 10, "10"),
    ({"numeric": ["<", 0]}, -1, 0),
    ({"cidr": "10.0.0.0/24"}, "10.0.0.9", "10.0.1.9"),
    ({"exists": True}, "x", ...),
]


@pytest.mark.parametrize(("condition", "good", "bad"), CONDITIONS)
def test_conditions(condition, good, bad):
    pattern = {"detail": {"a": [condition]}}
    assert matches(pattern, {"detail": {"a": good}})
    assert matches(pattern, {"detail": {"a": ["?", good]}}), "one of an array is enough"
    assert not matches(pattern, {"detail": {} if bad is ... else {"a": bad}})
    assert not matches(pattern, {"detail": {}})
    assert matches(pattern, sample(pattern))


def test_what_must_not_be_there():
    pattern = {"detail": {"error": [{"exists": False}], "id": ["1"]}}
    assert sample(pattern) == {"detail": {"id": "1"}}
    assert matches(pattern, sample(pattern))
    assert not matches(pattern, {"detail": {"error": "x", "id": "1"}})


def test_alternatives():
    pattern = {"source": ["a", "b"], "$or": [{"detail": {"x": [1]}}, {"detail": {"y": [2]}}]}
    assert sample(pattern) == {"source": "a", "detail": {"x": 1}}
    assert matches(pattern, {"source": "b", "detail": {"y": 2}})
    assert not matches(pattern, {"source": "b", "detail": {"y": 1}})


def test_objects_in_arrays():
    assert matches({"detail": {"items": {"id": [2]}}}, {"detail": {"items": [{"id": 1}, {"id": 2}]}})


REFUSED = [
    {},
    {"cidr": "?"},
    {"cidr": 5},
    {"cidr": ["?"]},
    {"cidr": {}},
    {"equals-ignore-case": 3},
    {"equals-ignore-case": {}},
    {"numeric": "?"},
    {"numeric": ["?", 1]},
    {"numeric": [["="], 1]},
    {"numeric": [">"]},
    {"numeric": []},
    {"prefix": 5},
    {"prefix": {"unheard": "5"}},
    {"prefix": {"equals-ignore-case": 5}},
    {"suffix": None},
    {"unheard": 1},
    {"wildcard": 5},
]


@pytest.mark.parametrize("condition", REFUSED, ids=str)
@pytest.mark.parametrize("value", ["b", "5", "0.0.0.5", 5, None, [], {}])
def test_conditions_that_eventbridge_would_refuse_match_nothing_and_break_nothing(condition, value):
    pattern = {"a": [condition]}
    sample(pattern)
    assert not matches(pattern, {"a": value})


@pytest.mark.parametrize("alternatives", [["x"], [5, None], [], [["a"]]])
def test_alternatives_that_are_no_patterns(alternatives):
    pattern = {"$or": alternatives}
    assert sample(pattern) == {}
    assert not matches(pattern, {"a": "x"})
    pattern["$or"] = [*alternatives, {"a": ["x"]}]
    assert sample(pattern) == {"a": "x"}
    assert matches(pattern, {"a": "x"})


def test_many_wildcards_take_no_longer_than_their_text():
    pattern = {"a": [{"wildcard": "*a" * 40 + "*b"}]}
    assert matches(pattern, {"a": "a" * 400 + "b"})
    assert not matches(pattern, {"a": "a" * 400})
