"""Look at a vector file before GDAL opens it: is it what its name says, whole, and about itself alone.

GDAL chooses its driver by content and some drivers open other files or addresses (VRT, WFS, virtual tables of SQLite).
So each name ending has the content it may have, and nothing else is opened.
"""

from __future__ import annotations

import codecs
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from outlet.data.document import check_depth, check_xml
from outlet.errors import Fault, TableError

HEAD_BYTES = 1 << 16
JSON_BYTES = 256 << 20
GEOJSON_TYPES = re.compile(
    rb'"type"\s*:\s*"(?:FeatureCollection|Feature|Topology|GeometryCollection|(?:Multi)?(?:Point|LineString|Polygon))"'
)
ELSEWHERE = re.compile(
    rb"<OGRVRTDataSource|<OGRVRTLayer|<VRTDataset|<OGRWFSDataSource|<GDAL_W|<OGCAPI|/vsi[a-z0-9]+[/_]|<WMS_|gdal_streamed_alg",
    re.IGNORECASE,
)
XML_ROOTS = {
    ".kml": ("kml", "Document", "Folder", "Placemark"),
    ".gml": ("FeatureCollection", "featureCollection"),
    ".osm": ("osm",),
    ".gpx": ("gpx",),
}
SAFE_VIRTUAL = re.compile(
    r"\busing\s+(?:rtree|fts[345]|virtual(?:spatialindex|elementary|knn2?|routing|network)|geopoly)\b", re.IGNORECASE
)
MAGIC = {
    ".fgb": b"fgb\x03",
    ".shp": b"\x00\x00\x27\x0a",
    ".gpkg": b"SQLite format 3\0",
    ".sqlite": b"SQLite format 3\0",
}
MAGIC[".db"] = MAGIC[".sqlite"]
SUFFIXES = (*MAGIC, *XML_ROOTS, ".geojson", ".json", ".geojsonl", ".geojsons", ".mif", ".pbf")
LINED_SUFFIXES = (".geojsonl", ".geojsons")
SHAPE_PARTS = (".shp", ".shx", ".dbf")


def check_vector(path: Path, label: str) -> None:
    """Refuse a file that is not what its name says, that is damaged, or that would have GDAL open something else.

    Raises
    ------
    TableError
        With code ``unreadable``, ``missing-file`` (pieces of a Shapefile), ``unsafe-content``, ``too-deep`` …
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        known = ", ".join((*SUFFIXES, ".csv", ".xlsx", ".parquet", ".zip"))
        raise _error(label, "unreadable", f"the name ending {suffix or 'none'!r}", f"one of {known}")
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        raise _error(label, "unreadable", "an empty file", "a vector file", "Export it again.")
    if suffix in MAGIC and not head.startswith(MAGIC[suffix]):
        raise _error(label, "unreadable", f"a file that is no {suffix} inside", f"a {suffix} file", "Export it again.")
    checks: dict[str, Callable[[Path, str, bytes], None]] = {
        ".shp": _check_shape,
        ".gpkg": _check_sqlite,
        ".sqlite": _check_sqlite,
        ".db": _check_sqlite,
        ".fgb": _check_nothing,
        ".pbf": _check_nothing,
        ".mif": _check_text,
    }
    if suffix in XML_ROOTS:
        _check_text(path, label, head)
        _check_root(path, label, XML_ROOTS[suffix])
    else:
        checks.get(suffix, _check_json)(path, label, head)


def _check_nothing(_path: Path, _label: str, _head: bytes) -> None:
    """Leave it to GDAL: the format has no way to name another file."""


def _check_shape(path: Path, label: str, _head: bytes) -> None:
    pieces = [other for other in path.parent.iterdir() if other.stem == path.stem]
    odd = [other.name for other in pieces if not _is_own(other, path)]
    if odd:
        found = f"{', '.join(sorted(odd))} beside it, which is no file of this folder"
        raise _error(label, "unreadable", found, "files beside it", "Copy the whole Shapefile into the folder.")
    beside = {other.suffix.lower() for other in pieces}
    missing = [f"{path.stem}{part}" for part in SHAPE_PARTS if part not in beside]
    if missing:
        found = f"no {' and no '.join(missing)} beside it"
        fix = "A Shapefile is several files of one name: copy all of them."
        raise _error(label, "missing-file", found, "all pieces of the Shapefile", fix)
    declared = int.from_bytes(_head[24:28], "big") * 2
    size = path.stat().st_size
    if declared > size:
        found = f"{size:,} bytes where the header promises {declared:,}"
        raise _error(label, "unreadable", found, "a whole Shapefile", "Copy or export it again.")


def _is_own(piece: Path, path: Path) -> bool:
    """Tell whether a piece is a file, or a link to one beside it; a folder of the bare name is nobody's piece."""
    return (piece.is_dir() and not piece.suffix) or (
        piece.is_file() and piece.resolve().parent == path.resolve().parent
    )


def _check_sqlite(path: Path, label: str, _head: bytes) -> None:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            rows = database.execute("SELECT name, sql FROM sqlite_master WHERE sql LIKE 'create virtual%'").fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        found = f"a damaged database ({error})"
        raise _error(label, "unreadable", found, "a whole file", "Export it again.") from error
    for name, sql in rows:
        if not SAFE_VIRTUAL.search(str(sql)):
            found = f"the virtual table {name!r}, which can read other files"
            fix = "Export the layers you need into a new file."
            raise _error(label, "unsafe-content", found, "tables of its own", fix)


def _check_json(path: Path, label: str, head: bytes) -> None:
    if path.stat().st_size > JSON_BYTES:
        found = f"{path.stat().st_size >> 20} MB of GeoJSON"
        raise _error(label, "too-large", found, f"at most {JSON_BYTES >> 20} MB", "Save it as GeoPackage.")
    data = path.read_bytes()
    check_depth(data, label)
    if not GEOJSON_TYPES.search(data[:HEAD_BYTES]) and not GEOJSON_TYPES.search(data[-HEAD_BYTES:]):
        raise _error(label, "unreadable", "JSON that is no GeoJSON", "a GeoJSON document", "Export it again.")
    _check_text(path, label, head)
    if path.suffix.lower() in LINED_SUFFIXES:
        _check_records(data, label)


def _check_records(data: bytes, label: str) -> None:
    """Refuse broken records of newline-delimited GeoJSON: GDAL leaves them out and says nothing."""
    records = data.split(b"\x1e") if b"\x1e" in data else data.splitlines()
    faults = []
    for row, record in enumerate(filter(None, map(bytes.strip, records)), start=1):
        try:
            json.loads(record.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace"))
        except (ValueError, RecursionError) as error:
            fix = "Export the file again."
            found = f"a record that is no JSON ({error})"
            faults.append(Fault(label, code="unreadable", found=found, expected="one feature", fix=fix, row=row))
    if faults:
        raise TableError(faults)


def _check_text(_path: Path, label: str, head: bytes) -> None:
    elsewhere = ELSEWHERE.search(head)
    if elsewhere is not None:
        found = f"a reference to other files or addresses ({elsewhere[0].decode('latin-1')}…)"
        fix = "Export the layer itself into this file."
        raise _error(label, "unsafe-content", found, "a file that holds its own data", fix)


def _check_root(path: Path, label: str, roots: tuple[str, ...]) -> None:
    root = check_xml(path, label)
    if root not in roots:
        raise _error(label, "unreadable", f"XML of {root!r}", f"XML of {' or '.join(roots[:2])}", "Export it again.")


def _error(label: str, code: str, found: str, expected: str, fix: str = "") -> TableError:
    return TableError([Fault(label, code=code, found=found, expected=expected, fix=fix)])
