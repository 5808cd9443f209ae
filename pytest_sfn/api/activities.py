"""Operations on activities, and the poll of their workers.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.api.arns import checked_name, parse_arn
from pytest_sfn.api.pages import page
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from pytest_sfn.api.service import StepFunctionsApi

__all__ = ["create", "delete", "describe", "get_task", "list_all"]

Params = dict[str, Any]


def create(api: StepFunctionsApi, params: Params) -> Params:
    """CreateActivity; one that exists is given as it is [recorded]."""
    account = api.account
    arn = account.create_activity(checked_name(params["name"]))
    return {"activityArn": arn, "creationDate": account.engine.datetime_at(account._runner.activities.created(arn))}


def delete(api: StepFunctionsApi, params: Params) -> Params:
    """DeleteActivity; one that is not there is none the worse for it [recorded]."""
    api.account.delete_activity(parse_arn(params["activityArn"], ("activity",)).text)
    return {}


def existing(api: StepFunctionsApi, arn: str) -> str:
    """The ARN of an activity that exists.

    Raises:
        ApiError: InvalidArn [text recorded], ActivityDoesNotExist.
    """
    parse_arn(arn, ("activity",))
    if not api.account._runner.activities.knows(arn):
        raise ApiError("ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'")
    return arn


def _listing(api: StepFunctionsApi, arn: str) -> Params:
    account = api.account
    created = account.engine.datetime_at(account._runner.activities.created(arn))
    return {"activityArn": arn, "name": arn.rpartition(":")[2], "creationDate": created}


def describe(api: StepFunctionsApi, params: Params) -> Params:
    found = _listing(api, existing(api, params["activityArn"]))
    return {**found, "encryptionConfiguration": {"type": "AWS_OWNED_KEY"}}


def list_all(api: StepFunctionsApi, params: Params) -> Params:
    return page("activities", [_listing(api, arn) for arn in sorted(api.account._runner.activities)], params)


def get_task(api: StepFunctionsApi, params: Params) -> Params:
    """GetActivityTask: waits up to sixty virtual seconds; without a task the answer has none of its members."""
    task = api.account.get_activity_task(existing(api, params["activityArn"]), params.get("workerName"))
    return {"taskToken": task["TaskToken"], "input": task["Input"]} if task else {}
