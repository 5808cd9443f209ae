"""Files: what is at a path, its text, and which other path was probably meant.

Nothing here waits or runs on without end: a pipe, a device and a file that is too large are refused, whoever names them.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import IO

from pytest_sfn.asl.text import SIZE_LIMIT, Text
from pytest_sfn.errors import DefinitionError, Diagnostic, definition_error, printable
from pytest_sfn.names import near

__all__ = ["near_files", "path_kind", "read_bytes", "read_stream", "read_text", "shown_line", "shown_path"]

_LARGEST_FILE = 64 * SIZE_LIMIT
"""A definition is much smaller, and so is a template that AWS takes; what Terraform shows of a whole account may not be."""
_USUAL = re.compile(r"(template|serverless)\.(ya?ml|json)|.*\.template\.json|.*\.asl\.(json|ya?ml)|main\.tf").fullmatch
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe that takes a file's place in the meantime is not waited for."""


def path_kind(path: Path) -> str | None:
    """What exists there: "file", "directory", "device or pipe", or None for nothing."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # not there, too long a name, a NUL in it
        return None
    return "file" if stat.S_ISREG(mode) else "directory" if stat.S_ISDIR(mode) else "device or pipe"


def read_bytes(path: Path, most: int = _LARGEST_FILE) -> bytes:
    """The bytes of a file.

    Raises:
        DefinitionError: it cannot be read, is larger than `most`, or is no file.
    """
    try:
        if (kind := path_kind(path)) not in ("file", None):
            raise DefinitionError(f"{shown_path(path)}: a {kind}, and no file")
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > most:
                raise DefinitionError(f"{shown_path(path)}: {size:,} bytes; {most:,} are read at most")
            return file.read(size)
    except (OSError, ValueError) as error:
        raise DefinitionError(f"{shown_path(path)}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def read_text(path: Path) -> str:
    """The text of a file, whose line breaks are kept as they are.

    Raises:
        DefinitionError: as `read_bytes`; or it is not UTF-8.
    """
    return _decoded(read_bytes(path), path)


def read_stream(stream: IO[bytes], path: Path) -> str:
    """The text of a stream such as standard input.

    Args:
        path: what it is called in messages.

    Raises:
        DefinitionError: as `read_text`.
    """
    content = stream.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise DefinitionError(f"{shown_path(path)}: more than the {_LARGEST_FILE:,} bytes that are read at most")
    return _decoded(content, path)


def _decoded(content: bytes, path: Path) -> str:
    """The text that bytes are.

    Raises:
        DefinitionError: they are not UTF-8, or stand for a file that is elsewhere.
    """
    if content.startswith(b"version https://git-lfs.github.com/spec/"):
        raise DefinitionError(f"{shown_path(path)}: a pointer of Git LFS, not the file itself\n  fix  git lfs pull")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = Text(shown_path(path), content[: error.start].decode("utf-8", "replace"))
        problem = Diagnostic(
            code="INVALID_ENCODING",
            message=f"The file is not UTF-8 text: byte 0x{content[error.start]:02x} at offset {error.start}",
            pointer="",
            location=before.location(len(before.text)),
            hint="save it as UTF-8" + (" (it looks like UTF-16)" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ""),
        )
        raise definition_error(shown_path(path), [problem]) from None


def shown_path(path: Path) -> str:
    """The path as all messages show it: as short as an editor or terminal can still follow it.

    It is relative to the working directory of the test if it is below that.
    """
    from pytest_sfn.callers import working_directory  # for a file or a message alone

    if ".." in path.parts:
        path = Path(os.path.normpath(path))
    try:
        return printable(str(path.relative_to(working_directory())))
    except (ValueError, OSError):
        return printable(str(path))


def shown_line(line: str) -> str:
    """`file:line` of `callers.user_line` as messages show it; "" if that is empty."""
    file, colon, number = line.rpartition(":")
    return f"{shown_path(Path(file))}{colon}{number}" if file else line


def near_files(candidate: Path, kinds: tuple[str, ...] = ("file",)) -> list[Path]:
    """Files whose path is like `candidate`: another case, a slip in one of the names, one directory further down or up.

    In a directory those that are called as definitions and templates mostly are.

    Args:
        kinds: those of `path_kind` that count.
    """
    if path_kind(candidate) == "directory" and kinds == ("file",):
        return [candidate / name for name in _listing(candidate) if _USUAL(name)]
    *directories, name = (candidate.parts[1:] if candidate.anchor else candidate.parts) or ("",)
    reached = [Path(candidate.anchor)]
    for part in directories:
        exact = [path / part for path in reached if path_kind(path / part) == "directory"]
        reached = exact or [path / other for path in reached for other in near(part, _listing(path))]
    found = [path / other for path in reached for other in near(name, _listing(path)) or _same_stem(name, _listing(path))]
    found = [path for path in found if path_kind(path) in kinds]
    if not found:
        above = [candidate.parent.parent / name] if len(directories) > 1 else []
        around = [*(path / other / name for path in reached for other in _listing(path)), *above]
        found = [path for path in around if path_kind(path) in kinds]
    return found


def _listing(directory: Path) -> list[str]:
    try:
        return sorted(path.name for path in directory.iterdir())[:2000]
    except (OSError, ValueError):
        return []


def _same_stem(name: str, others: list[str]) -> list[str]:
    """Definitions under the same name with another extension: `order.asl.json` for `order.yaml`."""
    stem = name.lower().partition(".")[0]
    known = (".json", ".yaml", ".yml", ".asl")
    return [other for other in others if other.lower().partition(".")[0] == stem and other.lower().endswith(known)]
