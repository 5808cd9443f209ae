"""`pytest-sfn lint PATH...`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pytest_sfn.asl.files import near_files, shown_path
from pytest_sfn.commands.docs import find_section, read_page
from pytest_sfn.commands.options import add_allow_folder
from pytest_sfn.commands.output import write
from pytest_sfn.errors import DefinitionError
from pytest_sfn.lint import rules
from pytest_sfn.lint.find import DEFINITIONS, TEMPLATES, Linter, files_below
from pytest_sfn.lint.linter import Settings
from pytest_sfn.lint.report import FORMATS
from pytest_sfn.lint.rules import codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_sfn.lint.find import Linted

__all__ = ["main"]

_STDIN = Path("-")


def main(arguments: Sequence[str], prog: str) -> int:
    """Lint definitions and templates; gives the exit status: 0 clean, 1 problems, 2 an unreadable path or an empty folder.

    Raises:
        DefinitionError: a file or standard input cannot be read.
    """
    parser = _parser(prog)
    chosen = parser.parse_args(arguments)
    named = (chosen.select, chosen.extend_select, chosen.ignore, [chosen.explain or ""])
    for name, hint in (unknown for names in named for unknown in codes(names)[1]):
        parser.error(f"{name!r} is not a rule: {hint}")
    if chosen.explain is not None and not codes(chosen.explain)[0]:
        parser.error("argument --explain: it names no rule")
    if chosen.list_rules or chosen.explain is not None:
        write(_list_rules() if chosen.list_rules else _explained(chosen.explain))
        return 0
    paths = chosen.paths or ([_STDIN] if chosen.stdin_filename is not None else [])
    if not paths:
        parser.error("PATH is missing: a definition, a template, a folder of them, or - for standard input")
    if paths != [_STDIN] and (_STDIN in paths or chosen.stdin_filename is not None):
        parser.error("standard input is linted alone, without other paths")
    on = rules.chosen(chosen.select, chosen.ignore, chosen.extend_select)
    linter = Linter(Settings(on), chosen.type, chosen.allow_folder)
    linted = _lint_stdin(linter, chosen.stdin_filename) if paths == [_STDIN] else _lint(linter, paths)
    report = FORMATS[chosen.format](linted)
    if report:
        write(f"{report}\n")
    counts = ("error", "warning") if chosen.strict else ("error",)
    return int(any(item.severity in counts for machine in linted for item in machine.problems))


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Look for mistakes in state machine definitions and in the templates that hold them.",
        epilog="Exit status: 0 if there are no errors, 1 for errors (with --strict for warnings too), 2 for wrong usage, a "
        "path that cannot be read, or a folder without any state machine.",
    )
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="a definition, a template, or a folder of them; - is standard input"
    )
    parser.add_argument("--format", "--output-format", choices=FORMATS, default="text", help="text by default")
    for option, does in (
        ("--select", "use these rules alone: SFN3,forgotten-path; all"),
        ("--extend-select", "add rules that are off by themselves: SFN405"),
        ("--ignore", "leave rules out: SFN203,SFN4; the more precise name wins over --select"),
    ):
        parser.add_argument(option, action="append", default=[], metavar="RULES", help=does)
    parser.add_argument("--strict", action="store_true", help="exit with 1 for warnings too")
    parser.add_argument(
        "--type", choices=("STANDARD", "EXPRESS"), help="of definitions that are in no template; STANDARD by default"
    )
    parser.add_argument("--stdin-filename", type=Path, metavar="FILE", help="what standard input is called, and its folder")
    parser.add_argument("--list-rules", action="store_true", help="list all rules")
    parser.add_argument("--explain", metavar="RULE", help="explain a rule: SFN203, or choice-without-default")
    add_allow_folder(parser)
    return parser


def _list_rules() -> str:
    return "".join(f"{rule.code}  {rule.severity:8} {rule.name}\n" for rule in rules.RULES)


def _explained(named: str) -> str:
    page = read_page(rules.PAGE)
    some = codes(named)[0]
    return "\n".join(find_section(rules.PAGE, page, rule.anchor) for rule in rules.RULES if rule.code in some)


def _lint_stdin(linter: Linter, called: Path | None) -> list[Linted]:
    if sys.stdin is None:
        raise DefinitionError("-: standard input is closed")
    return linter.file(called or Path("stdin"), stream=sys.stdin.buffer)


def _lint(linter: Linter, named: Sequence[Path]) -> list[Linted]:
    paths: list[Path] = []
    found: set[Path] = set()
    for path in named:
        if not path.exists():
            near = near_files(path.absolute(), ("directory", "file"))
            fix = f"\n  fix  did you mean {shown_path(near[0])}?" if near else ""
            raise DefinitionError(f"{path}: there is no such file or folder{fix}")
        below = list(files_below(path)) if path.is_dir() else []
        found.update(below)
        paths += below or ([] if path.is_dir() else [path])
    found.difference_update(named)
    with _Progress(len(paths)) as progress:
        linted = linter.files(paths, found, progress)
    folders = [str(path) for path in named if path.is_dir()]
    if folders and not linted:
        searched = ", ".join((*DEFINITIONS, *TEMPLATES))
        raise DefinitionError(
            f"{', '.join(folders)}: no state machine found\n  fix  name the files; a folder is searched for {searched}"
        )
    return linted


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
