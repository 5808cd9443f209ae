"""Names and ARNs that the API accepts, and its refusals of others.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html lists the forms.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_sfn.errors import PytestSfnError
from pytest_sfn.names import check_name
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["Arn", "check_regions", "check_role", "checked_name", "machine_arn", "parse_arn", "region_of"]


class Arn(NamedTuple):
    """`arn:<partition>:states:<region>:<account>:<type>:<rest>`, where rest may have colons of its own."""

    text: str
    region: str
    account: str
    type: str
    rest: str

    @property
    def name(self) -> str:
        """Of a state machine's ARN, the name."""
        return self.rest.partition(":")[0]

    @property
    def qualifier(self) -> str:
        """Of a state machine's ARN, the version's number or the alias; "" of an unqualified one."""
        return self.rest.partition(":")[2]

    @property
    def unqualified(self) -> str:
        """The ARN of the state machine itself."""
        return self.text.removesuffix(f":{self.qualifier}") if self.qualifier else self.text


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


def machine_arn(text: str) -> Arn:
    """The parts of a state machine's ARN, which may be that of a version or an alias.

    Raises:
        ApiError: InvalidArn; ValidationException for the ARN of a Distributed Map in it [documented; [?] the words].
    """
    arn = parse_arn(text, ("stateMachine",))
    if "/" in arn.rest:
        raise ApiError(
            "ValidationException",
            f"This operation does not support the ARN of a Distributed Map state: '{text}'",
            reason="API_DOES_NOT_SUPPORT_LABELED_ARNS",
        )
    return arn


def region_of(arn: str) -> str:
    """The region in an ARN; "" in other text."""
    return "".join(arn.split(":", 4)[3:4])


def check_regions(members: Mapping[str, Any], region: str) -> None:
    """Check that a call in a region names nothing of another one.

    Raises:
        ApiError: InvalidArn. [?] code and words; what another region has cannot be reached is documented.
    """
    for name, arn in members.items():
        if name.endswith("Arn") and isinstance(arn, str):
            parts = arn.split(":", 4)
            if len(parts) == 5 and parts[2] == "states" and parts[3] not in ("", region):
                raise ApiError("InvalidArn", f"Invalid Arn: 'Invalid region: {parts[3]}'")


ROLE: Final = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/.+", re.ASCII)


def check_role(arn: str | None) -> None:
    """Check that a machine's role is the ARN of a role. A text that is no ARN at all may be a stand-in, and is left.

    Raises:
        ApiError: InvalidArn [?] what AWS takes for a role.
    """
    if arn is not None and arn.startswith("arn:") and ROLE.fullmatch(arn) is None:
        raise ApiError("InvalidArn", f"Invalid Role Arn: '{arn}'")


def checked_name(name: str) -> str:
    """The name itself.

    Raises:
        ApiError: InvalidName [text recorded].
    """
    try:
        return check_name("this", name)
    except PytestSfnError:
        raise ApiError("InvalidName", f"Invalid Name: '{name}'") from None
