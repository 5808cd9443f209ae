"""Tags of state machines and activities through the API."""

from __future__ import annotations

from typing import Any

import pytest

PREFIX = "arn:aws:states:us-east-1:123456789012"
ARN = f"{PREFIX}:stateMachine:M"


def tagged(**tags: str) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


@pytest.fixture(params=["stateMachine", "activity"])
def resource(request, call, create) -> str:
    """A machine or an activity that was made with a tag."""
    made = {"tags": tagged(a="1")}
    return create(**made) if request.param == "stateMachine" else call("CreateActivity", name="A", **made)["activityArn"]


def test_add_remove_list(call, resource) -> None:
    def tags() -> Any:
        return call("ListTagsForResource", resourceArn=resource)["tags"]

    assert tags() == tagged(a="1")
    assert call("TagResource", resourceArn=resource, tags=tagged(b="", a="2")) == {}
    assert tags() == tagged(a="2", b="")
    assert call("TagResource", resourceArn=resource, tags=[]) == {}
    assert call("UntagResource", resourceArn=resource, tagKeys=["a", "a", "c"]) == {}
    assert call("UntagResource", resourceArn=resource, tagKeys=[]) == {}
    assert tags() == tagged(b="")


def test_machine_of_the_test_has_none(account, call) -> None:
    arn = account.load({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}, name="L").arn
    assert call("ListTagsForResource", resourceArn=arn) == {"tags": []}
    call("TagResource", resourceArn=arn, tags=tagged(a="1"))
    call("DeleteStateMachine", stateMachineArn=arn)
    account.load({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}, name="L")
    assert call("ListTagsForResource", resourceArn=arn) == {"tags": []}


def test_what_has_no_tags(call, create) -> None:
    create(publish=True)
    for arn in (f"{ARN}:1", f"{ARN}2", f"{PREFIX}:activity:no"):
        refused = f"ResourceNotFound: Resource not found: '{arn}'"
        assert call("TagResource", resourceArn=arn, tags=tagged(a="1")) == refused
        assert call("UntagResource", resourceArn=arn, tagKeys=["a"]) == refused
        assert call("ListTagsForResource", resourceArn=arn) == refused
    assert call("TagResource", resourceArn="x", tags=[]) == "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'"
    assert call("TagResource", resourceArn=f"{PREFIX}:execution:M:n", tags=[]).startswith("InvalidArn: ")


@pytest.mark.parametrize(
    ("tags", "refusal"),
    [
        (tagged(**{str(n): "" for n in range(51)}), "TooManyTags: "),
        (tagged(**{"aws:x": ""}), "ValidationException: "),
        (tagged(**{"k" * 129: ""}), "ValidationException: 1 validation error detected: Value '"),
        (tagged(**{"a*b": "é + 1@x.y/z=_-:"}), "ValidationException: 1 validation error detected: Value 'a*b' at 'tags.1."),
    ],
)
def test_refused(call, resource, tags, refusal) -> None:
    assert call("TagResource", resourceArn=resource, tags=tags).startswith(refusal)
    assert call("ListTagsForResource", resourceArn=resource)["tags"] == tagged(a="1")
    assert call("CreateActivity", name="new", tags=tags).startswith(refusal)
    assert len(call("ListActivities")["activities"]) <= 1


def test_tags_at_creation_count_with_those_added(call, create) -> None:
    create(tags=tagged(**{str(n): "" for n in range(50)}))
    assert call("TagResource", resourceArn=ARN, tags=tagged(**{"0": "x"})) == {}
    assert call("TagResource", resourceArn=ARN, tags=tagged(new="")).startswith("TooManyTags: ")


def test_tags_with_a_client(client, create) -> None:
    create()
    client.tag_resource(resourceArn=ARN, tags=tagged(a="1"))
    assert client.list_tags_for_resource(resourceArn=ARN)["tags"] == tagged(a="1")
    with pytest.raises(client.exceptions.ResourceNotFound):
        client.untag_resource(resourceArn=f"{ARN}2", tagKeys=["a"])
