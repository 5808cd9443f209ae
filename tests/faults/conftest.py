"""An account that ends as a test does."""

import pytest

from pytest_sfn import SfnMock


@pytest.fixture
def account():
    with SfnMock() as account:
        yield account
