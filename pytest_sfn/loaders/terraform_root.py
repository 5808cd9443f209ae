"""Which folder calls a module, for a module that is loaded alone.

Terraform runs in the root module's folder, where relative paths begin, and gives a module the values of its variables. The
project is searched for the `source` of modules, nearest folders first.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_sfn.asl.source import find_text
from pytest_sfn.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.loaders.project import Project

__all__ = ["Callers", "is_root"]

_MOST_FOLDERS: Final = 2000
_SKIPPED: Final = frozenset({"node_modules", "__pycache__", "venv", "build", "dist"})
_source = re.compile(r'^[ \t]*"?source"?[ \t]*[=:][ \t]*"(\.{1,2}(?:/[^"$]*)?)"', re.MULTILINE).findall
_of_a_root = re.compile(r'^[ \t]*(?:provider|backend)[ \t]+"|^[ \t]*cloud[ \t]*\{', re.MULTILINE).search


def is_root(text: str) -> bool:
    """Whether a file is one that root modules have: it says which provider or backend to use."""
    return _of_a_root(text) is not None


class Callers:
    """The folders of a project that call modules in others."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._left = _MOST_FOLDERS
        self._seen: set[Path] = set()
        self._callers: dict[Path, dict[Path, None]] = {}
        self._roots: set[Path] = set()

    def roots_of(self, folder: Path) -> list[Path]:
        """The root modules that call the module in a folder, themselves or through others; nearest first."""
        found: list[Path] = []
        known, waiting = {folder}, [folder]
        for each in waiting:
            callers = [] if each in self._roots else self._of(each)
            if not callers and each != folder:
                found.append(each)
            waiting += [caller for caller in callers if caller not in known]
            known.update(callers)
        return found

    def _of(self, folder: Path) -> list[Path]:
        top = self._project.root
        above = [each for each in folder.parents if top is not None and (each == top or top in each.parents)]
        for each in above or [folder]:
            self._survey(each)
            if folder in self._callers:
                return [caller for caller in self._callers[folder] if caller != folder]
        return []

    def _survey(self, top: Path) -> None:
        for where, folders, names in os.walk(top):
            folder = Path(where)
            folders[:] = sorted(
                name
                for name in folders
                if not name.startswith(".") and name not in _SKIPPED and folder / name not in self._seen
            )
            if self._left <= 0:
                return
            if folder not in self._seen:
                self._left -= 1
                for text in self._texts(folder, names):
                    if is_root(text):
                        self._roots.add(folder)
                    for source in _source(text):
                        self._callers.setdefault(Path(os.path.normpath(folder / source)), {})[folder] = None
        self._seen.add(top)

    def _texts(self, folder: Path, names: list[str]) -> Iterator[str]:
        for name in sorted(names):
            path = folder / name
            if name.endswith((".tf", ".tf.json")) and not (path.is_symlink() and self._project.refusal(path)):
                try:
                    yield find_text(path)[0].text
                except DefinitionError:  # no text, or a pipe
                    continue
