"""What a state changed: the members by their paths, or the whole."""

from typing import Any

import pytest

from pytest_sfn.report.changes import COMPARED, changes

ORDER: dict[str, Any] = {"id": 7, "items": [{"sku": "a", "n": 1}, {"sku": "b", "n": 2}], "payment": {"card": "visa", "to": {}}}


def copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("copy", [dict, copied])
def test_a_member_at_any_depth(copy):
    before = {"order": ORDER, "x": 1}
    order = {**copy(ORDER), "payment": {**ORDER["payment"], "result": {"ok": True}}}
    assert changes(before, {**copy(before), "order": order}) == [("$.order.payment.result", {"ok": True})]


def test_around_it_nothing_else_has_to_be():
    assert changes({"order": ORDER}, {"order": {**ORDER, "id": 8}}) == [("$.order.id", 8)]


def test_several_members_in_the_order_of_the_value():
    after = {**ORDER, "id": 8, "items": [ORDER["items"][0], {"sku": "b", "n": 3}], "new": None}
    assert changes(ORDER, after) == [("$.id", 8), ("$.items[1].n", 3), ("$.new", None)]
    assert changes(ORDER, {**after, "newer": 1}) is None


def test_of_a_part_that_is_another_one_its_whole():
    assert changes(ORDER, {**ORDER, "payment": {"card": "cash", "to": {"x": 1}}}) == [
        ("$.payment", {"card": "cash", "to": {"x": 1}}),
    ]
    assert changes(ORDER, {**ORDER, "payment": {"paid": True}}) == [("$.payment", {"paid": True})]
    assert changes(ORDER, {**ORDER, "items": [1]}) == [("$.items", [1])]


def test_a_name_that_is_no_identifier():
    assert changes({"a b": {"x": 1}}, {"a b": {"x": 1, "c-d": 2}}) == [("$['a b']['c-d']", 2)]


def test_equal_copies_are_no_change():
    assert changes(ORDER, copied(ORDER)) == []


@pytest.mark.parametrize(
    ("before", "after"), [(1, 2), ({"a": 1}, [1]), ({"a": 1}, {"b": 1}), ({"a": 1}, {"a": 2}), ({}, {"a": 1}), ([1, 2], [1, 3])]
)
def test_nothing_is_kept(before, after):
    assert changes(before, after) is None


@pytest.mark.parametrize(("before", "after"), [(1, True), (1, 1.0), (0, False), ("1", 1), (None, False)])
def test_an_equal_value_of_another_type_is_a_change(before, after):
    ((path, value),) = changes({"a": before, "b": 1}, {"a": after, "b": 1}) or []
    assert (path, value, type(value)) == ("$.a", after, type(after))


def test_large_values_are_not_compared_whole():
    large = {"rows": [[number] for number in range(COMPARED)], "id": 7}
    assert changes(large, {**large, "rows": copied(large["rows"])}) == [("$.rows", large["rows"])]
    assert changes(large, {**large, "rows": [*large["rows"][:-1], [0]]}) == [(f"$.rows[{COMPARED - 1}]", [0])]


def test_deep_values_are_named_by_what_is_around():
    def nested(value: Any) -> Any:
        for _ in range(300):
            value = {"a": value, "b": 1}
        return value

    ((path, _),) = changes(nested(1), nested(2)) or []
    assert path == "$" + ".a" * 8
