"""Python runs this first in a process that a stub or a handler has started: it keeps the process on this machine.

The process may be of another Python, without pytest_sfn. A module `sitecustomize` of its own runs after this one.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib would be loaded for each process


def hold_back(report: str, allowed: frozenset[str]) -> None:
    """Refuse whatever leads to another machine, and write it to the report."""
    sockets, callers = by_path("gate", "sockets.py"), by_path("callers.py")
    events = sockets.EVENTS

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event not in events:
            return
        found = sockets.destination(event, args)
        if found is None or sockets.is_among(found[1], allowed):
            return
        what, host = found
        with open(report, "a", encoding="utf-8") as file:  # noqa: PTH123
            file.write(f"{what}\t{host}\t{callers.user_line(sys._getframe(1))}\n")
        why = "nothing leaves this machine in a test (pytest-sfn docs network)"
        raise PermissionError(f"pytest-sfn: this process {what}, and {why}")

    sys.addaudithook(hook)


def by_path(*parts: str) -> Any:
    """A module of pytest_sfn that imports none of its others."""
    package = os.path.dirname(os.path.dirname(HERE))  # noqa: PTH120
    name = f"_pytest_sfn_{parts[-1].removesuffix('.py')}"
    return execute(spec_from_file_location(name, os.path.join(package, *parts)))  # noqa: PTH118


def execute(spec: ModuleSpec | None) -> Any:
    """The module of a spec."""
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def begin() -> None:
    """What happens when Python starts."""
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != HERE]  # noqa: PTH100
    report = os.environ.get("PYTEST_SFN_REFUSED")
    if report is not None:
        # The proxies are for other programs, which still inherit them: `putenv` is not called.
        variables: dict[Any, Any] = os.environ._data  # type: ignore[attr-defined]
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            for spelled in (name, name.upper()):
                variables.pop(os.environ.encodekey(spelled), None)
        hold_back(report, frozenset(os.environ.get("PYTEST_SFN_ALLOWED", "").split()))
    other = PathFinder.find_spec("sitecustomize", sys.path)
    if other is not None:
        execute(other)


if __name__ == "sitecustomize":
    begin()
