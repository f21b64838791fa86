"""Write one person's shifts as an iCalendar file.

Source: RFC 5545. Instants are UTC, so that no time zone definition is needed; lines end with CRLF and are folded at 75
octets without cutting a character; DTSTAMP is the project's today; a UID stays the same for the same person and day.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

_OCTETS = 75


@dataclass(frozen=True)
class CalendarShift:
    """One shift: its day, minutes of the day, and what is shown."""

    date: dt.date
    start_min: int
    end_min: int
    title: str
    detail: str


def write_calendar(
    shifts: Sequence[CalendarShift], *, name: str, place: str, key: str, zone: str, as_of: dt.date
) -> bytes:
    """Return an iCalendar file.

    Parameters
    ----------
    shifts
        The shifts, at most one a day.
    name, place
        Title of the calendar, and where the shifts are worked.
    key
        What makes the UIDs unique: the outlet and the person.
    zone
        IANA name of the time zone of the minutes.
    as_of
        The day on which the calendar is said to be written.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Outlet Planner//Roster//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape_text(name)}",
        f"X-WR-TIMEZONE:{zone}",
    ]
    for shift in shifts:
        uid = hashlib.sha256(f"{key}\n{shift.date.isoformat()}".encode()).hexdigest()[:32]
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}@outlet-planner",
            f"DTSTAMP:{as_of:%Y%m%d}T000000Z",
            f"DTSTART:{_instant(shift.date, shift.start_min, zone)}",
            f"DTEND:{_instant(shift.date, shift.end_min, zone)}",
            f"SUMMARY:{escape_text(shift.title)}",
            f"DESCRIPTION:{escape_text(shift.detail)}",
            f"LOCATION:{escape_text(place)}",
            "TRANSP:OPAQUE",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(fold(line) + b"\r\n" for line in lines)


def _instant(day: dt.date, minute: int, zone: str) -> str:
    date = day + dt.timedelta(days=minute // 1440)
    local = dt.datetime.combine(date, dt.time(minute % 1440 // 60, minute % 60), tzinfo=ZoneInfo(zone))
    return f"{local.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def escape_text(text: str) -> str:
    r"""Return a text value: backslash, semicolon, comma and line ends escaped, control characters dropped.

    >>> print(escape_text("a;b,c"))
    a\;b\,c
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(sign for sign in text if sign in "\n\t" or (ord(sign) >= 32 and ord(sign) != 127))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line: str) -> bytes:
    """Return a content line folded at 75 octets, never inside a character."""
    parts: list[bytes] = []
    current = b""
    for sign in line:
        octets = sign.encode("utf-8", errors="replace")
        limit = _OCTETS if not parts else _OCTETS - 1
        if len(current) + len(octets) > limit:
            parts.append(current)
            current = b""
        current += octets
    return b"\r\n ".join([*parts, current])
