"""Shapefiles: every piece there, and text as it was meant whatever the .cpg file says."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outlet.errors import TableError
from siting.data.read import Source, read_source

CHINESE = ["朝阳门营业厅", "西直门店", "人民广场", "中山路"]
JAPANESE = ["鯖江駅前店", "みずほ保育所", "日の出町", "セブンイレブン"]
FINNISH = ["Töölö", "Hämeentie 5", "Käpylä", "Sörnäinen"]


def write(folder, names, codec, cpg, *, column="name", width=None):
    """Write a Shapefile whose text is in one encoding and whose .cpg claims another."""
    path = folder / "a.shp"
    ascii_names = [f"{at:0{len(name.encode(codec))}d}" for at, name in enumerate(names)]
    spots = [shapely.Point(24 + at, 60) for at in range(len(names))]
    gpd.GeoDataFrame({column: ascii_names}, geometry=spots, crs=4326).to_file(path)
    table = path.with_suffix(".dbf")
    data = table.read_bytes()
    for old, name in zip(ascii_names, names, strict=True):
        data = data.replace(old.encode() + b" " * 3, name.encode(codec) + b" " * 3)
    table.write_bytes(data[:29] + b"\0" + data[30:])
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path


def read(path, columns=("name",), **about):
    return read_source(Source(Path(path), "data/a.shp", **about), columns=columns)


def codes(raw):
    return [remark.code for remark in raw.remarks]


@pytest.mark.parametrize(
    ("names", "codec", "cpg", "told"),
    [
        (CHINESE, "gbk", "GBK", []),
        (CHINESE, "gbk", "936", []),
        (CHINESE, "gbk", None, ["encoding-detected"]),
        (CHINESE, "gbk", "UTF-8", ["encoding-lies"]),
        (CHINESE, "gbk", "ISO-8859-1", ["encoding-lies"]),
        (CHINESE, "utf-8", "GBK", ["encoding-lies"]),
        (CHINESE, "utf-8", "UTF-8", []),
        (CHINESE, "utf-8", None, []),
        (JAPANESE, "cp932", "SJIS", []),
        (JAPANESE, "cp932", "UTF-8", ["encoding-lies"]),
        (JAPANESE, "cp932", "ANSI 1252", ["encoding-lies"]),
        (JAPANESE, "utf-8", "CP932", ["encoding-lies"]),
        (FINNISH, "cp1252", "1252", []),
        (FINNISH, "latin-1", "ISO-8859-1", []),
        (FINNISH, "cp1252", "UTF-8", ["encoding-lies"]),
        (FINNISH, "cp1252", "nonsense", ["encoding-detected"]),
        (FINNISH, "utf-8", "1252", ["encoding-lies"]),
    ],
)
def test_text_is_what_its_bytes_say(tmp_path, names, codec, cpg, told):
    raw = read(write(tmp_path, names, codec, cpg))
    assert list(raw.frame["name"]) == names
    assert codes(raw) == told


@given(
    st.lists(st.sampled_from(CHINESE + JAPANESE + FINNISH), min_size=1, max_size=4), st.sampled_from(["GBK", "1252"])
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_utf_8_comes_through_whatever_is_claimed(tmp_path, names, cpg):
    assert list(read(write(tmp_path, names, "utf-8", cpg)).frame["name"]) == names


def test_what_is_stated_wins(tmp_path):
    path = write(tmp_path, CHINESE, "gbk", "UTF-8")
    raw = read(path, encoding="GB18030")
    assert (list(raw.frame["name"]), codes(raw)) == (CHINESE, [])
    with pytest.raises(TableError, match="a byte at position 0 that is not UTF-8"):
        read(path, encoding="UTF-8")


def test_letters_cut_off_by_the_width_are_named(tmp_path):
    path = write(tmp_path, [*CHINESE, "南京东路"], "utf-8", "UTF-8")
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace("南京东路".encode(), "南京东路".encode()[:-1] + b" "))
    raw = read(path)
    assert list(raw.frame["name"]) == [*CHINESE, "南京东\ufffd"]
    (remark,) = raw.remarks
    assert (remark.code, remark.rows) == ("undecodable-text", (5,))


def test_names_of_columns_are_text_too(tmp_path):
    path = write(tmp_path, CHINESE, "gbk", "UTF-8", column="ABCD")
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"ABCD", "名称".encode("gbk")))
    raw = read(path, ["名称"])
    assert raw.columns == ("名称",)
    assert list(raw.frame["名称"]) == CHINESE


@pytest.mark.parametrize("piece", [".shx", ".dbf"])
def test_missing_pieces_are_named(tmp_path, piece):
    path = write(tmp_path, CHINESE, "utf-8", "UTF-8")
    path.with_suffix(piece).unlink()
    with pytest.raises(TableError, match=rf"data/a.shp: found no a{piece} beside it"):
        read(path)


def test_half_a_shapefile_is_told(tmp_path):
    path = write(tmp_path, CHINESE, "utf-8", "UTF-8")
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(TableError, match="150 bytes where the header promises 212"):
        read(path)


def test_capital_endings_are_one_shapefile(tmp_path):
    path = write(tmp_path, CHINESE, "gbk", "GBK")
    for file in list(tmp_path.iterdir()):
        file.rename(file.with_suffix(file.suffix.upper()))
    assert list(read(path.with_suffix(".SHP")).frame["name"]) == CHINESE


@pytest.mark.shared
def test_streets_of_new_york_are_utf_8(shared):
    """Their .cpg says GBK, which would make 6½ Avenue and Luis Muñoz Marin Boulevard Chinese."""
    source = Source(shared / "data/nyc/streets_osm_2013_shp.zip", "streets.zip")
    raw = read_source(source, columns=["name", "highway"])
    assert len(raw.frame) == 42_522
    odd = {name for name in raw.frame["name"].dropna().unique() if not name.isascii()}
    assert odd == {"6½ Avenue", "Luis Muñoz Marin Boulevard"}
    (remark,) = raw.remarks
    assert remark.code == "encoding-lies"


@pytest.mark.shared
def test_defibrillators_of_sabae(shared):
    path = shared / "data/japan/sabae_osm_ways_stores.zip"
    raw = read_source(Source(path, "sabae.zip", layer="sabae_aed_jgd2000"), columns=["facility", "address"])
    assert raw.frame["facility"][1] == "鯖江高等学校"
    broken = {remark.code: remark.rows for remark in raw.remarks}
    assert set(broken) == {"undecodable-text"}
    assert all("\ufffd" in raw.frame["address"][row] + raw.frame["facility"][row] for row in broken["undecodable-text"])
