"""The Context Object (`$$`, `$states.context`), assembled when an expression asks for it.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html; the order of keys is recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.expressions.values import UNDEFINED

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_sfn.engine.strand import Strand

__all__ = ["context_object", "timestamp"]


def context_object(strand: Strand) -> dict[str, Any]:
    """The Context Object as the strand's present state sees it; the values in it are shared, not copies."""
    run = strand.run
    state: dict[str, Any] = {"Name": strand.state.name, "EnteredTime": timestamp(run.datetime_at(strand.entered_at))}
    context = {**run.execution_context(), "State": state}
    if strand.visit is not None:
        state["RetryCount"] = strand.visit.retry_count
        request = strand.visit.request
        if request is not None and request.token is not None:
            context["Task"] = {"Token": request.token}
    item = map_item(strand)
    if item is not None:
        context["Map"] = {"Item": item}
    return context


def map_item(strand: Strand) -> dict[str, Any] | None:
    """`Map.Item` of the innermost iteration around the strand."""
    current: Strand | None = strand
    while current is not None:
        if current.item is not UNDEFINED:
            return {"Index": current.index, "Value": current.item}
        current = current.body.parent if current.body is not None else None
    return None


def timestamp(instant: datetime) -> str:
    """ISO 8601 with milliseconds and Z, as AWS writes EnteredTime and StartTime."""
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z"
