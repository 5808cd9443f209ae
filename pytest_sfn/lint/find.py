"""From paths to state machines: which files hold definitions, and the problems of each machine in them.

A file is a template with any number of machines, or one definition. In a folder only files with the right names are read;
a file that the user names is read whatever its name. A definition that a template refers to is linted once, with the type
and the substitutions that it has there.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from fnmatch import translate
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from pytest_sfn.asl.files import path_kind, read_stream, shown_path
from pytest_sfn.asl.source import find_text, read_source
from pytest_sfn.asl.text import Substitutions, Text
from pytest_sfn.errors import DefinitionError, Location, UnsupportedError
from pytest_sfn.lint.definition import LintedDefinition
from pytest_sfn.lint.handlers import SKIPPED, Code, check_handlers
from pytest_sfn.lint.linter import Lint, Settings, lint_refused, lint_source
from pytest_sfn.lint.rules import BY_NAME
from pytest_sfn.loaders.formats import DEFINITIONS, TEMPLATES, find_template, format_of, may_have_machines
from pytest_sfn.loaders.programs import program_error
from pytest_sfn.loaders.project import Project
from pytest_sfn.loaders.terraform import Folders
from pytest_sfn.names import suggest
from pytest_sfn.templates.mistakes import Mistake, mistakes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from pytest_sfn.asl.source import Source
    from pytest_sfn.lint.definition import MachineType
    from pytest_sfn.loaders.template import FoundMachine, Template

__all__ = ["DEFINITIONS", "TEMPLATES", "Linted", "Linter", "files_below", "lint_file", "lint_files"]

_NAME: Final = re.compile(r"[^\s\x00-\x1f\x7f-\x9f?*<>{}\[\]:;,\\|^~$#%&`\"/]{1,80}")


@dataclass(frozen=True)
class Linted:
    """A state machine and its problems.

    Attributes:
        file: the file that was named: the template, or the definition.
        machine: its logical id in a template; "" for a definition's file.
        problems: in the order of the text.
        texts: the text of each file that a problem is in, by the file's name in locations.
        definition: the file of its definition, or the included one that has the machine, if that is not the template itself.
        location: its place in the template, or in the file of the template that has it.
    """

    file: Path
    machine: str = ""
    problems: Sequence[Lint] = ()
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    definition: Path | None = None
    location: Location | None = None

    @property
    def errors(self) -> list[Lint]:
        """The problems that are errors."""
        return [each for each in self.problems if each.severity == "error"]


_matches = re.compile("|".join(map(translate, (*DEFINITIONS, *TEMPLATES)))).match
_includer = re.compile("|".join(map(translate, ("serverless.yml", "serverless.yaml", "*.tf", "*.tf.json")))).match
_is_definition = re.compile("|".join(map(translate, DEFINITIONS))).match
_is_template = re.compile("|".join(map(translate, TEMPLATES))).match


def files_below(folder: Path) -> Iterator[Path]:
    """The files below a folder whose names match, sorted, without hidden folders and those of build tools."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)
        for name in sorted(filter(_matches, names)):
            path = Path(where, name)
            if path_kind(path) == "file":
                yield path


def lint_files(
    paths: Iterable[Path], settings: Settings | None = None, type: MachineType | None = None, **options: Any
) -> list[Linted]:
    """`Linter(settings, type, ...).files(paths)`."""
    return Linter(settings, type, **options).files(paths)


def lint_file(path: Path, settings: Settings | None = None, type: MachineType | None = None, **options: Any) -> list[Linted]:
    """`Linter(settings, type, ...).file(path)`."""
    return Linter(settings, type, **options).file(path)


class Linter:
    """Lints files; what several of them need is read once.

    Args:
        type: of the machine where the file is a definition, which does not have it; STANDARD if left out.
        allowed_folders: where a template may name files besides its project.
    """

    def __init__(
        self, settings: Settings | None = None, type: MachineType | None = None, allowed_folders: Sequence[Path] = ()
    ) -> None:
        self._settings = settings or Settings()
        self._type: MachineType = type or "STANDARD"
        self._allowed_folders = allowed_folders
        self._code = Code(allowed_folders)
        self._folders = Folders()
        self._includers: dict[Path, dict[Path, str]] = {}
        self._wholes: dict[Path, list[Linted]] = {}

    def files(
        self, paths: Iterable[Path], found: Collection[Path] = (), progress: Callable[[int], None] | None = None
    ) -> list[Linted]:
        """Every machine of the files; a definition that one of the templates refers to is linted only there.

        Args:
            found: those of the paths that nobody named, see `file`.
            progress: gets the number of files that are done, before each file.

        Raises:
            DefinitionError: a file that somebody named is not there, or not readable.
        """
        paths = list(dict.fromkeys(paths))
        linted: dict[Path, list[Linted]] = {}
        named: set[Path] = set()
        for path in sorted(paths, key=_order):
            if progress is not None:
                progress(len(linted))
            linted[path] = self.file(path, found=path in found) if path.resolve() not in named else []
            named |= {each.definition.resolve() for each in linted[path] if each.machine and each.definition is not None}
        once: set[tuple[str, Location | None, str]] = set()  # each file of a Terraform module reads all others
        kept = []
        for each in self.without_modules([each for path in paths for each in linted[path]]):
            if each.machine or each.file.resolve() not in named:
                fresh = [item for item in each.problems if (item.code, item.location, item.message) not in once]
                once.update((item.code, item.location, item.message) for item in fresh)
                kept.append(replace(each, problems=fresh))
        return kept

    def without_modules(self, linted: list[Linted]) -> list[Linted]:
        """All but the machines of Terraform's modules that a root module among the files has given its values."""
        folders: dict[Location | None, set[Path]] = {}
        for each in linted:
            folders.setdefault(each.location, set()).add(each.file.parent)
        twice = {place: found for place, found in folders.items() if place is not None and len(found) > 1}
        modules = {folder: self._is_module(folder) for folder in {*chain.from_iterable(twice.values())}}
        called = {place for place, found in twice.items() if not all(modules[folder] for folder in found)}
        return [each for each in linted if each.location not in called or not modules[each.file.parent]]

    def _is_module(self, folder: Path) -> bool:
        """Whether a root module of the project calls the one in a folder."""
        folder = folder.resolve()
        return bool(self._folders.callers(Project(folder, self._allowed_folders)).roots_of(folder))

    def _as_part(self, path: Path, name: str) -> list[Linted]:
        """The machines of the project's templates that have a file for their definition, with its own problems."""
        wanted = path.resolve()
        project = Project(path.absolute().parent, self._allowed_folders)
        for folder in (each for each in wanted.parents if project.root is not None and each.is_relative_to(project.root)):
            if folder not in self._includers:
                self._includers[folder] = {path: text for path, text in _includers(folder) if not project.refusal(path)}
            for whole, text in self._includers[folder].items():
                if whole == wanted or (path.name not in text and "${" not in text):
                    continue
                if whole not in self._wholes:
                    self._wholes[whole] = self.file(whole, found=True)
                parts = [each for each in self._wholes[whole] if each.machine and _is(each.definition, wanted)]
                if parts:
                    return [replace(each, problems=[item for item in each.problems if _is_in(item, name)]) for each in parts]
        return []

    def file(self, path: Path, *, found: bool = False, stream: IO[bytes] | None = None) -> list[Linted]:
        """The machines of one file.

        Args:
            found: nobody named the file: it was found in a folder, and may be a link that leads out of the project.
            stream: has its text, so that it need not be there.

        Raises:
            DefinitionError: it is not there, or not readable, unless it was found.
        """
        if found and path.is_symlink() and (refused := Project(path.parent, self._allowed_folders).refusal(path)):
            return [Linted(path, problems=[_at(_begin(path), "not-looked-at", refused.hint, message=refused.message)])]
        try:
            read, where = find_text(path.absolute()) if stream is None else _read(stream, path)
        except DefinitionError as error:
            if error.diagnostics or found:
                return [Linted(path, problems=lint_refused(error, self._settings, _begin(path)))]
            raise
        kind = format_of(read.text, where)
        if kind is not None:
            return self._template(path, read) if may_have_machines(kind, read.text) else []
        if _is_template(path.name) and not re.search("StartAt|States", read.text):
            return []  # some other kind of template
        if stream is None and (parts := self._as_part(path, read.name)):
            return parts
        try:
            source = read_source((read, where), loose=True)
        except DefinitionError as error:
            problems = lint_refused(program_error(path) or error, self._settings, _begin(path))
            return [Linted(path, problems=problems, texts={read.name: read.text}, definition=path)]
        problems = lint_source(source, self._type, self._settings)
        return [Linted(path, problems=problems, texts={read.name: read.text}, definition=path)]

    def _template(self, path: Path, text: Text) -> list[Linted]:
        try:
            template = find_template(path, text.text, loose=True, allowed_folders=self._allowed_folders, folders=self._folders)
            assert template is not None
            machines = [self._machine(path, machine) for machine in template.machines]
            return self._with_mistakes(path, template, machines)
        except UnsupportedError as error:
            return [Linted(path, problems=(_unread(error, text),))]
        except DefinitionError as error:
            problems = lint_refused(error, self._settings, text.location(0))
            return [
                Linted(path, problems=problems, texts={text.name: text.text, **_read_others(_files_of(problems) - {text.name})})
            ]

    def _with_mistakes(self, path: Path, template: Template, machines: list[Linted]) -> list[Linted]:
        """The machines with the mistakes of the template: those in the resource of a machine, and the first with all others.

        A template without machines is reported for errors alone, which may be why it has none.
        """
        said = {(each.code, each.location) for machine in machines for each in machine.problems}
        index = {machine.machine: number for number, machine in enumerate(machines)}
        more: dict[int, list[Lint]] = {}
        for mistake in mistakes_of(template):
            problem = _of_mistake(mistake)
            if self._settings.wants(problem.rule) and (problem.code, problem.location) not in said:
                more.setdefault(index.get(mistake.resource, 0), []).append(problem)
        if not machines and any(each.severity == "error" for each in more.get(0, ())):
            machines = [Linted(path)]
        for number, problems in more.items() if machines else ():
            own = machines[number]
            texts = _texts_of(template, _files_of(problems))
            machines[number] = replace(own, problems=[*own.problems, *problems], texts={**own.texts, **texts})
        return machines

    def _machine(self, path: Path, machine: FoundMachine) -> Linted:
        try:
            source = machine.source
        except DefinitionError as error:
            problems = lint_refused(error, self._settings, machine.location)
            return Linted(path, machine.logical_id, problems, _texts(machine, problems), location=machine.location)
        handlers = check_handlers(LintedDefinition(source, machine.type), machine.template, self._code)
        problems = lint_source(source, machine.type, self._settings, list(handlers))
        problems += [each for each in _of_template(machine, source) if self._settings.wants(each.rule)]
        texts = _texts(machine, problems)
        if source.name is not None and source.text is not None:
            texts[source.name] = source.text
        apart = machine.format == "Serverless" and machine.document is not machine.template.document
        included = machine.document.path if apart else None
        return Linted(path, machine.logical_id, problems, texts, machine.file or included, machine.location)


def _includers(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files of a folder that may make definitions of other files, with their texts: of Serverless and of Terraform."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:  # not ours to list
        return
    for path in paths:
        if _includer(path.name) is not None and path_kind(path) == "file":
            try:
                text = find_text(path)[0].text
            except DefinitionError:
                continue
            if "file(" in text:
                yield path, text


def _is(path: Path | None, wanted: Path) -> bool:
    return path is not None and path.resolve() == wanted


def _is_in(problem: Lint, name: str) -> bool:
    return problem.location is not None and problem.location.file == name


def _read(stream: IO[bytes], path: Path) -> tuple[Text, Path]:
    return Text(shown_path(path), read_stream(stream, path)), path.absolute()


def _order(path: Path) -> int:
    """Templates before definitions, and first those that include parts of others."""
    return 2 if _is_definition(path.name) is not None else int(not path.name.startswith("serverless."))


def _begin(path: Path) -> Location:
    return Location(shown_path(path), 1, 1)


def _texts(machine: FoundMachine, problems: Sequence[Lint]) -> dict[str, str]:
    """The texts of the template's files that problems are in, by their names in locations."""
    return _texts_of(machine.template, _files_of(problems))


def _files_of(problems: Iterable[Lint]) -> set[str]:
    return {each.location.file for each in problems if each.location is not None}


def _read_others(names: Iterable[str]) -> dict[str, str]:
    """The texts of files that could not be read as what they are."""
    texts = {}
    for name in names:
        try:
            texts[name] = find_text(Path(name).absolute())[0].text
        except DefinitionError:
            continue
    return texts


def _texts_of(template: Template, wanted: Collection[str]) -> dict[str, str]:
    text = template.document.text
    read = template.files if {*wanted} - {text.name} else {}
    known = {text.name: text.text} | {name: each for path, each in read.items() if (name := shown_path(path)) in wanted}
    return known | _read_others({*wanted} - {*known})


def _of_mistake(mistake: Mistake) -> Lint:
    rule = BY_NAME[mistake.rule]
    return Lint(
        rule=rule,
        severity=mistake.severity,
        message=mistake.why,
        hint=mistake.fix,
        pointer="",
        state=None,
        location=mistake.location,
    )


def _of_template(machine: FoundMachine, source: Source) -> Iterator[Lint]:
    """References to what is not there, code that is not read, substitutions that do not match, and a name that AWS refuses."""
    for function in machine.template.functions:
        if function.code_refused and function.location is not None:
            yield _at(
                function.location,
                "not-looked-at",
                "",
                message=f"The code of {function.name} is not read: {function.code_refused}",
            )
    for absent in machine.absent:
        if absent.severity is not None:
            rule = "unknown-reference" if absent.severity == "error" else "questionable-reference"
            yield _at(absent.location, rule, "", message=absent.why)
    text = source.text or ""
    used = Substitutions(None).occurrences(text)
    given = machine.substitution_names
    for name, place in given.items():
        if name not in used and source.path is not None:
            near = suggest(name, (each for each in source.placeholders if each not in given), "did you mean {}?")
            yield _at(place, "unused-substitution", near or "remove it", name=name)
    if source.path is not None and machine.format in ("SAM", "CloudFormation", "CDK"):
        written = Text(source.name or "", text)
        for name in source.placeholders:
            if name not in machine.unresolved and name in used:
                near = suggest(name, (each for each in given if each not in used), "did you mean ${{{}}}?")
                yield _at(written.location(used[name][0]), "unresolved-substitution", near, placeholder=f"${{{name}}}")
    own = (
        machine.name if machine.name != machine.logical_id and "${" not in machine.name else ""
    )  # else CloudFormation makes one
    if own and not _NAME.fullmatch(own):
        why = (
            f"it has {len(machine.name)} characters, and 80 are the most"
            if len(machine.name) > 80
            else "it has a character that none may have"
        )
        yield _at(machine.location, "machine-name", "", name=machine.name, why=why)


def _at(location: Location, rule_name: str, hint: str, /, **parts: Any) -> Lint:
    rule = BY_NAME[rule_name]
    return Lint(
        rule=rule,
        severity=rule.severity,
        message=rule.message.format(**parts),
        hint=hint or rule.hint,
        pointer="",
        state=None,
        location=location,
    )


def _unread(error: UnsupportedError, text: Text) -> Lint:
    """A file of a kind that is not read as things are."""
    first, *others = str(error).removeprefix(f"{text.name}: ").splitlines()
    hint = "; ".join(line.strip().removeprefix("fix").strip() for line in others)
    return _at(text.location(0), "not-looked-at", hint, message=first)
