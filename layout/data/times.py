"""Read dates and times as people and spreadsheets write them; what could mean two days is not read.

Read are 2026-03-02, 2026/3/2, 2026.3.2, 20260302 and 2026年3月2日, all with or without a time after a space or a T;
2.3.2026 (the day stands first before points); 2/3/2026 and 2-3-2026 where it is stated which comes first, or where some
other row of the column has a number above 12 in one place and none has one in the other; and a spreadsheet's count of
days. Times are 9:30, 09:30:00, 9.30 and 9:30 PM.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping

YEAR_FIRST = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日|(\d{4})(\d\d)(\d\d)", re.ASCII
)
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})\.?", re.ASCII)
TIME = re.compile(r"(\d{1,2})[:.](\d\d)(?::(\d\d)(?:\.0+)?)?\s*([ap])?\.?m?\.?", re.ASCII | re.IGNORECASE)
SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
SERIAL_ZERO = dt.datetime(1899, 12, 30)
SERIALS = (20_000.0, 80_000.0)
LONGEST = 40


def read_moments(texts: Iterable[str], day_first: bool | None = None) -> Mapping[str, dt.datetime]:
    """Return the moment of each distinct text that is one without doubt; the others are left out.

    Parameters
    ----------
    texts
        All texts of a column: each may settle which of day and month comes first.
    day_first
        Whether the day comes before the month in 3/4/2026; None: read only where the column leaves no doubt.

    >>> read_moments(["2026/3/2 9:30", "3/4/2026", "13/4/2026"])["3/4/2026"]
    datetime.datetime(2026, 4, 3, 0, 0)
    """
    distinct = [text for text in dict.fromkeys(texts) if len(text) <= LONGEST]
    if day_first is None:
        day_first = _order(distinct)
    found = {text: moment_of(text, day_first) for text in distinct}
    return {text: moment for text, moment in found.items() if moment is not None}


def _order(texts: Iterable[str]) -> bool | None:
    """Return whether the day comes first in all numeric dates of a column, None where nothing or both say so."""
    first = second = False
    for text in texts:
        match = YEAR_LAST.match(text)
        if match is not None and match[2] != ".":
            first |= int(match[1]) > 12
            second |= int(match[3]) > 12
    return first if first != second else None


def moment_of(text: str, day_first: bool | None = None) -> dt.datetime | None:
    """Return one moment, or None where the text is none or could be two."""
    text = text.strip()
    if SERIAL.fullmatch(text) and SERIALS[0] <= float(text) <= SERIALS[1]:
        return SERIAL_ZERO + dt.timedelta(seconds=round(float(text) * 86_400))
    for form in (YEAR_FIRST, YEAR_LAST):
        match = form.match(text)
        if match is None:
            continue
        day = _day(match, form is YEAR_LAST, day_first)
        rest = text[match.end() :]
        minutes = seconds_of_day(rest.lstrip("T ").strip()) if rest.strip() else 0
        joined = not rest or rest[0] in "T " or "日" in match[0]
        if day is None or minutes is None or not joined:
            return None
        return dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=minutes)
    return None


def _day(match: re.Match[str], year_last: bool, day_first: bool | None) -> dt.date | None:
    if year_last:
        before = True if match[2] == "." else day_first
        if before is None:
            return None
        one, two, year = int(match[1]), int(match[3]), int(match[4])
        month, day = (two, one) if before else (one, two)
    else:
        parts = [int(part) for part in match.groups() if part and part.isdecimal()]
        year, month, day = parts
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def seconds_of_day(text: str) -> int | None:
    """Return the seconds since midnight of a time of day, or None."""
    match = TIME.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, second, half = int(match[1]), int(match[2]), int(match[3] or 0), (match[4] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour * 3600 + minute * 60 + second if hour < 24 and minute < 60 and second < 60 else None
