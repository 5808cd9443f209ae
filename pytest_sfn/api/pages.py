"""Answers in pages. A token holds its list and where the next page begins; any other text is refused."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any

from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["page"]

DEFAULT = 100
"""How many results a page has when maxResults is 0 or left out [documented]."""


def page(what: str, found: Sequence[Any], params: Mapping[str, Any], default: int = DEFAULT) -> dict[str, Any]:
    """`{what: [...]}` with one page of the results, and `nextToken` unless it is the last.

    Raises:
        ApiError: InvalidToken; the token is none that was given for this list [text recorded].
    """
    start = 0
    if token := params.get("nextToken"):
        try:
            of, _, offset = urlsafe_b64decode(token.encode()).decode().partition(":")
            start = int(offset)
        except ValueError:  # of which binascii.Error and UnicodeError are children
            of = ""
        if of != what:
            raise ApiError("InvalidToken", "Invalid Token: 'Invalid token'")
    end = start + (params.get("maxResults") or default)
    answer: dict[str, Any] = {what: list(found[start:end])}
    if end < len(found):
        answer["nextToken"] = urlsafe_b64encode(f"{what}:{end}".encode()).decode()
    return answer
