"""AWS's other services beside the state machines of an account: an `SfnMock` has none, an `SfnAws` has moto's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_sfn.tasks.services import Services

__all__ = ["AwsServices"]


class AwsServices:
    """No services at all.

    Attributes:
        fixture: the test's name for the account, for messages.
        services: answers the tasks of services that no mock answers; None where there are none.
    """

    fixture = "sfn_mock"
    services: Services | None = None

    def open(self) -> None:
        """Answer requests to AWS from now on."""

    def close(self) -> None:
        """Undo `open`; without it nothing happens."""

    def has_log_group(self, name: str) -> bool:
        """Whether CloudWatch Logs has this log group; without services every log group counts as there."""
        return True
