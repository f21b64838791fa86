"""Demand spread onto points in a project: what is kept, what is called what, and what is told."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from outlet.errors import TableError
from outlet.project import load_project
from siting.data.check import check
from siting.data.layers import SitingData, drawn_demand
from siting.data.load import load_siting_data

CRS = "EPSG:32631"
EAST, NORTH = 500_000.0, 5_000_000.0
TOML = """
[project]
name = "Tracts"
sector = "bank"
as_of = 2026-03-02
[siting.data]
crs = "EPSG:32631"
[siting.data.demand]
file = "data/demand.gpkg"
segments = { rich = "rich" }
[siting.data.candidates]
file = "data/candidates.gpkg"
[siting.data.streets]
file = "data/streets.gpkg"
"""


def moved(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy + np.array([EAST, NORTH]))


def write(folder: Path, name: str, rows: dict[str, list[object]], shapes: list[shapely.Geometry]) -> None:
    gpd.GeoDataFrame(rows, geometry=[moved(shape) for shape in shapes], crs=CRS).to_file(folder / f"data/{name}.gpkg")


@pytest.fixture
def tracts(tmp_path: Path) -> Path:
    """Four tracts of 1 km (the last without demand, the third without a street) and a point; buildings in two."""
    (tmp_path / "data").mkdir()
    (tmp_path / "outlet.toml").write_text(TOML, encoding="utf-8")
    squares = [shapely.box(x, 0, x + 1000, 1000) for x in (0, 1000, 2000, 3000)]
    write(
        tmp_path,
        "demand",
        {
            "id": ["west", "middle", "east", "park", "tower"],
            "name": ["West", "Middle", "East", "Park", "Tower"],
            "weight": [1000.1, 700.3, 50.0, 0.0, 33.0],
            "rich": [10.0, 300.0, 0.0, 0.0, 1.0],
        },
        [*squares, shapely.Point(500, 500)],
    )
    streets = [shapely.LineString([(100, y), (1900, y)]) for y in (200, 800)]
    write(tmp_path, "streets", {"kind": ["residential", "motorway"]}, streets)
    write(tmp_path, "candidates", {"id": ["c1"]}, [shapely.Point(900, 200)])
    floors = [shapely.box(100, 100, 120, 120), shapely.box(300, 100, 310, 110), shapely.box(1500, 500, 1520, 520)]
    write(tmp_path, "homes", {"floor": [400.0, 1200.0, 90.0]}, floors)
    return tmp_path


@pytest.fixture
def load(tracts: Path) -> Callable[..., SitingData]:
    def made(*overrides: str) -> SitingData:
        return load_siting_data(load_project(tracts, overrides=overrides))

    return made


Load = Callable[..., SitingData]
HOMES = ('siting.data.demand.spread.file="data/homes.gpkg"', 'siting.data.demand.spread.columns={weight="floor"}')
STREETS, GRID = 'siting.data.demand.spread.onto="streets"', 'siting.data.demand.spread.onto="grid"'


def test_without_the_table_polygons_stay_whole(load: Load) -> None:
    data = load()
    assert data.demand_areas is None
    assert drawn_demand(data) is data.demand
    assert "origin" not in data.demand


def test_onto_buildings_by_floor_area(load: Load) -> None:
    data = load(*HOMES)
    demand = data.demand
    assert demand["id"].tolist() == ["west/1", "west/2", "middle/1", "east", "park", "tower"]
    assert demand["origin"].tolist() == ["west", "west", "middle", "east", "park", "tower"]
    assert demand["name"].tolist() == ["West", "West", "Middle", "East", "Park", "Tower"]
    np.testing.assert_allclose(demand["weight"], [750.075, 250.025, 700.3, 50.0, 0.0, 33.0], rtol=1e-12)
    np.testing.assert_allclose(demand["segment:rich"], [7.5, 2.5, 300.0, 0.0, 0.0, 1.0], rtol=1e-12)
    places = shapely.get_coordinates(demand.geometry.to_numpy()) - np.array([EAST, NORTH])
    np.testing.assert_allclose(places[:3], [[305, 105], [110, 110], [1510, 510]], atol=1e-3)
    assert (demand.geometry.geom_type == "Point").all()
    told = "\n".join(data.notes)
    assert "2 of 4 polygons were spread onto 3 points: polygons of data/homes.gpkg, by floor" in told
    assert "1 polygons (50 of 1,783 demand) hold none of these and stay one point each: east" in told
    assert "1 polygons without demand stay one point each" in told
    assert drawn_demand(data)["id"].tolist() == ["west", "middle", "east", "park", "tower"]


@pytest.mark.parametrize("overrides", [HOMES, (STREETS,), (GRID,), (STREETS, "siting.data.demand.spread.spacing_m=37")])
def test_not_a_person_is_lost(overrides: tuple[str, ...], load: Load) -> None:
    before, after = load().demand.set_index("id"), load(*overrides).demand
    for column in ("weight", "segment:rich"):
        summed = after.groupby("origin")[column].sum().reindex(before.index)
        np.testing.assert_allclose(summed, before[column], rtol=0, atol=1e-9 * before[column].sum())


def test_along_streets_people_live_along(load: Load) -> None:
    data = load(STREETS)
    west = data.demand[data.demand["origin"] == "west"]
    assert len(west) == 9, "a point every 100 m of 900 m; nobody lives along the motorway"
    np.testing.assert_allclose(west["weight"], 1000.1 / 9)
    assert "stretches of 1 streets people live along" in "\n".join(data.notes)


def test_a_grid_needs_nothing(load: Load) -> None:
    demand = load(GRID, "siting.data.demand.spread.cell_m=500").demand
    assert (
        demand.groupby("origin").size().reindex(["west", "middle", "east", "park", "tower"]) == [4, 4, 4, 1, 1]
    ).all()


def test_nested_polygons_and_places_in_two_are_told(tracts: Path, load: Load) -> None:
    squares = [shapely.box(0, 0, 1000, 1000), shapely.box(200, 200, 700, 700)]
    write(tracts, "demand", {"id": ["a", "b"], "weight": [5.0, 6.0], "rich": [0.0, 0.0]}, squares)
    write(tracts, "homes", {"floor": [1.0, 1.0]}, [shapely.Point(500, 500), shapely.Point(5000, 100)])
    told = "\n".join(load(*HOMES).notes)
    assert "2 polygons of demand overlap others, and both count: a, b" in told
    assert "1 of 2 lie in several polygons and take part in each" in told
    assert "1 of 2 lie in no polygon with demand, or weigh nothing" in told


@pytest.mark.parametrize(
    ("override", "code"),
    [
        ('siting.data.demand.spread={onto="streets", kinds=["steps"]}', "nothing-to-spread"),
        ('siting.data.demand.spread={file="data/none.gpkg"}', "missing-file"),
        ('siting.data.demand.spread={file="data/homes.gpkg", columns={weight="area"}}', "missing-column"),
    ],
)
def test_what_cannot_be_spread_is_a_fault(override: str, code: str, load: Load) -> None:
    with pytest.raises(TableError) as caught:
        load(override)
    assert [fault.code for fault in caught.value.faults] == [code]


def test_other_faults(tracts: Path, load: Load) -> None:
    points = [shapely.Point(1, 1), shapely.Point(2, 2)]
    write(tracts, "demand", {"id": ["a", "b"], "weight": [5.0, 6.0], "rich": [0.0, 0.0]}, points)
    with pytest.raises(TableError, match="2 rows of demand, none of them a polygon"):
        load(GRID)
    shapes = [shapely.box(0, 0, 1000, 1000), shapely.Point(2, 2)]
    write(tracts, "demand", {"id": ["a", "a/1"], "weight": [5.0, 6.0], "rich": [0.0, 0.0]}, shapes)
    with pytest.raises(TableError, match="'a/1' for two points"):
        load(GRID)
    far = [shapely.box(0, 0, 9e4, 9e4), shapely.Point(2, 2)]
    write(tracts, "demand", {"id": ["a", "b"], "weight": [5.0, 6.0], "rich": [0.0, 0.0]}, far)
    with pytest.raises(TableError, match="cells; expected at most 2,000,000: raise cell_m"):
        load(GRID, "siting.data.demand.spread.cell_m=5")


def test_check_tells_an_empty_floor_area_by_row(tracts: Path) -> None:
    write(tracts, "homes", {"floor": [1.0, None]}, [shapely.Point(500, 500), shapely.Point(600, 100)])
    findings = check(load_project(tracts, overrides=HOMES))
    assert [(f.code, f.row, f.column) for f in findings.faults] == [("missing-value", 2, "floor")]
    findings = check(load_project(tracts, overrides=(*HOMES, "siting.data.repair=true", "siting.locate.outlets=1")))
    assert not findings.faults
    assert "1 empty cells of floor were taken as 0" in " ".join(str(r) for r in findings.remarks)


@pytest.mark.parametrize("given", ["{}", '{file="data/homes.gpkg", onto="grid"}'])
def test_one_target_is_needed(given: str, load: Load) -> None:
    with pytest.raises(Exception, match="expected one of file and onto"):
        load(f"siting.data.demand.spread={given}")
