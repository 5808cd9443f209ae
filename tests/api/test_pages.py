"""Answers in pages."""

from __future__ import annotations

import pytest

from pytest_sfn.api import ApiError
from pytest_sfn.api.pages import page


def test_pages_follow_each_other() -> None:
    found = list(range(5))
    first = page("items", found, {"maxResults": 3})
    second = page("items", found, {"maxResults": 3, "nextToken": first["nextToken"]})
    assert (first["items"], second) == ([0, 1, 2], {"items": [3, 4]})
    assert page("items", found, {"maxResults": 0}) == {"items": found}  # as many as there are by default


@pytest.mark.parametrize("token", ["x", "Zm9v", page("others", [1, 2], {"maxResults": 1})["nextToken"]])
def test_token_of_no_such_list(token: str) -> None:
    with pytest.raises(ApiError, match="InvalidToken: Invalid Token: 'Invalid token'"):
        page("items", [1, 2, 3], {"nextToken": token})
