"""AWS's words for a member of a call that should hold JSON text and does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.asl.java_json import json_refusal

if TYPE_CHECKING:
    from pytest_sfn.errors import JsonValueError

__all__ = ["json_problem"]


def json_problem(text: str, error: JsonValueError) -> str:
    """What AWS says of a text that it cannot read [as publicly reported]; why we cannot, where AWS's reader could."""
    refused = json_refusal(text)
    return refused.message if refused is not None else str(error)
