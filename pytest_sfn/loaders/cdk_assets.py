"""The files that the CDK has put beside its templates, by the names that they get in S3.

`cdk synth` writes `*.assets.json` into its output folder for each stack: the path of each file or folder, and the key of the
object that a deployment makes of it. A template names them by that key, and in its metadata by the path, unless the latter is
switched off (`aws:cdk:disable-asset-metadata`).

https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/cloud-assembly-schema/README.md
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions import values

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["path_of_asset"]


def path_of_asset(folder: Path | None, key: str) -> str | None:
    """The path, relative to the folder, of what has this key in S3; None if no file of the CDK's says it."""
    wanted = PurePosixPath(key)
    for files in _manifests(folder):
        for name, asset in files.items():
            source = asset.get("source") if isinstance(asset, dict) else None
            path = source.get("path") if isinstance(source, dict) else None
            if isinstance(path, str) and (name == wanted.stem or wanted.name in _keys(asset)):
                return path
    return None


def _manifests(folder: Path | None) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.assets.json")) if folder is not None else ():
        try:
            found = values.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, JsonValueError):
            continue
        files = found.get("files") if isinstance(found, dict) else None
        if isinstance(files, dict):
            yield files


def _keys(asset: dict[str, Any]) -> set[str]:
    destinations = asset.get("destinations")
    found = destinations.values() if isinstance(destinations, dict) else ()
    return {PurePosixPath(str(each.get("objectKey", ""))).name for each in found if isinstance(each, dict)}
