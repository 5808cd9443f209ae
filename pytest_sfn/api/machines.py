"""Operations on state machines: create, update, describe, list, delete."""

from __future__ import annotations

from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.api.arns import check_role, checked_name, machine_arn
from pytest_sfn.api.configurations import DEFAULTS, configured
from pytest_sfn.api.entries import does_not_exist
from pytest_sfn.api.pages import page
from pytest_sfn.api.tags import check_tags, tags_in
from pytest_sfn.api.variables import variable_references
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from pytest_sfn.api.entries import Entry, Revision
    from pytest_sfn.api.resources import Resources
    from pytest_sfn.engine.run import Run

__all__ = ["create", "delete", "describe", "describe_for_execution", "list_all", "shown", "update"]

Params = dict[str, Any]
UPDATED: Final = ("definition", "roleArn", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")
ENCRYPTED_SINCE: Final = date(2024, 7, 25)


def create(resources: Resources, params: Params) -> Params:
    """CreateStateMachine. The same machine once more is no mistake, another one of that name is [both recorded].

    What makes it the same is documented: another role or other tags do not count, and are not taken.
    """
    name, kind = checked_name(params["name"]), params.get("type", "STANDARD")
    check_role(params.get("roleArn"))
    publish, description = _publishing(params)
    configurations = configured(resources.account, resources.region, name, params, DEFAULTS)
    arn = resources.arn("stateMachine", name)
    entry = resources.machines.get(arn)
    if entry is None:
        tags = tags_in(params)
        check_tags(arn, tags)
        entry = resources.machines.load(params["definition"], name, kind, params.get("roleArn"), configurations)
        entry.made_with = publish, description
        resources.tags[arn] = tags
    else:
        entry.check_active()
        now = entry.current
        same = (now.definition, entry.type, now.configurations) == (params["definition"], kind, configurations)
        if not same or entry.made_with != (publish, description):
            raise ApiError("StateMachineAlreadyExists", f"State Machine Already Exists: '{arn}'")
    answer = {"stateMachineArn": arn, "creationDate": entry.created}
    return answer | _publish(resources, entry, publish, description)


def update(resources: Resources, params: Params) -> Params:
    """UpdateStateMachine: executions that run go on as they began [documented].

    An update that changes nothing makes no revision, and the machine that was created has none [both recorded]. One that is
    refused changes nothing.
    """
    entry = resources.machines.existing(params["stateMachineArn"])
    entry.check_active()
    if not any(name in params for name in UPDATED):
        raise ApiError("MissingRequiredParameter", _nothing_to_update(resources))
    check_role(params.get("roleArn"))
    publish, description = _publishing(params)
    before = entry.current
    machine = before.machine
    configurations = configured(resources.account, resources.region, machine.name, params, before.configurations)
    definition, role_arn = params.get("definition", before.definition), params.get("roleArn", machine.role_arn)
    if (definition, role_arn, configurations) != (before.definition, machine.role_arn, before.configurations):
        if publish:
            entry.check_room()
        revision_id = resources.account.world.chance.uuid("revision")
        resources.machines.load(definition, machine.name, machine.type, role_arn, configurations, revision_id)
    answer = {"updateDate": resources.account.now, **_revision_id(entry.current)}
    return answer | _publish(resources, entry, publish, description)


def _publishing(params: Params) -> tuple[bool, str | None]:
    """Whether a version is to be published, and its description.

    Raises:
        ApiError: ValidationException, a description where none is published [recorded for CreateStateMachine].
    """
    publish, description = params.get("publish", False), params.get("versionDescription")
    if description is not None and not publish:
        raise ApiError("ValidationException", "Version description can only be set when publish is true")
    return publish, description


def _publish(resources: Resources, entry: Entry, publish: bool, description: str | None) -> Params:
    return {"stateMachineVersionArn": entry.publish(description, resources.account.now).arn} if publish else {}


def _nothing_to_update(resources: Resources) -> str:  # [?] the words
    as_of = resources.account.world.as_of
    names = "the definition, the role ARN, the LoggingConfiguration,"
    encryption = "the EncryptionConfiguration or" if as_of is None or as_of >= ENCRYPTED_SINCE else "or"
    return f"Either {names} {encryption} the TracingConfiguration must be specified"


def delete(resources: Resources, params: Params) -> Params:
    """DeleteStateMachine; to delete one that does not exist is no error [recorded]."""
    arn = machine_arn(params["stateMachineArn"]).text
    resources.machines.delete(arn)
    resources.tags.pop(arn, None)
    return {}


# -- look --------------------------------------------------------------------------------------------------------------


def shown(resources: Resources, params: Params) -> list[Run]:
    """The executions whose end is the end of a machine that was deleted."""
    return resources.machines.addressed(params["stateMachineArn"]).entry.running


def describe(resources: Resources, params: Params) -> Params:
    """DescribeStateMachine; by an alias it shows the version of the largest weight [?]."""
    arn = machine_arn(params["stateMachineArn"])
    entry = resources.machines.of(arn)
    if entry is None or not entry.has(arn.qualifier):
        raise does_not_exist(arn.text)
    alias = entry.aliases.get(arn.qualifier)
    version = entry.versions.get(arn.qualifier if alias is None else max(alias.routing, key=itemgetter(1))[0])
    revision = entry.current if version is None else version.revision
    found = _described(revision, params) | {
        "stateMachineArn": arn.text,
        "status": "ACTIVE" if entry.ending is None else "DELETING",
        "type": revision.machine.type,
        "creationDate": entry.created if version is None else version.created,
    }
    if version is not None and version.description is not None:
        found["description"] = version.description
    return found


def describe_for_execution(resources: Resources, params: Params) -> Params:
    """DescribeStateMachineForExecution: the machine as it was when the execution began; its ARN has no version [recorded]."""
    run = resources.existing_execution(params["executionArn"])
    revision = resources.machines.revision_of(run)
    found = {**_described(revision, params), "updateDate": revision.updated, "stateMachineArn": run.machine.arn}
    if (map_run := resources.map_run_of(run)) is not None:
        found |= {"mapRunArn": map_run.arn, "label": map_run.label}
    return found


def _described(revision: Revision, params: Params) -> Params:
    machine, configurations = revision.machine, revision.configurations
    found: Params = {
        "stateMachineArn": machine.arn,
        "name": machine.name,
        "definition": revision.definition,
        "roleArn": machine.role_arn,
        "loggingConfiguration": configurations.logging,
        "tracingConfiguration": configurations.tracing,
        "encryptionConfiguration": configurations.encryption,
        **_revision_id(revision),
    }
    if references := variable_references(machine.state_machine.definition):
        found["variableReferences"] = references
    if params.get("includedData") == "METADATA_ONLY":
        del found["definition"]
    return found


def _revision_id(revision: Revision) -> Params:
    return {} if revision.id is None else {"revisionId": revision.id}


def list_all(resources: Resources, params: Params) -> Params:
    return page("stateMachines", resources.machines.all(), params, key=lambda entry: entry.current.machine.name, show=_listing)


def _listing(entry: Entry) -> Params:
    return {
        "stateMachineArn": entry.arn,
        "name": entry.current.machine.name,
        "type": entry.type,
        "creationDate": entry.created,
    }
