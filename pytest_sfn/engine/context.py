"""The Context Object (`$$`, `$states.context`), assembled when an expression asks for it.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html; the order of keys is recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["context_object", "timestamp"]


def context_object(
    execution: dict[str, Any],
    name: str,
    entered: datetime,
    retry_count: int | None,
    token: str | None,
    item: dict[str, Any] | None,
) -> dict[str, Any]:
    """The Context Object as one state sees it; the values in it are shared, not copies.

    Args:
        execution: the part that does not change during an execution.
        name, entered: of the state.
        retry_count: None for a state that has none.
        token: the Task Token, if there is one.
        item: `Map.Item` of the innermost iteration, if there is one.
    """
    state: dict[str, Any] = {"Name": name, "EnteredTime": timestamp(entered)}
    context = {**execution, "State": state}
    if retry_count is not None:
        state["RetryCount"] = retry_count
    if token is not None:
        context["Task"] = {"Token": token}
    if item is not None:
        context["Map"] = {"Item": item}
    return context


def timestamp(instant: datetime) -> str:
    """ISO 8601 with milliseconds and Z, as AWS writes EnteredTime and StartTime."""
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z"
