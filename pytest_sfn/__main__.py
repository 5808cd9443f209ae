"""`pytest-sfn`, also `python -m pytest_sfn`: commands for use outside a test run.

Exit statuses are alike in all commands: 0 fine, 1 found something wrong, 2 could not do it.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING

import pytest_sfn
from pytest_sfn.errors import PytestSfnError, printable
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

COMMANDS = {  # name: the module whose `main(arguments, prog)` runs it, and what it does
    "coverage": ("pytest_sfn.commands.coverage", "combine and report coverage of definitions"),
    "docs": ("pytest_sfn.commands.docs", "show a page of the documentation"),
    "draw": ("pytest_sfn.commands.draw", "draw a definition as Mermaid text or SVG"),
    "init": ("pytest_sfn.commands.init", "write tests to begin with, for a template or a definition"),
    "lint": ("pytest_sfn.commands.lint", "look for mistakes in definitions and templates"),
    "mock-config": ("pytest_sfn.commands.mock_config", "check, convert and write mock configurations of Step Functions Local"),
    "serve": ("pytest_sfn.commands.serve", "serve the API of Step Functions on this machine"),
}


def main(arguments: Sequence[str] | None = None, prog: str = "pytest-sfn") -> int:
    """Run a command; gives the exit status. Only the command's own modules are imported. No command: help, and status 2."""
    described = "\n".join(f"  {name:13}{does}" for name, (_, does) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog=prog,
        usage="%(prog)s [-h] [--version] command ...",
        description=f"commands:\n{described}",
        epilog="Exit status: 0 fine, 1 found something wrong, 2 could not do it.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"pytest-sfn {pytest_sfn.__version__}")
    parser.add_argument("command", help="one of these; it has a --help of its own")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS).required = False
    given = sys.argv[1:] if arguments is None else arguments
    if not given:
        parser.print_help(sys.stderr)
        return 2
    chosen = parser.parse_args(given)
    if chosen.command not in COMMANDS:
        hint = suggest(chosen.command, COMMANDS, "did you mean {}?") or f"there are {', '.join(COMMANDS)}"
        parser.error(f"there is no command {chosen.command!r}; {hint}")
    return _run(COMMANDS[chosen.command][0], chosen.arguments, f"{prog} {chosen.command}")


def _run(module: str, arguments: Sequence[str], prog: str) -> int:
    try:
        status: int = import_module(module).main(arguments, prog)
    except PytestSfnError as error:
        print(printable(f"{prog}: {error}", "\n"), file=sys.stderr)  # noqa: T201 - a command prints
        return 2
    except KeyboardInterrupt:
        return 130  # as shells have it
    except Exception:  # noqa: BLE001 - Python's own status, 1, would say that something was found
        traceback.print_exc()
        print(f"{prog}: this is a bug in pytest-sfn; please report it", file=sys.stderr)  # noqa: T201 - a command prints
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main(prog="python -m pytest_sfn"))
