"""Departures against a slow, plain counter: on random feeds, and on the small real ones."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections import Counter, defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siting.data.gtfs.feed import read_departures
from siting.data.read import Source

AS_OF = dt.date(2026, 6, 3)
MONDAY = dt.date(2026, 6, 1)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def clock(seconds):
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def seconds(text):
    hours, minutes, rest = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def tables_of(path):
    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    return {
        name.removesuffix(".txt"): list(csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True))
        for name, text in texts.items()
    }


def running(tables, day):
    """Services that run on a date."""
    found = set()
    for row in tables["calendar"]:
        first, last = (dt.datetime.strptime(row[key], "%Y%m%d").date() for key in ("start_date", "end_date"))
        if first <= day <= last and row[DAYS[day.weekday()]] == "1":
            found.add(row["service_id"])
    for row in tables.get("calendar_dates", ()):
        if row["date"] == f"{day:%Y%m%d}":
            (found.add if row["exception_type"] == "1" else found.discard)(row["service_id"])
    return found


def leaves_of(tables, trip, first):
    """Seconds by which the whole trip is shifted, once for each time it runs."""
    rows = [row for row in tables.get("frequencies", ()) if row["trip_id"] == trip]
    if not rows:
        return [0]
    found = []
    for row in rows:
        at = seconds(row["start_time"])
        while at < seconds(row["end_time"]):
            found.append(at - first)
            at += int(row["headway_secs"])
    return found


def count_plainly(tables, day):
    """Departures by stop, route and hour of one date."""
    calls = defaultdict(list)
    for row in tables["stop_times"]:
        calls[row["trip_id"]].append(row)
    found = Counter()
    by_day = {back: running(tables, day - dt.timedelta(days=back)) for back in range(4)}
    for trip in tables["trips"]:
        rows = sorted(calls[trip["trip_id"]], key=lambda row: int(row["stop_sequence"]))
        if not rows:
            continue
        for shift in leaves_of(tables, trip["trip_id"], seconds(rows[0]["departure_time"])):
            for row in rows[:-1]:
                at = seconds(row["departure_time"]) + shift
                if row.get("pickup_type") != "1" and trip["service_id"] in by_day[at // 86400]:
                    found[row["stop_id"], trip["route_id"], at // 3600 % 24] += 1
    return dict(found)


def counted(read, column):
    table = read.table()
    rows = zip(table["stop_id"], table["route_id"], table["hour"], table[column], strict=True)
    return {(stop, route, hour): count for stop, route, hour, count in rows if count}


def write(path, tables):
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in tables.items():
            text = io.StringIO(newline="")
            writer = csv.DictWriter(text, list(rows[0]) if rows else ["service_id", "date", "exception_type"])
            writer.writeheader()
            writer.writerows(rows)
            archive.writestr(f"{name}.txt", text.getvalue())


@st.composite
def feeds(draw):
    """A feed of a few stops, routes, services and trips: nights, headways, exceptions, exits only; rows shuffled."""
    stops = [f"s{at}" for at in range(draw(st.integers(2, 5)))]
    routes = [f"r{at}" for at in range(draw(st.integers(1, 3)))]
    services = [f"v{at}" for at in range(draw(st.integers(1, 3)))]
    calendar = []
    for service in services:
        first = MONDAY + dt.timedelta(days=draw(st.integers(-9, 3)))
        last = first + dt.timedelta(days=draw(st.integers(0, 20)))
        flags = {day: str(draw(st.integers(0, 1))) for day in DAYS}
        calendar.append({"service_id": service, **flags, "start_date": f"{first:%Y%m%d}", "end_date": f"{last:%Y%m%d}"})
    pairs = st.tuples(st.sampled_from(services), st.integers(-3, 9))
    exceptions = [
        {
            "service_id": service,
            "date": f"{MONDAY + dt.timedelta(days=day):%Y%m%d}",
            "exception_type": str(draw(st.integers(1, 2))),
        }
        for service, day in sorted(draw(st.sets(pairs, max_size=5)))
    ]
    trips, calls, frequencies = [], [], []
    for at in range(draw(st.integers(1, 6))):
        trip = f"t{at}"
        trips.append(
            {
                "trip_id": trip,
                "route_id": draw(st.sampled_from(routes)),
                "service_id": draw(st.sampled_from(services)),
            }
        )
        now, order = draw(st.integers(0, 30 * 3600)), 0
        for _ in range(draw(st.integers(1, 5))):
            order += draw(st.integers(1, 3))
            now += draw(st.integers(0, 5400))
            calls.append(
                {
                    "trip_id": trip,
                    "stop_id": draw(st.sampled_from(stops)),
                    "stop_sequence": str(order),
                    "departure_time": clock(now),
                    "pickup_type": draw(st.sampled_from(["", "0", "1"])),
                }
            )
        start = draw(st.integers(0, 26 * 3600))
        for _ in range(draw(st.integers(0, 2))):
            end = start + draw(st.integers(1, 7200))
            headway = str(draw(st.integers(60, 4000)))
            frequencies.append(
                {"trip_id": trip, "start_time": clock(start), "end_time": clock(end), "headway_secs": headway}
            )
            start = end + draw(st.integers(0, 600))
    tables = {
        "stops": [{"stop_id": name, "stop_name": name, "stop_lat": "48.7", "stop_lon": "3.0"} for name in stops],
        "routes": [{"route_id": name, "route_type": "3"} for name in routes],
        "trips": trips,
        "stop_times": draw(st.permutations(calls)),
        "calendar": calendar,
        "calendar_dates": exceptions,
    }
    return tables | ({"frequencies": frequencies} if frequencies else {})


def working_day(tables):
    """The weekday of AS_OF's week with the median number of trips, or None where it has none."""
    runs = {row["trip_id"]: 0 for row in tables["trips"]}
    for trip in runs:
        runs[trip] = len(leaves_of(tables, trip, 0))
    ranked = []
    for offset in range(5):
        day = MONDAY + dt.timedelta(days=offset)
        services = running(tables, day)
        number = sum(runs[row["trip_id"]] for row in tables["trips"] if row["service_id"] in services)
        if number:
            ranked.append((number, day))
    return sorted(ranked)[len(ranked) // 2][1] if ranked else None


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables=feeds())
def test_random_feeds_agree_with_the_plain_counter(tables, tmp_path):
    day = working_day(tables)
    if day is None:
        return
    path = tmp_path / "feed.zip"
    write(path, tables)
    read = read_departures(Source(path, "feed.zip"), AS_OF)
    assert read.days[0] == day
    assert [each.weekday() for each in read.days[1:]] == [5, 6]
    for column, date in zip(("working", "saturday", "sunday"), read.days, strict=True):
        assert counted(read, column) == count_plainly(tables, date)


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    ["japan/kobe_subway_gtfs.zip", "sao_paulo/gtfs_spo_frequencies.zip", "nyc/subway_gtfs_lines1_2_EXPIRED_2025.zip"],
)
def test_small_real_feeds_agree_with_the_plain_counter(shared, name):
    path = shared / "data" / name
    read = read_departures(Source(path, name), AS_OF)
    tables = tables_of(path)
    for column, day in (("working", read.days[0]), ("sunday", read.days[2])):
        plain = count_plainly(tables, day)
        assert sum(plain.values()) > 1000
        assert counted(read, column) == plain


@pytest.mark.shared
def test_headways_of_sao_paulo_by_hand(shared):
    """CPTM L07-0 leaves its first station every 12 minutes from 4:00 to 4:59, so five times; trips.txt says once."""
    read = read_departures(Source(shared / "data/sao_paulo/gtfs_spo_frequencies.zip", "spo.zip"), AS_OF)
    table = read.table()
    first = table[(table["stop_id"] == "18940") & (table["route_id"] == "CPTM L07") & (table["hour"] == 4)]
    assert first["working"].sum() >= 5
    assert len(read.remarks) > 0
    assert table["working"].sum() > 100 * 36


@pytest.mark.shared
def test_a_nested_timetable_is_found(shared):
    read = read_departures(Source(shared / "data/coquimbo/aequilibrae_coquimbo.zip", "coquimbo.zip"), AS_OF)
    assert len(read.stops.ids) == 78
    assert {"nested-archive", "expired-timetable"} <= {remark.code for remark in read.remarks}


@pytest.mark.shared
@pytest.mark.slow
def test_bus_feed_of_manhattan(shared):
    """1,174,914 calls."""
    name = "nyc/bus_manhattan_gtfs_2026.zip"
    read = read_departures(Source(shared / "data" / name, name), dt.date(2026, 10, 1))
    codes = {remark.code: remark for remark in read.remarks}
    assert str(codes["routes-without-trips"]).endswith("266 of 307 routes have no trip: B1, B11, B12, B13, B14 …")
    assert "expired-timetable" not in codes
    assert read.table()["working"].sum() == 249_216
