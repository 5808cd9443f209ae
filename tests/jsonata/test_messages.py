"""The reference's texts."""

from __future__ import annotations

import pytest

from pytest_sfn.jsonata.errors import JsonataError, LimitError
from pytest_sfn.jsonata.messages import explained


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (JsonataError("T2001", 1, "+"), 'The left side of the "+" operator must evaluate to a number'),
        (JsonataError("D3030", value="x"), 'Unable to cast value to a number: "x"'),
        (JsonataError("S0202", 1, ",", value="]"), 'Expected "]", got ","'),
        (JsonataError("T1005", 1, "sum"), "Attempted to invoke a non-function. Did you mean $sum?"),
        (JsonataError("D3137", message="no {{token}}"), "no {{token}}"),
        (JsonataError("T0410", index=1), "Argument 1 of function undefined does not match function signature"),
        (LimitError("steps"), "Expression evaluation timeout: Check for infinite loop"),
    ],
)
def test_message(error: JsonataError, message: str) -> None:
    assert explained(error).message == message
    assert str(error) == f"{error.code}: {message}"
