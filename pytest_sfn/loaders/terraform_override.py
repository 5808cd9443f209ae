"""Override files: what `override.tf` and `*_override.tf` change in the blocks of a folder's other files.

Terraform reads them last. A block that another file has too changes the attributes that it names, and takes the place of nested
blocks of the same types.

https://developer.hashicorp.com/terraform/language/files/override
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_sfn.asl.text import Text
    from pytest_sfn.loaders.hcl import Block

    Files = list[tuple[Text, Block]]

__all__ = ["is_override", "overridden"]

_name = re.compile(r"(?:.*_)?override\.tf(?:\.json)?").fullmatch
_alias = re.compile(r'"?alias"?\s*[=:]\s*("[^"]*")').match
_SEVERAL = ("locals", "terraform", "moved", "import", "removed", "check")
"""Blocks that others of the same type do not change: they have no name."""


def is_override(path: PurePath) -> bool:
    """Whether the file of that name changes others."""
    return _name(path.name) is not None


def overridden(files: Iterable[tuple[Text, Block]]) -> Files:
    """The files of a folder, those that change others after them and without the blocks that are changed."""
    given = list(files)
    found = [file for file in given if not is_override(PurePath(file[0].name))]
    for text, file in given:
        if is_override(PurePath(text.name)):
            rest = [block for block in file.blocks if not _change(found, block)]
            found.append((text, replace(file, blocks=tuple(rest))))
    return found


def _change(files: Files, change: Block) -> bool:
    """Change the block of the same type and name; gives whether there is one."""
    for number, (text, file) in enumerate(files):
        for index, block in enumerate(file.blocks):
            if _address(block) == _address(change) and block.type not in _SEVERAL:
                blocks = [*file.blocks]
                blocks[index] = _merged(block, change)
                files[number] = text, replace(file, blocks=tuple(blocks))
                return True
    return False


def _address(block: Block) -> tuple[str, ...]:
    """What no other block has: type and labels, and the alias of a provider."""
    given = block.attributes.get("alias") if block.type == "provider" else None
    alias = _alias(given.text.text, given.offset) if given is not None else None
    return block.type, *block.labels, *(alias.groups() if alias is not None else ())


def _merged(block: Block, change: Block) -> Block:
    types = {_type(each) for each in change.blocks}
    kept = (each for each in block.blocks if _type(each) not in types)
    return replace(block, attributes={**block.attributes, **change.attributes}, blocks=(*kept, *change.blocks))


def _type(block: Block) -> str:
    """Of the blocks that it stands for."""
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type
