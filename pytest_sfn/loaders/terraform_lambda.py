"""The Lambda functions of Terraform's modules: names, code, layers and environment.

The code that is on this disk is the archive that `filename` names, or what an `archive_file` of that `output_path` packs, in
whatever module that is; or the same through an object in S3 that the configuration makes.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from functools import partial
from itertools import chain
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.loaders.functions import FunctionResource, UnknownVariable, whole_number
from pytest_sfn.loaders.hcl_values import Rendered, text_of
from pytest_sfn.loaders.intrinsics import Placeholder
from pytest_sfn.loaders.project import RefusedError
from pytest_sfn.loaders.resources import FUNCTION
from pytest_sfn.loaders.terraform_attributes import ATTRIBUTES, LAMBDA, LAYER, without_index

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pytest_sfn.loaders.terraform_module import Instance, Module

__all__ = ["functions_of", "names_of_functions"]

_unknown: Final = partial(re.fullmatch, r"\$\{[^{}]+\}")
_OBJECTS: Final = ("aws_s3_object", "aws_s3_bucket_object")


def names_of_functions(resources: Iterable[Instance]) -> Iterator[tuple[str, str]]:
    """(another name, name) of the functions: logical id and address; those without index and the label if no other has them."""
    functions = [each for each in resources if each.type == LAMBDA]
    shared = [tuple(dict.fromkeys((*map(without_index, (each.logical_id, each.address)), each.label))) for each in functions]
    counts = Counter(chain.from_iterable(shared))
    for each, names in zip(functions, shared, strict=True):
        own = (name for name in names if counts[name] == 1)
        for other in dict.fromkeys((each.logical_id, each.address, *own)):
            yield other, each.name


def functions_of(resources: Sequence[Instance], archives: Iterable[Instance]) -> Iterator[FunctionResource]:
    """The functions among the resources of a configuration.

    Args:
        archives: what Terraform packs.
    """
    code = _Code(resources, archives)
    others: dict[str, list[str]] = {}
    for other, name in names_of_functions(resources):
        others.setdefault(name, []).append(other)
    for each in resources:
        if each.type == LAMBDA:
            yield _function(each, code, others[each.name])


def _function(instance: Instance, code: _Code, others: list[str]) -> FunctionResource:
    name, variables = instance.name, {}
    unknown: list[UnknownVariable] = []
    for inner in instance.blocks("environment"):
        found = inner.attribute("variables")
        found = found if isinstance(found, dict) else {}
        variables = {key: text_of(value) for key, value in found.items()}
        reasons = ((key, _why_unknown(value)) for key, value in found.items())
        unknown = [UnknownVariable(key, why, inner.location) for key, why in reasons if why]
    place = instance.text("filename") or ""
    root, refusal = None, ""
    try:
        root = code.of(instance)
        place += instance.module.beside(place).near(place) if root is None else ""
    except RefusedError as refused:
        refusal = refused.advice
    layers, other_layers = code.layers(instance)
    return FunctionResource(
        logical_id=instance.logical_id,
        name=name,
        arn=instance.module.template.fill(FUNCTION, name),
        other_names=tuple(others),
        runtime=instance.text("runtime"),
        handler=instance.text("handler"),
        code=root,
        code_text=code.text(instance) if root is None else None,
        code_place=place,
        code_refused=refusal,
        environment=variables,
        unknown=tuple(unknown),
        layers=layers,
        other_layers=other_layers,
        package_type=instance.text("package_type") or "Zip",
        timeout_seconds=whole_number(instance.attribute("timeout"), None),
        memory_mb=whole_number(instance.attribute("memory_size"), 128),
        location=instance.location,
    )


def _why_unknown(value: Any) -> str:
    """Why a value is not known before Terraform applies it; "" if it is known."""
    if isinstance(value, Placeholder):
        return value.why
    left = value.pieces if isinstance(value, Rendered) else ()
    return "known only once it is applied" if any(not each.literal and _unknown(each.text) for each in left) else ""


class _Code:
    """Where the code of functions and layers is."""

    def __init__(self, resources: Iterable[Instance], archives: Iterable[Instance]) -> None:
        self._archives: dict[str, Instance] = {}
        self._objects: dict[str, Instance] = {}
        self._layers: dict[str, Instance] = {}
        for each in resources:
            if each.type in _OBJECTS and (key := each.text("key")):
                self._objects[key] = each
            elif each.type == LAYER:
                self._layers[each.module.template.fill(ATTRIBUTES[LAYER][1]["arn"], each.name)] = each
        for each in archives:
            data = "data." if each.block.type == "data" else ""
            path = each.module.attribute_of(each, "output_path", f"{data}{each.type}.{each.label}.output_path")
            self._archives[self._key(path, each.module)] = each

    def _key(self, named: Any, module: Module) -> str:
        """The same for all ways to write a path. One that is not known in whole means something in its own module alone."""
        if "${" in str(named):
            return f"{module.address}{named}"
        return posixpath.normpath(PurePath(module.beside(named).folder or ".", named).as_posix())

    def of(self, instance: Instance) -> Path | None:
        """The folder or archive of a function or a layer; None if it is not on this disk.

        Raises:
            RefusedError: it is outside of the project.
        """
        filename = self._filename(instance)
        archive = self._archive(filename, instance)
        if archive is not None:
            folder, file = archive.text("source_dir"), archive.text("source_file")
            named = folder if folder is not None else str(PurePath(file).parent) if file is not None else None
            return self._local(named, archive.module)
        return self._local(filename, instance.module)

    def text(self, instance: Instance) -> str | None:
        """The code of a function that the configuration has itself."""
        archive = self._archive(self._filename(instance), instance)
        if archive is None:
            return None
        sources = [*archive.blocks("source")]
        return sources[0].text("content") if len(sources) == 1 else archive.text("source_content")

    def layers(self, instance: Instance) -> tuple[tuple[Path, ...], tuple[str, ...]]:
        """The layers of a function that are on this disk, and the ARNs of the others."""
        here: list[Path] = []
        elsewhere: list[str] = []
        named: Any = instance.attribute("layers")
        for arn in named if isinstance(named, list) else ():
            layer = self._layers.get(str(arn))
            try:
                path = self.of(layer) if layer is not None else None
                why = self.absent(layer) if layer is not None else ""
            except RefusedError as refused:
                path, why = None, refused.advice
            if path is not None:
                here.append(path)
            elif layer is not None and why:
                elsewhere.append(f"{layer.logical_id}, since {why}")
            elif isinstance(arn, Placeholder) and "did you mean" in arn.why:
                elsewhere.append(f"{arn}, since {arn.why}")
            else:
                elsewhere.append(text_of(arn))
        return tuple(here), tuple(elsewhere)

    def absent(self, instance: Instance) -> str:
        """Why the folder or archive of a function or a layer is not there, with what was probably meant."""
        filename = self._filename(instance)
        archive = self._archive(filename, instance)
        if archive is None:
            return instance.module.beside(filename or "").absent(filename)
        named = archive.text("source_dir") or archive.text("source_file")
        return archive.module.beside(named or "").absent(named)

    def _filename(self, instance: Instance) -> str | None:
        filename, key = instance.attribute("filename"), instance.text("s3_key")
        if filename is None and key is not None and key in self._objects:
            return self._objects[key].text("source")
        return filename if isinstance(filename, str) else None

    def _archive(self, filename: str | None, instance: Instance) -> Instance | None:
        return self._archives.get(self._key(filename, instance.module)) if filename is not None else None

    @staticmethod
    def _local(named: str | None, module: Module) -> Path | None:
        if named is None or "${" in named:
            return None
        path = module.beside(named).find(named, "file", "directory")
        return path.resolve() if path is not None else None
