"""A definition, loaded: parsed once, shared by all tests, not runnable by itself."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_sfn.asl.parse import ONE_STATE, parse, parse_state
from pytest_sfn.asl.source import Source, find_text, read_source
from pytest_sfn.asl.text import Text
from pytest_sfn.dataclass import dataclass
from pytest_sfn.defaults import defaults
from pytest_sfn.engine.program import compile_program
from pytest_sfn.errors import Absent, DefinitionError, Lacking
from pytest_sfn.loaders.formats import as_text, format_of
from pytest_sfn.services.reach import Reach
from pytest_sfn.settings import check_settings

if TYPE_CHECKING:
    from types import FrameType

    from pytest_sfn.asl.findings import CallCheck, Finding, ServiceCall
    from pytest_sfn.asl.model import State, StateMachineModel
    from pytest_sfn.engine.run import Program
    from pytest_sfn.errors import Location
    from pytest_sfn.loaders.template import FoundMachine, Template

__all__ = ["DefinitionLike", "StateMachine", "load", "load_one_state"]

DefinitionLike = str | PathLike[str] | Mapping[str, Any]
"""A path, ASL text (JSON or YAML), or a dict."""

_CACHE_SIZE = 128
_cache: OrderedDict[tuple[object, ...], StateMachine] = OrderedDict()
_templates: OrderedDict[tuple[object, ...], Template] = OrderedDict()


def _not_runnable(_machine: StateMachine, _name: str) -> str:
    return "a StateMachine does not run by itself; sfn_mock.load(state_machine) makes it runnable"


class StateMachine(Lacking):
    """A loaded definition: immutable, compiled, usable in a fixture of any scope.

    `sfn_mock.load(state_machine)` makes it runnable.

    Attributes:
        name: the file's name without its extensions, `StateMachine` for text and dicts; from a template the machine's
            name, or its logical id.

    Attributes that begin with an underscore are for other modules: `_source` has the definition's values, their positions in
    the text and the substitutions used, `_model` is the parsed definition, and `_found` its place in a template, or None.
    """

    def __init__(self, source: Source, found: FoundMachine | None = None, check_call: CallCheck | None = None) -> None:
        self._source = source
        self._model: StateMachineModel = self._parse(source, check_call)
        self._found = found
        if found is not None:
            self.name = found.name
        else:
            self.name = source.path.name.split(".")[0] if source.path is not None else "StateMachine"
        self._programs: dict[tuple[str | None, str | None], Program] = {}

    @staticmethod
    def _parse(source: Source, check_call: CallCheck | None) -> StateMachineModel:
        return parse(source, check_call)

    def __setattr__(self, name: str, value: object) -> None:
        if name in self.__dict__:  # shared by every test that loads the same text
            raise AttributeError(f"a StateMachine is immutable; load another definition instead of setting {name!r}")
        super().__setattr__(name, value)

    @property
    def definition(self) -> dict[str, Any]:
        """The definition as a dict, after substitutions. Shared by all tests: do not change it."""
        value: dict[str, Any] = self._source.value
        return value

    @property
    def file(self) -> str | None:
        """The definition's file, or None."""
        return None if self._source.path is None else str(self._source.path)

    @property
    def logical_id(self) -> str | None:
        """The machine's logical id in its template, or None."""
        return self._found.logical_id if self._found is not None else None

    @property
    def template(self) -> Template | None:
        """The template that the machine was loaded from, or None: `resolved` gives each resource's kind and ARN."""
        return self._found.template if self._found is not None else None

    @property
    def states(self) -> Mapping[str, State]:
        """Every state at any depth, by name."""
        return self._model.all_states

    @cached_property
    def _reach(self) -> Reach:
        """The functions and services that the machine's tasks can call."""
        names = self._found.template.function_names if self._found is not None else {}
        return Reach(self._model.all_states, self.definition, names)

    def locate(self, pointer: str) -> Location | None:
        """File, line and column of a JSON Pointer such as `/States/Charge`; None for a dict."""
        return self._source.locate(pointer)

    def to_mermaid(self) -> str:
        """The state machine as a Mermaid flowchart, which GitHub draws in a fenced block of the language `mermaid`."""
        from pytest_sfn.diagrams.mermaid import to_mermaid

        return to_mermaid(self)

    def to_svg(self) -> str:
        """The state machine as one `<svg>` element.

        Raises:
            UnsupportedError: the extra `html` (fast-sugiyama) is not installed.
        """
        from pytest_sfn.diagrams.svg import to_svg

        return to_svg(self)

    def _program(self, start_at: str | None = None, stop_after: str | None = None) -> Program:
        """The compiled form that the engine runs, made once."""
        key = (start_at, stop_after)
        program = self._programs.get(key)
        if program is None:
            program = self._programs[key] = compile_program(self._model, self.locate, start_at=start_at, stop_after=stop_after)
        return program

    def _program_of_one(self, name: str) -> Program:
        """The compiled form of one state that runs alone, made once."""
        from pytest_sfn.engine.one_state import compile_one_state

        key = (name, "alone")
        program = self._programs.get(key)
        if program is None:
            program = self._programs[key] = compile_one_state(self._model, self.locate, name)
        return program

    if not TYPE_CHECKING:  # to a type checker, an attribute that is not there shall stay an error
        run = Absent(_not_runnable)
        run_state = Absent(_not_runnable)
        run_sync = Absent(_not_runnable)
        start = Absent(_not_runnable)

    def __repr__(self) -> str:
        count = len(self._model.all_states)
        return f"<StateMachine {self.file or self.name!r}: {count} state{'s' * (count != 1)}>"


class _StateAlone(StateMachine):
    """A definition that is one state, with a machine around it, whose state has AWS's name for it."""

    _parse = staticmethod(parse_state)

    @property
    def definition(self) -> dict[str, Any]:
        return {"StartAt": ONE_STATE, "States": {ONE_STATE: self._source.value}}

    def locate(self, pointer: str) -> Location | None:
        return self._source.locate(pointer.removeprefix(f"/States/{ONE_STATE}"))


def load_one_state(text: str, *, alone: bool) -> StateMachine:
    """Load a definition for a test of one state.

    Args:
        text: JSON.
        alone: whether it is that state, else a state machine that has it.

    Raises:
        DefinitionError: AWS would refuse it.
    """
    return (_StateAlone if alone else StateMachine)(read_source(text), check_call=_check_call)


def load(
    source: DefinitionLike | StateMachine,
    *,
    logical_id: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    substitutions: Mapping[str, Any] | None = None,
    directories: Sequence[Path] | None = None,
    allowed_folders: Sequence[str | PathLike[str]] = (),
) -> StateMachine:
    """Load a definition, or a state machine of a template (SAM, CloudFormation, CDK, Serverless Framework, Terraform).

    Args:
        source: a path, ASL text (JSON or YAML), a dict, or a StateMachine (returned unchanged). A relative path is resolved
            against the folder of the file that calls `load`, then against ini `sfn_definition_root` and pytest's rootdir,
            never against the working directory.
        logical_id: the state machine of a template; needed if the template has several.
        parameters: values of a template's parameters, of pseudo parameters such as `AWS::Region`, of a resource (`Table`) or
            an attribute (`Table.Arn`), of an import, or of a variable of the Serverless Framework (`opt:stage`).
        substitutions: values that replace `${Name}` before the text is parsed; strings, numbers or whole objects.
        directories: folders for relative paths instead of those above.
        allowed_folders: where a template may name files besides its own project; relative ones begin at the same folders.

    Raises:
        DefinitionError: the file does not exist, or AWS would refuse the definition; lists every problem with its position.
        PytestSfnError: another argument is of a wrong type.
    """
    if isinstance(source, StateMachine):
        return source
    check_settings(logical_id=logical_id, parameters=parameters, substitutions=substitutions, allowed_folders=allowed_folders)
    if directories is None and (allowed_folders or not isinstance(source, Mapping)):
        directories = caller_directories()
    given = _read(source, directories or (), allowed_folders)
    key = (
        given.path, given.identity, repr(substitutions), logical_id, repr(parameters),
        repr(defaults.substitutions), repr(defaults.parameters), given.allowed_folders, defaults.allowed_folders,
        defaults.parameter_check,
    )  # fmt: skip
    machine = _cached(key)
    if machine is None:
        make = _of_template if given.is_template else _of_definition
        machine = make(given, logical_id, parameters or {}, substitutions)
        _cache[key] = machine
        if len(_cache) > _CACHE_SIZE:
            _cache.popitem(last=False)
    return machine


@dataclass(frozen=True, slots=True)
class _Given:
    """What `load` was given, read.

    Attributes:
        content: the text of a definition or a template, or a definition as a dict.
        path: its file, if it has one.
        directory: the folder for files that a template names, if the template is in no file.
        allowed_folders: where it may name files besides its project.
    """

    content: Text | Mapping[str, Any]
    path: Path | None = None
    directory: Path | None = None
    allowed_folders: tuple[Path, ...] = ()

    @property
    def identity(self) -> tuple[str, str]:
        """Differs from that of every other content."""
        if isinstance(self.content, Text):
            return self.content.name, self.content.text
        try:
            return "", repr(self.content)
        except RecursionError:
            raise DefinitionError("the definition is nested too deep for Python to look at it") from None

    @property
    def is_template(self) -> bool:
        return isinstance(self.content, Text) and format_of(self.content.text, self.path) is not None


def _read(source: DefinitionLike, directories: Sequence[Path], allowed_folders: Sequence[str | PathLike[str]]) -> _Given:
    directory = directories[0] if directories else None
    allowed = tuple(folder / each for each in allowed_folders for folder in directories or [Path()])
    if not isinstance(source, Mapping):
        text, path = find_text(source, directories)
        return _Given(text, path, directory if path is None else None, allowed)
    is_template = "Resources" in source and "States" not in source  # as the CDK's assertions make it
    return _Given(as_text(source) if is_template else source, directory=directory, allowed_folders=allowed)


def _cached(key: tuple[object, ...]) -> StateMachine | None:
    """The machine loaded before from the same content and settings, unless a file that its template names has changed."""
    machine = _cache.get(key)
    if machine is None or (machine.template is not None and not machine.template.is_fresh()):
        return None
    _cache.move_to_end(key)
    machine._source.warn()
    return machine


def _of_template(
    given: _Given, logical_id: str | None, parameters: Mapping[str, Any], substitutions: Mapping[str, Any] | None
) -> StateMachine:
    from pytest_sfn.loaders.choose import choose
    from pytest_sfn.templates.mistakes import notes_of

    assert isinstance(given.content, Text)
    found = choose(
        given.content,
        given.path,
        logical_id,
        parameters={**defaults.parameters, **parameters},
        expected=parameters,
        substitutions=substitutions,
        default_substitutions=defaults.substitutions,
        directory=given.directory,
        allowed_folders=given.allowed_folders,
    )
    found.source.notes = (*found.source.notes, *notes_of(found))
    try:
        return state_machine_of(found)
    finally:
        found.source.warn()


def state_machine_of(found: FoundMachine) -> StateMachine:
    """The state machine of a place in a template. Raises `DefinitionError` as `load` does; its notes warn of nothing."""
    return StateMachine(found.source, found, _check_call)


def _of_definition(
    given: _Given, logical_id: str | None, parameters: Mapping[str, Any], substitutions: Mapping[str, Any] | None
) -> StateMachine:
    own = [name for name in parameters if not name.startswith("AWS::")]  # an account gives AWS::... to whatever it loads
    for argument, value in (("logical_id", logical_id), ("parameters", own)):
        if value:
            name = given.content.name if isinstance(given.content, Text) else "the definition"
            raise DefinitionError(
                f"{name}: this is a definition itself, no template\n  fix  leave out {argument}"
                f"{'; values for ${Name} go into substitutions' if argument == 'parameters' else ''}"
            )
    content = (given.content, given.path) if isinstance(given.content, Text) else given.content
    try:
        source = read_source(content, substitutions=substitutions, defaults=defaults.substitutions)
        try:
            return StateMachine(source, check_call=_check_call)
        finally:
            source.warn()
    except DefinitionError:
        from pytest_sfn.loaders.programs import program_error  # only what cannot be loaded may be a program

        program = program_error(given.path) if given.path is not None else None
        if program is not None:
            raise program from None
        raise


def _check_call(call: ServiceCall) -> Iterable[Finding]:
    from pytest_sfn.services.calls import check_call  # loaded when a definition calls a service

    return check_call(call)


def load_template(
    source: DefinitionLike,
    *,
    parameters: Mapping[str, Any] | None = None,
    substitutions: Mapping[str, Any] | None = None,
    allowed_folders: Sequence[str | PathLike[str]] = (),
) -> Template:
    """Read a template for its functions and other resources; the same one as before, as long as its files are the same.

    Args:
        source: a path, resolved as in `load`, or a template as a dict.
        parameters, substitutions, allowed_folders: as for `load`.

    Raises:
        DefinitionError: the file does not exist, cannot be read, or is no template.
    """
    from pytest_sfn.loaders.formats import read_template

    check_settings(parameters=parameters, substitutions=substitutions, allowed_folders=allowed_folders)
    if isinstance(source, str):
        source = Path(source)
    given = _read(source, caller_directories(), allowed_folders)
    key = (
        given.path, given.identity, repr(substitutions), repr(parameters), repr(defaults.substitutions),
        repr(defaults.parameters), given.allowed_folders, defaults.allowed_folders,
    )  # fmt: skip
    template = _templates.get(key)
    if template is not None and template.is_fresh():
        _templates.move_to_end(key)
        return template
    text = given.content
    if isinstance(text, Text):
        template = read_template(
            text,
            given.path,
            parameters={**defaults.parameters, **(parameters or {})},
            substitutions=substitutions,
            default_substitutions=defaults.substitutions,
            directory=given.directory,
            allowed_folders=given.allowed_folders,
        )
    if not isinstance(text, Text) or template is None:
        name = text.name if isinstance(text, Text) else "the dict"
        if isinstance(text, Text) and not text.text.strip():
            raise DefinitionError(f"{name}: the file is empty\n  fix  name a template, or write one into it")
        raise DefinitionError(f"{name}: this is not a template\n  fix  name one of SAM, CloudFormation, the CDK ...")
    _templates[key] = template
    if len(_templates) > _CACHE_SIZE:
        _templates.popitem(last=False)
    return template


def caller_directories() -> list[Path]:
    """The folder of the first calling file outside this package, then ini `sfn_definition_root`, then pytest's rootdir."""
    directories = []
    package = str(Path(__file__).parent)
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(package):
        frame = frame.f_back
    if frame is not None and not frame.f_code.co_filename.startswith("<"):
        directories.append(Path(frame.f_code.co_filename).resolve().parent)
    return [*directories, *settled_directories()]


def settled_directories() -> list[Path]:
    """The folders for relative paths that do not depend on the caller: ini `sfn_definition_root`, then pytest's rootdir."""
    return [directory for directory in (defaults.root, defaults.rootdir) if directory is not None]
