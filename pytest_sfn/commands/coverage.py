"""`pytest-sfn coverage combine` and `coverage report`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_sfn.commands.output import write
from pytest_sfn.coverage.analysis import analyse, percentage, requirements
from pytest_sfn.coverage.data import DATA_FILE, CoverageData, DataError
from pytest_sfn.coverage.reporters import REPORTERS, check_reports, report
from pytest_sfn.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["main"]


def main(arguments: Sequence[str], prog: str) -> int:
    """Run `combine` or `report`; gives the exit status, 1 when coverage is lower than demanded.

    Raises:
        DataError: a coverage file is not there or cannot be read.
        ReportError: a report cannot be made.
    """
    parser = argparse.ArgumentParser(prog=prog, description="Coverage of Step Functions definitions.")
    commands = parser.add_subparsers(required=True, metavar="command")
    combine = commands.add_parser("combine", help="merge the coverage files of CI shards or of several runs")
    combine.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="a coverage file, or a folder that has some; by default all beside OUT whose names are OUT and a suffix",
    )
    combine.add_argument("-o", "--data-file", type=Path, default=Path(DATA_FILE), metavar="OUT", help=f"{DATA_FILE} by default")
    combine.add_argument("--append", action="store_true", help="keep what OUT already holds")
    combine.set_defaults(run=_combine)
    shown = commands.add_parser("report", help="report a coverage file")
    shown.add_argument("--data-file", type=Path, default=Path(DATA_FILE), metavar="FILE", help=f"{DATA_FILE} by default")
    shown.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="where the definitions are; pytest's rootdir")
    shown.add_argument(
        "--format",
        action="append",
        metavar="REPORT",
        help=f"{', '.join(REPORTERS)}, those with files as NAME:PLACE; repeatable",
    )
    shown.add_argument(
        "--precision", type=int, choices=range(10), default=0, metavar="N", help="digits after the point of percentages"
    )
    for option, does in (
        ("--fail-under", "exit with 1 if less than N percent is covered"),
        ("--error-paths-fail-under", "the same for error paths alone"),
    ):
        shown.add_argument(option, type=_percentage, metavar="N", help=does)
    shown.set_defaults(run=_report)
    chosen = parser.parse_args(arguments)
    status: int = chosen.run(chosen)
    return status


def _percentage(text: str) -> float:
    try:
        return percentage(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _combine(chosen: argparse.Namespace) -> int:
    data = CoverageData()
    files = [file for named in chosen.files for file in _files(named)] if chosen.files else _beside(chosen.data_file)
    for file in files:
        data.merge(CoverageData.read(file))
    if chosen.append:
        data.update(chosen.data_file)
    else:
        data.write(chosen.data_file)
    what = f"{len(files)} coverage file{'s' * (len(files) != 1)}"
    write(printable(f"{what} combined into {chosen.data_file}") + "\n")
    return 0


def _files(named: Path) -> list[Path]:
    if not named.is_dir():
        return [named]
    found = _coverage_files(named.rglob(f"{DATA_FILE}*"))
    if not found:
        fix = "run pytest with --sfn-cov first, or name the files"
        raise DataError(f"{named}: no file there whose name begins with {DATA_FILE}\n  fix  {fix}")
    return found


def _beside(out: Path) -> list[Path]:
    """The files of shards: `.sfn_coverage.1` for `.sfn_coverage`."""
    found = _coverage_files(file for file in out.parent.iterdir() if file.name.startswith(f"{out.name}."))
    if not found:
        raise DataError(f"there is no {out}.*\n  fix  name coverage files, or folders that have some")
    return found


def _coverage_files(found: Iterable[Path]) -> list[Path]:
    return sorted(file for file in found if file.is_file() and file.suffix not in (".lock", ".tmp"))


def _report(chosen: argparse.Namespace) -> int:
    wanted_reports = chosen.format or ["term"]
    check_reports(wanted_reports, Path())
    if not chosen.root.is_dir():
        raise DataError(f"--root: {chosen.root} is no folder\n  fix  name pytest's rootdir, below which the definitions are")
    analysis = analyse(CoverageData.read(chosen.data_file), chosen.root, chosen.precision)
    for wanted in wanted_reports:
        write(report(analysis, wanted, Path()))
    missed = [said for said, reached in requirements(analysis, chosen.fail_under, chosen.error_paths_fail_under) if not reached]
    for said in missed:
        print(said, file=sys.stderr)  # noqa: T201 - a command prints
    return int(bool(missed))
