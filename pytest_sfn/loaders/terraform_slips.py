"""What `terraform validate` refuses in the modules of a folder: names that nothing has, arguments that a module does not take.

Whether a resource type has an attribute only its provider knows; one that is nearly a known one is probably a slip.

https://developer.hashicorp.com/terraform/language/expressions/references
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.loaders.hcl import CIRCLE, NO_PART
from pytest_sfn.loaders.hcl_references import references_of
from pytest_sfn.loaders.intrinsics import Absent, Placeholder
from pytest_sfn.loaders.terraform_functions import KNOWN_FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Literal

    from pytest_sfn.asl.text import Text
    from pytest_sfn.loaders.hcl import Block
    from pytest_sfn.loaders.hcl_references import Reference
    from pytest_sfn.loaders.terraform_module import Module

__all__ = ["slips_of"]

_CHECKED: Final = frozenset({"resource", "data", "module", "output", "locals"})
_OF_THEIR_OWN: Final = frozenset({"lifecycle", "provisioner", "connection"})
_NO_VALUES: Final = frozenset({"provider", "providers", "depends_on", "ignore_changes", "replace_triggered_by", "iterator"})
_META: Final = frozenset({"source", "version", "count", "for_each", "providers", "depends_on"})


def slips_of(modules: Iterable[Module]) -> Iterator[Absent]:
    """The mistakes in modules, each once, if a module is called several times."""
    seen: set[int] = set()
    for module in modules:
        if module.called_by is not None:
            continue
        for _, file in module.files:
            for block in file.blocks:
                if id(block) not in seen and block.type in _CHECKED:
                    seen.add(id(block))
                    yield from _Checker(module).block(block)
        for block in module.calls.values():
            yield from _Checker(module).call(block)


class _Checker:
    def __init__(self, module: Module) -> None:
        self.module = module

    def block(self, block: Block, bound: frozenset[str] = frozenset()) -> Iterator[Absent]:
        """The references of a block and of those inside of it."""
        if block.type == "dynamic":
            bound = bound.union(block.labels)
        for name, attribute in block.attributes.items():
            if name not in _NO_VALUES:
                for reference in references_of(attribute):
                    if reference.root not in bound:
                        yield from self._reference(reference)
        for inner in block.blocks:
            if inner.type not in _OF_THEIR_OWN:
                yield from self.block(inner, bound)

    def _reference(self, found: Reference) -> Iterator[Absent]:
        if found.is_call:
            why = "" if "::" in found.root or found.root in KNOWN_FUNCTIONS else self._no_function(found.root)
        else:
            why = (self.module.template.parameters.get(self._address(found)) is None and self._why(found)) or ""
        if why:
            yield _absent(why, found.text, found.offset)
        elif not found.is_call and (why := self._attribute(found)):
            yield _absent(why, found.text, found.offset, "warning")

    def _no_function(self, name: str) -> str:
        return f"there is no function {name!r}{self.module.budget.suggest(name, KNOWN_FUNCTIONS, '; did you mean {!r}?')}"

    def _address(self, found: Reference) -> str:
        return f"{self.module.address}{'.'.join([found.root, *map(str, found.steps)])}"

    def _why(self, found: Reference) -> str:
        """Why a reference leads to nothing; "" if it leads to something, or that is not known."""
        module, root, steps = self.module, found.root, found.steps
        first = str(steps[0]) if steps else ""
        there = {"var": [*module.variables], "local": [*module.locals]}.get(root)
        if first and (first not in there if there is not None else "_" in root and (root, first) not in module.resources):
            return module.absent(root, first)
        if root == "data" and len(steps) > 1 and (first, name := str(steps[1])) not in module.data:
            near = module.budget.suggest(name, [each for _, each in module.data], f"; did you mean 'data.{first}.{{}}'?")
            return f"the folder has no data source 'data.{first}.{name}'{near}"
        if root == "module" and first not in module.calls:
            return module.no_call(first)
        if root == "module" or (root == "local" and not found.guarded and not self._is_of_variables(first)):
            value = module.resolve(root, steps)
            why = str(value.why) if isinstance(value, Placeholder) else ""
            said = (NO_PART, CIRCLE, "the module ") if not found.guarded else ("the module ",)
            return f"{self._address(found)}: {why}" if why.startswith(said) else ""
        return ""

    def _is_of_variables(self, local: str) -> bool:
        """Whether a local value is made of variables, which may have other values where it is deployed."""
        waiting, seen = [local], {local}
        for each in waiting:
            for reference in references_of(self.module.locals[each]) if each in self.module.locals else ():
                if reference.root == "var":
                    return True
                inner = str(reference.steps[0]) if reference.root == "local" and reference.steps else each
                if inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)
        return False

    def _attribute(self, found: Reference) -> str:
        """What was meant by an attribute that a resource does not have, as far as its type is known."""
        block = self.module.resources.get((found.root, str(found.steps[0]))) if found.steps else None
        if block is None:
            return ""
        name = next((each for each in found.steps[2 if "for_each" in block.attributes else 1 :] if isinstance(each, str)), "")
        return self.module.no_attribute(block, name)

    def call(self, block: Block) -> Iterator[Absent]:
        """The arguments of a module, and its source."""
        called = self.module.called(block)
        if called.lost:
            yield _absent(called.lost, block.text, block.attributes["source"].offset)
        inner = next(iter(called.modules.values()), None)
        if inner is None or called.known:
            return
        name = block.labels[0]
        for each, attribute in block.attributes.items():
            if each not in inner.variables and each not in _META:
                near = self.module.budget.suggest(each, [*inner.variables], "; did you mean {!r}?")
                yield _absent(f"the module {name!r} takes no argument {each!r}{near}", attribute.text, attribute.offset)
        for each, variable in inner.variables.items():
            if each not in block.attributes and "default" not in variable.attributes:
                yield _absent(f"the module {name!r} needs the argument {each!r}", block.text, block.offset)


def _absent(why: str, text: Text, offset: int, severity: Literal["error", "warning"] = "error") -> Absent:
    return Absent(why, text.location(offset), severity)
