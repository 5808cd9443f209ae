"""`Server`: an account, its clock and a listener, together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.api.pace import Pace
from pytest_sfn.server.app import App
from pytest_sfn.server.listener import Listener
from pytest_sfn.server.real_time import RealTime

if TYPE_CHECKING:
    from pytest_sfn.account.sfn_mock import SfnMock
    from pytest_sfn.server.real_time import Clock

__all__ = ["KEEP", "PORT", "Server"]

PORT = 8083
"""That of Step Functions Local, so that clients made for it find this server."""
KEEP = 1_000


class Server:
    """Serves the machines of an account, in a `with`; connections are taken from the beginning, and answered within it.

    Args:
        sfn_mock: the account, which need not be open: there is no code of a test to hold back.
        host, port: where; port 0 for any that is free.
        clock: for real time the clock that the account follows; None for virtual time.
        keep: how many executions the account keeps.

    Attributes:
        url: the endpoint for clients.

    Raises:
        OSError: the port is in use, or the host is no address of this machine.
    """

    def __init__(
        self, sfn_mock: SfnMock, *, host: str = "127.0.0.1", port: int = PORT, clock: Clock | None = None, keep: int = KEEP
    ) -> None:
        self._account = account = account_of(sfn_mock)
        app = App(account, keep)
        self._clock = None if clock is None else RealTime(account, clock, app.tidy)
        account.paced(self._clock or Pace(account, idle_reads=None))
        self._listener = Listener(host, port, app.answer)
        self.url = self._listener.url

    def __enter__(self) -> Self:
        if self._clock is not None:
            self._clock.begin()
        self._listener.begin()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._clock is not None:
                self._clock.close()
            self._listener.close()
        finally:
            self._account.release()
