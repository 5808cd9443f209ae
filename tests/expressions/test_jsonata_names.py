"""Which names a JSONata expression refers to, and where it may refer to a context."""

from __future__ import annotations

import pytest

from pytest_sfn.expressions.jsonata import compile_jsonata


@pytest.mark.parametrize(
    "text",
    ["$a.$", "$a[$ = 1]", "$a.b[c = $$.d]", "$a{b: c}", "$a^(b)", "$a.($f(b))", "$a ~> |b|{'c': d}|", "$a@$x.b[$x = c]"],
)
def test_names_below_the_top_are_allowed(text: str) -> None:
    assert compile_jsonata(text).text == text


@pytest.mark.parametrize(
    ("text", "states", "variables"),
    [
        ("$states.input.a", {"input"}, set()),
        ("$states", {"input", "result", "errorOutput", "context"}, set()),
        ("$states[0].input", {"input", "result", "errorOutput", "context"}, set()),
        ("$states.result & $states.context.Execution.Id", {"result", "context"}, set()),
        ("$x.a.b", set(), {"x"}),
        ("$x[$states.input.i = a]", {"input"}, {"x"}),
        ("($x := $y; $x + $z)", set(), {"y", "z"}),
        ("($f := function($n) { $f($n - $k) }; $f(1))", set(), {"k"}),
        ("$x@$o.a#$i[$i = $n].{'a': $o}", set(), {"x", "n"}),
        ("$sum($x)", set(), {"sum", "x"}),
        ("function($states) { $states.input }(1)", set(), set()),
    ],
)
def test_names_that_are_used(text: str, states: set[str], variables: set[str]) -> None:
    expression = compile_jsonata(text)
    assert (set(expression.states_used), set(expression.variables_used)) == (states, variables)
