"""What is said of a member that is not JSON text."""

from __future__ import annotations

import pytest

from pytest_sfn.api.json_members import json_problem
from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.values import admit, loads


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "Unexpected end-of-input: "),  # AWS's own words
        ("[" * 2000 + "]" * 2000, "deeper than "),  # AWS reads this, and this package does not
    ],
)
def test_text_that_cannot_be_read(text: str, problem: str) -> None:
    with pytest.raises(JsonValueError) as caught:
        admit(loads(text))  # how deep json itself reads depends on the Python
    assert problem in json_problem(text, caught.value)
