"""What keeps a handler's requests to AWS from leaving the machine where the account has no AWS services."""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from pytest_sfn.errors import PytestSfnError

__all__ = ["Gate"]


class Gate:
    """Keeps requests of botocore from leaving the machine while a handler runs; those to this machine itself pass.

    What answers a request before it is sent (moto, a Stubber) is not asked to stop.

    Args:
        refuse: makes the error for a request; called once for each.
        served: whether the account answers requests; then the gate stays open.

    Attributes:
        refused: the first error since it was shut.
    """

    MODULE: ClassVar = "botocore.httpsession"

    def __init__(self, refuse: Callable[[Any], PytestSfnError], served: Callable[[], bool]) -> None:
        self._refuse = refuse
        self._served = served
        self._session: Any = None
        self._send: Any = None
        self.refused: PytestSfnError | None = None

    def shut(self) -> None:
        """From now on requests are refused."""
        self.refused = None
        module = sys.modules.get(self.MODULE)
        if module is not None and not self._served():
            self._replace(module)

    def open(self) -> None:
        """All is as it was."""
        if self._session is not None:
            self._session.send = self._send
            self._session = None

    def spec(self, path: Any) -> ModuleSpec | None:
        """How botocore's module is loaded so that it is shut at once."""
        spec = PathFinder.find_spec(self.MODULE, path)
        if spec is not None and spec.loader is not None and not self._served():
            execute = spec.loader.exec_module

            def execute_and_shut(module: ModuleType) -> None:
                execute(module)
                self._replace(module)

            spec.loader.exec_module = execute_and_shut  # type: ignore[method-assign]
        return spec

    def _replace(self, module: Any) -> None:
        send = module.URLLib3Session.send

        def refusing(session: Any, request: Any) -> Any:
            if _is_local(request.url):
                return send(session, request)
            error = self._refuse(request)
            self.refused = self.refused or error
            raise error

        self._session, self._send = module.URLLib3Session, send
        module.URLLib3Session.send = refusing


def _is_local(url: str) -> bool:
    from urllib.parse import urlsplit

    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")
