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
