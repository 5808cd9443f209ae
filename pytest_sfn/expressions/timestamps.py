"""Timestamps as Wait states and Choice operators read them: RFC 3339 with `T` and a zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

__all__ = ["parse_timestamp"]

_RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)")


def parse_timestamp(text: str) -> datetime | None:
    """The instant of an "ISO-8601 extended offset date-time", as AWS calls it; None for any other text.

    A blank instead of `T`, a missing zone, month 13 and hour 25 are refused [recorded]. Seconds may be left out, as in
    Java's ISO_OFFSET_DATE_TIME, whose name AWS's error text quotes; digits beyond microseconds are cut.
    """
    found = _RFC3339.fullmatch(text)
    if found is None or not text.isascii():
        return None
    year, month, day, hour, minute = (int(part) for part in found.groups()[:5])
    second, fraction, zone = found.group(6) or "0", found.group(7) or "", found.group(8)
    try:
        offset = UTC if zone == "Z" else timezone(_offset(zone))
        return datetime(year, month, day, hour, minute, int(second), int(fraction[:6].ljust(6, "0")), offset)
    except ValueError:
        return None


def _offset(zone: str) -> timedelta:
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if minutes > 59:
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if zone[0] == "-" else offset
