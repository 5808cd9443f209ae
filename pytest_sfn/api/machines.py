"""Operations on state machines: create, update, describe, list, delete.

A machine that a call creates is loaded as `sfn_mock.load` loads one, and so is the one that an update makes of it: the
older `Machine` stays, with the executions that it started. The API knows the latest one of an ARN, whoever loaded it.

Versions, aliases and tags would stand here.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from pytest_sfn.api.arns import checked_name, parse_arn
from pytest_sfn.api.map_runs import map_run_of
from pytest_sfn.api.pages import page
from pytest_sfn.api.validation import invalid_definition
from pytest_sfn.api.variables import variable_references
from pytest_sfn.engine.run import MachineIdentity
from pytest_sfn.errors import DefinitionError, DefinitionWarning
from pytest_sfn.expressions.values import dumps
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_sfn.account.machine import Machine
    from pytest_sfn.account.sfn_mock import SfnMock
    from pytest_sfn.api.service import StepFunctionsApi

__all__ = ["Machines", "create", "delete", "describe", "describe_for_execution", "list_all", "update"]

Params = dict[str, Any]
LOGGING_OFF: Params = {"level": "OFF", "includeExecutionData": False}
TRACING_OFF: Params = {"enabled": False}


class Details:
    """What the API knows of one machine besides its definition.

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
    """The state machines of an account by ARN: the latest of each, unless a call deleted it."""

    def __init__(self, account: SfnMock) -> None:
        self._account = account
        self._by_arn: dict[str, Machine] = {}
        self._known = 0
        self._details: dict[int, Details] = {}
        self._deleted: set[str] = set()

    def all(self) -> list[Machine]:
        """Those that exist, by name."""
        every = self._account.machines
        for machine in every[self._known :]:
            self._by_arn[machine.arn] = machine
            self._deleted.discard(machine.arn)
        self._known = len(every)
        return sorted(self._by_arn.values(), key=lambda machine: machine.name)

    def get(self, arn: str) -> Machine | None:
        self.all()
        return self._by_arn.get(arn)

    def was_deleted(self, arn: str) -> bool:
        """Whether a call deleted it, so that it is no mistake of the test that it is not there."""
        self.all()
        return arn in self._deleted

    def addressed(self, arn: str) -> tuple[Machine, MachineIdentity]:
        """The machine of this ARN, and who it is when it is addressed so.

        An ARN in another account or region means the machine of that name too, which then is there: one mocked account
        stands for all that a workflow reaches. A plain name will do.

        Raises:
            ApiError: InvalidArn, StateMachineDoesNotExist.
        """
        machine = self.get(arn)
        if machine is not None:
            return machine, machine.identity
        if ":" not in arn:
            named = [machine for machine in self.all() if machine.name == arn]
            if named:
                return named[-1], named[-1].identity
        parsed = parse_arn(arn, ("stateMachine",))
        account = self._account
        for name in account.logical_ids.get(arn, ()):  # loaded by itself, and named as a template's logical id
            named = [machine for machine in self.all() if machine.name == name]
            if named:
                return named[-1], named[-1].identity
        if (parsed.region, parsed.account) != (account.region, account.account_id):
            named = [machine for machine in self.all() if machine.name == parsed.rest]
            if named:
                machine = named[-1]
                return machine, MachineIdentity(
                    machine.name,
                    region=parsed.region,
                    account_id=parsed.account,
                    role_arn=machine.identity.role_arn,
                    express=machine.type == "EXPRESS",
                )
        raise ApiError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")

    def details(self, machine: Machine) -> Details:
        found = self._details.get(id(machine))
        if found is None:
            text = machine.state_machine.source.text
            shown = text if text is not None else dumps(machine.state_machine.definition)
            found = self._details[id(machine)] = Details(shown, self._account.engine.start_time)
        return found

    def add(self, text: str, name: str, type: str, role_arn: str | None) -> Machine:
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
                warnings.simplefilter("ignore", DefinitionWarning)  # AWS takes such a definition without a word
                machine = account.load(text, name=name, type="EXPRESS" if type == "EXPRESS" else "STANDARD", role_arn=role_arn)
        except DefinitionError as error:
            problems = ", ".join(f"{each.code}: {each.message} at {each.pointer or '/'}" for each in error.diagnostics)
            raise ApiError("InvalidDefinition", f"Invalid State Machine Definition: '{problems}'") from error
        self.all()
        self._details[id(machine)] = Details(text, account.now)
        return machine

    def remove(self, arn: str) -> None:
        self.all()
        if self._by_arn.pop(arn, None) is not None:
            self._deleted.add(arn)


def existing(api: StepFunctionsApi, arn: str) -> Machine:
    """The machine of this ARN.

    Raises:
        ApiError: InvalidArn, StateMachineDoesNotExist.
    """
    machine = api.machines.get(parse_arn(arn, ("stateMachine",)).text)
    if machine is None:
        raise ApiError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
    return machine


def create(api: StepFunctionsApi, params: Params) -> Params:
    """CreateStateMachine. The same machine once more is no mistake, another one of that name is [both recorded]."""
    name = checked_name(params["name"])
    kind = params.get("type", "STANDARD")
    _refuse_description(params)
    logging = _logging(api, params.get("loggingConfiguration", {}))
    account = api.account
    identity = MachineIdentity(name, region=account.region, account_id=account.account_id)
    machine = api.machines.get(identity.arn)
    if machine is not None:
        details = api.machines.details(machine)
        if (details.definition, machine.type, details.logging) != (params["definition"], kind, logging):
            raise ApiError("StateMachineAlreadyExists", f"State Machine Already Exists: '{identity.arn}'")
        return {"stateMachineArn": identity.arn, "creationDate": details.created}
    machine = api.machines.add(params["definition"], name, kind, params.get("roleArn"))
    details = api.machines.details(machine)
    details.logging = logging
    details.tracing = params.get("tracingConfiguration", TRACING_OFF)
    return {"stateMachineArn": machine.arn, "creationDate": details.created}


def update(api: StepFunctionsApi, params: Params) -> Params:
    """UpdateStateMachine: executions that run go on as they began [documented].

    An update that changes nothing makes no revision, and the machine that was created has none [both recorded].
    """
    old = existing(api, params["stateMachineArn"])
    before = api.machines.details(old)
    if not params.keys() - {"stateMachineArn"}:
        raise ApiError(  # [?] the words
            "MissingRequiredParameter",
            "Either the definition, the role ARN, the LoggingConfiguration, the EncryptionConfiguration or the "
            "TracingConfiguration must be specified",
        )
    _refuse_description(params)
    logging = _logging(api, params["loggingConfiguration"]) if "loggingConfiguration" in params else before.logging
    tracing = params.get("tracingConfiguration", before.tracing)
    text = params.get("definition", before.definition)
    role_arn = params.get("roleArn", old.identity.role_arn)
    machine = api.machines.add(text, old.name, old.type, role_arn)
    details = api.machines.details(machine)
    details.created = before.created
    details.logging, details.tracing, details.revision = logging, tracing, before.revision
    unchanged = (before.definition, old.identity.role_arn, before.logging, before.tracing)
    if (text, role_arn, logging, tracing) != unchanged:
        details.revision = api.account.engine.chance.uuid("revision")
    answer = {"updateDate": details.updated}
    return answer if details.revision is None else {**answer, "revisionId": details.revision}


def _refuse_description(params: Params) -> None:
    """A description of a version where none is published [recorded for CreateStateMachine]."""
    if "versionDescription" in params:
        raise ApiError("ValidationException", "Version description can only be set when publish is true")


def _logging(api: StepFunctionsApi, given: Params) -> Params:
    """A loggingConfiguration with what it leaves out.

    Raises:
        ApiError: InvalidLoggingConfiguration [recorded].
    """
    destinations = given.get("destinations", ())
    problem = ""
    if len(destinations) > 1 or (given.get("level", "OFF") != "OFF" and not destinations):
        problem = "Must specify exactly one Log Destination."
    elif not all(api.account.has_log_group(_log_group(each)) for each in destinations):
        problem = "Log Destination not found."
    if problem:
        raise ApiError("InvalidLoggingConfiguration", f"Invalid Logging Configuration: {problem}")
    return {**LOGGING_OFF, **given}


def _log_group(destination: Params) -> str:
    """The name in a log group's ARN, `arn:aws:logs:<region>:<account>:log-group:<name>:*`."""
    arn = destination.get("cloudWatchLogsLogGroup", {}).get("logGroupArn", "")
    return str(arn).partition(":log-group:")[2].removesuffix(":*")


def delete(api: StepFunctionsApi, params: Params) -> Params:
    """DeleteStateMachine; what runs goes on [recorded]. One that is not there is none the worse for it [recorded]."""
    api.machines.remove(parse_arn(params["stateMachineArn"], ("stateMachine",)).text)
    return {}


def describe(api: StepFunctionsApi, params: Params) -> Params:
    machine = existing(api, params["stateMachineArn"])
    details = api.machines.details(machine)
    found = {**_described(api, machine), "status": "ACTIVE", "type": machine.type, "creationDate": details.created}
    if params.get("includedData") == "METADATA_ONLY":
        del found["definition"]
    return found


def describe_for_execution(api: StepFunctionsApi, params: Params) -> Params:
    """DescribeStateMachineForExecution: the machine as it was when the execution began."""
    from pytest_sfn.api.executions import find

    run = find(api, params)
    above = run
    while above.facade is None:
        assert above.parent is not None
        above = above.parent.run
    machine = above.facade.machine
    found = {**_described(api, machine), "updateDate": api.machines.details(machine).updated}
    found["stateMachineArn"] = run.machine.arn
    if (map_run := map_run_of(api.account, run)) is not None:
        found |= {"mapRunArn": map_run.arn, "label": map_run.label}
    if params.get("includedData") == "METADATA_ONLY":
        del found["definition"]
    return found


def _described(api: StepFunctionsApi, machine: Machine) -> Params:
    details = api.machines.details(machine)
    found: Params = {
        "stateMachineArn": machine.arn,
        "name": machine.name,
        "definition": details.definition,
        "roleArn": machine.identity.role_arn,
        "loggingConfiguration": details.logging,
        "tracingConfiguration": details.tracing,
        "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
    }
    if details.revision is not None:
        found["revisionId"] = details.revision
    if references := variable_references(machine.state_machine.definition):
        found["variableReferences"] = references
    return found


def list_all(api: StepFunctionsApi, params: Params) -> Params:
    answer = page("stateMachines", api.machines.all(), params)
    answer["stateMachines"] = [
        {
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "type": machine.type,
            "creationDate": api.machines.details(machine).created,
        }
        for machine in answer["stateMachines"]
    ]
    return answer
