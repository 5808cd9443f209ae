"""The files that a template may name: those of its project.

A template is often someone else's: of a pull request, a dependency, a generator. Its paths (`DefinitionUri`, `CodeUri`,
`file()`, `${file(...)}`, includes, modules) may lead anywhere on this disk, by `..`, from `/`, or through a symbolic link.
`Project` decides where to: the folder of the repository, and the folders that the user lists. Paths that a test, the shell
or `parameters` give are the user's own, and not checked.

`Files` is the one way by which a loader reaches a file that a template names.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.files import near_files, path_kind, shown_path
from pytest_sfn.defaults import defaults
from pytest_sfn.errors import DefinitionError, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["REFUSED", "Files", "Project", "RefusedError"]

REFUSED: Final = "FILE_REFUSED"
"""A template that may be right, with a file that is not read here."""

_REPOSITORY: Final = (".git", ".hg")
_SETTINGS: Final = (
    "pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", "tox.ini", "package.json", "cdk.json", "serverless.yml",
    "serverless.yaml",
)  # fmt: skip
_KERNEL: Final = tuple(map(Path, ("/dev", "/proc", "/sys")))


class RefusedError(DefinitionError):
    """A path of a template leads to what is not read.

    Attributes:
        message: where it leads.
        hint: the way out.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}\n  fix  {hint}" if hint else message)
        self.message = message
        self.hint = hint

    @property
    def advice(self) -> str:
        """Both in one sentence."""
        return f"{self.message}; {self.hint}" if self.hint else self.message


class Project:
    """Which paths are in the project of a file.

    Args:
        folder: of the file; None if it is in none, and nothing is in its project.
        allowed: folders besides.
    """

    def __init__(self, folder: Path | None, allowed: Iterable[Path] = ()) -> None:
        self._folder = folder
        self._allowed = (*allowed, *defaults.allowed_folders)

    @cached_property
    def root(self) -> Path | None:
        """The widest of pytest's rootdir and the repository, if it has the folder; else the folder itself.

        Neither the whole disk nor a home directory counts: it is no project, whatever pytest or git call it.
        """
        if self._folder is None:
            return None
        folder = _real(self._folder)
        above = [folder, *folder.parents]
        found = [each for each in (_first(above, _REPOSITORY) or _first(above, _SETTINGS), defaults.rootdir) if each]
        home = _home()
        roots = [real for each in found if (real := _real(each)) in above and real != home and real != Path(real.anchor)]
        return min([folder, *roots], key=lambda each: len(each.parts))

    @cached_property
    def _folders(self) -> list[Path]:
        return [_real(each) for each in (self.root, *self._allowed) if each is not None]

    def refusal(self, path: Path, own: Iterable[Path] = ()) -> RefusedError | None:
        """Why a path that a file names is not followed; None if it is. Whether anything is there makes no difference.

        Args:
            own: folders besides, for this path.
        """
        real = _real(path)
        inside = [folder for folder in (*self._folders, *map(_real, own)) if real == folder or folder in real.parents]
        if any(real.is_relative_to(kernel) and not any(each.is_relative_to(kernel) for each in inside) for kernel in _KERNEL):
            return RefusedError(printable(f"{real} is no file of a project"))
        if inside:
            return None
        leads = f" leads to {real}," if real != path else " is"
        return RefusedError(
            printable(f"{shown_path(path)}{leads} outside of the project {self.root}"),
            f"if that is meant, list its folder: sfn_allowed_folders = {printable(str(real.parent))} in the ini file, "
            "allowed_folders=[...] of load, or --allow-folder of the command",
        )


class Files:
    """The files beside a template.

    Args:
        folder: where relative paths begin; None for a template that is in no file.
        project: decides what may be reached.
        given: the user's values, by name: a path that one of them begins is the user's own.
    """

    def __init__(self, folder: Path | None, project: Project, given: Iterable[Any] = ()) -> None:
        self.folder = folder
        self.project = project
        self._given = [each for each in given if isinstance(each, str) and each.strip("/\\") not in ("", ".")]

    def below(self, folder: Path | None) -> Files:
        """The same for relative paths that begin elsewhere."""
        return Files(folder, self.project, self._given)

    def beside(self, named: str) -> Path | None:
        """The path of something by its name, whatever is there; None if the template is in no folder."""
        return Path(os.path.normpath(self.folder / named)) if self.folder is not None and named else None

    def find(self, named: str, *kinds: str) -> Path | None:
        """The path of a file, or of one of these `kinds`, by its name; None if nothing is there.

        Raises:
            RefusedError: it is outside of the project, or a device or a pipe.
        """
        path = self.beside(named)
        if path is None or self.folder is None:
            return None
        if (refused := self.project.refusal(path, self._own(named))) is not None:
            raise refused
        kind = path_kind(path)
        if kind == "device or pipe":
            raise RefusedError(f"{shown_path(path)} is a {kind}, and no file", "name a file")
        return path if kind is not None and kind in (kinds or ("file",)) else None

    def _own(self, named: str) -> list[Path]:
        """The folders of the user's values that begin a path."""
        begin = (each for each in self._given if named == each or named.startswith((f"{each}/", f"{each}\\")))
        return [self.folder / each for each in begin] if self.folder is not None else []

    def near_paths(self, named: str, kinds: tuple[str, ...] = ("file",)) -> list[Path]:
        """What `near_files` finds for a path, without what is not read: nothing tells what is outside of the project."""
        path = self.beside(named)
        if path is None or self.project.refusal(path, own := self._own(named)) is not None:
            return []
        return [found for found in near_files(path, kinds) if self.project.refusal(found, own) is None]

    def near(self, named: Any) -> str:
        """`; did you mean 'src/order'?` for a folder or an archive that does not exist; "" if none is near."""
        path = self.beside(named) if isinstance(named, str) and "://" not in named else None
        if path is None or self.folder is None or self.project.refusal(path) is not None or path_kind(path) is not None:
            return ""
        found = self.near_paths(named, ("directory", "file"))
        return f"; did you mean {Path(os.path.relpath(found[0], self.folder)).as_posix()!r}?" if found else ""

    def absent(self, named: Any) -> str:
        """Why there is no folder or archive of that name, with what was probably meant; "" for what is no path."""
        if not isinstance(named, str) or not named or "://" in named or "${" in named:
            return ""
        kind = "file" if named.endswith((".zip", ".jar")) else "folder"
        return f"there is no {kind} {named!r}{self.near(named)}"


def _first(folders: Sequence[Path], names: Sequence[str]) -> Path | None:
    """The first of these folders that has something of one of these names."""
    return next((folder for folder in folders if any(os.path.lexists(folder / name) for name in names)), None)


def _real(path: Path) -> Path:
    """The path without symbolic links; `Path.resolve` raises for a circle of them."""
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):  # a NUL in it
        return Path(os.path.abspath(str(path).replace("\0", "")))  # noqa: PTH100 - `Path.absolute` keeps `..`


def _home() -> Path | None:
    try:
        return _real(Path.home())
    except RuntimeError:  # a user without one
        return None
