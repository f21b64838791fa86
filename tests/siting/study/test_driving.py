"""Demand by car in Gridtown: streets of 100 m, presets, limits, one-ways, and what is told of them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from siting.data.load import load_siting_data
from siting.study.driving import drive_study
from siting.study.score import run_score

COUNTED = "siting.score.weights.demand_by_car=5"


def study(run, *overrides):
    stage = run(*overrides)
    return drive_study(stage.project, load_siting_data(stage.project), stage.out.cache())


@pytest.fixture
def run(gridtown, run_in):
    return lambda *overrides: run_in(gridtown, *overrides)


def test_nothing_is_computed_without_a_weight(run, gridtown):
    found = study(run)
    assert found.drives is None
    assert found.notes == ()
    assert not list((gridtown / "out").rglob("*.npz"))


def test_presets_by_hand(run):
    """d0 at (100, 50) to c2 at (210, 200): 10 m of walk off (200, 200) at 80 m/min; 150 + 100 m at 25 km/h."""
    found = study(run, COUNTED)
    assert found.drives is not None
    assert found.drives.minutes.toarray()[0, 1] == pytest.approx(260 / (25_000 / 60))
    assert found.drives.on_road.tolist() == [True] * 5 + [False]
    speeds, directions, off = found.notes
    assert speeds.startswith("By car: none of 22 ways has a speed limit; 22 are")
    assert speeds.endswith("(siting.score.drive.preset_km_h); no lights, turns, traffic or parking.")
    assert directions == "By car: no street is one way; where the file leaves that out, drives are too short."
    assert off.startswith("By car: 1 of 6 candidates lie farther than 300 m from every street cars drive on")


def test_without_presets_nothing_is_known(run):
    found = study(run, COUNTED, "siting.score.drive.presets=false")
    assert found.drives is None
    why = "No street has a speed limit, and siting.score.drive.presets is false"
    assert found.notes == (f"{why}: demand by car, demand_by_car, is not known.",)


def test_where_cars_may_not_drive_nothing_is_known(run):
    found = study(run, COUNTED, 'siting.data.streets.not_driven=["residential"]')
    assert found.notes == ("No street that cars drive on: demand by car, demand_by_car, is not known.",)


def test_limits_and_directions_of_the_file_count(gridtown, run):
    """y = 100 is one way eastwards; all others have no limit and, without presets, nobody drives there, but x = 0, 1000
    and y = 1000, 0: a ring at 60 km/h, of which 80 % are driven: 800 m a minute."""
    file = gridtown / "data" / "streets.gpkg"
    streets = gpd.read_file(file)
    at_ring = [line.coords[0][1] == line.coords[-1][1] and line.coords[0][1] % 1000 == 0 for line in streets.geometry]
    at_ring = [
        ring or (line.coords[0][0] == line.coords[-1][0] and line.coords[0][0] % 1000 == 0)
        for ring, line in zip(at_ring, streets.geometry, strict=True)
    ]
    streets["maxspeed"] = ["60" if ring else "" for ring in at_ring]
    streets["oneway"] = ""
    second = next(k for k, line in enumerate(streets.geometry) if {y for _, y in line.coords} == {5_000_100.0})
    streets.loc[second, ["maxspeed", "oneway"]] = ["60", "yes"]
    streets.to_file(file)
    found = study(run, COUNTED, "siting.score.drive.presets=false", "siting.score.travel.snap_limit_m=400")
    assert found.drives is not None
    minutes = found.drives.minutes.toarray()
    # d0 (100, 50) snaps to y = 0 or y = 100, both 50 m off; the first line, y = 0, wins. c3 (800, 300) lies 200 m off
    # both x = 1000 and y = 100; streets running east come first: drive to (0, 0), up to (0, 100) and east 800 m.
    assert minutes[0, 2] == pytest.approx(50 / 80 + (100 + 100 + 800) / 800 + 200 / 80)
    assert found.notes[0].startswith(
        "By car: 5 of 22 ways have a speed limit and are driven at 80 % of the speed limit"
    )
    assert found.notes[1] == (
        "By car: 17 of 22 ways without a speed limit are not driven: siting.score.drive.presets is false."
    )


def test_candidates_csv_and_its_cache(gridtown, run):
    first = run_score(run(COUNTED))
    table = pd.read_csv(gridtown / "out" / "candidates.csv")
    assert table["demand_by_car_raw"].notna().sum() == 5
    assert (table["demand_by_car_contribution"].fillna(0) > 0).any()
    cached = {file.name: file.stat().st_mtime_ns for file in (gridtown / "out").rglob("*.npz")}
    again = run_score(run(COUNTED))
    assert {file.name: file.stat().st_mtime_ns for file in (gridtown / "out").rglob("*.npz")} == cached
    assert again.rows == first.rows
    run_score(run(COUNTED, "siting.score.drive.limit_share=0.5"))
    same = pd.read_csv(gridtown / "out" / "candidates.csv")
    np.testing.assert_allclose(same["demand_by_car_raw"], table["demand_by_car_raw"], err_msg="presets are as they are")


def test_more_streets_never_make_a_drive_longer(gridtown, run):
    before = study(run, COUNTED).drives
    file = gridtown / "data" / "streets.gpkg"
    streets = gpd.read_file(file)
    motorway = {"kind": "primary", "geometry": LineString([(500_000 + 10 * k, 5_000_000 + 10 * k) for k in range(101)])}
    streets.loc[len(streets)] = motorway
    streets.to_file(file)
    after = study(run, COUNTED, "siting.score.travel.snap_limit_m=1").drives
    assert before is not None
    assert after is not None
    both = (after.minutes.toarray() > 0) & (before.minutes.toarray() > 0)
    assert both.any()
    assert (after.minutes.toarray()[both] <= before.minutes.toarray()[both] + 1e-9).all()
