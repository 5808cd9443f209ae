"""Schedule expressions, with the examples of AWS's page among them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pytest_sfn.account.schedule_expressions import parse_expression

START = datetime(2024, 1, 1, tzinfo=UTC)  # a Monday


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("cron(0 10 * * ? *)", ["Mon 01-01 10:00", "Tue 01-02 10:00"]),
        ("cron(15 12 * * ? *)", ["Mon 01-01 12:15", "Tue 01-02 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["Mon 01-01 18:00", "Tue 01-02 18:00"]),
        ("cron(0 8 1 * ? *)", ["Mon 01-01 08:00", "Thu 02-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["Mon 01-01 00:15", "Mon 01-01 00:30"]),
        ("cron(0/10 * ? * MON-FRI *)", ["Mon 01-01 00:10", "Mon 01-01 00:20"]),
        ("cron(0/5 8-17 ? * TUE *)", ["Tue 01-02 08:00", "Tue 01-02 08:05"]),
        ("cron(15 10 ? * 6L 2024-2026)", ["Fri 01-26 10:15", "Fri 02-23 10:15"]),
        ("cron(0 9 ? * 2#1 *)", ["Mon 01-01 09:00", "Mon 02-05 09:00"]),
        ("cron(0 9 ? * FRI#5 *)", ["Fri 03-29 09:00", "Fri 05-31 09:00"]),
        ("cron(0 0 ? * L *)", ["Sat 01-06 00:00", "Sat 01-13 00:00"]),
        ("cron(0 0 L * ? *)", ["Wed 01-31 00:00", "Thu 02-29 00:00"]),
        ("cron(0 0 3W 2,3 ? *)", ["Fri 02-02 00:00", "Mon 03-04 00:00"]),
        ("cron(0 0 1W 6 ? *)", ["Mon 06-03 00:00", "Mon 06-02 00:00"]),
        ("cron(0 0 31W 3 ? *)", ["Fri 03-29 00:00", "Mon 03-31 00:00"]),
        ("cron(0 0 LW 3 ? *)", ["Fri 03-29 00:00", "Mon 03-31 00:00"]),
        ("cron(0 0 29 FEB ? *)", ["Thu 02-29 00:00", "Tue 02-29 00:00"]),
        ("cron(5,35 14 ? * SAT-SUN *)", ["Sat 01-06 14:05", "Sat 01-06 14:35"]),
        ("cron(0 0 1 1 ? 2024)", []),
        ("cron(0 12 1 1 ? 2024/2)", ["Mon 01-01 12:00", "Thu 01-01 12:00"]),
        ("rate(1 minute)", ["Mon 01-01 00:01", "Mon 01-01 00:02"]),
        ("rate(12 hours)", ["Mon 01-01 12:00", "Tue 01-02 00:00"]),
        ("rate(7 days)", ["Mon 01-08 00:00", "Mon 01-15 00:00"]),
        ("at(2024-02-01T10:30:00)", ["Thu 02-01 10:30"]),
    ],
)
def test_next(expression: str, times: list[str]) -> None:
    found, time = [], parse_expression(expression).next(START, START)
    while time is not None and len(found) < 2:
        found.append(f"{time:%a %m-%d %H:%M}")
        time = parse_expression(expression).next(time, START)
    assert found == times


def test_a_rate_counts_from_its_beginning() -> None:
    rate = parse_expression("rate(5 minutes)")
    begins = START + timedelta(minutes=1)
    assert rate.next(START, begins) == begins
    assert rate.next(begins, begins) == START + timedelta(minutes=6)


def test_time_zones() -> None:
    zone = ZoneInfo("America/New_York")
    noon = parse_expression("cron(0 12 * * ? *)", zone)
    assert noon.next(START, START) == datetime(2024, 1, 1, 17, tzinfo=UTC)
    assert noon.next(datetime(2024, 7, 1, tzinfo=UTC), START) == datetime(2024, 7, 1, 16, tzinfo=UTC)
    assert parse_expression("at(2024-01-01T12:00:00)", zone).next(START, START) == datetime(2024, 1, 1, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    [
        *("", "every day", "rate(5)", "rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "rate(5 weeks)"),
        *("cron(0 12 * * *)", "cron(0 12 * * * *)", "cron(0 12 ? * ? *)", "cron(60 12 * * ? *)", "cron(0 12 32 * ? *)"),
        *(
            "cron(0 12 0W * ? *)",
            "cron(0 12 ? * 8 *)",
            "cron(0 12 ? * MON#6 *)",
            "cron(0/x 12 * * ? *)",
            "cron(0 12 * FOO ? *)",
        ),
        *("cron(0 12 * * ? 1969)", "at(tomorrow)", "soon(1)"),
    ],
)
def test_no_expression(expression: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_expression(expression)
