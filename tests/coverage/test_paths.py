"""Paths in texts."""

import pytest

from pytest_sfn.coverage.paths import member_steps, paths_in


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        (None, []),
        ("$", []),
        ("$.a.b[2]['c d']", ["a", "b", "[2", "c d"]),
        ("$.a[*].b", ["a", "[", "b"]),
        ("$$.Task.Token", None),
        (7, None),
    ],
)
def test_steps(path, steps):
    assert member_steps(path) == steps


@pytest.mark.parametrize(
    ("text", "jsonata", "found"),
    [
        ("States.Format('{}-{}', $.a, $$.Execution.Input.b)", False, [("", ["a"], "x"), ("execution", ["b"], "x")]),
        ("States.MathAdd($.n, 1)", False, [("", ["n"], 1)]),
        ("$total.N", False, [("total", ["N"], "1")]),
        ("{% $states.input.price * $rate %}", True, [("input", ["price"], 1), ("rate", [], "x")]),
        (
            "{% $states.result.all.{'a': b.c, 'd': true} %}",
            True,
            [("result", ["all"], "x"), ("result", ["all", "[", "b", "c"], "x")],
        ),
        ("$.a", True, []),
    ],
)
def test_paths_with_guesses(text, jsonata, found):
    assert [*paths_in(text, "Parameters", jsonata=jsonata)] == found


@pytest.mark.parametrize(
    ("text", "jsonata", "count"),
    [
        ("{% " + "$a + " * 10_000 + "1 %}", True, 10_000),
        ("{% " + "x$a, " * 200_000 + "1 %}", True, 0),
        ("{% " + "$a.{ " * 10_000 + " %}", True, 10_000),
        ("StringSplit($.a, 'x' " * 10_000, False, 10_000),
    ],
)
def test_a_text_with_many_paths_is_read_in_one_go(text, jsonata, count):
    """With work for each path that grows with the text these would take from minutes to hours."""
    assert len([*paths_in(text, "Output", jsonata=jsonata)]) == count


def test_what_is_joined_to_a_text_is_looked_for_in_the_same_line():
    text = "{% $price - $rate & 'x'\n + $tax * 2\n & $name %}"
    assert [(root, guess) for root, _, guess in paths_in(text, "Output", jsonata=True)] == [
        ("price", "x"),
        ("rate", "x"),
        ("tax", 1),
        ("name", "x"),
    ]
