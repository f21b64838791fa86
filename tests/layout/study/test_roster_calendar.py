"""Calendars, parsed back strictly by the grammar of RFC 5545."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.study.staff.calendar import CalendarShift, escape_text, fold, write_calendar

HOSTILE = "<img src=x onerror=alert(1)>\r\nEND:VEVENT\nBEGIN:VALARM;,\\"
LINE = re.compile(r"(?P<name>[A-Z0-9-]+)(?P<parameters>(;[A-Z0-9-]+=[^;:\"]+)*):(?P<value>.*)", re.DOTALL)


def unfold(data):
    """Return content lines; every physical line ends with CRLF and has at most 75 octets, none a bare CR or LF."""
    assert data.endswith(b"\r\n")
    physical = data[:-2].split(b"\r\n")
    assert all(len(line) <= 75 and b"\r" not in line and b"\n" not in line for line in physical)
    lines = []
    for line in physical:
        line.decode("utf-8")
        if line.startswith(b" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return [line.decode("utf-8") for line in lines]


def unescape(value):
    assert not re.search(r"(?<!\\)(\\\\)*[;,]", value)
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], value)


def parse(data):
    """Return the calendar's properties and a list of its events' properties."""
    stack, calendar, events = [], {}, []
    for line in unfold(data):
        found = LINE.fullmatch(line)
        assert found, line
        name, value = found["name"], found["value"]
        if name == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert stack.pop() == value
        else:
            where = events[-1] if stack[-1] == "VEVENT" else calendar
            assert name not in where
            where[name] = value
    assert not stack
    return calendar, events


def calendar(*shifts, name="Ann", place="Main street", zone="Europe/Helsinki"):
    return write_calendar(shifts, name=name, place=place, key="A\nB", zone=zone, as_of=dt.date(2026, 3, 1))


def test_one_shift():
    shift = CalendarShift(dt.date(2026, 3, 2), 540, 1020, "Teller", "T1 09:00–17:00")
    properties, events = parse(calendar(shift))
    assert (properties["VERSION"], properties["X-WR-CALNAME"]) == ("2.0", "Ann")
    assert "PRODID" in properties
    (event,) = events
    assert (event["DTSTART"], event["DTEND"]) == ("20260302T070000Z", "20260302T150000Z")
    assert event["DTSTAMP"] == "20260301T000000Z"
    assert (event["SUMMARY"], event["DESCRIPTION"], event["LOCATION"]) == ("Teller", "T1 09:00–17:00", "Main street")


def test_summer_time_and_midnight():
    """Clocks go forward in Helsinki on 29 March 2026 at 03:00; a shift over that night is an hour shorter."""
    shift = CalendarShift(dt.date(2026, 3, 28), 1320, 1800, "Guard", "")
    _, (event,) = parse(calendar(shift))
    assert (event["DTSTART"], event["DTEND"]) == ("20260328T200000Z", "20260329T030000Z")
    local = dt.datetime.strptime(event["DTEND"], "%Y%m%dT%H%M%S%z").astimezone(ZoneInfo("Europe/Helsinki"))
    assert (local.hour, local.day) == (6, 29)


def test_uids_are_stable_and_apart():
    one, two = (CalendarShift(dt.date(2026, 3, day), 540, 600, "T", "") for day in (2, 3))
    _, both = parse(calendar(one, two))
    _, (alone,) = parse(calendar(CalendarShift(one.date, 600, 700, "Other", "")))
    assert both[0]["UID"] != both[1]["UID"]
    assert both[0]["UID"] == alone["UID"]


def test_hostile_texts_stay_texts():
    shift = CalendarShift(dt.date(2026, 3, 2), 540, 600, HOSTILE, HOSTILE)
    properties, (event,) = parse(calendar(shift, name=HOSTILE, place=HOSTILE))
    for value in (properties["X-WR-CALNAME"], event["SUMMARY"], event["DESCRIPTION"], event["LOCATION"]):
        assert unescape(value) == HOSTILE.replace("\r\n", "\n")


def test_no_shift_is_still_a_calendar():
    assert parse(calendar())[1] == []


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_any_text_survives(text):
    lines = unfold(fold(f"SUMMARY:{escape_text(text)}") + b"\r\n")
    assert len(lines) == 1
    kept = "".join(sign for sign in text.replace("\r\n", "\n").replace("\r", "\n") if sign in "\n\t" or ord(sign) > 31)
    assert unescape(lines[0].removeprefix("SUMMARY:")) == kept.replace("\x7f", "")


@pytest.mark.parametrize("sign", ["a", "ä", "天", "🙂"])
def test_folds_never_cut_a_character(sign):
    parts = fold("SUMMARY:" + sign * 100).split(b"\r\n ")
    assert len(parts) > 1
    assert "".join(part.decode("utf-8") for part in parts) == "SUMMARY:" + sign * 100
