"""Terraform: the state machines of a folder's `.tf` files.

A folder is a module. The values that its expressions need are evaluated on demand: variables (the user's value, else
`terraform.tfvars`, else the default), locals, attributes of its resources as AWS would make them, modules in folders beside
it. Any other value stays a placeholder, such as `${module.queue.arn}`, and is named. A folder is read whole, but only the
machines of the named file are given.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sfn_state_machine
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.pointer import child
from pytest_sfn.asl.source import find_text
from pytest_sfn.asl.text import Places, Text
from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.document import Document, Joined
from pytest_sfn.loaders.functions import FunctionResource, whole_number
from pytest_sfn.loaders.hcl import read_blocks, too_much
from pytest_sfn.loaders.hcl_values import Rendered, Written, WrittenList, text_of
from pytest_sfn.loaders.intrinsics import Placeholder, Resolver
from pytest_sfn.loaders.project import RefusedError
from pytest_sfn.loaders.resources import FUNCTION
from pytest_sfn.loaders.template import ELSEWHERE, NOT_FOUND, Found, FoundMachine, Template, counted
from pytest_sfn.loaders.terraform_functions import plain
from pytest_sfn.loaders.terraform_module import ATTRIBUTES, LAMBDA, MACHINE, Module, logging_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pytest_sfn.errors import Location
    from pytest_sfn.loaders.hcl import Block
    from pytest_sfn.loaders.hcl_values import Piece
    from pytest_sfn.loaders.intrinsics import Absent
    from pytest_sfn.loaders.project import Files

    Parsed = tuple[Text, Block]

__all__ = ["Folders", "TerraformTemplate", "account_of", "aliases", "others", "without_functions"]

_ACCOUNT: Final = {
    "region": "AWS::Region", "account": "AWS::AccountId", "partition": "AWS::Partition", "suffix": "AWS::URLSuffix",
}  # fmt: skip
"""The parts of ARNs other than the name, with the pseudo parameters by which `parameters` may override them."""
_MODULES_DEEP: Final = 5
_SHOW: Final = "`terraform show -json` knows all values: terraform show -json > plan.json; load('plan.json')"


class _HclDocument(Document):
    """A .tf file, as the rest of `loaders` sees a template; its places are noted as they are met."""

    def __init__(self, text: Text, path: Path | None) -> None:  # what a Document does is to read JSON or YAML
        self.text = text
        self.path = path
        self.duplicates = []
        self.value = {}
        self._places = Places()
        self._places.values[""] = 0

    @property
    def places(self) -> Places:
        return self._places

    def note(self, pointer: str, key_offset: int, value: Any = None, value_offset: int | None = None) -> None:
        """Keep the place of an attribute, and of the values in it."""
        self._places.keys[pointer] = key_offset
        self._places.values[pointer] = key_offset if value_offset is None else value_offset
        if isinstance(value, Written) and value.source is self.text:
            for key, inner in value.items():
                if key in value.keys_at:
                    self.note(child(pointer, key), value.keys_at[key], inner, value.values_at[key])
        elif isinstance(value, WrittenList) and value.source is self.text:
            for index, inner in enumerate(value):
                self.note(child(pointer, index), value.values_at[index], inner)


class _RenderedText(Joined["Piece"]):
    """A text made by Terraform; its locations are those of where its pieces were written."""

    __slots__ = ("_own",)

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._own = max(pieces, key=lambda piece: len(piece.text)).source  # nearly all of it is of one file
        super().__init__(self._own.name, pieces)

    def place(self, piece: Piece, index: int) -> Location:
        return piece.source.location(piece.offset + index)

    @property
    def original(self) -> str:
        return self._own.text


def without_functions(template: Template) -> Resolver:
    """One that has nothing to resolve: Terraform has done that, and definitions have no functions of CloudFormation's."""
    nothing: dict[str, Any] = {}
    return Resolver(
        template.document, {}, declared=nothing, mappings=nothing, conditions=nothing, given=template.parameters,
        files=template.named, budget=template.budget,
    )  # fmt: skip


class Folders:
    """The .tf files of folders, read and parsed once for all templates that share this."""

    def __init__(self) -> None:
        self._known: dict[Path, dict[Path, Parsed | DefinitionError]] = {}

    def of(self, folder: Path, named: Files) -> Mapping[Path, Parsed | DefinitionError]:
        """The files of a folder, in order; for one that cannot be read, the error."""
        if folder not in self._known:
            paths = sorted(folder.glob("*.tf"))
            found = {path: _parsed(path, named) for path in paths}
            self._known[folder] = {path: each for path, each in found.items() if each is not None}
        return self._known[folder]


def _parsed(path: Path, named: Files) -> Parsed | DefinitionError | None:
    try:
        if named.find(path.name) is None:
            return None
        text, _ = find_text(path)
        return text, read_blocks(text)
    except DefinitionError as error:
        return error


class TerraformTemplate(Template):
    """The .tf file that was named, within its folder.

    Args:
        folders: what was read before.

    Attributes:
        placeholders: what is not known here, with the reason.
        absent: those of what the folder does not have, by the reason.
        missing: files that expressions name and that are not there; with the reason if they are not read.
    """

    format = "Terraform"

    def __init__(self, text: Text, path: Path | None, folders: Folders | None = None, **settings: Any) -> None:
        self._tf = _HclDocument(text, path)
        super().__init__(self._tf, **settings)
        self._folders = folders or Folders()
        self.placeholders: dict[str, str] = {}
        self.absent: dict[str, Absent] = {}
        self.missing: dict[str, RefusedError | None] = {}
        self.account = account_of(self)

    def resolver(self) -> Resolver:
        return without_functions(self)

    def known_names(self) -> list[str]:
        addresses = [f"{kind}.{name}" for kind, name in self.root.resources]
        return [*self.root.variables, *addresses, *_ACCOUNT.values()]

    def fill(self, pattern: str, name: str) -> str:
        """A pattern of `resources.py` for the resource of that name."""
        return pattern.format(**self.account, name=name, id=name)

    def read(self, path: Path) -> Text:
        text, _ = find_text(path)
        self._note_file(path, text)
        return text

    def _note_file(self, path: Path, text: Text) -> None:
        self.budget.step(len(text.text))
        self.files[path] = text.text

    @cached_property
    def root(self) -> Module:
        return self._module(self.named.folder, self.parameters, "")

    def _module(self, folder: Path | None, given: Mapping[str, Any], address: str) -> Module:
        there = dict(self._folders.of(folder, self.named.below(folder)) if folder is not None else {})
        files = []
        if not address:
            own = there.pop(self.path, None) if self.path is not None else None
            if isinstance(own, tuple) and own[0].text == self._tf.text.text:
                self._tf.text = own[0]
            else:
                own = self._tf.text, read_blocks(self._tf.text)
            files.append(own)
        for path, read in there.items():
            if isinstance(read, DefinitionError):
                raise read
            self._note_file(path, read[0])
            files.append(read)
        return Module(self, folder, files, given, address)

    @cached_property
    def machines(self) -> list[FoundMachine]:
        return list(self._machines_of(self.root, 0))

    def _machines_of(self, module: Module, depth: int) -> Iterator[FoundMachine]:
        for text, file in module.files:
            if not module.address and text is not self.document.text:
                continue
            for block in file.blocks:
                if block.type == "resource" and block.labels[:1] == (MACHINE,) and len(block.labels) == 2:
                    yield from self._instances(module, block, f"{module.address}{block.labels[1]}")
                elif block.type == "module" and block.labels:
                    yield from self._called(module, block, depth)

    def _instances(self, module: Module, block: Block, logical_id: str) -> Iterator[FoundMachine]:
        """One, or as many as a `for_each` that is known gives."""
        keys = module.attribute(block, "for_each")
        if isinstance(keys, (dict, list)) and keys:
            for key in keys:
                self.spend(1, block)
                each = {"each": {"key": key, "value": keys[key] if isinstance(keys, dict) else key}}
                yield self._machine(module, block, f'{logical_id}["{key}"]', each)
        else:
            yield self._machine(module, block, logical_id, {"count": {"index": 0}} if "count" in block.attributes else {})

    def _called(self, module: Module, block: Block, depth: int) -> Iterator[FoundMachine]:
        """The machines of a module in a folder, or the one that a module of the registry makes of its `definition`."""
        source, name = module.attribute(block, "source"), f"{module.address}module.{block.labels[0]}"
        if isinstance(source, str) and source.startswith(".") and module.folder is not None and depth < _MODULES_DEEP:
            folder, refused = None, None
            try:
                folder = module.named.find(source, "directory")
            except RefusedError as error:
                refused = error
            if folder is None and "step" in f"{source} {block.labels[0]}".lower():
                yield self._absent(block, name, source, refused)
            elif folder is not None:
                self.spend(1000, block)
                arguments = {each: module.attribute(block, each) for each in block.attributes}
                yield from self._machines_of(self._module(folder, arguments, f"{name}."), depth + 1)
        elif "definition" in block.attributes and "step-function" in str(source):
            yield from self._instances(module, block, name)

    def spend(self, steps: int, block: Block) -> None:
        """Something more is made of a block.

        Raises:
            DefinitionError: the template makes too much of itself.
        """
        if reason := self.budget.step(steps=steps):
            raise too_much(block.text, block.offset, reason)

    def _absent(self, block: Block, name: str, source: str, refused: RefusedError | None) -> FoundMachine:
        """The machine of a module whose folder does not exist, or is not read; its definition raises an error that says so."""
        at = self._noted(block, name)

        def find(resolver: Resolver) -> Found:
            if refused is not None:
                raise machine.refused(at, "source", refused)
            raise machine.error(
                at, f"source: there is no folder {source!r}", "load the file of the definition itself", code=NOT_FOUND
            )

        machine = FoundMachine(self, name, name=name, type="STANDARD", at=at, find=find)
        return machine

    def _noted(self, block: Block, logical_id: str) -> str:
        """The pointer to a machine, its place kept if it is in this file."""
        at = child("", logical_id)
        if block.text is self.document.text:
            self._tf.note(at, block.offset)
        return at

    def _machine(self, module: Module, block: Block, logical_id: str, each: dict[str, Any]) -> FoundMachine:
        at = self._noted(block, logical_id)
        name = module.name_of(MACHINE, block.labels[-1], block)
        kind = module.attribute(block, "type")

        def find(resolver: Resolver) -> Found:
            self.placeholders.clear()
            module.each = each
            try:
                found = self._definition(machine, module, block, at)
            finally:
                module.each = {}
            used = found.text.text if found.text is not None else json.dumps(plain(found.value))
            resolver.unresolved.update({name: why for name, why in self.placeholders.items() if f"${{{name}}}" in used})
            resolver.absent += [each for why, each in self.absent.items() if why in resolver.unresolved.values()]
            return found

        machine = FoundMachine(
            self,
            logical_id,
            name=name,
            type="EXPRESS" if kind == "EXPRESS" else "STANDARD",
            at=at,
            find=find,
            other_names=others(logical_id, f"{MACHINE}.{logical_id}", block.labels[-1], name),
            logging=lambda: self._logging(module, block, each),
        )
        return machine

    @staticmethod
    def _logging(module: Module, block: Block, each: dict[str, Any]) -> dict[str, Any] | None:
        """The block `logging_configuration` as CloudFormation has it."""
        inner = next((inner for inner in block.blocks if inner.type == "logging_configuration"), None)
        if inner is None:
            return None
        module.each = each
        try:
            return logging_of({name: plain(module.attribute(inner, name)) for name in inner.attributes})
        finally:
            module.each = {}

    def _definition(self, machine: FoundMachine, module: Module, block: Block, at: str) -> Found:
        attribute = block.attributes.get("definition")
        if attribute is None:
            raise machine.error(at, "it has no definition")
        there = f"{at}/definition"
        if block.text is self.document.text:
            self._tf.note(there, attribute.offset)
        self.missing.clear()
        found = module.attribute(block, "definition")
        for named, refused in self.missing.items():
            raise (
                self.missing_file(machine, named, there, "definition")
                if refused is None
                else machine.refused(there, "definition", refused)
            )
        unknown = found.value if isinstance(found, Rendered) and isinstance(found.value, Placeholder) else found
        if isinstance(unknown, Placeholder):
            raise machine.error(there, f"the definition is not known here: {unknown.why}", _SHOW, code=ELSEWHERE)
        if isinstance(found, str) and not found.strip():
            message = "the definition is empty here; a variable's default may be meant to be replaced"
            raise machine.error(there, message, _SHOW, code=ELSEWHERE)
        if isinstance(found, Rendered) and isinstance(found.value, dict):
            written = found.value
            if isinstance(written, Written) and written.source is self.document.text:
                self._tf.note(there, attribute.offset, written)
            return Found(there, self.document, value=plain(written))
        if isinstance(found, Rendered):
            return Found(there, self.document, text=_RenderedText(found.pieces))
        raise machine.error(there, "a definition is a text, or jsonencode({...})")

    @cached_property
    def functions(self) -> list[FunctionResource]:
        return [self._function(name, block) for name, block in self._lambda_functions()]

    def _function(self, logical_id: str, block: Block) -> FunctionResource:
        module = self.root

        def text(field: str) -> str | None:
            found = module.attribute(block, field)
            return str(found) if isinstance(found, str) and not isinstance(found, Placeholder) else None

        name = module.name_of(LAMBDA, logical_id, block)
        code, refusal = None, ""
        try:
            code = self._code(block, text("filename"))
        except RefusedError as refused:
            refusal = refused.advice
        variables: dict[str, str] = {}
        for inner in block.blocks:
            if inner.type == "environment":
                found = module.attribute(inner, "variables")
                variables = {key: text_of(value) for key, value in found.items()} if isinstance(found, dict) else {}
        return FunctionResource(
            logical_id=logical_id,
            name=name,
            arn=self.fill(FUNCTION, name),
            other_names=(f"{LAMBDA}.{logical_id}",),
            runtime=text("runtime"),
            handler=text("handler"),
            code=code,
            code_place=text("filename") or "",
            code_refused=refusal,
            environment=variables,
            package_type=text("package_type") or "Zip",
            timeout_seconds=whole_number(module.attribute(block, "timeout"), 3),
            memory_mb=whole_number(module.attribute(block, "memory_size"), 128),
            location=block.location,
        )

    def _code(self, block: Block, filename: str | None) -> Path | None:
        """The folder that `archive_file` packs, or the archive itself if it is there."""
        for (kind, name), data in self.root.data.items():
            attribute = block.attributes.get("filename")
            if kind == "archive_file" and attribute is not None:
                source = block.text.text[attribute.offset : attribute.offset + 200].partition("\n")[0]
                if f"data.archive_file.{name}." in source:
                    found = self.root.attribute(data, "source_dir")
                    file = self.root.attribute(data, "source_file")
                    named = found if isinstance(found, str) else str(Path(file).parent) if isinstance(file, str) else None
                    return self._local(named)
        return self._local(filename)

    def _local(self, named: str | None) -> Path | None:
        path = self.named.find(named, "file", "directory") if named is not None and "${" not in named else None
        return path.resolve() if path is not None else None

    @cached_property
    def resolved(self) -> dict[str, tuple[str, str]]:
        found = {}
        for (kind, name), block in self.root.resources.items():
            arn = ATTRIBUTES[kind][1].get("arn") if kind in ATTRIBUTES else None
            if arn is not None:
                word = {LAMBDA: "function", MACHINE: "stateMachine"}.get(kind, kind.removeprefix("aws_"))
                found[name] = (word, self.fill(arn, self.root.name_of(kind, name, block)))
        return found

    @cached_property
    def function_names(self) -> dict[str, tuple[str, ...]]:
        return aliases((name, self.root.name_of(LAMBDA, name, block)) for name, block in self._lambda_functions())

    def _lambda_functions(self) -> Iterator[tuple[str, Block]]:
        for (kind, name), block in self.root.resources.items():
            if kind == LAMBDA:
                yield name, block

    def contents(self) -> str:
        return counted(kind for kind, _ in self.root.resources)


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
