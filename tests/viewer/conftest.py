"""The account whose executions are shown."""

from typing import Any

import pytest

from pytest_sfn import SfnMock


@pytest.fixture
def account() -> Any:
    with SfnMock() as made:
        yield made
