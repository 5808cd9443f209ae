"""What executions write to CloudWatch Logs, by the loggingConfiguration of their machine.

Nothing is written while an execution runs: the trace has all of it. Before moto sees a call of CloudWatch Logs, `write` brings
the log groups up to the present virtual time, so an account whose logs nobody reads does nothing for them.

https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from pytest_sfn.expressions.values import dumps
from pytest_sfn.gate import log_groups
from pytest_sfn.trace.history import log_events

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_sfn.api.service import Service
    from pytest_sfn.engine.run import Run, World

__all__ = ["ExecutionLogs", "LoggedAccount"]

LOG_GROUP: Final = re.compile(r"arn:[\w-]+:logs:(?P<region>[\w-]+):(?P<account>\d{12}):log-group:(?P<name>[^:]+)(:\*)?")


class LoggedAccount(Protocol):
    """The part of its account that the logs need."""

    @property
    def world(self) -> World:
        """Where executions run now."""

    @property
    def latest_runs(self) -> Sequence[Run]:
        """The executions since the account began anew."""

    def api_of(self, run: Run) -> Service:
        """The API in the region of an execution."""


class _Destination(NamedTuple):
    """Where and what an execution writes."""

    account: str
    region: str
    group: str
    stream: str
    level: str
    data: bool


class ExecutionLogs:
    """The logs of one account's executions."""

    def __init__(self, account: LoggedAccount) -> None:
        self._account = account
        self._destinations: dict[Run, _Destination | None] = {}
        self._written: dict[Run, int] = {}

    def write(self) -> None:
        """Bring the log groups up to now."""
        for run in self._runs():
            if run not in self._destinations:
                self._destinations[run] = self._destination(run)
            destination = self._destinations[run]
            written = self._written.get(run, 0)
            if destination is None or run.event_id <= written:
                continue
            self._written[run] = run.event_id
            found = log_events(run, destination.level, data=destination.data, after=written)
            messages = [{"timestamp": int(each["event_timestamp"]), "message": dumps(each)} for each in found]
            if messages:
                account, region, group, stream, *_ = destination
                log_groups.write(account, region, group, stream, messages)

    def _runs(self) -> Iterator[Run]:
        """The executions, and those of Map Runs, which write to the log of the machine that has the Map [?]."""
        yield from self._account.latest_runs
        for map_run in self._account.world.map_runs.values():
            yield from map_run.runs

    def _destination(self, run: Run) -> _Destination | None:
        logging = self._account.api_of(run).logging_of(run)
        arn = _log_group_arn(logging)
        group = LOG_GROUP.fullmatch(arn)
        level = logging.get("level", "OFF")
        if group is None or level == "OFF":
            return None
        minute = run.datetime_at(run.start).strftime("%Y-%m-%d-%H-%M")
        stream = f"states/{run.machine.name}/{minute}/{run.chance.uuid('log stream')[:8]}"  # [?] one for each execution
        data = logging.get("includeExecutionData", False)
        return _Destination(group["account"], group["region"], group["name"], stream, level, data)


def _log_group_arn(logging: dict[str, Any]) -> str:
    for destination in logging.get("destinations", ()):
        return str(destination.get("cloudWatchLogsLogGroup", {}).get("logGroupArn", ""))
    return ""
