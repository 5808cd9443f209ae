"""Names and ARNs that the API accepts, and its refusals of others.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html lists the forms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_sfn.errors import PytestSfnError
from pytest_sfn.names import check_name
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["Arn", "checked_name", "parse_arn"]


class Arn(NamedTuple):
    """`arn:<partition>:states:<region>:<account>:<type>:<rest>`, where rest may have colons of its own."""

    text: str
    region: str
    account: str
    type: str
    rest: str


def parse_arn(text: str, types: Collection[str]) -> Arn:
    """The parts of an ARN of one of these resource types.

    Raises:
        ApiError: InvalidArn; it is no ARN of Step Functions, or of another type [texts recorded].
    """
    parts = text.split(":", 6)
    if parts[0] != "arn":
        raise ApiError("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {text}'")
    if len(parts) < 7 or parts[2] != "states":
        raise ApiError("InvalidArn", f"Invalid Arn: 'Invalid ARN: {text}'")  # [?] the words
    _, _, _, region, account, kind, rest = parts
    if kind not in types:
        raise ApiError("InvalidArn", f"Invalid Arn: 'Resource type not valid in this context: {kind}'")
    return Arn(text, region, account, kind, rest)


def checked_name(name: str) -> str:
    """The name itself.

    Raises:
        ApiError: InvalidName [text recorded].
    """
    try:
        return check_name("this", name)
    except PytestSfnError:
        raise ApiError("InvalidName", f"Invalid Name: '{name}'") from None
