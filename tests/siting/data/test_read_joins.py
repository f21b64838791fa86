"""Columns of a table come onto a layer by id or name; what found no partner is told."""

from __future__ import annotations

import gzip

import geopandas as gpd
import pytest
import shapely

from outlet.errors import TableError
from siting.data.check import check
from siting.data.load import load_siting_data
from siting.data.read import Join, Source, read_source


@pytest.fixture
def read(tmp_path):
    def call(keys, table, wanted=("people",), *, on="key", to="id", name="pop.csv", **about):
        squares = [shapely.box(at, 0, at + 1, 1) for at in range(len(keys))]
        frame = gpd.GeoDataFrame({"key": keys, "name": "x"}, geometry=squares, crs=4326)
        frame.to_file(tmp_path / "areas.gpkg")
        data = table.encode()
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        join = Join(tmp_path / name, f"data/{name}", on, to, **about)
        return read_source(Source(tmp_path / "areas.gpkg", "data/areas.gpkg", join=join), columns=list(wanted))

    return call


def faults(call):
    with pytest.raises(TableError) as caught:
        call()
    return [(fault.input, fault.code, fault.row, fault.column) for fault in caught.value.faults]


def test_a_table_is_joined_by_id(read):
    raw = read(["01", "02", "03"], "id,people,name\n03,30,c\n01,10,a\n04,40,d\n")
    assert list(raw.frame["people"]) == ["10", "", "30"]
    assert set(raw.columns) == {"key", "name", "people"}
    (report,) = raw.remarks
    assert (report.code, report.rows) == ("join-report", (2,))
    assert report.text == (
        "joined with data/pop.csv by key = id: 2 of 3 rows matched; 1 found no row ('02'); "
        "1 rows of the table were not needed ('04')"
    )


def test_numbers_match_their_text_and_gzip_is_read(read):
    raw = read(
        [360610001001000, 360610001001001], "id,people\n360610001001001.0,2\n360610001001000.0,1\n", name="a.csv.gz"
    )
    assert list(raw.frame["people"]) == ["1", "2"]


def test_names_match_loosely_only_when_asked(read):
    keys, table = ["Töölö", "ＡＢＣ  Centre", "鯖江"], "id,people\nTÖÖLÖ,1\nabc centre ,2\n 鯖江,3\n"
    assert list(read(keys, table, loosely=True).frame["people"]) == ["1", "2", "3"]
    assert faults(lambda: read(keys, table)) == [("data/areas.gpkg", "unmatched-join", None, "key")]
    assert list(read(keys, table, least_share=0.3).frame["people"]) == ["", "", "3"]


def test_listed_columns_take_the_place_of_the_layers(read):
    table = "id,people,name\n1,10,Alpha\n2,20,Beta\n"
    assert list(read(["1", "2"], table, ["name"]).frame["name"]) == ["x", "x"]
    raw = read(["1", "2"], table, ["name", "people"], columns=("name",))
    assert list(raw.frame["name"]) == ["Alpha", "Beta"]
    assert "people" not in raw.columns


def test_nothing_matched_is_a_fault(read):
    with pytest.raises(TableError, match=r"0 of 2 rows matched; 2 found no row \('1', '2'\).*Compare key with id"):
        read(["1", "2"], "id,people\n3,1\n", least_share=0)
    with pytest.raises(TableError, match=r"expected at least 90% of the rows"):
        read(["1", "2"], "id,people\n2,1\n", least_share=0.9)


def test_keys_that_repeat_or_lost_digits_are_named_by_row(read):
    assert faults(lambda: read(["1"], "id,people\n1,1\n2,1\n1,2\n 2,5\n")) == [
        ("data/pop.csv", "duplicate-id", 3, "id"),
        ("data/pop.csv", "duplicate-id", 4, "id"),
    ]
    assert faults(lambda: read(["1"], "id,people\n1,1\n3.6E+14,1\n")) == [("data/pop.csv", "lossy-id", 2, "id")]


def test_columns_that_are_not_there_are_named(read):
    found = faults(lambda: read(["1"], "id,people\n1,1\n", on="nokey", to="noid", columns=("jobs",)))
    assert found == [
        ("data/pop.csv", "missing-column", None, "noid"),
        ("data/pop.csv", "missing-column", None, "jobs"),
        ("data/areas.gpkg", "missing-column", None, "nokey"),
    ]


def test_a_total_in_the_table_is_a_fault(read):
    assert faults(lambda: read(["1", "2"], "id,people\n1,3\n2,4\nTotal,7\n")) == [
        ("data/pop.csv", "total-row", 3, "id")
    ]


def test_a_project_says_it_in_its_settings(tiny, at):
    tiny.write("data/pop.csv", "Population,\nzone,people\nA,5\nB,7\nC,9\nSum total,21\n")
    tiny.points("demand", [at(3.001, 48.7), at(3.002, 48.7), at(3.003, 48.7)], id=["a", "b", "c"])
    settings = (
        'siting.data.demand.join={file="data/pop.csv",on="id",to="zone",loosely=true,header_row=2,skip=["*total"]}'
    )
    overrides = (settings, "siting.data.demand.columns={weight='people'}")
    found = check(tiny.load(*overrides))
    assert found.faults == ()
    assert {remark.code for remark in found.remarks} >= {"join-report", "rows-skipped"}
    assert load_siting_data(tiny.load(*overrides)).demand["weight"].sum() == 21


@pytest.mark.shared
def test_real_hexagons_and_tracts(shared):
    folder = shared / "data/sao_paulo"
    join = Join(folder / "spo_hexgrid.csv", "spo_hexgrid.csv", "id", "id", columns=("population", "jobs"))
    source = Source(folder / "spo_hexgrid_EPSG32723.gpkg.zip", "hexagons.zip", join=join)
    raw = read_source(source, columns=["id", "population", "jobs"])
    assert "323 of 323 rows matched" in raw.remarks[-1].text
    assert raw.frame["population"].astype(int).sum() == 517_570
    tracts = shared / "data/nyc/tracts_acs2013_2017_epsg2263.gpkg"
    blocks = Join(shared / "data/nyc/blocks_census2010_pop.csv.gz", "blocks.csv.gz", "geoid", "geoid")
    with pytest.raises(TableError, match="0 of 2166 rows matched"):
        read_source(Source(tracts, "tracts.gpkg", join=blocks), columns=["pop_total"])
