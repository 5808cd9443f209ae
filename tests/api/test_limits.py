"""Lengths, ranges and sets of values, as the service model has them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.api import ApiError
from pytest_sfn.api.limits import check_limits
from tests.helpers import machine


@pytest.mark.parametrize(("quotas", "refused"), [("aws", True), (None, False)])
def test_input_that_is_too_large(quotas: Any, refused: bool) -> None:
    account = SfnMock(quotas=quotas)
    arn = account.load(machine(P={"Type": "Pass"})).arn
    large = {"stateMachineArn": arn, "input": json.dumps("x" * 262_143)}
    if refused:
        with pytest.raises(ApiError, match="Value at 'input' failed to satisfy constraint: Member must have length less than"):
            account.api.call("StartExecution", large)
    else:
        account.api.call("StartExecution", large)
    assert len(account.executions) == (0 if refused else 1)


@pytest.mark.parametrize(
    ("operation", "params", "refusal"),
    [
        ("CreateActivity", {"name": "a"}, ""),
        (
            "CreateActivity",
            {"name": ""},
            "Value '' at 'name' failed to satisfy constraint: Member must have length greater than",
        ),
        ("CreateActivity", {}, "Value null at 'name' failed to satisfy constraint: Member must not be null"),
        ("CreateActivity", {"name": 1}, "'name' is 1, which is no string"),
        (
            "ListExecutions",
            {"maxResults": -1},
            "Value '-1' at 'maxResults' failed to satisfy constraint: Member must have value",
        ),
    ],
)
def test_limits_of_members(operation: str, params: dict[str, Any], refusal: str) -> None:
    if not refusal:
        check_limits(operation, params, 262_144)
        return
    with pytest.raises(ApiError) as caught:
        check_limits(operation, params, 262_144)
    assert refusal in caught.value.message
