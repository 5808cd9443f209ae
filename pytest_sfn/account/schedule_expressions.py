"""Schedule expressions of EventBridge: `rate(5 minutes)`, `cron(0 12 ? * MON-FRI *)`, `at(2024-03-01T12:00:00)`.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Expression", "parse_expression"]

MONTHS: Final = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS: Final = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
LAST_YEAR: Final = 2199
UNITS: Final = {"minute": 60, "hour": 3600, "day": 86_400}


class Expression(Protocol):
    """When a schedule is due."""

    def next(self, after: datetime, since: datetime) -> datetime | None:
        """The first time after another; None if there is none.

        Args:
            since: when the schedule begins.
        """


@lru_cache(maxsize=256)
def parse_expression(text: str, zone: tzinfo = UTC, *, many_of_one: bool = False) -> Expression:
    """Read an expression; a cron expression or a single time belongs to the zone.

    Args:
        many_of_one: whether `rate(1 minutes)` will do, which a rule refuses [documented], and which AWS's samples give to
            EventBridge Scheduler.

    Raises:
        ValueError: it is no such expression.
    """
    kind, _, rest = text.strip().partition("(")
    if not rest.endswith(")"):
        raise ValueError(f"{text!r} is no schedule expression")
    inside = rest[:-1].strip()
    if kind == "rate":
        return _Rate(inside, many_of_one=many_of_one)
    if kind == "cron":
        return _Cron(inside, zone)
    if kind == "at":
        return _At(datetime.strptime(inside, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=zone))
    raise ValueError(f"{text!r} is no schedule expression")


class _Rate:
    def __init__(self, text: str, *, many_of_one: bool) -> None:
        found = re.fullmatch(r"(\d+)\s+(minute|hour|day)(s?)", text)
        fits = found is not None and (bool(found[3]) if int(found[1]) != 1 else many_of_one or not found[3])
        if found is None or int(found[1]) == 0 or not fits:
            raise ValueError(f"rate({text}) is no rate: 'rate(1 minute)', 'rate(5 minutes)'")
        self._step = timedelta(seconds=int(found[1]) * UNITS[found[2]])

    def next(self, after: datetime, since: datetime) -> datetime | None:
        steps = (after - since) // self._step + 1
        return since + max(steps, 0) * self._step


class _At:
    def __init__(self, time: datetime) -> None:
        self._time = time

    def next(self, after: datetime, since: datetime) -> datetime | None:
        return self._time if self._time > after else None


class _Cron:
    """Minutes, hours, days of the month, months, days of the week, years; either kind of days is `?`."""

    def __init__(self, text: str, zone: tzinfo) -> None:
        fields = text.upper().split()
        if len(fields) != 6 or (fields[2] == "?") == (fields[4] == "?"):
            raise ValueError(f"cron({text}) has not six fields, with '?' for the day of the month or of the week")
        minutes, hours, of_month, months, of_week, years = fields
        self._zone = zone
        self._minutes = _numbers(minutes, 0, 59)
        self._hours = _numbers(hours, 0, 23)
        self._months = _numbers(months, 1, 12, MONTHS)
        self._years = _numbers(years, 1970, LAST_YEAR)
        self._days = _days_of_week(of_week) if of_month == "?" else _days_of_month(of_month)

    def next(self, after: datetime, since: datetime) -> datetime | None:
        local = after.astimezone(self._zone)
        for year, month, day in self._dates(local):
            today = (year, month, day) == (local.year, local.month, local.day)
            for hour in self._hours:
                if today and hour < local.hour:
                    continue
                for minute in self._minutes:
                    time = datetime(year, month, day, hour, minute, tzinfo=self._zone)
                    if time > after:
                        return time
        return None

    def _dates(self, local: datetime) -> Iterator[tuple[int, int, int]]:
        first = (local.year, local.month, local.day)
        for year in self._years:
            for month in self._months if year >= local.year else ():
                if (year, month) >= first[:2]:
                    yield from ((year, month, day) for day in sorted(self._days(year, month)) if (year, month, day) >= first)


def _numbers(field: str, low: int, high: int, names: list[str] | None = None) -> list[int]:
    """The numbers that a field stands for: `*`, `5`, `1-5`, `*/15`, `10/5`, `MON,WED`."""
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            start, end = low, high
        else:
            start = _number(first, low, high, names)
            end = _number(last, low, high, names) if dash else high if slash else start
        if slash and not (step.isdecimal() and int(step)):
            raise ValueError(f"{part!r} has no step")
        found.update(range(start, end + 1, int(step) if slash else 1))
        if end < start:  # over the end of the week or year
            found.update((*range(start, high + 1), *range(low, end + 1)))
    return sorted(found)


def _number(text: str, low: int, high: int, names: list[str] | None) -> int:
    number = names.index(text) + low if names and text in names else int(text) if text.isdecimal() else low - 1
    if not low <= number <= high:
        raise ValueError(f"{text!r} is not from {low} to {high}")
    return number


def _days_of_month(field: str) -> Callable[[int, int], set[int]]:
    """`L` is the last day, `15W` the weekday nearest to the 15th, `LW` the last weekday."""
    plain = [part for part in field.split(",") if "L" not in part and "W" not in part]
    special = [part for part in field.split(",") if part not in plain]
    numbers = _numbers(",".join(plain), 1, 31) if plain else []
    for part in special:
        if part not in ("L", "LW"):
            _number(part.removesuffix("W"), 1, 31, None)

    def days(year: int, month: int) -> set[int]:
        last = monthrange(year, month)[1]
        found = {day for day in numbers if day <= last}
        for part in special:
            day = last if part.startswith("L") else min(int(part[:-1]), last)
            found.add(_weekday_near(year, month, day, last) if part.endswith("W") else day)
        return found

    return days


def _weekday_near(year: int, month: int, day: int, last: int) -> int:
    """The day from Monday to Friday that is nearest, in the same month."""
    weekday = datetime(year, month, day).weekday()  # noqa: DTZ001 - a date
    if weekday == 5:
        return day - 1 if day > 1 else day + 2
    if weekday == 6:
        return day + 1 if day < last else day - 2
    return day


def _days_of_week(field: str) -> Callable[[int, int], set[int]]:
    """`6L` is the last Friday of the month, `L` Saturday, `3#2` the second Tuesday."""
    weekdays: set[int] = set()
    special: list[tuple[int, int]] = []  # a day of the week, and the how manieth; -1 for the last
    for part in field.split(","):
        day, hash_, nth = part.partition("#")
        if hash_:
            special.append((_number(day, 1, 7, DAYS), _number(nth, 1, 5, None)))
        elif part.endswith("L") and part != "L":
            special.append((_number(part[:-1], 1, 7, DAYS), -1))
        else:
            weekdays.update(_numbers("7" if part == "L" else part, 1, 7, DAYS))

    def days(year: int, month: int) -> set[int]:
        first, last = monthrange(year, month)
        by_weekday: dict[int, list[int]] = {}
        for day in range(1, last + 1):
            by_weekday.setdefault((first + day) % 7 + 1, []).append(day)  # Python's week begins with Monday, this with Sunday
        found = {day for weekday in weekdays for day in by_weekday[weekday]}
        for weekday, nth in special:
            all_days = by_weekday[weekday]
            found.update(all_days[-1:] if nth < 0 else all_days[nth - 1 : nth])
        return found

    return days
