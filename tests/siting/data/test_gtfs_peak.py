"""Departures within a window in the better direction: by hand, and against a slow, plain counter."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outlet.errors import TableError
from siting.data.gtfs.feed import read_gtfs
from siting.data.gtfs.peak import read_peak
from siting.data.read import Source
from siting.settings.data import StopSettings

AS_OF = dt.date(2026, 6, 3)
PEAK = (8 * 3600 + 900, 9 * 3600 + 900)
DAILY = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "1")
CALENDAR = [{"service_id": "v", **DAILY, "start_date": "20260101", "end_date": "20261231"}]
STOPS = [
    {"stop_id": name, "stop_name": name, "stop_lat": "48.7", "stop_lon": "3.0", "parent_station": parent}
    for name, parent in (("a", ""), ("b", ""), ("p1", "st"), ("p2", "st"), ("st", ""))
]


def clock(seconds):
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def trip(name, route="r1", direction=""):
    return {"trip_id": name, "route_id": route, "service_id": "v", "direction_id": direction}


def calls(name, *stops):
    """Calls of one trip, each ``stop time`` or ``stop time 1``, where nobody gets on."""
    rows = []
    for at, text in enumerate(stops):
        stop, time, *no_entry = text.split()
        rows.append(
            {
                "trip_id": name,
                "stop_id": stop,
                "stop_sequence": str(at),
                "departure_time": f"{time}:00",
                "pickup_type": no_entry[0] if no_entry else "",
            }
        )
    return rows


def feed(path, trips, stop_times, frequencies=()):
    tables = {
        "stops": STOPS,
        "routes": [{"route_id": "r1", "route_type": "1"}, {"route_id": "r2", "route_type": "3"}],
        "trips": trips,
        "stop_times": stop_times,
        "calendar": CALENDAR,
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in (tables | ({"frequencies": frequencies} if frequencies else {})).items():
            text = io.StringIO(newline="")
            writer = csv.DictWriter(text, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
            archive.writestr(f"{name}.txt", text.getvalue())
    return Source(path, "feed.zip")


def found(source, window=PEAK):
    peak = read_peak(source, AS_OF, window)
    table = peak.per_hour.tocoo()
    return {
        (peak.stop_ids[stop], peak.route_ids[route]): number
        for stop, route, number in zip(table.row, table.col, table.data, strict=True)
    }


def test_the_window_holds_its_beginning_and_not_its_end(tmp_path):
    trips = [trip("t1"), trip("t2"), trip("t3"), trip("t4")]
    times = [*calls("t1", "a 08:14", "b 09:00"), *calls("t2", "a 08:15", "b 09:00")]
    times += [*calls("t3", "a 09:14", "b 10:00"), *calls("t4", "a 09:15", "b 10:00")]
    source = feed(tmp_path / "feed.zip", trips, times)
    assert found(source) == {("a", "r1"): 2.0}
    assert found(source, (8 * 3600, 10 * 3600)) == {("a", "r1"): 2.0}, "4 in two hours"


def test_headways_count(tmp_path):
    """Every 10 minutes from 8:00 to before 9:00: 8:20 to 8:50 lie in the peak, and at b, 7 minutes on, 8:17 to 8:57."""
    frequencies = [{"trip_id": "t1", "start_time": "08:00:00", "end_time": "09:00:00", "headway_secs": "600"}]
    times = calls("t1", "a 01:00", "b 01:07", "st 01:20")
    assert found(feed(tmp_path / "feed.zip", [trip("t1")], times, frequencies)) == {("a", "r1"): 4.0, ("b", "r1"): 5.0}


def test_the_better_direction_stands_for_the_route(tmp_path):
    """Both directions at one stop: 2 and 3 trips are 3, not 5; of another route 1."""
    trips = [trip(f"t{at}", direction="0" if at < 2 else "1") for at in range(5)] + [trip("t5", "r2", "0")]
    times = [row for at in range(6) for row in calls(f"t{at}", f"a 08:{20 + at}", "b 10:00")]
    assert found(feed(tmp_path / "feed.zip", trips, times)) == {("a", "r1"): 3.0, ("a", "r2"): 1.0}


def test_platforms_of_one_direction_add_up_and_stand_for_a_direction_where_none_is_told(tmp_path):
    times = [row for at, p in enumerate(("p1", "p1", "p2")) for row in calls(f"t{at}", f"{p} 08:{20 + at}", "b 10:00")]
    one_way = [trip(f"t{at}", direction="1") for at in range(3)]
    assert found(feed(tmp_path / "one.zip", one_way, times)) == {("st", "r1"): 3.0}
    untold = [trip(f"t{at}") for at in range(3)]
    assert found(feed(tmp_path / "untold.zip", untold, times)) == {("st", "r1"): 2.0}


def test_a_trip_that_calls_twice_at_a_station_counts_once_and_ends_count_nothing(tmp_path):
    times = calls("t1", "p1 08:20", "a 08:30 1", "p2 08:40", "b 08:50")
    assert found(feed(tmp_path / "feed.zip", [trip("t1", direction="0")], times)) == {("st", "r1"): 1.0}


def test_trips_past_midnight_count_the_day_after(tmp_path):
    source = feed(tmp_path / "feed.zip", [trip("t1")], calls("t1", "a 23:00", "b 24:30", "a 33:00"))
    assert found(source, (0, 3600)) == {("b", "r1"): 1.0}


def test_stops_are_those_of_the_layer(tmp_path):
    source = feed(tmp_path / "feed.zip", [trip("t1")], calls("t1", "st 20:00", "p1 20:30", "b 21:00", "a 21:30"))
    peak = read_peak(source, AS_OF, PEAK)
    assert list(peak.stop_ids) == list(read_gtfs(source, StopSettings(gtfs=("feed.zip",)), AS_OF)[0]["id"])
    assert (peak.per_hour.nnz, peak.per_hour.shape, peak.modes) == (0, (3, 2), ("metro", "bus"))


def test_a_faulty_feed_is_refused(tmp_path):
    source = feed(tmp_path / "feed.zip", [trip("t1", "r9")], calls("t1", "a 08:20", "b 08:30"))
    with pytest.raises(TableError, match="r9"):
        read_peak(source, AS_OF, PEAK)


def count_plainly(trips, times, frequencies, window):
    """Every departure of every trip, one by one."""
    seen = defaultdict(set)
    platforms = {row["stop_id"]: row["parent_station"] or row["stop_id"] for row in STOPS}
    seconds = lambda text: sum(int(part) * by for part, by in zip(text.split(":"), (3600, 60, 1), strict=True))  # noqa: E731
    for row in trips:
        own = [call for call in times if call["trip_id"] == row["trip_id"]]
        first = seconds(own[0]["departure_time"])
        starts = [first]
        rows = [each for each in frequencies if each["trip_id"] == row["trip_id"]]
        if rows:
            starts = [
                at
                for each in rows
                for at in range(seconds(each["start_time"]), seconds(each["end_time"]), int(each["headway_secs"]))
            ]
        for run, start in enumerate(starts):
            done = set()
            for call in own[:-1]:
                at = (seconds(call["departure_time"]) - first + start) % 86400
                station = platforms[call["stop_id"]]
                way = row["direction_id"] or call["stop_id"]
                if call["pickup_type"] != "1" and (station, way) not in done:
                    done.add((station, way))
                    if window[0] <= at < window[1]:
                        seen[station, row["route_id"], way].add((row["trip_id"], run))
    best = defaultdict(int)
    for (station, route, _), runs in seen.items():
        best[station, route] = max(best[station, route], len(runs))
    return {key: number * 3600 / (window[1] - window[0]) for key, number in best.items()}


@st.composite
def timetables(draw):
    """Trips with and without direction and headways, days and nights; no stop twice in a trip."""
    trips, times, frequencies = [], [], []
    for at in range(draw(st.integers(1, 6))):
        name = f"t{at}"
        trips.append(trip(name, draw(st.sampled_from(["r1", "r2"])), draw(st.sampled_from(["", "0", "1"]))))
        now = draw(st.integers(0, 1800)) * 60
        stops = draw(st.lists(st.sampled_from(["a", "b", "p1", "p2"]), min_size=2, max_size=4, unique=True))
        texts = []
        for stop in stops:
            now += 60 * draw(st.integers(0, 90))
            texts.append(f"{stop} {clock(now)[:-3]}{draw(st.sampled_from(['', ' 0', ' 1']))}")
        times += calls(name, *texts)
        start = draw(st.integers(0, 26 * 3600))
        for _ in range(draw(st.integers(0, 2))):
            end = start + draw(st.integers(1, 9000))
            headway = str(draw(st.integers(60, 4000)))
            row = {"trip_id": name, "start_time": clock(start), "end_time": clock(end), "headway_secs": headway}
            frequencies.append(row)
            start = end
    return trips, times, frequencies


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(timetable=timetables(), start=st.integers(0, 22), hours=st.integers(1, 2))
def test_random_timetables_agree_with_the_plain_counter(timetable, start, hours, tmp_path):
    window = (start * 3600, (start + hours) * 3600)
    trips, times, frequencies = timetable
    assert found(feed(tmp_path / "feed.zip", trips, times, frequencies), window) == count_plainly(
        trips, times, frequencies, window
    )
