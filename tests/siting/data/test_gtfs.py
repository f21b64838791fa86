"""A timetable small enough to count by hand."""

from __future__ import annotations

import datetime as dt
import zipfile

import pytest

from outlet.errors import TableError
from siting.data.gtfs.feed import read_gtfs
from siting.data.read import Source
from siting.settings.data import StopSettings

AS_OF = dt.date(2026, 6, 1)
TABLES = {
    "stops": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    "S,Central,48.70,3.00,1,\nSa,Central a,48.70,3.0001,0,S\nSb,Central b,48.70,2.9999,0,S\n"
    "B,Mill,48.71,3.01,0,\nC,End,48.72,3.02,0,\nX,Unserved,48.73,3.03,0,\n",
    "routes": "route_id,route_type\nR,2\nB,700\n",
    "trips": "route_id,service_id,trip_id\nR,wk,r1\nR,wk,r2\nR,wk,night\nB,wk,bus\nR,we,sunday\n",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "r1,08:00:00,08:00:00,Sa,1\nr1,,,B,2\nr1,08:20:00,08:20:00,C,3\n"
    "r2,8:30:00,8:30:00,C,10\nr2,8:50:00,8:50:00,Sb,20\n"
    "night,24:10:00,24:10:00,Sa,1\nnight,31:30:00,31:30:00,B,2\nnight,31:40:00,31:40:00,C,3\n"
    "bus,06:00:00,06:00:00,B,1\nbus,06:10:00,06:10:00,C,2\n"
    "sunday,09:00:00,09:00:00,Sa,1\nsunday,09:10:00,09:10:00,B,2\n",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "wk,1,1,1,1,1,0,0,20260101,20261231\nwe,0,0,0,0,0,1,1,20260101,20261231\n",
    "calendar_dates": "service_id,date,exception_type\nwk,20260601,2\n",
    "frequencies": "trip_id,start_time,end_time,headway_secs\nbus,06:00:00,08:00:00,600\n",
}


@pytest.fixture
def feed(tmp_path):
    def write(**changes):
        path = tmp_path / "gtfs.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in (TABLES | changes).items():
                if text is not None:
                    archive.writestr(f"{name}.txt", text)
        return Source(path, "data/gtfs.zip")

    return write


def settings(first=7, last=9):
    return StopSettings(gtfs=("data/gtfs.zip",), from_hour=first, to_hour=last)


def test_departures_counted_by_hand(feed):
    """7 to 9 o'clock. Central: r1 (r2 ends there). Mill: r1, last night's train at 07:30, the bus at 7:00 … 7:50.

    End: r2 alone, since trips end there. The unserved stop and platforms are no stops of their own.
    """
    stops, notes = read_gtfs(feed(), settings(), AS_OF)
    table = stops.set_index("id")
    assert table.index.tolist() == ["B", "C", "S"]
    assert (table["departures_per_hour"] * 2).tolist() == [1 + 1 + 6, 1, 1]
    assert table["mode"].tolist() == ["rail", "rail", "rail"]
    assert table["name"].tolist() == ["Mill", "End", "Central"]
    assert table["station"].all()
    assert "stops-unserved" in {remark.code for remark in notes}
    assert any("1 places have no trip" in str(remark) for remark in notes)


def test_times_past_midnight_count_in_the_small_hours(feed):
    stops, _ = read_gtfs(feed(), settings(0, 1), AS_OF)
    assert stops.set_index("id")["departures_per_hour"]["S"] == 1


def test_expired_feed_uses_its_busiest_week_and_says_so(feed):
    old = TABLES["calendar"].replace("2026", "2019")
    stops, notes = read_gtfs(feed(calendar=old, calendar_dates=None), settings(), AS_OF)
    assert len(stops) == 3
    assert any("has no trips in the week of 2026-06-01; its busiest week" in str(note) for note in notes)


def test_feed_without_optional_files(feed):
    stops, _ = read_gtfs(feed(frequencies=None, calendar_dates=None), settings(), AS_OF)
    assert (stops.set_index("id")["departures_per_hour"]["B"] * 2).tolist() == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stop_times": None}, "found no stop_times.txt in the zip"),
        ({"routes": "route_id\nR\n"}, "routes.txt, column 'route_type': found the columns route_id"),
        ({"calendar": None, "calendar_dates": None}, "found no calendar.txt and no calendar_dates.txt"),
        ({"calendar": TABLES["calendar"].replace("20260101", "1 Jan")}, "found '1 Jan'; expected a date such as"),
        ({"stops": TABLES["stops"].replace("48.71,3.01", "0,0")}, "stops.txt, row 4, column 'stop_lon': found '0'"),
    ],
)
def test_bad_feeds_end_in_a_message(feed, changes, message):
    with pytest.raises(TableError, match=message):
        read_gtfs(feed(**changes), settings(), AS_OF)


def test_no_zip(tmp_path):
    path = tmp_path / "gtfs.zip"
    with pytest.raises(TableError, match="no such file"):
        read_gtfs(Source(path, "data/gtfs.zip"), settings(), AS_OF)
    path.write_bytes(b"no zip")
    with pytest.raises(TableError, match="expected a zip archive"):
        read_gtfs(Source(path, "data/gtfs.zip"), settings(), AS_OF)


@pytest.mark.shared
def test_sao_paulo_counts_frequencies(shared):
    """Trips.txt alone would give one departure a day; 704 rows of frequencies.txt repeat them."""
    source = Source(shared / "data/sao_paulo/gtfs_spo_frequencies.zip", "spo.zip")
    stops, _ = read_gtfs(source, settings(7, 19), AS_OF)
    assert stops["departures_per_hour"].median() > 2
