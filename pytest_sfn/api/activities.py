"""Operations on activities, and the poll of their workers.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.api.arns import checked_name, parse_arn, region_of
from pytest_sfn.api.pages import page
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from pytest_sfn.api.resources import Resources

__all__ = ["create", "delete", "describe", "get_task", "list_all"]

Params = dict[str, Any]


def create(resources: Resources, params: Params) -> Params:
    """CreateActivity; one that exists is given as it is [recorded]."""
    account = resources.account
    arn = account.create_activity(checked_name(params["name"]), resources.region)
    return {"activityArn": arn, "creationDate": account.world.datetime_at(account.activities.created(arn))}


def delete(resources: Resources, params: Params) -> Params:
    """DeleteActivity; to delete one that does not exist is no error [recorded]."""
    resources.account.activities.delete(parse_arn(params["activityArn"], ("activity",)).text)
    return {}


def existing(resources: Resources, arn: str) -> str:
    """The ARN of an activity that exists.

    Raises:
        ApiError: InvalidArn [text recorded], ActivityDoesNotExist.
    """
    parsed = parse_arn(arn, ("activity",))
    if parsed.region != resources.region or not resources.account.activities.knows(arn):
        raise ApiError("ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'")
    return arn


def _listing(resources: Resources, arn: str) -> Params:
    account = resources.account
    created = account.world.datetime_at(account.activities.created(arn))
    return {"activityArn": arn, "name": arn.rpartition(":")[2], "creationDate": created}


def describe(resources: Resources, params: Params) -> Params:
    found = _listing(resources, existing(resources, params["activityArn"]))
    return {**found, "encryptionConfiguration": {"type": "AWS_OWNED_KEY"}}


def list_all(resources: Resources, params: Params) -> Params:
    here = (arn for arn in sorted(resources.account.activities) if region_of(arn) == resources.region)
    return page("activities", [_listing(resources, arn) for arn in here], params)


def get_task(resources: Resources, params: Params) -> Params:
    """GetActivityTask: waits up to sixty virtual seconds; without a task the answer has none of its members."""
    arn, worker = existing(resources, params["activityArn"]), params.get("workerName")
    task = resources.account.activities.wait(arn, worker, resources.account.world.scheduler)
    return {"taskToken": task["TaskToken"], "input": task["Input"]} if task else {}
