"""Operations on versions of state machines: publish, list, delete. A version is described by DescribeStateMachine.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_PublishStateMachineVersion.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.api.arns import machine_arn
from pytest_sfn.api.pages import page
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from pytest_sfn.api.entries import Version
    from pytest_sfn.api.resources import Resources

__all__ = ["delete", "list_all", "publish"]

Params = dict[str, Any]
INITIAL: Final = "INITIAL"
"""What a call names the revision of a machine that was not updated [documented]."""


def publish(resources: Resources, params: Params) -> Params:
    """PublishStateMachineVersion; a revision that has a version already keeps that one.

    Raises:
        ApiError: StateMachineDoesNotExist; ConflictException for a revision that is not the present one [text recorded].
    """
    entry = resources.machines.existing(params["stateMachineArn"])
    entry.check_active()
    expected, present = params.get("revisionId"), entry.current.id or INITIAL
    if expected is not None and expected != present:
        raise ApiError(
            "ConflictException",
            f"Failed to publish the State Machine version for revision {expected}. "
            f"The current State Machine revision is {present}.",
        )
    version = entry.publish(params.get("description"), resources.account.now)
    return {"stateMachineVersionArn": version.arn, "creationDate": version.created}


def list_all(resources: Resources, params: Params) -> Params:
    """ListStateMachineVersions, the latest first [recorded]."""
    versions = list(resources.machines.existing(params["stateMachineArn"]).versions.values())
    return page("stateMachineVersions", versions[::-1], params, key=lambda version: -version.number, show=_listing)


def _listing(version: Version) -> Params:
    return {"stateMachineVersionArn": version.arn, "creationDate": version.created}


def delete(resources: Resources, params: Params) -> Params:
    """DeleteStateMachineVersion; to delete one that does not exist is no error [recorded]. Its executions go on [documented].

    Raises:
        ApiError: InvalidArn, the ARN has no version [?]; ConflictException, an alias leads to it [text recorded].
    """
    arn = machine_arn(params["stateMachineVersionArn"])
    if not arn.qualifier:
        raise ApiError("InvalidArn", f"Invalid Arn: 'Invalid ARN: {arn.text}'")
    entry = resources.machines.of(arn)
    if entry is None or arn.qualifier not in entry.versions:
        return {}
    if aliases := entry.led_to(arn.qualifier):
        raise ApiError(
            "ConflictException",
            "Version to be deleted must not be referenced by an alias. "
            f"Current list of aliases referencing this version: [{', '.join(alias.name for alias in aliases)}]",
        )
    del entry.versions[arn.qualifier]
    return {}
