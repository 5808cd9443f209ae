"""AWS's refusal of a member that must be JSON text and is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.asl.java_json import json_refusal

if TYPE_CHECKING:
    from pytest_sfn.errors import JsonValueError

__all__ = ["json_problem"]


def json_problem(text: str, error: JsonValueError) -> str:
    """AWS's text for JSON that it cannot read [as publicly reported]; our own reason where AWS's reader could read it."""
    refused = json_refusal(text)
    return refused.message if refused is not None else str(error)
