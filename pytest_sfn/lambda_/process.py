"""What a function's code can change of the process that it shares with the test: one table.

Lambda gives each function a process of its own. Here a row of `SETTINGS` stands for one setting of the process. A call takes
each setting before the code runs, and again after it. Where the two differ, the first value is put back, and the difference is
kept for the function's next call, as a warm process of Lambda keeps it. `handlers.py` does the same for modules, the import
path and the environment, and `logs.py` gives the function a `logging` of its own.

Not all can be taken in every call, which would cost more than the call itself:

- Rare rows are taken for the call that imports the code. They belong to what code sets once, if at all, and their values
  may be large (the attributes of many modules). What the code has changed then is taken in every call after that.
- The state of a random generator has 2.5 KB. While the code runs, the functions that set it are replaced (`_Seeds`).
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
import warnings
from functools import partial
from importlib import import_module
from operator import attrgetter
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["SETTINGS", "Failures", "Process", "Setting", "is_watched", "loaded"]

Failures = list[tuple[str, Exception]]
"""What could not be restored, each with the reason."""


def _the_second(_first: Any, second: Any) -> Any:
    return second


class Setting(NamedTuple):
    """One setting of the process.

    Attributes:
        name: for messages.
        take: gives its value.
        restore: makes it have a value that `change` gave.
        change: what `restore` needs to go from the first value to the second.
        kept: whether the code's next call sees its change again.
        rare: whether it is taken only for calls that import the code, until the code changes it.
        again: of a rare setting whose values are large: gives the present value for what the code has changed.
    """

    name: str
    take: Callable[[], Any]
    restore: Callable[[Any], object]
    change: Callable[[Any, Any], Any] = _the_second
    kept: bool = True
    rare: bool = False
    again: Callable[[Any], Any] | None = None


class Process:
    """The process as one function's code has left it.

    Args:
        folder: the working directory of the code; None for that of the test.
        settings: the rows.
    """

    __slots__ = ("_all", "_inside", "_kept", "_outside", "_rows")

    def __init__(self, folder: str | None, settings: Iterable[Setting] | None = None) -> None:
        self._all = tuple(SETTINGS if settings is None else settings)
        self._rows = self._all
        self._outside: list[Any] = []
        self._inside: dict[str, Any] = {_SESSION: None} if folder is None else {_FOLDER: folder, _SESSION: None}
        self._kept = tuple(setting for setting in self._all if setting.name in self._inside)

    def enter(self, *, importing: bool) -> None:
        """Take all settings, and make them what the code left."""
        if importing:
            self._rows = self._all
        self._outside = [setting.take() for setting in self._rows]
        inside = self._inside
        for setting in self._kept:
            try:  # noqa: SIM105 - `suppress` takes half a microsecond
                setting.restore(inside[setting.name])
            except Exception:  # noqa: BLE001, S110 - it may not be possible any more
                pass

    def folder_outside(self) -> str | None:
        """The working directory of the test, while the code runs."""
        return next((each for setting, each in zip(self._rows, self._outside, strict=True) if setting.name == _FOLDER), None)

    def leave(self) -> Failures:
        """Put back what has changed. Each is tried, also when another one fails."""
        failures: Failures = []
        inside = self._inside
        for setting, outside in zip(self._rows, self._outside, strict=True):
            name = setting.name
            try:
                now = setting.take()
                try:
                    same = bool(now == outside)
                except Exception:  # noqa: BLE001 - an object of the code's does not like to be compared
                    same = False
                if same and name not in inside:
                    continue
                change = setting.change(outside, now)
                if setting.kept and not (type(change) is list and not change):
                    if name not in inside:
                        self._kept = (*self._kept, setting)
                    inside[name] = change
                if not same:
                    setting.restore(setting.change(now, outside))
            except Exception as error:  # noqa: BLE001 - the others are to be restored all the same
                failures.append((name, error))
        if self._rows is self._all:
            self._rows = tuple(self._narrow(setting) for setting in self._all if not setting.rare or setting.name in inside)
        return failures

    def _narrow(self, setting: Setting) -> Setting:
        if setting.again is None:
            return setting
        return setting._replace(take=partial(setting.again, self._inside[setting.name]), change=_the_second)


# -- the process itself ------------------------------------------------------------------------------------------------

_FOLDER: Final = "the working directory"


def _folder() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109 - text is faster than a path
    except OSError:  # somebody has removed it
        return None


def _go_to(folder: str | None) -> None:
    if folder is not None:
        os.chdir(folder)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


_signal: Final[Any] = import_module("_signal")
"""Without the enums of `signal`, which take a microsecond for each number."""
_BY_DEFAULT: Final = _signal.SIG_DFL
_SIGNALS: Final = sorted(int(number) for number in _signal.valid_signals() if number < 32)


def _signal_handlers() -> list[Any]:
    return [*map(_signal.getsignal, _SIGNALS)]


def _handle_signals(handlers: list[Any]) -> None:
    for number, handler in zip(_SIGNALS, handlers, strict=True):
        if handler is not None and _signal.getsignal(number) is not handler:
            _signal.signal(number, handler)


def _alarm() -> tuple[float, float] | None:
    """When the process gets its SIGALRM, as far as that can be compared, and how often after that.

    Without a handler it would end the process, so nobody sets it.
    """
    if _signal.getsignal(_signal.SIGALRM) is _BY_DEFAULT:
        return None
    left, every = _signal.getitimer(_signal.ITIMER_REAL)
    return (round(time.monotonic() + left, 1), every) if left else None


def _set_alarm(alarm: tuple[float, float] | None) -> None:
    due, every = alarm or (0.0, 0.0)
    _signal.setitimer(_signal.ITIMER_REAL, max(due - time.monotonic(), 0.001) if alarm else 0.0, every)


def _signal_mask() -> Any:
    return _signal.pthread_sigmask(_signal.SIG_BLOCK, ())


def _block_signals(mask: Any) -> None:
    _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)


# -- Python ------------------------------------------------------------------------------------------------------------


_STREAMS: Final = (
    "stdin", "stdout", "stderr", "argv", "excepthook", "displayhook", "unraisablehook", "breakpointhook", "exit",
)  # fmt: skip
_streams: Final = attrgetter(*_STREAMS)


def _set_streams(values: tuple[Any, ...]) -> None:
    for name, value in zip(_STREAMS, values, strict=True):
        setattr(sys, name, value)


def _traces() -> tuple[Any, ...]:
    return sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile(), threading.excepthook


def _set_traces(traces: tuple[Any, ...]) -> None:
    trace, profile, of_threads, profile_of_threads, threading.excepthook = traces
    debugger = getattr(sys.modules.get("bdb"), "Bdb", ())
    if not isinstance(getattr(sys.gettrace(), "__self__", None), debugger):  # it was started in the handler and goes on
        sys.settrace(trace)
    sys.setprofile(profile)
    threading.settrace(of_threads)
    threading.setprofile(profile_of_threads)


def _collection() -> tuple[Any, ...]:
    return gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks[:]


def _collect(collection: tuple[Any, ...]) -> None:
    enabled, threshold, debug, gc.callbacks[:] = collection
    (gc.enable if enabled else gc.disable)()
    gc.set_threshold(*threshold)
    gc.set_debug(debug)


_Limits = tuple[int, int, float, int, int | None]


def _limits() -> _Limits:
    lines = getattr(sys, "tracebacklimit", None)
    return sys.getrecursionlimit(), sys.get_int_max_str_digits(), sys.getswitchinterval(), threading.stack_size(), lines


def _limit(limits: _Limits) -> None:
    sys.setrecursionlimit(limits[0])
    sys.set_int_max_str_digits(limits[1])
    sys.setswitchinterval(limits[2])
    threading.stack_size(limits[3])
    if limits[4] is not None:
        sys.tracebacklimit = limits[4]
    elif hasattr(sys, "tracebacklimit"):
        del sys.tracebacklimit


def _resource_limits() -> dict[int, tuple[int, int]]:
    import resource

    return {kind: resource.getrlimit(kind) for name, kind in vars(resource).items() if name.startswith("RLIMIT_")}


def _limit_resources(limits: dict[int, tuple[int, int]]) -> None:
    import resource

    for kind, limit in limits.items():
        if resource.getrlimit(kind) != limit:
            resource.setrlimit(kind, limit)


_warnings: Final[Any] = warnings


def _warning_filters() -> tuple[Any, ...]:
    return _warnings.filters, _warnings.filters[:], _warnings.showwarning, _warnings.formatwarning, _warnings.warn


def _filter_warnings(state: tuple[Any, ...]) -> None:
    _warnings.filters, _warnings.filters[:], _warnings.showwarning, _warnings.formatwarning, _warnings.warn = state
    for name in ("_filters_mutated", "_filters_mutated_lock_held"):  # until Python 3.13, and since
        changed = getattr(warnings, name, None)
        if changed is not None:
            changed()
            return


def _import_hooks() -> tuple[list[Any], list[Any]]:
    return sys.path_hooks, sys.path_hooks[:]


def _hook_imports(hooks: tuple[list[Any], list[Any]]) -> None:
    sys.path_hooks, sys.path_hooks[:] = hooks


def _crash_reports() -> bool:
    faulthandler = sys.modules.get("faulthandler")
    return faulthandler is not None and faulthandler.is_enabled()


def _report_crashes(enabled: bool) -> None:
    import faulthandler

    if enabled:
        faulthandler.enable(sys.__stderr__ or sys.stderr)
    else:
        faulthandler.disable()


# -- modules of Python's own, where they are loaded -----------------------------------------------------------------------


def _decimal_context() -> Any:
    decimal = sys.modules.get("decimal")
    if decimal is None:
        return None
    context = decimal.getcontext()
    return context, context.__reduce__()[1]


def _calculate_in(state: Any) -> None:
    import decimal

    context, (precision, rounding, least, most, capitals, clamp, flags, traps) = state or (
        decimal.DefaultContext.copy(),
        decimal.DefaultContext.__reduce__()[1],
    )
    context.prec, context.rounding, context.Emin, context.Emax = precision, rounding, least, most
    context.capitals, context.clamp = capitals, clamp
    for signals, on in ((context.flags, flags), (context.traps, traps)):
        for signal in signals:
            signals[signal] = signal in on
    decimal.setcontext(context)


def _socket_timeout() -> float | None:
    socket = sys.modules.get("_socket")
    return socket.getdefaulttimeout() if socket is not None else None


def _set_socket_timeout(seconds: float | None) -> None:
    import socket

    socket.setdefaulttimeout(seconds)


_locale: Final[Any] = import_module("_locale")


def _locale_name() -> str:
    name: str = _locale.setlocale(_locale.LC_ALL, None)
    return name


def _set_locale(name: str) -> None:
    _locale.setlocale(_locale.LC_ALL, name)


def _logging_functions() -> tuple[Any, ...]:
    """What is not of loggers, which are the function's own: see `logs.py`."""
    logging: Any = sys.modules["logging"]
    return (
        logging._loggerClass, logging._logRecordFactory, logging.raiseExceptions, logging.lastResort,
        logging._warnings_showwarning, logging._levelToName.copy(), logging._nameToLevel.copy(),
    )  # fmt: skip


def _log_with(functions: tuple[Any, ...]) -> None:
    logging: Any = sys.modules["logging"]
    logging._loggerClass, logging._logRecordFactory, logging.raiseExceptions, logging.lastResort = functions[:4]
    logging._warnings_showwarning = functions[4]
    for names, before in zip((logging._levelToName, logging._nameToLevel), functions[5:], strict=True):
        names.clear()
        names.update(before)


def _event_loop() -> tuple[Any, Any, Any]:
    """The policy of asyncio, the loop that it has for this thread, and whether that was set."""
    policy = getattr(sys.modules.get("asyncio.events"), "_event_loop_policy", None)
    local = getattr(policy, "_local", None)
    return policy, getattr(local, "_loop", None), getattr(local, "_set_called", False)


def _set_event_loop(state: tuple[Any, Any, Any]) -> None:
    events: Any = sys.modules["asyncio.events"]
    events._event_loop_policy, loop, called = state
    local = getattr(state[0], "_local", None)
    if local is not None:
        local._loop, local._set_called = loop, called


_SESSION: Final = "boto3's default session"
"""The code begins with none, since a session keeps the credentials that it was made with."""


def _default_session() -> Any:
    boto3: Any = sys.modules.get("boto3")
    return boto3.DEFAULT_SESSION if boto3 is not None else None


def _set_default_session(session: Any) -> None:
    boto3: Any = sys.modules.get("boto3")
    if boto3 is not None:
        boto3.DEFAULT_SESSION = session


class _Seeds:
    """A generator that modules share, whose state is taken when the code sets it, and put back.

    Numbers that the code draws are not given back: the next call, and other functions, would draw them again.
    """

    def __init__(self, module: str, get: str, *setters: str) -> None:
        self._module = module
        self._get = get
        self._setters = {name: self._setter(name) for name in setters}
        self._set = setters[-1]
        self._held: dict[str, Any] = {}
        self._before: Any = None

    def take(self) -> Any:
        """Begin to watch, or end it: the state, if it was set meanwhile."""
        module = sys.modules.get(self._module)
        if module is None:
            return None
        if not self._held:
            self._before = None
            self.watch(module)
            return None
        for name, function in self._held.items():
            setattr(module, name, function)
        self._held = {}
        return getattr(module, self._get)() if self._before is not None else None

    def watch(self, module: Any) -> None:
        """Replace the functions that set the state."""
        for name, setter in self._setters.items():
            self._held[name] = getattr(module, name)
            setattr(module, name, setter)

    def _setter(self, name: str) -> Callable[..., Any]:
        def setter(*arguments: Any, **more: Any) -> Any:
            module = sys.modules[self._module]
            if not self._held:  # somebody has kept it
                return getattr(module, name)(*arguments, **more)
            if self._before is None:
                self._before = getattr(module, self._get)()
            return self._held[name](*arguments, **more)

        return setter

    def change(self, _old: Any, new: Any) -> Any:
        return new if new is not None else self._before

    def restore(self, state: Any) -> None:
        getattr(sys.modules[self._module], self._set)(state)


_RANDOM: Final = _Seeds("random", "getstate", "seed", "setstate")
_NUMPY: Final = _Seeds("numpy.random", "get_state", "seed", "set_state")


# -- attributes of modules and classes -----------------------------------------------------------------------------------

if TYPE_CHECKING:
    _Taken = dict[str, tuple[Any, dict[str, Any]]]
    _Changed = list[tuple[Any, dict[str, Any]]]

_NONE: Final[Any] = object()
"""The value of an attribute that is not there."""
_AS_LOADED: Final[_Taken] = {}
"""Watched modules that were loaded while code of a function ran, as they were then."""


class _Attributes:
    """Attributes of modules and of their classes, which code patches. Only modules that are loaded are looked at.

    Args:
        modules: alone.
        with_classes: with their classes.
    """

    def __init__(self, modules: Iterable[str], with_classes: Iterable[str]) -> None:
        self._modules = (*modules, *with_classes)
        self._with_classes = frozenset(with_classes)
        self._classes: dict[str, list[tuple[str, type]]] = {}

    def __contains__(self, module: str) -> bool:
        return module in self._modules

    def take(self) -> _Taken:
        """Each module and class with its attributes."""
        found: _Taken = {}
        for name in self._modules:
            module = sys.modules.get(name)
            if module is not None:
                found |= self.of(name, module)
        return found

    def of(self, name: str, module: ModuleType) -> _Taken:
        """A module and its classes with their attributes."""
        found: _Taken = {name: (module, vars(module).copy())}
        if name in self._with_classes:
            if name not in self._classes:
                self._classes[name] = [
                    (f"{name}:{key}", value)
                    for key, value in found[name][1].items()
                    if isinstance(value, type) and value.__module__ == name
                ]
            for key, kind in self._classes[name]:
                found[key] = kind, vars(kind).copy()
        return found


def _change(old: _Taken, new: _Taken) -> _Changed:
    """The modules and classes that differ, with the attributes that the second has."""
    found = []
    for name in old | new:
        before, after = old.get(name) or _AS_LOADED.get(name), new.get(name) or _AS_LOADED.get(name)
        if before is None or after is None or before[0] is not after[0]:
            continue
        attributes = {}
        for key in before[1] | after[1]:
            was, value = before[1].get(key, _NONE), after[1].get(key, _NONE)
            if value is not was and not _is_submodule(was, value):
                attributes[key] = value
        if attributes:
            found.append((after[0], attributes))
    return found


def _present(changed: _Changed) -> _Changed:
    """The present values of attributes that were changed."""
    return [(place, {name: vars(place).get(name, _NONE) for name in attributes}) for place, attributes in changed]


def _patch(changed: _Changed) -> None:
    for place, attributes in changed:
        for name, value in attributes.items():
            if value is not _NONE:
                setattr(place, name, value)
            elif name in vars(place):
                delattr(place, name)


def _is_submodule(was: Any, value: Any) -> bool:
    """Whether an attribute came by the import of a submodule, which stays."""
    return (was is _NONE and isinstance(value, ModuleType)) or (value is _NONE and isinstance(was, ModuleType))


_PATCHED: Final = _Attributes(
    ("builtins", "os", "time", "json", "socket", "ssl", "subprocess", "tempfile", "uuid", "urllib.request", "boto3", "botocore",
     "requests", "requests.api"),
    ("json.encoder", "json.decoder", "http.client", "boto3.session", "botocore.client", "botocore.endpoint",
     "botocore.session", "botocore.signers", "requests.sessions"),
)  # fmt: skip


def is_watched(module: str) -> bool:
    """Whether `loaded` has to know when code of a function loads this module."""
    return module == "numpy.random" or module in _PATCHED


def loaded(module: ModuleType) -> None:
    """Code of a function has loaded this module, which is now as the next function has to find it."""
    if module.__name__ == "numpy.random":
        _NUMPY.watch(module)
    else:
        _AS_LOADED.update(_PATCHED.of(module.__name__, module))


# -- the table -----------------------------------------------------------------------------------------------------------

_POSIX: Final = hasattr(_signal, "setitimer")

SETTINGS: Final[tuple[Setting, ...]] = (
    Setting(_FOLDER, _folder, _go_to),
    *([Setting("the alarm", _alarm, _set_alarm, kept=False)] if _POSIX else ()),
    Setting("handlers of signals", _signal_handlers, _handle_signals),
    Setting("streams and hooks of sys", partial(_streams, sys), _set_streams),
    Setting("the seed of random", _RANDOM.take, _RANDOM.restore, _RANDOM.change),
    Setting("the seed of numpy", _NUMPY.take, _NUMPY.restore, _NUMPY.change),
    Setting(_SESSION, _default_session, _set_default_session),
    Setting("the umask", _umask, os.umask),
    Setting("limits of the interpreter", _limits, _limit),
    Setting("warnings filters", _warning_filters, _filter_warnings),
    Setting("asyncio's event loop", _event_loop, _set_event_loop),
    Setting("the decimal context", _decimal_context, _calculate_in),
    Setting("the default timeout of sockets", _socket_timeout, _set_socket_timeout),
    Setting("the locale", _locale_name, _set_locale),
    Setting("garbage collection", _collection, _collect),
    Setting("functions that trace and profile", _traces, _set_traces),
    Setting("functions of logging", _logging_functions, _log_with),
    Setting("faulthandler", _crash_reports, _report_crashes),
    Setting("sys.path_hooks", _import_hooks, _hook_imports),
    Setting("attributes of modules", _PATCHED.take, _patch, _change, rare=True, again=_present),
    *([Setting("blocked signals", _signal_mask, _block_signals)] if _POSIX else ()),
    *([Setting("limits of the module resource", _resource_limits, _limit_resources, rare=True)] if _POSIX else ()),
)
