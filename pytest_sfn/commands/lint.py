"""`python -m pytest_sfn lint PATH...`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pytest_sfn.commands.options import add_allow_folder
from pytest_sfn.commands.output import write
from pytest_sfn.errors import DefinitionError, printable
from pytest_sfn.lint.find import DEFINITIONS, TEMPLATES, Linter, files_below
from pytest_sfn.lint.linter import Settings
from pytest_sfn.lint.report import FORMATS
from pytest_sfn.lint.rules import PAGE, codes

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str], prog: str) -> int:
    """Lint definitions and templates; gives the exit status: 0 clean, 1 problems, 2 an unreadable path or an empty folder."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Look for mistakes in state machine definitions and in the templates that hold them.",
        epilog="Exit status: 0 if there are no errors, 1 for errors (with --strict for warnings too), 2 for wrong usage, a "
        f"path that cannot be read, or a folder without any state machine. The rules are explained in {PAGE}.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a definition, a template, or a folder of them")
    parser.add_argument("--format", choices=FORMATS, default="text", help="text by default")
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="CODES", help="rules to leave out: SFN203,forgotten-path"
    )
    parser.add_argument("--select", action="append", default=[], metavar="CODES", help="rules to add that are off: SFN405, all")
    parser.add_argument("--strict", action="store_true", help="exit with 1 for warnings too")
    parser.add_argument(
        "--type", choices=("STANDARD", "EXPRESS"), help="of definitions that are in no template; STANDARD by default"
    )
    add_allow_folder(parser)
    chosen = parser.parse_args(arguments)
    ignore, unknown = codes(chosen.ignore)
    select, odd = codes(chosen.select)
    for name, hint in (*unknown, *odd):
        parser.error(f"{name!r} is not a rule: {hint}")
    paths: list[Path] = []
    found: set[Path] = set()
    for path in chosen.paths:
        if not path.exists():
            return _failed(f"{prog}: {path}: there is no such file or folder")
        below = list(files_below(path)) if path.is_dir() else []
        found.update(below)
        paths += below or ([] if path.is_dir() else [path])
    found.difference_update(chosen.paths)
    try:
        with _Progress(len(paths)) as progress:
            linted = Linter(Settings(ignore, select), chosen.type, chosen.allow_folder).files(paths, found, progress)
    except DefinitionError as error:
        return _failed(f"{prog}: {error}")
    folders = [str(path) for path in chosen.paths if path.is_dir()]
    if folders and not linted:
        searched = ", ".join((*DEFINITIONS, *TEMPLATES))
        return _failed(
            f"{prog}: {', '.join(folders)}: no state machine found\n  fix  name the files; a folder is searched for {searched}"
        )
    report = FORMATS[chosen.format](linted)
    if report:
        write(f"{report}\n")
    counts = ("error", "warning") if chosen.strict else ("error",)
    return int(any(item.severity in counts for machine in linted for item in machine.problems))


class _Progress:
    """A line that says how far the work is, while it goes on and only on a terminal."""

    def __init__(self, files: int) -> None:
        self._files = files
        self._shown = 0
        self._on_terminal = sys.stderr.isatty() and files > 100

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int) -> None:
        if self._on_terminal and done % 50 == 0:
            self._write(f"linting: {done:,} of {self._files:,} files")

    def __exit__(self, *raised: object) -> None:
        if self._shown:
            self._write("")

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text:<{self._shown}}" + ("" if text else "\r"))
        sys.stderr.flush()
        self._shown = len(text)


def _failed(message: str) -> int:
    print(printable(message, "\n"), file=sys.stderr)  # noqa: T201 - a command prints
    return 2
