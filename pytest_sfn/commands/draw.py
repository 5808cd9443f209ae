"""`pytest-sfn draw FILE`."""

from __future__ import annotations

import argparse
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_sfn.asl.source import find_text, read_loosely
from pytest_sfn.commands.options import add_allow_folder
from pytest_sfn.commands.output import add_output, write
from pytest_sfn.definition import StateMachine, load
from pytest_sfn.errors import DefinitionError, DefinitionWarning
from pytest_sfn.loaders.formats import format_of
from pytest_sfn.loaders.programs import program_error

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

PICTURES: Final = frozenset({".png", ".pdf", ".jpg", ".jpeg", ".gif", ".webp"})


def main(arguments: Sequence[str], prog: str) -> int:
    """Draw a definition; gives the exit status.

    Raises:
        DefinitionError: there is no such file, or it is no definition, or a template with several and none is named.
        UnsupportedError: SVG is wanted, and the extra `html` is not installed.
        PytestSfnError: OUT cannot be written.
    """
    parser = argparse.ArgumentParser(prog=prog, description="Draw a definition as Mermaid text or SVG.")
    parser.add_argument("file", metavar="FILE", help="an ASL definition, JSON or YAML, or a template that has one")
    parser.add_argument("--logical-id", metavar="ID", help="which state machine of a template")
    parser.add_argument("--format", choices=("mermaid", "svg"), help="svg if OUT ends in .svg, else mermaid")
    add_allow_folder(parser)
    add_output(parser)
    chosen = parser.parse_args(arguments)
    suffix = "" if chosen.output is None else chosen.output.suffix.lower()
    if chosen.format is None and suffix in PICTURES:
        parser.error(f"a {suffix} file cannot be drawn; OUT may end in .svg (a picture), or .mmd or .md (Mermaid text)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DefinitionWarning)  # a placeholder without a value can be drawn
        machine = _machine(Path(chosen.file), chosen.logical_id, chosen.allow_folder)
    as_svg = chosen.format == "svg" or (chosen.format is None and suffix == ".svg")
    write(machine.to_svg() if as_svg else machine.to_mermaid(), chosen.output)
    return 0


def _machine(file: Path, logical_id: str | None, allowed_folders: Sequence[Path]) -> StateMachine:
    directories = [Path.cwd()]
    text, path = find_text(file, directories)
    if logical_id is not None or format_of(text.text, path) is not None:
        try:
            return load(file, logical_id=logical_id, directories=directories, allowed_folders=allowed_folders)
        except DefinitionError as error:
            error.args = (re.sub(r"(?m)^(  fix  )load\(.*, logical_id='(.*)'\)$", r"\1--logical-id \2", str(error)),)
            raise
    try:
        return StateMachine(read_loosely(file, directories))
    except DefinitionError as error:
        raise (program_error(file) or error) from None
