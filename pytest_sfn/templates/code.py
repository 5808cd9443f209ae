"""Folders and files of code that are not there, where one with nearly the name is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_sfn.asl.files import path_kind
from pytest_sfn.asl.pointer import child
from pytest_sfn.names import is_slip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.templates.sheet import Mistake, Sheet

__all__ = ["check_code"]

_PROPERTIES: Final = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Lambda::Function": "Code",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Lambda::LayerVersion": "Content",
}


def check_code(sheet: Sheet) -> Iterator[Mistake]:
    """A folder may be made by a build, so one that is missing counts only if its path is a slip for another."""
    for resource in sheet.resources:
        name = _PROPERTIES.get(resource.type, "")
        path = resource.properties.get(name)
        meant = _meant(sheet, path) if isinstance(path, str) else ""
        if meant:
            at = child(child(resource.at, "Properties"), name)
            why, fix = f"{name}: there is no folder or file {path!r}", f"did you mean {meant!r}?"
            yield sheet.mistake("code-not-found", at, why, fix, "warning", document=resource.document, value=True)


def _meant(sheet: Sheet, path: str) -> str:
    """The path that is there and of which one is a slip; "" for none."""
    files = sheet.template.named
    wanted = files.beside(path) if "://" not in path else None
    if wanted is None or files.folder is None or files.project.refusal(wanted) is not None or path_kind(wanted) is not None:
        return ""
    for found in files.near_paths(path, ("directory", "file")):
        pairs = [*zip(found.parts, wanted.parts, strict=False)]
        if len(found.parts) == len(wanted.parts) and all(is_slip(here, there) for here, there in pairs):
            return Path(os.path.relpath(found, files.folder)).as_posix()
    return ""
