"""`pytest-sfn init FILE [FOLDER]`: tests to begin with, for a definition or for every state machine of a template."""

from __future__ import annotations

import argparse
import os
import re
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.source import find_text
from pytest_sfn.commands.options import add_allow_folder
from pytest_sfn.commands.output import write
from pytest_sfn.coverage.python_text import Keyword
from pytest_sfn.definition import load
from pytest_sfn.errors import DefinitionError, DefinitionWarning, PytestSfnError, printable
from pytest_sfn.loaders.formats import find_machines, format_of
from pytest_sfn.scenarios.modules import Subject, conftest, fixture_of, named, written
from pytest_sfn.scenarios.placeholders import made_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_sfn.scenarios.modules import Written

__all__ = ["main"]

_ROOTS: Final = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg", "setup.py", ".git")
"""What the top folder of a project has."""
_NOT_OURS: Final = frozenset({"node_modules", "venv", "build", "dist", "cdk.out", "__pycache__", "site-packages"})


def main(arguments: Sequence[str], prog: str) -> int:
    """Write a conftest and a module of tests for each machine; gives the exit status: 1 if a machine cannot be loaded.

    Raises:
        DefinitionError: there is no such file, or none of its machines can be loaded.
        PytestSfnError: a file is in the way, or cannot be written. Nothing is written then.
    """
    parser = argparse.ArgumentParser(
        prog=prog, description="Write tests to begin with: of each machine one that passes, and one for each error path."
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a template, or an ASL definition, JSON or YAML")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("tests"), metavar="FOLDER", help="tests by default")
    add_allow_folder(parser)
    chosen = parser.parse_args(arguments)
    subjects, refused = _subjects(chosen.file, chosen.folder, chosen.allow_folder)
    _check_free(chosen.folder, ["conftest.py", *(subject.file for subject in subjects)])
    modules = {subject.file: written(subject, Path.cwd()) for subject in subjects}
    texts = {"conftest.py": conftest(chosen.file.name, subjects)} | {name: each.text for name, each in modules.items()}
    _write(chosen.folder, texts)
    write("".join(_report(chosen.folder / name, modules.get(name)) for name in texts))
    for error in refused:
        print(printable(f"{prog}: no tests: {error}", "\n"), file=sys.stderr)  # noqa: T201 - a command prints
    return 1 if refused else 0


def _subjects(file: Path, folder: Path, allowed: Sequence[Path]) -> tuple[list[Subject], list[DefinitionError]]:
    """The machines of a file, and the errors of those that cannot be loaded."""
    text, path = find_text(file, [Path.cwd()])
    assert path is not None
    ids: list[str | None] = [None]
    if format_of(text.text, path) is not None:
        ids = [each.logical_id for each in find_machines(path, text.text, allowed_folders=allowed)] or [None]
    subjects, refused, stems = [], [], _Stems(folder)
    for logical_id in ids:
        try:
            subjects.append(_subject(path, logical_id if len(ids) > 1 else None, folder, allowed, stems))
        except DefinitionError as error:
            refused.append(error)
    if not subjects:
        raise refused[0] if len(refused) == 1 else PytestSfnError("\n".join(["no tests", *map(str, refused)]))
    return subjects, refused


def _subject(path: Path, logical_id: str | None, folder: Path, allowed: Sequence[Path], stems: _Stems) -> Subject:
    given: dict[str, Any] = {"logical_id": logical_id} if logical_id is not None else {}
    options: Mapping[str, Any] = {"directories": [Path.cwd()], "allowed_folders": allowed}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DefinitionWarning)  # what has no value is made up, or can be mocked by its name
        machine, values = made_up(lambda substitutions: load(path, substitutions=substitutions, **given, **options))
    if values:
        given["substitutions"] = values
    if allowed:
        given["allowed_folders"] = [_relative(each, folder) for each in allowed]
    name = machine.logical_id or machine.name
    title = f"{name} of {path.name}" if machine.logical_id is not None else path.name
    stem = stems.new(re.sub(r"(?<=[A-Za-z])[0-9A-F]{8}$", "", name))  # without the hash that the CDK gives to an id
    loaded = (_relative(path, folder), *(Keyword(key, value) for key, value in given.items()))
    return Subject(machine, title, loaded, bool(values), stem, fixture_of(stem))


def _relative(path: Path, folder: Path) -> str:
    """A path as a file in a folder names it."""
    try:
        return Path(os.path.relpath(path.absolute(), folder.absolute())).as_posix()
    except ValueError:  # on another drive of Windows
        return path.absolute().as_posix()


class _Stems:
    """Names for the tests of machines, which make the names of their files.

    pytest imports no two files of one name, unless they are in packages: where the project has such a file in another folder,
    the folder's name comes before the machine's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.mine: set[str] = set()
        self.others = {each[len("test_") : -len(".py")] for each in self._elsewhere()}

    def new(self, name: str) -> str:
        stem = named(name, self.mine)
        if stem in self.others:
            stem = named(f"{self.folder.name}_{stem}", self.mine | self.others)
            self.mine.add(stem)
        return stem

    def _elsewhere(self) -> Iterator[str]:
        root = next((each for each in self.folder.parents if any((each / name).exists() for name in _ROOTS)), None)
        for place, folders, files in os.walk(root) if root is not None else ():
            folders[:] = [each for each in folders if each[0] != "." and each not in _NOT_OURS]
            if Path(place) != self.folder:
                yield from (each for each in files if each.startswith("test_") and each.endswith(".py"))


# -- files -----------------------------------------------------------------------------------------------------------------


def _check_free(folder: Path, names: Sequence[str]) -> None:
    taken = [folder / name for name in names if os.path.lexists(folder / name)]
    if taken:
        raise PytestSfnError(
            f"in the way: {', '.join(map(str, taken))}; nothing is written\n"
            f"  fix  name another folder, such as {folder / 'workflow'}"
        )


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write all files, or none."""
    made: list[Path] = []
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                made.append(folder / name)
                file.write(text)
    except OSError as error:
        for each in made:
            each.unlink()
        for each in missing:
            if each.is_dir():
                each.rmdir()
        raise PytestSfnError(f"{error.filename or folder}: cannot be written: {error.strerror or error}") from None


def _report(file: Path, module: Written | None) -> str:
    if module is None:
        return printable(f"{file}\n", "\n")
    said = [f"{module.tests} test{'s' * (module.tests != 1)}"]
    said += [f"{len(module.skipped)} to be filled in"] if module.skipped else []
    said += [f"{module.rest} error path{'s' * (module.rest != 1)} without one"] if module.rest else []
    return printable(f"{file}: {', '.join(said)}\n", "\n")
