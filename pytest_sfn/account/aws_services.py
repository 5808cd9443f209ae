"""AWS's other services beside the state machines of an account: an `SfnMock` has none, an `SfnAws` has moto's."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.gate.gate import GATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from pytest_sfn.gate.gate import Guard
    from pytest_sfn.tasks.services import Services

__all__ = ["AwsServices", "dummy_credentials"]


class AwsServices:
    """No services at all.

    Attributes:
        fixture: the test's name for the account, for messages.
        services: answers the tasks of services that no mock answers; None where there are none.
    """

    fixture = "sfn_mock"
    services: Services | None = None

    def opened(self, region: str, test: Guard) -> AbstractContextManager[object]:
        """While the context lasts, requests to AWS are answered, or refused with the error of a guard.

        Args:
            region: the account's.
            test: the guard for the test's own code.
        """
        return _without_services(region, test)

    def has_log_group(self, name: str) -> bool:
        """Whether CloudWatch Logs has this log group; without services every log group counts as there."""
        return True


@contextmanager
def _without_services(region: str, test: Guard) -> Iterator[None]:
    if test.network.everything:
        yield
        return
    known = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION")
    with dummy_credentials({"AWS_DEFAULT_REGION": known or region}), GATE.holding_back(test):
        yield


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
