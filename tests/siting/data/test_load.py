"""What is loaded, and each bad input by its message."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from outlet.errors import CrsError, InputError, TableError
from siting.data.check import check
from siting.data.layers import demand_points
from siting.data.load import load_siting_data


def codes(tiny, *overrides):
    return sorted({fault.code for fault in check(tiny.load(*overrides)).faults})


def test_layers_come_in_one_metric_crs(tiny):
    data = load_siting_data(tiny.load())
    assert data.crs.to_epsg() == 32631
    assert {frame.crs.to_epsg() for frame in (data.demand, data.candidates, data.existing, data.streets)} == {32631}
    assert list(data.candidates["id"]) == ["001", "002"]
    assert list(data.candidates["name"]) == ["Kauppakatu 1", "人民路 2"]
    assert data.candidates["area_m2"].tolist()[0] == 120
    assert pd.isna(data.candidates["area_m2"][1])
    assert data.existing["may_close"].tolist() == [True]
    assert data.demand["weight"].sum() == 6
    assert len(data.stops) == len(data.competitors) == 0
    assert data.stops["station"].dtype == bool
    first, second = demand_points(data)[:2]
    assert 73.0 < second[0] - first[0] < 74.5


def test_check_of_a_faultless_project_counts_rows(tiny):
    found = check(tiny.load())
    assert found.faults == ()
    assert {(count.input, count.rows) for count in found.counts} >= {
        ("data/demand.geojson", 3),
        ("data/candidates.csv", 2),
    }


def test_only_layers_asked_for_are_read(tiny):
    (tiny.folder / "data/streets.geojson").unlink()
    data = load_siting_data(tiny.load(), layers=["candidates"])
    assert len(data.candidates) == 2
    assert len(data.streets) == 0
    with pytest.raises(InputError, match="layers roads: expected some of demand"):
        load_siting_data(tiny.load(), layers=["roads"])


def test_every_fault_of_every_layer_is_in_one_list(tiny, at):
    tiny.points("demand", [at(0, 0), None, at(3, 48.7)], id=["a", "a", ""], weight=[-1, 2, None])
    (tiny.folder / "data/streets.geojson").unlink()
    assert codes(tiny) == [
        "duplicate-id", "missing-file", "missing-id", "missing-value",
        "null-geometry", "out-of-range", "zero-coordinates",
    ]  # fmt: skip
    with pytest.raises(TableError) as caught:
        load_siting_data(tiny.load())
    assert len(caught.value.faults) == 7


def test_missing_file_is_named(tiny):
    (tiny.folder / "data/candidates.csv").unlink()
    with pytest.raises(TableError, match=r"data/candidates\.csv: found no such file; expected a file"):
        load_siting_data(tiny.load())


def test_missing_column_lists_those_there_are(tiny):
    with pytest.raises(
        TableError, match=r"demand\.geojson, column 'pop': found the columns id, weight; expected a column"
    ):
        load_siting_data(tiny.load('siting.data.demand.columns={weight = "pop"}'))


def test_missing_crs(tiny):
    text = (tiny.folder / "outlet.toml").read_text().replace('crs = "EPSG:4326"', "")
    tiny.toml(text)
    with pytest.raises(TableError, match=r"candidates\.csv: found no coordinate system.*crs = \"EPSG:4326\""):
        load_siting_data(tiny.load())


@pytest.mark.parametrize(("crs", "message"), [("EPSG:4326", "is geographic: it measures in degree"),
                                              ("EPSG:2263", "is not metric: it measures in US survey foot"),
                                              ("EPSG:99999999", "unknown coordinate system")])  # fmt: skip
def test_geographic_crs_with_metres_demanded(tiny, crs, message):
    with pytest.raises(CrsError, match=message):
        load_siting_data(tiny.load(f"siting.data.crs={crs}"))
    assert codes(tiny, f"siting.data.crs={crs}") == ["geographic-crs"]


def test_degrees_under_a_metric_crs_are_seen(tiny):
    assert codes(tiny, "siting.data.demand.crs=EPSG:32631") == ["degrees-in-metric-crs"]


def test_metres_under_a_geographic_crs_are_seen(tiny, at):
    tiny.points("demand", [at(500000, 5400000)], id=["a"], weight=[1])
    assert codes(tiny) == ["out-of-range"]


def test_empty_layer(tiny):
    tiny.points("demand", [], id=[], weight=[])
    assert "empty-layer" in codes(tiny)
    tiny.write("data/candidates.csv", "id,lon,lat\n")
    assert "empty-layer" in codes(tiny)


def test_invalid_polygon_is_a_fault_and_mended_only_when_allowed(tiny):
    bow = {"type": "Polygon", "coordinates": [[[3, 48.7], [3.01, 48.71], [3.01, 48.7], [3, 48.71], [3, 48.7]]]}
    tiny.points("demand", [bow, None, bow], id=["a", "b", "a"], weight=[5, 1, 1])
    with pytest.raises(TableError, match=r"rows \(1, 3\): found Self-intersection.*siting\.data\.repair = true"):
        load_siting_data(tiny.load())
    data = load_siting_data(tiny.load("siting.data.repair=true"))
    assert data.demand["id"].tolist() == ["a"]
    assert bool(data.demand.geometry.is_valid.all())
    told = " ".join(data.notes)
    assert "1 rows without geometry" in told
    assert "2 invalid polygons were made valid" in told
    assert "1 rows with a repeated id were dropped" in told


def test_ids_are_unique_across_candidates_and_existing(tiny, at):
    tiny.points("existing", [at(3.002, 48.7)], id=["002"])
    with pytest.raises(TableError, match=r"id '002', which a candidate in data/candidates\.csv has too"):
        load_siting_data(tiny.load())


def test_text_where_a_number_belongs(tiny):
    tiny.write("data/candidates.csv", "id,lon,lat,area_m2\n1,3.001,48.7,large\n2,3.002,48.7,0\n")
    with pytest.raises(TableError, match=r"row 1, column 'area_m2': found 'large'; expected a number") as caught:
        load_siting_data(tiny.load())
    assert "row 2, column 'area_m2': found 0; expected a number above 0" in str(caught.value)


def test_lines_are_no_demand(tiny):
    line = {"type": "LineString", "coordinates": [[3, 48.7], [3.1, 48.7]]}
    tiny.points("demand", [line], id=["a"], weight=[1])
    with pytest.raises(TableError, match="found a LineString; expected MultiPolygon or Point or Polygon"):
        load_siting_data(tiny.load())


def test_hall_plan_must_be_a_file_inside_the_folder(tiny):
    tiny.write("data/candidates.csv", "id,lon,lat,hall_plan\n1,3.001,48.7,data/no.dxf\n2,3.002,48.7,../secret.dxf\n")
    assert [fault.row for fault in check(tiny.load()).faults] == [1, 2]


def test_more_outlets_than_candidates(tiny):
    found = check(tiny.load("siting.locate.outlets=3"))
    (fault,) = found.faults
    assert str(fault) == (
        "outlet.toml: found siting.locate.outlets = 3 with 2 candidates; expected at most 2. "
        "Ask for fewer outlets or give more candidates."
    )


def test_rows_are_chosen_by_value(tiny):
    tiny.write("data/candidates.csv", "id,year,lon,lat\n1,2018,3.001,48.7\n2,2023,3.002,48.7\n3,2023,3.003,48.7\n")
    data = load_siting_data(tiny.load("siting.data.candidates.where={year = 2023}"))
    assert data.candidates["id"].tolist() == ["2", "3"]
    data = load_siting_data(tiny.load("siting.data.candidates.where_not={year = [2018, 1999]}"))
    assert data.candidates["id"].tolist() == ["2", "3"]
    assert codes(tiny, "siting.data.candidates.where={yr = 2023}") == ["missing-column"]


def test_weight_is_scaled_and_segments_come_along(tiny, at):
    tiny.points("demand", [at(3.001, 48.7)], id=["a"], weight=[200], young=[50])
    data = load_siting_data(
        tiny.load("siting.data.demand.weight_factor=0.5", 'siting.data.demand.segments={students = "young"}')
    )
    assert data.demand["weight"].tolist() == [100]
    assert data.demand["segment:students"].tolist() == [25]
    assert data.segments == ("students",)


def test_candidates_on_forbidden_ground_are_left_out_and_told(tiny):
    park = json.loads(shapely.to_geojson(shapely.box(3.0025, 48.69, 3.0035, 48.71)))
    tiny.points("zoning", [park], allowed=["no"])
    data = load_siting_data(tiny.load('siting.data.zoning={file = "data/zoning.geojson"}'))
    assert data.candidates["id"].tolist() == ["001"]
    assert any("1 candidates lie where zoning forbids outlets" in note for note in data.notes)


@pytest.mark.parametrize("name", ["demand.gpkg", "demand.shp", "demand.zip", "demand.fgb", "demand.parquet"])
def test_every_vector_format_gives_the_same_layer(tiny, name):
    frame = gpd.GeoDataFrame(
        {"id": ["a", "b"], "weight": [1.0, 2.0]}, geometry=gpd.points_from_xy([3.001, 3.002], [48.7, 48.7]), crs=4326
    ).to_crs(2154)
    path = tiny.folder / "data" / name
    if name.endswith(".parquet"):
        frame.to_parquet(path)
    elif name.endswith(".zip"):
        frame.to_file(path.with_suffix(".shp.zip"), driver="ESRI Shapefile")
        path.with_suffix(".shp.zip").rename(path)
    else:
        frame.to_file(path)
    data = load_siting_data(tiny.load(f"siting.data.demand.file=data/{name}"))
    layer = data.demand.sort_values("id")
    assert layer["id"].tolist() == ["a", "b"]
    assert layer.geometry.x.round(0).tolist() == [500074.0, 500147.0]


@pytest.mark.parametrize("name", ["c.csv", "c.csv.gz", "c.xlsx", "semicolon.csv"])
def test_tables_with_coordinate_columns(tiny, name):
    table = pd.DataFrame(
        {"id": ["360610001001000", "7"], "x": [3.001, 3.002], "y": [48.7, 48.7], "nimi": ["Ä", "北京"]}
    )
    path = tiny.folder / "data" / name
    if name.endswith("xlsx"):
        table.to_excel(path, index=False, engine="xlsxwriter")
    else:
        text = table.to_csv(index=False, sep=";" if name.startswith("semi") else ",").encode("gb18030")
        path.write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    text = (tiny.folder / "outlet.toml").read_text()
    extra = "" if name.endswith("xlsx") else 'encoding = "GB18030"\n'
    columns = 'columns = { name = "nimi", lon = "x", lat = "y" }\n'
    tiny.toml(text.replace('file = "data/candidates.csv"\n', f'file = "data/{name}"\n{extra}{columns}'))
    data = load_siting_data(tiny.load())
    assert data.candidates["id"].tolist() == ["360610001001000", "7"]
    assert data.candidates["name"].tolist()[1] == "北京"


def test_wrong_encoding_names_the_file(tiny):
    (tiny.folder / "data/candidates.csv").write_bytes("id,name,lon,lat\n1,Kä,3,48.7\n".encode("latin-1"))
    (fault,) = check(tiny.load("siting.data.candidates.encoding=UTF-8")).faults
    assert (fault.input, fault.code) == ("data/candidates.csv", "encoding")


def test_damaged_files_end_in_a_message(tiny):
    tiny.write("data/demand.geojson", b"\x00\x01not json")
    tiny.write("data/streets.zip", b"PK no zip")
    project = tiny.load("siting.data.streets.file=data/streets.zip")
    assert [fault.code for fault in check(project).faults] == ["unreadable", "unreadable"]


def test_link_out_of_the_folder_is_refused(tiny, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "demand.geojson"
    inside = tiny.folder / "data/demand.geojson"
    Path(inside).rename(outside)
    inside.symlink_to(outside)
    assert codes(tiny) == ["outside-folder"]
