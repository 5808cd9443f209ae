"""Keeps stubs and handlers off the network, whatever library they use: an audit hook that asks the guards which are shut.

The hook is put in place when the first guard is made, and stays, since Python takes no audit hook away. From then on it
costs about 0.15 us for each event of the interpreter, and a guard's `shut` and `open` cost nothing more. While a guard is shut
every thread is held back, since a stub may use a pool that was there before. A thread that the stub starts stays held back
when the stub has returned, and so do the threads that it starts.

A child process gets an environment: `child/` on its PYTHONPATH puts the same hook into a Python process, and a proxy where
nothing listens stops other programs that know of proxies. What a Python process was refused is written to a file, which the
guard reads when it is opened again.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.files import shown_line
from pytest_sfn.callers import user_line
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.gate.sockets import EVENTS, destination
from pytest_sfn.links import see

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
    from typing import Protocol

    class _Network(Protocol):
        fixture: str
        everything: bool

        @property
        def hosts(self) -> frozenset[str]: ...
        def lets(self, host: str) -> bool: ...

    class _Guard(Protocol):
        """A guard as the hook needs it; `gate.Guard` fulfils it."""

        who: Any
        children: Any

        @property
        def network(self) -> _Network: ...
        def note(self, error: PytestSfnError) -> None: ...


__all__ = ["Children", "NetworkError", "learning", "started_by", "watch"]


class NetworkError(PytestSfnError):
    """A stub or a handler, or what it started, was about to leave this machine; always an error of the test.

    Attributes:
        host: where to.
    """

    __module__ = "pytest_sfn"  # where users import it from

    def __init__(self, text: str, host: str) -> None:
        super().__init__(text, host)  # both, so that a child process can send it back
        self.host = host

    def __str__(self) -> str:
        return str(PytestSfnError(self.args[0]))


def _error(guard: _Guard, what: str, host: str, line: str, started: str = "") -> NetworkError:
    where = f"\n  at       {shown_line(line)}" if line else ""
    where += f"\n  started  {shown_line(started)}" if started else ""
    return NetworkError(
        f"a {guard.who} {what}, and nothing leaves this machine in a test{where}\n"
        f"  fix      mock this call in the test, or let it pass: {guard.network.fixture}.allow_network({host!r})\n"
        f"  see      {see('network')}",
        host,
    )


# -- the hook ----------------------------------------------------------------------------------------------------------

_GUARD: Final = "_pytest_sfn_guard"
"""The attribute of a thread with the guard that was shut when it started, and the line and the thread that started it."""


def watch(guards: Sequence[_Guard], threads: Sequence[int]) -> None:
    """Put the hook in place, once in a process.

    Args:
        guards: those that are shut, the innermost last; the list changes.
        threads: the threads in which they were shut; others may start threads of their own.
    """
    find = _REACTIONS.get

    def hook(event: str, args: tuple[Any, ...]) -> None:
        react = find(event)
        if react is not None:
            guard = guards[-1] if guards else _inherited()[0]
            if guard is not None and not guard.network.everything:
                react(guard, event, args)

    sys.addaudithook(hook)
    own = threading.Thread.start

    @wraps(own)
    def start(thread: threading.Thread) -> None:  # Python before 3.12 has no event for it
        guard = guards[-1] if guards and threading.get_ident() in threads else _inherited()[0]
        if guard is not None:
            setattr(thread, _GUARD, (guard, user_line(sys._getframe(1)), threading.get_ident()))
        own(thread)

    threading.Thread.start = start  # type: ignore[assignment, method-assign]


def _inherited(thread: int | None = None) -> tuple[_Guard | None, str, int]:
    """The guard that holds back a thread, the present one if left out, and the line and the thread that started it."""
    found = threading._active.get(thread or threading.get_ident())  # type: ignore[attr-defined]
    inherited: tuple[_Guard | None, str, int] = getattr(found, _GUARD, (None, "", 0))
    return inherited


def started_by(thread: int) -> bool:
    """Whether code that a stub or a handler ran in that thread has started the present one, or a thread that did."""
    above = threading.get_ident()
    for _ in range(100):  # numbers of threads come again, so there might be a circle
        above = _inherited(above)[2]
        if above in (0, thread):
            break
    return above == thread


def _refuse(guard: _Guard, event: str, args: tuple[Any, ...]) -> None:
    found = destination(event, args)
    if found is None or guard.network.lets(found[1]):
        return
    line = user_line(sys._getframe(2))
    error = _error(guard, *found, line, "" if line else _inherited()[1])
    guard.note(error)
    if event == "socket.connect":
        args[0].close()  # callers close it after an OSError; this is none, since they would also try again after one
    raise error


def _equip(guard: _Guard, event: str, args: tuple[Any, ...]) -> None:
    """A process starts: the event has its environment, None for that of this process."""
    option = _isolated(args[0], args[1]) if event != "os.system" else None
    if option is not None:
        line = user_line(sys._getframe(2))
        error = NetworkError(
            f"a {guard.who} started Python with {option}, which cannot be kept on this machine\n"
            f"  at       {shown_line(line or _inherited()[1])}\n"
            f"  fix      leave out {option}, or let everything pass: {guard.network.fixture}.allow_network()\n"
            f"  see      {see('network')}",
            "",
        )
        guard.note(error)
        raise error
    if guard.children is None:
        guard.children = Children(guard)
    guard.children.equip(None if event == "os.system" else args[-1])


def _isolated(program: Any, arguments: Any) -> str | None:
    """The option by which a Python that starts would not load `child/`; None for other programs and options."""
    if isinstance(arguments, (str, bytes)) or "python" not in os.path.basename(os.fsdecode(program or arguments[0])):  # noqa: PTH119
        return None  # a text is the command line on Windows
    options = iter([os.fsdecode(each) for each in arguments][1:])
    for option in options:
        if not option.startswith("-") or option == "-":
            break
        if option.startswith("--"):
            continue
        flags = re.split("[cmWX]", option, maxsplit=1)[0]
        rest = option[len(flags) :]
        if not {"I", "E", "S"}.isdisjoint(flags):
            return option
        if rest[:1] in ("c", "m"):
            break
        if rest in ("W", "X"):
            next(options, None)
    return None


_REACTIONS: Final = {
    **dict.fromkeys(EVENTS, _refuse),
    **dict.fromkeys(("subprocess.Popen", "os.system", "os.posix_spawn", "os.exec"), _equip),
}


def learning(learn: Callable[[str, Iterable[str]], object]) -> Callable[[], None]:
    """Pass on the addresses that hosts are found at, since a connection names only the address; the function to end it."""
    import socket

    own = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **more: Any) -> Any:
        found = own(host, *args, **more)
        learn(host.decode() if isinstance(host, bytes) else host or "", (str(each[4][0]) for each in found))
        return found

    def end() -> None:
        if socket.getaddrinfo is getaddrinfo:
            socket.getaddrinfo = own

    socket.getaddrinfo = getaddrinfo
    return end


# -- child processes ---------------------------------------------------------------------------------------------------

_NOWHERE: Final = "http://127.0.0.1:9"
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_FOLDER: Final = str(Path(__file__).parent / "child")


class Children:
    """The environment of child processes while a guard is shut, and what they were refused."""

    def __init__(self, guard: _Guard) -> None:
        from tempfile import TemporaryDirectory

        self._guard = guard
        self._folder = TemporaryDirectory(prefix="pytest-sfn-")
        self._report = Path(self._folder.name) / "refused"
        self._own = False
        self._changed: list[tuple[MutableMapping[str, str], dict[str, str | None]]] = []

    def equip(self, environment: Any) -> None:
        """Put our variables into an environment; None for the process's own, of which `os.environ` then shows nothing."""
        if environment is None:
            if not self._own:
                self._own = True
                for name, text in self._variables(os.environ, proxies=True).items():
                    os.putenv(name, text)
        elif hasattr(environment, "__setitem__"):
            variables = self._variables(environment, proxies=environment is not os.environ)
            self._changed.append((environment, {name: environment.get(name) for name in variables}))
            environment.update(variables)

    def _variables(self, environment: MutableMapping[str, str], *, proxies: bool) -> dict[str, str]:
        hosts = self._guard.network.hosts
        python = environment.get("PYTHONPATH", "")
        variables = {
            "PYTHONPATH": python
            if _FOLDER in python.split(os.pathsep)
            else f"{_FOLDER}{os.pathsep}{python}".rstrip(os.pathsep),
            "PYTEST_SFN_REFUSED": str(self._report),
            "PYTEST_SFN_ALLOWED": " ".join(sorted(hosts)),
        }
        if proxies:
            here = ",".join(("localhost", "127.0.0.1", "::1", *sorted(host.removeprefix("*") for host in hosts)))
            variables |= dict.fromkeys(_PROXIES, _NOWHERE) | {"no_proxy": here, "NO_PROXY": here}
        return variables

    def end(self) -> Iterator[NetworkError]:
        """Take the variables away, and give what the processes have been refused so far."""
        if self._own:
            for name in self._variables(os.environ, proxies=True):
                os.putenv(name, os.environ[name]) if name in os.environ else os.unsetenv(name)
        for environment, before in reversed(self._changed):
            for name, text in before.items():
                if text is None:
                    environment.pop(name, None)
                else:
                    environment[name] = text
        try:
            refused = self._report.read_text(encoding="utf-8").splitlines()
        except OSError:
            refused = []
        self._folder.cleanup()
        for entry in refused:
            what, host, line = entry.split("\t")
            yield _error(self._guard, f"started a process that {what}", host, line)
