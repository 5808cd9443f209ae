"""Whether a file of CloudFormation is a part of another one, which has what its references lead to.

A serverless.yml puts files together by `${file(resources/machines.yml)}`, a template of CloudFormation by `AWS::Include`.
Only the texts are looked at: the folder of the file and those above it, as far as its project, and the files that are named
there. A variable in a path may be anything.
"""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_sfn.asl.files import path_kind, read_text
from pytest_sfn.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.loaders.project import Project

__all__ = ["is_included"]

_WHOLE: Final = ("serverless.yml", "serverless.yaml", "template.yaml", "template.yml", "template.json")
_PARTS: Final = (".yml", ".yaml", ".json")
_FILE: Final = re.compile(r"\bfile\(((?:[^(){}]|\$\{[^{}]*\})+)\)")
_LOCATION: Final = re.compile(r"""\bLocation["']?\s*:\s*["']?([^\s"',}]+)""")
_VARIABLE: Final = re.compile(r"\$\{[^{}]*\}")
_MOST: Final = 100
"""Only so many files are looked at."""


def is_included(path: Path, project: Project) -> bool:
    """Whether another file of the project includes this one."""
    root, own = project.root, str(path.resolve())
    folders = [each for each in path.resolve().parents if root is not None and each.is_relative_to(root)]
    left = _MOST
    for folder in folders:
        whole = [found for name in _WHOLE if not project.refusal(found := folder / name) and path_kind(found) == "file"]
        waiting = [each for each in whole if not each.samefile(path)]
        seen = set(waiting)
        while waiting and left:
            left -= 1
            for named in _named(waiting.pop(), folder):
                if fnmatchcase(own, "*".join(map(escape, _VARIABLE.split(str(named))))):
                    return True
                if named not in seen and named.suffix in _PARTS and path_kind(named) == "file" and not project.refusal(named):
                    seen.add(named)
                    waiting.append(named)
    return False


def _named(file: Path, folder: Path) -> Iterator[Path]:
    """The files that a file includes; paths begin at the folder of the outermost one."""
    try:
        text = read_text(file)
    except DefinitionError:
        return
    names = [match[1] for match in _FILE.finditer(text)]
    if "AWS::Include" in text:
        names += [match[1] for match in _LOCATION.finditer(text)]
    for name in names:
        yield Path(os.path.normpath(folder / name.strip("\"' ")))
