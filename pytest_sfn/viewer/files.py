"""The files of `--sfn-html`: which page is that of a test. The plugin writes them, and the coverage page links them."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import quote

__all__ = ["file_name", "link", "relative", "remove_pages"]

SUFFIX: Final = ".execution.html"
LONGEST: Final = 100
"""So many characters of a test's name are in that of its file, for people; systems limit the length of names."""


def file_name(test: str, number: int = 1) -> str:
    """The file of a test's page, or of page `number`: readable, possible on every system, and no other test's.

    The digest tells names apart that differ only in other signs, or in upper and lower case.
    """
    name = re.sub(r"[^A-Za-z0-9_.]+", "-", test).strip("-.")
    if len(name) > LONGEST:  # the file is at the beginning, the case at the end
        name = f"{name[: LONGEST // 2].rstrip('-.')}--{name[2 - LONGEST // 2 :].lstrip('-.')}"
    digest = hashlib.sha256(test.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return "-".join([name, digest, *([str(number)] if number > 1 else [])]) + SUFFIX


def remove_pages(folder: Path) -> None:
    """Remove the pages of an earlier run; other files in the folder stay."""
    for file in folder.glob(f"*{SUFFIX}"):
        file.unlink(missing_ok=True)


def relative(file: Path, folder: Path) -> str:
    """The way from a folder to a file; the whole path where there is none."""
    try:
        return os.path.relpath(file, folder)
    except ValueError:  # on another drive
        return str(file)


def link(file: Path, folder: Path) -> str:
    """The address of a page in a page that is in a folder."""
    way = Path(relative(file, folder))
    return way.as_uri() if way.is_absolute() else quote(way.as_posix())
