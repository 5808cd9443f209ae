"""The settings of the ini file for every definition.

A module of its own, so that a test run which loads no definition does not import `definition.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Defaults", "defaults"]


class Defaults:
    """Settings of the session.

    Attributes:
        rootdir: pytest's, where relative paths are looked for last; the plugin sets it when a test loads something.
        root: where relative paths are looked for after the folder of the file that calls; ini `sfn_definition_root`.
        substitutions: for `${Name}` that has no other value; ini `sfn_substitutions`.
        parameters: of templates, likewise; ini `sfn_parameters`.
        allowed_folders: where templates may name files besides their project; ini `sfn_allowed_folders`.
        parameter_check: whether parameters of service tasks that AWS refuses are errors; ini `sfn_parameter_check`.
    """

    __slots__ = ("allowed_folders", "parameter_check", "parameters", "root", "rootdir", "substitutions")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.root: Path | None = None
        self.rootdir: Path | None = None
        self.substitutions: Mapping[str, str] = {}
        self.parameters: Mapping[str, str] = {}
        self.allowed_folders: Sequence[Path] = ()
        self.parameter_check: Literal["error", "warning"] = "error"


defaults = Defaults()
"""Set by the plugin when pytest begins."""
