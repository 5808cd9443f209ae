"""Dates and times: ISO 8601 and XPath's date/time pictures, for `$toMillis`, `$fromMillis` and `$now`.

Times are milliseconds since 1970-01-01T00:00:00Z, in the proleptic Gregorian calendar.
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pytest_sfn.expressions.jsonata.errors import JsonataError
from pytest_sfn.expressions.jsonata.pictures import IntegerFormat, analyse_integer, format_whole, integer_matcher

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["format_millis", "parse_millis"]

_DAYS = ("", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DEFAULTS = {
    **dict.fromkeys("YMDdWwXxHhf", "1"),
    **dict.fromkeys("FPCE", "n"),
    **dict.fromkeys("ms", "01"),
    **dict.fromkeys("Zz", "01:01"),
}
_INTEGERS = "YMDdFWwXxHhms"
_ISO = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"


@dataclass
class _Part:
    """A literal (no component) or a marker of a picture.

    Attributes:
        names: upper, lower or title where the value is written as a name, else "".
        most: the largest width given, or None.
        digits: how many of a year, month or day there are, 0 for any number.
    """

    component: str
    text: str = ""
    names: str = ""
    modifier: str = ""
    most: int | None = None
    digits: int = 0
    integer: IntegerFormat | None = None


def _marker(marker: str) -> _Part:
    component = marker[:1]
    presentation, comma, width = marker[1:].rpartition(",")
    if not comma:
        presentation, width = marker[1:], ""
    part = _Part(component)
    least, dash, most = width.partition("-")
    if dash:
        part.most = _width(most)
    if len(presentation) > 1 and presentation[-1] in "atco":
        part.modifier = presentation[-1]
        presentation = presentation[:-1]
    presentation = presentation or _DEFAULTS.get(component, "")
    if not presentation:
        raise JsonataError("D3132", value=component)
    if presentation[0] == "n":
        part.names = "lower"
    elif presentation[0] == "N":
        part.names = "title" if presentation[1:2] == "n" else "upper"
    elif component in _INTEGERS + "f":
        part.integer = picture = analyse_integer(presentation + (";" + part.modifier if part.modifier else ""))
        picture.mandatory = max(picture.mandatory, _width(least) or 0)
        if component in "YMD":
            if part.most is not None:
                part.digits = picture.mandatory = part.most
            elif picture.mandatory + picture.optional >= 2:
                part.digits = picture.mandatory + picture.optional
            picture.parse_width = part.digits
    if component in "Zz":
        part.integer = analyse_integer(presentation)
    return part


def _width(text: str) -> int | None:
    match = re.match("[0-9]+", text)
    return int(match[0]) if match else None


@functools.lru_cache(maxsize=64)
def _analyse(picture: str) -> tuple[_Part, ...]:
    parts: list[_Part] = []
    literal = ""
    position = 0
    while position < len(picture):
        if picture[position] != "[":
            end = picture.find("[", position)
            end = len(picture) if end < 0 else end
            literal = picture[position:end].replace("]]", "]")
            parts.append(_Part("", literal))
            position = end
        elif picture.startswith("[[", position):
            parts.append(_Part("", "["))
            position += 2
        else:
            end = picture.find("]", position)
            if end < 0:
                raise JsonataError("D3135")
            part = _marker("".join(picture[position + 1 : end].split()))
            parts.append(part)
            position = end + 1
    return tuple(parts)


_CYCLE = 146_097
"""Days of 400 years, after which the calendar repeats itself."""
_LAST_MILLIS = 8.64e15
"""The latest time of JavaScript's dates."""


class _Instant:
    """The components of a time, in UTC or shifted to an offset."""

    def __init__(self, millis: float) -> None:
        if not abs(millis) <= _LAST_MILLIS:
            raise JsonataError("D1001", value=millis)
        days, self.millis = divmod(math.trunc(millis), 86_400_000)
        cycles, days = divmod(days, _CYCLE)  # Python's dates know the years 1 to 9999 only
        self.cycles = 400 * cycles
        self.date = date(1970, 1, 1) + timedelta(days=days)

    def get(self, component: str) -> Any:
        day = self.date
        seconds = self.millis // 1000
        hour = seconds // 3600
        match component:
            case "Y":
                return day.year + self.cycles
            case "M":
                return day.month
            case "D":
                return day.day
            case "d":
                return day.timetuple().tm_yday
            case "F":
                return day.isoweekday()
            case "W":
                return day.isocalendar().week
            case "X":
                return day.isocalendar().year + self.cycles
            case "w" | "x":
                # as ISO weeks belong to the year of their Thursday, these belong to the month of their Thursday
                thursday = day + timedelta(days=4 - day.isoweekday())
                return thursday.month if component == "x" else (thursday.day - 1) // 7 + 1
            case "H":
                return hour
            case "h":
                return hour % 12 or 12
            case "P":
                return "am" if hour < 12 else "pm"
            case "m":
                return seconds // 60 % 60
            case "s":
                return seconds % 60
            case "f":
                return self.millis % 1000
            case "C" | "E":
                return "ISO"
        return "undefined"


def _cased(text: str, case: str) -> str:
    return text.upper() if case == "upper" else text.lower() if case == "lower" else text


def _component(instant: _Instant, part: _Part, hours: int, minutes: int) -> str:
    component = part.component
    value = instant.get(component)
    if component in "Zz":
        return _offset(part, hours, minutes)
    if component in _INTEGERS:
        if component == "Y" and part.digits:
            value = int(math.fmod(value, 10**part.digits))
        if not part.names:
            assert part.integer is not None
            return format_whole(value, part.integer)
        if component not in "MxF":
            raise JsonataError("D3133", value=component)
        return _cased(_DAYS[value] if component == "F" else _MONTHS[value - 1], part.names)[: part.most]
    if component == "f":
        return format_whole(value, part.integer) if part.integer is not None else str(value)
    return _cased(value, part.names) if part.names == "upper" and component == "P" else str(value)


def _offset(part: _Part, hours: int, minutes: int) -> str:
    picture = part.integer
    assert picture is not None
    offset = hours * 100 + minutes
    if offset == 0 and part.modifier == "t":
        return "Z"
    if picture.regular or picture.mandatory in (3, 4):
        text = format_whole(offset, picture)
    elif picture.mandatory in (1, 2):
        text = format_whole(hours, picture) + (f":{minutes:02}" if minutes else "")
    else:
        raise JsonataError("D3134", value=picture.mandatory)
    return ("GMT" if part.component == "z" else "") + ("+" if offset >= 0 else "") + text


def format_millis(millis: float, picture: str | None, timezone: str | None) -> str:
    """A time as text: ISO 8601 in UTC unless a picture and an offset (`-0500`) say otherwise."""
    hours = minutes = 0
    if timezone is not None:
        match = re.match(r"\s*([-+]?[0-9]+)", timezone)
        offset = int(match[1]) if match else 0
        hours, minutes = offset // 100, int(math.fmod(offset, 100))  # hence -0230 is -03:30 in the reference
    parts = _analyse(_ISO if picture is None else picture)
    instant = _Instant(millis + (60 * hours + minutes) * 60_000)
    return "".join(_component(instant, part, hours, minutes) if part.component else part.text for part in parts)


def utc_millis(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, milli: int = 0) -> int:
    """Milliseconds of a time whose parts may lie outside their usual range, as `Date.UTC` takes them; month from 0."""
    if 0 <= year <= 99:
        year += 1900
    year, month = year + month // 12, month % 12
    # days before 1 March of the year, counting years from March so that leap days come last
    shifted = year - (month < 2)
    since_march = (153 * ((month - 2) % 12) + 2) // 5
    days = 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400 + since_march + day - 1 - 719_468
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + milli


_TIMESTAMP = re.compile(
    r"(\d{4})(?:-([01]\d))?(?:-([0-3]\d))?(?:T([0-2]\d):([0-5]\d):([0-5]\d))?(?:\.(\d+))?(?:Z|([+-])([0-2]\d):?([0-5]\d))?",
    re.ASCII,
)


def _parse_iso(text: str) -> float:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise JsonataError("D3110", value=text)
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups()[:6])
    assert year is not None
    if not 1 <= (month or 1) <= 12 or not 1 <= (1 if day is None else day) <= 31 or month == 0:
        return math.nan
    if (hour or 0) > 24 or (hour == 24 and (minute or second)):
        return math.nan
    milli = int((match[7] or "0")[:3].ljust(3, "0"))
    zone = (int(match[9]) * 60 + int(match[10])) * (-1 if match[8] == "-" else 1) if match[8] else 0
    base = utc_millis(year + 4000, (month or 1) - 1, day or 1, hour or 0, minute or 0, second or 0, milli)
    return base - _FOUR_THOUSAND_YEARS - zone * 60_000


_FOUR_THOUSAND_YEARS = 1_460_970 * 86_400_000
"""Ten times the Gregorian cycle of 400 years, which keeps small years from being taken for 19xx."""


def _reader(part: _Part) -> tuple[str, Callable[[str], Any] | None]:
    """(regular expression, reader) of one part of a picture."""
    if not part.component:
        return re.escape(part.text), None
    if part.component in "Zz":
        assert part.integer is not None
        separator = part.integer.separators[0][1] if part.integer.regular else ""
        prefix = "GMT" if part.component == "z" else ""
        regex = prefix + "[-+][0-9]+" + (re.escape(separator) + "[0-9]+" if separator else "")
        return regex, lambda text: _read_offset(text[len(prefix) :], separator)
    if part.integer is not None:
        return integer_matcher(part.integer)
    if part.component in "Mx":
        names = {name[: part.most]: index for index, name in enumerate(_MONTHS, 1)}
    elif part.component == "F":
        names = {name[: part.most]: index for index, name in enumerate(_DAYS) if name}
    elif part.component == "P":
        names = {"am": 0, "AM": 0, "pm": 1, "PM": 1}
    else:
        raise JsonataError("D3133", value=part.component)
    return "[a-zA-Z]+", names.get


def _read_offset(text: str, separator: str) -> int:
    hours, _, minutes = text.partition(separator) if separator else (text[:3], "", text[3:])
    return int(hours) * 60 + int(minutes or 0)  # the reference, too, does not hand the sign on to the minutes


# Which components make up a date or a time. The reference looks at what was found and not zero.
_DATES = (("YMD", "YMD"), ("Yd", "YB"), ("Xxw", "XxwF"), ("XW", "XWF"))


def _combination(found: set[str], choices: tuple[tuple[str, str], ...]) -> str:
    for needed, combination in choices:
        if found and found <= set(needed):
            return combination
    return choices[0][1]


def parse_millis(text: str, picture: str | None, now: int) -> Any:
    """The time a text stands for, or None (undefined) if it does not fit the picture.

    Args:
        text: the text.
        picture: its picture; ISO 8601 if None.
        now: milliseconds, for components left out at the front.

    Raises:
        JsonataError: D3110 for a text that is not ISO 8601, D3136 for a picture that leaves out what is needed.
    """
    if picture is None:
        return _parse_iso(text)
    parts = _analyse(picture)
    readers = [_reader(part) for part in parts]
    match = re.fullmatch("".join(f"({regex})" for regex, _ in readers), text, re.IGNORECASE)
    if match is None:
        return None
    found: dict[str, Any] = {}
    for part, (_, read), matched in zip(parts, readers, match.groups(), strict=True):
        if read is not None:
            value = read(matched)
            if value is not None:
                found[part.component] = value
    if not any(read for _, read in readers):
        return None
    given = {component for component, value in found.items() if value}
    dates = _combination(given & set("YXMxWwdD"), _DATES)
    times = _combination(given & set("PHhmsf"), (("Hmsf", "Hmsf"), ("Phmsf", "Phmsf")))
    instant = _Instant(now)
    started = ended = False
    for component in dates + times:
        if component in found:
            started = True
            if ended:
                raise JsonataError("D3136")
        elif started:
            found[component] = 1 if component in "MDd" else 0
            ended = True
        else:
            current = instant.get(component)
            found[component] = (current == "pm") if component == "P" else current
    if "X" in dates:  # week dates are not supported by the reference
        raise JsonataError("D3136")
    hour = found.get("H", 0)
    if times[0] == "P":
        hour = (0 if found["h"] == 12 else found["h"]) + 12 * found["P"]
    month, day = (0, found["d"]) if dates == "YB" else (max(found["M"] - 1, 0), found["D"])
    millis = utc_millis(found["Y"], month, day, hour, found["m"], found["s"], found["f"])
    return millis - (found.get("Z") or found.get("z") or 0) * 60_000
