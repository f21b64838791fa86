"""Vector files, archives and tags come through one door; what is unsafe, damaged or unclear is told by name."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from outlet.errors import TableError
from siting.data.files.tags import parse_tags
from siting.data.read import Source, read_source

NAMES = ["Töölö", "朝阳门", "鯖江"]


def frame(names=NAMES):
    spots = [shapely.Point(24.9 + at / 100, 60.1) for at in range(len(names))]
    return gpd.GeoDataFrame({"name": names, "n": range(len(names))}, geometry=spots, crs=4326)


def read(path, columns=("name",), **about):
    return read_source(Source(Path(path), f"data/{Path(path).name}", **about), columns=columns)


def fault(path, **about):
    with pytest.raises(TableError) as caught:
        read(path, **about)
    (found,) = caught.value.faults
    assert found.input == f"data/{Path(path).name}"
    return found.code, f"{found.found} | {found.fix}"


def codes_of(path):
    """The codes of a file's faults; none where it can be read after all."""
    try:
        read(path)
    except TableError as error:
        return {found.code for found in error.faults}
    return set()


def zipped(path, folder, names=None):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            if names is None or file.name in names:
                archive.write(file, f"inside/{file.name}")
    return path


SUFFIXES = [".gpkg", ".geojson", ".json", ".fgb", ".geojsonl", ".gml", ".kml", ".sqlite", ".mif", ".shp", ".parquet"]
DRIVERS = {".json": "GeoJSON", ".geojsonl": "GeoJSONSeq", ".sqlite": "SQLite", ".mif": "MapInfo File", ".kml": "KML"}


def write(path, made=None):
    made = frame() if made is None else made
    if path.suffix == ".parquet":
        made.to_parquet(path)
    elif path.suffix == ".kml":
        made.rename(columns={"name": "Name"}).to_file(path, driver="KML")
    else:
        options = {"ENCODING": "UTF-8"} if path.suffix in (".shp", ".mif") else {}
        made.to_file(path, driver=DRIVERS.get(path.suffix), engine="pyogrio", **options)
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_names_and_places(tmp_path, suffix):
    path = write(tmp_path / f"a{suffix}")
    name = "Name" if suffix == ".kml" else "name"
    for file in (path, zipped(tmp_path.parent / f"{tmp_path.name}.zip", tmp_path)):
        raw = read(file, [name])
        assert sorted(raw.frame[name]) == sorted(NAMES)
        assert list(raw.frame.index) == [1, 2, 3]
        assert name in raw.columns
        assert raw.frame.crs.to_epsg() == 4326
        assert raw.faults == ()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_reading_leaves_the_folder_as_it_was(tmp_path, suffix):
    path = write(tmp_path / f"a{suffix}")
    for made in tmp_path.glob("*.xsd"):
        made.unlink()
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    read(path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_missing_file_is_told(tmp_path):
    assert fault(tmp_path / "a.gpkg")[0] == "missing-file"
    assert fault(tmp_path)[0] == "missing-file"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damaged_files_end_in_a_message(tmp_path, suffix):
    path = write(tmp_path / f"a{suffix}")
    whole = path.read_bytes()
    for content in (b"", whole[: len(whole) // 3], b"\0" * 500, whole[:40] + bytes(200)):
        path.write_bytes(content)
        assert codes_of(path) <= {"unreadable", "empty-layer", "encoding", "too-deep"}


@pytest.mark.parametrize("name", ["a.vrt", "a.xyz", "a", "a.gpkg.gz", "a.tif", "a.exe"])
def test_only_known_endings_are_opened(tmp_path, name):
    (tmp_path / name).write_bytes(b"<OGRVRTDataSource/>")
    assert fault(tmp_path / name)[0] == "unreadable"


LAYER = '<OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
VRT = f"<OGRVRTDataSource>{LAYER}</OGRVRTDataSource>"
WFS = "<OGRWFSDataSource><URL>http://192.0.2.1/</URL></OGRWFSDataSource>"


@pytest.mark.parametrize(
    "suffix", [".gml", ".kml", ".json", ".geojson", ".osm", ".gpx", ".mif", ".gpkg", ".fgb", ".shp"]
)
@pytest.mark.parametrize("content", [VRT, WFS, f" {VRT}", f'{{"type": "FeatureCollection", "x": "{WFS}"}}'])
def test_files_that_lead_elsewhere_are_refused(tmp_path, suffix, content):
    path = tmp_path / f"a{suffix}"
    path.write_text(content)
    assert fault(path)[0] in ("unsafe-content", "unreadable")


def test_references_in_json_are_refused(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"type": "FeatureCollection", "features": [], "href": "/vsicurl/http://192.0.2.1/x.json"}')
    assert fault(path)[0] == "unsafe-content"
    path.write_text('{"layers": [{"url": "http://192.0.2.1/arcgis/rest/services/0"}], "type": "service"}')
    assert fault(path) == ("unreadable", "JSON that is no GeoJSON | Export it again.")
    path.write_text('{"type": "FeatureCollection", "features": ' + "[" * 100_000)
    assert fault(path)[0] == "too-deep"


def test_broken_records_are_named_by_row(tmp_path):
    path = write(tmp_path / "a.geojsonl")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1][:40], lines[2][:-3]]))
    with pytest.raises(TableError) as caught:
        read(path)
    assert [(found.code, found.row) for found in caught.value.faults] == [("unreadable", 2), ("unreadable", 3)]


def test_virtual_tables_that_read_other_files_are_refused(tmp_path):
    path = write(tmp_path / "a.gpkg")
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA writable_schema = 1")
        sql = "CREATE VIRTUAL TABLE v USING VirtualText('/etc/passwd', 'UTF-8')"
        database.execute("INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0, ?)", [sql])
    database.close()
    code, text = fault(path)
    assert code == "unsafe-content"
    assert text.startswith("the virtual table 'v', which can read other files")


def test_doctypes_are_refused(tmp_path):
    path = tmp_path / "a.kml"
    path.write_text('<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml>&x;</kml>')
    assert fault(path)[1].startswith("a document type declaration")


def test_one_of_several_layers_must_be_named(tmp_path):
    path = tmp_path / "a.gpkg"
    frame().to_file(path, layer="stops")
    frame(["A"]).to_file(path, layer="shops")
    code, text = fault(path)
    assert code == "several-layers"
    assert text == '2 layers with geometry: stops, shops | Say which one, such as layer = "stops".'
    assert list(read(path, layer="shops").frame["name"]) == ["A"]
    assert fault(path, layer="x") == ("unreadable", "no layer 'x' | Layers there: stops, shops.")


def test_a_file_of_an_archive_must_be_named(tmp_path):
    (tmp_path / "b").mkdir()
    frame().to_file(tmp_path / "b/one.geojson")
    frame(["A"]).to_file(tmp_path / "b/two.gpkg", layer="stops")
    frame(["B"]).to_file(tmp_path / "b/two.gpkg", layer="shops")
    (tmp_path / "b/three.csv").write_text("name,lon,lat\nC,1,2\n")
    path = zipped(tmp_path / "a.zip", tmp_path / "b")
    code, text = fault(path)
    assert code == "several-layers"
    assert text.startswith("3 files: inside/one.geojson, inside/three.csv, inside/two.gpkg")
    assert list(read(path, layer="two/shops").frame["name"]) == ["B"]
    assert list(read(path, layer="inside/two.gpkg/stops").frame["name"]) == ["A"]
    assert list(read(path, layer="one").frame["name"]) == NAMES
    assert list(read(path, layer="three").frame["name"]) == ["C"]
    assert fault(path, layer="four")[1].startswith("no 'four' inside the zip | Files there: inside/one")


def test_archives_are_judged_first(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../a.geojson", "{}")
    assert fault(path) == ("unsafe-archive", "'../a.geojson', which leaves its folder | Pack it again.")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.md", "hi")
    assert fault(path)[1].startswith("no file that can be read inside the zip")


def test_gzipped_geojson_and_kmz_are_opened(tmp_path):
    plain = write(tmp_path / "a.geojson")
    (tmp_path / "b.geojson.gz").write_bytes(gzip.compress(plain.read_bytes()))
    assert list(read(tmp_path / "b.geojson.gz").frame["name"]) == NAMES
    with zipfile.ZipFile(tmp_path / "c.kmz", "w") as archive:
        archive.write(write(tmp_path / "doc.kml"), "doc.kml")
    assert len(read(tmp_path / "c.kmz").frame) == 3


def test_geojson_in_another_encoding_is_read_and_told(tmp_path):
    path = tmp_path / "a.geojson"
    made = frame(["朝阳门营业厅", "西直门店", "人民广场"])
    text = json.dumps(json.loads(made.to_json()), ensure_ascii=False)
    path.write_bytes(text.encode("gb18030"))
    raw = read(path)
    assert list(raw.frame["name"]) == list(made["name"])
    assert [remark.code for remark in raw.remarks] == ["encoding-detected"]
    assert list(read(path, encoding="GBK").frame["name"]) == list(made["name"])
    path.write_bytes(text.encode("gb18030").replace("人".encode("gb18030"), b"\xff"))
    assert fault(path)[0] == "encoding"


def test_columns_of_one_name_are_a_fault_only_when_wanted(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("name,note,note,lon,lat\na,x,y,1,2\n")
    assert read(path).faults == ()
    with pytest.raises(TableError, match="several columns of that name"):
        read(path, ["name", "note"])


def test_faults_of_rows_are_beside_the_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("name,lon,lat\na,1,2\nb,x,2\nc,1\nd,1,2\n")
    raw = read(path)
    assert [(found.code, found.row) for found in raw.faults] == [("ragged-row", 3), ("not-a-number", 2)]
    assert list(raw.frame.index) == [1, 4]


def test_promised_rows_that_cannot_be_there_are_refused(tmp_path, monkeypatch):
    path = write(tmp_path / "a.gpkg")
    monkeypatch.setattr("siting.data.files.vector.BYTES_PER_ROW", 1_000_000)
    code, text = fault(path)
    assert code == "unreadable"
    assert text.startswith("3 rows promised by a file of")


def test_fractions_in_columns_declared_whole_are_kept(tmp_path):
    path = write(tmp_path / "a.gpkg")
    with sqlite3.connect(path) as database:
        for trigger in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger[0]}"')
        database.execute("UPDATE a SET n = 1.75 WHERE n = 1")
    database.close()
    assert list(read(path, ["name", "n"]).frame["n"]) == [0, 1.75, 2]


def test_tags_are_columns(tmp_path):
    path = tmp_path / "a.gpkg"
    made = frame()
    made["other_tags"] = ['"amenity"=>"bank","note"=>"say \\"hi\\", \\\\ you"', None, '"amenity"=>"atm","opening_ho']
    made.to_file(path)
    raw = read(path, ["name", "amenity", "note", "level"], tags="other_tags")
    assert list(raw.frame["amenity"]) == ["bank", "", "atm"]
    assert raw.frame["note"][1] == 'say "hi", \\ you'
    assert list(raw.frame["level"]) == ["", "", ""]
    (remark,) = raw.remarks
    assert (remark.code, remark.rows) == ("tags-cut", (3,))
    assert "amenity" not in read(path, ["name", "amenity"]).frame.columns


def test_tags_are_parsed():
    assert parse_tags("") == ({}, True)
    assert parse_tags('"a"=>"1", "b" => NULL ,"c:d"=>"x=>y"') == ({"a": "1", "c:d": "x=>y"}, True)
    assert parse_tags('{"a": "1", "b": null}') == ({"a": "1"}, True)
    assert parse_tags('{"a": ') == ({}, False)
    assert parse_tags("nonsense") == ({}, False)


@pytest.mark.shared
def test_the_network_of_coquimbo(shared):
    path = shared / "data/coquimbo/aequilibrae_coquimbo.zip"
    assert len(read(path, layer="project_database/links").frame) == 19_983
    zones = read(path, ["population"], layer="project_database/zones")
    assert (len(zones.frame), round(zones.frame["population"].sum())) == (133, 451_899)
    assert fault(path, layer="project_database")[0] == "several-layers"


@pytest.mark.shared
def test_shops_without_coordinates(shared):
    raw = read(shared / "data/japan/sabae_osm_ways_stores.zip", layer="sabae_store")
    assert "found the columns name, category, address; expected a column 'lon'" in str(raw.faults[0])
    assert [remark.code for remark in raw.remarks] == ["encoding-detected"]
    assert (raw.is_placed, len(raw.frame)) == (False, 60)
