"""Timestamps as AWS reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pytest_sfn.expressions.timestamps import parse_timestamp


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2016-03-14T01:59:00Z", datetime(2016, 3, 14, 1, 59, tzinfo=UTC)),
        ("2016-03-14T02:59:00+01:00", datetime(2016, 3, 14, 1, 59, tzinfo=UTC)),
        ("2016-03-13T20:29-05:30", datetime(2016, 3, 14, 1, 59, tzinfo=UTC)),
        ("2016-03-14T01:59:00.123456789Z", datetime(2016, 3, 14, 1, 59, 0, 123456, tzinfo=UTC)),
    ],
)
def test_instant(text: str, instant: datetime) -> None:
    assert parse_timestamp(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2016-03-14",
        "2016-03-14 01:59:00Z",
        "2016-03-14T01:59:00",
        "2016-13-14T01:59:00Z",
        "2016-03-14T25:59:00Z",
        "2016-02-30T01:59:00Z",
        "2016-03-14T01:59:00+01:60",
        "2016-03-14T01:59:00+99:00",
        "2016-03-14T01:59:00Z ",
        "\uff12016-03-14T01:59:00Z",
    ],
)
def test_no_instant(text: str) -> None:
    assert parse_timestamp(text) is None
