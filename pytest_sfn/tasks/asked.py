"""What a task asks of whoever answers it, and how messages show that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.values import dumps_spaced, loads
from pytest_sfn.services.reach import invokes

if TYPE_CHECKING:
    from pytest_sfn.engine.run import TaskRequest

__all__ = ["input_of", "place", "shorten"]


def input_of(request: TaskRequest) -> Any:
    """What the function gets: the Payload for `lambda:invoke`, else the parameters as they are.

    A Payload of null is as good as none, and the function gets {}. One that is text is the body of Lambda's request as it
    stands, and so the function gets what this text says as JSON [both recorded].
    """
    parameters = request.parameters
    if not invokes(request.state.resource) or not isinstance(parameters, dict):
        return parameters
    payload = parameters.get("Payload")
    if isinstance(payload, str):
        try:
            return loads(payload)
        except JsonValueError:  # Lambda refuses it; a message still wants to show it
            return payload
    return {} if payload is None else payload


def place(request: TaskRequest) -> str:
    """Where the request's state stands: `file:line:column`, or the machine's name if it has no file."""
    return str(request.location() or f"machine '{request.run.machine.name}'")


def shorten(value: Any, limit: int = 200) -> str:
    """JSON text of a value, or what it says of itself, cut to a readable length."""
    try:
        text = dumps_spaced(value)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
