"""Expressions as a whole: the public suite's kind of cases, values in and out, limits, positions of errors."""

from __future__ import annotations

import copy
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_sfn import jsonata
from pytest_sfn.expressions.values import json_equal
from pytest_sfn.jsonata import UNDEFINED, EvaluationTimeoutError, JsonataError, LimitError, Limits
from tests.jsonata_suite.runner import HERE, Case, check, read_cases

DATA = {"a": {"b": [1, 2, {"c": None}]}, "items": [{"p": 5, "q": 2}, {"p": 20, "q": 1}], "empty": []}


@pytest.mark.parametrize("case", list(read_cases(HERE)), ids=lambda case: case.id)
def test_suite(case: Case) -> None:
    assert check(case) is None, case.expression()


def test_an_expression_is_called_with_data_and_bindings() -> None:
    expression = jsonata.compile("$sum(items[p > $limit].(p * q))")
    assert expression(DATA, {"limit": 10}) == 20
    assert expression(DATA, {"limit": 1}) == 30
    assert repr(expression) == "Expression('$sum(items[p > $limit].(p * q))')"
    assert jsonata.compile("$millis()")(clock=lambda: 7) == 7


def test_null_and_nothing_are_two_things() -> None:
    assert jsonata.compile("a.b.c")(DATA) is None
    assert jsonata.compile("a.x")(DATA) is UNDEFINED
    assert jsonata.compile("[a.b.c, a.x]")(DATA) == [None]
    assert not UNDEFINED
    assert repr(UNDEFINED) == "UNDEFINED"


def test_parts_of_the_input_are_handed_on_as_they_are() -> None:
    assert jsonata.compile("a.b")(DATA) is DATA["a"]["b"]  # type: ignore[index]
    assert jsonata.compile("{'x': $.a}")(DATA)["x"] is DATA["a"]


@pytest.mark.parametrize(
    "text",
    [
        "$ ~> |items|{'p': 0}, 'q'|",
        "$$ ~> |$$.items|{'p': 0}|",
        "empty{'a': 1}",
        "$sort(a.b[[0..1]])",
        "$append(empty, 1)",
        "items^(>p)",
    ],
)
def test_the_input_is_not_changed(text: str) -> None:
    before = copy.deepcopy(DATA)
    jsonata.compile(text)(DATA)
    assert before == DATA


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("function($x){$x}", UNDEFINED),
        ("[1, function($x){$x}]", [1, None]),
        ("{'a': $sum, 'b': 1}", {"b": 1}),
        ("[1/0, -1/0, 0/0]", ["Infinity", "-Infinity", "NaN"]),
        ("items.q", [2, 1]),
        ("9007199254740993 + 0", 9007199254740992),
        ("huge", 10**400),
        ("beyond", float("inf")),
        ("[huge]", [10**400]),
    ],
)
def test_results_are_json_values(text: str, expected: Any) -> None:
    result = jsonata.compile(text)({**DATA, "huge": 10**400, "beyond": 1e999})
    assert result is expected or result == expected or [result] == [str(expected)] or result == "Infinity"
    assert type(result) in (list, dict, int, float, str, type(UNDEFINED))


@pytest.mark.parametrize(
    "text", ["huge + 1", "-beyond", "$string(huge)", "huge > 1", "$sum([huge, 1])", "$round(huge)", "[0..huge]"]
)
def test_numbers_beyond_doubles_are_answered(text: str) -> None:
    try:
        jsonata.compile(text)({"huge": 10**400, "beyond": 1e999})
    except JsonataError as error:
        assert error.code in {"D1001", "D2014", "D3001", "T2004"}


@pytest.mark.parametrize(
    ("text", "code", "position", "token"),
    [
        ("1 + ", "S0207", 4, "(end)"),
        ("'a' + 1", "T2001", 5, "+"),
        ("$sum('a')", "T0412", 5, "sum"),
        ("$nope(1)", "T1006", 6, "nope"),
        ("sum(1)", "T1005", 4, "sum"),
        ("'😀' & 1 & $sum('a')", "T0412", 16, "sum"),
        ("/abc", "S0302", 4, None),
        ("true and $sum('a')", "T0412", 8, "and"),
        ("a.(b:=1)", "S0212", 4, "b"),
    ],
)
def test_errors_say_where(text: str, code: str, position: int, token: str | None) -> None:
    with pytest.raises(JsonataError) as caught:
        jsonata.compile(text)({})
    assert (caught.value.code, caught.value.position, caught.value.token) == (code, position, token)
    assert caught.value.message
    assert str(caught.value) == f"{code}: {caught.value.message}"


def test_depth_counts_nodes_one_inside_the_other() -> None:
    assert jsonata.compile("+".join("1" * 50))(limits=Limits(depth=50)) == 50
    with pytest.raises(LimitError) as caught:
        jsonata.compile("+".join("1" * 51))(limits=Limits(depth=50))
    assert caught.value.limit == "depth"
    recursive = jsonata.compile("($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(n))")
    assert recursive({"n": 30}, limits=Limits(depth=100)) == 30
    with pytest.raises(LimitError):
        recursive({"n": 33}, limits=Limits(depth=100))
    assert recursive({"n": 30}, limits=Limits(depth=100)) == 30


def test_tail_calls_need_no_depth() -> None:
    assert jsonata.compile("($f := function($n) { $n = 0 ? 'end' : $f($n - 1) }; $f(10000))")(limits=Limits(depth=20)) == "end"


BIG = "$b := $pad('', 1000000, 'a')"
RUNAWAYS = {
    "$reduce([1..40], function($a, $i){$join([$a, $a])}, 'xxxxxxxxxxxxxxxx')": "bytes",
    "$reduce([1..40], function($a, $i){$append($a, $a)}, [1, 2])": "bytes",
    "$reduce([1..60], function($a, $i){$base64encode($a & $a)}, 'xxxxxxxxxxxxxxxx')": "bytes",
    "$reduce([1..40], function($a, $i){$string([$a, $a])}, 'xxxxxxxxxxxxxxxx')": "bytes",
    "$map([1..300], function($i){$pad('', 6000000, 'x')})": "bytes",
    "$distinct([1..800000].[$])": "bytes",
    "$reduce([1..40], function($a, $i){{'l': $a, 'r': $a}}, {'x': 1})": "steps",
    "$boolean($reduce([1..60], function($a, $i){[[$a], [$a]]}, 0))": "steps",
    "$reduce([1..60], function($a, $i){[[$a], [$a]]}, 0).x": "steps",
    "($reduce([1..60], function($a, $i){[[$a], [$a]]}, 0) = $reduce([1..60], function($a, $i){[[$a], [$a]]}, 0))": "steps",
    "($f := function() { $f() }; $f())": "steps",
    "[1..800000].[1..800000]": "bytes",
    "[1..3000].[1..3000].$": "bytes",
    "($f := function($n) { [$f($n)] }; $f(1))": "depth",
    "$map([1..1000000], function($i){$map([1..1000000], function($j){$i})})": "bytes",
    f"({BIG}; $c := $b & 'é'; $d := $b & 'ü'; $map([1..800000], function($i){{$c < $d}}))": "steps",
    f"({BIG}; $c := $b & 'c'; $d := $b & 'c'; $map([1..800000], function($i){{$c = $d}}))": "steps",
    f"({BIG}; $l := [$b & 'c', $b & 'b', $b & 'a']; $map([1..800000], function($i){{$count($sort($l))}}))": "steps",
    f"({BIG}; $map([1..800000], function($i){{$contains($b, 'b')}}))": "steps",
    f"({BIG}; $map([1..1000], function($i){{$number('0x' & $b)}}))": "steps",
    f"({BIG}; $map([1..1000], function($i){{$length($uppercase($b & 'ß'))}}))": "steps",
    "$replace($pad('', 10000, 'a'), /a/, $pad('', 100000, '$9'))": "steps",
    f"({BIG}; $map([1..1000], function($i){{($t := $b & $i; function(){{$t}})}}))": "bytes",
    f"({BIG}; $map([1..1000], function($i){{$contains(?, $b & $i)}}))": "bytes",
    f"({BIG}; $map([1..1000], function($i){{/[0-9]/($b & $i).next}}))": "bytes",
    f"({BIG}; [1..1000]^($b & $))": "bytes",
    f"({BIG}; $keys([1..1000]{{$b & $: $}}))": "bytes",
    f"({BIG}; [1..1000].($b & $))": "bytes",
    f"({BIG}; [1..1000]#$i.($b & $i))": "bytes",
    f"({BIG}; $replace($b, /a+/, '$0$0$0$0$0$0$0$0'))": "bytes",
    "$map([1..800000], function($i){$formatNumber($i, '#,##0.00')})": "steps",
    "$map([1..800000], function($i){$formatInteger(1e300, 'w')})": "steps",
    "$map([1..800000], function($i){$toMillis('12', '[Y,' & $i & ']')})": "steps",
    "$fromMillis(1, '[Y,60000000000]')": "bytes",
    "$map([1..1000], function($i){$count($filter([1..10000], $boolean))})": "steps",
    "$map([1..1000], function($i){$eval($pad('[', 10000, '1,') & '1]')})": "steps",
    "$eval($pad('', 300000, '😀.') & 'a')": "steps",
    "$string($reduce([1..90], function($a, $i){[[$a], 1]}, [1..200000]), true)": "bytes",
    "[1..5000]@$a.[1..5000]@$b.($a)": "bytes",
    "$map([1..10000], function($i){$count([1..100]@$a.[1..10]@$b.($a * $b))})": "bytes",
    "[1..100000].([1..1000])": "bytes",
    "($l := [1..1000]; [1..100000].($l))": "bytes",
    "$map([1..10000], function($i){$count([1..1000]{$string($ % 10): $})})": "steps",
    "$reduce([1..60], function($a, $i){$a ~> |**|{'a': $a, 'b': $a}|}, {'x': 1})": "steps",
    "[1..400000].{'a': $}.**.**.**": "bytes",
}
MEASURED = """
import cProfile, pathlib, pstats, re, sys
from pytest_sfn import jsonata
profile = cProfile.Profile()
if "calls" in sys.argv:
    profile.enable()
try:
    jsonata.compile(sys.argv[1])(limits=jsonata.Limits(depth=100, value=873_782 * 8))
    said = "a value"
except jsonata.LimitError as error:
    said = error.limit
profile.disable()
calls = pstats.Stats(profile).total_calls if "calls" in sys.argv else 0
status = pathlib.Path("/proc/self/status")  # ru_maxrss is at least that of the process that made this one
most = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
print(said, calls, int(most[1]) // 1024 if most else 0)
"""


def measured(text: str, *count: str) -> tuple[str, int, int]:
    """What an evaluation ended with, the calls it made in Python (if counted), and its process's megabytes (0: not known)."""
    run = subprocess.run([sys.executable, "-c", MEASURED, text, *count], capture_output=True, text=True, check=True)
    said, calls, megabytes = run.stdout.rsplit(maxsplit=2)
    return said, int(calls), int(megabytes)


@pytest.mark.slow
@pytest.mark.parametrize(("text", "limit"), RUNAWAYS.items())
def test_runaways_end(text: str, limit: str) -> None:
    said, _, megabytes = measured(text)
    assert said == limit
    assert megabytes < 300


def test_the_message_of_an_error_has_an_end() -> None:
    for text in (
        "-$reduce([1..60], function($a, $i){[[$a], [$a]]}, 0)",
        "-$reduce([1..20000], function($a, $i){{'a': $a}}, 0)",
    ):
        with pytest.raises(JsonataError) as caught:
            jsonata.compile(text)()
        assert caught.value.code == "D1002"
        assert caught.value.message.endswith("...")


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("$count($distinct($map([1..4000], function($i){{'a': $i, 'b': [$i]}})))", 200_000),
        ("$count($spread([1..800000]))", 2_000_000),
        ("$count([1..873782])", 50_000),
    ],
)
def test_honest_work_grows_with_the_items(text: str, most: int) -> None:
    said, calls, megabytes = measured(text, "calls")
    assert said == "a value"
    assert calls < most
    assert megabytes < 300


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$length($reduce([1..5000], function($a, $i){$a & ',' & $i}, ''))", 23893),
        ("$count($reduce([1..5000], function($a, $i){$append($a, $i)}, []))", 5000),
        ("$count([1..20000].{'id': $, 'v': $ * 2.5})", 20000),
        (
            "($t := $pad('', 1000000); $count($map([1..1000], function($i){$filter([$i], function($x){$length($t) > $x})})))",
            1000,
        ),
    ],
)
def test_loops_that_leave_garbage_are_not_charged_for_it(text: str, expected: int) -> None:
    assert jsonata.compile(text)(limits=Limits(depth=100, value=873_782 * 8)) == expected


@pytest.mark.parametrize("text", ["$match($pad('', 200000, 'a'), /a*?b|a/)", "$contains($pad('', 40, 'a') & '!', /^(a|aa)+$/)"])
def test_regular_expressions_end_by_the_clock(text: str) -> None:
    with pytest.raises(EvaluationTimeoutError):
        jsonata.compile(text)(limits=Limits(searching=0.2))


def test_the_clock_is_the_last_resort() -> None:
    with pytest.raises(EvaluationTimeoutError) as caught:
        jsonata.compile("($f := function() { $f() }; $f())")(limits=Limits(steps=10**12, seconds=0.2))
    assert caught.value.seconds == 0.2


def test_the_recursion_limit_is_as_before() -> None:
    before = sys.getrecursionlimit()
    jsonata.compile("($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(200))")()
    assert sys.getrecursionlimit() == before


def test_importing_the_package_loads_nothing() -> None:
    program = (
        "import sys, pytest_sfn.jsonata\n"
        "print(sorted(name for name in sys.modules if name.startswith('pytest_sfn.jsonata')))\n"
        "pytest_sfn.jsonata.compile('1 + 1')()\n"
        "seldom = {'regex', 'random', 'decimal', 'pytest_sfn.jsonata.tuples', 'pytest_sfn.jsonata.messages'}\n"
        "print(sorted(seldom & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "['pytest_sfn.jsonata']\n[]\n"
    with pytest.raises(AttributeError, match="nope"):
        _ = jsonata.nope


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_json)
@settings(deadline=None)
def test_values_survive(value: Any) -> None:
    for text in (
        "$v",
        "($v)",
        "$$",
        "$" if not isinstance(value, list) else "$v",
        "{'a': $v}.a" if not isinstance(value, list) else "$v",
    ):
        assert json_equal(jsonata.compile(text)(value, {"v": value}), value)


@given(st.text(alphabet="$abs.()[]{}^@#%&|~>:=?,;'\"/*λ😀 1", max_size=14))
@settings(deadline=None)
def test_any_text_gives_a_value_or_an_error(text: str) -> None:
    try:
        jsonata.Expression(text)({"a": [{"b": 1}, {"b": "x"}]})
    except JsonataError as error:
        assert error.code
