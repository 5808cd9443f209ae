"""Which Lambda functions of an account run their own code, and which code that is.

The loaded templates describe a function: its code, layers, handler and variables. Arguments of `use_handlers` and
`calls_handler` override the template, and suffice where there is none. A function whose code cannot run in this process has
to be mocked; `reason` gives the cause.

The handlers themselves (`lambda_/handlers.py`) are made when they are first called, and kept until the account closes or
begins anew.
"""

from __future__ import annotations

import os
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_sfn.asl.files import near_files, path_kind, shown_path
from pytest_sfn.dataclass import dataclass
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.errors import MockError, warn
from pytest_sfn.lambda_.archives import Folders
from pytest_sfn.lambda_.environment import runtime_variables
from pytest_sfn.lambda_.handlers import Handler
from pytest_sfn.links import see
from pytest_sfn.mocks.answers import CallsHandler
from pytest_sfn.mocks.created import CreatedFunctions
from pytest_sfn.services.function_names import logical_id_in
from pytest_sfn.tasks.functions import FUNCTION_TIMEOUT_SECONDS
from pytest_sfn.tasks.request import place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from contextlib import AbstractContextManager
    from datetime import datetime
    from os import PathLike

    from pytest_sfn.engine.run import Run
    from pytest_sfn.gate.gate import Guard
    from pytest_sfn.lambda_.logs import Logged
    from pytest_sfn.loaders.functions import FunctionResource
    from pytest_sfn.services.function_names import FunctionName
    from pytest_sfn.tasks.request import Request

__all__ = ["Chosen", "Handlers"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A test's arguments for a handler; None or empty where the template, or `use_handlers`, decides.

    Attributes:
        handler: as Lambda writes it, `app.handler`.
        root: the folder or archive with the code.
        layers: folders or archives, beside those of the template.
        environment: variables, beside those of the template.
        timeout_seconds: the function's.
        freeze_time: whether it sees the virtual time.
    """

    handler: str | None = None
    root: Path | None = None
    layers: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)
    timeout_seconds: int | None = None
    freeze_time: bool | None = None


class Handlers:
    """The handlers of one account.

    Args:
        region: the account's.
        functions: the functions of the loaded templates.
        templates: gives the names of the loaded templates.
        directories: gives the folders in which relative paths are looked up: those of the file that calls, first.
        guard: shut while a handler runs.
        fixture: the test's name for the account, for messages.
        account: the account's id.

    Attributes:
        created: the functions that were created through Lambda's API.
        everywhere: whether functions that no mock answers run their own code.
        defaults: the test's arguments for all handlers.
        answer: the answer of a function without a mock.
        added: functions of templates that no machine was loaded from.
        logged_in: the functions and the records that they logged, by the execution's ARN.
    """

    def __init__(
        self,
        region: str,
        *,
        functions: Callable[[], Iterable[FunctionResource]],
        directories: Callable[[], Sequence[Path]],
        templates: Callable[[], Iterable[str]] = tuple,
        guard: Guard,
        fixture: str = "sfn_mock",
        account: str = "123456789012",
    ) -> None:
        self.region = region
        self.fixture = fixture
        self.everywhere = False
        self.logged_in: dict[str, list[tuple[str, Logged]]] = {}
        self.defaults = Chosen()
        self.answer = self.calling(self.defaults)
        self._added: list[FunctionResource] = []
        self._functions = functions
        self._templates = templates
        self._directories = directories
        self._guard = guard
        self._made: dict[tuple[str, int], tuple[Chosen, FunctionResource | None, Handler]] = {}
        self._folders = Folders()
        self.created = CreatedFunctions(region, account, self._folders)

    # -- what a test says ----------------------------------------------------------------------------------------------

    def choose(
        self,
        handler: str | None = None,
        *,
        root: str | PathLike[str] | None = None,
        layers: Iterable[str | PathLike[str]] = (),
        environment: Mapping[str, str] | None = None,
        timeout_seconds: int | None = None,
        freeze_time: bool | None = None,
    ) -> Chosen:
        """The arguments, checked, with their paths resolved.

        Args:
            handler: `app.handler`, or a file and a function of it, `src/app.py:handler`.

        Raises:
            MockError: a file or folder is not there, or time cannot be frozen here.
        """
        if isinstance(layers, str) or not all(isinstance(text, str) for text in (environment or {}).values()):
            problem = f"layers={layers!r}" if isinstance(layers, str) else f"environment={dict(environment or {})!r}"
            raise _misuse(f"got {problem}", "layers is a list of paths; environment has texts for names")
        if freeze_time:
            _frozen()
        folder = None if root is None else self._find(root, "root")
        if handler is not None:
            file, colon, function = handler.rpartition(":")
            if colon:
                handler, folder = self._of_file(file, function, folder)
            elif folder is None and handler.endswith(".py"):
                raise _misuse(f"handler {handler!r} names no function", f'write "{handler}:handler"')
        return Chosen(
            handler, folder, tuple(self._find(each, "layer") for each in layers), dict(environment or {}), timeout_seconds,
            freeze_time,
        )  # fmt: skip

    def _of_file(self, file: str, function: str, root: Path | None) -> tuple[str, Path]:
        path = self._find(file if root is None else root / file, "handler")
        folder = root or path.parent
        module = path.relative_to(folder).with_suffix("").as_posix().replace("/", ".")
        return f"{module}.{function}", folder

    def _find(self, named: str | PathLike[str], what: str) -> Path:
        given = Path(named)
        tried = [
            Path(os.path.normpath(folder / given)) for folder in ([Path()] if given.is_absolute() else self._directories())
        ]
        for path in tried:
            if path_kind(path) in ("file", "directory"):
                return path.resolve()
        looked = ", ".join(dict.fromkeys(map(str, tried))) or "no folder"
        template = "; calls_handler() alone runs what the template names" if what == "handler" else ""
        near = next((found for path in tried for found in near_files(path, ("file", "directory"))), None)
        meant = f"did you mean {shown_path(near)}? Otherwise " if near is not None else ""
        raise _misuse(
            f"there is no {what} {str(named)!r} (looked at {looked})",
            f"{meant}relative paths begin at the test's file{template}",
        )

    def add(self, functions: Iterable[FunctionResource]) -> None:
        """Know more functions, beside those of the loaded machines."""
        self._added.extend(functions)

    def use(self, chosen: Chosen) -> None:
        """Let functions that no mock answers run their own code; those that run already begin anew."""
        self.everywhere = True
        self.defaults = chosen
        self.answer = self.calling(chosen)
        self._made.clear()

    def calling(self, chosen: Chosen, times: int | None = None) -> CallsHandler:
        """The answer that runs a function's own code."""
        return CallsHandler(lambda request, function: self.handler(request, function, chosen), times)

    # -- which code ----------------------------------------------------------------------------------------------------

    def answers(self, function: FunctionName) -> bool:
        """Whether a function that no mock answers runs its own code."""
        resource = self.described(function) if self.everywhere else None
        return resource is not None and self.reason(resource, self.defaults) is None

    def resource(self, function: FunctionName) -> FunctionResource | None:
        """The function as a loaded template has it, or else as it was created through Lambda's API."""
        return self.described(function) or self.created.find(function)

    def names(self) -> Iterator[str]:
        """All names of the functions that loaded templates have."""
        for each in (*self._functions(), *self._added):
            yield from each.names

    def described(self, function: FunctionName) -> FunctionResource | None:
        """The function as a loaded template has it; of two the one that was loaded last.

        Raises:
            MockError: two templates have a function of that name, with different code.
        """
        known = [*self._functions(), *self._added]
        found = [each for each in known if function.name in each.names]
        if not found and (logical_id := logical_id_in(function.name)) is not None:
            found = [each for each in known if each.logical_id[:24] == logical_id[:24]]
        if len({(each.code, each.handler, each.code_text) for each in found}) > 1:
            where = "\n".join(f"            {_where(each)}" for each in found).lstrip()
            mock = f'{self.fixture}.lambda_function("{function.name}")'
            raise MockError(
                f"two functions of the loaded templates are called {function.name!r}, and have different code\n"
                f"  found     {where}\n"
                f'  fix       say which: {mock}.calls_handler("app.handler", root="...")\n'
                f"  see       {see('handlers#one-function')}"
            )
        return found[-1] if found else None

    def timeout(self, function: FunctionName) -> int | None:
        """The seconds after which Lambda stops a function; None where no loaded template says it."""
        try:
            resource = self.described(function)
        except MockError:  # only the code of two functions needs a decision
            return None
        return resource.timeout_seconds if resource is not None else None

    def reason(self, resource: FunctionResource | None, chosen: Chosen) -> str | None:
        """Why a function's code cannot run here; None if it can."""
        if resource is None:
            if chosen.root is not None and chosen.handler is not None:
                return None
            known = ", ".join(dict.fromkeys(each.name for each in (*self._functions(), *self._added)))
            if not known:
                return f'{self._without_functions()}, or use_handlers("template.yaml")'
            return f"no loaded template has it; there are {known}"
        root = chosen.root or resource.code
        if chosen.root is None and resource.package_type == "Image":
            return "it is a container image"
        runtime = _known(resource.runtime)
        if runtime is not None and not runtime.startswith("python"):
            return f"its runtime is {runtime}, and only Python runs here"
        handler = chosen.handler or _known(resource.handler)
        if handler is None:
            return "its template does not say what its handler is"
        if root is None and resource.code_refused:
            return f"its code is not read: {resource.code_refused}"
        if root is None and resource.code_text is None:
            said = f": {resource.code_place}" if resource.code_place else ", as far as the template says"
            return f"its code is not on this disk{said}"
        if runtime is None and root is not None and root.is_dir():
            file = f"{handler.rpartition('.')[0]}".replace(".", "/")
            if not any((root / f"{file}{end}").exists() for end in (".py", "/__init__.py")):
                return f"its template does not say what its runtime is, and {root} has no {file}.py"
        return None

    def _without_functions(self) -> str:
        """Why no function is known."""
        templates = dict.fromkeys(self._templates())
        if not templates:
            return "no template with functions is loaded; load the template"
        named = f"{', '.join(templates)} {'has' if len(templates) == 1 else 'have'} no functions"
        return f"{named}, nor nested stacks with some whose template is on this disk; load the template that has them"

    def handler(self, request: Request, function: FunctionName | None, chosen: Chosen) -> Handler:
        """The handler that a task calls.

        Raises:
            MockError: its code cannot run here.
        """
        name = function.name if function is not None else ""
        made = self._made.get((name, id(chosen)))
        if made is not None:
            return made[2]
        resource = self.resource(function) if function is not None else None
        known_as = name
        if resource is not None and resource.version is not None:  # it may be another one in the next call
            known_as = f"{id(resource)}"
            if (made := self._made.get((known_as, id(chosen)))) is not None:
                return made[2]
        reason = self.reason(resource, chosen)
        if reason is not None:
            raise self._cannot_run(request, name, resource, reason)
        handler = self._make(name, resource, chosen, request)
        self._made[known_as, id(chosen)] = chosen, resource, handler  # which keeps the ids their own
        return handler

    def _make(self, name: str, resource: FunctionResource | None, chosen: Chosen, request: Request) -> Handler:
        defaults = self.defaults
        text = chosen.handler or (resource.handler if resource is not None else None)
        root = chosen.root or (resource.code if resource is not None else None)
        assert text is not None
        if root is None:
            assert resource is not None
            root = self._write(resource.code_text or "")
        timeout = chosen.timeout_seconds or defaults.timeout_seconds
        freeze = defaults.freeze_time if chosen.freeze_time is None else chosen.freeze_time
        name = resource.name if resource is not None else name
        runtime, memory = (_known(resource.runtime), resource.memory_mb) if resource is not None else (None, 128)
        version = resource.version if resource is not None else None
        region = resource.arn.split(":")[3] if resource is not None and version is not None else self.region
        variables = runtime_variables(
            name, text, root, runtime=runtime, memory_mb=memory, region=region, version=version or "$LATEST",
            day=request.world.datetime_at(request.time),
        )  # fmt: skip
        set_here = {**defaults.environment, **chosen.environment}
        own = {**(resource.environment if resource is not None else {}), **set_here}
        if resource is not None:
            _warn_of_unknown(resource, set_here)
        return Handler(
            name,
            text,
            root,
            layers=(*(resource.layers if resource is not None else ()), *defaults.layers, *chosen.layers),
            missing_layers=resource.other_layers if resource is not None else (),
            variables={"TZ": ":UTC", **own, **variables},
            given=own,
            timeout_seconds=timeout or (resource.timeout_seconds if resource is not None else None) or FUNCTION_TIMEOUT_SECONDS,
            memory_mb=memory,
            version=version,
            guard=self._guard,
            frozen=_frozen() if freeze else None,
            lending=TURN.lent,
            logged_in=self.logged_in,
        )

    def _write(self, text: str) -> Path:
        """Code that is written in the template, in a file `index.py` as Lambda keeps it."""
        root = self._folders.make()
        (root / "index.py").write_text(text, encoding="utf-8")
        return root

    # -- explanations --------------------------------------------------------------------------------------------------

    def note(self, function: FunctionName) -> str | None:
        """A hint about a function's own code for a task that no mock answers; None if there is none."""
        resource = self.resource(function)
        if resource is None and (created := self.created.elsewhere(function.name)):
            return created
        if resource is None and not self.everywhere:
            return None
        reason = self.reason(resource, self.defaults)
        if reason is not None:
            return f"its own code cannot run: {reason}{f' ({_where(resource)})' if resource is not None else ''}"
        return f'or let its own code run: {self.fixture}.lambda_function("{function.name}").calls_handler(), {see("handlers")}'

    def _cannot_run(self, request: Request, name: str, resource: FunctionResource | None, reason: str) -> MockError:
        state = request.state.name
        where = f"  function  {_where(resource)}\n" if resource is not None else ""
        return MockError(
            f"{place(request)}: the code of function {name!r} cannot run here: {reason}\n"
            f"  resource  {request.resource.text}\n"
            f"{where}"
            f'  fix       mock it: {self.fixture}.lambda_function("{name}").returns(...)\n'
            f"  see       {see('handlers#what-must-be-mocked')}",
            state=state,
        )

    # -- begin and end -------------------------------------------------------------------------------------------------

    def rewind(self) -> None:
        """Every function begins anew, with its modules imported again."""
        for *_, handler in self._made.values():
            handler.restart()

    def forget(self, kept: AbstractSet[Run]) -> None:
        """Forget what reports show of all other executions."""
        if self.logged_in:
            for arn in self.logged_in.keys() - {run.arn for run in kept}:
                del self.logged_in[arn]

    def close(self) -> None:
        """Forget the handlers, and leave nothing behind."""
        left = {handler: open_ for *_, handler in self._made.values() if (open_ := handler.close())}
        self._made.clear()
        self._folders.close()
        if left:
            _warn(left)


def _warn(left: dict[Handler, list[str]]) -> None:
    """Name what the code of handlers has left open."""
    warn(
        "handlers have left open, for the tests after this one:",
        *(f"  {handler}: {', '.join(parts)}" for handler, parts in left.items()),
        "  fix  close files and end threads before the handler returns",
        f"  see  {see('handlers#what-is-put-back')}",
        kind=ResourceWarning,
        file=next(iter(left)).file,
    )


def _warn_of_unknown(resource: FunctionResource, set_here: Mapping[str, str]) -> None:
    """Name the variables that the code gets without a value."""
    left = [each for each in resource.unknown if each.name not in set_here]
    if left:
        names = ", ".join(f'"{each.name}": ...' for each in left)
        warn(
            f"function {resource.logical_id!r}: environment variables without a value, which stay placeholders",
            *(
                f"  {each.location or resource.location}  {each.name}={resource.environment[each.name]} ({each.why})"
                for each in left
            ),
            f"  fix  use_handlers(environment={{{names}}}), or the value of what they come from: load(..., parameters={{...}})",
            f"  see  {see('handlers#environment-variables')}",
        )


def _known(text: str | None) -> str | None:
    """A property's value, None where the template has only a placeholder."""
    return None if text is None or "${" in text else text


def _where(resource: FunctionResource) -> str:
    return f"{resource.logical_id}, {resource.location}" if resource.location is not None else resource.logical_id


def _frozen() -> Callable[[datetime], AbstractContextManager[object]]:
    """The function that freezes time: of time-machine, or else of freezegun.

    Raises:
        MockError: neither is installed.
    """
    from importlib import import_module

    for module, function in _FREEZERS.items():
        try:
            freeze = getattr(import_module(module), function)
        except ImportError:
            continue
        return lambda now: freeze(now, tick=False)
    raise _misuse("freeze_time needs time-machine or freezegun, and neither is installed", "pip install time-machine")


_FREEZERS: Final = {"time_machine": "travel", "freezegun": "freeze_time"}


def _misuse(problem: str, advice: str) -> MockError:
    return MockError(f"handlers: {problem}\n  fix  {advice}\n  see  {see('handlers#one-function')}")
