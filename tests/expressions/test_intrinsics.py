"""Intrinsic Functions: answers, failures, grammar, bounds. Marks as in `intrinsic_functions.py`."""

from __future__ import annotations

import random
import re
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn.errors import Site, StateError, UnplacedError
from pytest_sfn.expressions.env import ExpressionSyntaxError
from pytest_sfn.expressions.intrinsic_functions import FUNCTIONS
from pytest_sfn.expressions.intrinsics import compile_intrinsic
from pytest_sfn.expressions.values import DEPTH_LIMIT, UNDEFINED, dumps, json_equal, loads, measure

DATA: dict[str, Any] = {
    "name": "Ada",
    "n": 3,
    "pi": 3.14,
    "null": None,
    "yes": True,
    "list": [1, 2, 3, 4, 5],
    "empty": [],
    "object": {"a": 1, "b": []},
    "template": "<{}>",
    "json": '{"x": [1, "y"]}',
    "nested": {"rows": [{"id": "r1"}, {"id": "r2"}]},
    "test-run-id": "T-1",
    "long": "x" * 10_001,
}


class FakeEnv:
    def __init__(self, seed: int = 0) -> None:
        self.streams: dict[str, random.Random] = {}
        self.seed = seed

    def context_object(self) -> dict[str, Any]:
        return {"Execution": {"Name": "run-1", "Input": {"csv": "a,b"}}}

    def variable(self, name: str) -> Any:
        return self.variables().get(name, UNDEFINED)

    def variables(self) -> dict[str, Any]:
        return {"who": {"first": "Grace"}}

    def random(self, purpose: str) -> random.Random:
        return self.streams.setdefault(purpose, random.Random(f"{self.seed}:{purpose}"))

    def now(self) -> datetime:
        return datetime(2024, 1, 1, tzinfo=UTC)


def evaluate(text: str, data: Any = DATA, env: FakeEnv | None = None) -> Any:
    return compile_intrinsic(text).at(Site("x.$", "", (), text))(data, env or FakeEnv())


ANSWERS = [
    # Format: values by their Java text [recorded]; what StringToJson answers as JSON [measured]
    ("States.Format('{}-{}', $.name, $.n)", "Ada-3"),
    ("States.Format('{} {} {} {}', $.null, $.yes, $.pi, $.list)", "null true 3.14 [1, 2, 3, 4, 5]"),
    ("States.Format('{}', $.object)", "{a=1, b=[]}"),
    ("States.Format('none')", "none"),
    ("States.Format('100% {}', 's')", "100% s"),
    ("States.Format($.template, $.name)", "<Ada>"),
    ("States.Format($.name)", "Ada"),
    ("""States.Format('\\{"{}\\'\\\\\\}', $.n)""", """{"3'\\}"""),
    ("States.Format('{}', States.StringToJson($.json))", '{"x":[1,"y"]}'),
    ("States.Format('{}', States.ArrayGetItem(States.StringSplit('a/b', '/'), 1))", "b"),
    ("States.Format('{}/{}', $$.Execution.Name, $who.first)", "run-1/Grace"),
    ("States.Format('a\n{}', 1.50)", "a\n1.50"),
    # strings and JSON
    ("States.StringToJson('')", None),
    ("States.StringToJson('  ')", None),
    ("States.StringToJson(' [1, 2] ')", [1, 2]),
    ("""States.StringToJson('{"a": "it\\'s"}')""", {"a": "it's"}),
    ("States.JsonToString($.object)", '{"a":1,"b":[]}'),
    ("States.JsonToString('a')", '"a"'),
    ("States.JsonToString(States.StringToJson('[1.10,1e5,-0]'))", "[1.10,1e5,-0]"),
    ("States.JsonMerge($.object, States.StringToJson('{\"b\": 2}'), false)", {"a": 1, "b": 2}),
    ("States.JsonMerge($.object, $.object, 'false')", {"a": 1, "b": []}),
    ("States.StringSplit('a-b_c', '-_')", ["a", "b", "c"]),
    ("States.StringSplit(',,a,, ,', ',')", ["a", " "]),
    ("States.StringSplit('', ',')", []),
    ("States.StringSplit($$.Execution.Input.csv, ',')", ["a", "b"]),
    # arrays: integers lose their fraction [measured]
    ("States.Array()", []),
    ("States.Array(1, 'a', null, true, $.list)", [1, "a", None, True, [1, 2, 3, 4, 5]]),
    ("States.ArrayPartition($.list, 2.9)", [[1, 2], [3, 4], [5]]),
    ("States.ArrayPartition($.empty, 4)", []),
    ("States.ArrayContains($.list, 4)", True),
    ("States.ArrayContains($.list, 6)", False),
    ("States.ArrayContains(States.Array(0), false)", False),
    ("States.ArrayContains(States.Array('true'), true)", True),
    ("""States.ArrayContains(States.Array($.object), States.StringToJson('{"b":[],"a":1}'))""", False),
    ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
    ("States.ArrayRange(5.9, -0.9, -2.9)", [5, 3, 1]),
    ("States.ArrayRange(3, 3, -1)", [3]),
    ("States.ArrayRange(1, 2, -1)", []),
    ("States.ArrayLength(States.ArrayRange(1, 1000, 1))", 1000),
    ("States.ArrayGetItem($.list, 1.9)", 2),
    ("States.ArrayGetItem($.empty, 7)", None),
    ("States.ArrayLength($.list)", 5),
    ("States.ArrayUnique(States.Array(3, 1, 3, 'b', 'a'))", [1, "a", "b", 3]),
    # encodings: Base64 is read as far as it goes [measured]
    ("States.Base64Encode('é')", "w6k="),
    ("States.Base64Decode('w6k=')", "é"),
    ("States.Base64Decode(' YW Jj! ')", "abc"),
    ("States.Base64Decode('YW==Jj')", "a"),
    ("States.Base64Decode('YWJjZ')", "abc"),
    ("States.Hash('input data', 'MD5')", "812f45842bc6d66ee14572ce20db8e86"),
    ("States.Hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
    ("States.Hash(States.Format('12'), 'SHA-256')", "6b51d431df5d7f141cbececcf79edf3dd861c3b4069f0b11661a3eefacbba918"),
    ("States.Hash(12, 'SHA-256')", "6b51d431df5d7f141cbececcf79edf3dd861c3b4069f0b11661a3eefacbba918"),
    # numbers: MathAdd rounds each, halves upwards
    ("States.MathAdd($.n, -1)", 2),
    ("States.MathAdd(1.6, 2.7)", 5),
    ("States.MathAdd(2.5, 0)", 3),
    ("States.MathAdd(-1.5, 0)", -1),
    ("States.MathAdd(0.49999999999999994, 0)", 0),
    ("States.MathAdd(2147483646, 1)", 2147483647),
    ("States.MathRandom(7, 8)", 7),
    ("States.MathRandom(0, 1000, 42)", 727),
    # paths
    ("States.ArrayLength($..id)", 2),
    ("States.ArrayGetItem($.nested.rows[?(@.id == 'r2')].id, 0)", "r2"),
    ("States.Format('{}', $.test-run-id)", "T-1"),
    ("States.Array($['name'],$.nested.rows[0]['id'] , $)", ["Ada", "r1", DATA]),
    ("States.Format(\n  '{}',\n\t$.name\n)\n", "Ada"),
]


@pytest.mark.parametrize(("text", "answer"), ANSWERS, ids=lambda value: value if isinstance(value, str) else "")
def test_answer(text: str, answer: Any) -> None:
    result = evaluate(text)
    assert json_equal(result, answer), result


def invalid(name: str, detail: str = "") -> str:
    return f"Invalid arguments in States.{name}{detail}"


MISCOUNT = invalid("Format", ": number of arguments do not match the occurrences of {}.")

FAILURES = [
    ("States.Format('{} {}', $.name)", MISCOUNT),
    ("States.Format($.template)", MISCOUNT),
    ("States.Format(7, $.name)", MISCOUNT),
    ("States.Format('{', $.name)", "Invalid template in States.Format: matching '}' not found for '{'."),
    ("States.Format('{{}}', $.name)", "Invalid template in States.Format: matching '}' not found for '{'."),
    ("States.Format($.json)", "Invalid template in States.Format: matching '}' not found for '{'."),
    ("States.Format('}')", "Invalid template in States.Format: matching '{' not found for '}'."),
    *[
        (f"States.StringToJson({argument})", invalid("StringToJson"))
        for argument in ("$.n", "null", "'{bad}'", "'1 2'", "'NaN'")
    ],
    ("States.StringToJson('1" + "0" * 5000 + "')", invalid("StringToJson")),
    ("States.StringToJson('" + "[" * (DEPTH_LIMIT + 1) + "]" * (DEPTH_LIMIT + 1) + "')", invalid("StringToJson")),
    ("States.JsonMerge($.object, $.object, true)", invalid("JsonMerge")),
    ("States.JsonMerge($.list, $.object, false)", invalid("JsonMerge")),
    ("States.JsonMerge($.object, null, false)", invalid("JsonMerge")),
    ("States.StringSplit($.n, ',')", invalid("StringSplit")),
    ("States.StringSplit('a', null)", invalid("StringSplit")),
    *[
        (f"States.ArrayPartition($.list, {size})", invalid("ArrayPartition"))
        for size in ("0", "-1", "0.9", "'2'", "null", "true")
    ],
    ("States.ArrayPartition('ab', 1)", invalid("ArrayPartition")),
    ("States.ArrayContains($.object, 1)", invalid("ArrayContains")),
    *[
        (f"States.ArrayRange({numbers})", invalid("ArrayRange"))
        for numbers in ("1, 9, 0", "1, 9, 0.9", "1, 1001, 1", "'a', 1, 1")
    ],
    ("States.ArrayRange(0, 1e300, 1e299)", invalid("ArrayRange")),
    ("States.ArrayRange(-9000000000000000000, 9000000000000000000, 1)", invalid("ArrayRange")),
    *[(f"States.ArrayGetItem($.list, {index})", invalid("ArrayGetItem")) for index in ("5", "-1", "'1'", "1e309")],
    ("States.ArrayLength($.object)", invalid("ArrayLength")),
    ("States.ArrayUnique('a')", invalid("ArrayUnique")),
    *[
        (f"States.{name}({value})", invalid(name))
        for name in ("Base64Encode", "Base64Decode")
        for value in ("1", "$.list", "$.long")
    ],
    ("States.Hash($.long, 'MD5')", invalid("Hash")),
    *[(f"States.Hash('a', {name})", invalid("Hash")) for name in ("'sha-256'", "'SHA256'", "'MD-5'", "''", "5")],
    *[
        (f"States.MathAdd({numbers})", invalid("MathAdd"))
        for numbers in (
            "2147483647, 1",
            "-2147483648, -1",
            "3000000000, -1000000000",
            "'1', 2",
            "true, 1",
            "null, 1",
            "1e309, 1",
        )
    ],
    *[
        (f"States.MathRandom({numbers})", invalid("MathRandom"))
        for numbers in ("1, 1", "2, 1", "1.4, 1.6", "1, 9, null", "'a', 9")
    ],
    # a wrong number of arguments fails when it runs, not before [measured]
    ("States.Base64Encode()", invalid("Base64Encode")),
    ("States.ArrayLength($.list, 1)", invalid("ArrayLength")),
    ("States.Format()", invalid("Format")),
    ("States.MathRandom(1, 2, 3, 4)", invalid("MathRandom")),
    # the innermost call is named, the whole expression quoted
    ("States.Format('{}', States.ArrayLength($.name))", invalid("ArrayLength")),
    ("States.Array($.no)", None),
    ("States.Format('{}', $$.No.Such)", None),
    ("States.Format('{}', $nobody)", None),
]


@pytest.mark.parametrize(("text", "detail"), FAILURES, ids=lambda value: str(value)[:60])
def test_failure(text: str, detail: str | None) -> None:
    with pytest.raises(StateError) as caught:
        evaluate(text)
    if detail is None:
        path = re.findall(r"\$[\w.$]+", text)[0]
        detail = f"The JsonPath argument for the field '{path}' could not be found in the input '{dumps(DATA)}'"
    assert caught.value.error == "States.Runtime"
    assert caught.value.cause == f"The function '{text}' had the following error: {detail}"
    assert (caught.value.catchable, caught.value.located) == (False, True)


@pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 400, "1e308"])
def test_huge_numbers_are_refused_where_they_do_not_fit(number: str) -> None:
    for call in (
        "MathAdd($.n, 1)",
        "MathAdd(1, $.n)",
        "MathRandom(0, $.n)",
        "ArrayRange(1, $.n, 1)",
        "ArrayPartition($.list, $.n)",
    ):
        with pytest.raises(StateError, match=r"Invalid arguments in States\."):
            evaluate(f"States.{call}", {**DATA, "n": loads(number)})
    assert evaluate("States.Format('{}', $.n)", {"n": loads(number)})


QUOTES = '"' * 1000


@pytest.mark.parametrize(
    "text",
    [
        "States.JsonToString(" * 8 + "$.s" + ")" * 8,
        f"States.Format('{'{}' * 150}', {', '.join(['$.s'] * 150)})",
        f"States.Format($.t, {', '.join(['$.s'] * 150)})",
        f"States.Format('{'{}' * 150}', {', '.join(['$.o'] * 150)})",
    ],
    ids=["nested", "literal", "computed", "objects"],
)
def test_a_text_that_takes_too_much_is_an_error_of_the_test(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_sfn.expressions.intrinsic_functions._LONGEST_TEXT", 100_000)
    with pytest.raises(UnplacedError, match=r"makes a text of more than 100,000 characters"):
        evaluate(text, {"s": QUOTES, "t": "{}" * 150, "o": [QUOTES]})


REFUSED = [
    ("  States.UUID()", 0),
    ("States.UUID", 0),
    ("States.UUID() x", 14),
    ("States.Nope(1)", 0),
    ("States.Array(1, States.Nope())", 16),
    ("States.Array(1", 14),
    ("States.Array(1,)", 15),
    ("States.Array(,1)", 13),
    ("States.Array('a)", 13),
    ('States.Array("a")', 13),
    ("States.Array(abc)", 13),
    ("States.Array(True)", 13),
    ("States.Array(1 2)", 15),
    ("States.Array($.a $.b)", 17),
    ("States.Array($.a['b)", 17),
    ("States.Array(01)", 13),
    (r"States.Array('a\\\'\n')", 19),  # reported
    # recorded, both of them
    ("""States.StringToJson('{"text":"An \\"escaped double quote\\" here"}')""", 33),
    ("""States.Format('He said, \\"Hello, {}!\\"', 'Test \\"Name\\" Here')""", 24),
    ("States.Array(" * 11 + ")" * 11, 130),
]


@pytest.mark.parametrize(("text", "column"), REFUSED)
def test_refused_with_the_column(text: str, column: int) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_intrinsic(text)
    assert caught.value.column == column


def test_ten_levels_are_allowed() -> None:
    assert measure(evaluate("States.Array(" * 10 + ")" * 10)) == (20, 10)


def test_a_path_that_does_not_compile_is_refused_where_it_stands() -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_intrinsic("States.Array(1, $.a[)")
    assert caught.value.column is not None
    assert caught.value.column >= 16


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("States.Array(States.Hash('a'))", "column 14: States.Hash takes 2 arguments, not 1"),
        ("States.MathRandom(1)", "takes 2 or 3 arguments"),
        ("States.Format()", "takes 1 argument or more, not 0"),
    ],
)
def test_warnings(text: str, part: str) -> None:
    (warning,) = compile_intrinsic(text).warnings
    assert part in warning


def test_what_an_expression_reads_is_known_before() -> None:
    intrinsic = compile_intrinsic("States.Array($.a, States.Array($$.Execution.Id, $who), $.b)")
    assert [path.text for path in intrinsic.paths] == ["$.a", "$$.Execution.Id", "$who", "$.b"]
    assert (intrinsic.uses_context, intrinsic.uses_variables) == (True, True)
    plain = compile_intrinsic("States.Array($.a)")
    assert (plain.uses_context, plain.uses_variables, plain.warnings) == (False, False, ())


def test_random_answers_follow_the_seed_of_the_execution() -> None:
    def draw(seed: int) -> list[Any]:
        env = FakeEnv(seed)
        return [evaluate(text, env=env) for text in ("States.UUID()", "States.UUID()", "States.MathRandom(0, 1000000)")]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    first, second, number = draw(1)
    assert first != second
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", first)
    assert 0 <= number < 1_000_000


def test_a_seed_needs_no_stream() -> None:
    env = FakeEnv()
    assert {evaluate("States.MathRandom(-5, 5, -3)", env=env) for _ in range(5)} == {evaluate("States.MathRandom(-5, 5, -3)")}
    assert env.streams == {}


# --- Properties ---------------------------------------------------------------------------------------------------------

TEXTS = st.text(st.sampled_from('a,{}"\\\n\x00é€😀=') | st.characters(), max_size=12)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=12
)
BASE64 = st.binary(max_size=12).map(lambda data: b64encode(data).decode())
ARGUMENTS = (
    VALUES
    | st.lists(VALUES, max_size=5)
    | st.integers(-3, 30)
    | BASE64
    | VALUES.map(dumps)
    | st.sampled_from(["MD5", "SHA-512", "{}", False])
)


@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(ARGUMENTS, max_size=3), st.integers(0, 2))
def test_a_result_is_never_larger_or_deeper_than_its_bounds(name: str, values: list[Any], wrap: int) -> None:
    arguments = ", ".join(f"$[{index}]" for index in range(len(values)))
    text = f"States.{name}({arguments})"
    for wrapper in ("JsonToString", "Array")[:wrap]:
        text = f"States.{wrapper}({text})"
    intrinsic = compile_intrinsic(text)
    before = dumps(values)
    try:
        result = intrinsic.at(Site("x.$"))(values, FakeEnv())
    except StateError:
        return
    finally:
        assert dumps(values) == before  # values are never changed
    size, depth = measure(values)
    result_text = dumps(result)
    assert len(result_text.encode("utf-8", "surrogatepass")) <= intrinsic.size_const + intrinsic.size_factor * size
    assert measure(result)[1] <= intrinsic.depth_const + depth


@given(VALUES)
def test_json_survives_a_round_trip(value: Any) -> None:
    assert json_equal(evaluate("States.StringToJson(States.JsonToString($))", value), value)


@given(TEXTS)
def test_base64_survives_a_round_trip(text: str) -> None:
    assert evaluate("States.Base64Decode(States.Base64Encode($))", text) == text.encode("utf-8", "surrogatepass").decode(
        "utf-8", "replace"
    )


@given(TEXTS, TEXTS)
def test_an_escaped_literal_means_itself(literal: str, value: str) -> None:
    quoted = re.sub(r"(['{}\\])", r"\\\1", literal)
    assert evaluate(f"States.Array('{quoted}')") == [literal]
    assert evaluate(f"States.Format('{quoted}{{}}', $)", value) == literal + value


@given(st.text(st.sampled_from("States.Fomt(){},'\\$[]?@\" 1-e\n")) | st.text())
def test_any_text_compiles_or_is_refused(text: str) -> None:
    try:
        compile_intrinsic("States." + text)
    except ExpressionSyntaxError as error:
        assert error.column is None or 0 <= error.column <= len("States." + text)
