"""What a template wants, read once: its resources in the order in which they can be made, its machines, its functions."""

from __future__ import annotations

import re
from collections import OrderedDict
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pytest_sfn.asl.express import express_problems
from pytest_sfn.definition import state_machine_of
from pytest_sfn.deploy.cloudformation import CloudFormationResources
from pytest_sfn.deploy.makers import AFTER_MACHINES, MAKERS, NESTED, UNDELIVERED
from pytest_sfn.deploy.nothing import is_nothing
from pytest_sfn.deploy.terraform import TerraformResources
from pytest_sfn.deploy.wanted import Lack
from pytest_sfn.errors import DefinitionError
from pytest_sfn.expressions.values import dumps
from pytest_sfn.loaders.resources import kind_of
from pytest_sfn.loaders.template import ELSEWHERE
from pytest_sfn.loaders.terraform_attributes import without_index
from pytest_sfn.names import suggest
from pytest_sfn.templates.mistakes import Mistake, mistakes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.deploy.wanted import Wanted
    from pytest_sfn.loaders.template import FoundMachine, Template

__all__ = ["Plan", "plan_of"]

_MOST: Final = 32
"""Plans that are kept."""
_RANKS: Final = {kind: rank for rank, kind in enumerate(MAKERS)}
"""Kinds of resources in the order in which they are made, since some refer to others by name alone."""
_SHORTEST: Final = 3
"""Shorter names are in any text."""


def plan_of(template: Template) -> Plan:
    """The plan of a template, made once."""
    plan = _plans.get(template)
    if plan is None:
        plan = _plans[template] = Plan(template)
        if len(_plans) > _MOST:
            _plans.popitem(last=False)
    return plan


class Plan:
    """What a template wants.

    Attributes:
        template: the template.
        wanted: its resources by logical id, each after what it needs.
        undelivered: what is in the template and reaches nobody here.
        mistakes: those of the template and of nested ones, each with the logical id of the resource; "" for none.
        found: its machines, as the template says them, by logical id.
        machines: those of them that can be loaded, by logical id.
        refused: for each machine that cannot be loaded, why.
    """

    def __init__(self, template: Template) -> None:
        self.template = template
        resources = _resources_of(template)
        ranked = sorted(resources.wanted(), key=lambda wanted: _RANKS.get(wanted.type, len(_RANKS)))
        self.wanted = _ordered({each.logical_id: each for each in ranked})
        self.undelivered = [
            *resources.undelivered,
            *(
                Lack(each.location(), each.logical_id, each.said, UNDELIVERED[each.type])
                for each in self.wanted.values()
                if each.type in UNDELIVERED
            ),
        ]
        self.mistakes = [*_mistakes_in(template)]
        self.machines: dict[str, StateMachine] = {}
        self.refused: dict[str, list[Lack]] = {}
        self.found: dict[str, FoundMachine] = {}
        for logical_id, found in _machines_of(template):
            if found.logical_id in found.template.resources and logical_id not in self.wanted:
                continue  # its condition does not hold
            self.found[logical_id] = found
            try:
                self.machines[logical_id] = _machine(found)
            except DefinitionError as error:
                if all(each.code == ELSEWHERE for each in error.diagnostics) and self.is_given(logical_id):
                    continue
                self.refused[logical_id] = _lacks(found, error, logical_id, self._type(logical_id))

    def is_given(self, logical_id: str) -> bool:
        """Whether the user has said what a resource is called, or what one of its attributes gives."""
        given = {name for name in self.template.parameters if name == logical_id or name.startswith(f"{logical_id}.")}
        self.template.used |= given
        return bool(given)

    @property
    def home(self) -> tuple[str, str]:
        """Region and account of its resources."""
        resolver = self.template.resolver()
        return str(resolver.pseudo("AWS::Region")), str(resolver.pseudo("AWS::AccountId"))

    def note_on_parameters(self) -> str | None:
        """The note on the user's values that nothing takes, None if there is none."""
        _ = self._texts  # functions take some in their variables
        return self.template.note_on_parameters(self.template.parameters)

    def _type(self, machine: str) -> str:
        """The type of a machine as the template says it."""
        return self.wanted[machine].said if machine in self.wanted else "AWS::StepFunctions::StateMachine"

    def concerns(self, mistake: Mistake, logical_id: str) -> bool:
        """Whether a mistake is one of the template itself, or of a resource that is made here or runs here."""
        if not logical_id or mistake.rule == "unknown-type" or logical_id in self.found:
            return True
        wanted = self.wanted.get(logical_id)
        if wanted is None:  # its condition does not hold, or it is no resource at all
            return logical_id not in self.template.resources
        made = wanted.type in MAKERS or wanted.type in AFTER_MACHINES
        return made or not is_nothing(wanted.type) or kind_of(wanted.type).kind == "function"

    # -- which of them -------------------------------------------------------------------------------------------------

    @cached_property
    def names(self) -> dict[str, list[str]]:
        """The logical ids of resources by all names that a test may use; several where a name says too little."""
        found = {each: [each] for each in self.wanted}
        for wanted in self.wanted.values():
            resource = self.template.resources.get(wanted.logical_id)
            construct = resource.construct_id if resource is not None else None
            for name in dict.fromkeys((construct, *_endings(wanted.logical_id))):
                if name is not None and name not in self.wanted:
                    found.setdefault(name, []).append(wanted.logical_id)
        return found

    @cached_property
    def machine_names(self) -> dict[str, list[str]]:
        """Those of machines."""
        found = {each: [each] for each in self.found}
        for logical_id, machine in self.found.items():
            for name in dict.fromkeys((machine.logical_id, *machine.other_names)):
                if name not in self.found:
                    found.setdefault(name, []).append(logical_id)
        return found

    def only(self, name: str, ids: list[str]) -> str:
        """The only one that has a name. Raises `DefinitionError` if several have it."""
        if len(ids) > 1:
            known = ", ".join(repr(each) for each in ids)
            raise DefinitionError(f"{self.template.name}: {name!r} may be one of several\n  fix  name one of them: {known}")
        return ids[0]

    def unknown(self, name: str, among: Iterable[str] = ()) -> DefinitionError:
        """The error for a name that nothing has; `among` the names that would do, if not all."""
        named = {**self.names, **self.machine_names}
        known = [each for each in among or (*self.machine_names, *self.names) if len(named[each]) == 1]
        hint = (
            suggest(name, known, "\n  fix  did you mean {!r}?")
            or f"\n  fix  it has {', '.join(dict.fromkeys(known)) or 'none'}"
        )
        return DefinitionError(f"{self.template.name}: no {'state machine' if among else 'resource'} {name!r}{hint}")

    def id_of(self, name: str) -> str:
        """The logical id of a resource or a machine. Raises `DefinitionError` if nothing has this name, or several have it."""
        found = self.names.get(name) or self.machine_names.get(name)
        if found is None:
            raise self.unknown(name)
        return self.only(name, found)

    def closure(self, asked: Iterable[str]) -> set[str]:
        """The logical ids of resources and machines that are asked for, and of those that these need."""
        found: set[str] = set()
        waiting = [each for name in asked for each in self._asked(name)]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += self._needs(each)
        return found

    def _asked(self, name: str) -> set[str]:
        """The logical ids of what is called so: the framework or Terraform may have another one for a machine than we."""
        resources, machines = self.names.get(name, []), self.machine_names.get(name, [])
        if machines and len(resources) > 1:
            resources = [each for each in resources if kind_of(self.wanted[each].type).kind == "stateMachine"]
        if not resources and not machines:
            raise self.unknown(name)
        return {self.only(name, each) for each in (resources, machines) if each}

    def _needs(self, logical_id: str) -> Iterator[str]:
        if logical_id in self.wanted:
            yield from (each for each in self.wanted[logical_id].needs if each in self.wanted)
        if logical_id in self.found:  # the resource of a machine of the framework, which has a key and a logical id
            known = [each for each in self.found[logical_id].other_names if each in self.wanted]
            yield from (each for each in known if kind_of(self.wanted[each].type).kind == "stateMachine")
        text = self._texts.get(logical_id)
        if text is not None:
            for other in self.wanted.values():
                names = (other.name, other.ref)
                if other.logical_id != logical_id and any(len(name) >= _SHORTEST and name in text for name in names):
                    yield other.logical_id

    def user_of(self, wanted: Wanted) -> str | None:
        """The logical id of what may ask for a resource while it runs: a machine, a function, something that is made."""
        found = self._users.get(wanted.logical_id)
        if found is None:
            unknown = f"${{{wanted.logical_id}."  # what it gives is not known here
            found = next((owner for owner, text in self._texts.items() if unknown in text), None)
        return found

    @cached_property
    def _users(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for each in self.wanted.values():
            if each.type in MAKERS or each.type == NESTED or kind_of(each.type).kind in ("function", "stateMachine"):
                for used in sorted(each.uses):
                    found.setdefault(used, each.logical_id)
        return found

    @cached_property
    def _texts(self) -> dict[str, str]:
        """What machines and functions say, in which names of resources may be."""
        texts = {function.logical_id: dumps(dict(function.environment)) for function in self.template.functions}
        return texts | {each: dumps(machine.definition) for each, machine in self.machines.items()}


def _resources_of(template: Template) -> CloudFormationResources | TerraformResources:
    if template.format != "Terraform":
        return CloudFormationResources(template)
    from pytest_sfn.loaders.terraform import TerraformTemplate
    from pytest_sfn.loaders.terraform_plan import TerraformPlan

    assert isinstance(template, (TerraformTemplate, TerraformPlan))
    return TerraformResources(template.all_resources)


def _endings(address: str) -> list[str]:
    """The last part of an address of Terraform, and the last two, with and without indices; keys may have dots in them."""
    ways = (_PART.findall(each) for each in (address, without_index(address)))
    return [".".join(parts[-count:]) for parts in ways for count in (1, 2)]


_PART: Final = re.compile(r"""(?:[^.\[]|\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\])+""")


def _ordered(wanted: Mapping[str, Wanted]) -> dict[str, Wanted]:
    """Each after what it needs; where some need each other, what the first of them needs comes before it.

    Only what is made has to wait: a function may well name a table that is made after it.
    """
    done: dict[str, Wanted] = {}
    seen: set[str] = set()
    for first in wanted:
        waiting = [first]
        while waiting:
            each = waiting[-1]
            if each not in seen:
                seen.add(each)
                needs = sorted(wanted[each].needs) if wanted[each].type in MAKERS else ()
                waiting += [need for need in needs if need in wanted and need not in seen]
            else:
                done.setdefault(each, wanted[waiting.pop()])
    return done


def _machines_of(template: Template, prefix: str = "") -> Iterator[tuple[str, FoundMachine]]:
    """The machines of a template and of its nested stacks, by the logical ids that a deployment gives them."""
    for machine in template.machines:
        yield f"{prefix}{machine.logical_id}", machine
    for stack, inner in template.nested.items():
        yield from _machines_of(inner, f"{prefix}{stack}-")


def _mistakes_in(template: Template, prefix: str = "") -> Iterator[tuple[str, Mistake]]:
    """The mistakes of a template and of its nested stacks."""
    for mistake in mistakes_of(template):
        yield f"{prefix}{mistake.resource}".removesuffix("-"), mistake
    for stack, inner in template.nested.items():
        yield from _mistakes_in(inner, f"{prefix}{stack}-")


def _machine(found: FoundMachine) -> StateMachine:
    """The machine of a template.

    Raises:
        DefinitionError: it cannot be loaded, or not as the type that the template says.
    """
    machine = state_machine_of(found)
    if found.type == "EXPRESS" and (problems := express_problems(machine._model, machine._source)):
        raise machine._source.error(problems)
    return machine


def _lacks(found: FoundMachine, error: DefinitionError, logical_id: str, kind: str) -> list[Lack]:
    """Why a machine cannot be loaded, each reason by itself; `kind` is its type."""
    if not error.diagnostics:
        return [Lack(found.location, logical_id, kind, str(error))]
    given = f'deploy goes on without it if you say what it gives: parameters={{"{logical_id}": ...}}'
    return [
        Lack(
            each.location or found.location,
            logical_id,
            kind,
            f"{each.code}: {each.message}",
            f"{each.hint}; {given}" if each.code == ELSEWHERE and found.template.format != "Terraform" else each.hint,
        )
        for each in error.diagnostics
    ]


_plans: OrderedDict[Template, Plan] = OrderedDict()
