"""The grammar of intrinsic functions; what the functions do is in test_intrinsics.py."""

from __future__ import annotations

import pytest

from pytest_sfn.expressions.env import ExpressionSyntaxError
from pytest_sfn.expressions.intrinsic_parser import NESTING_LIMIT, Call, Literal, PathArgument, parse_intrinsic, unescape


def test_tree() -> None:
    text = r"States.Format( 'a\'{}', $.x['a,b'][?(@.y > ')')], States.Array(1.5, true,null) )"
    call = parse_intrinsic(text)
    template, path, inner = call.arguments
    assert (call.name, call.column) == ("Format", 0)
    assert template == Literal("a'{}", r"a\'{}")
    assert isinstance(path, PathArgument)
    assert path.path.text == "$.x['a,b'][?(@.y > ')')]"
    assert inner == Call("Array", (Literal(1.5), Literal(True), Literal(None)), text.index("States.Array"))


def test_no_arguments_and_numbers_as_spelled() -> None:
    assert parse_intrinsic("States.UUID()").arguments == ()
    (number,) = parse_intrinsic("States.Array(1.10)").arguments
    assert isinstance(number, Literal)
    assert getattr(number.value, "text", None) == "1.10"


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("States.UUID() x", 14, "nothing may follow the closing parenthesis"),
        ("States.Array('a", 13, "the string is not closed"),
        ("States.Array(1", 14, "the closing ')' is missing"),
        ("States.Array(1 2)", 15, "',' or ')' is expected"),
        (r"States.Array('a\n')", 15, "in a string a backslash may only precede one of ' { } \\"),
        (
            "States.Array(x)",
            13,
            "an argument is a path, a string in single quotes, a number, true, false, null or another call",
        ),
        ("$.x", 0, "an intrinsic function call such as States.Format(...) is expected"),
        ("States.Array($['a)", 15, "a quote in the path is not closed"),
    ],
)
def test_what_does_not_fit(text: str, column: int, message: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse_intrinsic(text)
    assert (caught.value.message, caught.value.column) == (message, column)


def test_nesting_has_an_end() -> None:
    deepest = "States.Array(" * NESTING_LIMIT + ")" * NESTING_LIMIT
    parse_intrinsic(deepest)
    with pytest.raises(ExpressionSyntaxError, match="nested deeper than 10"):
        parse_intrinsic(f"States.Array({deepest})")


def test_unescape() -> None:
    assert unescape(r"\'\{\}\\ a") == r"'{}\ a"
