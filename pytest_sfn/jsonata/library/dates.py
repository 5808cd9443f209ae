"""Dates and times: ISO 8601 and XPath's date/time pictures, for `$toMillis`, `$fromMillis` and `$now`.

Times are milliseconds since 1970-01-01T00:00:00Z, in the proleptic Gregorian calendar.
"""

from __future__ import annotations

import functools
import math
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.jsonata.errors import JsonataError, LimitError
from pytest_sfn.jsonata.library.integers import IntegerFormat, analyse_integer, format_whole, integer_matcher, whole_number
from pytest_sfn.jsonata.values import UNDEFINED, Value, as_double, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.jsonata.evaluation import Evaluation

__all__ = ["from_millis", "millis", "now", "to_millis"]

_DAYS: Final = ("", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DEFAULTS: Final = {
    **dict.fromkeys("YMDdWwXxHhf", "1"),
    **dict.fromkeys("FPCE", "n"),
    **dict.fromkeys("ms", "01"),
    **dict.fromkeys("Zz", "01:01"),
}
_INTEGERS: Final = "YMDdFWwXxHhms"
_ISO: Final = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"


class _Part:
    """A literal (no component) or a marker of a picture.

    Attributes:
        names: upper, lower or title where the value is written as a name, else "".
        most: the largest width given, or None.
        digits: how many of a year, month or day there are, 0 for any number.
    """

    names: str = ""
    modifier: str = ""
    most: int | None = None
    digits: int = 0
    integer: IntegerFormat | None = None

    def __init__(self, component: str, text: str = "") -> None:
        self.component = component
        self.text = text


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


_WIDEST: Final = 100_000


def _width(text: str) -> int | None:
    match = re.match("[0-9]{1,7}", text)
    if match and int(match[0]) > _WIDEST:
        raise LimitError("bytes")
    return int(match[0]) if match else None


_PIECE: Final = re.compile(r"\[\[|\[(?P<marker>[^\]]*)\]|[^\[]+|(?P<open>\[)")


@functools.lru_cache(maxsize=64)
def _analyse(picture: str) -> tuple[_Part, ...]:
    parts = []
    for match in _PIECE.finditer(picture):
        if match["open"]:
            raise JsonataError("D3135")
        marker = match["marker"]
        text = match[0].replace("[[", "[").replace("]]", "]")
        parts.append(_Part("", text) if marker is None else _marker("".join(marker.split())))
    return tuple(parts)


_CYCLE: Final = 146_097
"""Days of 400 years, after which the calendar repeats itself."""
_LAST_MILLIS = 8.64e15
"""The latest time of JavaScript's dates."""


class _Instant:
    """A time, in UTC or shifted to an offset; one that JavaScript has no date for is not valid."""

    def __init__(self, millis: float) -> None:
        self.valid = abs(millis) <= _LAST_MILLIS
        days, self.millis = divmod(math.trunc(millis) if self.valid else 0, 86_400_000)
        cycles, days = divmod(days, _CYCLE)  # Python's dates know the years 1 to 9999 only
        self.day = date(1970, 1, 1) + timedelta(days=days)
        self.cycles = 400 * cycles
        self.year = self.day.year + self.cycles
        self.early = 0 <= self.year <= 99
        """JavaScript takes such a year for one of the 20th century, and so does the reference where it counts days."""

    def counted(self) -> date:
        """The day that days and weeks are counted up to."""
        return date(1900 + self.year, self.day.month, 1) + timedelta(days=self.day.day - 1) if self.early else self.day

    def thursday(self) -> date:
        """As ISO weeks belong to the year of their Thursday, the weeks of a month belong to the month of their Thursday."""
        day = self.counted()
        return day + timedelta(days=4 - day.isoweekday())

    def get(self, component: str) -> Any:
        """A component's value: a number, NaN if there is none, or a text for `P`, `C` and `E`."""
        if self.valid or component in "CE":
            return _COMPONENTS[component](self)
        return "am" if component == "P" else math.nan


_COMPONENTS: Final[dict[str, Callable[[_Instant], Any]]] = {
    "Y": lambda at: at.year,
    "M": lambda at: at.day.month,
    "D": lambda at: at.day.day,
    "d": lambda at: at.counted().timetuple().tm_yday,
    "F": lambda at: at.day.isoweekday(),
    "W": lambda at: at.counted().isocalendar().week,
    "X": lambda at: at.year - 1 if at.early else at.day.isocalendar().year + at.cycles,
    "x": lambda at: (at.day.month - 1 or 12) if at.early else at.thursday().month,
    "w": lambda at: (at.thursday().day - 1) // 7 + 1,
    "H": lambda at: at.millis // 3_600_000,
    "h": lambda at: at.millis // 3_600_000 % 12 or 12,
    "P": lambda at: "am" if at.millis < 43_200_000 else "pm",
    "m": lambda at: at.millis // 60_000 % 60,
    "s": lambda at: at.millis // 1000 % 60,
    "f": lambda at: at.millis % 1000,
    "C": lambda at: "ISO",
    "E": lambda at: "ISO",
}


def _cased(text: str, case: str) -> str:
    return text.upper() if case == "upper" else text.lower() if case == "lower" else text


def _component(instant: _Instant, part: _Part, hours: float, minutes: float) -> str:
    component = part.component
    if component in "Zz":
        return _offset(part, hours, minutes)
    value = instant.get(component)
    if component in _INTEGERS and not part.names:
        assert part.integer is not None
        if component == "Y" and part.digits and instant.valid:
            value = int(math.fmod(value, 10.0 ** min(part.digits, 300)))
        return format_whole(value, part.integer)
    if component in _INTEGERS:
        if component not in "MxF":
            raise JsonataError("D3133", value=component)
        if not instant.valid:
            return "undefined"
        return _cased(_DAYS[value] if component == "F" else _MONTHS[value - 1], part.names)[: part.most]
    if component == "f":
        return format_whole(value, part.integer) if part.integer is not None else str(value)
    return value.upper() if part.names == "upper" and component == "P" else str(value)


def _offset(part: _Part, hours: float, minutes: float) -> str:
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


def from_millis(run: Evaluation, millis: Value, picture: Value = UNDEFINED, timezone: Value = UNDEFINED) -> Value:
    """`$fromMillis`: ISO 8601 in UTC unless a picture and an offset (`-0500`) say otherwise."""
    hours: float = 0
    minutes: float = 0
    if timezone is not UNDEFINED:
        match = re.match(r"\s*([-+]?[0-9]+)", timezone[:20])
        hours = minutes = math.nan
        if match:
            hours, minutes = int(match[1]) // 100, int(math.fmod(int(match[1]), 100))  # -0230 is -03:30 in the reference
    if picture is UNDEFINED:
        picture = _ISO
    run.once(picture, 60 * len(picture) + (len(picture) ** 2 >> 4))
    run.step(40 + 4 * len(picture))
    instant = _Instant(as_double(millis) + (60 * hours + minutes) * 60_000)
    return "".join(_component(instant, part, hours, minutes) if part.component else part.text for part in _analyse(picture))


def now(run: Evaluation, picture: Value = UNDEFINED, timezone: Value = UNDEFINED) -> Value:
    """`$now`."""
    return from_millis(run, run.now_millis(), picture, timezone)


def millis(run: Evaluation) -> Value:
    """`$millis`."""
    return run.now_millis()


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


_TIMESTAMP: Final = re.compile(
    r"(\d{4})(?:-([01]\d))?(?:-([0-3]\d))?(?:T([0-2]\d):([0-5]\d):([0-5]\d))?(?:\.(\d+))?(?:(Z)|([+-])([0-2]\d):?([0-5]\d))?",
    re.ASCII,
)
_FOUR_THOUSAND_YEARS: Final = 1_460_970 * 86_400_000
"""Ten times the Gregorian cycle of 400 years, which keeps small years from being taken for 19xx."""


def _parse_iso(text: str) -> float:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise JsonataError("D3110", value=text)
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    hour, minute, second = (int(part or 0) for part in match.group(4, 5, 6))
    fraction, sign = match[7] or "0", match[9]
    if match[3] and not match[2]:  # a month that is none
        return math.nan
    if match[4] is None and (match[7] or match[8] or sign):  # no ISO date: JavaScript makes of it what it can
        if sign or (match[7] and match[3]):
            return math.nan
        year += 0 if year > 99 else 2000 if year < 50 else 1900
        month, day = (month, int(match[7] or day)) if match[2] else (int(match[7] or month), day)
        fraction = "0"
    zone = (int(match[10]) * 60 + int(match[11])) * (-1 if sign == "-" else 1) if sign else 0
    milli = int(fraction[:3].ljust(3, "0"))
    if (
        not 1 <= month <= 12
        or not 1 <= day <= 31
        or abs(zone) >= 1440
        or (60 * hour + minute) * 60_000 + second + milli > 86_400_000
    ):
        return math.nan
    return utc_millis(year + 4000, month - 1, day, hour, minute, second, milli) - _FOUR_THOUSAND_YEARS - zone * 60_000


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


def _read_offset(text: str, separator: str) -> float:
    hours, _, minutes = text.partition(separator) if separator else (text[:3], "", text[3:])
    return whole_number(hours) * 60 + whole_number(
        minutes or "0"
    )  # the reference, too, does not hand the sign on to the minutes


# Which components make up a date or a time. The reference looks at what was found and not zero.
_DATES: Final = (("YMD", "YMD"), ("Yd", "YB"), ("Xxw", "XxwF"), ("XW", "XWF"))


def _combination(found: set[str], choices: tuple[tuple[str, str], ...]) -> str:
    for needed, combination in choices:
        if found and found <= set(needed):
            return combination
    return choices[0][1]


def to_millis(run: Evaluation, text: Value, picture: Value = UNDEFINED) -> Value:
    """`$toMillis`: undefined if the text does not fit the picture; the date of now for components left out in front."""
    run.step(40 + len(text))
    if picture is UNDEFINED:
        return number(_parse_iso(text))
    run.once(picture, 600 + 120 * len(picture) + (len(picture) ** 2 >> 4))
    run.step(4 * len(picture))
    parts = _analyse(picture)
    readers = [_reader(part) for part in parts]
    matched = _matched(run, "".join(f"({regex})" for regex, _ in readers), text, len(readers))
    if matched is None or not any(read for _, read in readers):
        return UNDEFINED
    found: dict[str, Any] = {}
    for part, (_, read), piece in zip(parts, readers, matched, strict=True):
        if read is not None:
            found[part.component] = read(piece)  # None where a name is unknown, even if an earlier part gave a value
    return number(_assembled(found, _Instant(run.now_millis())))


def _matched(run: Evaluation, pattern: str, text: str, parts: int) -> tuple[str, ...] | None:
    """What each group matches. A pattern that may try very many ways needs the package that can stop."""
    if math.comb(len(text), parts) < 10_000_000:
        match: Any = re.fullmatch(pattern, text, re.IGNORECASE)
    else:
        import regex  # takes long to import

        match = run.search(regex.fullmatch, pattern, text, regex.IGNORECASE)
    return None if match is None else match.groups()


def _assembled(found: dict[str, Any], instant: _Instant) -> float:
    """The time that components make up; those of `instant` stand in for what is left out in front."""
    given = {component for component, value in found.items() if value}
    dates = _combination(given & set("YXMxWwdD"), _DATES)
    times = _combination(given & set("PHhmsf"), (("Hmsf", "Hmsf"), ("Phmsf", "Phmsf")))
    found = {component: value for component, value in found.items() if value is not None}
    _complete(found, dates + times, instant)
    if "X" in dates:  # week dates are not supported by the reference
        raise JsonataError("D3136")
    hour = found.get("H", 0)
    if times[0] == "P":
        hour = (0 if found["h"] == 12 else found["h"]) + 12 * found["P"]
    month, day = (0, found["d"]) if dates == "YB" else (max(found["M"] - 1, 0), found["D"])
    result = utc_millis(found["Y"], month, day, hour, found["m"], found["s"], found["f"])
    return result - (found.get("Z") or found.get("z") or 0) * 60_000 if abs(result) <= _LAST_MILLIS else math.nan


def _complete(found: dict[str, Any], components: str, instant: _Instant) -> None:
    """Fill in what is left out in front and at the end.

    Raises:
        JsonataError: D3136, something in between is left out.
    """
    started = ended = False
    for component in components:
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
