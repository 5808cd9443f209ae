"""Terraform: the state machines of a folder's `.tf` files.

A folder is a module. The values that its expressions need are evaluated on demand: variables (the user's value, else
`terraform.tfvars`, else the default), locals, attributes of its resources as AWS would make them, modules in folders beside
it. Any other value stays a placeholder, such as `${module.queue.arn}`, and is named. A folder is read whole, but only the
machines of the named file are given; those of the others are found by their names, or if the named file has none.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sfn_state_machine
"""

from __future__ import annotations

import json
import os
import re
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.files import path_kind
from pytest_sfn.asl.pointer import child
from pytest_sfn.asl.source import find_text
from pytest_sfn.asl.text import Places
from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.document import Document
from pytest_sfn.loaders.hcl import read_blocks, too_much
from pytest_sfn.loaders.hcl_json import read_json
from pytest_sfn.loaders.hcl_values import Rendered, RenderedText, places_of
from pytest_sfn.loaders.intrinsics import Placeholder, Resolver
from pytest_sfn.loaders.project import RefusedError
from pytest_sfn.loaders.resources import filled
from pytest_sfn.loaders.template import ELSEWHERE, NOT_FOUND, Found, FoundMachine, Template, counted, ways
from pytest_sfn.loaders.terraform_attributes import ATTRIBUTES, LAMBDA, MACHINE, logging_of, without_index
from pytest_sfn.loaders.terraform_functions import plain
from pytest_sfn.loaders.terraform_lambda import functions_of, names_of_functions
from pytest_sfn.loaders.terraform_module import Instance, Module
from pytest_sfn.loaders.terraform_resources import resources_of
from pytest_sfn.loaders.terraform_root import Callers, is_root
from pytest_sfn.loaders.terraform_slips import slips_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_sfn.asl.text import Text
    from pytest_sfn.loaders.functions import FunctionResource
    from pytest_sfn.loaders.hcl import Block
    from pytest_sfn.loaders.intrinsics import Absent
    from pytest_sfn.loaders.project import Files, Project
    from pytest_sfn.loaders.terraform_resources import TerraformResource

    Parsed = tuple[Text, Block]

__all__ = ["Folders", "TerraformTemplate", "account_of", "aliases", "others", "without_functions"]

_ACCOUNT: Final = {
    "region": "AWS::Region", "account": "AWS::AccountId", "partition": "AWS::Partition", "suffix": "AWS::URLSuffix",
}  # fmt: skip
"""The parts of ARNs other than the name, with the pseudo parameters by which `parameters` may override them."""
_makes_machines: Final = partial(re.search, r"(?i)step|sfn|state[-_ ]?machine|workflow")
"""Whether a module of a registry that takes a `definition` makes a state machine of it, by its source and its name."""
_ESCAPED: Final = re.compile(r"\$\$\{[ \t]*([\w.:-]+)[ \t]*\}")
"""A name that is text on purpose."""
_SHOW: Final = "`terraform show -json` knows all values: terraform show -json > plan.json, and load that"


class _HclDocument(Document):
    """A file of Terraform's, as the rest of `loaders` sees a template; its places are noted as they are met."""

    def __init__(self, text: Text, path: Path | None = None, places: Places | None = None) -> None:
        self.text = text  # what a Document does is to read JSON or YAML
        self.path = path
        self.duplicates = []
        self.value = {}
        self._places = places or Places()
        self._places.values.setdefault("", 0)

    @property
    def places(self) -> Places:
        return self._places

    def note(self, pointer: str, offset: int) -> None:
        """Keep the place of a block or an attribute."""
        self._places.keys[pointer] = self._places.values[pointer] = offset


def without_functions(template: Template) -> Resolver:
    """One that has nothing to resolve: Terraform has done that, and definitions have no functions of CloudFormation's."""
    nothing: dict[str, Any] = {}
    return Resolver(
        template.document, {}, declared=nothing, mappings=nothing, conditions=nothing, given=template.parameters,
        files=template.named, budget=template.budget,
    )  # fmt: skip


class Folders:
    """The files of folders, read and parsed once for all templates that share this."""

    def __init__(self) -> None:
        self._known: dict[Path, dict[Path, Parsed | DefinitionError]] = {}
        self._callers: dict[Path | None, Callers] = {}

    def of(self, folder: Path, named: Files) -> Mapping[Path, Parsed | DefinitionError]:
        """The files of a folder, in order; for one that cannot be read, the error."""
        if folder not in self._known:
            paths = sorted([*folder.glob("*.tf"), *folder.glob("*.tf.json")])
            found = {path: _parsed(path, named) for path in paths}
            self._known[folder] = {path: each for path, each in found.items() if each is not None}
        return self._known[folder]

    def callers(self, project: Project) -> Callers:
        """Which folders of a project call modules."""
        return self._callers.setdefault(project.root, Callers(project))


def _parsed(path: Path, named: Files) -> Parsed | DefinitionError | None:
    try:
        if named.find(path.name) is None:
            return None
        text, _ = find_text(path)
        return text, _blocks_of(text, path)
    except DefinitionError as error:
        return error


def _blocks_of(text: Text, path: Path | None) -> Block:
    return read_json(text) if path is not None and path.suffix == ".json" else read_blocks(text)


class TerraformTemplate(Template):
    """The .tf file that was named, within its folder.

    Args:
        folders: what was read before.

    Attributes:
        placeholders: what is not known here, with the reason.
        absent: those of what the folder does not have, by the reason.
        missing: files that are not there, with the module that names them; or the reason if they are not read.
    """

    format = "Terraform"

    def __init__(self, text: Text, path: Path | None, folders: Folders | None = None, **settings: Any) -> None:
        self._tf = _HclDocument(text, path)
        super().__init__(self._tf, **settings)
        self._folders = folders or Folders()
        self.placeholders: dict[str, str] = {}
        self.absent: dict[str, Absent] = {}
        self.missing: dict[str, RefusedError | Module] = {}
        self._documents: dict[str, _HclDocument] = {}
        self.account = account_of(self)

    def resolver(self) -> Resolver:
        return without_functions(self)

    def known_names(self) -> list[str]:
        return [*self.root.variables, *(each.address for each in self.instances()), *_ACCOUNT.values()]

    def fill(self, pattern: str, name: str) -> str:
        """A pattern of `resources.py` for the resource of that name."""
        return filled(pattern, self.account, name, name)

    def read(self, path: Path) -> Text:
        text, _ = find_text(path)
        self._note_file(path, text)
        return text

    def _note_file(self, path: Path, text: Text) -> None:
        self.budget.step(len(text.text))
        self.files[path] = text.text

    @cached_property
    def root(self) -> Module:
        """The module of the file that was named. Terraform's root module is another if that calls it: see `base`."""
        folder = self.named.folder
        files = dict(self._folders.of(folder, self.named)) if folder is not None else {}
        own = files.pop(self.path, None) if self.path is not None else None
        if isinstance(own, tuple) and own[0].text == self._tf.text.text:
            self._tf.text = own[0]
        else:
            own = self._tf.text, _blocks_of(self._tf.text, self.path)
        return Module(self, folder, [own, *self._read(files)], self.parameters, arguments=lambda: self._arguments)

    def _read(self, files: Mapping[Path, Parsed | DefinitionError]) -> Iterator[Parsed]:
        for path, read in files.items():
            if isinstance(read, DefinitionError):
                raise read
            self._note_file(path, read[0])
            yield read

    def module(
        self, folder: Path, given: Mapping[str, Any], address: str = "", caller: Module | None = None,
        words: tuple[str, ...] = (),
    ) -> Module:  # fmt: skip
        """A module of another folder."""
        files = self._read(self._folders.of(folder, self.named.below(folder)))
        return Module(self, folder, [*files], given, address, caller, words)

    @cached_property
    def base(self) -> Files:
        """The files of the folder in which Terraform runs: of the root module that calls this one, else of this one."""
        return self.named.below(self._roots[0]) if self._roots else self.named

    @cached_property
    def lacks_caller(self) -> bool:
        """Whether this is a module that others call, and it is not known with which values."""
        if self._roots:
            return not self._arguments
        folder = self.named.folder
        return (
            folder is not None
            and folder.parent.name == "modules"
            and not any(is_root(text.text) for text, _ in self.root.files)
        )

    @cached_property
    def _roots(self) -> list[Path]:
        """The root modules that call this one, if the project has any."""
        folder = self.named.folder
        if folder is None or self.path is None or any(is_root(text.text) for text, _ in self.root.files):
            return []
        return self._folders.callers(self.named.project).roots_of(Path(os.path.realpath(folder)))

    @cached_property
    def _arguments(self) -> Mapping[str, Any]:
        """What the only call of this module gives to it."""
        if len(self._roots) != 1:
            return {}
        try:
            calls = [each for each in self._below(self.module(self._roots[0], self.parameters)) if self._is_own(each)]
        except DefinitionError:  # the file of another module, which nobody named
            return {}
        return calls[0].given if len(calls) == 1 else {}

    def _is_own(self, module: Module) -> bool:
        if module.called_by is not None or None in (module.folder, self.named.folder):
            return False  # a module of a registry has the folder of its caller
        return os.path.realpath(str(module.folder)) == os.path.realpath(str(self.named.folder))

    def _below(self, module: Module) -> Iterator[Module]:
        """A module and those that it calls, in the order of the text."""
        yield module
        for block in module.calls.values():
            for each in module.called(block).modules.values():
                yield from self._below(each)

    def instances(self) -> Iterator[Instance]:
        """The resources of the folder and of the modules that it calls."""
        for module in self._below(self.root):
            for block in module.resources.values():
                yield from module.instances(block)

    @cached_property
    def refused(self) -> list[Absent]:
        return [*slips_of(self._below(self.root))]

    def archives(self) -> Iterator[Instance]:
        """The archives that Terraform packs."""
        for module in self._below(self.root):
            for (kind, _), block in [*module.data.items(), *module.resources.items()]:
                if kind == "archive_file":
                    yield from module.instances(block)

    def spend(self, steps: int, block: Block) -> None:
        if reason := self.budget.step(steps=steps):
            raise too_much(block.text, block.offset, reason)

    @cached_property
    def machines(self) -> list[FoundMachine]:
        return [
            each for text, file in self.root.files if text is self.document.text for each in self._machines_in(file, self.root)
        ]

    @property
    def way_in(self) -> str:
        why = next((why for _, _, why in self._not_made), "")
        return why and f"; {why}"

    def why_not(self, name: str) -> str:
        wanted = re.sub(r"\[[^\]]*\]", "", name)
        for address, label, why in self._not_made:
            if wanted in (address, label, address.replace(f"{MACHINE}.", "")) or wanted.startswith(f"{address}."):
                return why
        return ""

    @property
    def _not_made(self) -> Iterator[tuple[str, str, str]]:
        """(address, label, why) of machines and modules of which `count` or `for_each` makes none."""
        for module in self._below(self.root):
            for block in (*module.resources.values(), *module.calls.values()):
                if (block.type == "module" or block.labels[0] == MACHINE) and not module.instances(block):
                    address = f"{module.address}{'module.' * (block.type == 'module')}{'.'.join(block.labels)}"
                    yield address, block.labels[-1], f"{block.location}: {address} is not made, since {module.why_none(block)}"

    @property
    def every_machine(self) -> list[FoundMachine]:
        """The machines of all files of the folder."""
        others = (file for text, file in self.root.files if text is not self.document.text)
        return [*self.machines, *(each for file in others for each in self._machines_in(file, self.root))]

    def _machines_in(self, file: Block, module: Module) -> Iterator[FoundMachine]:
        for block in file.blocks:
            if block.type == "resource" and block.labels[:1] == (MACHINE,) and len(block.labels) == 2:
                yield from map(self._machine, module.instances(block))
            elif block.type == "module" and block.labels:
                yield from self._called(module, block)

    def _called(self, module: Module, block: Block) -> Iterator[FoundMachine]:
        """The machines of a module in a folder, or the one that a module of the registry makes of its `definition`."""
        source = module.attribute(block, "source")
        words = f"{source} {block.labels[0]}"
        if isinstance(source, str) and source.startswith("."):
            called = module.called(block)
            for each in called.modules.values():
                for _, file in each.files:
                    yield from self._machines_in(file, each)
            if called.why and "step" in words.lower():
                yield self._absent(Instance(module, block), source, called.refused)
        elif "definition" in block.attributes and _makes_machines(words):
            yield from map(self._machine, module.instances(block))

    def _absent(self, call: Instance, source: str, refused: RefusedError | None) -> FoundMachine:
        """The machine of a module whose folder does not exist, or is not read; its definition raises an error that says so."""
        name = _id_of(call)
        document, at = self._noted(call, name)

        def find(resolver: Resolver) -> Found:
            if refused is not None:
                raise machine.refused(at, "source", refused)
            raise machine.error(
                at, f"source: {call.module.named.absent(source)}", "load the file of the definition itself", code=NOT_FOUND
            )

        machine = FoundMachine(self, name, name=name, type="STANDARD", at=at, find=find, document=document)
        return machine

    def _noted(self, instance: Instance, logical_id: str) -> tuple[_HclDocument, str]:
        """The file of a machine, and the pointer by which its place in it is kept."""
        at, text = child("", logical_id), instance.block.text
        document = self._tf if text is self._tf.text else self._documents.setdefault(text.name, _HclDocument(text))
        document.note(at, instance.block.offset)
        return document, at

    def _machine(self, instance: Instance) -> FoundMachine:
        logical_id = _id_of(instance)
        document, at = self._noted(instance, logical_id)
        name = instance.name

        def find(resolver: Resolver) -> Found:
            self.placeholders.clear()
            found = self._definition(machine, instance, at)
            used = found.text.text if found.text is not None else json.dumps(plain(found.value))
            resolver.unresolved.update({name: why for name, why in self.placeholders.items() if f"${{{name}}}" in used})
            resolver.escaped.update(
                *(_ESCAPED.findall(each) for each in (instance.block.text.text, *self.files.values()) if "$${" in each)
            )
            resolver.absent += [each for why, each in self.absent.items() if why in resolver.unresolved.values()]
            return found

        machine = FoundMachine(
            self,
            logical_id,
            name=name,
            type="EXPRESS" if str(instance.attribute("type")).upper() == "EXPRESS" else "STANDARD",
            at=at,
            find=find,
            other_names=others(
                logical_id, instance.address, without_index(logical_id), without_index(instance.address), instance.label, name
            ),
            logging=lambda: self._logging(instance),
            document=document,
        )
        return machine

    @staticmethod
    def _logging(instance: Instance) -> dict[str, Any] | None:
        """The block `logging_configuration` as CloudFormation has it."""
        for inner in instance.blocks("logging_configuration"):
            return logging_of({name: plain(inner.attribute(name)) for name in inner.block.attributes})
        found = instance.attribute("logging_configuration")  # of a module, whose inputs are no blocks
        return logging_of(plain(found)) if isinstance(found, dict) else None

    def _definition(self, machine: FoundMachine, instance: Instance, at: str) -> Found:
        attribute = instance.block.attributes.get("definition")
        if attribute is None:
            raise machine.error(at, "it has no definition", "write definition = jsonencode({...}), or name a file of it")
        there, document = f"{at}/definition", machine.document
        assert isinstance(document, _HclDocument)
        document.note(there, attribute.offset)
        self.missing.clear()
        found = instance.attribute("definition")
        for named, why in self.missing.items():
            raise self._missing(machine, named, why, there)
        unknown = found.value if isinstance(found, Rendered) and isinstance(found.value, Placeholder) else found
        if isinstance(unknown, Placeholder):
            way = ways({unknown.name: unknown.why}, "parameters")
            hint = f"{way}; or {_SHOW}" if way else _SHOW
            raise machine.error(there, f"the definition is not known here: {unknown.why}", hint, code=ELSEWHERE)
        if isinstance(found, str) and not found.strip():
            message = "the definition is empty here; a variable's default may be meant to be replaced"
            raise machine.error(there, message, _SHOW, code=ELSEWHERE)
        value = found.value if isinstance(found, Rendered) else found if instance.block.type == "module" else None
        if isinstance(value, dict):  # some modules take the object itself
            text, places = places_of(value, there, (attribute.text, attribute.offset))
            return Found(there, _HclDocument(text, places=places), value=plain(value))
        if isinstance(found, Rendered):
            return Found(there, document, text=RenderedText(found.pieces))
        raise machine.error(there, "a definition is a text, or jsonencode({...})")

    def _missing(self, machine: FoundMachine, named: str, why: RefusedError | Module, at: str) -> DefinitionError:
        """The error for a file that an expression of a module names."""
        if isinstance(why, RefusedError):
            return machine.refused(at, "definition", why)
        beside = why.named.beside(named)
        if why.folder != self.base.folder and beside is not None and path_kind(beside) == "file":
            where = self.base.beside(named)
            message = (
                f"definition: there is no file {named!r} (looked at {where}, since paths begin at the root module's folder)"
            )
            hint = f'write "${{path.module}}/{named.removeprefix("./")}" for the file beside the module'
            return machine.error(at, message, hint, code=NOT_FOUND)
        return self.missing_file(machine, named, at, "definition", self.base)

    @cached_property
    def functions(self) -> list[FunctionResource]:
        return [*functions_of([*self.instances()], self.archives())]

    @cached_property
    def resolved(self) -> dict[str, tuple[str, str]]:
        found = {}
        for each in self.instances():
            arn = ATTRIBUTES[each.type][1].get("arn") if each.type in ATTRIBUTES else None
            if arn is not None:
                word = {LAMBDA: "function", MACHINE: "stateMachine"}.get(each.type, each.type.removeprefix("aws_"))
                found[each.logical_id] = (word, self.fill(arn, each.name))
        return found

    @property
    def all_resources(self) -> list[TerraformResource]:
        """The resources of the folder and of its modules, whether a workflow may name them or not."""
        return [*resources_of(self.instances())]

    @cached_property
    def function_names(self) -> dict[str, tuple[str, ...]]:
        return aliases(names_of_functions(self.instances()))

    def contents(self) -> str:
        return counted(each.type for each in self.instances())


def _id_of(instance: Instance) -> str:
    """The logical id of a machine; of a module that makes one, its address."""
    return (
        instance.logical_id
        if instance.block.type == "resource"
        else f"{instance.module.address}module.{instance.label}{instance.suffix}"
    )


def others(logical_id: str, *names: str) -> tuple[str, ...]:
    """The other names of a machine, each once."""
    return tuple(dict.fromkeys(name for name in names if name != logical_id))


def account_of(template: Template) -> dict[str, str]:
    """The parts of ARNs other than the name."""
    pseudo = without_functions(template).pseudo
    return {key: str(pseudo(name)) for key, name in _ACCOUNT.items()}


def aliases(functions: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """From (logical id, name) of functions: the logical ids by name, where the two differ."""
    found: dict[str, tuple[str, ...]] = {}
    for logical_id, name in functions:
        if name != logical_id:
            found[name] = (*found.get(name, ()), logical_id)
    return found
