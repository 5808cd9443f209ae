"""Paths: what they find, what AWS says when they find nothing, writing, errors of syntax."""

from __future__ import annotations

import copy
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn.errors import StateError
from pytest_sfn.expressions.env import ExpressionSyntaxError
from pytest_sfn.expressions.paths import NULL_PATH, ROOT_PATH, compile_path, compile_reference_path
from pytest_sfn.expressions.values import UNDEFINED, dumps, json_equal, measure, utf8_size
from tests.expressions.environment import StubEnv

DATA: dict[str, Any] = {
    "a": {"b": {"c": {"d": 1}}, "null": None},
    "list": [{"id": 1, "tag": "x"}, {"id": 2}, "text", 3, [4, 5], {"id": "1", "tag": "Xy"}],
    "numbers": [0, 10, 20, 30, 40],
    "test-run-id": "T-1",
    "def ghi": {"x.y": 2},
    "ünï": {"日本": 3},
    "it's": 4,
    "@type": 5,
    "word": "word",
    "limit": 1,
}
ORDERS: dict[str, Any] = {
    "orders": [
        {"id": "a", "total": 5, "paid": True, "tags": ["new", "eu"]},
        {"id": "b", "total": 12.5, "paid": None, "tags": []},
        {"id": "C-7", "total": 12, "ref": "a"},
    ],
    "wanted": "b",
    "threshold": 12,
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", DATA),
        ("$.a.b.c.d", 1),
        ("$.a.b.c", {"d": 1}),
        ("$.a.b", {"c": {"d": 1}}),
        ("$.a.null", None),
        ("$.a.b.c.d ", 1),  # published so
        ("$.a.['b']", {"c": {"d": 1}}),  # the documentation's form
        ("$.def.ghi", UNDEFINED),
        ("$.['def ghi']['x.y']", 2),
        ("$.ünï.日本", 3),
        ("$['it\\'s']", UNDEFINED),  # the name is `it\`
        ("$.@type", 5),
        ("$.test-run-id", "T-1"),
        ("$.list[0].id", 1),
        ("$.list[4][1]", 5),
        ("$.list.[1].id", 2),
        ("$.list[9]", UNDEFINED),
        ("$.list[2][0]", UNDEFINED),  # a string is no array
        ("$.a[0]", UNDEFINED),
        ("$.list.id", UNDEFINED),
        ("$.word.word", UNDEFINED),
        ("$.a.null.x", UNDEFINED),
        ("$.no.b", UNDEFINED),
        ("$.no.b.c", UNDEFINED),
        ("$.no.b.c.d", UNDEFINED),
        ("$.numbers[-1]", UNDEFINED),  # reported from AWS
        ("$.numbers[(@.length-1)]", 40),
        ("$.list[(@.length - 2)][0]", 4),
        ("$.numbers[(@.length-6)]", UNDEFINED),
        ("$.numbers[(@.length-0)]", UNDEFINED),
        ("$.numbers.length()", UNDEFINED),  # reported from AWS for sum()
        ("$.list[0]['id','tag','no']", {"id": 1, "tag": "x"}),
    ],
)
def test_definite(path: str, found: Any) -> None:
    compiled = compile_path(path)
    assert compiled.definite
    result = compiled.read(DATA)
    assert result is UNDEFINED if found is UNDEFINED else result == found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.numbers[*]", [0, 10, 20, 30, 40]),
        ("$.numbers[3:]", [30, 40]),
        ("$.numbers[:1]", [0]),
        ("$.numbers[1:3]", [10, 20]),
        ("$.numbers[-2:]", [30, 40]),
        ("$.numbers[1:99]", [10, 20, 30, 40]),
        ("$.numbers[ 0 , 2 ]", [0, 20]),
        ("$.numbers[0,-1,9]", []),  # one index that is not there ends the search
        ("$.numbers[4:1]", []),
        ("$.list[*].id", [1, 2, "1"]),
        ("$.list[:2].id", [1, 2]),
        ("$.list[0:1].id", [1]),  # one hit is an array too
        ("$.list[*]['id','tag']", [{"id": 1, "tag": "x"}, {"id": 2}, {"id": "1", "tag": "Xy"}]),
        ("$.a.*", [{"c": {"d": 1}}, None]),
        ("$.a.b.*.d", [1]),
        ("$..d", [1]),
        ("$..id", [1, 2, "1"]),
        ("$.list..[1]", [{"id": 2}, 5]),
        ("$.a..*", [{"c": {"d": 1}}, None, {"d": 1}, 1]),
        ("$..c..d", [1]),
        ("$.list[?(@.tag)].id", [1, "1"]),
        ("$.word[*]", []),  # neither a string nor a lone object is taken for an array
        ("$.word[0:1]", []),
        ("$.a[0:1]", []),
        ("$.no[*]", []),  # recorded: nothing there is an empty array
        ("$.no.such[1:5].x", []),
        ("$.no[?(@.x)]", []),
        ("$..no", []),
    ],
)
def test_indefinite_is_always_an_array(path: str, found: list[Any]) -> None:
    compiled = compile_path(path)
    assert not compiled.definite
    assert compiled.read(DATA) == found


@pytest.mark.parametrize("path", ["$.a['b','null'].c", "$.list[*]['id','tag'].x"])
def test_several_names_before_the_end_are_an_error(path: str) -> None:
    compiled = compile_path(path)
    assert compiled.read(DATA) is UNDEFINED
    assert compiled.explain(DATA).startswith("Multi properties can only be used as path leafs: $[")  # recorded


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ("@.total == 5", ["a"]),
        ("@.total==5.0", ["a"]),
        ("@.total != 5", ["b", "C-7"]),
        ("@.total > 5 && @.total < 12.5", ["C-7"]),
        ("@.total >= 12.5 || @.id == 'a'", ["a", "b"]),
        ("@.total <= '5'", ["a"]),
        ("@.id < 'b'", ["a", "C-7"]),
        ("@.paid == true", ["a"]),
        ("@.paid == null", ["b"]),
        ("@.paid", ["a"]),  # null is as if it were not there
        ("!@.paid", ["b", "C-7"]),
        ("@.ref == $.orders[0].id", ["C-7"]),
        ("@.id == $.wanted", ["b"]),
        ("@.total >= $.threshold", ["b", "C-7"]),
        ("$.wanted", []),  # where nothing is compared, `$` is the item
        ("@.id == a", ["a"]),  # published without quotes
        ("@['id'] == 'b'", ["b"]),
        ("@.id =~ /c.*/i", ["C-7"]),
        ("@.id =~ /\\w\\/?-?7?/", ["a", "b", "C-7"]),
        ("@.tags[0] == 'new'", ["a"]),
    ],
)
def test_filter(condition: str, ids: list[str]) -> None:
    assert compile_path(f"$.orders[?({condition})].id").read(ORDERS) == ids


def test_recorded_name_with_a_backslash() -> None:
    assert compile_path('$[\'Test\\""Name"\']').read({'Test\\""Name"': "Value"}) == "Value"


def test_roots() -> None:
    env = StubEnv({"Map": {"Item": {"Index": 3}}}, {"order": {"id": 7}, "ünï_1": 8})
    results = {
        text: compile_path(text).evaluate({"x": 1}, env)
        for text in ("$.x", "$$.Map.Item.Index", "$$['Map'].Item", "$$", "$order.id", "$order", "$ünï_1", "$no.x", "$order[*]")
    }
    assert results == {
        "$.x": 1,
        "$$.Map.Item.Index": 3,
        "$$['Map'].Item": {"Index": 3},
        "$$": {"Map": {"Item": {"Index": 3}}},
        "$order.id": 7,
        "$order": {"id": 7},
        "$ünï_1": 8,
        "$no.x": UNDEFINED,
        "$order[*]": [7],
    }
    assert [compile_path(text).root for text in ("$.x", "$$.x", "$x.y")] == ["$", "$$", "x"]


def test_null_and_root() -> None:
    assert (NULL_PATH.read({"a": 1}), NULL_PATH.write({"a": 1}, 2), NULL_PATH.text) == ({}, {"a": 1}, "null")
    assert compile_path("$") is ROOT_PATH
    assert ROOT_PATH.read(DATA) is DATA
    assert ROOT_PATH.write(DATA, 5) == 5
    assert compile_path("$.a.b") is compile_path("$.a.b")


@pytest.mark.parametrize(
    ("path", "explanation"),
    [
        ("$.NoSuchInputPath", "No results for path: $['NoSuchInputPath']"),  # recorded
        ("$.no.such.result.path", "Missing property in path $['no']"),  # recorded
        ("$.a.b.no", "No results for path: $['a']['b']['no']"),
        ("$.a.no.x", "Missing property in path $['a']['no']"),
        ("$.numbers[9]", "Index out of bounds when evaluating path $['numbers'][9]"),
        ("$.list[9].id", "Index out of bounds when evaluating path $['list'][9]"),
        ("$.numbers[-1]", "Index out of bounds when evaluating path $['numbers'][-1]"),
        ("$.numbers[(@.length-9)]", "Index out of bounds when evaluating path $['numbers'][-4]"),
        ("$.word.x", "Property ['x'] not found in path $['word']"),
        ("$.word['x','y']", "Property ['x', 'y'] not found in path $['word']"),
        ("$nope[*]", "No results for path: $[*]"),
        ("$nope..a", "No results for path: $..['a']"),
        ("$.a[0]", 'Filter: [0] can only be applied to arrays. Current context is: {"b":{"c":{"d":1}},"null":null}'),
    ],
)
def test_explain(path: str, explanation: str) -> None:
    assert compile_path(path).explain(DATA) == explanation


@pytest.mark.parametrize(
    ("path", "base", "written"),
    [
        ("$.x", {"a": 1, "x": 2, "b": 3}, '{"a":1,"x":"new","b":3}'),
        ("$.x", {}, '{"x":"new"}'),
        ("$.x.y.z", {"a": 1}, '{"a":1,"x":{"y":{"z":"new"}}}'),
        ("$.x.y", {"x": {"q": 1}}, '{"x":{"q":1,"y":"new"}}'),
        ("$[1]", [1, 2], '[1,"new"]'),
        ("$.x[0].y", {"x": [{}, 5]}, '{"x":[{"y":"new"},5]}'),
    ],
)
def test_write(path: str, base: Any, written: str) -> None:
    assert dumps(compile_reference_path(path).write(base, "new")) == written


@pytest.mark.parametrize(
    ("path", "base"),
    [("$.x", "input1"), ("$.x", None), ("$.x", [1]), ("$.x.y", {"x": 1}), ("$.x[0]", {"x": []}), ("$.x[0]", {}), ("$[0]", {})],
)
def test_write_conflict(path: str, base: Any) -> None:
    with pytest.raises(StateError) as failure:
        compile_path(path).write(base, 1)
    error = failure.value
    assert (error.error, error.cause, error.located, error.catchable) == (
        "States.ReferencePathConflict",
        f"Unable to apply ReferencePath {path} to input {dumps(base)}",
        False,
        False,
    )


IN_A_BRACKET = "a bracket holds a name in single quotes, an index, a slice, * or ?(...)"


@pytest.mark.parametrize(
    ("path", "column", "message", "hint"),
    [
        ("", 0, "a path starts with '$'", ""),
        ("abc", 0, "a path starts with '$'", "write $.abc"),
        ("$.", 2, "a name is missing after the dot", ""),
        ("$.a.", 4, "a name is missing after the dot", ""),
        ("$..", 3, "a name is missing after the dot", ""),
        ("$.a b", 3, "a name cannot contain a blank", "put the name in brackets and quotes: $['my name']"),
        ("$1", 1, "'1' does not fit here", "names with such characters need brackets and quotes: $['my-name?']"),
        ("$.a['b'", 3, "the bracket is not closed", ""),
        ("$.a[1", 4, "the bracket is not closed", ""),
        ("$.a[b]", 4, IN_A_BRACKET, "write ['b']"),
        ('$.a["b"]', 4, IN_A_BRACKET, "write ['b']"),
        ("$.a[]", 4, IN_A_BRACKET, ""),
        ("$.a[:]", 4, "a whole number is expected", ""),
        ("$.a[1,,2]", 4, "a whole number is expected", ""),
        ("$.a[9999999999]", 4, "the number is too large for an index", ""),
        ("$.a[(@.count-1)]", 5, "a calculated index can only be (@.length-n)", ""),
        ("$.a[?(@.b = 1)]", 9, "a name cannot contain a blank", "put the name in brackets and quotes: $['my name']"),
        ("$.a[?('b')]", 6, "a comparison such as == is expected", ""),
        ("$.a[?(@.b]", 4, "a filter is written [?(...)]", ""),
        ("$.a[?@.b == 1]", 4, "a filter is written [?(...)]", ""),
        ("$.a[?(@.b == 'c)]", 4, "a filter is written [?(...)]", ""),
        ("$.a[?(@.b[*])]", 6, "a path in a filter names one value", "use names and indexes only"),
        ("$.a[?(@.b &&)]", 12, "a comparison such as == is expected", ""),
        ("$.a[?(@.b =~ /[(]+(/)]", 4, "a filter is written [?(...)]", ""),
        ("$.a[?(@.b =~ /*/)]", 14, "the regular expression is not valid: nothing to repeat at position 0", ""),
    ],
)
def test_syntax_error(path: str, column: int, message: str, hint: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as refusal:
        compile_path(path)
    error = refusal.value
    assert (error.message, error.column, error.hint) == (message, column, hint)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("x", "Reference path didn't start with '$'"),
        ("$.a[*]", "$.a[*] does not name a single place"),
        ("$..a", "$..a does not name a single place"),
        ("$.a[-1]", "$.a[-1] does not name a single place"),
        ("$$.a", "$$.a belongs to the Context Object, which a result cannot be written to"),
        ("$a.b", "$a.b belongs to the variable $a, which a result cannot be written to"),
    ],
)
def test_not_a_reference_path(path: str, message: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as refusal:
        compile_reference_path(path)
    assert refusal.value.message == message
    if path.startswith("$"):
        with pytest.raises(StateError):
            compile_path(path).write({}, 1)


def test_warnings() -> None:
    assert compile_path("$.a[-1].x").warnings == (
        (
            "column 5: AWS finds nothing at a negative index; "
            "write [(@.length-1)] for the item, or [-1:] for an array from there on"
        ),
    )
    assert compile_path("$.a.sum()").warnings == (
        "column 5: AWS knows no functions in paths; sum() finds nothing when it runs",
    )
    assert compile_path("$.a[-1:]").warnings == ()


def test_plain_paths_load_no_library() -> None:
    code = (
        "import sys\n"
        "from pytest_sfn.expressions import comparisons, paths, payload_templates\n"
        "paths.compile_path('$.a[0].b'); paths.compile_path('$$.x')\n"
        "payload_templates.compile_payload_template({'a.$': '$.b'}, 'P')\n"
        "print([m for m in ('jsonpath_ng', 'regex', 'jsonata', 'pytest_sfn.expressions.intrinsics') if m in sys.modules])\n"
        "paths.compile_path('$..a')\n"
        "print([m for m in ('jsonpath_ng', 'regex') if m in sys.modules])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["[]", "['jsonpath_ng']"]


# Properties

names = st.sampled_from(["a", "b", "c d", "日本"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)
steps = st.lists(names | st.integers(0, 2), max_size=4)


def path_of(steps: list[str | int]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f"[{step!r}]" for step in steps)


@given(json_values, steps, json_values)
def test_reading_what_was_written(base: Any, steps: list[str | int], new: Any) -> None:
    before = copy.deepcopy(base)
    path = compile_reference_path(path_of(steps))
    try:
        written = path.write(base, new)
    except StateError:
        written = base
    else:
        assert path.read(written) is new
        size, depth = measure(written)
        assert size <= measure(base)[0] + measure(new)[0] + path.size_added
        assert depth <= max(measure(base)[1], measure(new)[1] + path.depth_added)
    assert json_equal(base, before)


@given(json_values, steps)
def test_reading_follows_python(data: Any, steps: list[str | int]) -> None:
    expected = data
    for step in steps:
        present = isinstance(expected, dict if isinstance(step, str) else list)
        if isinstance(step, str):
            expected = expected.get(step, UNDEFINED) if present else UNDEFINED
        else:
            expected = expected[step] if present and step < len(expected) else UNDEFINED
    assert compile_path(path_of(steps)).read(data) is expected


@given(
    json_values,
    st.sampled_from(["$..*", "$..a", "$..['a','b']", "$[*][*]", "$[0,0,1]", "$..[?(@.a)]", "$..*..*", "$[?(@.a)].a"]),
)
def test_found_values_stay_within_bounds(data: Any, text: str) -> None:
    before = copy.deepcopy(data)
    path = compile_path(text)
    found = path.read(data)
    assert utf8_size(dumps(found)) <= path.size_factor * measure(data)[0] + 2
    assert json_equal(data, before)


@given(st.text(alphabet="$.[]()'\"*?@:,-0a =~/&|!<", max_size=14))
def test_any_text_compiles_or_is_refused_with_a_column(text: str) -> None:
    try:
        path = compile_path(f"${text}")
    except ExpressionSyntaxError as error:
        assert error.column is not None
        assert 0 <= error.column <= len(text) + 1
    else:
        found = path.evaluate({"a": [{"0": 0}]}, StubEnv())
        assert path.definite or isinstance(found, list) or found is UNDEFINED
