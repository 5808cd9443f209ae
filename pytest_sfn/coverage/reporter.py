"""What a reporter is, and the error of a report that cannot be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pytest_sfn.errors import PytestSfnError

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_sfn.coverage.analysis import Analysis

__all__ = ["ReportError", "Reporter"]


class ReportError(PytestSfnError):
    """A report cannot be made: it does not exist, or what it needs is not installed."""


class Reporter(Protocol):
    """Makes one kind of report."""

    def __call__(self, analysis: Analysis, place: Path | None) -> str:
        """Make it.

        Args:
            place: the file or folder to write; None for a report to the terminal.

        Returns:
            The text for the terminal; ends with a line break unless it is empty.

        Raises:
            ReportError: what it needs is missing.
        """
