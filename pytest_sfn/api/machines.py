"""Operations on state machines: create, update, describe, list, delete.

Versions, aliases and tags are not served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.api.arns import checked_name, parse_arn
from pytest_sfn.api.pages import page
from pytest_sfn.api.resources import LOGGING_OFF, TRACING_OFF
from pytest_sfn.api.variables import variable_references
from pytest_sfn.engine.run import MachineIdentity
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from pytest_sfn.api.needs import ApiMachine
    from pytest_sfn.api.resources import Resources

__all__ = ["create", "delete", "describe", "describe_for_execution", "list_all", "update"]

Params = dict[str, Any]


def create(resources: Resources, params: Params) -> Params:
    """CreateStateMachine. The same machine once more is no mistake, another one of that name is [both recorded]."""
    name = checked_name(params["name"])
    kind = params.get("type", "STANDARD")
    _refuse_description(params)
    logging = _logging(resources, params.get("loggingConfiguration", {}))
    account = resources.account
    identity = MachineIdentity(name, region=resources.region, account_id=account.account_id)
    machine = resources.machines.get(identity.arn)
    if machine is not None:
        details = resources.machines.details(machine)
        if (details.definition, machine.type, details.logging) != (params["definition"], kind, logging):
            raise ApiError("StateMachineAlreadyExists", f"State Machine Already Exists: '{identity.arn}'")
        return {"stateMachineArn": identity.arn, "creationDate": details.created}
    machine = resources.machines.add(params["definition"], name, kind, params.get("roleArn"))
    details = resources.machines.details(machine)
    details.logging = logging
    details.tracing = params.get("tracingConfiguration", TRACING_OFF)
    return {"stateMachineArn": machine.arn, "creationDate": details.created}


def update(resources: Resources, params: Params) -> Params:
    """UpdateStateMachine: executions that run go on as they began [documented].

    An update that changes nothing makes no revision, and the machine that was created has none [both recorded].
    """
    old = resources.machines.existing(params["stateMachineArn"])
    before = resources.machines.details(old)
    if not params.keys() - {"stateMachineArn"}:
        raise ApiError(  # [?] the words
            "MissingRequiredParameter",
            "Either the definition, the role ARN, the LoggingConfiguration, the EncryptionConfiguration or the "
            "TracingConfiguration must be specified",
        )
    _refuse_description(params)
    logging = _logging(resources, params["loggingConfiguration"]) if "loggingConfiguration" in params else before.logging
    tracing = params.get("tracingConfiguration", before.tracing)
    text = params.get("definition", before.definition)
    role_arn = params.get("roleArn", old.role_arn)
    machine = resources.machines.add(text, old.name, old.type, role_arn)
    details = resources.machines.details(machine)
    details.created = before.created
    details.logging, details.tracing, details.revision = logging, tracing, before.revision
    unchanged = (before.definition, old.role_arn, before.logging, before.tracing)
    if (text, role_arn, logging, tracing) != unchanged:
        details.revision = resources.account.world.chance.uuid("revision")
    answer = {"updateDate": details.updated}
    return answer if details.revision is None else {**answer, "revisionId": details.revision}


def _refuse_description(params: Params) -> None:
    """A description of a version where none is published [recorded for CreateStateMachine]."""
    if "versionDescription" in params:
        raise ApiError("ValidationException", "Version description can only be set when publish is true")


def _logging(resources: Resources, given: Params) -> Params:
    """A loggingConfiguration with what it leaves out.

    Raises:
        ApiError: InvalidLoggingConfiguration [recorded].
    """
    destinations = given.get("destinations", ())
    problem = ""
    if len(destinations) > 1 or (given.get("level", "OFF") != "OFF" and not destinations):
        problem = "Must specify exactly one Log Destination."
    elif not all(resources.account.has_log_group(_log_group(each), resources.region) for each in destinations):
        problem = "Log Destination not found."
    if problem:
        raise ApiError("InvalidLoggingConfiguration", f"Invalid Logging Configuration: {problem}")
    return {**LOGGING_OFF, **given}


def _log_group(destination: Params) -> str:
    """The name in a log group's ARN, `arn:aws:logs:<region>:<account>:log-group:<name>:*`."""
    arn = destination.get("cloudWatchLogsLogGroup", {}).get("logGroupArn", "")
    return str(arn).partition(":log-group:")[2].removesuffix(":*")


def delete(resources: Resources, params: Params) -> Params:
    """DeleteStateMachine; what runs goes on [recorded]. To delete one that does not exist is no error [recorded]."""
    resources.machines.remove(parse_arn(params["stateMachineArn"], ("stateMachine",)).text)
    return {}


def describe(resources: Resources, params: Params) -> Params:
    machine = resources.machines.existing(params["stateMachineArn"])
    details = resources.machines.details(machine)
    found = {**_described(resources, machine), "status": "ACTIVE", "type": machine.type, "creationDate": details.created}
    if params.get("includedData") == "METADATA_ONLY":
        del found["definition"]
    return found


def describe_for_execution(resources: Resources, params: Params) -> Params:
    """DescribeStateMachineForExecution: the machine as it was when the execution began."""
    run = resources.existing_execution(params["executionArn"])
    machine = resources.account.machine_of(run)
    found = {**_described(resources, machine), "updateDate": resources.machines.details(machine).updated}
    found["stateMachineArn"] = run.machine.arn
    if (map_run := resources.map_run_of(run)) is not None:
        found |= {"mapRunArn": map_run.arn, "label": map_run.label}
    if params.get("includedData") == "METADATA_ONLY":
        del found["definition"]
    return found


def _described(resources: Resources, machine: ApiMachine) -> Params:
    details = resources.machines.details(machine)
    found: Params = {
        "stateMachineArn": machine.arn,
        "name": machine.name,
        "definition": details.definition,
        "roleArn": machine.role_arn,
        "loggingConfiguration": details.logging,
        "tracingConfiguration": details.tracing,
        "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
    }
    if details.revision is not None:
        found["revisionId"] = details.revision
    if references := variable_references(machine.state_machine.definition):
        found["variableReferences"] = references
    return found


def list_all(resources: Resources, params: Params) -> Params:
    answer = page("stateMachines", resources.machines.all(), params)
    answer["stateMachines"] = [
        {
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "type": machine.type,
            "creationDate": resources.machines.details(machine).created,
        }
        for machine in answer["stateMachines"]
    ]
    return answer
