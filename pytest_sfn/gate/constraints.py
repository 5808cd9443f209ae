"""What the model of a service refuses is refused before moto sees the request, since moto takes most of it.

The request is decoded by the model, in the protocols of AWS's JSON and query services; `services/constraints.py` has the
rules and the texts. A request that cannot be decoded is left to moto.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from pytest_sfn.gate.refusals import in_json, in_query
from pytest_sfn.services.constraints import SERVICES, refusal_of
from pytest_sfn.services.operations import service_model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import Shape

    from pytest_sfn.gate.call import Answer, Call

__all__ = ["refused"]


def refused(call: Call) -> Answer | None:
    """The refusal of a request; None if its service would look at it."""
    if call.service not in SERVICES:
        return None
    name = call.named
    model = service_model(call.service)
    if name not in model.operation_names:
        return None  # of another service that is signed for in this one's name, such as DynamoDB Streams
    shape = model.operation_model(name).input_shape
    target = bool(call.header("X-Amz-Target"))
    try:
        params = json.loads(call.body or "{}") if target else _decoded(shape, dict(parse_qsl(call.body.decode(), True)), "")
    except ValueError:
        return None
    refusal = refusal_of(call.service, shape, params)
    if refusal is None:
        return None
    return in_json(*refusal) if target else in_query(*refusal)


def _decoded(shape: Any, fields: Mapping[str, str], at: str) -> Any:
    """A value out of the fields of a query: `Tags.member.1.Key=k`. None if there is none; maps are left out.

    Args:
        at: the name of its field, or the beginning of its fields' names.
    """
    if shape is None:
        return {}
    kind = shape.type_name
    if kind == "structure":
        members = ((name, _decoded(member, fields, _field(at, name, member))) for name, member in shape.members.items())
        return {name: value for name, value in members if value is not None} or (None if at else {})
    if kind == "list":
        begin = (
            f"{at}." if shape.serialization.get("flattened") else f"{at}.{shape.member.serialization.get('name', 'member')}."
        )
        items: list[Any] = []
        while (item := _decoded(shape.member, fields, f"{begin}{len(items) + 1}")) is not None:
            items.append(item)
        return items or None
    text = fields.get(at)
    return int(text) if text is not None and kind in ("integer", "long") else text


def _field(at: str, name: str, member: Shape) -> str:
    return f"{at}." * bool(at) + str(member.serialization.get("name", name))
