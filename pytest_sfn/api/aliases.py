"""Operations on aliases of state machines: create, update, describe, list, delete.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachineAlias.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.api.arns import machine_arn
from pytest_sfn.api.entries import Alias, does_not_exist
from pytest_sfn.api.pages import page
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from pytest_sfn.api.entries import Entry, Routing
    from pytest_sfn.api.resources import Resources

__all__ = ["create", "delete", "describe", "list_all", "update"]

Params = dict[str, Any]
MOST_ALIASES: Final = 100
"""Of one state machine [documented]."""


def create(resources: Resources, params: Params) -> Params:
    """CreateStateMachineAlias; the same call once more is no mistake [recorded], at the quota neither.

    Raises:
        ApiError: ConflictException for another alias of that name [text recorded]; ServiceQuotaExceededException;
            ValidationException for a routing that leads nowhere.
    """
    entry, routing = _routed(resources, params["routingConfiguration"])
    entry.check_active()
    name, description = params["name"], params.get("description")
    alias = entry.aliases.get(name)
    if alias is None:
        if len(entry.aliases) >= MOST_ALIASES:
            raise ApiError(  # [?] the words
                "ServiceQuotaExceededException", f"A state machine may have at most {MOST_ALIASES} aliases: '{entry.arn}'"
            )
        alias = entry.aliases[name] = Alias(f"{entry.arn}:{name}", name, description, routing, resources.account.now)
    elif (alias.description, alias.routing) != (description, routing):
        raise ApiError(
            "ConflictException",
            "Failed to create alias because an alias with the same name and a different routing configuration already exists.",
        )
    return {"stateMachineAliasArn": alias.arn, "creationDate": alias.created}


def update(resources: Resources, params: Params) -> Params:
    """UpdateStateMachineAlias.

    Raises:
        ApiError: ResourceNotFound; ValidationException, nothing is given or a routing that leads nowhere.
    """
    entry, alias = _existing(resources, params["stateMachineAliasArn"])
    entry.check_active()
    if "description" not in params and "routingConfiguration" not in params:
        raise ApiError(  # [?] the words
            "ValidationException",
            "Either the description or the routing configuration must be specified",
            reason="MISSING_REQUIRED_PARAMETER",
        )
    if "routingConfiguration" in params:
        of, routing = _routed(resources, params["routingConfiguration"])
        if of is not entry:
            raise _misrouted(f"Routing configuration must contain versions of the state machine '{entry.arn}'")
        alias.routing = routing
    alias.description = params.get("description", alias.description)
    alias.updated = resources.account.now
    return {"updateDate": alias.updated}


def describe(resources: Resources, params: Params) -> Params:
    entry, alias = _existing(resources, params["stateMachineAliasArn"])
    found: Params = {
        "stateMachineAliasArn": alias.arn,
        "name": alias.name,
        "routingConfiguration": [
            {"stateMachineVersionArn": entry.versions[number].arn, "weight": weight} for number, weight in alias.routing
        ],
        "creationDate": alias.created,
        "updateDate": alias.updated,
    }
    return found if alias.description is None else {**found, "description": alias.description}


def list_all(resources: Resources, params: Params) -> Params:
    """ListStateMachineAliases, by name [recorded, while the API reference says by time]; those of a version by its ARN."""
    arn = machine_arn(params["stateMachineArn"])
    entry = resources.machines.of(arn)
    if entry is None:
        raise does_not_exist(arn.text)
    if arn.qualifier and arn.qualifier not in entry.versions:
        raise _not_found()
    aliases = entry.led_to(arn.qualifier) if arn.qualifier else entry.sorted_aliases()
    return page("stateMachineAliases", aliases, params, key=lambda alias: alias.name, show=_listing)


def _listing(alias: Alias) -> Params:
    return {"stateMachineAliasArn": alias.arn, "creationDate": alias.created}


def delete(resources: Resources, params: Params) -> Params:
    """DeleteStateMachineAlias; unlike a version, an alias has to exist [from the errors that the API reference lists]."""
    entry, alias = _existing(resources, params["stateMachineAliasArn"])
    del entry.aliases[alias.name]
    return {}


def _existing(resources: Resources, text: str) -> tuple[Entry, Alias]:
    """The alias of this ARN, and its machine.

    Raises:
        ApiError: InvalidArn; ResourceNotFound.
    """
    arn = machine_arn(text)
    entry = resources.machines.of(arn)
    alias = entry.aliases.get(arn.qualifier) if entry is not None else None
    if entry is None or alias is None:
        raise _not_found()
    return entry, alias


def _not_found() -> ApiError:
    return ApiError("ResourceNotFound", "Request references a resource that does not exist.")  # recorded


def _misrouted(message: str) -> ApiError:
    """The refusal of a routing [documented; [?] all its words]."""
    return ApiError("ValidationException", message, reason="INVALID_ROUTING_CONFIGURATION")


def _routed(resources: Resources, configuration: list[Params]) -> tuple[Entry, Routing]:
    """The machine that a routing belongs to, and the routing; its length and weights are within the model's limits.

    Raises:
        ApiError: InvalidArn; ValidationException, a version is missing or named twice, versions of two machines, or weights
            that do not sum up to 100; ResourceNotFound, there is no such version.
    """
    arns = [machine_arn(each["stateMachineVersionArn"]) for each in configuration]
    weights = [each["weight"] for each in configuration]
    if any(not arn.qualifier for arn in arns):
        shown = ", ".join(arn.text for arn in arns)
        raise _misrouted(f"Routing configuration must contain state machine version ARNs. Received: [{shown}]")
    if len({arn.text for arn in arns}) < len(arns):
        raise _misrouted("Routing configuration must contain distinct state machine version ARNs.")
    if len({arn.unqualified for arn in arns}) > 1:
        raise _misrouted("Routing configuration must contain versions of one state machine.")
    if sum(weights) != 100:
        raise _misrouted(f"Sum of routing configuration weights must equal to 100. Received: {weights}")
    entry = resources.machines.of(arns[0])
    if entry is None or any(arn.qualifier not in entry.versions for arn in arns):
        raise _not_found()
    return entry, tuple((arn.qualifier, weight) for arn, weight in zip(arns, weights, strict=True))
