"""Which definition a loaded machine is in reports: a definition is one, whoever loads it, and from wherever.

a file, also one that a template names        the file, links followed
what a template makes of a file: Terraform's  the file, if it holds the same states
templatefile, Serverless' file(), ...
an asset of the CDK, whose name is a hash     the construct; where reports have the file that was copied, that file
any other machine of a template               its name, or its construct
a dict or a text                              the name that the test gave it
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_sfn.coverage.data import Definition
from pytest_sfn.coverage.elements import digest, outline, outline_of_file
from pytest_sfn.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_sfn.coverage.elements import Element, Outline
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.loaders.template import Template

__all__ = ["definition_in_file", "file_name", "identified", "united"]


def identified(name: str, state_machine: StateMachine, root: Path) -> tuple[Definition, Outline]:
    """The definition of a loaded machine, nothing of it taken, and its elements as they are in the machine.

    Args:
        name: of the machine, which a definition without a file has in reports.
        root: the folder that names of files are relative to.
    """
    path = state_machine._source.path
    found_in = state_machine._found
    template = _template(state_machine, root)
    if path is not None and (found_in is None or found_in.format != "CDK"):
        title = file_name(path, root)
        found = outline(state_machine, title)
        given = dict(state_machine._source.substitutions)
        return Definition(title, digest(found.text), found.elements, substitutions=given, template=template), found
    found = outline(state_machine)
    file = None if path is not None else _file(state_machine, found, root)
    if file is not None:
        file.template = template
        return file, found
    named = path is not None or name != state_machine.name
    title = name
    if found_in is not None and found_in.construct is not None and name == found_in.logical_id:
        title = found_in.construct
    places = {} if path is not None else _places(found, state_machine, root)
    definition = Definition(
        title, digest(found.text), found.elements, text=found.text, named=named, places=places, template=template
    )
    return definition, found


def definition_in_file(path: Path, root: Path) -> Definition:
    """The definition of a file that no test has loaded.

    Raises:
        DefinitionError: as `outline_of_file`.
    """
    title = file_name(path, root)
    found = outline_of_file(path, title)
    return Definition(title, digest(found.text), found.elements)


def united(definitions: Iterable[Definition]) -> list[Definition]:
    """Each definition once. The definitions given stay as they are.

    An asset of the CDK, which has no places of its own, is the file that has its text. A file that nothing was taken of is left
    out where a machine was made of it.
    """
    found = sorted(definitions, key=lambda each: each.name, reverse=True)  # of files that are alike the first has the copies
    files = {each.digest: each for each in found if each.is_file}
    copies: dict[str, list[Definition]] = {}
    for each in found:
        if not each.is_file and each.template is not None and not each.places and each.digest in files:
            copies.setdefault(each.digest, []).append(each)
    kept = []
    for each in found:
        if each is files.get(each.digest) and each.digest in copies:
            whole = Definition(each.name, each.digest, ())
            for part in (each, *copies[each.digest]):
                whole.merge(part)
            kept.append(whole)
        elif each not in copies.get(each.digest, ()):
            kept.append(each)
    kept = _of_one_template(kept)
    made_of = {place.rpartition(":")[0] for each in kept for place in each.places.values()}
    return [each for each in kept if each.taken or not each.is_file or each.name not in made_of]


def _of_one_template(definitions: list[Definition]) -> list[Definition]:
    """A machine inside of a template once, whatever names its parameters or stages give it: then by its logical id."""
    found: dict[tuple[object, ...], list[Definition]] = {}
    for each in definitions:
        one = each.template is not None and each.places and not each.named
        found.setdefault((each.template, *sorted(each.places.items())) if one else (id(each),), []).append(each)
    return [each[0] if len(each) == 1 else _merged(each) for each in found.values()]


def _merged(alike: list[Definition]) -> Definition:
    first = alike[0]
    assert first.template is not None
    whole = Definition(first.template[1], first.digest, (), text=first.text)
    for part in alike:
        whole.merge(part)
    return whole


def _file(state_machine: StateMachine, found: Outline, root: Path) -> Definition | None:
    """The file that a template's machine was made of, if it holds the same states and nothing else."""
    template, name = state_machine.template, state_machine._source.name
    if template is None or template.path is None or name is None:
        return None
    path = _path(template, name)
    if path is None or path == template.path:
        return None
    try:
        file = definition_in_file(path, root)
    except DefinitionError:
        return None
    if _states(file.elements.values()) != _states(found.elements):
        return None
    file.elements = {each.pointer: _placed(each, file, state_machine) for each in found.elements}
    return file


def _states(elements: Iterable[Element]) -> set[str]:
    return {each.pointer for each in elements if each.kind == "state"}


def _placed(element: Element, file: Definition, state_machine: StateMachine) -> Element:
    """The element of a machine at its place in the file."""
    place = file.elements.get(element.pointer) or state_machine.locate(element.pointer.partition("#")[0]) or element
    return replace(element, line=place.line, column=place.column, file=file.name)


def _places(found: Outline, state_machine: StateMachine, root: Path) -> dict[str, str]:
    """The places of a definition's elements in the template that holds it."""
    template = state_machine.template
    if template is None or template.path is None:
        return {}
    places = {element.pointer: state_machine.locate(element.pointer.partition("#")[0]) for element in found.elements}
    names = {at.file: at.file for at in places.values() if at is not None}
    for name in names:
        path = _path(template, name)
        names[name] = name if path is None else file_name(path, root)
    return {pointer: f"{names[at.file]}:{at.line}" for pointer, at in places.items() if at is not None}


def _path(template: Template, name: str) -> Path | None:
    """The file of a template that has this name in messages, where it is relative to the folder of that time."""
    if template.path is not None and name == template.document.text.name:
        return template.path
    shown = f"/{Path(name).as_posix()}".replace("//", "/")
    found = [path for path in template.files if f"/{path.as_posix()}".replace("//", "/").endswith(shown)]
    return min(found, key=lambda path: len(path.parts), default=None)  # others are in folders below


def _template(state_machine: StateMachine, root: Path) -> tuple[str, str] | None:
    """The template's file that holds a machine, and the machine's logical id there."""
    template = state_machine.template
    if template is None or template.path is None or state_machine.logical_id is None:
        return None
    return file_name(template.path, root), state_machine.logical_id


def file_name(path: Path, root: Path) -> str:
    """The name of a definition's file in reports: relative to `root` where that is possible, with slashes."""
    try:
        return Path(os.path.relpath(path.resolve(), root.resolve())).as_posix()
    except ValueError:  # on another drive
        return path.as_posix()
