"""What a part of a CloudFormation template refers to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["references"]

_SUB: Final = re.compile(r"\$\{\s*([\w-]+)")


def references(node: Any) -> Iterator[str]:
    """The names in `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn`, those of parameters too."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "Ref" and isinstance(value, str):
                yield value
            elif key == "Fn::GetAtt":
                name = value[0] if isinstance(value, list) and value else value
                if isinstance(name, str):
                    yield name.partition(".")[0]
            elif key == "DependsOn":
                yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str))
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, str) and "${" in node:
        yield from _SUB.findall(node)
