"""The resources of Terraform, each with its values, whether they come from `.tf` files or from a plan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.loaders.hcl_values import Rendered
from pytest_sfn.loaders.intrinsics import Placeholder
from pytest_sfn.loaders.resources import filled
from pytest_sfn.loaders.terraform_attributes import ATTRIBUTES
from pytest_sfn.loaders.terraform_functions import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_sfn.errors import Location
    from pytest_sfn.loaders.hcl import Block
    from pytest_sfn.loaders.terraform_module import Instance, Module

__all__ = ["BlockResource", "PlannedResource", "TerraformResource", "resources_of"]

_REFERENCE: Final = re.compile(r"""\b(aws_\w+)\.([\w-]+)(\[(?:\d+|"(?:[^"\\]|\\.)*"|(each\.key|count\.index))\])?""")


class TerraformResource(Protocol):
    """One resource.

    Attributes:
        type: such as `aws_sqs_queue`.
        address: such as `aws_sqs_queue.orders`.
        name: its physical name.
        location: its place.
        needs: the addresses of what it refers to.
    """

    type: str
    address: str
    name: str
    location: Location | None
    needs: set[str]

    @property
    def unknown(self) -> Mapping[str, str]:
        """Why names have no value."""

    def value(self, name: str) -> Any:
        """An attribute as JSON, None if there is none."""

    def blocks(self, name: str) -> list[dict[str, Any]]:
        """Its blocks of a type as JSON, with the blocks in them as lists."""

    def attribute(self, name: str) -> str | None:
        """What a reference to an attribute gives; None if that is not known."""


class BlockResource:
    """A resource of a `.tf` file, or one of several by `count` or `for_each`."""

    def __init__(self, instance: Instance) -> None:
        self.type = instance.type
        self.address = instance.address
        self.name = instance.name
        block, module = instance.block, instance.module
        self.location: Location | None = instance.location
        self._instance = instance
        text = block.text.text
        end = min((other for other in _beginnings(module, block) if other > block.offset), default=len(text))
        named = {
            f"{module.address}{found[1]}.{found[2]}{instance.suffix if found[4] else found[3] or ''}"
            for found in _REFERENCE.finditer(text, block.offset, end)
        }
        self.needs = named - {self.address}

    @property
    def unknown(self) -> Mapping[str, str]:
        return self._instance.module.template.placeholders  # each name that is made up replaces them

    def value(self, name: str) -> Any:
        return _json(self._instance.attribute(name))

    def blocks(self, name: str) -> list[dict[str, Any]]:
        return _blocks(name, self._instance)

    def attribute(self, name: str) -> str | None:
        found = self._instance.module.attribute_of(self._instance, name.lower(), self.address)
        return str(found) if isinstance(found, str) and not isinstance(found, Placeholder) else None


def _blocks(name: str, around: Instance) -> list[dict[str, Any]]:
    """The blocks of a type as JSON, with the blocks inside of them."""
    found = []
    for each in around.blocks(name):
        kinds = {inner.labels[-1] if inner.type == "dynamic" else inner.type for inner in each.block.blocks}
        values = {attribute: _json(each.attribute(attribute)) for attribute in each.block.attributes}
        found.append({**values, **{kind: _blocks(kind, each) for kind in kinds}})
    return found


def _json(found: Any) -> Any:
    """A value of Terraform's as JSON."""
    if isinstance(found, Rendered) and isinstance(found.value, Placeholder):
        return found.value
    return found if isinstance(found, Placeholder) else str(found) if isinstance(found, str) else plain(found)


class PlannedResource:
    """A resource of what `terraform show -json` writes."""

    def __init__(self, node: Mapping[str, Any], location: Location | None, account: Mapping[str, str]) -> None:
        self.type = str(node.get("type"))
        self.address = str(node.get("address"))
        self._values: Mapping[str, Any] = node["values"]
        field, _ = ATTRIBUTES.get(self.type, ("name", {}))
        self.name = str(self._values.get(field) or node.get("name"))
        self.location = location
        self._account = account
        self.needs: set[str] = set()
        self.unknown: Mapping[str, str] = {}

    def value(self, name: str) -> Any:
        return self._values.get(name)

    def blocks(self, name: str) -> list[dict[str, Any]]:
        found = self._values.get(name)
        return [each for each in (found if isinstance(found, list) else ()) if isinstance(each, dict)]

    def attribute(self, name: str) -> str | None:
        found = self._values.get(name.lower())
        if isinstance(found, str):
            return found
        pattern = ATTRIBUTES.get(self.type, ("", {}))[1].get(name.lower())
        return filled(pattern, self._account, self.name, self.name) if pattern is not None else None


def resources_of(instances: Iterable[Instance]) -> Iterator[BlockResource]:
    """The resources among the instances of a folder's blocks."""
    for instance in instances:
        if instance.block.type == "resource":
            yield BlockResource(instance)


def _beginnings(module: Module, block: Block) -> Iterator[int]:
    """Where the blocks of a file begin."""
    for text, file in module.files:
        if text is block.text:
            for other in file.blocks:
                yield other.offset
