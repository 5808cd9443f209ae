"""What `terraform show -json` writes, of a plan or a state: every value that Terraform knows, texts already rendered.

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pytest_sfn.loaders.document import Piece, PiecedText
from pytest_sfn.loaders.functions import FunctionResource, whole_number
from pytest_sfn.loaders.project import RefusedError
from pytest_sfn.loaders.resources import FUNCTION
from pytest_sfn.loaders.template import ELSEWHERE, Found, FoundMachine, Template, counted
from pytest_sfn.loaders.terraform import account_of, aliases, others, without_functions
from pytest_sfn.loaders.terraform_attributes import LAMBDA, MACHINE, logging_of
from pytest_sfn.loaders.terraform_resources import PlannedResource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.loaders.intrinsics import Resolver
    from pytest_sfn.loaders.terraform_resources import TerraformResource

__all__ = ["TerraformPlan"]


class TerraformPlan(Template):
    """What `terraform show -json` writes: every value that Terraform knows, texts already rendered."""

    format = "Terraform"

    def resolver(self) -> Resolver:
        return without_functions(self)

    def known_names(self) -> list[str]:
        return []

    def _resources(self) -> Iterator[tuple[Mapping[str, Any], str]]:
        section = "planned_values" if "planned_values" in self.document.value else "values"
        known = self.document.value[section]
        yield from self._of_module(known.get("root_module") if isinstance(known, dict) else None, f"/{section}/root_module")

    def _of_module(self, module: Any, at: str) -> Iterator[tuple[Mapping[str, Any], str]]:
        for resource, place in _objects(module, "resources", at):
            if isinstance(resource.get("values"), dict):
                yield resource, place
        for inner, place in _objects(module, "child_modules", at):
            yield from self._of_module(inner, place)

    @cached_property
    def machines(self) -> list[FoundMachine]:
        return [self._machine(resource, at) for resource, at in self._resources() if resource.get("type") == MACHINE]

    def _machine(self, resource: Mapping[str, Any], at: str) -> FoundMachine:
        values, address = resource["values"], str(resource.get("address", resource.get("name", "")))

        def find(resolver: Resolver) -> Found:
            definition = values.get("definition")
            if not isinstance(definition, str):
                hint = "apply first, and load what `terraform show -json` writes of the state"
                raise machine.error(f"{at}/values", "the plan does not know its definition yet", hint, code=ELSEWHERE)
            there = f"{at}/values/definition"
            return Found(there, self.document, text=PiecedText(self.document, [Piece(definition, there)]))

        logical_id = address.removeprefix(f"{MACHINE}.")
        name = values.get("name") if isinstance(values.get("name"), str) else logical_id
        machine = FoundMachine(
            self,
            logical_id,
            name=str(name),
            type="EXPRESS" if values.get("type") == "EXPRESS" else "STANDARD",
            at=at,
            find=find,
            other_names=others(logical_id, address, str(resource.get("name")), str(name)),
            logging=lambda: next((logging_of(each) for each, _ in _objects(values, "logging_configuration", "")), None),
        )
        return machine

    @cached_property
    def functions(self) -> list[FunctionResource]:
        return [self._function(resource, at) for resource, at in self._resources() if resource.get("type") == LAMBDA]

    def _function(self, resource: Mapping[str, Any], at: str) -> FunctionResource:
        values = resource["values"]
        address = str(resource.get("address"))
        name = str(values.get("function_name") or resource.get("name"))
        environment = next((each.get("variables") for each, _ in _objects(values, "environment", at)), None)
        filename = values.get("filename")
        filename = self._packed.get(filename, filename) if isinstance(filename, str) else None
        code, refusal = None, ""
        try:
            code = self.named.find(filename, "file", "directory") if isinstance(filename, str) else None
        except RefusedError as refused:
            refusal = refused.advice
        return FunctionResource(
            logical_id=_logical_id(resource),
            name=name,
            arn=str(values.get("arn") or FUNCTION.format(**account_of(self), name=name)),
            other_names=(address, str(resource.get("name"))),
            runtime=values.get("runtime"),
            handler=values.get("handler"),
            code=code.resolve() if code is not None else None,
            code_place=str(filename or ""),
            code_refused=refusal,
            environment={key: str(value) for key, value in environment.items()} if isinstance(environment, dict) else {},
            package_type=values.get("package_type") or "Zip",
            timeout_seconds=whole_number(values.get("timeout"), None),
            memory_mb=whole_number(values.get("memory_size"), 128),
            location=self.document.location(at),
        )

    @cached_property
    def _packed(self) -> dict[str, str]:
        """The folder of what each `archive_file` packs, by the path of the archive. Data are in the state before the plan."""
        value = self.document.value
        before = value.get("prior_state")
        known = before.get("values") if isinstance(before, dict) else None
        data = self._of_module(known.get("root_module") if isinstance(known, dict) else None, "")
        found = {}
        for resource, _ in (*data, *self._resources()):
            path, folder, file = (resource["values"].get(name) for name in ("output_path", "source_dir", "source_file"))
            if resource.get("type") == "archive_file" and isinstance(path, str) and (folder or file):
                found[path] = str(folder or PurePath(str(file)).parent)
        return found

    @cached_property
    def resolved(self) -> dict[str, tuple[str, str]]:
        return {function.logical_id: ("function", function.arn) for function in self.functions}

    @cached_property
    def function_names(self) -> dict[str, tuple[str, ...]]:
        labels = Counter(str(resource.get("name")) for resource, _ in self._resources() if resource.get("type") == LAMBDA)
        return aliases(
            (name, function.name)
            for function in self.functions
            for name in dict.fromkeys((function.logical_id, *function.other_names))
            if name != function.other_names[-1] or name == function.logical_id or labels[name] == 1
        )

    @property
    def all_resources(self) -> list[TerraformResource]:
        """All resources, whether a workflow may name them or not."""
        account = account_of(self)
        return [PlannedResource(each, self.document.location(at), account) for each, at in self._resources()]

    def contents(self) -> str:
        return counted(str(resource.get("type")) for resource, _ in self._resources())


def _logical_id(resource: Mapping[str, Any]) -> str:
    """The address without the type: `charge`, `module.flow["a"].charge`."""
    return str(resource.get("address") or resource.get("name")).replace(f"{resource.get('type')}.", "", 1)


def _objects(of: Any, name: str, at: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The objects in a member that is a list, with their pointers; none if it is no list."""
    found = of.get(name) if isinstance(of, dict) else None
    for index, each in enumerate(found if isinstance(found, list) else ()):
        if isinstance(each, dict):
            yield each, f"{at}/{name}/{index}"
