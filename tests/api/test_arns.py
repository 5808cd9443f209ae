"""ARNs and names as the API takes them."""

from __future__ import annotations

import pytest

from pytest_sfn.api import ApiError
from pytest_sfn.api.arns import checked_name, machine_arn, parse_arn


def test_parts_of_an_arn() -> None:
    text = "arn:aws-cn:states:cn-north-1:1:execution:M:n"
    assert parse_arn(text, ("execution",)) == (text, "cn-north-1", "1", "execution", "M:n")


@pytest.mark.parametrize(
    ("text", "message"),
    [  # the first and the last are recorded
        ("x:y", "Invalid Arn: 'Invalid ARN prefix: x:y'"),
        ("arn:aws:states:r:1", "Invalid Arn: 'Invalid ARN: arn:aws:states:r:1'"),
        ("arn:aws:lambda:r:1:function:f", "Invalid Arn: 'Invalid ARN: arn:aws:lambda:r:1:function:f'"),
        ("arn:aws:states:r:1:activity:a", "Invalid Arn: 'Resource type not valid in this context: activity'"),
    ],
)
def test_no_arn_of_that_type(text: str, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_arn(text, ("execution",))
    assert (caught.value.code, caught.value.message) == ("InvalidArn", message)


@pytest.mark.parametrize(("rest", "parts"), [("M", ("M", "")), ("M:1", ("M", "1")), ("M:PROD", ("M", "PROD"))])
def test_arn_of_a_version_or_an_alias(rest: str, parts: tuple[str, str]) -> None:
    arn = machine_arn(f"arn:aws:states:r:1:stateMachine:{rest}")
    assert (arn.name, arn.qualifier) == parts
    assert arn.unqualified == "arn:aws:states:r:1:stateMachine:M"


def test_arn_of_a_distributed_map() -> None:
    with pytest.raises(ApiError) as caught:
        machine_arn("arn:aws:states:r:1:stateMachine:M/label")
    assert (caught.value.code, caught.value.reason) == ("ValidationException", "API_DOES_NOT_SUPPORT_LABELED_ARNS")


def test_names() -> None:
    assert checked_name("a-1_b") == "a-1_b"
    with pytest.raises(ApiError, match="InvalidName: Invalid Name: 'a/b'"):
        checked_name("a/b")
