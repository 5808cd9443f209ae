"""A file that holds state machines: what each is called, where its definition is, and what is around it.

A machine's definition is read on demand, so a mistake in one does not keep the others from being loaded. The format
(`cloudformation.py`, `serverless.py`) decides where it is: an object, a text, or a file. The rest is the same for all
formats and is here: substitutions are put in, positions kept, and unknown values named.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pytest_sfn.asl.files import path_kind, shown_path
from pytest_sfn.asl.findings import SCHEMA
from pytest_sfn.asl.pointer import child, is_inside, parent
from pytest_sfn.asl.source import Left, find_text, from_text, from_value
from pytest_sfn.asl.text import Substitutions
from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import DefinitionError, definition_error, printable
from pytest_sfn.expressions import values
from pytest_sfn.loaders.budget import WAY_OUT, Budget
from pytest_sfn.loaders.document import Within
from pytest_sfn.loaders.intrinsics import Placeholder, Reason, Resource
from pytest_sfn.loaders.project import REFUSED, Files, Project
from pytest_sfn.loaders.resources import FUNCTION, kind_of
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from pytest_sfn.asl.source import Source
    from pytest_sfn.asl.text import Text
    from pytest_sfn.errors import Location
    from pytest_sfn.loaders.document import Document
    from pytest_sfn.loaders.events import Event
    from pytest_sfn.loaders.functions import FunctionResource
    from pytest_sfn.loaders.intrinsics import Absent, Guess, Resolver
    from pytest_sfn.loaders.project import RefusedError

__all__ = ["ELSEWHERE", "NOT_FOUND", "Format", "Found", "FoundMachine", "Template", "counted", "ways"]

NOT_FOUND = "DEFINITION_NOT_FOUND"
ELSEWHERE = "DEFINITION_ELSEWHERE"
"""A template that may be right but has no definition here: it is in S3, or made while deploying."""

Format = Literal["SAM", "CloudFormation", "CDK", "Serverless", "Terraform"]


@dataclass(frozen=True, slots=True)
class Found:
    """Where a definition is: one of `value`, `text` and `file`.

    Attributes:
        value: an object, at `at` of `document`.
        document: the file that the object or the text is in.
        text: a text put together from parts of the document.
        file: a file of its own.
        at: the JSON Pointer of the property in the template.
    """

    at: str
    document: Document
    value: Any = None
    text: Text | None = None
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class _Definition:
    """A machine's definition, read, with its unknown values and its references to what the template does not have."""

    source: Source
    unresolved: tuple[str, ...]
    absent: tuple[Absent, ...]


class FoundMachine:
    """One state machine of a template.

    Attributes:
        template: the template that has it.
        logical_id: as the template names it; in Serverless, its key.
        name: its own name, where the template gives one that is known here; else the logical id.
        other_names: other names for it: its name, its logical id in a deployment, its construct's id.
        construct: the path of its construct in the CDK, None without one.
        type: STANDARD or EXPRESS.
        document: the file that it is in, if that is not the template's own.
        properties_document: the file that has its properties.
    """

    def __init__(
        self,
        template: Template,
        logical_id: str,
        *,
        name: str,
        type: Literal["STANDARD", "EXPRESS"],
        at: str,
        find: Callable[[Resolver], Found],
        substitutions: Mapping[str, Any] | None = None,
        substitutions_at: str = "",
        substitutions_document: Document | None = None,
        properties_document: Document | None = None,
        other_names: tuple[str, ...] = (),
        construct: str | None = None,
        logging: Callable[[], Any] | None = None,
        document: Document | None = None,
    ) -> None:
        self.template = template
        self.document = document or template.document
        self.logical_id = logical_id
        self.name = name
        self.other_names = other_names
        self.construct = construct
        self.type = type
        self._logging = logging
        self._at = at
        self._find = find
        self._substitutions = substitutions or {}
        self._substitutions_at = substitutions_at
        self.properties_document = properties_document or self.document
        self._substitutions_document = substitutions_document or self.properties_document

    @property
    def format(self) -> Format:
        return self.template.format

    @cached_property
    def logging(self) -> dict[str, Any] | None:
        """Its loggingConfiguration as the API has it; None if there is none, or its values are not known here."""
        return _logging(self._logging()) if self._logging is not None else None

    @cached_property
    def location(self) -> Location:
        """Of the machine in the template."""
        return self.document.location(self._at)

    @property
    def resolved(self) -> dict[str, tuple[str, str]]:
        """The template's resources that a workflow may name: (kind, ARN or name) by logical id."""
        return self.template.resolved

    @property
    def source(self) -> Source:
        """The definition. Probable mistakes are in `source.notes`; the property itself warns of nothing.

        Raises:
            DefinitionError: it is not there, or cannot be read; with the place.
        """
        return self._definition.source

    @property
    def unresolved(self) -> list[str]:
        """The names of what is not known here, as `${Name}` has them. Raises as `source` does."""
        return list(self._definition.unresolved)

    @property
    def file(self) -> Path | None:
        """The file that its definition begins in, if that is no template. Raises as `source` does."""
        if self.source.path is not None:
            return self.source.path
        begin = self.source.locate("")
        others = (
            path for path in self.template.files if path != self.template.path and not path.name.endswith((".tf", ".tf.json"))
        )
        return next((path for path in others if begin is not None and shown_path(path) == begin.file), None)

    @property
    def absent(self) -> tuple[Absent, ...]:
        """References to what the template does not have. Raises as `source` does."""
        return self._definition.absent

    @cached_property
    def _definition(self) -> _Definition:
        resolver = self.template.resolver()
        resolver.document = self.document
        resolver.strict = True
        try:
            return self._read(resolver)
        except RecursionError:
            raise self.error(self._at, "its definition leads too deep", WAY_OUT, self.document) from None

    def _read(self, resolver: Resolver) -> _Definition:
        found = self._find(resolver)
        given, unknown = self._given(resolver)
        escaped: set[str] = set() if self._substitutions else resolver.escaped  # else it may be meant for them
        text, path = find_text(found.file) if found.file is not None else (found.text, None)
        if text is None:
            value = self._value(found, resolver)
            unknown |= resolver.unresolved
            self.template.note_use(resolver)
            places = Within(found.document, found.at, resolver.links)
            source = from_value(value, self.template.fills(given, unknown, escaped), found.document.text, places)
        else:
            used = Substitutions({**given, **unknown}).occurrences(text.text)
            unknown = {name: why for name, why in unknown.items() if name in used} | resolver.unresolved
            self.template.note_use(resolver, path, text)
            try:
                source = from_text(text, self.template.fills(given, unknown, escaped), path)
            except DefinitionError as error:
                raise self._explained(error, text, unknown) from None
        absent = tuple(dict.fromkeys(resolver.absent))
        unresolved = {name: why for name, why in unknown.items() if name in source.placeholders}
        source.notes = (*self._notes(unresolved, absent), *map(self._note_of_guess, resolver.guesses.values()), *source.notes)
        return _Definition(source, tuple(unresolved), absent)

    def _value(self, found: Found, resolver: Resolver) -> dict[str, Any]:
        """A definition that is an object of the template, with its functions resolved."""
        self._refuse_duplicates(found)
        resolver.document = found.document
        resolver.links.clear()
        value = resolver.resolve(found.value, found.at, "")
        if not isinstance(value, dict):
            raise self.error(found.at, "a definition is an object, a text, or a file", document=found.document)
        return value

    def _notes(self, unresolved: Mapping[str, str], absent: Iterable[Absent]) -> Iterator[str]:
        """A note for each place of the template with the names that it leaves without a value, and the reasons."""
        places = {each.why: each.location for each in reversed(tuple(absent))}
        shown: dict[Location, dict[str, str]] = {}
        for name, why in unresolved.items():
            said = why.location if isinstance(why, Reason) else None
            shown.setdefault(said or places.get(why, self.location), {})[name] = why
        for place, names in shown.items():
            yield Left(names, partial(self._note, place))

    def _note(self, place: Location, names: Mapping[str, str]) -> str:
        left = ", ".join(f"${{{name}}} ({why})" for name, why in names.items())
        way = ways({name: why for name, why in names.items() if "did you mean" not in why})
        return f"{place}: state machine {self.logical_id!r}: left as written: {left}{f'; {way}' if way else ''}"

    def _note_of_guess(self, guess: Guess) -> str:
        why = f" ({'; '.join(guess.causes.values())})" if guess.causes else ""
        keys = ", ".join(f"{name!r}: ..." for name in guess.causes or [guess.name])
        taken = f"it is not known whether the condition {guess.name!r} holds{why}, so it is taken for true"
        place = guess.location or self.location
        return f"{place}: state machine {self.logical_id!r}: {taken}; pass parameters={{{keys}}}"

    @property
    def substitution_names(self) -> Mapping[str, Location]:
        """Where the template gives a value for each `${Name}` of the definition."""
        found = self._substitutions_document
        return {name: found.location(child(self._substitutions_at, name)) for name in self._substitutions}

    def _explained(self, error: DefinitionError, text: Text, unknown: Mapping[str, str]) -> DefinitionError:
        """The same error, with the reason why a name has no value."""
        if not any(problem.subject for problem in error.diagnostics):
            if not unknown or any(problem.hint or problem.code != SCHEMA for problem in error.diagnostics):
                return error
            left = "; ".join(f"${{{name}}}: {why}" for name, why in [*unknown.items()][:3])
            return definition_error(text.name, [replace(each, hint=left) for each in error.diagnostics], text.original)
        problems = [
            replace(problem, message=f"{problem.message}; {why}", hint=ways({problem.subject: why}))
            if (why := unknown.get(problem.subject))
            else problem
            for problem in error.diagnostics
        ]
        return definition_error(text.name, problems, text.original)

    def _given(self, resolver: Resolver) -> tuple[dict[str, Any], dict[str, str]]:
        """DefinitionSubstitutions: those with a value, and those whose value is not known here, with the reason."""
        given: dict[str, Any] = {}
        unknown: dict[str, str] = {}
        for name, value in self._substitutions.items():
            if name in self.template.substitutions:
                continue
            before = dict(resolver.unresolved)
            resolver.document = self._substitutions_document
            found = resolver.resolve(value, child(self._substitutions_at, name))
            if isinstance(found, Placeholder):
                unknown[name] = found.why
                resolver.unresolved = before
            elif isinstance(found, (str, int, float, bool)):
                given[name] = found
            elif isinstance(found, (dict, list)):
                kind = values.json_type(found)
                unknown[name] = f"DefinitionSubstitutions takes text, numbers and booleans, and this is of the type {kind}"
        return given, unknown

    def _refuse_duplicates(self, found: Found) -> None:
        inside = [each for each in found.document.duplicates if is_inside(parent(each.pointer), found.at)]
        if inside:
            raise definition_error(found.document.text.name, inside, found.document.text.text)

    def error(
        self, at: str, message: str, hint: str = "", document: Document | None = None, code: str = "INVALID_TEMPLATE"
    ) -> DefinitionError:
        """The error of this machine's definition at a place of the file that has its properties, or of another one."""
        return (document or self.properties_document).error(at, f"state machine {self.logical_id!r}: {message}", hint, code)

    def refused(self, at: str, field: str, refused: RefusedError, document: Document | None = None) -> DefinitionError:
        """The error for a path of the template that is not followed."""
        return self.error(at, f"{field}: {refused.message}", refused.hint, document, REFUSED)

    def __repr__(self) -> str:
        return printable(f"<FoundMachine {self.logical_id!r} of {self.template.document.text.name}, {self.format}>")


class Template:
    """A file that holds state machines; each format has a class of its own.

    Args:
        document: the file.
        parameters: the user's values of parameters, pseudo parameters, resources, imports.
        substitutions: the user's values of `${Name}` in definitions; they win over the template's.
        default_substitutions: values of `${Name}` that have no other; the template's win.
        loose: as of `asl.source.read_source`.
        directory: the folder of files that it names, if it is in none itself.
        allowed_folders: where it may name files besides its project.
        named: the way to the files that it names, for a template that belongs to another one, which decides what may be read.

    Attributes:
        named: the way to the files that it names.
        budget: what resolving it may take.
        machines: in the order of the text.
        resources: all of them, by logical id, as the template has them.
        files: the text of every other file read so far, by path.
        used: names of parameters needed so far.
        lost: parts of it that are not known here, which may have anything.
    """

    format: Format

    def __init__(
        self,
        document: Document,
        *,
        parameters: Mapping[str, Any],
        substitutions: Mapping[str, Any],
        default_substitutions: Mapping[str, Any],
        loose: bool = False,
        directory: Path | None = None,
        allowed_folders: Sequence[Path] = (),
        named: Files | None = None,
    ) -> None:
        self.document = document
        self.parameters = parameters
        self.substitutions = substitutions
        self.default_substitutions = default_substitutions
        self.loose = loose
        folder = document.path.parent if document.path is not None else directory
        self.budget = Budget()
        self.named = named or Files(folder, Project(folder, allowed_folders), parameters.values())
        self.files: dict[Path, str] = {}
        self.used: set[str] = set()
        self.lost: list[Absent] = []
        self.resources: dict[str, Resource] = {}

    @property
    def path(self) -> Path | None:
        return self.document.path

    @property
    def name(self) -> str:
        """The file as messages name it."""
        return self.document.text.name

    def resolver(self) -> Resolver:
        """A fresh one, which notes what it does not know."""
        raise NotImplementedError

    def note_use(self, resolver: Resolver, path: Path | None = None, text: Text | None = None) -> None:
        """Note which parameters and files a definition needed, its own file among them."""
        self.used |= resolver.used
        self.files.update((included, document.text.text) for included, document in resolver.read.items())
        if path is not None and text is not None:
            self.files[path] = text.text

    def fills(self, given: Mapping[str, Any], unknown: Mapping[str, str], escaped: Collection[str] = ()) -> Substitutions:
        """The values of `${Name}`: the user's, then the template's, then the defaults."""
        return Substitutions(
            {**given, **self.substitutions},
            loose=self.loose,
            defaults=self.default_substitutions,
            explained={name: (why, ways({name: why})) for name, why in unknown.items()},
            escaped=escaped,
        )

    def known_names(self) -> list[str]:
        """The names that `parameters` may have."""
        from pytest_sfn.loaders.intrinsics import declared_names

        return [*declared_names(self.resolver())]

    @property
    def way_in(self) -> str:
        """What to do where only a deployment makes the state machines: the end of a message, "" for nothing."""
        return ""

    def why_not(self, name: str) -> str:
        """Why it has no machine of that name; "" if it does not say so."""
        return ""

    @cached_property
    def machines(self) -> list[FoundMachine]:
        raise NotImplementedError

    @property
    def every_machine(self) -> list[FoundMachine]:
        """Its machines and those of what belongs to it: nested stacks, the other files of a folder of Terraform."""
        return [*self.machines, *(machine for template in self.nested.values() for machine in template.every_machine)]

    @cached_property
    def functions(self) -> list[FunctionResource]:
        """The Lambda functions, in the order of the text, and after them those of nested stacks."""
        raise NotImplementedError

    @property
    def refused(self) -> list[Absent]:
        """Variables anywhere in it that the tool which deploys it refuses."""
        return []

    @cached_property
    def events(self) -> Mapping[str, list[Event]]:
        """The events that functions and state machines have in the words of SAM or Serverless, by the owner's logical id."""
        return {}

    @cached_property
    def resolved(self) -> dict[str, tuple[str, str]]:
        """The resources that a workflow may name: (kind, ARN or name) by logical id."""
        resolver = self.resolver()
        found = {}
        for name, resource in self.resources.items():
            kind = kind_of(resource.type)
            if kind.kind:
                found[name] = (kind.kind, resolver.fill(kind.attributes.get("Arn", kind.ref), resource))
        for stack, template in self.nested.items():
            for name, known in template.resolved.items():
                found[name if name not in found else f"{stack}.{name}"] = known
        return found

    @property
    def nested(self) -> Mapping[str, Template]:
        """The templates of nested stacks that are on this disk, by the logical id of the stack."""
        return {}

    @cached_property
    def _owners(self) -> dict[str, dict[str, None]]:
        """Other names of Lambda functions, each with the functions that have it, those of nested stacks too."""
        resolver = self.resolver()
        owners: dict[str, dict[str, None]] = {}
        names = set()
        for resource in self.resources.values():
            if kind_of(resource.type).attributes.get("Arn") == FUNCTION:
                names.add(name := resolver.name_of(resource))
                for alias in (resource.id, resource.construct_id):
                    if alias and alias != name:
                        owners.setdefault(alias, {})[name] = None
        for template in self.nested.values():
            for alias, found in template._owners.items():
                if alias not in names:
                    owners.setdefault(alias, {}).update(found)
        return owners

    @cached_property
    def function_names(self) -> dict[str, tuple[str, ...]]:
        """Other names by which each Lambda function may be mocked, by the name in its ARN."""
        found: dict[str, tuple[str, ...]] = {}
        for alias, names in self._owners.items():
            if len(names) == 1:
                (name,) = names
                found[name] = (*found.get(name, ()), alias)
        return found

    @property
    def ambiguous_names(self) -> dict[str, tuple[str, ...]]:
        """Names that two or more Lambda functions have, each with the names in their ARNs."""
        if self.format == "Terraform":
            return {}
        return {alias: tuple(names) for alias, names in self._owners.items() if len(names) > 1}

    def note_on_parameters(self, expected: Mapping[str, Any]) -> str | None:
        """The note on parameters that nothing takes, None if there is none."""
        known = {*self.known_names(), *self.used}
        odd = [
            name for name in expected if name not in known and not name.startswith(("AWS::", "opt:", "env:", "param:", "sls:"))
        ]
        if not odd:
            return None
        shown = ", ".join(repr(name) + suggest(name, known, " (did you mean {!r}?)") for name in odd)
        return f"{self.document.text.name}: nothing takes the parameter{'s' * (len(odd) > 1)} {shown}"

    def is_fresh(self) -> bool:
        """Whether the files that it named are as they were when they were read."""
        try:
            return all(find_text(path)[0].text == text for path, text in self.files.items())
        except DefinitionError:
            return False

    def contents(self) -> str:
        """Its contents in a few words, for an error about a state machine that it does not have."""
        return counted(resource.type for resource in self.resources.values() if resource.type)

    def missing_file(
        self, machine: FoundMachine, named: str, at: str, field: str, beside: Files | None = None,
        document: Document | None = None,
    ) -> DefinitionError:  # fmt: skip
        """The error for a definition's file that is not there, with files whose names are near.

        Args:
            beside: the files among which it should be, if not those beside the template.
            document: the file that names it, if not the one that has the machine's properties.
        """
        files = beside or self.named
        folder = files.folder
        candidate = files.beside(named)
        if candidate is not None and path_kind(candidate) == "directory":
            return machine.error(at, f"{field}: {named!r} is a folder", "name the file in it", document, NOT_FOUND)
        if "\\" in named and files.find(named.replace("\\", "/")) is not None:
            hint = f"write {named.replace(chr(92), '/')!r}, which is the same on all systems"
            return machine.error(at, f"{field}: there is no file {named!r}", hint, document, NOT_FOUND)
        near = files.near_paths(named)
        hint = ""
        if near and folder is not None:
            shown = [_relative(path, folder) for path in near[:3]]
            hint = f"did you mean {' or '.join(shown)}?"
            if shown[0].lower() == named.removeprefix("./").lower():
                hint = f"did you mean {shown[0]}? It differs in upper and lower case, which counts on most disks"
        absolute = Path(named).is_absolute()
        where = f" (looked at {candidate})" if candidate is not None and not absolute else ""
        named = shown_path(candidate) if candidate is not None and absolute else named
        return machine.error(at, f"{field}: there is no file {named!r}{where}", hint, document, NOT_FOUND)


def _logging(value: Any) -> dict[str, Any] | None:
    """A loggingConfiguration as templates write it: names begin with a capital, a destination may be an ARN alone."""
    if not isinstance(value, dict):
        return None
    given = {f"{key[:1].lower()}{key[1:]}": item for key, item in value.items()}
    arns = [_log_group(each) for each in given.get("destinations") or ()]
    level, data = given.get("level", "OFF"), given.get("includeExecutionData", False)
    if level not in ("ALL", "ERROR", "FATAL", "OFF") or not all(isinstance(arn, str) and "${" not in arn for arn in arns):
        return None
    destinations = [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}} for arn in arns]
    found = {"level": level, "includeExecutionData": data in (True, "true")}
    return {**found, "destinations": destinations} if destinations else found


def _log_group(destination: Any) -> Any:
    if not isinstance(destination, dict):
        return destination
    group = destination.get("CloudWatchLogsLogGroup")
    return group.get("LogGroupArn") if isinstance(group, dict) else None


def _relative(path: Path, folder: Path) -> str:
    try:
        return path.relative_to(folder).as_posix()
    except ValueError:
        return str(path)


def ways(unknown: Mapping[str, str], *by: str) -> str:
    """How a test gives values to placeholders, each of which has the reason why it has none; "" for no placeholder.

    Args:
        by: the arguments of `load` that can, of `parameters` and `substitutions`; both, if none is named.
    """
    keys = [why.key for why in unknown.values() if isinstance(why, Reason) and why.key]
    arguments = {"parameters": dict.fromkeys(keys), "substitutions": unknown}
    wanted = [(each, names) for each, names in arguments.items() if names and each in (by or arguments)]
    given = [f"{each}={{{', '.join(f'{name!r}: ...' for name in names)}}}" for each, names in wanted]
    return f"pass {' or '.join(given)}" if given else ""


def counted(kinds: Iterable[str]) -> str:
    """How many there are of each, in a few words."""
    return ", ".join(f"{count} {each}" for each, count in list(Counter(kinds).items())[:8]) or "no resources"
