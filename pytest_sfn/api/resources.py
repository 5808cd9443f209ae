"""The state machines, executions and Map Runs that an account has in one region, found by their ARNs.

A machine that a call creates is loaded as `sfn_mock.load` loads one, and so is the one that an update makes of it: the
older `Machine` stays, with the executions that it started. The API knows the latest one of an ARN, however it was loaded.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from pytest_sfn.api.arns import parse_arn, region_of
from pytest_sfn.api.validation import invalid_definition
from pytest_sfn.asl.parse import aws_refusal_message
from pytest_sfn.engine.run import MachineIdentity
from pytest_sfn.errors import DefinitionError, DefinitionWarning
from pytest_sfn.expressions.values import dumps
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pytest_sfn.api.needs import ApiAccount, ApiMachine
    from pytest_sfn.engine.run import MapRunView, Run

__all__ = ["LOGGING_OFF", "TRACING_OFF", "Details", "Machines", "Resources"]

Params = dict[str, Any]
LOGGING_OFF: Params = {"level": "OFF", "includeExecutionData": False}
TRACING_OFF: Params = {"enabled": False}


class Resources:
    """The state machines, executions and Map Runs of one account in one region by ARN: what operations work on.

    Attributes:
        account: whose they are.
        region: where they are.
        machines: the state machines.
    """

    def __init__(self, account: ApiAccount, region: str) -> None:
        self.account = account
        self.region = region
        self.machines = Machines(account, region)
        self._by_arn: dict[str, Run] = {}
        self._known = account.since

    def rewind(self) -> None:
        """Forget the executions when the account starts again; machines stay."""
        self._by_arn.clear()
        self._known = self.account.since

    # -- executions ----------------------------------------------------------------------------------------------------

    def has(self, run: Run) -> bool:
        """Whether an execution is in this region: its ARN is, or its machine, which a task has called by another ARN."""
        return self.region in (run.machine.region, region_of(self.account.machine_of(run).arn))

    def execution(self, arn: str) -> Run | None:
        """The execution of this ARN, started since the account last began anew; None if there is none."""
        runs = self.account.runs
        for run in runs[self._known :]:
            if self.has(run):
                self._by_arn[run.arn] = run
        self._known = len(runs)
        return self._by_arn.get(arn)

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


class Details:
    """The members of DescribeStateMachine that are not in the loaded definition.

    Attributes:
        definition: the text as it was given.
        created: virtual time at which the first of this ARN was made.
        updated: virtual time at which this one was made.
        revision: id of the revision, None for the first [recorded].
    """

    __slots__ = ("created", "definition", "logging", "revision", "tracing", "updated")

    def __init__(self, definition: str, created: datetime) -> None:
        self.definition = definition
        self.created = created
        self.updated = created
        self.revision: str | None = None
        self.logging: Params = LOGGING_OFF
        self.tracing: Params = TRACING_OFF


class Machines:
    """The state machines of an account in one region by ARN: the latest of each, unless a call deleted it."""

    def __init__(self, account: ApiAccount, region: str) -> None:
        self._account = account
        self._region = region
        self._by_arn: dict[str, ApiMachine] = {}
        self._known = 0
        self._details: dict[int, Details] = {}
        self._deleted: set[str] = set()

    def all(self) -> list[ApiMachine]:
        """Those that exist, by name."""
        self._take_in()
        return sorted(self._by_arn.values(), key=lambda machine: machine.name)

    def _take_in(self) -> None:
        """Know the machines loaded since the last time."""
        every = self._account.machines
        for machine in every[self._known :]:
            if region_of(arn := machine.arn) == self._region:
                self._by_arn[arn] = machine
                self._deleted.discard(arn)
        self._known = len(every)

    def get(self, arn: str) -> ApiMachine | None:
        self._take_in()
        return self._by_arn.get(arn)

    def was_deleted(self, arn: str) -> bool:
        """Whether a call deleted it, even if there was none: then a missing machine is no mistake of the test."""
        self._take_in()
        return arn in self._deleted

    def addressed(self, arn: str) -> tuple[ApiMachine, MachineIdentity]:
        """The machine of this ARN, and its identity under this ARN.

        An ARN of another account addresses the machine of that name, since one mocked account answers for every account that
        a workflow reaches; so does one of another region in a task (`Service._check_regions`), and a plain name.

        Raises:
            ApiError: InvalidArn, StateMachineDoesNotExist.
        """
        account = self._account
        region, account_id = self._region, account.account_id
        machine = self.get(arn)
        if machine is None and ":" not in arn:
            machine = self._named(arn)
        if machine is None:
            parsed = parse_arn(arn, ("stateMachine",))
            for name in account.logical_ids(arn):  # loaded by itself, and named as a template's logical id
                machine = machine or self._named(name)
            if machine is None and (parsed.region, parsed.account) != (region, account_id):
                machine, region, account_id = self._named(parsed.rest), parsed.region, parsed.account
        if machine is not None:
            return machine, MachineIdentity(
                machine.name,
                region=region,
                account_id=account_id,
                role_arn=machine.role_arn,
                express=machine.type == "EXPRESS",
            )
        raise ApiError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")

    def _named(self, name: str) -> ApiMachine | None:
        return next((machine for machine in reversed(self.all()) if machine.name == name), None)

    def details(self, machine: ApiMachine) -> Details:
        found = self._details.get(id(machine))
        if found is None:
            text = machine.state_machine._source.text
            shown = text if text is not None else dumps(machine.state_machine.definition)
            found = self._details[id(machine)] = Details(shown, self._account.world.start_time)
        return found

    def add(self, text: str, name: str, type: str, role_arn: str | None) -> ApiMachine:
        """Load a definition given as text.

        Raises:
            ApiError: InvalidDefinition.
        """
        account = self._account
        problem = invalid_definition(text)
        if problem is not None:
            raise problem
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DefinitionWarning)  # AWS accepts such a definition silently
                machine = account.load(
                    text,
                    name=name,
                    type="EXPRESS" if type == "EXPRESS" else "STANDARD",
                    role_arn=role_arn,
                    region=self._region,
                )
        except DefinitionError as error:
            raise ApiError("InvalidDefinition", aws_refusal_message(error.diagnostics)) from error
        self.all()
        self._details[id(machine)] = Details(text, account.now)
        return machine

    def remove(self, arn: str) -> None:
        self._take_in()
        self._by_arn.pop(arn, None)
        self._deleted.add(arn)

    def existing(self, arn: str) -> ApiMachine:
        """The machine of this ARN.

        Raises:
            ApiError: InvalidArn, StateMachineDoesNotExist.
        """
        machine = self.get(parse_arn(arn, ("stateMachine",)).text)
        if machine is None:
            raise ApiError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
        return machine
