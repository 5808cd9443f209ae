"""Patterns of rules: what matches them, and an event made to match."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn.gate.event_pattern import matches, mismatch, sample

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


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"detail": {"a": [1]}, "$or": [{"detail": {"b": [2]}}]}, {"detail": {"a": 1, "b": 2}}),
        ({"$or": [{"detail": {"b": [2]}}], "detail": {"a": [1]}}, {"detail": {"a": 1, "b": 2}}),
        ({"detail": {"a": [1]}, "$or": [{"detail": {"b": [{"exists": False}]}}]}, {"detail": {"a": 1}}),
        ({"a": [1, 2], "$or": [{"a": [3]}, {"a": [2], "b": [4]}]}, {"a": 2, "b": 4}),
        ({"a": [{"numeric": [">", 5, "<", 3]}, 7]}, {"a": 7}),
        ({"a": [{"numeric": [">", 0, "<", 0.001]}]}, {"a": 0.0005}),
    ],
)
def test_a_sample_is_of_all_members(pattern: dict[str, Any], expected: dict[str, Any]):
    assert sample(pattern) == expected
    assert matches(pattern, expected)


@pytest.mark.parametrize(
    "operand",
    [
        ["other", "another", "value", 0, 1, 2],
        {"prefix": ["o", "a", "v"]},
        {"suffix": [*"abcdefghijklmnopqrstuvwxyz", "\u4e00"]},
        {"equals-ignore-case": ["OTHER", "A"]},
        {"wildcard": ["*o*", "*a*"]},
    ],
)
def test_a_sample_is_anything_but_all_of_these(operand: Any):
    pattern = {"a": [{"anything-but": operand}]}
    assert matches(pattern, sample(pattern))


@pytest.mark.parametrize(
    ("pattern", "where"),
    [
        ({"detail": {"a": ["x"], "b": [{"anything-but": {"wildcard": "*"}}]}}, "detail.b"),
        ({"detail": {"a": ["x"]}, "$or": [{"detail": {"a": ["y"]}}]}, "detail.a"),
        ({"a": [{"numeric": [">", 5, "<", 3]}]}, "a"),
        ({"a": {"b": {"$or": [{"c": [{"anything-but": {"prefix": ""}}]}]}}}, "a.b.$or"),
    ],
)
def test_what_nothing_matches_says_where(pattern: dict[str, Any], where: str):
    assert mismatch(pattern, sample(pattern)) == where


@pytest.mark.parametrize("value", [{}, {"b": 1}, [{"b": 1}], []])
def test_only_a_leaf_exists(value: Any):
    assert not matches({"a": [{"exists": True}]}, {"a": value})
    assert matches({"a": [{"exists": False}]}, {"a": value})


@pytest.mark.parametrize("value", [None, 0, "", ["x", {}]])
def test_a_leaf_exists_whatever_its_value_is(value: Any):
    assert matches({"a": [{"exists": True}]}, {"a": value})
    assert not matches({"a": [{"exists": False}]}, {"a": value})


@pytest.mark.parametrize("value", [[], {}, [{}], [[]], 5, None])
def test_what_must_not_be_there_is_not_in_an_empty_array(value: Any):
    assert matches({"a": {"b": [{"exists": False}]}}, {"a": value})
    assert not matches({"a": {"b": [{"exists": True}]}}, {"a": value})


TEXTS = st.text("aob*\\./é", min_size=1, max_size=4)
NUMBERS = st.integers(-5, 5) | st.floats(-5, 5)
SEVERAL = TEXTS | st.lists(TEXTS, min_size=1, max_size=4)


def _condition(operator: str, operands: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return operands.map(lambda operand: {operator: operand})


def _range(bounds: tuple[float, float]) -> list[Any]:
    low, high = sorted(bounds)
    return ["=", low] if high - low < 1e-6 else [">", low, "<", high]


PARTS = st.one_of(*(_condition(each, SEVERAL) for each in ("prefix", "suffix", "equals-ignore-case")))
CLOSED = TEXTS.filter(lambda text: text.strip("*"))
"""Wildcards that some text does not match."""
CONDITION = st.one_of(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=3),
    st.one_of(*(_condition(each, TEXTS) for each in ("wildcard", "prefix", "suffix", "equals-ignore-case"))),
    st.one_of(*(_condition(each, _condition("equals-ignore-case", TEXTS)) for each in ("prefix", "suffix"))),
    _condition("anything-but", SEVERAL | NUMBERS | st.lists(TEXTS | NUMBERS, min_size=1) | PARTS),
    _condition("anything-but", _condition("wildcard", CLOSED | st.lists(CLOSED, min_size=1, max_size=4))),
    _condition("numeric", st.tuples(NUMBERS, NUMBERS).map(_range)),
    _condition("cidr", st.ip_addresses().map(lambda address: f"{address}/{address.max_prefixlen - 8}")),
    _condition("exists", st.booleans()),
)
CONDITIONS_OF_ONE = st.lists(CONDITION, min_size=1, max_size=3)


def _patterns(depth: int, names: str) -> st.SearchStrategy[dict[str, Any]]:
    inner = CONDITIONS_OF_ONE if depth == 0 else CONDITIONS_OF_ONE | _patterns(depth - 1, names)
    return st.dictionaries(st.sampled_from(names), inner, min_size=1, max_size=3)


@st.composite
def _alternative(draw: st.DrawFn) -> dict[str, Any]:
    """A pattern with `$or`, whose alternatives are of other members than the rest, of the same object."""
    pattern: dict[str, Any] = {"detail": draw(_patterns(1, "abc"))}
    alternatives = st.lists(_patterns(1, "xyz").map(lambda each: {"detail": each}), min_size=1, max_size=3)
    return {**pattern, "$or": draw(alternatives)}


@given(_patterns(2, "abc") | _alternative())
def test_a_sample_matches(pattern: dict[str, Any]):
    assert mismatch(pattern, sample(pattern)) is None


@given(_patterns(1, "ab"), _patterns(1, "ab"))
def test_alternatives_that_agree_are_found(rest: dict[str, Any], other: dict[str, Any]):
    pattern = {**rest, "$or": [other, rest]}  # the second agrees, whatever the first is
    assert mismatch(pattern, sample(pattern)) is None


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
