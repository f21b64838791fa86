"""Every fault of a timetable in one pass, by table, row and column; oddities that are none become remarks."""

from __future__ import annotations

import datetime as dt
import zipfile

import pytest

from outlet.errors import TableError
from siting.data.gtfs.faults import MOST_ROWS
from siting.data.gtfs.feed import read_departures
from siting.data.read import Source

AS_OF = dt.date(2026, 6, 3)
TABLES = {
    "stops": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    "A,Ala,48.70,3.00,0,\nB,Bem,48.71,3.01,0,\nC,Cis,48.72,3.02,0,\nD,Dol,48.73,3.03,0,\nE,End,48.74,3.04,0,\n",
    "routes": "route_id,route_type\nR,3\n",
    "trips": "trip_id,route_id,service_id\nt1,R,wk\nt2,R,wk\n",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t1,08:00:00,08:00:00,A,1\nt1,08:10:00,08:11:00,B,2\nt1,08:20:00,08:20:00,C,3\n"
    "t2,09:00:00,09:00:00,C,1\nt2,09:10:00,09:10:00,D,2\nt2,09:20:00,09:20:00,E,3\n",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "wk,1,1,1,1,1,0,0,20260101,20261231\n",
    "calendar_dates": "service_id,date,exception_type\nwk,20260605,2\n",
    "frequencies": "trip_id,start_time,end_time,headway_secs\nt2,09:00:00,10:00:00,600\n",
}


@pytest.fixture
def feed(tmp_path):
    def feed(changes, folder=""):
        path = tmp_path / "gtfs.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in (TABLES | changes).items():
                if text is not None:
                    archive.writestr(f"{folder}{name}.txt", text if isinstance(text, bytes) else text.encode())
        return Source(path, "data/gtfs.zip")

    return feed


def change(table, old, new):
    assert old in TABLES[table]
    return {table: TABLES[table].replace(old, new, 1)}


def found(source):
    with pytest.raises(TableError) as caught:
        read_departures(source, AS_OF)
    return [
        (fault.input.removeprefix("data/gtfs.zip").strip(": "), fault.code, fault.row, fault.column)
        for fault in caught.value.faults
    ]


def remarks(source):
    return {remark.code: remark for remark in read_departures(source, AS_OF).remarks}


def test_a_sound_feed_has_no_fault(feed):
    read = read_departures(feed({}), AS_OF)
    assert read.departures[:, 0].sum() == 2 + 6 + 6
    assert {remark.code for remark in read.remarks} == {"frequencies-used", "typical-day"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"stops": None}, ("", "missing-file", None, None)),
        ({"calendar": None, "calendar_dates": None}, ("", "missing-file", None, None)),
        (change("routes", "route_type", "kind"), ("routes.txt", "missing-column", None, "route_type")),
        ({"stop_times": ""}, ("stop_times.txt", "missing-column", None, "trip_id")),
        ({"trips": "trip_id,route_id,service_id\n"}, ("trips.txt", "empty-layer", None, None)),
        (change("stops", "Bem,", "Bem,,"), ("stops.txt", "unreadable", 2, None)),
        (change("stops", "stop_name", "stop_id"), ("stops.txt", "unreadable", None, None)),
        (change("stops", "B,Bem", "A,Bem"), ("stops.txt", "duplicate-id", 2, "stop_id")),
        (change("routes", "R,3\n", "R,3\nR,2\n"), ("routes.txt", "duplicate-id", 2, "route_id")),
        (change("trips", "t2,R", "t1,R"), ("stop_times.txt", "unknown-reference", 4, "trip_id")),
        (change("stops", "A,Ala", ",Ala"), ("stops.txt", "missing-value", 1, "stop_id")),
        (change("stops", "48.71,3.01", "0,0"), ("stops.txt", "zero-coordinates", 2, "stop_lon")),
        (change("stops", "48.71,3.01", ",3.01"), ("stops.txt", "missing-value", 2, "stop_lat")),
        (change("stops", "48.71,3.01", "north,3.01"), ("stops.txt", "not-a-number", 2, "stop_lat")),
        (change("stops", "48.71,3.01", "98.71,3.01"), ("stops.txt", "out-of-range", 2, "stop_lat")),
        (change("stops", "48.71,3.01", "3.01,48.71"), ("stops.txt", "swapped-coordinates", 2, "stop_lat")),
        (change("stops", "48.71,3.01", "-48.71,3.01"), ("stops.txt", "far-outlier", 2, "stop_lat")),
        (change("stops", "3.01,0,", "3.01,7,"), ("stops.txt", "out-of-range", 2, "location_type")),
        (change("stops", "3.01,0,", "3.01,0,Z"), ("stops.txt", "unknown-reference", 2, "parent_station")),
        (change("stops", "3.01,0,", "3.01,0,B"), ("stops.txt", "circular-reference", 2, "parent_station")),
        (change("routes", "R,3", "R,99"), ("routes.txt", "unknown-mode", 1, "route_type")),
        (change("routes", "R,3", "R,bus"), ("routes.txt", "unknown-mode", 1, "route_type")),
        (change("trips", "t2,R", "t2,Q"), ("trips.txt", "unknown-reference", 2, "route_id")),
        (change("trips", "t2,R,wk", "t2,R,we"), ("trips.txt", "unknown-reference", 2, "service_id")),
        (change("stop_times", ",D,2", ",Z,2"), ("stop_times.txt", "unknown-reference", 5, "stop_id")),
        (change("stop_times", "D,2", "D,two"), ("stop_times.txt", "not-a-number", 5, "stop_sequence")),
        (change("stop_times", "D,2", "D,1"), ("stop_times.txt", "duplicate-id", 5, "stop_sequence")),
        (change("stop_times", "08:11:00", "8h11"), ("stop_times.txt", "not-a-time", 2, "departure_time")),
        (change("stop_times", "08:11:00", "08:61:00"), ("stop_times.txt", "not-a-time", 2, "departure_time")),
        (change("stop_times", "08:11:00", "08:09:00"), ("stop_times.txt", "time-order", 2, "departure_time")),
        (
            change("stop_times", "08:20:00,08:20:00", "08:05:00,08:20:00"),
            ("stop_times.txt", "time-order", 3, "arrival_time"),
        ),
        (change("stop_times", "08:20:00,08:20:00", ","), ("stop_times.txt", "missing-value", 3, "departure_time")),
        (change("calendar", "wk,1", "wk,yes"), ("calendar.txt", "not-a-flag", 1, "monday")),
        (change("calendar", "20260101", "1.1.26"), ("calendar.txt", "not-a-date", 1, "start_date")),
        (change("calendar", "20260101", "20260230"), ("calendar.txt", "not-a-date", 1, "start_date")),
        (change("calendar", "20261231", "20251231"), ("calendar.txt", "date-order", 1, "end_date")),
        (
            change("calendar", "20261231\n", "20261231\nwk,0,0,0,0,0,1,1,20260101,20261231\n"),
            ("calendar.txt", "duplicate-id", 2, "service_id"),
        ),
        (change("calendar_dates", "5,2", "5,3"), ("calendar_dates.txt", "out-of-range", 1, "exception_type")),
        (
            change("calendar_dates", "20260605,2\n", "20260605,2\nwk,20260605,1\n"),
            ("calendar_dates.txt", "duplicate-id", 1, "exception_type"),
        ),
        (change("frequencies", "600", "0"), ("frequencies.txt", "out-of-range", 1, "headway_secs")),
        (change("frequencies", "600", "-60"), ("frequencies.txt", "not-a-number", 1, "headway_secs")),
        (change("frequencies", "10:00:00", "08:00:00"), ("frequencies.txt", "time-order", 1, "end_time")),
        (
            change("frequencies", "600\n", "600\nt2,09:30:00,11:00:00,300\n"),
            ("frequencies.txt", "overlapping-frequencies", 2, "start_time"),
        ),
        (change("frequencies", "t2", "t9"), ("frequencies.txt", "unknown-reference", 1, "trip_id")),
        (change("calendar", "wk,1,1,1,1,1", "wk,0,0,0,0,0"), ("", "no-service", None, None)),
    ],
)
def test_each_fault_by_table_row_and_column(feed, changes, expected):
    assert expected in found(feed(changes))


@pytest.mark.parametrize("table", ["stops", "routes", "trips", "stop_times", "calendar", "frequencies"])
def test_one_fault_brings_no_others(feed, table):
    """A cell too many is one fault of its row; what referred to the lost row is not told."""
    faults = found(feed({table: TABLES[table].rstrip("\n") + ",,,,,,,,,,x\n"}))
    assert [fault for fault in faults if fault[1] != "empty-layer"] == [
        (f"{table}.txt", "unreadable", len(TABLES[table].splitlines()) - 1, None)
    ]


def test_what_referred_to_a_lost_row_is_not_told(feed):
    changes = change("calendar", "wk,1", "wk,1,1") | change("stops", "Bem,", "Bem,,")
    assert [fault[:3] for fault in found(feed(changes))] == [
        ("stops.txt", "unreadable", 2),
        ("calendar.txt", "unreadable", 1),
    ]


def test_all_faults_of_all_tables_at_once(feed):
    changes = (
        change("stops", "48.71,3.01", "0,0")
        | change("routes", "R,3", "R,99")
        | change("stop_times", "08:11:00", "x")
        | change("calendar", "20260101", "soon")
    )
    assert [fault[:3] for fault in found(feed(changes))] == [
        ("stops.txt", "zero-coordinates", 2),
        ("routes.txt", "unknown-mode", 1),
        ("calendar.txt", "not-a-date", 1),
        ("stop_times.txt", "not-a-time", 2),
    ]


def test_rows_after_one_of_wrong_length_keep_their_numbers(feed):
    stops = TABLES["stops"].replace("Ala,", "Ala,,").replace("48.73,3.03", "0,0")
    rows = [(code, row) for _, code, row, _ in found(feed({"stops": stops}))]
    assert rows[:2] == [("unreadable", 1), ("zero-coordinates", 4)]


def test_many_rows_at_fault_are_bounded_and_counted(feed):
    rows = "".join(f"t1,10:00:00,10:00:00,Z,{at}\n" for at in range(10, 1010))
    with pytest.raises(TableError) as caught:
        read_departures(feed({"stop_times": TABLES["stop_times"] + rows}), AS_OF)
    assert len(caught.value.faults) == MOST_ROWS + 1
    assert caught.value.faults[-1].found == "980 more rows like the 20 above, 1,000 in all"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace(",", ", "),
        lambda text: text.replace("stop_name", '"stop_name"').replace("Ala", '"Ala, ""the"" gate"'),
        lambda text: text.replace(",", ", ").replace("Ala", '"Ala, upper"'),
        lambda text: text.replace("Ala", "Ålesund").replace("stop_name", "stop_name"),
        lambda text: text + "\n\n",
    ],
    ids=["bom", "crlf", "spaces", "quotes", "spaced quotes", "letters", "blank lines"],
)
def test_forms_that_mean_the_same(feed, spoil):
    plain = read_departures(feed({}), AS_OF)
    read = read_departures(feed({name: spoil(text) for name, text in TABLES.items()}), AS_OF)
    assert read.departures.tolist() == plain.departures.tolist()
    assert read.stops.ids == plain.stops.ids


def test_another_encoding_is_told(feed):
    text = TABLES["stops"].replace("Ala", "中关村大街地铁站").replace("Bem", "人民大学东门").encode("gb18030")
    source = feed({"stops": text})
    read = read_departures(source, AS_OF)
    assert read.stops.names[0] == "中关村大街地铁站"
    assert "encoding-detected" in {remark.code for remark in read.remarks}


def test_a_folder_in_the_zip_is_told(feed):
    assert "zip-subfolder" in remarks(feed({}, folder="feed/2026/"))


def test_oddities_are_remarks(feed):
    changes = (
        change("routes", "R,3\n", "R,3\nS,2\nT,1\n")
        | change("trips", "t2,R,wk\n", "t2,R,wk\nt3,R,wk\n")
        | change("calendar", "20261231\n", "20261231\nwk,1,1,1,1,1,0,0,20260101,20261231\n")
        | change("stops", "E,End,48.74,3.04,0,\n", "E,,48.74,3.04,0,\nF,Far,48.75,3.05,0,\nG,Gate,48.74,3.04,1,\n")
    )
    changes["stops"] = changes["stops"].replace("A,Ala,48.70,3.00,0,", "A,Ala,48.70,3.00,0,G")
    told = remarks(feed(changes))
    assert told["routes-without-trips"].rows == ("S", "T")
    assert told["trips-without-calls"].rows == ("t3",)
    assert told["duplicate-rows"].rows == (2,)
    assert told["blank-names"].rows == (5,)
    assert told["stops-unserved"].rows == ("F",)
    assert "6 stops and platforms are merged into 6 places" in told["stops-merged"].text


def test_expired_and_future_timetables_are_told(feed):
    for year in ("2019", "2031"):
        source = feed({"calendar": TABLES["calendar"].replace("2026", year), "calendar_dates": None})
        assert f"({year}-01-0" in remarks(source)["expired-timetable"].text


def test_a_calendar_without_end_is_quick(feed):
    read = read_departures(feed(change("calendar", "20260101,20261231", "19000101,99991231")), AS_OF)
    assert read.days[0].isocalendar().week == AS_OF.isocalendar().week


def test_untimed_calls_lie_between_the_timed_ones(feed):
    read = read_departures(feed(change("stop_times", "08:10:00,08:11:00", ",")), AS_OF)
    table = read.table()
    assert table[table["stop_id"] == "B"]["hour"].tolist() == [8]


@pytest.mark.parametrize("keep", [0, 1, 30, 200, 600])
def test_a_cut_zip_ends_in_a_message(feed, keep):
    source = feed({})
    source.path.write_bytes(source.path.read_bytes()[:keep])
    assert [fault[1] for fault in found(source)] == ["unreadable"]


def test_a_table_that_unpacks_to_nothing_but_size_is_refused(feed):
    source = feed({"stop_times": "trip_id,stop_id,stop_sequence,departure_time\n" + ",,,\n" * 5_000_000})
    small = source.path.with_name("small.zip")
    with zipfile.ZipFile(source.path) as big, zipfile.ZipFile(small, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in big.namelist():
            packed.writestr(name, big.read(name))
    assert ("stop_times.txt", "too-large", None, None) in found(Source(small, "data/gtfs.zip"))
