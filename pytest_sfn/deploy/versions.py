"""Versions and aliases of state machines, made once the machines are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.deploy.wanted import LackError

if TYPE_CHECKING:
    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["alias", "version"]

_SERVICE: Final = "stepfunctions"


def version(wanted: Wanted, cloud: Cloud) -> None:
    """A version of a machine; a machine that is not updated has one."""
    members = {"stateMachineArn": wanted.need("StateMachineArn"), **wanted.pick("Description")}
    listed = cloud.call(_SERVICE, "list_state_machine_versions", stateMachineArn=members["stateMachineArn"])
    made = cloud.call(_SERVICE, "publish_state_machine_version", **members)["stateMachineVersionArn"]
    if made not in [each["stateMachineVersionArn"] for each in listed["stateMachineVersions"]]:
        cloud.undo("delete_state_machine_version", stateMachineVersionArn=made)


def alias(wanted: Wanted, cloud: Cloud) -> None:
    """An alias of a machine. A gradual deployment has ended: all executions are of its version."""
    routes = wanted.objects("RoutingConfiguration")
    if not routes:
        preferred = wanted.object("DeploymentPreference").get("StateMachineVersionArn")
        if preferred is None:
            raise LackError("it has neither RoutingConfiguration nor DeploymentPreference", "add one of them")
        routes = [{"StateMachineVersionArn": preferred, "Weight": 100}]
    members = {"name": wanted.name, "routingConfiguration": routes, **wanted.pick("Description")}
    is_new = not cloud.has("stepfunctions", "describe_state_machine_alias", stateMachineAliasArn=wanted.ref)
    made = cloud.call(_SERVICE, "create_state_machine_alias", **members)
    if is_new:
        cloud.undo("delete_state_machine_alias", stateMachineAliasArn=made["stateMachineAliasArn"])
