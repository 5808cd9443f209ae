"""Sizes: computed from the text alone, large enough for it."""

import pytest

from pytest_sfn.definition import load
from pytest_sfn.diagrams.boxes import NAME_SIZE, label_of, sized, text_width
from pytest_sfn.diagrams.graph import graph_of
from tests.diagrams.machines import ORDER, chain

GRAPH = graph_of(load(ORDER))


def box_of(name):
    return sized(graph_of(load(chain([name, "Z"]))).nodes[0], [])[0]


def test_wide_letters_need_more_room_than_narrow_ones():
    assert text_width("iii", 10) < text_width("aaa", 10) < text_width("WWW", 10) < text_width("\u65e5\u672c\u8a9e", 10)
    assert text_width("ab", 20) == 2 * text_width("ab", 10)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("Charge", ["Charge"]),
        ("CheckTheInventoryOfTheWarehouse", ["CheckTheInventoryOfThe", "Warehouse"]),
        ("x" * 30, ["x" * 24, "x" * 6]),
        ("a\tb", ["a b"]),
    ],
)
def test_a_name_is_broken_where_words_begin(name, rows):
    assert [text.text for text in box_of(name).texts if text.role == "name"] == rows


def test_a_name_that_is_too_long_is_cut_and_kept_whole_for_the_tooltip():
    *_, last = (text for text in box_of("y" * 80).texts if text.role == "name")
    assert last.text.endswith("\u2026")
    assert last.full == "y" * 80


def test_every_text_is_inside_its_box():
    for node in GRAPH.nodes:
        box, _ = sized(node, [])
        for text in (*box.texts, *(text for _, texts in box.retries for text in texts)):
            assert 0 < text.x < box.width
            assert 0 < text.y < box.height
    assert text_width("Charge", NAME_SIZE) < sized(GRAPH.nodes[0], [])[0].width


def test_error_names_keep_their_pointers():
    (declined,) = (label_of(edge) for edge in GRAPH.edges if edge.pointer == "/States/Charge/Catch/0/Next")
    assert [(text.text, text.pointer) for text in declined.texts] == [("Declined", "/States/Charge/Catch/0/ErrorEquals/0")]
    assert label_of(GRAPH.edges[0]) is None


def test_a_moved_box_takes_everything_along():
    box, _ = sized(GRAPH.nodes[0], [])
    moved = box.moved(5, 7)
    assert (moved.x, moved.y, moved.width) == (5, 7, box.width)
    assert [(text.x - 5, text.y - 7) for text in moved.texts] == [(text.x, text.y) for text in box.texts]
