"""Layers and rows that do not lie where they ought to: each by its code, row and the reading that would fit."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

from siting.data.check import check
from siting.data.load import load_siting_data


def found(tiny, *overrides):
    return [(fault.code, fault.input, fault.row) for fault in check(tiny.load(*overrides)).faults]


def only(tiny, *overrides):
    (fault,) = check(tiny.load(*overrides)).faults
    return fault


def remarks(tiny, *overrides):
    return {remark.code: remark for remark in check(tiny.load(*overrides)).remarks}


def competitors(tiny, places, **columns):
    tiny.points("competitors", places, **(columns or {"name": [f"r{i}" for i in range(len(places))]}))
    return 'siting.data.competitors={file = "data/competitors.geojson"}'


@pytest.mark.parametrize(
    ("lon", "lat", "code", "reading"),
    [
        (48.7, 3.002, "swapped-coordinates", "3.002, 48.7, as longitude and latitude"),
        (-3.002, 48.7, "far-outlier", "Read with a wrong sign they would be 3.002, 48.7"),
        (3.002, -48.7, "far-outlier", "Read with a wrong sign they would be 3.002, 48.7"),
        (3.002, 4.87, "far-outlier", "Read with a misplaced decimal point they would be 3.002, 48.7"),
        (3002.0, 48.7, "out-of-range", "Read with a misplaced decimal point they would be 3.002, 48.7"),
        (3002000.0, 48700000.0, "out-of-range", "Read with a misplaced decimal point they would be 3.002, 48.7"),
        (0.0, 48.7, "zero-coordinates", ""),
        (3.002, 0.0, "zero-coordinates", ""),
        (0.0, 0.0, "zero-coordinates", ""),
        (150.0, -30.0, "far-outlier", "leave it out"),
        (3.002, 123.4, "out-of-range", "Correct the row."),
    ],
)
def test_a_row_elsewhere_is_named_with_what_was_meant(tiny, at, lon, lat, code, reading):
    override = competitors(tiny, [at(3.001, 48.7), at(lon, lat), at(3.002, 48.71), at(3.003, 48.69)])
    fault = only(tiny, override)
    assert (fault.code, fault.input, fault.row) == (code, "data/competitors.geojson", 2)
    assert reading in str(fault)


def test_a_row_elsewhere_in_feet(tiny):
    places = gpd.GeoSeries(gpd.points_from_xy([3.001, 3.002, 3.003, 0.0], [48.7] * 3 + [0.0]), crs=4326).to_crs(2154)
    x, y = places.x.to_numpy().copy(), places.y.to_numpy().copy()
    x[1], y[1] = y[1], x[1]
    frame = gpd.GeoDataFrame({"name": list("abcd")}, geometry=gpd.points_from_xy(x, y), crs=2154)
    frame.to_file(tiny.folder / "data/competitors.gpkg")
    override = 'siting.data.competitors={file = "data/competitors.gpkg"}'
    assert found(tiny, override) == [
        ("zero-coordinates", "data/competitors.gpkg", 4),
        ("swapped-coordinates", "data/competitors.gpkg", 2),
    ]


def test_a_second_city_is_no_outlier(tiny, at):
    rng = np.random.default_rng(1)
    near = [at(3.0 + dx, 48.7 + dy) for dx, dy in rng.normal(0, 0.05, (60, 2))]
    lyon = [at(4.83 + dx, 45.76 + dy) for dx, dy in rng.normal(0, 0.02, (4, 2))]
    noumea = [at(166.45 + dx, -22.27 + dy) for dx, dy in rng.normal(0, 0.02, (3, 2))]
    assert found(tiny, competitors(tiny, [*near, *lyon, *noumea])) == []
    single = [*near, at(4.83, 45.76)]
    assert found(tiny, competitors(tiny, single)) == []


def test_a_country_on_the_equator_keeps_its_mirrored_towns(tiny, at):
    def around(lon, lat, count, spread):
        rng = np.random.default_rng(2)
        return [at(lon + dx, lat + dy) for dx, dy in rng.normal(0, spread, (count, 2))]

    nairobi = (36.82, -1.29)
    tiny.points("demand", around(*nairobi, 30, 0.05), id=[f"d{i}" for i in range(30)], weight=[1] * 30)
    tiny.write("data/candidates.csv", "id,lon,lat\n1,36.82,-1.29\n")
    tiny.points("existing", [at(*nairobi)], id=["e1"])
    line = {"type": "LineString", "coordinates": [[36.8, -1.3], [36.9, -1.3]]}
    tiny.points("streets", [line], kind=["primary"])
    kenya = [*around(*nairobi, 30, 0.05), *around(36.8, 1.0, 30, 1.0), at(36.82, 1.29)]
    assert found(tiny, competitors(tiny, kenya)) == []
    assert found(tiny, competitors(tiny, [*around(*nairobi, 30, 0.05), at(36.82, 1.29)])) == [
        ("far-outlier", "data/competitors.geojson", 31)
    ]


def test_a_whole_layer_swapped_is_one_fault(tiny):
    tiny.write("data/candidates.csv", "id,lon,lat\n1,48.7,3.001\n2,48.7,3.002\n")
    fault = only(tiny)
    assert (fault.code, fault.input, fault.row) == ("swapped-coordinates", "data/candidates.csv", None)
    assert "such as 48.7, 3.001; expected 3.001, 48.7 (longitude, latitude)" in str(fault)


def test_demand_swapped_is_found_by_the_others(tiny, at):
    tiny.points("demand", [at(48.7, 3.001), at(48.7, 3.002)], id=["a", "b"], weight=[1, 2])
    assert found(tiny) == [("swapped-coordinates", "data/demand.geojson", None)]


def test_a_whole_layer_swapped_beyond_degrees(tiny, at):
    rows = [at(35.68, 139.7), at(35.69, 139.71)]
    tiny.points("demand", rows, id=["a", "b"], weight=[1, 2])
    tiny.write("data/candidates.csv", "id,lon,lat\n1,139.7,35.68\n")
    tiny.points("existing", [at(139.7, 35.68)], id=["e1"])
    line = {"type": "LineString", "coordinates": [[139.7, 35.68], [139.71, 35.69]]}
    tiny.points("streets", [line], kind=["primary"])
    assert found(tiny) == [("swapped-coordinates", "data/demand.geojson", None)]


def test_a_layer_in_another_zone_names_the_one_that_fits(tiny):
    tiny.write("data/candidates.csv", "id,lon,lat\n1,500074,5394000\n2,500147,5394000\n")
    fault = only(tiny, "siting.data.candidates.crs=EPSG:32633")
    assert fault.code == "no-overlap"
    assert "km from the other layers" in fault.found
    assert "around 3.00" in fault.expected
    assert "EPSG:32631 (WGS 84 / UTM zone 31N)" in fault.fix


def test_a_layer_without_crs_is_told_which_would_fit(tiny):
    text = (tiny.folder / "outlet.toml").read_text().replace('crs = "EPSG:4326"', "")
    tiny.toml(text)
    fault = only(tiny)
    assert (fault.code, fault.input) == ("missing-crs", "data/candidates.csv")
    assert "would fit in EPSG:4326 (WGS 84)" in fault.fix
    tiny.write("data/candidates.csv", "id,lon,lat\n1,700085,6844000\n")
    assert "EPSG:2154 (RGF93 v1 / Lambert-93)" in only(tiny).fix


def test_metres_under_degrees_and_degrees_under_metres(tiny, at):
    tiny.points("demand", [at(500000 + i, 5394000) for i in range(12)], id=list("abcdefghijkl"), weight=[1] * 12)
    fault = only(tiny)
    assert (fault.code, fault.row) == ("out-of-range", None)
    assert "12 rows beyond 180 and 90 degrees under WGS 84, such as 500000, 5394000" in fault.found
    assert "EPSG:32631" in fault.fix
    fault = only(tiny, "siting.data.demand.crs=GCJ-02")
    assert fault.code == "out-of-range"


def test_degrees_under_metres_name_the_degrees(tiny):
    fault = only(tiny, "siting.data.demand.crs=EPSG:32631")
    assert fault.code == "degrees-in-metric-crs"
    assert "would fit in EPSG:4326" in fault.fix


@pytest.mark.parametrize("crs", ["EPSG:4978", "EPSG:5773", "EPSG:0", "Mars", "IAU_2015:49910"])
def test_systems_of_no_place_on_earth(tiny, crs):
    tiny.points("demand", [None], id=[""], weight=[1])
    fault_codes = {(code, name) for code, name, _ in found(tiny, f"siting.data.candidates.crs={crs}")}
    assert ("unknown-crs", "data/candidates.csv") in fault_codes
    assert ("missing-id", "data/demand.geojson") in fault_codes, "a fault in one layer never hides those of another"


def test_a_coordinate_that_is_no_number(tiny):
    frame = gpd.GeoDataFrame(
        {"id": ["a", "b"], "weight": [1, 2]},
        geometry=[shapely.Point(3.001, 48.7), shapely.Polygon([(3, 48.7), (np.inf, 48.7), (3, 48.8)])],
        crs=4326,
    )
    frame.to_file(tiny.folder / "data/demand.gpkg")
    fault = only(tiny, "siting.data.demand.file=data/demand.gpkg")
    assert (fault.code, fault.row, fault.found) == ("invalid-geometry", 2, "a coordinate that is no number or endless")


def test_zeros_are_dropped_only_when_allowed(tiny, at):
    override = competitors(tiny, [at(3.001, 48.7), at(0, 0), None])
    assert [(code, row) for code, _, row in found(tiny, override)] == [("null-geometry", 3), ("zero-coordinates", 2)]
    repaired = remarks(tiny, override, "siting.data.repair=true")["repaired"]
    assert str(repaired) == "data/competitors.geojson: 2 rows without geometry or at 0,0 were dropped"
    assert repaired.rows == (2, 3)


def test_greenwich_is_no_zero(tiny, at):
    tiny.points("demand", [at(0.0, 51.48), at(0.001, 51.48)], id=["a", "b"], weight=[1, 2])
    tiny.write("data/candidates.csv", "id,lon,lat\n1,0,51.48\n")
    tiny.points("existing", [at(-0.001, 51.48)], id=["e1"])
    line = {"type": "LineString", "coordinates": [[-0.01, 51.48], [0.01, 51.48]]}
    tiny.points("streets", [line], kind=["primary"])
    assert found(tiny) == []


def test_same_spot_twice_is_told(tiny):
    tiny.write("data/candidates.csv", "id,lon,lat\n1,3.001,48.7\n2,3.002,48.7\n3,3.001,48.7\n")
    told = remarks(tiny)["duplicate-geometry"]
    assert told.rows == (3,)
    assert str(told) == "data/candidates.csv: 1 of 3 rows have the very geometry of an earlier row"


def test_blank_names_are_told(tiny):
    tiny.write("data/candidates.csv", "id,name,lon,lat\n1, ,3.001,48.7\n2,,3.002,48.7\n3,Main,3.003,48.7\n")
    assert remarks(tiny)["blank-names"].rows == (1, 2)
    assert load_siting_data(tiny.load()).candidates["name"].tolist() == ["1", "2", "Main"]


def test_a_competitor_where_we_are_is_told(tiny, at):
    told = remarks(tiny, competitors(tiny, [at(3.00201, 48.7), at(3.003, 48.7)], id=["x", "y"]))["same-place"]
    assert told.rows == ("x",)
    assert "1 competitors lie within 5 m of an outlet of ours" in told.text


def test_an_area_without_competitors_is_told(tiny, at):
    square = json.loads(shapely.to_geojson(shapely.box(3.01, 48.6, 3.02, 48.8)))
    tiny.points("area", [square], id=[1])
    override = competitors(tiny, [at(3.001, 48.7)])
    assert "empty-area" in remarks(tiny, override, 'siting.data.area={file = "data/area.geojson"}')
    wide = json.loads(shapely.to_geojson(shapely.box(3.0, 48.6, 3.02, 48.8)))
    tiny.points("area", [wide], id=[1])
    assert "empty-area" not in remarks(tiny, override, 'siting.data.area={file = "data/area.geojson"}')


def test_zoning_that_allows_nothing(tiny):
    square = json.loads(shapely.to_geojson(shapely.box(3.0, 48.6, 3.02, 48.8)))
    tiny.points("zoning", [square], allowed=["maybe"])
    fault = only(tiny, 'siting.data.zoning={file = "data/zoning.geojson", outside = false}')
    assert fault.code == "nothing-allowed"
    assert "one of true, yes, 1, allowed" in fault.expected
    fault = only(tiny, 'siting.data.zoning={file = "data/zoning.geojson"}')
    assert (fault.code, fault.input) == ("no-candidates", "data/candidates.csv")


def test_demand_without_any_weight(tiny, at):
    tiny.points("demand", [at(3.001, 48.7), at(3.002, 48.7)], id=["a", "b"], weight=[0, 0])
    fault = only(tiny)
    assert (fault.code, fault.column) == ("no-demand", "weight")


def test_gcj02_is_turned_into_wgs84_vertex_by_vertex(tiny, at):
    beijing = (116.38404722455657, 39.91334545536069)
    square = json.loads(shapely.to_geojson(shapely.box(beijing[0], beijing[1], beijing[0] + 0.01, beijing[1] + 0.01)))
    tiny.points("demand", [square], id=["a"], weight=[1])
    tiny.write("data/candidates.csv", f"id,lon,lat\n1,{beijing[0]},{beijing[1]}\n")
    tiny.points("existing", [at(116.377817, 39.911954)], id=["e1"])
    line = {"type": "LineString", "coordinates": [[116.37, 39.91], [116.38, 39.92]]}
    tiny.points("streets", [line], kind=["primary"])
    overrides = ("siting.data.demand.crs=GCJ-02", "siting.data.candidates.crs=火星坐标")
    assert check(tiny.load(*overrides)).faults == ()
    data = load_siting_data(tiny.load(*overrides))
    same = data.candidates.geometry[0].distance(data.existing.geometry[0])
    assert same < 0.01
    assert data.demand.to_crs(4326).geometry[0].bounds[:2] == pytest.approx((116.377817, 39.911954), abs=1e-4)
    told = [str(remark) for remark in data.remarks if remark.code == "datum-shift"]
    assert len(told) == 2
    assert told[0].startswith("data/demand.geojson: GCJ-02 was turned into WGS 84: moved by 5")


def test_gcj02_outside_china_is_told(tiny):
    told = remarks(tiny, "siting.data.candidates.crs=bd09")["datum-shift"]
    assert "BD-09 holds in mainland China only, where none of it lies" in told.text


def test_a_guessed_datum_is_told(tiny):
    told = remarks(tiny, "siting.data.candidates.crs=EPSG:4214")["datum-shift"]
    assert "may be off by hundreds of metres" in told.text
    assert "datum-shift" not in remarks(tiny, "siting.data.candidates.crs=EPSG:4171")


def test_web_mercator_is_no_metric_system(tiny):
    fault = only(tiny, "siting.data.crs=EPSG:3857")
    assert (fault.code, fault.input) == ("distorted-crs", "siting.data.crs")
    assert "off by up to 0.52 of themselves" in fault.found


def test_demand_at_the_edge_of_the_projection_is_told(tiny):
    assert "distorted-lengths" in remarks(tiny, "siting.data.crs=EPSG:32629")
    assert "distorted-lengths" not in remarks(tiny, "siting.data.crs=EPSG:2154")
