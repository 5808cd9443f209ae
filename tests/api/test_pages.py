"""Answers in pages."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

import pytest

from pytest_sfn.api import ApiError
from pytest_sfn.api.pages import page


def paged(found: list[int], what: str = "items", **params: Any) -> dict[str, Any]:
    return page(what, found, params, key=int, show=str)


def test_pages_follow_each_other() -> None:
    first = paged([*range(5)], maxResults=3)
    second = paged([*range(5)], maxResults=2, nextToken=first["nextToken"])
    assert (first["items"], second) == (["0", "1", "2"], {"items": ["3", "4"]})
    assert paged([*range(101)], maxResults=0)["items"] == [str(n) for n in range(100)]  # as many as there are by default


def test_what_changes_between_two_pages_moves_nothing() -> None:
    token = paged([1, 2, 3, 4], maxResults=2)["nextToken"]
    assert paged([3, 4], nextToken=token)["items"] == ["3", "4"]  # those of the first page are deleted
    assert paged([0, 1, 2, 3, 4], nextToken=token)["items"] == ["3", "4"]
    assert paged([1], nextToken=token) == {"items": []}


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "é",
        "Zm9v",
        urlsafe_b64encode(b"1").decode(),
        urlsafe_b64encode(b'["",1]').decode(),
        paged([1, 2], what="others", maxResults=1)["nextToken"],
        paged([1, 2], maxResults=1, stateMachineArn="another")["nextToken"],
    ],
)
def test_token_of_no_such_request(token: str) -> None:
    with pytest.raises(ApiError, match="InvalidToken: Invalid Token: 'Invalid token'"):
        paged([1, 2, 3], nextToken=token)
