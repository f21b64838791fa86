"""Kinds of input of where to open: layers in every format, tables in every encoding, extracts, timetables."""

from __future__ import annotations

import base64
import gzip
import io
import json
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyogrio import set_gdal_config_options

from fuzzing.archives import pack
from fuzzing.kinds import IN_BYTES, IN_CSV, IN_GZIP, IN_JSON, IN_TEXT, IN_ZIP, PROJECT, Kind

DEMAND, CANDIDATES, STREETS = "data/demand.csv", "data/candidates.csv", "data/streets.geojson"
# A workbook of Excel 97-2003 with the demand table, written once by xlwt, deflated, base 85.
XLS = (
    "c-rllO-NKx6vxkfA2W{WIGRct$RK287Jh~VI#!gc#M%@Q)z}Orj-w4iADc9D6+sX!`dSEX+L*Pdq=bSNE&`*1APBUe4_ru8&_aEk"
    "`+s+)v1Z{wO2s>md)~R{-urv^y>ma_d(S3vCkJmAPth;ZNIK119&#o51Sd~C<0CG&ENRBi8JsLf{weWfa3EbKJ;;9QmNAs^o+6D#"
    "jK{2r-f}uX-PF<*4f~f-wxJI}A^Xt4TF`a&c&P}z%7Z=vy%PEsYCeQ+g69Hs1J|7t`)MN3QeLk{@jk5-WnPlpdua0-o+>J!aXE_5"
    "ToiU)leWg%gOR_ppv1_cA>z0-hoj+GFfvK`9Ka#^X8DP}#%JmyzvEwCzaaL1U+8zI@L$plqF%BNV}K9vfGjlZNf-)u2BV=_I!?Kq"
    "mx+gGdx%S;!OpNw6zPge9qi!=dm`L^^jHs92vss?w7XJP4pqUff?W-}8g>or8rZe4Yhl;HuA@x3%41dVEm#$@F<Y`&hbRYjF6NAn"
    "*ZtX>pP%n)YYiNNrx!bcy<e=6w@4QC$rjw$ixNP26cd%B#RllJpst2p44uz)_*~Xnpp2dUsB;dbWqh3)$cw<*Bzqm(1Jk?jmkhiM"
    "tY>?;dFpij@T<TemGb@-;`Z|BrwUOau3nKc8i=2TT3g;g7yY)*WN1FscS~)GIW&i7W`~JXPCgxx$Z6_X**TqadLn0V&QN5Lf-FEb"
    "Reb@njK>(QVq21@%VZ7rL8;3@lq@X;O9RWTSau9$taMGTg_8AU?&Zl(@9Ue!@Er66cT<9^r{L<~dK6a&H&bzSaQiNAKOgyEbM+){"
    "b%JZ8;2PkrP+SAtEX6gz^=`a#V@7d}B<|(}*G$1R!Od1&6I`$2n&4i0;vb29w7F&ycT0lnO2Ku3o1?fcaD6IPE^ud(V$}#%qn1Z^"
    "Wng&U`YD;@h$D_T;)o-TII=V%>`x24!5QkE+@;>o<$s+yPV>%hlK)orP!}IP{9(F-qI{0gskFvVA(<l15{qmT|6eF&FJC=I9n^+?"
    "bfi6g`71>v-_N2O`u^M$O85Hn>GX4num1yi$pP#"
)


def demand_rows(name: str = "点") -> list[dict[str, object]]:
    """Return six demand points along a street of Helsinki."""
    return [
        {"id": f"d{i}", "name": f"{name}{i}", "lon": 24.90 + i * 0.002, "lat": 60.17, "weight": 10 + i}
        for i in range(6)
    ]


def frame() -> gpd.GeoDataFrame:
    """Return the demand points as a frame."""
    table = pd.DataFrame(demand_rows())
    return gpd.GeoDataFrame(
        table[["id", "name", "weight"]], geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs="EPSG:4326"
    )


def collection(features: list[tuple[dict[str, object], object]]) -> bytes:
    """Return GeoJSON."""
    made = [{"type": "Feature", "properties": props, "geometry": shape} for props, shape in features]
    return json.dumps({"type": "FeatureCollection", "features": made}, ensure_ascii=False).encode()


def square(west: float, south: float, side: float) -> dict[str, object]:
    """Return a square polygon of GeoJSON."""
    east, north = west + side, south + side
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def base() -> dict[str, bytes]:
    """Return the three layers that every siting project has."""
    line = {"type": "LineString", "coordinates": [[24.895 + at * 0.001, 60.17] for at in range(20)]}
    return {
        DEMAND: csv_bytes(),
        CANDIDATES: b"id,name,lon,lat,rent_per_year\nc1,Ytk\xc3\xa4,24.902,60.17,100\nc2,B,24.908,60.17,200\n",
        STREETS: collection([({"name": "Katu", "kind": "residential"}, line)]),
    }


def csv_bytes(separator: str = ",", name: str = "点", encoding: str = "utf-8") -> bytes:
    """Return the demand points as a table."""
    rows = demand_rows(name)
    text = "\n".join(separator.join(str(value) for value in row.values()) for row in rows)
    return (separator.join(rows[0]) + "\n" + text + "\n").encode(encoding)


def toml(demand: str = DEMAND, more: str = "", extra: str = "") -> bytes:
    """Return the settings; ``more`` goes into the demand layer, ``extra`` after all layers."""
    crs = 'crs = "EPSG:4326"\n' if Path(demand).suffix in TABLES or demand.endswith(".csv.gz") else ""
    return (
        f'{PROJECT}[siting.data.demand]\nfile = "{demand}"\n{crs}{more}'
        f'[siting.data.candidates]\nfile = "{CANDIDATES}"\ncrs = "EPSG:4326"\n'
        f'[siting.data.streets]\nfile = "{STREETS}"\n{extra}'
        "[siting.locate]\noutlets = 1\nvisits_per_unit_per_day = 0.02\n"
    ).encode()


TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".parquet")


def demand_kind(name: str, file: str, data: bytes, damages: tuple, more: str = "", weight: int = 4) -> Kind:  # type: ignore[type-arg]
    """Return a kind whose demand layer is the file."""
    files = {key: value for key, value in base().items() if key != DEMAND}
    return Kind(name, {**files, file: data, "outlet.toml": toml(file, more)}, (file,), damages, weight=weight)


def layer_kind(name: str, layer: str, data: bytes, file: str = "", more: str = "", damages: tuple = IN_JSON) -> Kind:  # type: ignore[type-arg]
    """Return a kind with one more layer."""
    path = file or f"data/{layer}.geojson"
    extra = f'[siting.data.{layer}]\nfile = "{path}"\n{more}'
    return Kind(name, {**base(), path: data, "outlet.toml": toml(extra=extra)}, (path,), damages)


def written(suffix: str, driver: str, **options: object) -> bytes:
    """Return the demand points as GDAL writes them."""
    return written_files(suffix, driver, **options)[f"demand{suffix}"]


def written_files(suffix: str, driver: str, **options: object) -> dict[str, bytes]:
    """Return every file that GDAL writes, without a date of today in it."""
    set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00Z"})
    with tempfile.TemporaryDirectory() as folder:
        frame().to_file(Path(folder) / f"demand{suffix}", driver=driver, engine="pyogrio", **options)
        made = {file.name: file.read_bytes() for file in sorted(Path(folder).iterdir())}
    set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return made


def shapefile() -> dict[str, bytes]:
    """Return the pieces of a Shapefile."""
    return written_files(".shp", "ESRI Shapefile", DBF_DATE_LAST_UPDATE="2026-01-01", encoding="UTF-8")


def workbook() -> bytes:
    """Return an XLSX workbook with a fixed date."""
    import datetime as dt

    import xlsxwriter

    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.set_properties({"created": dt.datetime(2026, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)})
    sheet = book.add_worksheet("demand")
    for at, row in enumerate([list(demand_rows()[0]), *(list(row.values()) for row in demand_rows())]):
        sheet.write_row(at, 0, row)
    book.close()
    return made.getvalue()


def spreadsheet() -> bytes:
    """Return an OpenDocument spreadsheet."""
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"'
    )
    cell = '<table:table-cell office:value-type="{kind}"{value}><text:p>{text}</text:p></table:table-cell>'
    lines = []
    for row in [list(demand_rows()[0]), *(list(row.values()) for row in demand_rows())]:
        cells = []
        for item in row:
            number = isinstance(item, int | float)
            value = f' office:value="{item}"' if number else ""
            cells.append(cell.format(kind="float" if number else "string", value=value, text=item))
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="demand">{"".join(lines)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    return pack(
        {"mimetype": kind.encode(), "content.xml": content.encode(), "META-INF/manifest.xml": manifest.encode()}
    )


def parquet(geo: bool) -> bytes:
    """Return GeoParquet, or a plain Parquet table with coordinate columns."""
    made = io.BytesIO()
    if geo:
        frame().to_parquet(made)
    else:
        pd.DataFrame(demand_rows()).to_parquet(made)
    return made.getvalue()


def extract() -> bytes:
    """Return a small OpenStreetMap extract: a street, houses, stops and banks."""
    import osmium

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "city.osm.pbf"
        header = osmium.io.Header()
        header.add_box(osmium.osm.Box(24.89, 60.16, 24.92, 60.18))
        with osmium.SimpleWriter(str(file), header=header) as writer:
            at = 0
            for place in range(12):
                at += 1
                tags = {"highway": "bus_stop", "name": f"Stop {at}"} if place % 3 == 0 else {}
                tags = {"amenity": "bank", "brand": "Alfa" if place < 6 else "Beta"} if place % 3 == 1 else tags
                writer.add_node(osmium.osm.mutable.Node(id=at, location=(24.90 + place * 0.001, 60.17), tags=tags))
            for house in range(8):
                for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)):
                    at += 1
                    where = (24.9002 + house * 0.001 + x * 0.0003, 60.1702 + y * 0.0002)
                    writer.add_node(osmium.osm.mutable.Node(id=at, location=where))
            writer.add_way(
                osmium.osm.mutable.Way(id=1, nodes=list(range(1, 13)), tags={"highway": "residential", "name": "Katu"})
            )
            for house in range(8):
                first = 13 + house * 4
                tags = {"building": "apartments", "building:levels": "3"}
                nodes = [first, first + 1, first + 2, first + 3, first]
                writer.add_way(osmium.osm.mutable.Way(id=2 + house, nodes=nodes, tags=tags))
        return file.read_bytes()


TIMETABLE = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,Bus,https://example.org,Europe/Helsinki\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\nS,Station,60.17,24.902,1,\n"
    "s1,One,60.17,24.902,0,S\ns2,Two,60.17,24.908,0,\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_type\nr1,A,1,3\nr2,A,2,0\n",
    "trips.txt": "route_id,service_id,trip_id\nr1,w,t1\nr1,w,t2\nr2,w,t3\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt1,08:00:00,08:00:00,s1,1\n"
    "t1,08:10:00,08:10:00,s2,2\nt2,25:00:00,25:00:00,s1,1\nt2,25:10:00,25:10:00,s2,2\nt3,09:00:00,09:00:00,s1,1\n"
    "t3,09:10:00,09:10:00,s2,2\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "w,1,1,1,1,1,0,0,20260101,20261231\n",
    "calendar_dates.txt": "service_id,date,exception_type\nw,20260303,2\n",
    "frequencies.txt": "trip_id,start_time,end_time,headway_secs\nt3,07:00:00,09:00:00,600\n",
}


def siting_kinds() -> list[Kind]:
    """Return every kind of siting's inputs."""
    return [*_tables(), *_vectors(), *_layers(), *_feeds()]


def _tables() -> list[Kind]:
    gz = gzip.compress(csv_bytes(), mtime=0)
    book = zlib.decompress(base64.b85decode(XLS))
    return [
        demand_kind("csv", DEMAND, csv_bytes(), IN_CSV, weight=8),
        demand_kind("csv gb18030", "data/需求.csv", csv_bytes(encoding="gb18030"), IN_CSV, 'encoding = "GB18030"\n'),
        demand_kind("csv cp932", DEMAND, csv_bytes(name="銀座", encoding="cp932"), IN_CSV, 'encoding = "CP932"\n'),
        demand_kind("tsv", "data/demand.tsv", csv_bytes("\t"), IN_CSV),
        demand_kind("csv.gz", "data/demand.csv.gz", gz, IN_GZIP, weight=5),
        demand_kind("xlsx", "data/demand.xlsx", workbook(), IN_ZIP, weight=6),
        demand_kind("xls", "data/demand.xls", book, IN_BYTES, weight=6),
        demand_kind("ods", "data/demand.ods", spreadsheet(), IN_ZIP, weight=6),
        demand_kind("parquet table", "data/demand.parquet", parquet(geo=False), IN_BYTES),
    ]


def _vectors() -> list[Kind]:
    pieces = shapefile()
    files = {key: value for key, value in base().items() if key != DEMAND}
    shapes = {f"data/{name}": data for name, data in pieces.items()}
    settings = toml("data/demand.shp")
    zipped = {f"demo/{name}": data for name, data in pieces.items()}
    return [
        demand_kind("geojson", "data/demand.geojson", written(".geojson", "GeoJSON"), IN_JSON, weight=10),
        demand_kind("gpkg", "data/demand.gpkg", written(".gpkg", "GPKG"), IN_BYTES, weight=6),
        Kind(
            "shapefile",
            {**files, **shapes, "outlet.toml": settings},
            tuple(shapes),
            IN_BYTES,
            weight=8,
            named=("data/demand.",),
        ),
        demand_kind("zipped shapefile", "data/demand.zip", pack(zipped), IN_ZIP, weight=6),
        demand_kind("fgb", "data/demand.fgb", written(".fgb", "FlatGeobuf"), IN_BYTES, weight=5),
        demand_kind("kml", "data/demand.kml", _kml(), IN_TEXT, 'columns = { id = "Name" }\n', weight=5),
        demand_kind("gml", "data/demand.gml", written(".gml", "GML"), IN_TEXT, weight=5),
        demand_kind("geoparquet", "data/demand.geoparquet", parquet(geo=True), IN_BYTES, weight=5),
    ]


def _kml() -> bytes:
    marks = "".join(
        f"<Placemark><name>d{i}</name><ExtendedData><Data name='weight'><value>{10 + i}</value></Data></ExtendedData>"
        f"<Point><coordinates>{24.90 + i * 0.002},60.17</coordinates></Point></Placemark>"
        for i in range(6)
    )
    return f"<?xml version='1.0' encoding='UTF-8'?><kml xmlns='http://www.opengis.net/kml/2.2'><Document>{marks}</Document></kml>".encode()


def _layers() -> list[Kind]:
    point: Callable[[float], dict[str, object]] = lambda lon: {"type": "Point", "coordinates": [lon, 60.17]}  # noqa: E731
    ours = collection([({"id": "e1", "name": "Vanha", "may_close": True, "area_m2": 90}, point(24.904))])
    rivals = collection([({"id": "k1", "name": "R", "attraction": 2}, point(24.906)), ({"id": "k2"}, point(24.9))])
    stops = collection([({"id": "s1", "mode": "tram", "departures_per_hour": 6}, point(24.905))])
    zones = collection(
        [({"allowed": "yes"}, square(24.89, 60.16, 0.02)), ({"allowed": "no"}, square(24.92, 60.16, 0.02))]
    )
    water = collection([({"id": "w"}, square(24.893, 60.165, 0.004))])
    rule = "[siting.data.candidates.generate]\nspacing_m = 60\nwithin_m = 300\narea_m2 = 100\nfrontage_m = 8\n"
    generated = layer_kind("generated candidates", "stops", stops)
    settings = (
        generated.files["outlet.toml"]
        .decode()
        .replace(f'[siting.data.candidates]\nfile = "{CANDIDATES}"\ncrs = "EPSG:4326"\n', rule)
    )
    return [
        Kind("candidates", {**base(), "outlet.toml": toml()}, (CANDIDATES,), IN_CSV, weight=6),
        Kind("streets", {**base(), "outlet.toml": toml()}, (STREETS,), IN_JSON, weight=6),
        layer_kind("existing", "existing", ours),
        layer_kind("competitors", "competitors", rivals),
        layer_kind("stops", "stops", stops),
        layer_kind("zoning", "zoning", zones),
        layer_kind("area", "area", collection([({"id": "a"}, square(24.89, 60.16, 0.04))])),
        layer_kind("water", "water", water),
        Kind(
            "generated candidates",
            {**generated.files, "outlet.toml": settings.encode()},
            ("data/stops.geojson", STREETS),
            IN_JSON,
            named=("data/stops.geojson", STREETS, "siting.data.candidates.generate"),
        ),
    ]


def _feeds() -> list[Kind]:
    feed = pack({name: text.encode() for name, text in TIMETABLE.items()})
    extra = '[siting.data.stops]\ngtfs = ["data/feed.zip"]\n'
    timetable = {**base(), "data/feed.zip": feed, "outlet.toml": toml(extra=extra)}
    new = ("new", "{dir}/made", "--osm", "{dir}/data/city.osm.pbf", "--brand", "Alfa", "--quiet")
    city = {"data/city.osm.pbf": extract()}
    layers = "".join(f'[siting.data.{name}]\nfile = "data/city.osm.pbf"\n' for name in ("stops", "water", "area"))
    settings = toml("data/city.osm.pbf", 'columns = { weight = "floor_m2" }\n', layers).replace(
        STREETS.encode(), b"data/city.osm.pbf"
    )
    candidates = {CANDIDATES: base()[CANDIDATES], "outlet.toml": settings}
    return [
        Kind("gtfs", timetable, ("data/feed.zip",), IN_ZIP, weight=12),
        Kind("osm extract", city, tuple(city), IN_BYTES, (new,), weight=5),
        Kind("osm layers", {**city, **candidates}, tuple(city), IN_BYTES, weight=5),
    ]
