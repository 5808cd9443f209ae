"""The plugin's own parts that need no run of pytest; tests/plugin has those that do."""

from __future__ import annotations

import sys
import tomllib
from importlib.machinery import SourceFileLoader
from pathlib import Path

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


def test_the_entry_point_is_named_as_the_package() -> None:
    """So that `-p pytest_sfn` loads the plugin, not the package, in which pytest would find no fixture."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"pytest_sfn": "pytest_sfn.plugin"}
