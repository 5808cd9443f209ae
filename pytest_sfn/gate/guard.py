"""What keeps requests to AWS of a test's stubs and handlers from leaving the machine where the account has no AWS services.

A request that something else answers is not stopped: moto and botocore's Stubber do so before it is sent, an `SfnAws` that is
open, or whoever else has put a function of his own in `send`'s place, when it is.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from pytest_sfn.errors import PytestSfnError

__all__ = ["Gate"]


class Gate:
    """Keeps requests of botocore from leaving the machine while a stub or handler runs; those to this machine itself pass.

    It may be shut again while it is shut, and is as often opened.

    Args:
        refuse: makes the error for a request; called once for each.
        served: whether the account answers requests; then the gate stays open.

    Attributes:
        refused: the first error since it was shut.
    """

    MODULE: ClassVar = "botocore.httpsession"

    __slots__ = ("_refuse", "_replaced", "_served", "refused")

    def __init__(self, refuse: Callable[[Any], PytestSfnError], served: Callable[[], bool]) -> None:
        self._refuse = refuse
        self._served = served
        self._replaced: list[list[tuple[Any, Any]]] = []  # for each time it was shut, classes with their own send
        self.refused: PytestSfnError | None = None

    def shut(self) -> None:
        """From now on requests are refused."""
        if not self._replaced:
            self.refused = None
        self._replaced.append([])
        _SHUT.append(self)
        module = sys.modules.get(self.MODULE)
        if module is not None:
            self._replace(module)
        elif _FINDER not in sys.meta_path:
            sys.meta_path.insert(0, _FINDER)

    def open(self) -> None:
        """All is as it was."""
        _SHUT.pop()
        for session, send in self._replaced.pop():
            session.send = send

    def spec(self, path: Any) -> ModuleSpec | None:
        """How botocore's module is loaded so that it is shut at once."""
        spec = PathFinder.find_spec(self.MODULE, path)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_shut(module: ModuleType) -> None:
                execute(module)
                self._replace(module)

            spec.loader.exec_module = execute_and_shut  # type: ignore[method-assign]
        return spec

    def _replace(self, module: Any) -> None:
        from urllib.parse import urlsplit

        session = module.URLLib3Session
        send = session.send
        if self._served() or getattr(send, "__module__", None) not in (self.MODULE, __name__):
            return

        def refusing(session: Any, request: Any) -> Any:
            host = urlsplit(request.url).hostname or ""
            if host in ("localhost", "::1") or host.startswith("127."):
                return send(session, request)
            if host in _METADATA:
                from botocore.exceptions import EndpointConnectionError

                raise EndpointConnectionError(endpoint_url=request.url)
            error = self._refuse(request)
            self.refused = self.refused or error
            raise error

        self._replaced[-1].append((session, send))
        session.send = refusing


class _Finder:
    """Finds botocore's module for the gate that was shut last, if it is not loaded before; it stays in `sys.meta_path`."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return _SHUT[-1].spec(path) if name == Gate.MODULE and _SHUT else None


_METADATA: Final = ("169.254.169.254", "fd00:ec2::254")
"""Where botocore looks for credentials when it makes a client, if there are none; nobody is there."""
_SHUT: Final[list[Gate]] = []
"""Innermost last."""
_FINDER: Final[Any] = _Finder()
