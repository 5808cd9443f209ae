"""Settings of the ini file for every definition."""

from __future__ import annotations

from pathlib import Path

from pytest_sfn.defaults import Defaults


def test_nothing_is_set_at_first_nor_after_a_session() -> None:
    defaults = Defaults()
    assert (defaults.root, defaults.substitutions, defaults.parameters) == (None, {}, {})
    defaults.root, defaults.substitutions, defaults.parameters = Path("flows"), {"a": "1"}, {"Env": "dev"}
    defaults.rootdir, defaults.allowed_folders = Path(), (Path(),)
    defaults.clear()
    assert defaults.allowed_folders == ()
    assert defaults.rootdir is None
    assert (defaults.root, defaults.substitutions, defaults.parameters) == (None, {}, {})
