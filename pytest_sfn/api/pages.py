"""Answers in pages.

A token holds the request that it continues and the key of the last result shown, so that what is deleted or added between two
pages moves nothing. Any other text is refused, and so is a token in another request [documented]: all its members stay as they
are, but for `maxResults` [recorded].
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_sfn.expressions.values import dumps, loads
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["page"]

T = TypeVar("T")
DEFAULT = 100
"""How many results a page has when maxResults is 0 or left out [documented]."""


def page(
    what: str, found: Sequence[T], params: Mapping[str, Any], key: Callable[[T], Any], show: Callable[[T], Any]
) -> dict[str, Any]:
    """`{what: [...]}` with one page of the results, and `nextToken` unless it is the last.

    Args:
        what: the member of the answer.
        found: all results, by rising keys.
        params: of the request.
        key: a result's place among the others: a JSON value, texts or arrays of numbers.
        show: a result as the answer has it.

    Raises:
        ApiError: InvalidToken; the token is none that was given for this request [text recorded].
    """
    start, request = 0, _request(what, params)
    if "nextToken" in params:
        start = bisect_right(found, _last(params["nextToken"], request), key=key)
    end = start + (params.get("maxResults") or DEFAULT)
    answer: dict[str, Any] = {what: [show(each) for each in found[start:end]]}
    if end < len(found):
        answer["nextToken"] = urlsafe_b64encode(dumps([request, key(found[end - 1])]).encode()).decode()
    return answer


def _request(what: str, params: Mapping[str, Any]) -> str:
    members = {name: value for name, value in sorted(params.items()) if name not in ("nextToken", "maxResults")}
    return blake2b(dumps([what, members]).encode(), digest_size=8).hexdigest()


def _last(token: str, request: str) -> Any:
    """The key of the last result before the page that a token is for."""
    try:
        of, key = loads(urlsafe_b64decode(token.encode()).decode())
    except (TypeError, ValueError):  # of the latter binascii.Error, UnicodeError and JsonValueError are children
        of, key = None, None
    if of != request:
        raise ApiError("InvalidToken", "Invalid Token: 'Invalid token'")
    return key
