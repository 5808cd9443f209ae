"""JSONata as Step Functions speaks it; the plain language has tests/jsonata and tests/jsonata_suite."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_sfn.errors import Site, UnplacedError
from pytest_sfn.expressions.env import ExpressionSyntaxError, QueryEvaluationError
from pytest_sfn.expressions.jsonata import compile_jsonata, expect_type, field_reader
from pytest_sfn.expressions.values import UNDEFINED, json_equal
from pytest_sfn.jsonata import Limits
from tests.expressions.environment import StreamEnv as Environment

INPUT = {
    "id": "o-1",
    "nothing": None,
    "address": {"city": "Paris", "zip": None},
    "items": [{"sku": "a", "qty": 1, "price": 5}, {"sku": "b", "qty": 2, "price": 2.5}, {"sku": None}],
}


def evaluate(text: str, **variables: Any) -> Any:
    return compile_jsonata(text).evaluate({"input": INPUT, "result": [1, 2]}, Environment(variables))


def cause(text: str, field: str = "Output/v") -> str | None:
    expression = compile_jsonata(text)
    site = Site(field, "", (), expression.text)
    with pytest.raises(QueryEvaluationError) as caught:
        field_reader(expression, site)({"input": INPUT}, Environment())
    assert caught.value.error == "States.QueryEvaluationError"
    assert caught.value.catchable
    assert caught.value.evaluation
    assert caught.value.site == site.on({"input": INPUT})
    return caught.value.cause


PASSIVE = (
    "The sub-picture must not contain a passive character that is preceded by an active character and that is followed by "
    "another active character"
)
STACK = "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
MEMORY = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
THREW = "threw an error during evaluation"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # plain paths, read without the library where only objects are on the way
        ("$states.input.id", "o-1"),
        (" $states.input.address.city ", "Paris"),
        ("$states.input.address.zip", None),
        ("$states.input.nope", UNDEFINED),
        ("$states.input.id.more", UNDEFINED),
        ("$states.input.nothing.more", UNDEFINED),
        ("$states.input.items.qty", [1, 2]),
        ("$states.result", [1, 2]),
        ("$states.errorOutput", UNDEFINED),
        ("$states.context.Execution.Name", "run"),
        ("$order.id", 7),
        ("$null", None),
        ("$empty.x", UNDEFINED),
        ("$nope", UNDEFINED),
        ("$states.input.and", UNDEFINED),
        # everything else
        ("$states.input.items[qty > 1].{'s': sku}", {"s": "b"}),
        ("$states.input.items.sku", ["a", "b", None]),
        ("$map($states.input.items, function($i) { $i.sku })", ["a", "b", None]),
        ("[$order.id, $states.context.Execution.Name]", [7, "run"]),
        ("$states.input.nothing = null", True),
        ("[1/0, -1/0, 1e308*10, 0/0]", ["Infinity", "-Infinity", "Infinity", "NaN"]),  # measured on AWS, floci #2737
        ("$parseInteger('x', '0')", "NaN"),
        # a variable hides a function
        ("$count", 3),
    ],
)
def test_value(text: str, expected: Any) -> None:
    value = evaluate(text, order={"id": 7}, null=None, empty={}, count=3)
    assert value is expected if expected is UNDEFINED else json_equal(value, expected), value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$nope", "returned nothing (undefined)."),
        ("$states.input.nope", "returned nothing (undefined)."),
        ("$states.input.items[sku='z'].qty", "returned nothing (undefined)."),
        ("$sum", "returned an unsupported result type."),
        ("/a/", "returned an unsupported result type."),
        ("{'f': [$sum]}", "returned an unsupported result type."),
        ("$eval('1+1')", "threw an error during evaluation. T1006: Attempted to invoke a non-function"),
        (
            "$sum($states.input.items.sku)",
            'threw an error during evaluation. T0412: Argument 1 of function "sum" must be an array of "numbers"',
        ),
        (
            '$formatNumber(1, "x")',
            f"{THREW}. D3086: {PASSIVE}",
        ),
        ("$error('no stock')", "threw an error during evaluation. D3137: no stock"),
        (
            "'a' < 1",
            f'{THREW}. T2009: The values "a" and 1 either side of operator "<" must be of the same data type',
        ),
        ("null - 1", 'threw an error during evaluation. T2001: The left side of the "-" operator must evaluate to a number'),
        ("$number('x')", 'threw an error during evaluation. D3030: Unable to cast value to a number: "x"'),
        (
            "$random(1, 2)",
            'threw an error during evaluation. T0410: Argument 2 of function "random" does not match function signature',
        ),
        (
            "+".join("1" * 102),
            f"{THREW}: {STACK}",
        ),
        (
            "$count([1..873783])",
            f"{THREW}: {MEMORY}",
        ),
        (
            "($p := function($s, $n) { $n = 0 ? $s : $p($s & $s, $n - 1) }; $length($p('x', 23)))",
            f"{THREW}: {MEMORY}",
        ),
    ],
)
def test_cause(text: str, expected: str) -> None:
    assert cause(text) == f"The JSONata expression '{text}' specified for the field 'Output/v' {expected}"


def test_within_bounds() -> None:
    assert evaluate("$count([1..873782])") == 873782
    assert evaluate("($p := function($s, $n) { $n = 0 ? $s : $p($s & $s, $n - 1) }; $length($p('x', 22)))") == 1 << 22
    assert evaluate("+".join("1" * 99)) == 99


@pytest.mark.parametrize(
    ("text", "code", "message", "column"),
    [
        ("1e400", "INVALID_JSONATA_EXPRESSION", 'Number out of range: "1e400"', 0),
        ("phone", "UNSUPPORTED_JSONATA_EXPRESSION", "Reference to 'phone' at the top level is not supported.", 0),
        ("1 + a.b", "UNSUPPORTED_JSONATA_EXPRESSION", "Reference to 'a' at the top level is not supported.", 4),
        ("$", "UNSUPPORTED_JSONATA_EXPRESSION", "Reference to '$' at the top level is not supported.", 0),
        ("$$.a", "UNSUPPORTED_JSONATA_EXPRESSION", "Reference to '$$' at the top level is not supported.", 0),
        (
            "$map([1], function($x) { b })",
            "UNSUPPORTED_JSONATA_EXPRESSION",
            "Reference to 'b' at the top level is not supported.",
            25,
        ),
        ("{'k': v}", "UNSUPPORTED_JSONATA_EXPRESSION", "Reference to 'v' at the top level is not supported.", 6),
        ("1 +", "INVALID_JSONATA_EXPRESSION", "Unexpected end of expression", 3),
        ("", "INVALID_JSONATA_EXPRESSION", "Unexpected end of expression", 0),
        ("$a[1,2)", "INVALID_JSONATA_EXPRESSION", 'Expected "]", got ","', 4),
        ("{'a':}", "INVALID_JSONATA_EXPRESSION", 'The symbol "}" cannot be used as a unary operator', 5),
        ("10 + * 2", "INVALID_JSONATA_EXPRESSION", "Syntax error: 2", 7),
        ("$a ?: 1", "INVALID_JSONATA_EXPRESSION", 'The symbol ":" cannot be used as a unary operator', 4),
        ("$a ?? 1", "INVALID_JSONATA_EXPRESSION", 'The symbol "?" cannot be used as a unary operator', 4),
        ("$match('a', /abc", "INVALID_JSONATA_EXPRESSION", "No terminating / in regular expression", 16),
        ("/* open", "INVALID_JSONATA_EXPRESSION", "Comment has no closing tag", 0),
    ],
)
def test_refused(text: str, code: str, message: str, column: int) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_jsonata(text)
    assert (caught.value.code, caught.value.message, caught.value.column) == (code, message, column)


@pytest.mark.parametrize(
    ("value", "shown"), [(1, "'number' for value: 1"), ("s", "'string' for value: \"s\""), (None, "'null' for value: null")]
)
def test_expect_type(value: Any, shown: str) -> None:
    site = Site("Items", "/States/A/Items", (), "$v")
    assert expect_type([1], "array", site) == [1]
    with pytest.raises(QueryEvaluationError) as caught:
        expect_type(value, "array", site)
    sentence = "The JSONata expression '$v' specified for the field 'Items' returned an unexpected result type. "
    assert caught.value.cause == f"{sentence}Expected 'array', but was {shown}"
    assert caught.value.site == site.on(value)


@pytest.mark.parametrize(
    "text",
    [
        "$states.input ~> |$|{'id': 1}, 'nothing'|",
        "$states.input.list{'a': 1}",
        "$sort($states.input.list)",
        "$append($states.input.list, 1)",
    ],
)
def test_input_is_not_changed(text: str) -> None:
    value = {**INPUT, "list": []}
    before = json.dumps(value)
    compile_jsonata(text).evaluate({"input": value}, Environment())
    assert json.dumps(value) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("($f := function() { $f() }; $f())", "Expression evaluation timeout: Check for infinite loop"),
        ("($f := function($n) { [$f($n)] }; $f(1))", STACK),
        ("($f := function($n) { $map([1], function() { $f($n) }) }; $f(1))", STACK),
    ],
)
def test_hostile_expressions_end(text: str, said: str) -> None:
    limit = sys.getrecursionlimit()
    assert str(cause(text)).endswith(f": {said}")
    assert sys.getrecursionlimit() == limit


def test_a_regular_expression_that_tries_for_ever_ends_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_sfn.expressions.jsonata_functions.LIMITS", Limits(searching=0.1))
    text = "$contains($pad('', 40, 'a') & '!', /^(a|aa)+$/)"
    with pytest.raises(UnplacedError) as caught:
        evaluate(text)
    assert str(caught.value) == (
        f"the JSONata expression {text!r} was still being evaluated after 0.1 seconds of processor time; "
        "a regular expression in it probably tries one way after the other to match"
    )


def test_threads_share_an_expression() -> None:
    expression = compile_jsonata("$sum($map([1..50], function($i) { $i * $states.input.n }))")
    with ThreadPoolExecutor(4) as pool:
        results = pool.map(lambda n: expression.evaluate({"input": {"n": n}}, Environment()), range(40))
    assert list(results) == [1275 * n for n in range(40)]


def test_plain_paths_load_no_jsonata() -> None:
    program = (
        "import sys; limit = sys.getrecursionlimit()\n"
        "from pytest_sfn.expressions.jsonata import compile_jsonata\n"
        "assert compile_jsonata('$states.input.a').evaluate({'input': {'a': 1}}, None) == 1\n"
        "assert 'pytest_sfn.jsonata.expression' not in sys.modules\n"
        "compile_jsonata('1 + 1')\n"
        "assert 'pytest_sfn.jsonata.expression' in sys.modules and 'regex' not in sys.modules\n"
        "assert sys.getrecursionlimit() == limit"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_json)
@settings(deadline=None)
def test_values_survive(value: Any) -> None:
    environment = Environment({"v": value})
    for text in ("$v", "($v)", "{'a': $v}.a" if not isinstance(value, list) else "($v)", "$states.input"):
        assert json_equal(compile_jsonata(text).evaluate({"input": value}, environment), value)


@given(st.text(alphabet="$abs.()[]{}^@#%&|~>:=?,;'\"/* 1", max_size=12))
@settings(deadline=None)
def test_any_text_is_compiled_or_refused(text: str) -> None:
    try:
        expression = compile_jsonata(text)
    except ExpressionSyntaxError as error:
        assert error.code
        return
    try:
        expression.evaluate({"input": {}}, Environment())
    except QueryEvaluationError as error:
        assert "internal" not in error.tail, error.cause
