"""Every clause of every layer's contract: what a cell may not hold, by code, row and column."""

from __future__ import annotations

import pytest

from siting.data.check import check
from siting.data.contracts.tables import contract_of
from siting.data.load import load_siting_data
from siting.settings.data import DemandSettings, ZoningSettings

LAYERS = {
    "demand": 'siting.data.demand={{file = "data/x.csv", crs = "EPSG:4326", {more}}}',
    "candidates": 'siting.data.candidates={{file = "data/x.csv", crs = "EPSG:4326", {more}}}',
    "existing": 'siting.data.existing={{file = "data/x.csv", crs = "EPSG:4326", {more}}}',
    "competitors": 'siting.data.competitors={{file = "data/x.csv", crs = "EPSG:4326", {more}}}',
    "stops": 'siting.data.stops={{file = "data/x.csv", crs = "EPSG:4326", {more}}}',
}


def faults(tiny, layer, text, more="", *overrides):
    tiny.write("data/x.csv", text)
    override = LAYERS[layer].format(more=more).replace(", }", "}")
    return [(f.code, f.row, f.column) for f in check(tiny.load(override, *overrides)).faults if f.input == "data/x.csv"]


def rows(header, *cells):
    """Return a sound first row and one row with each bad cell, 100 m apart."""
    return f"id,lon,lat,{header}\n" + "".join(
        f"{at},{3.001 + at / 1000:.3f},48.7,{cell}\n" for at, cell in enumerate(cells, start=1)
    )


@pytest.mark.parametrize(
    ("layer", "column", "good", "bad"),
    [
        ("demand", "weight", "5", {"-1": "out-of-range", "many": "not-a-number", "": "missing-value"}),
        ("demand", "weight", "1e6", {"1e13": "out-of-range"}),
        ("candidates", "rent_per_year", "0", {"-1": "out-of-range", "cheap": "not-a-number", "inf": "not-a-number"}),
        ("candidates", "fit_out_cost", "0", {"-1": "out-of-range", "x": "not-a-number"}),
        ("candidates", "area_m2", "120", {"0": "out-of-range", "2000000": "out-of-range", "1 200": "not-a-number"}),
        ("candidates", "frontage_m", "12.5", {"-2": "out-of-range", "20000": "out-of-range", "true": "not-a-number"}),
        ("existing", "area_m2", "120", {"0": "out-of-range", "x": "not-a-number"}),
        ("existing", "sales", "0", {"-1": "out-of-range", "x": "not-a-number"}),
        ("existing", "visits", "0", {"-1": "out-of-range", "x": "not-a-number"}),
        ("existing", "deposits", "0", {"-1": "out-of-range", "x": "not-a-number"}),
        ("existing", "staff", "2.5", {"-1": "out-of-range", "x": "not-a-number"}),
        ("existing", "closing_cost", "0", {"-1": "out-of-range", "x": "not-a-number"}),
        ("existing", "may_close", "Yes", {"perhaps": "not-a-flag", "2": "not-a-flag"}),
        ("competitors", "attraction", "1", {"0": "out-of-range", "-1": "out-of-range", "x": "not-a-number"}),
        ("stops", "mode", "Rail", {"horse": "unknown-mode"}),
        ("stops", "station", "1", {"x": "not-a-flag"}),
        ("stops", "departures_per_hour", "4", {"-1": "out-of-range", "9999": "out-of-range", "x": "not-a-number"}),
    ],
)  # fmt: skip
def test_every_bad_cell_is_named(tiny, layer, column, good, bad):
    expected = [(code, row, column) for row, code in enumerate(bad.values(), start=2)]
    assert faults(tiny, layer, rows(column, good, *bad)) == expected
    assert faults(tiny, layer, rows(column, good, good)) == []


@pytest.mark.parametrize("layer", ["demand", "candidates", "existing", "competitors", "stops"])
def test_ids_are_there_and_unique(tiny, layer):
    text = "id,lon,lat,weight\n1,3.001,48.7,1\n,3.002,48.7,1\n1,3.003,48.7,1\n"
    assert faults(tiny, layer, text) == [("missing-id", 2, "id"), ("duplicate-id", 3, "id")]


@pytest.mark.parametrize(
    ("layer", "missing"),
    [("demand", ["id", "weight"]), ("candidates", ["id"]), ("existing", ["id"]), ("competitors", []), ("stops", [])],
)
def test_columns_that_must_be_there(tiny, layer, missing):
    found = faults(tiny, layer, "lon,lat\n3.001,48.7\n")
    assert sorted(found) == [("missing-column", None, column) for column in missing]


def test_a_column_that_is_named_must_be_there(tiny):
    found = faults(tiny, "competitors", "lon,lat\n3.001,48.7\n", 'columns = {brand = "chain"}')
    assert found == [("missing-column", None, "chain")]


def test_segments_are_numbers_and_there(tiny):
    found = faults(tiny, "demand", rows("weight,young", "5,1", "5,x"), 'segments = {students = "young", old = "aged"}')
    assert found == [("missing-column", None, "aged"), ("not-a-number", 2, "young")]


def test_one_column_for_two_fields(tiny):
    text = "id,lon,lat,area_m2\n1,3.001,48.7,x\n"
    assert faults(tiny, "existing", text, 'columns = {area_m2 = "area_m2", sales = "area_m2", name = "id"}') == [
        ("not-a-number", 1, "area_m2")
    ]


def test_a_row_with_faults_of_place_and_of_cells_tells_all(tiny):
    text = "id,lon,lat,weight\na,3.001,48.7,1\nb,0,0,-1\nc,48.7,3.001,x\n"
    assert faults(tiny, "demand", text) == [
        ("zero-coordinates", 2, None),
        ("out-of-range", 2, "weight"),
        ("not-a-number", 3, "weight"),
        ("swapped-coordinates", 3, None),
    ]


def test_repairs_happen_only_when_allowed_and_are_counted(tiny):
    text = "id,lon,lat,weight\na,3.001,48.7,\na,3.002,48.7,2\nb,3.003,48.7,3\n"
    assert faults(tiny, "demand", text) == [("missing-value", 1, "weight"), ("duplicate-id", 2, "id")]
    assert faults(tiny, "demand", text, "", "siting.data.repair=true") == []
    override = LAYERS["demand"].format(more="").replace(", }", "}")
    data = load_siting_data(tiny.load(override, "siting.data.repair=true"))
    assert data.demand["weight"].tolist() == [0, 3]
    assert [(remark.code, remark.rows, remark.text) for remark in data.remarks] == [
        ("repaired", (2,), "1 rows with a repeated id were dropped"),
        ("repaired", (1,), "1 empty cells of weight were taken as 0"),
    ]
    assert data.notes == tuple(str(remark) for remark in data.remarks)


def test_ids_that_come_as_numbers_stay_whole(tiny, at):
    tiny.points("demand", [at(3.001, 48.7), at(3.002, 48.7)], id=[360610001001000.0, 7.0], weight=[1, 2])
    assert load_siting_data(tiny.load()).demand["id"].tolist() == ["360610001001000", "7"]
    tiny.points("demand", [at(3.001, 48.7), at(3.002, 48.7)], id=[3.6061000100100012e17, 7.0], weight=[1, 2])
    (fault,) = check(tiny.load()).faults
    assert (fault.code, fault.row, fault.column) == ("lossy-id", 1, "id")


def test_zoning_says_of_every_polygon(tiny):
    tiny.points("zoning", [None], allowed=[""])
    found = {fault.code for fault in check(tiny.load('siting.data.zoning={file = "data/zoning.geojson"}')).faults}
    assert found == {"missing-value", "null-geometry"}


def test_contracts_speak_the_names_of_the_file():
    chosen = DemandSettings(file="d.csv", columns={"id": "GEOID"}, segments={"a": "A1"})
    assert [clause.column for clause in contract_of(chosen)] == ["GEOID", "name", "weight", "grade", "A1"]
    assert [clause.must for clause in contract_of(ZoningSettings(file="z.gpkg"))] == [True]
