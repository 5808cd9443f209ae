"""A registry of its own for each test, and one function in it."""

from __future__ import annotations

import pytest

from pytest_sfn.mocks.mock import Mock
from pytest_sfn.mocks.registry import Registry


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def charge(registry: Registry) -> Mock:
    return registry.lambda_function("charge")
