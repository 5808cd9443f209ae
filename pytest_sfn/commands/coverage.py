"""`python -m pytest_sfn coverage combine` and `coverage report`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_sfn.commands.output import write
from pytest_sfn.coverage.analysis import analyse, requirements
from pytest_sfn.coverage.data import DATA_FILE, CoverageData, DataError
from pytest_sfn.coverage.reporters import REPORTERS, report
from pytest_sfn.errors import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str], prog: str) -> int:
    """Run `combine` or `report`; gives the exit status, 2 when coverage is lower than demanded.

    Raises:
        DataError: a coverage file is not there or cannot be read.
        ReportError: a report cannot be made.
    """
    parser = argparse.ArgumentParser(prog=prog, description="Coverage of Step Functions definitions.")
    commands = parser.add_subparsers(required=True, metavar="command")
    combine = commands.add_parser("combine", help="merge the coverage files of CI shards or of several runs")
    combine.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a coverage file, or a folder that has some")
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
    shown.add_argument("--fail-under", type=float, metavar="N", help="exit with 2 if less than N percent is covered")
    shown.add_argument("--error-paths-fail-under", type=float, metavar="N", help="the same for error paths alone")
    shown.set_defaults(run=_report)
    chosen = parser.parse_args(arguments)
    status: int = chosen.run(chosen)
    return status


def _combine(chosen: argparse.Namespace) -> int:
    data = CoverageData()
    files = [file for named in chosen.files for file in _files(named)]
    for file in files:
        data.merge(CoverageData.read(file))
    if chosen.append:
        data.update(chosen.data_file)
    else:
        data.write(chosen.data_file)
    write(printable(f"{len(files)} coverage files combined into {chosen.data_file}") + "\n")
    return 0


def _files(named: Path) -> list[Path]:
    if not named.is_dir():
        return [named]
    found = sorted(file for file in named.rglob(f"{DATA_FILE}*") if file.is_file() and file.suffix not in (".lock", ".tmp"))
    if not found:
        raise DataError(f"{named}: no file there whose name begins with {DATA_FILE}")
    return found


def _report(chosen: argparse.Namespace) -> int:
    analysis = analyse(CoverageData.read(chosen.data_file), chosen.root)
    for wanted in chosen.format or ["term"]:
        write(report(analysis, wanted, Path()))
    missed = [said for said, reached in requirements(analysis, chosen.fail_under, chosen.error_paths_fail_under) if not reached]
    for said in missed:
        print(said, file=sys.stderr)  # noqa: T201 - a command prints
    return 2 if missed else 0
