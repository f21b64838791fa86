"""The access index from timetables to candidates.csv: Gridtown with two feeds whose stops have the same ids."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest

from outlet.errors import InputError
from outlet.stage import StageRun
from siting.data.gtfs import feed
from siting.data.gtfs.feed import open_timetable as before
from siting.data.load import load_siting_data
from siting.settings.data import MODES
from siting.study.score import run_score
from siting.study.timetable import route_service

Run = Callable[..., StageRun]
EAST, NORTH = 500_000.0, 5_000_000.0
CALENDAR = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
CALENDAR += "v,1,1,1,1,1,1,1,20260101,20261231\n"


def write_feed(
    path: Path, kind: int, stops: dict[str, tuple[float, float]], trips: list[tuple[str, str, list[str]]]
) -> None:
    """A feed of one route; ``trips`` are (route, direction, calls), a call is ``stop HH:MM``."""
    degrees = pyproj.Transformer.from_crs("EPSG:32631", "EPSG:4326", always_xy=True)
    places = {name: degrees.transform(EAST + x, NORTH + y) for name, (x, y) in stops.items()}
    rows = [f"{name},{name},{lat:.8f},{lon:.8f}" for name, (lon, lat) in places.items()]
    calls = [
        f"t{at},{call.split()[0]},{order},{call.split()[1]}:00"
        for at, (*_, texts) in enumerate(trips)
        for order, call in enumerate(texts)
    ]
    tables = {
        "stops": "stop_id,stop_name,stop_lat,stop_lon\n" + "\n".join(rows),
        "routes": "route_id,route_type\n" + "\n".join(f"{route},{kind}" for route in sorted({t[0] for t in trips})),
        "trips": "trip_id,route_id,service_id,direction_id\n"
        + "\n".join(f"t{at},{route},v,{direction}" for at, (route, direction, _) in enumerate(trips)),
        "stop_times": "trip_id,stop_id,stop_sequence,departure_time\n" + "\n".join(calls),
        "calendar": CALENDAR,
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in tables.items():
            archive.writestr(f"{name}.txt", text)


@pytest.fixture
def railtown(gridtown: Path) -> Path:
    """A metro stop s1 at (0, 500) and a bus stop s1 at (600, 500), each with a stop s9 far off.

    From 8:15 to 9:15 the metro leaves (0, 500) 4 times one way and 3 the other, the bus leaves (600, 500) 6 times.
    """
    metro = [("M", "0", [f"s1 {clock}", "s9 10:00"]) for clock in ("08:15", "08:30", "08:45", "09:00", "09:15")]
    metro += [("M", "1", [f"s9 {clock}", "s1 08:50", "s8 10:00"]) for clock in ("07:00", "07:10", "07:20")]
    places = {"s9": (1000.0, 1000.0), "s1": (0.0, 500.0), "s8": (1000.0, 0.0)}
    write_feed(gridtown / "data" / "metro.zip", 1, places, metro)
    bus = [("B", "", [f"s1 08:{minute}", "s9 10:00"]) for minute in (20, 25, 30, 35, 40, 45)]
    write_feed(gridtown / "data" / "bus.zip", 3, {"s1": (600.0, 500.0), "s9": (1000.0, 900.0)}, bus)
    text = (gridtown / "outlet.toml").read_text(encoding="utf-8")
    text = text.replace('file = "data/stops.gpkg"', 'gtfs = ["data/metro.zip", "data/bus.zip"]')
    (gridtown / "outlet.toml").write_text(text, encoding="utf-8")
    return gridtown


def read_csv(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "out" / "candidates.csv", dtype={"id": str, "ptal_band": str}, index_col="id")


def test_service_is_aligned_to_the_stops(railtown: Path, run_in: Run) -> None:
    project = run_in(railtown).project
    data = load_siting_data(project)
    service = route_service(project, data)
    assert service is not None
    x = np.round(np.array([point.x for point in data.stops.geometry]) - EAST)
    y = np.round(np.array([point.y for point in data.stops.geometry]) - NORTH)
    table = service.per_hour.toarray()
    assert table.shape == (len(data.stops), 2)
    assert table[(x == 0) & (y == 500)].tolist() == [[4.0, 0.0]]
    assert table[(x == 600) & (y == 500)].tolist() == [[0.0, 6.0]]
    assert table.sum() == 10.0
    assert [MODES[at] for at in service.mode] == ["metro", "bus"]


def test_the_index_of_a_candidate_by_hand(railtown: Path, run_in: Run) -> None:
    """c1 at (500, 500): the bus 100 m = 1.25 min off, 5 + 2 min of wait; the metro 500 m = 6.25 min, 7.5 + 0.75.

    30 / 8.25 + 30 / 14.5 = 5.705, band 2. c6 is off every street: not known, which is not band 0.
    """
    summary = run_score(run_in(railtown))
    table = read_csv(railtown)
    assert table.loc["c1", "ptal_index_raw"] == pytest.approx(30 / 8.25 + 30 / 14.5, abs=1e-4)
    assert table.loc["c1", "ptal_band"] == "2"
    assert table.loc["c6", ["ptal_index_raw", "ptal_band"]].isna().all()
    assert (table.drop("c6")["ptal_index_weight"] > 0).all()
    assert any("departures of a working day from 08:15 to 09:15" in note for note in summary.notes)
    assert not any("No timetable" in note for note in summary.notes)


def test_the_sheet_explains_the_index(railtown: Path, run_in: Run) -> None:
    """ptal.csv is written where there is a timetable; without route_short_name routes are called by their id."""
    notes = run_score(run_in(railtown)).notes
    sheet = pd.read_csv(railtown / "out" / "ptal.csv", dtype=str)
    c1 = sheet[sheet["candidate_id"] == "c1"]
    assert c1[["mode", "route", "stop"]].to_numpy().tolist() == [["metro", "M", "s1"], ["bus", "B", "s1"]]
    total = sheet.assign(contribution=sheet["contribution"].astype(float)).groupby("candidate_id")["contribution"].sum()
    index = read_csv(railtown)["ptal_index_raw"].dropna()
    np.testing.assert_allclose(total.reindex(index.index).fillna(0.0), index, atol=1e-4)
    told = "ptal.csv lists the routes behind the access index of the best 5 candidates"
    assert f"{told} (siting.score.transport.ptal.sheet_best)." in notes


def test_a_timetable_is_read_once_until_it_changes(railtown: Path, run_in: Run, monkeypatch) -> None:
    opened = []
    monkeypatch.setattr(feed, "open_timetable", lambda *given: opened.append(given) or before(*given))
    run_score(run_in(railtown))
    assert len(opened) == 2, "one for each feed"
    run_score(run_in(railtown))
    assert len(opened) == 2
    bus = [("B", "", [f"s1 08:{minute}", "s9 10:00"]) for minute in (20, 40)]
    write_feed(railtown / "data" / "bus.zip", 3, {"s1": (600.0, 500.0), "s9": (1000.0, 900.0)}, bus)
    run_score(run_in(railtown))
    assert len(opened) == 3
    sheet = pd.read_csv(railtown / "out" / "ptal.csv")
    assert set(sheet.loc[sheet["mode"] == "bus", "departures_per_hour"]) == {2.0}


def test_the_peak_and_modes_are_settings(railtown: Path, run_in: Run) -> None:
    run_score(run_in(railtown, "siting.score.transport.ptal.peak_to=08:31"))
    assert read_csv(railtown).loc["c1", "ptal_index_raw"] > 30 / 8.25 + 30 / 14.5, "3 buses in 16 minutes"
    summary = run_score(run_in(railtown, 'siting.score.transport.ptal.rail_modes=["rail"]'))
    assert read_csv(railtown).loc["c1", "ptal_index_raw"] == pytest.approx(30 / 8.25, abs=1e-4)
    assert "PTAL leaves out metro: in neither bus_modes nor rail_modes." in summary.notes
    quiet = ("siting.score.transport.ptal.peak_from=02:00", "siting.score.transport.ptal.peak_to=03:00")
    summary = run_score(run_in(railtown, *quiet))
    assert set(read_csv(railtown).drop("c6")["ptal_band"]) == {"0"}
    assert "Nothing leaves from 02:00 to 03:00: every access index is 0." in summary.notes


def test_without_a_timetable_departures_stand_in_and_the_planner_is_told(gridtown: Path, run_in: Run) -> None:
    summary = run_score(run_in(gridtown))
    table = read_csv(gridtown)
    assert table[["ptal_index_raw", "ptal_index_value", "ptal_band"]].isna().all(axis=None)
    assert (table["ptal_index_weight"].fillna(0.0) == 0).all()
    told = "No timetable (siting.data.stops.gtfs): the access index, ptal_index, is not known"
    assert f"{told}; departures_nearby has its weight." in summary.notes
    scores = []
    for name in ("ptal_index", "departures_nearby"):
        run_score(run_in(gridtown, "siting.score.weights.demand_nearby=1", f"siting.score.weights.{name}=3"))
        scores.append(read_csv(gridtown)["score"])
    pd.testing.assert_series_equal(*scores)


def test_without_departures_stop_counts_stand_in(gridtown: Path, run_in: Run) -> None:
    file = gridtown / "data" / "stops.gpkg"
    stops = gpd.read_file(file).drop(columns="departures_per_hour")
    file.unlink()
    stops.to_file(file)
    summary = run_score(run_in(gridtown))
    told = "No timetable (siting.data.stops.gtfs): the access index, ptal_index, is not known"
    assert f"{told}; stops_nearby has its weight." in summary.notes
    weights = ("siting.score.weights.demand_nearby=1", "siting.score.weights.ptal_index=0")
    assert not any("No timetable" in note for note in run_score(run_in(gridtown, *weights)).notes)


def test_a_walk_beyond_the_cutoff_is_refused(gridtown: Path, run_in: Run) -> None:
    with pytest.raises(InputError, match=r"transport.ptal.rail_within_m is a walk of 20 min; travel.cutoff_min = 15"):
        run_score(
            run_in(gridtown, "siting.score.transport.ptal.rail_within_m=1600", "siting.score.travel.cutoff_min=15")
        )
