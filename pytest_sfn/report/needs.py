"""The Protocol of what reports need of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_sfn.lambda_.logs import Logged
    from pytest_sfn.report.redaction import Redaction

__all__ = ["ReportedAccount"]


class ReportedAccount(Protocol):
    """`account.account.Account` fulfils it."""

    @property
    def redaction(self) -> Redaction:
        """What reports hide."""

    @property
    def logged(self) -> Mapping[str, Sequence[tuple[str, Logged]]]:
        """What functions' own code has logged, each with the function's name, by the execution's ARN."""
