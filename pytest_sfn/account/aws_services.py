"""AWS's other services beside the state machines of an account: an `SfnMock` has none, an `SfnAws` has moto's."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.gate.gate import GATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from pytest_sfn.gate.gate import Guard, Network
    from pytest_sfn.tasks.services import Services

__all__ = ["AwsServices", "OpenAccount", "Opened", "dummy_credentials"]


class Opened(Protocol):
    """An open account."""

    def close(self) -> None:
        """Undo what opening has done."""


class GuardedAccount(Protocol):
    """What an open account asks of its account."""

    region: str

    @property
    def network(self) -> Network:
        """What may leave the machine."""

    @property
    def allows_everything(self) -> bool:
        """Whether everything may leave the machine, from the beginning."""

    def broken_by(self, error: BaseException) -> None:
        """Note an error of the test."""


class AwsServices:
    """No services at all.

    Attributes:
        fixture: the test's name for the account, for messages.
        services: answers the tasks of services that no mock answers; None where there are none.
    """

    fixture = "sfn_mock"
    services: Services | None = None

    def open(self, account: GuardedAccount) -> Opened:
        """Answer requests to AWS from now on, or refuse them."""
        return ExitStack() if account.allows_everything else OpenAccount(account)

    def has_log_group(self, name: str, region: str) -> bool:
        """Whether CloudWatch Logs has this log group in a region; without services every log group counts as there."""
        return True


class OpenAccount:
    """An open account without services; it fulfils the gate's `Test`."""

    __slots__ = ("_account", "_credentials", "_guard")

    def __init__(self, account: GuardedAccount) -> None:
        self._account = account
        self._credentials: AbstractContextManager[None] | None = None
        self._guard: Guard | None = None
        GATE.hold_back(self)

    @property
    def guard(self) -> Guard:
        if self._guard is None:
            self._guard = GATE.guard("test", self._account.broken_by, self._account.network)
        return self._guard

    def begin(self) -> None:
        if self._credentials is None:
            known = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION")
            self._credentials = dummy_credentials({"AWS_DEFAULT_REGION": known or self._account.region})
            self._credentials.__enter__()

    def close(self) -> None:
        GATE.let_go(self)
        if self._credentials is not None:
            self._credentials.__exit__(None, None, None)


def _encoded(variables: Mapping[str, str]) -> dict[Any, Any]:
    return {os.environ.encodekey(name): os.environ.encodevalue(value) for name, value in variables.items()}


_DUMMIES: Final = _encoded(
    {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
)
_FORGOTTEN: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")


@contextmanager
def dummy_credentials(settings: Mapping[str, str], forgotten: tuple[str, ...] = ()) -> Iterator[None]:
    """Dummy credentials for clients that the code under test makes; nothing of the user's own is read.

    A setter of `os.environ` takes several microseconds, so this works on the dict inside of it, as lambda_/environment.py does.

    Args:
        settings: more variables to set.
        forgotten: more variables to unset.
    """
    data: dict[Any, Any] = os.environ._data  # type: ignore[attr-defined]
    values = {**dict.fromkeys(map(os.environ.encodekey, _FORGOTTEN + forgotten)), **_DUMMIES, **_encoded(settings)}
    outside = {name: data.get(name) for name in values}
    _put(data, values)
    try:
        yield
    finally:
        _put(data, outside)


def _put(data: dict[Any, Any], values: Mapping[Any, Any]) -> None:
    for name, value in values.items():
        if value is not None:
            data[name] = value
            os.putenv(name, value)
        elif data.pop(name, None) is not None:
            os.unsetenv(name)
