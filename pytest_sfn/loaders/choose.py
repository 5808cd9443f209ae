"""Chooses the state machine of a template by its id, or the only one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.errors import DefinitionError
from pytest_sfn.links import see
from pytest_sfn.loaders.formats import read_template
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pytest_sfn.asl.text import Text
    from pytest_sfn.loaders.template import FoundMachine, Template

__all__ = ["choose", "name_of"]

_SEE = f"\n  see  {see('loading#templates')}"


def choose(
    text: Text,
    path: Path | None,
    logical_id: str | None,
    *,
    parameters: Mapping[str, Any],
    expected: Mapping[str, Any],
    substitutions: Mapping[str, Any] | None,
    default_substitutions: Mapping[str, Any],
    directory: Path | None,
    allowed_folders: Sequence[Path],
) -> FoundMachine:
    """The state machine of a template that has this id, or the only one. Arguments otherwise as for `read_template`.

    Args:
        logical_id: its logical id; its name, or the id of its construct in the CDK, will do.
        expected: those of `parameters` that the template must take.

    Raises:
        DefinitionError: there is none, or more than one to choose from; lists them.
    """
    template = read_template(
        text,
        path,
        parameters=parameters,
        substitutions=substitutions,
        default_substitutions=default_substitutions,
        directory=directory,
        allowed_folders=allowed_folders,
    )
    assert template is not None  # the caller has checked that it is a template
    machine = _machine(template, logical_id)
    source = machine.source
    note = template.note_on_parameters(expected)
    if note is not None and note not in source.notes:
        source.notes = (*source.notes, note)
    return machine


def _machine(template: Template, logical_id: str | None) -> FoundMachine:
    name = template.document.text.name
    machines = template.machines or template.every_machine
    if not machines:
        raise DefinitionError(
            f"{name}: no state machine in this {template.format} template; it has {template.contents()}{template.way_in}{_SEE}"
        )
    if logical_id is None:
        if len(machines) == 1:
            return machines[0]
        raise DefinitionError(
            f"{name} has {len(machines)} state machines; say which\n{_listing(machines)}"
            f"\n  fix  load({name!r}, logical_id={machines[0].logical_id!r}){_SEE}"
        )
    found = _found(logical_id, template)
    if len(found) == 1:
        return found[0]
    if found:
        ways = dict.fromkeys(each for machine in found for each in (machine.logical_id, *machine.other_names))
        own = [each for each in ways if len(_called(each, found)) == 1]
        fix = f"\n  fix  say which: logical_id={' or '.join(map(repr, own))}" if own else ""
        raise DefinitionError(f"{name}: {len(found)} state machines are called {logical_id!r}\n{_listing(found)}{fix}{_SEE}")
    machines = template.every_machine
    names = [each for machine in machines for each in (machine.logical_id, *machine.other_names)]
    why = template.why_not(logical_id)
    hint = f"\n  {why}" if why else suggest(logical_id, names, "\n  fix  did you mean {!r}?")
    raise DefinitionError(f"{name}: no state machine {logical_id!r}; it has\n{_listing(machines)}{hint}{_SEE}")


def name_of(machine: FoundMachine, template: Template) -> str:
    """The name by which `choose` finds a machine: its logical id, unless a machine of another stack has it too."""
    names = (machine.logical_id, *machine.other_names)
    return next((each for each in names if _found(each, template) == [machine]), names[0])


def _found(name: str, template: Template) -> list[FoundMachine]:
    """The template's own machines with a name, or else those of what belongs to it."""
    return _called(name, template.machines) or _called(name, template.every_machine)


def _called(name: str, machines: list[FoundMachine]) -> list[FoundMachine]:
    found = [machine for machine in machines if machine.logical_id == name]
    return found or [machine for machine in machines if name in machine.other_names]


def _listing(machines: list[FoundMachine]) -> str:
    width = max(len(machine.logical_id) for machine in machines)
    return "\n".join(f"  {machine.logical_id:<{width}}  {machine.location}" for machine in machines)
