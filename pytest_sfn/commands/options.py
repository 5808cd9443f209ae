"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser

__all__ = ["add_allow_folder"]


def add_allow_folder(parser: ArgumentParser) -> None:
    """`--allow-folder DIR`, of commands that read templates; a list of paths, as `allow_folder`."""
    parser.add_argument(
        "--allow-folder",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="where templates may name files besides their own project; repeatable",
    )
