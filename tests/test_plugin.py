"""The plugin's own parts that need no run of pytest; tests/plugin has those that do."""

from __future__ import annotations

import sys
from importlib.machinery import SourceFileLoader

import pytest

from pytest_sfn import plugin


def test_finder_gives_our_modules_as_python_has_them() -> None:
    assert plugin._AsCompiled in sys.meta_path
    package = sys.modules["pytest_sfn"]
    spec = plugin._AsCompiled.find_spec("pytest_sfn.names", package.__path__)
    assert spec is not None
    assert type(spec.loader) is SourceFileLoader
    assert plugin._AsCompiled.find_spec("json") is None


@pytest.mark.parametrize(
    ("reader", "text", "problem"),
    [
        ("seed", "x", "'x' is not a whole number"),
        ("validate", "lax", "'lax' is neither 'strict' nor 'present' nor 'none'"),
        ("quotas", "some", "'some' is neither 'aws' nor 'none'"),
        ("start_time", "noon", "'noon' is not an ISO 8601 time, such as 2024-01-01T00:00:00Z"),
    ],
)
def test_settings_that_cannot_be_read(reader: str, text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        plugin._READERS[reader](text)
    assert str(caught.value) == problem
