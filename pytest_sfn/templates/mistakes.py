"""All mistakes of a template: the one table of checks.

A macro that runs on AWS, an `AWS::Include`, or a file that includes this one, may bring what a template seems to lack, and may
give a meaning to what CloudFormation does not know. So most checks do not count there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.loaders.machine_resources import MachineResources
from pytest_sfn.templates import code, functions, names, parameters, references, structure, variables
from pytest_sfn.templates.sheet import Mistake, Sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_sfn.errors import Location
    from pytest_sfn.loaders.template import FoundMachine, Template

__all__ = ["Mistake", "mistakes_of", "notes_of"]

CHECKS: Final[tuple[tuple[Callable[[Sheet], Iterable[Mistake]], bool], ...]] = (
    (structure.check_duplicates, True),
    (parameters.check_values, True),
    (references.check_references, True),
    (references.check_outputs, True),
    (code.check_code, True),
    (variables.check_variables, True),
    (structure.check_sections, False),
    (structure.check_members, False),
    (structure.check_transform, False),
    (parameters.check_parameters, False),
    (functions.check_functions, False),
    (functions.check_conditions, False),
    (functions.check_mappings, False),
    (names.check_types, False),
    (names.check_properties, False),
    (names.check_events, False),
)
"""Each check, and whether it counts where a macro or an include may change the template."""
_REFERENCES: Final = ("unknown-reference", "questionable-reference")


def mistakes_of(template: Template) -> list[Mistake]:
    """The mistakes of a template, in the order of its text."""
    if not isinstance(template, MachineResources):
        return _in_order(variables.refused_by(template))
    sheet = Sheet(template)
    found = [each for check, always in CHECKS if always for each in check(sheet)]
    more = [each for check, always in CHECKS if not always for each in check(sheet)]
    if more and sheet.resolver.makes("") is not None:  # looks at the files around
        found += more
    return _in_order(found)


def _in_order(found: Iterable[Mistake]) -> list[Mistake]:
    """The order of the text; of what is wrong with the references at one place, the first that was found."""
    first: dict[tuple[str, Location, str], Mistake] = {}
    for each in found:
        first.setdefault((each.rule, each.location, "" if each.rule in _REFERENCES else each.why), each)
    return sorted(first.values(), key=lambda each: (each.location.file, each.location.line, each.location.column))


def notes_of(machine: FoundMachine) -> list[str]:
    """What may change what a machine does here: mistakes in the template itself, in its resource, and in functions.

    References of its own that lead to nothing are in the notes of its source.
    """
    said = {each.location for each in machine.absent}
    ids = {"", machine.logical_id, *(each.logical_id for each in machine.template.functions)}
    found = [each for each in mistakes_of(machine.template) if each.resource in ids and each.location not in said]
    return [f"{each}" for each in found if each.severity == "error" or each.rule == "duplicate-key"]
