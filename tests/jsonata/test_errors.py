"""Errors before anybody explains them."""

from __future__ import annotations

from pytest_sfn.jsonata.errors import EvaluationTimeoutError, JsonataError, LimitError


def test_an_error_holds_what_its_message_quotes() -> None:
    error = JsonataError("T2001", 3, "+", value="x")
    assert (error.code, error.position, error.token, error.values, error.message) == ("T2001", 3, "+", {"value": "x"}, "")


def test_limits_say_which_they_are() -> None:
    assert [LimitError(limit).limit for limit in ("steps", "depth", "bytes")] == ["steps", "depth", "bytes"]
    assert {LimitError(limit).code for limit in ("steps", "depth", "bytes")} == {"U1001"}


def test_the_backstop_is_no_error_of_the_language() -> None:
    assert not isinstance(EvaluationTimeoutError(2.5), JsonataError)
    assert (
        str(EvaluationTimeoutError(2.5)) == "a JSONata expression was still being evaluated after 2.5 seconds of processor time"
    )
