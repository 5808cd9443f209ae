"""Nodes."""

from __future__ import annotations

import pytest

from pytest_sfn.jsonata import tree


def test_a_node_has_slots_for_its_annotations_and_what_is_behind_it() -> None:
    node = tree.Bind(3, "x", tree.Literal(5, 1))
    assert (node.position, node.name, node.keep, node.predicates, node.group) == (3, "x", False, [], None)
    assert tree.Bind.__slots__ == ("name", "value")
    with pytest.raises(AttributeError):
        node.other = 1  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="zip"):
        tree.Bind(3, "x")  # type: ignore[call-arg]


def test_what_is_behind_a_node_is_its_own() -> None:
    first, second = tree.Wildcard(1), tree.Wildcard(1)
    first.predicates.append(tree.Filter(second))
    assert second.predicates == []
