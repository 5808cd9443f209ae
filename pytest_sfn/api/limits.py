"""AWS's first check of a call, before any operation: lengths, ranges, patterns, sets of values.

botocore's model of the service has the limits. A boto3 client itself checks required members, types and lower bounds; the
rest is left to the service, and so to this module. The texts are recorded.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["check_limits", "service_model"]

ENUM_ORDER = {
    "statusFilter": ("SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"),
}
"""The order in which AWS lists the values where it is known [recorded]; the model's elsewhere."""


_TYPES: dict[str, Any] = {"string": str, "integer": int, "boolean": bool, "list": list, "structure": dict}
"""The Python type that a call has for a type of the model."""

PAYLOAD = "SensitiveData"
"""The shape of inputs and outputs, which the model measures by AWS's own quota."""


@cache
def service_model() -> Any:
    """The service as botocore describes it, loaded when first needed."""
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    return ServiceModel(Loader().load_service_model("stepfunctions", "service-2"))


def check_limits(operation: str, params: Mapping[str, Any], payload: int) -> None:
    """Look at the members of a call, named and typed as a boto3 client sends them.

    Args:
        payload: the most bytes that an input or an output may have, as the account's quotas say.

    Raises:
        ApiError: ValidationException, with all that is wrong; SerializationException, for another type.
    """
    shape = service_model().operation_model(operation).input_shape
    wrong = list(_wrong(shape, params, "", payload))
    if wrong:
        count = f"{len(wrong)} validation error{'s' * (len(wrong) > 1)} detected"
        raise ApiError("ValidationException", f"{count}: {'; '.join(wrong)}")


def _wrong(shape: Any, value: Any, at: str, payload: int) -> Iterator[str]:
    if not isinstance(value, _TYPES[shape.type_name]):
        raise ApiError("SerializationException", f"'{at}' is {value!r}, which is no {shape.type_name}")  # [?] the words
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value:
                yield from _wrong(member, value[name], f"{at}.{name}" if at else name, payload)
            elif name in shape.required_members:
                yield f"Value at '{f'{at}.{name}' if at else name}' failed to satisfy constraint: Member must not be null"
        return
    for constraint in _broken(shape, value, at, payload):
        shown = "Value" if shape.metadata.get("sensitive") else f"Value '{value}'"
        yield f"{shown} at '{at}' failed to satisfy constraint: Member must {constraint}"
    if shape.type_name == "list":
        for number, item in enumerate(value, 1):
            yield from _wrong(shape.member, item, f"{at}.{number}.member", payload)


def _broken(shape: Any, value: Any, at: str, payload: int) -> Iterator[str]:
    limits = shape.metadata
    if shape.name == PAYLOAD:
        value, limits = value.encode("utf-8", "surrogatepass"), {"max": payload}
    what, size = ("value", value) if isinstance(value, int) else ("length", len(value) if hasattr(value, "__len__") else 0)
    if "max" in limits and size > limits["max"]:
        yield f"have {what} less than or equal to {limits['max']}"
    if "min" in limits and size < limits["min"]:
        yield f"have {what} greater than or equal to {limits['min']}"
    if "pattern" in limits and not re.fullmatch(limits["pattern"].replace(r"\p{ASCII}", r"[\x00-\x7f]"), value):
        yield f"satisfy regular expression pattern: {limits['pattern']}"
    if "enum" in limits and value not in limits["enum"]:
        order = ENUM_ORDER.get(at, ())
        known = order if set(order) == set(limits["enum"]) else limits["enum"]
        yield f"satisfy enum value set: [{', '.join(known)}]"
