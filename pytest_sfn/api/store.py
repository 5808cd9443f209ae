"""The state machines that an account has in one region, found by their ARNs.

A machine that a call creates is loaded as `sfn_mock.load` loads one, and so is the one that an update makes of it: the
older `Machine` stays, with the executions that it started. The API knows the latest one of an ARN, however it was loaded.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from pytest_sfn.api.arns import machine_arn, region_of
from pytest_sfn.api.configurations import template_configurations
from pytest_sfn.api.entries import Address, Entry, Revision, does_not_exist
from pytest_sfn.api.validation import invalid_definition
from pytest_sfn.asl.parse import aws_refusal_message
from pytest_sfn.errors import DefinitionError, DefinitionWarning
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.api.arns import Arn
    from pytest_sfn.api.configurations import Configurations
    from pytest_sfn.api.needs import ApiAccount, ApiMachine
    from pytest_sfn.engine.run import Run

__all__ = ["Machines"]


class Machines:
    """The state machines of an account in one region by ARN, versions and aliases included, unless a call deleted them."""

    def __init__(self, account: ApiAccount, region: str) -> None:
        self._account = account
        self._region = region
        self._entries: dict[str, Entry] = {}
        self._known = 0
        self._revisions: dict[int, Revision] = {}
        self._deleted: set[str] = set()
        self._ending: list[Entry] = []

    def rewind(self) -> None:
        """Forget the executions that deleted machines wait for."""
        for entry in self._ending:
            entry.ending = []

    def in_use(self) -> Iterator[ApiMachine]:
        """What can still be started: present revisions, and versions."""
        self._take_in()
        for entry in self._entries.values():
            yield entry.current.machine
            yield from (version.revision.machine for version in entry.versions.values())

    def forget(self) -> None:
        """Forget the revisions of machines that the account has forgotten; those that it has now are known."""
        machines = self._account.machines
        self._known = len(machines)
        kept = {id(machine) for machine in machines}
        self._revisions = {key: revision for key, revision in self._revisions.items() if key in kept}

    def all(self) -> list[Entry]:
        """Those that exist, by name."""
        self._take_in()
        return sorted(self._entries.values(), key=lambda entry: entry.current.machine.name)

    def _take_in(self) -> None:
        """Know the machines loaded since the last time, and forget deleted ones whose executions have ended."""
        every = self._account.machines
        for machine in every[self._known :]:
            if region_of(machine.arn) == self._region:
                self._know(self._loaded(machine))
        self._known = len(every)
        if self._ending:
            for entry in self._ending:
                if not entry.running and self._entries.get(entry.arn) is entry:
                    del self._entries[entry.arn]
            self._ending = [entry for entry in self._ending if entry.running]

    def _know(self, revision: Revision) -> Entry:
        """Let a revision be the present one of its machine."""
        machine = revision.machine
        self._revisions[id(machine)] = revision
        self._deleted.discard(arn := machine.arn)
        entry = self._entries.get(arn)
        if entry is None or entry.ending is not None:
            entry = self._entries[arn] = Entry(arn, revision, revision.updated)
        entry.current = revision
        entry.machines.add(id(machine))
        return entry

    def get(self, arn: str) -> Entry | None:
        self._take_in()
        return self._entries.get(arn)

    def may_be_absent(self, arn: str) -> bool:
        """Whether a missing machine is no mistake of the test.

        A call has deleted it, even if there was none, or the machine has had versions, of which this ARN names another.
        """
        self._take_in()
        entry = self._entries.get(machine_arn(arn).unqualified) if ":" in arn else None
        return arn in self._deleted or (entry is not None and entry.last_version > 0)

    def addressed(self, arn: str) -> Address:
        """The machine of this ARN, which may be that of a version or an alias.

        An ARN of another account addresses the machine of that name, since one mocked account answers for every account that
        a workflow reaches; so does one of another region in a task (`Service._check_regions`), and a plain name.

        Raises:
            ApiError: InvalidArn, StateMachineDoesNotExist; ValidationException for a Distributed Map in a machine.
        """
        account = self._account
        region, account_id = self._region, account.account_id
        entry, qualifier = self.get(arn), ""
        if entry is None and ":" not in arn:
            entry = self._named(arn)
        if entry is None:
            parsed = machine_arn(arn)
            qualifier = parsed.qualifier
            entry = self.get(parsed.unqualified)
            for name in account.logical_ids(parsed.unqualified):  # loaded by itself, and named as a template's logical id
                entry = entry or self._named(name)
            if entry is None and (parsed.region, parsed.account) != (region, account_id):
                entry, region, account_id = self._named(parsed.name), parsed.region, parsed.account
        if entry is None or not entry.has(qualifier):
            raise does_not_exist(arn)
        return Address(entry, qualifier, region, account_id)

    def _named(self, name: str) -> Entry | None:
        return next((entry for entry in reversed(self.all()) if entry.current.machine.name == name), None)

    def started(self, address: Address) -> list[Run]:
        """The executions that were started by a version or alias; all of the machine where its ARN has none."""
        account, machines, arn, by = self._account, address.entry.machines, address.arn, address.qualifier
        return [
            run
            for run in account.runs[account.since :]
            if id(account.machine_of(run)) in machines
            and (not by or by in (run.machine.version, run.machine.alias))
            and run.machine.arn == arn
        ]

    def revision_of(self, run: Run) -> Revision:
        """What an execution runs."""
        self._take_in()
        machine = self._account.machine_of(run)
        return self._revisions.get(id(machine)) or self._loaded(machine)

    def _loaded(self, machine: ApiMachine) -> Revision:
        """The revision of a machine that the test has loaded."""
        return Revision(machine, None, template_configurations(machine), self._account.world.start_time)

    def load(
        self, text: str, name: str, type: str, role_arn: str | None, configurations: Configurations, id: str | None = None
    ) -> Entry:
        """Load a definition given as text, as the present revision of the machine of this name.

        Raises:
            ApiError: InvalidDefinition.
        """
        account = self._account
        problem = invalid_definition(text)
        if problem is not None:
            raise problem
        self._take_in()
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
        self._known = len(account.machines)
        return self._know(Revision(machine, text, configurations, account.now, id))

    def delete(self, arn: str) -> None:
        """Delete a machine with its versions and aliases; it stays as long as executions of it run [documented].

        Those of an Express machine go on, and do not keep it.
        """
        entry = self.get(arn)
        self._deleted.add(arn)
        if entry is not None and entry.ending is None:
            runs = self.started(self.addressed(arn)) if entry.type == "STANDARD" else ()
            entry.ending = [run for run in runs if run.live]
            for run in runs:  # those that have ended cannot be redriven
                run.end_at_next_state()
            self._ending.append(entry)

    def existing(self, arn: str) -> Entry:
        """The machine of this ARN, which is neither that of a version nor of an alias.

        Raises:
            ApiError: InvalidArn, StateMachineDoesNotExist; ValidationException for a Distributed Map in a machine.
        """
        entry = self.get(machine_arn(arn).text)
        if entry is None:
            raise does_not_exist(arn)
        return entry

    def of(self, arn: Arn) -> Entry | None:
        """The machine that a version or an alias of this ARN belongs to."""
        return self.get(arn.unqualified)
