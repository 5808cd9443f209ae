"""A Lambda function's own code, run in this process as Lambda's Python runtime runs it.

A `Handler` is what Lambda calls an execution environment: modules that are imported once and stay for the calls after that,
environment variables, an import path. It is put in place for the time of a call and taken away after it, so that neither the
test nor another function sees it:

- `sys.path` is the function's code, its layers, and what is installed for this interpreter. The entries before that in the
  test's own path (folders of tests, the working directory) are left out, as they are not deployed with the function.
- `sys.modules` has the modules that the function imported from there, and none that the test or another function did.
  Installed modules are shared and stay. Of a package that is installed *and* in the function's folder (`pip install -t`)
  the installed one is used: an extension module cannot be loaded twice, and a test's patches of a library must hold here too.
- `os.environ` has the function's variables above the test's. A change that the handler makes lasts as long as its modules.
- `logging` has the function's own loggers (`logs.py`), the working directory is the function's folder, and whatever else the
  code changes of the process is put back (`process.py`). What it leaves open is told when it is closed (`leftovers.py`).

While a handler runs whose account has no AWS services, no request of botocore leaves the machine (`Guard`).

A call raises the handler's own exceptions, and `InitError` where the handler cannot be imported, as the runtime does
(https://github.com/aws/aws-lambda-python-runtime-interface-client). The modules have their real paths, so coverage.py and
debuggers work.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, nullcontext
from contextvars import Context, copy_context
from functools import cached_property
from importlib import import_module
from importlib.machinery import PathFinder
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from pytest_sfn import callers
from pytest_sfn.asl.files import path_kind, shown_path
from pytest_sfn.callers import is_users
from pytest_sfn.errors import PytestSfnError, printable
from pytest_sfn.lambda_.environment import Environment
from pytest_sfn.lambda_.leftovers import Leftovers
from pytest_sfn.lambda_.logs import LIMIT, Logs
from pytest_sfn.lambda_.process import Process, is_watched, loaded
from pytest_sfn.lambda_.runtime import InitError, raised_at
from pytest_sfn.lambda_.vendored import check_archives, distributed_tops, installed_tops, layer_paths, own_tops, shared_path
from pytest_sfn.links import see
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from pytest_sfn.gate.gate import Guard
    from pytest_sfn.lambda_.logs import Logged
    from pytest_sfn.lambda_.process import Failures
    from pytest_sfn.lambda_.runtime import LambdaContext

__all__ = ["Handler", "set_aside"]


class Handler:
    """The code of one Lambda function, with what its modules keep between calls.

    Args:
        name: the function's.
        handler: as Lambda writes it: `app.handler`, `src/app.handler`.
        root: the folder or archive that Lambda would have in `/var/task`.
        layers: folders or archives, in the template's order, of which the last wins.
        missing_layers: layers that are not on this disk, for messages.
        variables: environment variables, `runtime_variables` among them.
        given: the names of those that the template or the test gives it.
        version: that of the code; None if only the caller's qualifier tells it.
        guard: shut while the handler runs.
        frozen: a context that shows the handler the virtual time; None for the real time.
        lending: the context in which the code runs.
        logged_in: gets the function's name and each record that it logged, by the execution's ARN, for reports.

    Attributes:
        records: what the code has logged and nobody has kept; of very many the last ones.
    """

    current: ClassVar[Handler | None] = None
    """The handler that is in place; of nested calls the innermost."""

    _all: ClassVar[dict[str, ModuleType]] = {}
    """`sys.modules` as it was when `_version` changed."""
    _version: ClassVar[int] = 0
    """Counts loads of modules, after which a handler looks again for those that it must not see."""
    _seen: ClassVar[tuple[int, str]] = (0, "")
    """The length and the last name of `sys.modules` when a handler last ended."""

    def __init__(
        self,
        name: str,
        handler: str,
        root: Path,
        *,
        layers: Iterable[Path] = (),
        missing_layers: tuple[str, ...] = (),
        variables: Mapping[str, str],
        given: Iterable[str] = (),
        timeout_seconds: int = 3,
        memory_mb: int = 128,
        version: str | None = None,
        guard: Guard | None = None,
        frozen: Callable[[datetime], AbstractContextManager[object]] | None = None,
        lending: AbstractContextManager[object] | None = None,
        logged_in: dict[str, list[tuple[str, Logged]]] | None = None,
    ) -> None:
        self.name = name
        self.handler = handler
        self.root = root
        self.timeout_seconds = timeout_seconds
        self.memory_mb = memory_mb
        self.version = version
        self.missing_layers = missing_layers
        self.given = sorted(given)
        self.logged_in = {} if logged_in is None else logged_in
        self.records: list[Logged] = []
        self._variables = variables
        self._guard = guard
        self._frozen = frozen
        self._lending = lending or nullcontext()
        self._layers = [path for layer in reversed(list(layers)) for path in layer_paths(layer)]
        self._entries = [str(root), *self._layers]
        self._shared, self._left_out = shared_path()
        self._installed = installed_tops(self._entries, self._shared)
        self._tops = own_tops(self._entries) - self._installed - {*_LOADED_BY_LAMBDA.split()}
        self._leftovers = Leftovers()
        self._running = False
        self.restart()

    @property
    def file(self) -> str:
        """Where the handler's module is, or would be."""
        return str(self.root / f"{self.handler.rpartition('.')[0]}.py")

    def restart(self) -> None:
        """Begin anew with the next call, as Lambda does after a failed start or an exit."""
        self._function: Callable[..., Any] | None = None
        self._modules: dict[str, ModuleType] = {}
        self._path = [*self._entries, *self._shared]
        self._finders: list[Any] = []
        self._context = copy_context()
        self._environment = Environment(self._variables)
        self._process = Process(str(self.root) if self.root.is_dir() else None)
        self._logs = Logs(self.records, self._shares, self._is_code)
        self._leaves = (
            ("sys.modules", self._leave_modules),
            ("sys.path and sys.meta_path", self._leave_path),
            ("logging", self._logs.leave),
            ("os.environ", self._environment.reinstate),
            *([("the network", self._guard.open)] if self._guard is not None else ()),  # it may have to do with variables
            ("variables", self._environment.restore),
        )
        self._hidden: list[str] = []
        self._hidden_as_of = -1
        for entry in self._entries:  # files may have changed since the last import
            sys.path_importer_cache.pop(entry, None)
            if os.path.isfile(entry):  # noqa: PTH113 - one of a zip's folders is no file
                from zipimport import zipimporter

                zipimporter(entry).invalidate_caches()

    # -- a call --------------------------------------------------------------------------------------------------------

    def call(self, event: Any, context: LambdaContext, now: datetime) -> Any:
        """What the handler returns.

        Args:
            now: the virtual time.

        Raises:
            InitError: it cannot be imported.
            PytestSfnError: it sent a request to AWS that nothing answers, or what it changed cannot be put back.
        """
        outer = Handler.current
        if outer is self:  # it called itself through Lambda
            return self._run(event, context, now, copy_context())
        failures = outer._leave() if outer is not None else []
        variables = copy_context() if self._running else self._context  # it may call itself through another function
        again, self._running = self._running, True
        ended = True
        self._enter()
        try:
            result = self._run(event, context, now, variables)
            ended = False
        except SystemExit:
            raise
        except BaseException:
            ended = self._function is None  # it has failed while its modules were imported
            raise
        finally:
            failures += self._leave()
            self._running = again
            if ended:
                self.restart()
            if outer is not None:
                outer._enter()
            if failures:
                raise self._not_restored(failures)
        return result

    def _run(self, event: Any, context: LambdaContext, now: datetime, variables: Context) -> Any:
        digits = context.aws_request_id.replace("-", "")
        root = f"1-{int(now.timestamp()):08x}-{digits[8:]}"
        self._environment.trace(f"Root={root};Parent={digits[:16]};Sampled=0")
        if self._frozen is not None:
            with self._frozen(now), self._lending:
                result = variables.run(self._function or variables.run(self._started), event, context)
        else:
            with self._lending:
                result = variables.run(self._function or variables.run(self._started), event, context)
        if self._guard is not None and self._guard.first is not None:  # the handler swallowed it
            raise self._guard.first
        return result

    def keep_records(self, execution: str) -> None:
        """Keep what the last call has logged for the report of the execution with this ARN."""
        kept = self.logged_in.setdefault(execution, [])
        kept += [(self.name, record) for record in self.records]
        del kept[:-LIMIT]
        self.records.clear()

    def _not_restored(self, failures: Failures) -> PytestSfnError:
        lines = [f"  {name}: {type(error).__name__}: {error}" for name, error in failures]
        problem = f"handler {self.handler} of {self.name}: what its code changed of the process cannot be put back"
        advice = f"  fix  let the function leave it alone, or mock the function\n  see  {see('handlers#what-is-put-back')}"
        return PytestSfnError("\n".join((problem, *lines, advice)))

    def close(self) -> list[str]:
        """Drop the modules; what the code has left open, in words."""
        if not self._leftovers.found:
            return []
        self.restart()
        return self._leftovers.remaining()

    def _started(self) -> Callable[..., Any]:
        if self._function is None:
            try:
                self._function = self._load()
            except InitError as error:
                if error.reason:
                    error.reason = f"handler {self.handler} of {self.name}: {error.reason}"
                    sys.stderr.write(printable(f"[ERROR] {error.type}: {error.message}\n", "\n\t"))  # as to Lambda's log
                raise
        return self._function

    # -- importing -----------------------------------------------------------------------------------------------------

    def _load(self) -> Callable[..., Any]:
        """Import the handler. Names of errors and texts are those of Lambda's runtime."""
        module_name, dot, name = self.handler.rpartition(".")
        if not dot:
            problem = "not enough values to unpack (expected 2, got 1)"
            raise InitError("Runtime.MalformedHandlerName", f"Bad handler '{self.handler}': {problem}")
        if module_name.partition(".")[0] in sys.builtin_module_names:
            text = f"Cannot use built-in module {module_name} as a handler module"
            raise InitError("Runtime.BuiltInModuleConflict", text)
        try:
            module = self._import(module_name.replace("/", "."))
        except ImportError as error:
            text = f"Unable to import module '{module_name}': {self._as_deployed(str(error))}"
            raise InitError("Runtime.ImportModuleError", text, reason=self._explain(error)) from error
        except SyntaxError as error:
            text = f"Syntax error in module '{module_name}': {error}"
            trace = [f'  File "{self._as_deployed(error.filename or "")}" Line {error.lineno}\n    {error.text}']
            reason = f"{shown_path(Path(error.filename or ''))}:{error.lineno}: {error.msg}"
            raise InitError("Runtime.UserCodeSyntaxError", text, trace, reason=reason) from error
        try:
            function: Callable[..., Any] = getattr(module, name)
        except AttributeError:
            text = f"Handler '{name}' missing on module '{module_name}'"
            callables = [each for each, value in vars(module).items() if callable(value)]
            home = shown_path(Path(module.__file__)) if module.__file__ else module_name
            reason = f"{home} has no {name!r}{suggest(name, callables)}"
            raise InitError("Runtime.HandlerNotFound", text, reason=reason) from None
        return function

    def _import(self, name: str) -> ModuleType:
        try:
            return import_module(name)
        except Exception as error:
            check_archives(self._entries)  # the error of a damaged archive is not the handler's
            if isinstance(error, ModuleNotFoundError) and error.name:
                self._check_pipes(error.name.replace(".", "/"))
            raise

    def _check_pipes(self, module: str) -> None:
        """A pipe or a device in the place of a module is no error of the workflow: Python's import takes it for nothing."""
        for path in (Path(entry, f"{module}{end}") for entry in self._entries for end in ("", ".py", "/__init__.py")):
            if (kind := path_kind(path)) == "device or pipe":
                raise PytestSfnError(
                    f"handler {self.handler} of {self.name}: {shown_path(path)}: a {kind}, and no file\n"
                    f"  fix  put the module's file there, or mock the function\n  see  {see('handlers')}"
                )

    def deployed_at(self) -> dict[str, str]:
        """Where the function's folders would be in Lambda."""
        return {str(self.root): "/var/task", **dict.fromkeys(self._layers, "/opt/python")}

    @cached_property
    def _vendored(self) -> frozenset[str]:
        return distributed_tops(self._entries)

    def owns(self, file: str) -> bool:
        """Whether a file is the user's own code: in the function's folders, what pip has not put there."""
        for entry in self._entries:
            if file.startswith(f"{entry}{os.sep}"):
                top = file[len(entry) + 1 :].partition(os.sep)[0].partition(".")[0]
                return top not in self._vendored and not entry.endswith("site-packages")
        return is_users(file)

    def _as_deployed(self, text: str) -> str:
        for here, there in self.deployed_at().items():
            text = text.replace(here, there)
        return text

    def _explain(self, error: ImportError) -> str:
        """For the developer: which import failed, the place of the import, and the folders that were searched."""
        searched = ", ".join(shown_path(Path(entry)) for entry in self._entries)
        place = raised_at(error.__traceback__, self.owns)
        where = f"{shown_path(Path(place.file))}:{place.line}: " if place is not None else ""
        return f"{where}{error}; searched {searched} and what is installed{self._advice(error)}"

    def _advice(self, error: ImportError) -> str:
        """How to get the module that is not there, or which one was meant."""
        advice, missing = f"pass layers=[...] ({see('handlers#layers')})", error.name or ""
        absent = bool(missing) and "No module" in str(error)
        if absent and "." not in missing and (elsewhere := PathFinder.find_spec(missing, self._left_out)) is not None:
            at = elsewhere.origin or next(iter(elsewhere.submodule_search_locations or ()), "")
            return f"; {shown_path(Path(at))} is not deployed with the function: if a layer has it, {advice}"
        near = self._suggest_module(missing) if absent else ""
        if self._names_module(missing) and (near or not self.missing_layers):
            return f"; the handler names it{near}"
        if self.missing_layers:
            return f"; not on this disk, so not searched: {', '.join(self.missing_layers)}: {advice}, or {self._install()}"
        return (near or f"; {self._install()}") if isinstance(error, ModuleNotFoundError) else ""

    def _names_module(self, name: str) -> bool:
        """Whether the handler is in a module, or in a package of that name."""
        module = self.handler.rpartition(".")[0].replace("/", ".")
        return f"{module}.".startswith(f"{name}.")

    def _suggest_module(self, name: str) -> str:
        """The module of the function's folders that a misspelt name may mean, in words; "" if none is near."""
        *package, last = name.split(".")
        folders = [folder for entry in self._entries if (folder := Path(entry, *package)).is_dir()]
        there = [file.stem for folder in folders for file in folder.iterdir() if file.suffix == ".py" or file.is_dir()]
        found = suggest(last, there, "{}")
        joined = ("/" if "/" in self.handler and self._names_module(name) else ".").join([*package, found])
        return f"; did you mean {joined!r}?" if found else ""

    def _install(self) -> str:
        """How a package that the function needs gets here, for messages."""
        listed = next(
            (file for folder in (self.root, self.root.parent) if (file := folder / "requirements.txt").exists()), None
        )
        packages = f"-r {shown_path(listed)}" if listed is not None else "its package"
        return f"install it where the tests run: pip install {packages}"

    # -- put in place and taken away -----------------------------------------------------------------------------------

    def _enter(self) -> None:
        if self._guard is not None:
            self._guard.shut()
        self._importing = self._function is None
        self._process.enter(importing=self._importing)
        if self._importing:
            self._leftovers.enter()
        self._enter_modules()
        self._enter_path()
        self._environment.set()
        self._logs.enter()
        callers.away = self._process.folder_outside
        Handler.current = self

    def _leave(self) -> Failures:
        Handler.current = None
        callers.away = None
        failures: Failures = []
        for name, leave in self._leaves:
            try:
                leave()
            except Exception as error:  # noqa: BLE001 - the others are to be put back all the same
                failures.append((name, error))
        failures += self._process.leave()
        if self._importing:
            self._leftovers.leave()
        return failures

    def _enter_modules(self) -> None:
        modules = self._sys_modules = sys.modules
        if Handler._seen != _look(modules):
            Handler._version += 1
        if self._hidden_as_of != Handler._version:
            self._hidden = self._strangers(modules)
            self._hidden_as_of = Handler._version
            Handler._all = modules.copy()
        self._outside_modules = {name: modules.pop(name) for name in (*self._hidden, *self._modules) if name in modules}
        modules.update(self._modules)
        self._inside = _look(modules)
        self._before: dict[str, ModuleType] | None = modules.copy() if self._importing else None

    def _leave_modules(self) -> None:
        modules = sys.modules = self._sys_modules
        if self._before is not None and [*map(modules.get, self._before)] != [*self._before.values()]:
            for name, module in self._before.items():
                if modules.get(name) is not module:
                    self._put_aside(name, module)
        elif len(modules) < self._inside[0]:
            for name in Handler._all.keys() - modules.keys() - self._modules.keys():
                self._put_aside(name, Handler._all[name])
        if self._inside != _look(modules):
            self._modules.update({name: modules[name] for name in self._imported(modules)})
            Handler._version += 1
        for name in list(self._modules):
            if name in modules:
                self._modules[name] = modules.pop(name)
            else:
                del self._modules[name]
        modules.update(self._outside_modules)
        Handler._seen = _look(modules)

    def _put_aside(self, name: str, module: ModuleType) -> None:
        """Put back a shared module that the code has removed or replaced; what replaces it is the function's own."""
        if name in self._sys_modules:
            self._modules[name] = self._sys_modules[name]
        else:
            self._sys_modules[name] = module
        self._outside_modules.setdefault(name, module)

    def _enter_path(self) -> None:
        self._sys_path, self._outside_path = sys.path, sys.path[:]
        sys.path[:] = self._path
        self._sys_meta_path, self._outside_finders = sys.meta_path, sys.meta_path[:]
        sys.meta_path[:0] = (cast("Any", self), *self._finders)

    def _leave_path(self) -> None:
        path, sys.path = sys.path, self._sys_path
        finders, sys.meta_path = sys.meta_path, self._sys_meta_path
        finders, path = [*finders], [*path]
        sys.path[:] = self._outside_path
        outside = self._outside_finders
        sys.meta_path[:] = outside
        self._path = path
        if len(finders) != 1 + len(self._finders) + len(outside):
            added = [finder for finder in finders if finder is not self and finder not in outside]
            self._finders = [finder for finder in added if self._tops.union(self._modules) & {*_modules_of(finder)}]
            sys.meta_path += [finder for finder in added if finder not in self._finders]  # those of libraries, which stay

    def _strangers(self, modules: Mapping[str, ModuleType]) -> list[str]:
        """The modules that the function must not see: the test's own, and any whose name is one of its own."""
        folders = {*self._left_out, *self._entries}
        tops = {
            name
            for name, module in list(modules.items())
            if "." not in name and name not in self._installed and (name in self._tops or folders & _folders_of(module))
        }
        tops -= {"__main__", __name__.partition(".")[0]}  # the script and pytest_sfn itself are in use
        return [name for name in modules if name.partition(".")[0] in tops]

    def _shares(self, logger: str) -> bool:
        """Whether the logger of this name is a library's, which the test has as well."""
        module = sys.modules.get(logger.partition(".")[0])
        return module is not None and module.__name__ != "__main__" and not self._own_folders() & _folders_of(module)

    def _is_code(self, file: str) -> bool:
        return file.startswith(tuple(self._own_folders()))

    def _own_folders(self) -> set[str]:
        """The folders of its own on the import path, those that it added included."""
        return {os.path.abspath(entry) for entry in (*self._entries, *sys.path)} - {*self._shared}  # noqa: PTH100 - as importlib

    def _imported(self, modules: Mapping[str, ModuleType]) -> list[str]:
        """The modules that the function imported from folders of its own, those that it added to `sys.path` included."""
        folders = self._own_folders()
        last, own = self._inside[1], {name.partition(".")[0]: True for name in self._modules}
        found = []
        names = [*modules]
        begin = (
            names.index(last) + 1 if names[self._inside[0] - 1 : self._inside[0]] == [last] else 0
        )  # unless the code has removed some
        for name in islice(names, begin, None):
            top = name.partition(".")[0]
            if top not in own:
                own[top] = top in modules and bool(folders & _folders_of(modules[top]))
            if own[top]:
                found.append(name)
        return found

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The first of `sys.meta_path` while it is in place: what is installed comes before a copy in its own folder."""
        found = PathFinder.find_spec(name, self._shared) if path is None and name in self._installed else None
        if is_watched(name):
            for finder in sys.meta_path:
                if found is None and finder is not self:
                    found = finder.find_spec(name, path, target)
            if found is not None and found.loader is not None:
                _tell_when_loaded(found.loader)
        return found

    def __repr__(self) -> str:
        return printable(f"<Handler {self.handler} of {self.name}, {self.root}>")


@contextmanager
def set_aside() -> Iterator[None]:
    """Put the running handler aside while other code of the test answers a request of it."""
    outer = Handler.current
    failures = outer._leave() if outer is not None else []
    try:
        yield
    finally:
        if outer is not None:
            outer._enter()
            if failures:
                raise outer._not_restored(failures)


def _look(modules: dict[str, Any]) -> tuple[int, str]:
    """A value that changes when modules are added to `sys.modules`, since dicts keep their order."""
    return len(modules), next(reversed(modules))


def _tell_when_loaded(loader: Any) -> None:
    execute = loader.exec_module

    def execute_and_tell(module: ModuleType) -> None:
        execute(module)
        loaded(module)

    loader.exec_module = execute_and_tell


def _modules_of(finder: Any) -> tuple[str, str]:
    """The module that defines a finder, which may be a class or an instance, and the package that the module is in."""
    name = str((finder if isinstance(finder, type) else type(finder)).__module__)
    return name, name.partition(".")[0]


def _folders_of(module: Any) -> set[str]:
    """The entries of the import path that a module outside of packages was found by."""
    spec = getattr(module, "__spec__", None)
    if spec is None:
        return set()
    if spec.submodule_search_locations is not None:
        return {os.path.dirname(path) for path in spec.submodule_search_locations}  # noqa: PTH120 - text, as in sys.path
    return {os.path.dirname(spec.origin)} if spec.has_location and spec.origin else set()  # noqa: PTH120


_LOADED_BY_LAMBDA: Final = (
    "abc ast builtins codecs collections contextlib copy copyreg datetime decimal dis enum functools genericpath heapq http "
    "importlib inspect io itertools json keyword linecache locale logging marshal math numbers opcode operator os posixpath "
    "re reprlib runpy site sre_compile sre_constants sre_parse stat string sys textwrap threading time token tokenize "
    "traceback types typing warnings weakref zipimport zlib"
)
"""Modules of Python's own that the runtime has loaded before it looks for the handler: a namesake is never found."""
