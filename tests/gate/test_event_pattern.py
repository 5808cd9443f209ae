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


@pytest.mark.parametrize(
    "condition", [{"numeric": "?"}, {"numeric": ["?", 1]}, {"cidr": "?"}, {"unheard": 1}, {}, {"wildcard": 3}]
)
def test_conditions_that_eventbridge_would_refuse_match_nothing_and_break_nothing(condition):
    pattern = {"a": [condition]}
    sample(pattern)
    assert not matches(pattern, {"a": "b"})
