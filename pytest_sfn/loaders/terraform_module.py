"""A module: the meaning of the names in the expressions of its folder, as far as it is known without a plan.

A block with `for_each` or `count` stands for several instances, resources as well as modules that are called. Attributes of
resources are made up as AWS would make them: a name where the block has one, else the block's own. Relative paths begin at the
root module's folder, as in Terraform.

https://developer.hashicorp.com/terraform/language/expressions/references
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import field, replace
from functools import cached_property
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.asl.files import path_kind
from pytest_sfn.asl.text import Text
from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import JsonValueError
from pytest_sfn.loaders.functions import whole_number
from pytest_sfn.loaders.hcl import CIRCLE, Bound, Evaluator, expression_of, follow, identifier_of, read_blocks, refused
from pytest_sfn.loaders.hcl_json import read_json_values
from pytest_sfn.loaders.hcl_references import references_of_template
from pytest_sfn.loaders.hcl_types import WrongTypeError, converted, is_collection
from pytest_sfn.loaders.hcl_values import LARGEST, Piece, Rendered, RenderedText, pairs_of, text_of
from pytest_sfn.loaders.intrinsics import Absent, Placeholder, Reason
from pytest_sfn.loaders.project import RefusedError
from pytest_sfn.loaders.resources import FUNCTION, SHORTEST_NAMES
from pytest_sfn.loaders.terraform_attributes import ALIAS, ATTRIBUTES, EXECUTED, HTTP_API, MACHINE_ALIAS
from pytest_sfn.loaders.terraform_functions import FUNCTIONS, plain
from pytest_sfn.loaders.terraform_override import overridden
from pytest_sfn.loaders.terraform_registry import of_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pytest_sfn.errors import Location
    from pytest_sfn.loaders.budget import Budget
    from pytest_sfn.loaders.hcl import Attribute, Block
    from pytest_sfn.loaders.project import Files

__all__ = ["Called", "Instance", "Module"]

_STAGES: Final = {"aws_apigatewayv2_stage": "api_id", "aws_api_gateway_stage": "rest_api_id"}
"""The stages of APIs, each with the argument that names the API."""
_AFTER_APPLY: Final = "Terraform knows it only after `terraform apply`"
_LONGEST: Final = 50
"""How many names may lead from one to the next."""
_MODULES_DEEP: Final = 5
_EVERYWHERE: Final = ("arn", "id", "tags", "tags_all", "region")
_MOST_FILES: Final = 10_000
_variables: Final = re.compile(r"\bvar\.([\w-]+)").findall


class Shared(Protocol):
    """What the modules of one template share. Fulfilled by `terraform.TerraformTemplate`, whose attributes these are."""

    parameters: Mapping[str, Any]
    used: set[str]
    placeholders: dict[str, str]
    absent: dict[str, Absent]
    missing: dict[str, RefusedError | Module]
    account: dict[str, str]
    named: Files
    budget: Budget

    @property
    def lacks_caller(self) -> bool:
        """Whether the root module is one that others call, and it is not known with which values."""

    @property
    def base(self) -> Files:
        """The files of the root module's folder, where relative paths begin."""

    def module(self, folder: Path, given: Mapping[str, Any], address: str, caller: Module, words: tuple[str, ...]) -> Module:
        """A module that another one calls."""

    def spend(self, steps: int, block: Block) -> None:
        """Something more is made of a block. Raises DefinitionError if the template makes too much of itself."""

    def read(self, path: Path) -> Text:
        """The text of a file beside the template."""

    def fill(self, pattern: str, name: str) -> str:
        """A pattern of `resources.py` for the resource of that name."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A resource, or a call of a module: one of those that a block with `for_each` or `count` stands for, or the only one.

    Attributes:
        key: of `for_each`, or the index of several by `count`; None for the only one.
        names: what `each` or `count` means in the block.
        is_only: whether it is the only one by `count`.
    """

    module: Module
    block: Block
    key: str | int | None = None
    names: Mapping[str, Any] = field(default_factory=dict)
    is_only: bool = False

    @property
    def type(self) -> str:
        return self.block.labels[0]

    @property
    def _call(self) -> Instance | None:
        """The call of a module of a registry, if this is the one thing that the module is for."""
        return self.module.called_by if self.block.labels[-1] == "this" else None

    @property
    def label(self) -> str:
        return self.block.labels[-1] if self._call is None else self._call.label

    @property
    def logical_id(self) -> str:
        """Such as `order`, `order["a"]`, `module.flow.order`; `module.charge` of a module of a registry."""
        return f"{self.module.address}{self.label}{self.suffix}" if self._call is None else self.module.address[:-1]

    @property
    def address(self) -> str:
        """As Terraform writes it: `module.flow.aws_sfn_state_machine.order["a"]`."""
        data = "data." if self.block.type == "data" else ""
        return f"{self.module.address}{data}{'.'.join(self.block.labels)}{self.suffix}"

    @property
    def module_address(self) -> str:
        """With which the addresses of what is in the called module begin."""
        return f"{self.module.address}module.{self.label}{self.suffix}."

    @property
    def suffix(self) -> str:
        return "" if self.key is None else f"[{self.key}]" if isinstance(self.key, int) else f'["{self.key}"]'

    @property
    def words(self) -> tuple[str, ...]:
        """Label and key, below those of the modules around it."""
        if self._call is not None:
            return self.module.words
        return (*self.module.words, self.label, *(() if self.key is None or self.is_only else (str(self.key),)))

    @property
    def name(self) -> str:
        """The physical name of a resource."""
        return self.module.name_of(self)

    @property
    def location(self) -> Location:
        """Of the block; of the call, in a module of a registry."""
        return (self.module.called_by or self).block.location

    def attribute(self, name: str) -> Any:
        """The value of an attribute; None if there is none of that name."""
        return self.module.attribute(self.block, name, self.names)

    def blocks(self, type: str) -> Iterator[Instance]:
        """The blocks of a type inside of it, those that `dynamic` blocks make too."""
        for inner in self.block.blocks:
            if inner.type == type:
                yield replace(self, block=inner)
            elif inner.type == "dynamic":
                # in JSON the label is a block of its own
                own = [inner] if inner.labels == (type,) else [each for each in inner.blocks if each.type == type]
                for block in own:
                    yield from replace(self, block=block)._made_of(type)

    def _made_of(self, type: str) -> Iterator[Instance]:
        """What a dynamic block stands for. Where that is not known, one, of which the values are not known."""
        content = next((each for each in self.block.blocks if each.type == "content"), None)
        iterator = self.block.attributes.get("iterator")
        name = (identifier_of(iterator) or str(self.attribute("iterator"))) if iterator is not None else type
        each = self.attribute("for_each")
        for key, value in [(each, each)] if isinstance(each, Placeholder) else pairs_of(each):
            self.module.template.spend(1, self.block)
            if content is not None:
                yield replace(self, block=content, names={**self.names, name: {"key": key, "value": value}})

    def text(self, name: str) -> str | None:
        """The value of an attribute that is a text and known here."""
        found = self.attribute(name)
        return str(found) if isinstance(found, str) and not isinstance(found, Placeholder) else None


@dataclass(frozen=True, slots=True)
class Called:
    """What a block `module` calls.

    Attributes:
        modules: by key of the instance; none if the module is not in a folder that is read.
        why: the reason, if there is none.
        lost: the same in other words, if the folder should be there.
        refused: the same as an error, if the folder is not read.
        known: whether it is a module of a registry, of which only the most important is known.
    """

    modules: Mapping[str | int | None, Module]
    why: str = ""
    lost: str = ""
    refused: RefusedError | None = None
    known: bool = False


class _Arguments(Mapping[str, Any]):
    """The values that a call gives to a module's variables, each evaluated once, when it is needed."""

    def __init__(self, call: Instance) -> None:
        self._call = call

    def __contains__(self, name: object) -> bool:
        return name in self._call.block.attributes

    def __getitem__(self, name: str) -> Any:
        call = self._call
        return call.module.remembered(f"{call.address}({name})", lambda: call.attribute(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._call.block.attributes)

    def __len__(self) -> int:
        return len(self._call.block.attributes)

    def at(self, name: str) -> Attribute:
        """Where a value is given."""
        return self._call.block.attributes[name]


class _Whole(dict[Any, Any]):
    """A resource or a module as one value: its attributes are looked up when they are asked for."""

    def __init__(self, attribute: Callable[[str], Any]) -> None:
        super().__init__()
        self._attribute = attribute

    def __missing__(self, name: Any) -> Any:
        return self._attribute(str(name))


class Module:
    """A folder of .tf files as one call of it sees it: what the names in its expressions mean. Fulfils `hcl.Scope`.

    Args:
        given: the values of its variables.
        address: with which the addresses of what is in it begin; "" for the module that is loaded.
        caller: the module that calls it.
        words: the names of which the name of a resource is made that has none of its own.
        arguments: values of variables that have no other, by the module's only call.
        called_by: the call of a module of a registry, whose own files are not here.
    """

    def __init__(
        self, template: Shared, folder: Path | None, files: Sequence[tuple[Text, Block]], given: Mapping[str, Any],
        address: str = "", caller: Module | None = None, words: tuple[str, ...] = (),
        arguments: Callable[[], Mapping[str, Any]] | None = None, called_by: Instance | None = None,
    ) -> None:  # fmt: skip
        self.template = template
        self.folder = folder
        self.given = given
        self.address = address
        self.words = words
        self.arguments = arguments
        self.called_by = called_by
        self.budget = template.budget
        self.named = template.named.below(folder)
        self.files = overridden(files)
        self.depth: int = 0 if caller is None else caller.depth + 1
        self._open: dict[str, None] = {} if caller is None else caller._open
        self._computed: dict[str, tuple[Any, dict[str, str], dict[str, RefusedError | Module]]] = {}
        self._instances: dict[int, list[Instance]] = {}
        self._called: dict[int, Called] = {}
        self._names: dict[str, str] = {}

    def blocks(self, type: str) -> Iterator[Block]:
        for _, file in self.files:
            for block in file.blocks:
                if block.type == type:
                    yield block

    def attribute(self, block: Block, name: str, names: Mapping[str, Any] | None = None) -> Any:
        """The value of an attribute, None if the block has none of that name.

        Args:
            names: what `each` and `count` mean there.
        """
        found = block.attributes.get(name)
        if found is None:
            return None
        try:
            return Evaluator(Bound(self, names) if names else self, found.text).evaluate(found.expression)
        except RecursionError:
            return self.unknown(name, "its expression is nested too deeply")

    def instances(self, block: Block) -> list[Instance]:
        """What a block stands for: where that is not known, one without a key; none, if it says so."""
        if id(block) not in self._instances:
            self._instances[id(block)] = [*self._instances_of(block)]
        return self._instances[id(block)]

    def _instances_of(self, block: Block) -> Iterator[Instance]:
        keys = self.attribute(block, "for_each")
        count = whole_number(self.attribute(block, "count"), None)
        if (count == 0 or keys in ({}, [])) and self._is_for_a_caller_to_say(block):
            yield Instance(self, block)
        elif isinstance(keys, (dict, list)):
            for key in keys:
                self.template.spend(1, block)
                value = keys[key] if isinstance(keys, dict) else key
                yield Instance(self, block, text_of(key), {"each": {"key": key, "value": value}})
        elif count is not None and self.called_by is None:
            for index in range(count):
                self.template.spend(1, block)
                yield Instance(self, block, index, {"count": {"index": index}}, count == 1)
        elif count != 0:  # there is one `this` in a module of a registry
            yield Instance(self, block, None, {"count": {"index": 0}} if "count" in block.attributes else {})

    def _is_for_a_caller_to_say(self, block: Block) -> bool:
        """Whether only defaults make none of a block, in a module that another one calls, nobody knows how."""
        if self.address or not self.template.lacks_caller:
            return False
        asked = self._decide(block)
        return bool(asked) and not any(name in said for said in self._said() for name in asked)

    def _no_instance(self, instances: Sequence[Instance], wanted: Any) -> str:
        """Why none of several instances is the one that is wanted."""
        if isinstance(wanted, str) and isinstance(instances[0].key, int):
            return f"there are {len(instances)} by count; write {'.'.join(instances[0].block.labels)}[0].{wanted}"
        near = self.budget.suggest(str(wanted), [str(each.key) for each in instances], "; did you mean {!r}?")
        return f"it has no instance {wanted!r}{near}"

    def why_none(self, block: Block) -> str:
        """Why a block stands for nothing, with what decides that."""
        if self.called_by is not None:
            return "the module does not make it"
        said = "for_each is empty" if "for_each" in block.attributes else "count is 0"
        asked = " and ".join(f"var.{each}" for each in self._decide(block))
        return f"its {said} here{asked and f', which depends on {asked}'}"

    @staticmethod
    def _decide(block: Block) -> list[str]:
        """The variables that decide how many a block stands for."""
        attribute = block.attributes["for_each" if "for_each" in block.attributes else "count"]
        line = attribute.text.text[attribute.offset :].partition("\n")[0]
        return [*dict.fromkeys(_variables(line))]

    def called(self, block: Block) -> Called:
        """The modules that a block `module` calls, if they are in a folder."""
        if id(block) not in self._called:
            self._called[id(block)] = self._call(block)
        return self._called[id(block)]

    def _call(self, block: Block) -> Called:
        source = self.attribute(block, "source")
        if not isinstance(source, str) or not source.startswith(".") or self.folder is None:
            known = of_registry(source) if isinstance(source, str) else None
            if known is not None and self.depth < _MODULES_DEEP:
                return Called({each.key: self._of_registry(each, known) for each in self.instances(block)}, known=True)
            return Called({}, f"it is an output of another module, {source}, whose files are not here")
        if self.depth >= _MODULES_DEEP:
            return Called({}, "modules call modules too many times")
        try:
            folder = self.named.find(source, "directory")
        except RefusedError as refused:
            return Called({}, refused.message, refused=refused)
        if folder is None:
            lost = f"source: {self.named.absent(source)}"
            return Called({}, f"it is an output of another module, and there is no folder {source!r}", lost)
        return Called({each.key: self._module_of(each, folder) for each in self.instances(block)})

    def _module_of(self, call: Instance, folder: Path) -> Module:
        self.template.spend(1000, call.block)
        return self.template.module(folder, _Arguments(call), call.module_address, self, call.words)

    def _of_registry(self, call: Instance, text: Text) -> Module:
        """A module whose files are not here, by what is known of it."""
        self.template.spend(1000, call.block)
        files = [(text, read_blocks(text))]
        return Module(
            self.template, self.folder, files, _Arguments(call), call.module_address, self, call.words, called_by=call
        )  # fmt: skip

    def beside(self, named: str) -> Files:
        """The files among which a path is looked for. The root module is looked for only if the path is relative."""
        return self.named if PurePath(named).is_absolute() else self.template.base

    @cached_property
    def variables(self) -> dict[str, Block]:
        return {block.labels[0]: block for block in self.blocks("variable") if block.labels}

    @cached_property
    def locals(self) -> dict[str, Attribute]:
        return {name: each for block in self.blocks("locals") for name, each in block.attributes.items()}

    @cached_property
    def resources(self) -> dict[tuple[str, str], Block]:
        return {(each.labels[0], each.labels[1]): each for each in self.blocks("resource") if len(each.labels) == 2}

    @cached_property
    def data(self) -> dict[tuple[str, str], Block]:
        return {(each.labels[0], each.labels[1]): each for each in self.blocks("data") if len(each.labels) == 2}

    @cached_property
    def calls(self) -> dict[str, Block]:
        return {block.labels[0]: block for block in self.blocks("module") if block.labels}

    @cached_property
    def outputs(self) -> dict[str, Block]:
        return {block.labels[0]: block for block in self.blocks("output") if block.labels}

    @cached_property
    def assigned(self) -> dict[str, Any]:
        """Values of variables in terraform.tfvars and *.auto.tfvars (or .json), which Terraform reads by itself."""
        found: dict[str, Any] = {}
        if self.folder is not None and not self.address:
            auto = sorted(path.name for path in self.folder.glob("*.auto.tfvars*") if path.name.endswith((".tfvars", ".json")))
            for name in ("terraform.tfvars", "terraform.tfvars.json", *auto):
                if (path := self.named.find(name)) is not None:
                    text = self.template.read(path)
                    if name.endswith(".json"):
                        found |= read_json_values(text)
                    else:
                        file = read_blocks(text)
                        found |= {each: self.attribute(file, each) for each in file.attributes}
        return found

    # Scope

    def unknown(self, name: str, why: str, key: str = "") -> Placeholder:
        """A placeholder, noted.

        Args:
            key: its name in the user's `parameters`, if these can give it.
        """
        made = Placeholder(name, Reason(why, key) if key else why)
        self.template.placeholders[made.name] = made.why
        return made

    def not_known(self, address: str, why: str) -> Placeholder:
        """The placeholder for what a reference leads to, which `parameters` can give."""
        return self.unknown(address, why, f"{self.address}{address}")

    def resolve(self, root: str, steps: Sequence[Any]) -> Any:
        path = [str(step) for step in steps]
        address = ".".join([root, *path])
        here = f"{self.address}{address}"
        for given in (here, address):
            if given in self.template.parameters:
                self.template.used.add(given)
                return self.template.parameters[given]
        if here in self._open:
            names = [*self._open]
            circle = " -> ".join([*names[names.index(here) :], here])
            return self.unknown(address, f"{CIRCLE}{circle}")
        if len(self._open) > _LONGEST:
            return self.unknown(address, "what it is made of leads too far")
        self._open[here] = None
        try:
            return self._resolve(root, steps, path[0] if path else "", address)
        finally:
            del self._open[here]

    def _resolve(self, root: str, steps: Sequence[Any], first: str, address: str) -> Any:
        if root == "var" and steps:
            return follow(self._variable(first), steps[1:], self, f"var.{first}")
        if root == "local" and first in self.locals:
            return follow(self._local(first), steps[1:], self, f"local.{first}")
        if root in ("each", "count"):
            return self.unknown(address, "it differs from instance to instance")
        if root == "path" and steps:
            folder = self.folder if first == "module" else self.template.base.folder
            return "." if folder is None else folder.as_posix()
        if root == "terraform":
            return "default" if list(steps) == ["workspace"] else self.not_known(address, "it is not known here")
        if root == "data" and len(steps) >= 2:
            return self._data(first, str(steps[1]), steps[2:], address)
        if root == "module" and steps:
            return self._module(first, steps[1:], address)
        if (root, first) in self.resources:
            return self._resource(self.resources[root, first], steps[1:], address)
        if first and (root == "local" or "_" in root):
            return self.not_known(address, self.absent(root, first))
        return self.not_known(address, _AFTER_APPLY)

    def absent(self, root: str, name: str) -> str:
        """Why a variable, local or resource is not known, if no file of the folder has it; noted, where it is named first."""
        named = f"{root}.{name}"
        there = [*self.variables] if root == "var" else [*self.locals] if root == "local" else []
        there += [other for kind, other in self.resources if kind == root]
        near = self.budget.suggest(name, there, f"; did you mean '{root}.{{}}'?") if there else self._near_type(root)
        what = {"var": "variable", "local": "local value"}.get(root, "resource")
        why = f"the folder has no {what} {named!r}{near}"
        if named in self._mentioned:
            text, offset = self._mentioned[named]
            self.template.absent.setdefault(why, Absent(why, text.location(offset), "error"))
        return why

    def _near_type(self, type: str) -> str:
        """What was probably meant by the type of a resource that the folder has none of."""
        kinds = [kind for kind, _ in self.resources if kind != type]
        return (
            ""
            if type in (*ATTRIBUTES, "var", "local")
            else self.budget.suggest(type, [*kinds, *ATTRIBUTES], "; did you mean {!r}?")
        )

    @cached_property
    def _mentioned(self) -> dict[str, tuple[Text, int]]:
        """Where the files name each `root.name` first, comments aside."""
        found: dict[str, tuple[Text, int]] = {}
        for text, _ in self.files:
            for match in re.finditer(r"(?<![\w.-])[\w-]+\.[\w-]+", text.text):
                line = text.text[text.text.rfind("\n", 0, match.start()) + 1 : match.start()]
                if match[0] not in found and not line.lstrip().startswith(("#", "//")):
                    found[match[0]] = text, match.start()
        return found

    def _local(self, name: str) -> Any:
        local = self.locals[name]
        return self.remembered(f"local.{name}", lambda: Evaluator(self, local.text).evaluate(local.expression))

    def remembered(self, what: str, compute: Callable[[], Any]) -> Any:
        """A value that is computed once, since locals may be made of locals many times over, with what is not known of it."""
        template = self.template
        if what not in self._computed:
            before = template.placeholders, template.missing
            template.placeholders, template.missing = {}, {}
            try:
                self._computed[what] = compute(), template.placeholders, template.missing
            finally:
                template.placeholders, template.missing = before
        value, unknown, missing = self._computed[what]
        template.placeholders.update(unknown)
        template.missing.update(missing)
        return value

    def _module(self, name: str, steps: Sequence[Any], address: str) -> Any:
        """An output of a module that this one calls, or the module as a whole."""
        if name not in self.calls:
            return self.not_known(address, self.no_call(name))
        block = self.calls[name]
        called = self.called(block)
        if called.why:
            return self.not_known(address, called.why)

        def output(call: Instance, output: str, address: str) -> Any:
            module = called.modules.get(call.key) or next(iter(called.modules.values()))
            if output in module.outputs:
                return module.output(output)
            if called.known:  # the names of old releases begin so
                old = output.removeprefix("this_")
                return module.output(old) if old in module.outputs else self.not_known(address, _AFTER_APPLY)
            near = self.budget.suggest(output, [*module.outputs], "; did you mean {!r}?")
            return self.not_known(address, f"the module {name!r} has no output {output!r}{near}")

        return self._part(block, steps, address, output)

    def no_call(self, name: str) -> str:
        """Why there is no module of that name."""
        near = self.budget.suggest(name, [*self.calls], "; did you mean 'module.{}'?")
        return f"no file of the folder calls a module {name!r}{near}"

    def output(self, name: str) -> Any:
        """The value of one of its outputs."""
        block = self.outputs[name]
        return self.remembered(f"output.{name}", lambda: self.attribute(block, "value"))

    def _part(self, block: Block, steps: Sequence[Any], address: str, attribute: Callable[[Instance, str, str], Any]) -> Any:
        """What steps lead to from a block that may have several instances.

        Args:
            attribute: gives an attribute of an instance, by name and address.
        """

        def whole(instance: Instance, address: str) -> _Whole:
            return _Whole(lambda name: attribute(instance, name, f"{address}.{name}"))

        instances = self.instances(block)
        first = steps[0] if steps else None
        if not instances:
            if first is None:
                return {} if "for_each" in block.attributes else []
            return self.not_known(address, self.why_none(block))
        instance = instances[0]
        if instance.key is not None:
            if first is None:
                found = {each.key: whole(each, f"{address}.{each.key}") for each in instances}
                return found if "for_each" in block.attributes else [*found.values()]
            if not instance.is_only or isinstance(first, (int, Placeholder)):  # else as Terraform 0.11 had it
                chosen = [each for each in instances if each.key == first or isinstance(first, Placeholder)]
                if not chosen:
                    return self.unknown(address, self._no_instance(instances, first))
                instance, steps = chosen[0], steps[1:]
        elif isinstance(first, (int, Placeholder)):
            steps = steps[1:]  # one of several, of which it is not known how many
        elif isinstance(first, str) and "for_each" in block.attributes and len(steps) > 1:
            instance, steps = Instance(self, block, first, {"each": {"key": first}}), steps[1:]
        if not steps:
            unknown = self._unknown_keys(block, address) if instance.key is None else None
            return whole(instance, address) if unknown is None else unknown
        rest = "".join(f".{step}" for step in steps[1:])
        return follow(attribute(instance, str(steps[0]), address), steps[1:], self, address.removesuffix(rest))

    def _unknown_keys(self, block: Block, address: str) -> Placeholder | None:
        """All instances of a block by their keys, if these are not known."""
        keys = self.attribute(block, "for_each")
        if not isinstance(keys, Placeholder):
            return None
        return self.unknown(address, f"its for_each is not known: {keys.why}", getattr(keys.why, "key", ""))

    def _variable(self, name: str) -> Any:
        return self.remembered(f"var.{name}", lambda: self._value_of_variable(name))

    def _value_of_variable(self, name: str) -> Any:
        block = self.variables.get(name)
        for said in self._said():
            if name in said and (said[name] is not None or block is None or self.attribute(block, "nullable") is not False):
                value = said[name]
                if said is self.template.parameters:
                    self.template.used.add(name)
                    value = self._read_literal(value, block)
                return self._typed(value, block, said.at(name) if isinstance(said, _Arguments) else None)
        key = f"{self.address}var.{name}" if self.address else name
        if block is None:
            return self.unknown(f"var.{name}", self.absent("var", name), key)
        if "default" not in block.attributes:
            return self.unknown(f"var.{name}", f"the variable {name!r} has no default", key)
        return self._typed(self.attribute(block, "default"), block, block.attributes["default"])

    def _read_literal(self, value: Any, block: Block | None) -> Any:
        """A text that a test gives to a variable with parts, as Terraform reads those of the environment."""
        if (
            not isinstance(value, str)
            or value[:1] not in ("[", "{")
            or (kind := self._type_of(block)) is None
            or not is_collection(kind.expression)
        ):
            return value
        node = expression_of(value)
        return value if node is None else Evaluator(self, Text("", f"x = ({value}\n)")).evaluate(node)

    def _typed(self, value: Any, block: Block | None, said: Attribute | None = None) -> Any:
        """The value of a variable, as one of its type.

        Args:
            said: where it is given.

        Raises:
            DefinitionError: it is no such value.
        """
        kind = self._type_of(block)
        if block is None or kind is None:
            return value
        try:
            return converted(value, kind.expression, Evaluator(self, kind.text), f"the variable {block.labels[0]!r}")
        except WrongTypeError as error:
            name = block.labels[0]
            given = not self.address and name in self.given
            raise refused(said or kind, str(error), f"parameters gives it: {name!r}" if given else "") from None

    def _type_of(self, block: Block | None) -> Attribute | None:
        """The type of a variable. In JSON it is a text."""
        kind = block.attributes.get("type") if block is not None else None
        if kind is None or kind.expression.data != "json":
            return kind
        node = expression_of(str(Evaluator(self, kind.text).evaluate(kind.expression)))
        return None if node is None else replace(kind, expression=node)

    def _said(self) -> Iterator[Mapping[str, Any]]:
        """The values of variables, the first that is there counts: the user's, those of files, those of a call."""
        yield self.given
        yield self.assigned
        if self.arguments is not None:
            yield self.arguments()

    def _data(self, type: str, name: str, steps: Sequence[Any], address: str) -> Any:
        account = self.template.account
        known = {
            "aws_region": {"name": account["region"], "id": account["region"], "region": account["region"]},
            "aws_caller_identity": {"account_id": account["account"], "id": account["account"]},
            "aws_partition": dict.fromkeys(("partition", "id"), account["partition"]) | {"dns_suffix": "amazonaws.com"},
        }.get(type)
        if known is not None and steps and steps[0] in known:
            return known[str(steps[0])]
        block = self.data.get((type, name))
        if block is None:
            return self.not_known(address, "no file of the folder has this data source")
        if type == "template_file" and list(steps) == ["rendered"]:
            template, variables = self.attribute(block, "template"), self.attribute(block, "vars")
            if isinstance(template, Rendered):
                whole = template.pieces[0]
                if len(template.pieces) == 1 and whole.literal:
                    return self.render(whole.source, variables if isinstance(variables, dict) else {})
            return template
        if type == "local_file" and list(steps) == ["content"]:
            return self._file(self.attribute(block, "filename"))
        if type == "archive_file" or _named(type, block):
            return self._resource(block, steps, address)
        return self.not_known(address, "Terraform asks AWS for it")

    def _resource(self, block: Block, steps: Sequence[Any], address: str) -> Any:
        return self._part(block, steps, address, self.attribute_of)

    def attribute_of(self, instance: Instance, attribute: str, address: str) -> Any:
        """What a reference to an attribute of a resource gives.

        Args:
            address: as the reference is written.
        """
        label, kind = instance.label, instance.type
        shorter = () if instance.block.type == "data" else (f"{kind}.{label}.{attribute}", f"{label}.{attribute}")
        for given in (f"{instance.address}.{attribute}", *shorter):
            if given in self.template.parameters:
                self.template.used.add(given)
                return self.template.parameters[given]
        if kind == ALIAS and attribute in ("arn", "invoke_arn"):
            return self._alias(instance, address)
        if kind == MACHINE_ALIAS and attribute in ("arn", "id"):
            return self._machine_alias(instance, address)
        if kind in _STAGES and attribute in ("invoke_url", "execution_arn"):
            return self._of_stage(instance, attribute, address)
        named, attributes = ATTRIBUTES.get(kind, ("", {}))
        if attribute in attributes:
            return self.template.fill(attributes[attribute], instance.name)
        if attribute and attribute == named:
            return instance.name
        if attribute in instance.block.attributes:
            return instance.attribute(attribute)
        return self.not_known(address, self.no_attribute(instance.block, attribute) or _AFTER_APPLY)

    def no_attribute(self, block: Block, name: str) -> str:
        """What was probably meant by an attribute of a resource; "" if it may be there once the resource is made."""
        named, known = ATTRIBUTES.get(block.labels[0], ("", None))
        there = [*known, named, *block.attributes, *_EVERYWHERE] if known else []
        if not name or name in there or any(each.type == name for each in block.blocks):
            return ""
        alike = [each for each in there if abs(len(each) - len(name)) <= 1]
        near = self.budget.suggest(name, alike, "; did you mean {!r}?")
        return near and f"{block.labels[0]} has no attribute {name!r}{near}"

    def _alias(self, instance: Instance, address: str) -> Any:
        """The ARN of a function's alias; `function_name` is its name or its ARN."""
        function = instance.text("function_name")
        if function is None:
            return self.not_known(address, _AFTER_APPLY)
        return self.template.fill(FUNCTION, f"{function.rpartition(':function:')[2]}:{instance.name}")

    def _of_stage(self, instance: Instance, attribute: str, address: str) -> Any:
        """The URL or the ARN of a stage of an API; the default stage of an HTTP API has no path of its own."""
        api = instance.text(_STAGES[instance.type])
        if api is None:
            return self.not_known(address, _AFTER_APPLY)
        base = self.template.fill(HTTP_API if attribute == "invoke_url" else EXECUTED, api)
        return f"{base}/{'' if attribute == 'invoke_url' and instance.name == '$default' else instance.name}"

    def _machine_alias(self, instance: Instance, address: str) -> Any:
        """The ARN of a machine's alias, which names versions of it."""
        routes = instance.blocks("routing_configuration")
        version = next((each.text("state_machine_version_arn") for each in routes), None)
        if version is None:
            return self.unknown(address, _AFTER_APPLY)
        return f"{version.rpartition(':')[0]}:{instance.name}"

    def name_of(self, instance: Instance) -> str:
        """The physical name of a resource: what it says, if that is known, else made of its address."""
        named, _ = ATTRIBUTES.get(instance.type, ("name", {}))
        own = "-".join(re.sub(r"[^\w.-]+", "-", word) for word in instance.words)
        if instance.type == "aws_s3_bucket":
            own = own.lower().replace("_", "-")
            own = own if len(own) >= SHORTEST_NAMES["bucket"] else f"bucket-{own}"
        elif instance.attribute("fifo_queue") is True or instance.attribute("fifo_topic") is True:
            own += ".fifo"
        here = f"name of {instance.address}"
        if named not in instance.block.attributes or here in self._open:
            return own
        if here not in self._names:
            self._open[here] = None
            noted = self.template.placeholders
            self.template.placeholders = {}  # what is not known in whole has our own name instead
            try:
                found = instance.attribute(named)
            finally:
                self.template.placeholders = noted
                del self._open[here]
            self._names[here] = str(found) if isinstance(found, str) and "${" not in found and found else own
        return self._names[here]

    # Functions that read files

    def call(self, function: str, arguments: Sequence[Any], at: Piece) -> Any:
        try:
            if function == "jsonencode":
                return self._encoded(arguments[0], at)
            if function in self._readers:
                return self._readers[function](*arguments)
            implementation = FUNCTIONS.get(function)
            for argument in arguments:
                if isinstance(argument, Placeholder) and function not in ("coalesce", "tostring", "format", "join", "merge"):
                    return argument
            if implementation is None:
                return self.unknown(function, f"the function {function!r} is not evaluated")
            made = implementation(*arguments)
        except (ArithmeticError, AttributeError, JsonValueError, LookupError, StopIteration, TypeError, ValueError) as error:
            return self.unknown(function, f"{function}(...) cannot be computed: {error or 'an argument is missing'}")
        if isinstance(made, (str, list)) and len(made) > LARGEST:
            return self.unknown(function, f"{function}(...) is too large")
        if isinstance(made, str) and not isinstance(made, Rendered) and arguments and isinstance(arguments[0], Rendered):
            first = arguments[0].pieces[0]
            return Rendered.of([Piece(made, first.source, first.offset, literal=False)])
        return made

    @cached_property
    def _readers(self) -> Mapping[str, Callable[..., Any]]:
        """The functions that read files, by name."""
        return {
            "file": self._file,
            "fileexists": lambda named: self._file(named, exists=True),
            "fileset": self._fileset,
            "templatefile": self._template_file,
            "templatestring": self._template_string,
        }

    @staticmethod
    def _encoded(value: Any, at: Piece) -> Rendered:
        text = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))
        return Rendered.of([Piece(text, at.source, at.offset, literal=False)], value)

    def _file(self, named: Any, *, exists: bool = False) -> Any:
        """The text of a file, as it is; or whether there is one."""
        if not isinstance(named, str) or "${" in named:
            return exists or self.unknown("file", "the file's name is not known here")
        try:
            path = self.beside(named).find(named)
        except RefusedError as refused:
            self.template.missing.setdefault(named, refused)
            return self.unknown("file", refused.message)
        if exists:
            return path is not None
        if path is None:
            self.template.missing.setdefault(named, self)
            return self.unknown("file", f"there is no file {named!r}")
        text = self.template.read(path)
        return Rendered.of([Piece(text.text, text, 0)])

    def _template_file(self, named: Any, variables: Any = None) -> Any:
        found = self._file(named)
        if isinstance(found, Placeholder):
            return found
        return self.render(found.pieces[0].source, variables if isinstance(variables, dict) else {})

    def _template_string(self, text: Any, variables: Any = None) -> Any:
        if not isinstance(text, str) or isinstance(text, Placeholder):
            return self.unknown("templatestring", "the template is not known here")
        source = RenderedText(text.pieces) if isinstance(text, Rendered) else Text("", text)
        return self.render(source, variables if isinstance(variables, dict) else {})

    def _fileset(self, folder: str, pattern: str) -> Any:
        """The files of a folder whose paths match a pattern."""
        patterns = _alternatives(pattern)
        outside = any(PurePath(each).is_absolute() or ".." in PurePath(each).parts for each in patterns)
        if "${" in folder or "${" in pattern or outside:
            return self.unknown("fileset", "the folder or the pattern is not known here")
        try:
            top = self.beside(folder).find(folder, "directory")
        except RefusedError as refused:
            return self.unknown("fileset", refused.message)
        if top is None:
            return self.unknown("fileset", f"there is no folder {folder!r}")
        looked_at = [*islice((path for each in patterns for path in top.glob(each)), _MOST_FILES + 1)]
        if len(looked_at) > _MOST_FILES:
            return self.unknown("fileset", "there are too many files")
        files = (path for path in looked_at if path_kind(path) == "file" and self.named.project.refusal(path) is None)
        return sorted({path.relative_to(top).as_posix() for path in files})

    def render(self, text: Text, variables: Mapping[str, Any]) -> Any:
        """A template file with values for its variables."""
        inner = _TemplateScope(self, variables, text)
        found = Evaluator(inner, text).template(0, len(text.text))
        return found if isinstance(found, Rendered) else Rendered.of([Piece(text_of(found), text, 0, literal=False)])


class _TemplateScope:
    """The names in a template file: its variables and nothing else."""

    def __init__(self, module: Module, variables: Mapping[str, Any], text: Text) -> None:
        self.module = module
        self.text = text
        self.budget = module.budget
        self.variables = variables

    def resolve(self, root: str, steps: Sequence[Any]) -> Any:
        if root in self.variables:
            return follow(self.variables[root], steps, self, root)
        near = self.budget.suggest(root, self.variables, "; did you mean {!r}?")
        why = f"the template is given no variable {root!r}{near}"
        place = next((each for each in references_of_template(self.text) if each.root == root), None)
        if place is not None:
            self.module.template.absent.setdefault(why, Absent(why, place.text.location(place.offset), "error"))
        return self.unknown(".".join([root, *map(str, steps)]), why)

    def unknown(self, name: str, why: str) -> Placeholder:
        return self.module.unknown(name, why)

    def call(self, function: str, arguments: Sequence[Any], at: Piece) -> Any:
        if function == "templatefile":
            return self.unknown(function, "a template cannot call templatefile")
        return self.module.call(function, arguments, at)


def _alternatives(pattern: str) -> list[str]:
    """The patterns that one with `{a,b}` stands for, of which Python's glob knows nothing."""
    begin, brace, rest = pattern.partition("{")
    inside, closed, end = rest.partition("}")
    return [f"{begin}{each}{end}" for each in inside.split(",")[:100]] if brace and closed else [pattern]


def _named(type: str, block: Block) -> bool:
    field, _ = ATTRIBUTES.get(type, ("", {}))
    return bool(field) and field in block.attributes
