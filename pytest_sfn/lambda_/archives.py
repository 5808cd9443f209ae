"""Code that is given as the bytes of a zip archive: written to folders that are removed again."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

__all__ = ["Folders"]

LARGEST = 262_144_000
"""Bytes of a function with its layers, unzipped [documented].

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""


class Folders:
    """Folders of one account, each made when it is first needed, all removed by `close`."""

    def __init__(self) -> None:
        self._made: list[TemporaryDirectory[str]] = []
        self._unpacked: dict[str, Path] = {}

    def make(self) -> Path:
        """A new folder."""
        folder = TemporaryDirectory(prefix="pytest-sfn-")
        self._made.append(folder)
        return Path(folder.name).resolve()

    def unpack(self, content: bytes, sha: str) -> Path:
        """The folder with the files of an archive; the same one for the same `sha`.

        Raises:
            ValueError: it is no zip archive, or too large for Lambda.
        """
        root = self._unpacked.get(sha)
        if root is None:
            root = self.make()
            try:
                _extract(content, root)
            except BaseException:
                self._made.pop().cleanup()
                raise
            self._unpacked[sha] = root
        return root

    def close(self) -> None:
        """Remove all folders."""
        for folder in self._made:
            folder.cleanup()
        self._made.clear()
        self._unpacked.clear()


def _extract(content: bytes, root: Path) -> None:
    try:
        with ZipFile(BytesIO(content)) as archive:
            size = sum(each.file_size for each in archive.infolist())
            if size <= LARGEST:
                archive.extractall(root)  # which keeps names with `..` or a leading slash inside of the folder
    except Exception as error:  # noqa: BLE001 - zlib, lzma and struct have errors of their own, each of its kind
        raise ValueError(f"it cannot be unzipped: {error}") from None
    if size > LARGEST:
        raise ValueError(f"it has {size:,} bytes unzipped, and Lambda takes {LARGEST:,}")
