"""Names and types of what an operation takes, without botocore where an earlier run of the tests has read the model.

A model of botocore costs 20 to 190 ms when it is first read, and a check of parameters needs little of it: members, what is
required, types. So that little is made a table of text, once. It is kept for the process, and under pytest's cache directory
as JSON, one file per operation: a later run reads that and imports no botocore.

A file holds data alone, and a wrong one does no harm: whatever is not a table of this version, of this botocore and of this
operation is ignored and written anew. Processes that write at the same time (pytest-xdist) each put a whole file in place.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import suppress
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final

import pytest_sfn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.model import ServiceModel, Shape

__all__ = ["KeptShape", "Parameters", "parameters_of"]

_FORMAT: Final = 1
_ANY: Final = "any"
"""The type of what may be any JSON: documents and streams of events."""

_Row = list[Any]
"""["structure", {member: type}, [required members]], ["list", type] or ["map", type of the values].

A type is botocore's name of a scalar, or "#" and the name of a row."""


class Parameters:
    """What an operation takes.

    Attributes:
        operation: its name in the API.
        shape: of its input; None if it takes nothing.
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.operation: str = table["operation"]
        self._rows: Mapping[str, _Row] = table["shapes"]
        self._made: dict[str, KeptShape] = {}
        self.shape = None if table["input"] is None else self._of(table["input"])

    def shape_named(self, name: str) -> KeptShape | None:
        """A structure, list or map among its parameters; None if there is no such one."""
        return self._of(f"#{name}") if name in self._rows else None

    def _of(self, type_: str) -> KeptShape:
        made = self._made.get(type_)
        if made is None:
            row = self._rows[type_[1:]] if type_[0] == "#" else [type_]
            made = self._made[type_] = KeptShape(row, self._of)
        return made


class KeptShape:
    """A shape with as much as `shapes.Checker` asks of botocore's shapes for parameters, under the same names."""

    metadata: Final[Mapping[str, Any]] = {}

    def __init__(self, row: _Row, shape_of: Callable[[str], KeptShape]) -> None:
        self.type_name: str = "structure" if row[0] == _ANY else row[0]
        self.is_document_type: bool = row[0] == _ANY
        self._row = row
        self._shape_of = shape_of

    @cached_property
    def members(self) -> dict[str, KeptShape]:
        return {name: self._shape_of(type_) for name, type_ in self._row[1].items()}

    @property
    def required_members(self) -> list[str]:
        required: list[str] = self._row[2]
        return required

    @property
    def member(self) -> KeptShape:
        return self._shape_of(self._row[1])

    value = member


@lru_cache(maxsize=512)
def parameters_of(service: str, operation: str, model_of: Callable[[str], ServiceModel]) -> Parameters | None:
    """What an operation takes; None if botocore does not know it.

    Args:
        service: the service's folder in botocore.
        operation: its name, in capitals or not.
        model_of: reads the model of a service.
    """
    file = _File.of(service, operation)
    table = file.read() if file is not None else None
    if table is None:
        table = _table(service, operation, model_of)
        if table is not None and file is not None:
            file.write(table)
    return None if table is None else Parameters(table)


# -- out of the model --------------------------------------------------------------------------------------------------


def _table(service: str, operation: str, model_of: Callable[[str], ServiceModel]) -> dict[str, Any] | None:
    from botocore.exceptions import DataNotFoundError

    try:
        model = model_of(service)
    except DataNotFoundError:
        return None
    name = next((name for name in model.operation_names if name.lower() == operation.lower()), None)
    if name is None:
        return None
    shape = model.operation_model(name).input_shape
    rows: dict[str, _Row] = {}
    return {"operation": name, "input": None if shape is None else _add(shape, rows), "shapes": rows}


def _add(shape: Shape, rows: dict[str, _Row]) -> str:
    """The type of a shape; puts it and the shapes inside it into the table."""
    waiting = [shape]
    while waiting:
        each = waiting.pop()
        if _type(each)[0] == "#" and each.name not in rows:
            inside, rows[each.name] = _row(each)
            waiting += inside
    return _type(shape)


def _type(shape: Shape) -> str:
    kind: str = shape.type_name
    if kind == "structure" and (shape.is_document_type or shape.metadata.get("eventstream")):
        return _ANY
    return f"#{shape.name}" if kind in ("structure", "list", "map") else kind


def _row(shape: Any) -> tuple[list[Shape], _Row]:
    """The shapes inside a shape, and its row. The SDK makes up a required token for idempotency if there is none."""
    if shape.type_name != "structure":
        inside = shape.member if shape.type_name == "list" else shape.value
        return [inside], [shape.type_name, _type(inside)]
    members = shape.members
    required = [name for name in shape.required_members if not members[name].metadata.get("idempotencyToken")]
    return list(members.values()), ["structure", {name: _type(each) for name, each in members.items()}, required]


# -- on disk -----------------------------------------------------------------------------------------------------------


class _File:
    """The file of an operation's table.

    Attributes:
        about: what its table must be of.
    """

    def __init__(self, path: Path, about: dict[str, Any], operation: str) -> None:
        self.path = path
        self.about = about
        self.operation = operation

    @classmethod
    def of(cls, service: str, operation: str) -> _File | None:
        """None without pytest's cache, and for models that are not botocore's own."""
        name = f"{service}.{operation.lower()}"
        if pytest_sfn._cache_folder is None or not re.fullmatch(r"[a-z0-9-]+\.[a-z0-9]+", name):
            return None
        version = _botocore_version()
        try:
            if version is None or Path("~/.aws/models").expanduser().exists():
                return None
            folder = pytest_sfn._cache_folder()
        except (OSError, RuntimeError):  # it cannot be made; there is no home
            return None
        return cls(folder / f"{name}.json", {"format": _FORMAT, "botocore": version, "service": service}, operation)

    def read(self) -> dict[str, Any] | None:
        """The table; None if there is none that can be used."""
        try:
            table = json.loads(self.path.read_bytes())
            usable = self._is_table(table)
        except (OSError, ValueError, RecursionError):
            return None
        return table if usable else None

    def _is_table(self, table: Any) -> bool:
        if not isinstance(table, dict) or any(table.get(name) != value for name, value in self.about.items()):
            return False
        match table:
            case {"operation": str(operation), "input": str() | None as input_, "shapes": dict(rows)}:
                if operation.lower() != self.operation.lower() or not (input_ is None or input_.startswith("#")):
                    return False
                types = [each for row in rows.values() for each in _types(row)] + ([] if input_ is None else [input_])
                return all(each[1:] in rows if each[0] == "#" else each.isalpha() for each in types)
        return False

    def write(self, table: dict[str, Any]) -> None:
        """Put the table in place; a folder that cannot be written to is left alone."""
        made = self.path.with_suffix(f".{os.getpid()}.{get_ident()}")
        try:
            made.write_text(json.dumps({**self.about, **table}, separators=(",", ":")), encoding="utf-8")
            made.replace(self.path)
        except OSError:
            with suppress(OSError):
                made.unlink(missing_ok=True)


def _types(row: Any) -> list[str]:
    """The types in a row.

    Raises:
        ValueError: it is none.
    """
    types: list[Any] = []
    match row:
        case ["structure", dict(members), list(required)] if all(name in members for name in map(str, required)):
            types = list(members.values())
        case ["list" | "map", type_]:
            types = [type_]
        case _:
            raise ValueError(row)
    if not all(isinstance(each, str) and each for each in types):
        raise ValueError(row)
    return types


@lru_cache(maxsize=1)
def _botocore_version() -> str | None:
    """The version of the installed botocore, which is not imported for that."""
    loaded = getattr(sys.modules.get("botocore"), "__version__", None)
    if isinstance(loaded, str):
        return loaded
    found = find_spec("botocore")
    try:
        text = "" if found is None or found.origin is None else Path(found.origin).read_text(encoding="utf-8")
    except OSError:
        return None
    match = re.search(r"^__version__ = ['\"](.+)['\"]", text, re.MULTILINE)
    return match and match[1]
