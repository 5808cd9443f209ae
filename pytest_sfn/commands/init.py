"""`pytest-sfn init FILE [FOLDER]`: tests to begin with, for a definition or for every state machine of a template."""

from __future__ import annotations

import argparse
import os
import re
import sys
import warnings
from contextlib import suppress
from itertools import chain, count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.source import find_text
from pytest_sfn.commands.options import add_allow_folder
from pytest_sfn.commands.output import write
from pytest_sfn.coverage.python_text import Keyword
from pytest_sfn.definition import load
from pytest_sfn.errors import DefinitionError, DefinitionWarning, PytestSfnError, printable
from pytest_sfn.loaders.choose import name_of
from pytest_sfn.loaders.formats import find_template, format_of
from pytest_sfn.scenarios.modules import MachineUnderTest, conftest_text, fixture_of, module_of, unique_stem
from pytest_sfn.scenarios.placeholders import fill_placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_sfn.scenarios.modules import WrittenModule

__all__ = ["main"]

_ROOTS: Final = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg", "setup.py", ".git")
"""What the top folder of a project has."""
_NOT_OURS: Final = frozenset({"node_modules", "venv", "build", "dist", "cdk.out", "__pycache__", "site-packages"})
_MOST_FOLDERS: Final = 5_000
"""So many folders are searched for test files: the working directory may be a home directory."""


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
    machines, refused = _machines(chosen.file, chosen.folder, chosen.allow_folder)
    _check_free(chosen.folder, ["conftest.py", *(each.file for each in machines)])
    modules = {each.file: module_of(each, Path.cwd()) for each in machines}
    texts = {"conftest.py": conftest_text(chosen.file.name, machines)} | {name: each.text for name, each in modules.items()}
    _write(chosen.folder, texts)
    write("".join(_report(chosen.folder / name, modules.get(name)) for name in texts))
    for error in refused:
        print(printable(f"{prog}: {error}", "\n"), file=sys.stderr)  # noqa: T201 - a command prints
    return 1 if refused else 0


def _machines(file: Path, folder: Path, allowed: Sequence[Path]) -> tuple[list[MachineUnderTest], list[str]]:
    """The machines of a file, and why others cannot be loaded."""
    text, path = find_text(file, [Path.cwd()])
    assert path is not None
    names: list[str | None] = [None]
    if format_of(text.text, path) is not None:
        template = find_template(path, text.text, allowed_folders=allowed)
        names = [name_of(each, template) for each in template.every_machine] if template is not None else []
    machines, refused, stems = [], [], _Stems(folder)
    for name in names if len(names) > 1 else [None]:
        try:
            machines.append(_machine(path, name, folder, allowed, stems))
        except DefinitionError as error:
            if name is None:
                raise
            refused.append(f"no tests for {name}: {error}")
    if not machines:
        raise PytestSfnError("\n".join(refused))
    return machines, refused


def _machine(path: Path, logical_id: str | None, folder: Path, allowed: Sequence[Path], stems: _Stems) -> MachineUnderTest:
    given: dict[str, Any] = {"logical_id": logical_id} if logical_id is not None else {}
    options: Mapping[str, Any] = {"directories": [Path.cwd()], "allowed_folders": allowed}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DefinitionWarning)  # what has no value gets one, or can be mocked by its name
        machine, values = fill_placeholders(lambda substitutions: load(path, substitutions=substitutions, **given, **options))
    if values:
        given["substitutions"] = values
    if allowed:
        given["allowed_folders"] = [_relative(each, folder) for each in allowed]
    name = logical_id or machine.logical_id or machine.name
    title = f"{name} of {path.name}" if machine.logical_id is not None else path.name
    stem = stems.new(re.sub(r"(?<=[A-Za-z])[0-9A-F]{8}$", "", name))  # without the hash that the CDK gives to an id
    loaded = (_relative(path, folder), *(Keyword(key, value) for key, value in given.items()))
    return MachineUnderTest(machine, title, loaded, bool(values), stem, fixture_of(stem))


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
        stem = unique_stem(name, self.mine)
        if stem in self.others:
            stem = unique_stem(f"{self.folder.name}_{stem}", self.mine | self.others)
            self.mine.add(stem)
        return stem

    def _elsewhere(self) -> Iterator[str]:
        """The names of test files in other folders of the project, or of the working directory where none says what it is."""
        parents = self.folder.parents
        root = next((each for each in parents if any((each / name).exists() for name in _ROOTS)), Path.cwd())
        walked = os.walk(root) if root in parents else ()
        for place, folders, files in islice(walked, _MOST_FOLDERS):
            folders[:] = [each for each in folders if each[0] != "." and each not in _NOT_OURS]
            if Path(place) != self.folder:
                yield from (each for each in files if each.startswith("test_") and each.endswith(".py"))


# -- files -----------------------------------------------------------------------------------------------------------------


def _check_free(folder: Path, names: Sequence[str]) -> None:
    file = next((each for each in (folder, *folder.parents) if os.path.lexists(each) and not each.is_dir()), None)
    if file is not None:
        raise PytestSfnError(
            f"{folder}: cannot be written: {file} is no folder\n"
            f"  fix  name a folder for the tests, such as {_free(file.parent)}"
        )
    taken = [folder / name for name in names if os.path.lexists(folder / name)]
    if taken:
        raise PytestSfnError(
            f"in the way: {', '.join(map(str, taken))}; nothing is written\n  fix  name another folder, such as {_free(folder)}"
        )


def _free(folder: Path) -> Path:
    """A folder that does not exist yet."""
    names = chain(["workflow"], (f"workflow_{number}" for number in count(2)))
    return next(folder / name for name in names if not os.path.lexists(folder / name))


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
    except BaseException as error:  # Ctrl-C too
        for undo in (*(each.unlink for each in made), *(each.rmdir for each in missing)):
            with suppress(OSError):  # what cannot be undone must not hide why
                undo()
        if not isinstance(error, OSError):
            raise
        raise PytestSfnError(f"{error.filename or folder}: cannot be written: {error.strerror or error}") from None


def _report(file: Path, module: WrittenModule | None) -> str:
    if module is None:
        return printable(f"{file}\n", "\n")
    counts = [f"{module.tests} test{'s' * (module.tests != 1)}"]
    counts += [f"{len(module.skipped)} to be filled in"] if module.skipped else []
    counts += [f"{module.rest} error path{'s' * (module.rest != 1)} without one"] if module.rest else []
    return printable(f"{file}: {', '.join(counts)}\n", "\n")
