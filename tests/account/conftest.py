"""A machine of three states in an account, for the tests of both."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import SfnMock
from tests.helpers import machine, task

NAP = machine(
    A={"Type": "Wait", "Seconds": 10, "Next": "B"},
    B=task(Next="C"),
    C={"Type": "Map", "ItemProcessor": machine(D={"Type": "Pass"})},
)


@pytest.fixture
def account() -> SfnMock:
    account = SfnMock()
    account.lambda_function("f").returns([1, 2]).takes(5)
    return account


@pytest.fixture
def orders(account: SfnMock) -> Any:
    return account.load(NAP, name="Orders")
