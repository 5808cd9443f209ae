"""What an account has in one region by ARN: its state machines, executions, Map Runs, activities and their tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.api.arns import parse_arn, region_of
from pytest_sfn.api.store import Machines
from pytest_sfn.engine.run import MachineIdentity
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from pytest_sfn.api.needs import ApiAccount
    from pytest_sfn.api.pace import Pace
    from pytest_sfn.engine.run import MapRunView, Run

__all__ = ["Resources"]

Params = dict[str, Any]


class Resources:
    """The state machines, executions and Map Runs of one account in one region by ARN: what operations work on.

    Attributes:
        account: whose they are.
        region: where they are.
        pace: moves the account's clock.
        machines: the state machines.
        tags: of state machines and activities, by ARN.
        encrypted: the encryption configurations of activities, by ARN; AWS's own key for others.
        trace_headers: of executions that were started with one.
    """

    def __init__(self, account: ApiAccount, region: str, pace: Pace) -> None:
        self.account = account
        self.region = region
        self.pace = pace
        self.machines = Machines(account, region)
        self.tags: dict[str, dict[str, str]] = {}
        self.encrypted: dict[str, Params] = {}
        self.trace_headers: dict[Run, str] = {}
        self._by_arn: dict[str, Run] = {}
        self._known = account.since

    def rewind(self) -> None:
        """Forget the executions when the account starts again; machines stay."""
        self._by_arn.clear()
        self.trace_headers.clear()
        self.machines.rewind()
        self._known = self.account.since

    def arn(self, kind: str, name: str) -> str:
        """The ARN of something in this region: a `stateMachine`, an `activity`."""
        return f"{MachineIdentity('', self.region, self.account.account_id).arn_prefix}:{kind}:{name}"

    # -- executions ----------------------------------------------------------------------------------------------------

    def has(self, run: Run) -> bool:
        """Whether an execution is in this region: its ARN is, or its machine, which a task has called by another ARN."""
        return self.region in (run.machine.region, region_of(self.account.machine_of(run).arn))

    def execution(self, arn: str) -> Run | None:
        """The execution of this ARN, started since the account last began anew; None if there is none."""
        self.take_in()
        return self._by_arn.get(arn)

    def take_in(self) -> None:
        """Know the executions started since the last time."""
        runs = self.account.runs
        for run in runs[self._known :]:
            if self.has(run):
                self._by_arn[run.arn] = run
        self._known = len(runs)

    def forget(self, kept: AbstractSet[Run]) -> None:
        """Forget all other executions, and machines, which the account has forgotten; those that it has now are known."""
        self._by_arn = {arn: run for arn, run in self._by_arn.items() if run in kept}
        self._known = len(self.account.runs)
        self.trace_headers = {run: header for run, header in self.trace_headers.items() if run in kept}
        self.machines.forget()

    def existing_execution(self, arn: str) -> Run:
        """The execution of this ARN, child executions of Map Runs included.

        Raises:
            ApiError: InvalidArn, of an Express execution too [recorded]; ExecutionDoesNotExist.
        """
        parsed = parse_arn(arn, ("execution",))
        run = self.execution(arn)
        if run is None and "/" in parsed.rest:  # of a Map Run: <machine>/<label>:<name>
            run = next((child for child in self._children() if child.arn == arn), None)
        if run is None:
            raise ApiError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
        return run

    def has_activity(self, arn: str) -> bool:
        """Whether an activity of this ARN was created in this region."""
        return region_of(arn) == self.region and self.account.activities.knows(arn)

    # -- Map Runs ------------------------------------------------------------------------------------------------------

    def _children(self) -> Iterator[Run]:
        """The child executions of all Map Runs."""
        return (child for map_run in self.account.world.map_runs.values() if self.has(map_run.run) for child in map_run.runs)

    def map_run_of(self, run: Run) -> MapRunView | None:
        """The Map Run that a run is a child execution of."""
        if not run.items_above:
            return None
        return next((map_run for map_run in self.account.world.map_runs.values() if run in map_run.runs), None)

    def existing_map_run(self, arn: str) -> MapRunView:
        """The Map Run of this ARN.

        Raises:
            ApiError: InvalidArn, ResourceNotFound.
        """
        map_run = self.account.world.map_runs.get(parse_arn(arn, ("mapRun",)).text)
        if map_run is None or not self.has(map_run.run):
            raise ApiError("ResourceNotFound", f"Resource not found: '{arn}'")  # text as recorded for TagResource
        return map_run
