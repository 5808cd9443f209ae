"""The packages in the folders of a Lambda function, and which of them are installed for this interpreter as well.

Names here are top-level names, those that `import` looks for along `sys.path`.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from importlib.machinery import PathFinder, all_suffixes
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_sfn.errors import PytestSfnError
from pytest_sfn.links import see

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["check_archives", "distributed_tops", "installed_tops", "layer_paths", "own_tops", "shared_path"]

SDK: Final = ("boto3", "botocore", "jmespath", "s3transfer", "urllib3")
"""Packages of which the installed ones are always used: the gate answers or refuses their requests."""


def shared_path() -> tuple[list[str], list[str]]:
    """`sys.path` in two parts: the interpreter's, and the test's own.

    The interpreter's begins with its standard library and goes on with what is installed, editable projects included. Before
    that come the script's folder or the working directory, PYTHONPATH, and what pytest puts in; of these only what is called
    `site-packages` is not the test's.
    """
    path = [os.path.abspath(entry) for entry in sys.path]  # noqa: PTH100 - as importlib does it; "" is the working directory
    library = os.path.dirname(os.__file__)  # noqa: PTH120
    begin = path.index(library) if library in path else 0
    if begin and path[begin - 1].endswith(".zip"):
        begin -= 1
    shared = [entry for entry in path[:begin] if Path(entry).name in ("site-packages", "dist-packages")] + path[begin:]
    return shared, [entry for entry in path[:begin] if entry not in shared]


def layer_paths(layer: Path) -> list[str]:
    """What a layer adds to the import path (https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html).

    A layer that has no folder `python` is taken for the sources that a build puts into one.

    Raises:
        PytestSfnError: it is a file, and no archive.
    """
    if layer.is_file():
        names = _names_in(layer)
        version = next((name for name in names if name.startswith("python/lib/python3") and "/site-packages/" in name), None)
        packages = [f"{layer}/{version.partition('/site-packages/')[0]}/site-packages"] if version else []
        return [*packages, f"{layer}/python" if any(name.startswith("python/") for name in names) else str(layer)]
    python = layer / "python"
    if not python.is_dir():
        return [str(layer)]
    return [*(str(path) for path in sorted(python.glob("lib/python3*/site-packages"))), str(python)]


def own_tops(entries: Iterable[str]) -> frozenset[str]:
    """The modules and packages in these folders and archives."""
    return frozenset(name for entry in entries for name in _tops_of(entry))


def distributed_tops(entries: Iterable[str]) -> frozenset[str]:
    """The names of packages that pip put into these folders."""
    return frozenset(name for entry in entries for name in _distributed(entry))


def installed_tops(entries: Iterable[str], shared: Sequence[str]) -> frozenset[str]:
    """The names of packages that pip put into these folders and that are installed as well; and those of the SDK."""
    names = {*SDK, *distributed_tops(entries)}
    return frozenset(name for name in names if PathFinder.find_spec(name, shared) is not None)


def _tops_of(entry: str) -> Iterator[str]:
    suffixes = tuple(all_suffixes())
    for name, is_package in _listed(entry):
        if is_package:
            yield name
        elif name.endswith(suffixes):
            yield name.partition(".")[0]


def _listed(entry: str) -> Iterator[tuple[str, bool]]:
    """The names in a folder or an archive, and whether each is a package. One without `__init__.py` gives way to others."""
    archive, inside = _archive_of(entry)
    if archive is not None:
        names = [name.removeprefix(inside) for name in _names_in(archive) if name.startswith(inside)]
        yield from ((name, False) for name in names if "/" not in name)
        yield from (
            (name.removesuffix("/__init__.py"), True) for name in names if name.count("/") == 1 and "__init__.py" in name
        )
    elif os.path.isdir(entry):  # noqa: PTH112
        with os.scandir(entry) as found:
            for each in found:
                yield each.name, each.is_dir() and os.path.isfile(f"{each.path}/__init__.py")  # noqa: PTH113


def _distributed(entry: str) -> Iterator[str]:
    if not os.path.isdir(entry):  # noqa: PTH112
        return
    for folder in Path(entry).glob("*.dist-info"):
        yield from _tops_of_distribution(folder)


@lru_cache(maxsize=256)
def _tops_of_distribution(folder: Path) -> frozenset[str]:
    listed, record = folder / "top_level.txt", folder / "RECORD"
    if listed.is_file():
        return frozenset(listed.read_text(encoding="utf-8").split())
    lines = record.read_text(encoding="utf-8").splitlines() if record.is_file() else []
    firsts = {line.split(",")[0].partition("/")[0] for line in lines}
    return frozenset(first.partition(".")[0] for first in firsts if not first.endswith((".dist-info", "..", "__pycache__")))


def _archive_of(entry: str) -> tuple[Path | None, str]:
    """(the archive, the folder inside of it) that an entry of the import path names; None if it names a folder."""
    head, tail = Path(entry), ""
    while not head.exists() and head != head.parent:
        head, tail = head.parent, f"{head.name}/{tail}"
    return (head, tail) if head.is_file() else (None, "")


def check_archives(entries: Iterable[str]) -> None:
    """Read all of the archives among these entries; Python's import notices a damaged one late, or never.

    Raises:
        PytestSfnError: one of them is damaged.
    """
    for archive in {path: None for entry in entries if (path := _archive_of(entry)[0]) is not None}:
        stat = archive.stat()
        if (damage := _damage(archive, stat.st_mtime_ns, stat.st_size)) is not None:
            raise _unusable(archive, damage)


@lru_cache(maxsize=64)
def _damage(archive: Path, changed_at: int, size: int) -> str | None:
    """What is wrong in an archive, None for nothing; it is read anew only when it has changed."""
    from zipfile import ZipFile

    try:
        with ZipFile(archive) as opened:
            first = opened.testzip()
    except Exception as error:  # noqa: BLE001 - zlib, lzma and struct have errors of their own, each of its kind
        return f"the archive is damaged: {error}"
    return None if first is None else f"the archive is damaged, from {first} on"


def _names_in(archive: Path) -> list[str]:
    """The files in an archive, at least one.

    Raises:
        PytestSfnError: it is none.
    """
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(archive) as opened:
            names = opened.namelist()
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _unusable(archive, _kind_of_no_archive(archive) or f"the archive is damaged: {error}") from None
    if not names:
        raise _unusable(archive, "the archive has no files")
    return names


def _kind_of_no_archive(path: Path) -> str:
    try:
        with path.open("rb") as file:
            begin = file.read(64)
    except OSError:
        return ""
    if begin.startswith(b"version https://git-lfs.github.com/spec/"):
        return "it is a pointer of Git LFS, not the archive itself: git lfs pull"
    return "" if begin.startswith(b"PK") else "it is no zip archive" if begin else "the file is empty"


def _unusable(archive: Path, why: str) -> PytestSfnError:
    return PytestSfnError(
        f"{archive}: {why}\n  fix  build it again; a folder will do as well, and needs no build\n"
        f"  see  {see('handlers#layers')}"
    )
