"""What reports ask of the account whose executions they tell of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_sfn.report.redaction import Redaction

__all__ = ["Account"]


class Account(Protocol):
    """`account.account.Account` fulfils it."""

    @property
    def redaction(self) -> Redaction:
        """What reports hide."""

    @property
    def import_failures(self) -> Mapping[str, str]:
        """Why functions' own code could not be imported, by Lambda's request id."""

    @property
    def code_folders(self) -> Mapping[str, Path]:
        """The folders of functions' own code that raised something, by Lambda's request id."""

    def missing(self, cause: str) -> str | None:
        """What a service refused with this cause did not find, and what there is; None if that is not known."""
