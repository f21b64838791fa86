"""Catchments drawn for the map: what is inside, by hand, and that longer walks hold shorter ones."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point

from outlet.errors import PlanningError
from siting.settings.shown import PolygonSettings
from siting.study.locate import run_locate
from siting.study.score import run_score

EAST, NORTH = 500_000.0, 5_000_000.0
WALKS = ("siting.score.polygons.minutes=[2.5, 5.0]", "siting.locate.visits_per_unit_per_day=0.1")


def read(file):
    table = gpd.read_file(file).to_crs("EPSG:32631")
    return table.assign(at=list(zip(table["id"], table["minutes"], strict=True))).set_index("at")


@pytest.fixture
def town(gridtown, run_in):
    """Score the town, and choose outlets where asked; return its out folder."""

    def made(*overrides, locate=False):
        run_score(run_in(gridtown, *WALKS, *overrides))
        if locate:
            run_locate(run_in(gridtown, *WALKS, *overrides))
        return gridtown / "out"

    return made


def test_what_is_inside_by_hand(town):
    """From c2 at (210, 200) on the street y = 200.

    200 m reach no demand: d0 at (100, 50) is 260 m away. 400 m reach d0, d1 at (100, 350), 260 m, d4 at (400, 50),
    340 m, and d5 at (400, 350), 340 m: 100 + 110 + 140 + 150. The rival r1 at (400, 400) is 390 m away.
    """
    table = read(town() / "catchments.geojson")
    assert table.loc[[("c2", 2.5)], "demand"].tolist() == [0.0]
    assert table.loc[[("c2", 5.0)], "demand"].tolist() == [100.0 + 110 + 140 + 150]
    assert table.loc[[("c2", 2.5), ("c2", 5.0)], "rivals"].tolist() == [0, 1]
    assert table.loc[[("c2", 2.5)], "role"].tolist() == ["candidate"]


def test_polygons_follow_the_streets(town):
    """From c1 at the crossing (500, 500), 200 m reach (700, 500) and not the middle of a block beyond."""
    table = read(town() / "catchments.geojson")
    near, far = (table.loc[[("c1", walk)]].geometry.iloc[0] for walk in (2.5, 5.0))
    assert near.contains(Point(EAST + 690, NORTH + 500))
    assert not near.contains(Point(EAST + 650, NORTH + 650))
    assert far.contains(near.buffer(-5.0))
    assert table.loc[[("c1", 2.5)], "area_km2"].iloc[0] == pytest.approx(near.area / 1e6, rel=0.02)


def test_rivals_are_null_where_they_are_not_known_and_no_street_draws_nothing(town):
    out = town()
    features = json.loads((out / "catchments.geojson").read_text(encoding="utf-8"))["features"]
    assert {f["properties"]["id"] for f in features} == {"c1", "c2", "c3", "c4", "c5"}
    assert {f["properties"]["rivals"] for f in features if f["properties"]["id"] == "c5"} == {None}


def test_a_brand_that_is_no_rival_is_not_counted_among_them(gridtown, run_in):
    """r1 at (400, 400), 390 m from c2, is the only rival within 400 m."""
    rivals = gpd.read_file(gridtown / "data" / "competitors.gpkg")
    rivals.assign(brand=["partner" if at == "r1" else "other" for at in rivals["id"]]).to_file(
        gridtown / "data" / "competitors.gpkg"
    )
    told = (*WALKS, "siting.score.competition.brands={ partner = 0.0 }", "siting.locate.outlets=4")
    run_score(run_in(gridtown, *told))
    assert read(gridtown / "out" / "catchments.geojson").loc[[("c2", 5.0)], "rivals"].tolist() == [0]
    run_locate(run_in(gridtown, *told))
    drawn = read(gridtown / "out" / "outlet_catchments.geojson")
    assert drawn.loc[[("c2", 5.0)], "rivals"].tolist() == [0]


def test_a_circle_is_as_large_as_it_says(gridtown, run_in):
    """Straight walks of 5 minutes at 80 m a minute, 1.25 times as long as the line: 320 m."""
    run_score(run_in(gridtown, *WALKS, 'siting.score.travel.along="straight"'))
    circle = read(gridtown / "out" / "catchments.geojson").loc[[("c2", 5.0)]].iloc[0]
    assert circle["area_km2"] == pytest.approx(np.pi * 0.32**2, abs=1e-4)
    run_score(run_in(gridtown, 'siting.score.travel.along="straight"', "siting.score.polygons.minutes=[30.0]"))
    circle = read(gridtown / "out" / "catchments.geojson").loc[[("c2", 30.0)]].iloc[0]
    centre, edge = Point(EAST + 210, NORTH + 200), circle.geometry.exterior
    assert centre.hausdorff_distance(edge) == pytest.approx(1920, abs=0.5)
    assert centre.distance(edge) > 1920 - 2.5


def test_opened_and_kept_outlets_are_drawn_the_new_ones_first(town):
    plan_of = town("siting.locate.outlets=2", locate=True)
    opened = set(json.loads((plan_of / "plan.json").read_text(encoding="utf-8"))["opened"])
    table = read(plan_of / "outlet_catchments.geojson")
    assert set(table["id"]) == {*opened, "e1", "e2"}
    assert set(table.loc[table["role"] == "new", "id"]) == opened
    assert list(table["role"].drop_duplicates()) == ["new", "existing"]


def test_outlets_that_are_not_drawn_are_told(gridtown, run_in):
    run_score(run_in(gridtown, *WALKS))
    summary = run_locate(run_in(gridtown, *WALKS, "siting.locate.outlets=2", "siting.score.polygons.outlets=3"))
    told = "Catchments are drawn of 3 outlets (siting.score.polygons.outlets), the new ones first; 1 that stay"
    assert any(note.startswith(told) for note in summary.notes)
    assert read(gridtown / "out" / "outlet_catchments.geojson")["id"].nunique() == 3


def test_the_same_bytes_twice_and_a_metric_geopackage(town):
    names = ("catchments.geojson", "catchments.gpkg")
    out = town()
    first = [(out / name).read_bytes() for name in names]
    for name in names:
        (out / name).unlink()
    town()
    assert first == [(out / name).read_bytes() for name in names]
    metric = gpd.read_file(out / "catchments.gpkg", layer="catchments")
    assert metric.crs.to_string() == "EPSG:32631"


@pytest.mark.parametrize(
    ("walks", "message"),
    [
        ("[5, 5]", "each longer than the one before"),
        ("[0]", "expected walks above 0 minutes"),
        ("[]", "expected 1 to 6"),
        ("[31]", "polygons.minutes is a walk of 31 min; travel.cutoff_min = 30 is less"),
    ],
)
def test_walks_that_cannot_be_drawn_are_refused(gridtown, run_in, walks, message):
    with pytest.raises(PlanningError, match=message):
        run_score(run_in(gridtown, f"siting.score.polygons.minutes={walks}"))


def test_without_a_setting_no_walk_is_longer_than_the_cutoff():
    assert PolygonSettings().walks(30.0) == (5.0, 10.0, 15.0)
    assert PolygonSettings().walks(10.0) == (5.0, 10.0)
    assert PolygonSettings().walks(4.0) == (4.0,)
    assert PolygonSettings(minutes=(8.0,)).walks(30.0) == (8.0,)
