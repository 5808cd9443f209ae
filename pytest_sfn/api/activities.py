"""Operations on activities, and the poll of their workers.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.api.arns import checked_name, parse_arn, region_of
from pytest_sfn.api.configurations import DEFAULTS, encryption
from pytest_sfn.api.pages import page
from pytest_sfn.api.tags import check_tags, tags_in
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from pytest_sfn.api.resources import Resources

__all__ = ["create", "delete", "describe", "get_task", "list_all"]

Params = dict[str, Any]


def create(resources: Resources, params: Params) -> Params:
    """CreateActivity; one that exists is given as it is [recorded], whatever its tags [documented].

    Raises:
        ApiError: InvalidName, TooManyTags, InvalidEncryptionConfiguration; ActivityAlreadyExists, encrypted otherwise.
    """
    account = resources.account
    name = checked_name(params["name"])
    encrypted = encryption(params, resources.region)
    arn = resources.arn("activity", name)
    if not resources.has_activity(arn):
        tags = tags_in(params)
        check_tags(arn, tags)
        account.create_activity(name, resources.region)
        resources.tags[arn], resources.encrypted[arn] = tags, encrypted
    elif encrypted != _encryption(resources, arn):  # [?] the words
        raise ApiError("ActivityAlreadyExists", f"Activity already exists. EncryptionConfiguration may not be updated: '{arn}'")
    return {"activityArn": arn, "creationDate": account.world.datetime_at(account.activities.created(arn))}


def delete(resources: Resources, params: Params) -> Params:
    """DeleteActivity; to delete one that does not exist is no error [recorded]."""
    arn = parse_arn(params["activityArn"], ("activity",)).text
    resources.account.activities.delete(arn)
    resources.tags.pop(arn, None)
    resources.encrypted.pop(arn, None)
    return {}


def _encryption(resources: Resources, arn: str) -> Params:
    return resources.encrypted.get(arn, DEFAULTS.encryption)


def existing(resources: Resources, arn: str) -> str:
    """The ARN of an activity that exists.

    Raises:
        ApiError: InvalidArn [text recorded], ActivityDoesNotExist.
    """
    if not resources.has_activity(parse_arn(arn, ("activity",)).text):
        raise ApiError("ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'")
    return arn


def _listing(resources: Resources, arn: str) -> Params:
    account = resources.account
    created = account.world.datetime_at(account.activities.created(arn))
    return {"activityArn": arn, "name": arn.rpartition(":")[2], "creationDate": created}


def describe(resources: Resources, params: Params) -> Params:
    found = _listing(resources, existing(resources, params["activityArn"]))
    return {**found, "encryptionConfiguration": _encryption(resources, found["activityArn"])}


def list_all(resources: Resources, params: Params) -> Params:
    here = [arn for arn in sorted(resources.account.activities) if region_of(arn) == resources.region]
    return page("activities", here, params, key=str, show=lambda arn: _listing(resources, arn))


def get_task(resources: Resources, params: Params) -> Params:
    """GetActivityTask: waits up to sixty seconds; without a task the answer has none of its members."""
    task = resources.pace.activity_task(existing(resources, params["activityArn"]), params.get("workerName"))
    return {"taskToken": task["TaskToken"], "input": task["Input"]} if task else {}
