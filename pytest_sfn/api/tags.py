"""Operations on tags, of state machines and activities; versions and aliases have none [recorded].

https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.api.arns import parse_arn
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from pytest_sfn.api.resources import Resources

__all__ = ["add", "check_tags", "list_all", "remove", "tags_in"]

Params = dict[str, Any]
MOST_TAGS: Final = 50
"""Of one resource [documented]."""


def tags_in(params: Params) -> dict[str, str]:
    """The tags of a call; one without a key or a value has an empty one [?]."""
    return {tag.get("key", ""): tag.get("value", "") for tag in params.get("tags", ())}


def check_tags(arn: str, tags: dict[str, str]) -> None:
    """Check all tags that a resource would have; the model has their lengths and characters.

    Raises:
        ApiError: TooManyTags [documented; [?] the words]; ValidationException for a key that AWS keeps for itself [?].
    """
    if any(key.lower().startswith("aws:") for key in tags):
        raise ApiError("ValidationException", "aws: prefixed tag key names are not allowed for external use.")
    if len(tags) > MOST_TAGS:
        raise ApiError("TooManyTags", f"Too many tags: '{arn}' would have {len(tags)} of at most {MOST_TAGS}")


def _tags_of(resources: Resources, arn: str) -> dict[str, str]:
    """The tags of a resource that exists.

    Raises:
        ApiError: InvalidArn; ResourceNotFound [text recorded].
    """
    parse_arn(arn, ("stateMachine", "activity"))
    if not resources.has_activity(arn) and resources.machines.get(arn) is None:
        raise ApiError("ResourceNotFound", f"Resource not found: '{arn}'")
    return resources.tags.setdefault(arn, {})


def add(resources: Resources, params: Params) -> Params:
    """TagResource; a key that is there gets the new value."""
    arn = params["resourceArn"]
    tags = _tags_of(resources, arn)
    after = tags | tags_in(params)
    check_tags(arn, after)
    tags |= after
    return {}


def remove(resources: Resources, params: Params) -> Params:
    """UntagResource; keys that are not there are no mistake [recorded]."""
    tags = _tags_of(resources, params["resourceArn"])
    for key in params["tagKeys"]:
        tags.pop(key, None)
    return {}


def list_all(resources: Resources, params: Params) -> Params:
    """ListTagsForResource, as they were added [recorded]."""
    return {"tags": [{"key": key, "value": value} for key, value in _tags_of(resources, params["resourceArn"]).items()]}
