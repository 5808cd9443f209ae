"""AWS's first check of a call, before any operation: types, lengths, ranges, patterns, sets of values.

botocore's model of the service has the limits. A boto3 client itself checks required members, types and lower bounds; the
rest is left to the service, and so to this module. The texts are recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.services.api_error import ApiError
from pytest_sfn.services.constraints import breaches
from pytest_sfn.services.operations import service_model
from pytest_sfn.services.refusals import detected

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["check_limits"]

_TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "long": int,
    "float": (int, float),
    "boolean": bool,
    "list": list,
    "structure": dict,
}
"""The Python type that a call has for a type of the model."""

PAYLOAD = "SensitiveData"
"""The shape of inputs and outputs, which the model measures by AWS's own quota."""


def check_limits(operation: str, params: Mapping[str, Any], payload: int) -> None:
    """Look at the members of a call, named and typed as a boto3 client sends them.

    Args:
        payload: the most bytes that an input or an output may have, as the account's quotas say.

    Raises:
        ApiError: ValidationException, with all that is wrong; SerializationException, for another type.
    """
    shape = service_model("stepfunctions").operation_model(operation).input_shape
    _check_types(shape, params, "")
    wrong = list(breaches("stepfunctions", shape, params, lengths={PAYLOAD: payload}))
    if wrong:
        raise ApiError("ValidationException", detected(wrong))


def _check_types(shape: Any, value: Any, at: str) -> None:
    if not isinstance(value, _TYPES[shape.type_name]):
        raise ApiError("SerializationException", f"'{at}' is {value!r}, which is no {shape.type_name}")  # [?] the words
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value:
                _check_types(member, value[name], f"{at}.{name}" if at else name)
    elif shape.type_name == "list":
        for number, item in enumerate(value, 1):
            _check_types(shape.member, item, f"{at}.{number}.member")
