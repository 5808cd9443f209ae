"""The errors of expressions."""

from __future__ import annotations

from pytest_sfn.expressions.env import ExpressionSyntaxError, QueryEvaluationError


def test_an_error_knows_its_place_and_how_to_mend_it() -> None:
    error = ExpressionSyntaxError("no such path", 3, code="INVALID_JSON_PATH", hint="begin with $")
    assert str(error) == error.message == "no such path"
    assert (error.column, error.code, error.hint, error.path, error.others) == (3, "INVALID_JSON_PATH", "begin with $", [], ())


def test_what_is_not_known_is_left_out() -> None:
    error = ExpressionSyntaxError("no such path")
    assert (error.column, error.code, error.hint) == (None, None, "")
    error.path.append("a")
    assert ExpressionSyntaxError("another").path == []


def test_a_failed_evaluation_can_be_caught() -> None:
    error = QueryEvaluationError("T2001: no number", "threw an error.")
    assert (error.error, error.cause, error.tail, error.catchable) == (
        "States.QueryEvaluationError",
        "T2001: no number",
        "threw an error.",
        True,
    )
