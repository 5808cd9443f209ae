"""A Map Run as a test sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.dataclass import dataclass

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_sfn.engine.distributed.map_run import ChildRuns

__all__ = ["MapRun"]


@dataclass(frozen=True, slots=True, repr=False)
class MapRun:
    """One attempt of a distributed Map."""

    _runs: ChildRuns

    @property
    def arn(self) -> str:
        """As in `...:mapRun:<machine>/<label>:<id>`."""
        return self._runs.arn

    @property
    def label(self) -> str:
        """The Map's Label, else the one that Step Functions gives it."""
        return self._runs.label

    @property
    def status(self) -> str:
        """RUNNING, SUCCEEDED, FAILED or ABORTED."""
        return self._runs.status

    @property
    def start_time(self) -> datetime:
        """Virtual time of its start; aware, UTC."""
        return self._runs.start_time

    @property
    def stop_time(self) -> datetime | None:
        """Virtual time of its end; None while it runs."""
        return self._runs.stop_time

    @property
    def item_counts(self) -> dict[str, int]:
        """Numbers of items by the status of their children: `{"pending": int, "running": int, "succeeded": int, ...}`."""
        return self._runs.item_counts

    @property
    def execution_counts(self) -> dict[str, int]:
        """The same for child executions."""
        return self._runs.execution_counts

    def describe(self) -> dict[str, Any]:
        """The answer of `describe_map_run`."""
        return self._runs.describe()

    def __repr__(self) -> str:
        runs = self._runs
        failed = f", {runs.failed:,} failed" if runs.failed else ""
        return f"<Map Run {runs.label!r}: {runs.status}, {runs.length:,} items{failed}>"
