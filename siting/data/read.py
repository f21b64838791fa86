"""Open planners' files: the one door through which every layer comes in.

Vector files and zipped Shapefiles go through GDAL (pyogrio), GeoParquet through pyarrow, workbooks through calamine,
and CSV (also gzipped) through pandas as text, so that ids and leading zeros survive. A table without geometry gets
points from its coordinate columns.
"""

from __future__ import annotations

import gzip
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataSourceError

from outlet.errors import Fault, TableError

CSV_SUFFIXES = (".csv", ".tsv", ".txt")
BOOK_SUFFIXES = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
ZIPPED_SUFFIXES = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".kml", ".gml", ".csv")
ZIP_BYTES = 4 << 30
SEPARATORS = ",;\t|"


@dataclass(frozen=True)
class Source:
    """A file to read: its path, how the settings name it, and what they say about it."""

    path: Path
    name: str
    layer: str | None = None
    encoding: str | None = None

    def fault(self, code: str, found: str, expected: str, fix: str = "", *, column: str | None = None) -> Fault:
        """Return a fault of this file."""
        return Fault(input=self.name, code=code, found=found, expected=expected, fix=fix, column=column)


@dataclass(frozen=True)
class Raw:
    """What a file holds: rows indexed from 1, the names of all its columns, and what GDAL grumbled about."""

    frame: gpd.GeoDataFrame
    columns: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_source(source: Source, *, columns: Sequence[str], lon: str = "lon", lat: str = "lat") -> Raw:
    """Read a file's rows with the wanted columns that it has.

    Parameters
    ----------
    source
        The file.
    columns
        Names of the columns wanted; those the file lacks are left out.
    lon, lat
        Names of the coordinate columns of a table without geometry.

    Raises
    ------
    TableError
        When the file is missing, cannot be read, or is a table without coordinate columns.
    """
    if not source.path.is_file():
        raise TableError([source.fault("missing-file", "no such file", "a file", "Put it there or correct the path.")])
    if _inner_suffix(source.path) in CSV_SUFFIXES:
        return _with_points(source, _read_csv(source), columns, lon, lat)
    if source.path.suffix.lower() in BOOK_SUFFIXES:
        return _with_points(source, _read_book(source), columns, lon, lat)
    if source.path.suffix.lower() in (".parquet", ".geoparquet"):
        return _read_parquet(source, columns, lon, lat)
    return _read_vector(source, columns, lon, lat)


def _inner_suffix(path: Path) -> str:
    return Path(path.stem).suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()


def _read_csv(source: Source) -> pd.DataFrame:
    encoding = source.encoding or "utf-8-sig"
    opened = gzip.open if source.path.suffix.lower() == ".gz" else open
    try:
        with opened(source.path, "rt", encoding=encoding, newline="") as stream:
            header = str(stream.readline())
            stream.seek(0)
            separator = max(SEPARATORS, key=header.count)
            return pd.read_csv(stream, sep=separator, dtype=str, keep_default_na=False)
    except UnicodeDecodeError as error:
        found = f"a byte at position {error.start} that is not {encoding.removesuffix('-sig').upper()}"
        raise TableError([source.fault("encoding", found, "readable text", "State the layer's encoding.")]) from error
    except LookupError as error:
        raise TableError([source.fault("encoding", f"encoding = {encoding!r}", "a name such as GB18030")]) from error
    except (ValueError, OSError, EOFError) as error:
        raise TableError([source.fault("unreadable", _one_line(error), "a CSV table with a header line")]) from error


def _read_book(source: Source) -> pd.DataFrame:
    from python_calamine import CalamineError

    try:
        frame = pd.read_excel(source.path, sheet_name=source.layer or 0, dtype=object, engine="calamine")
    except (ValueError, OSError, CalamineError, zipfile.BadZipFile) as error:
        raise TableError([source.fault("unreadable", _one_line(error), "a workbook with a header row")]) from error
    frame.columns = [str(column) for column in frame.columns]
    return frame


def _read_parquet(source: Source, columns: Sequence[str], lon: str, lat: str) -> Raw:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if b"geo" in (pq.read_schema(source.path).metadata or {}):
            frame = gpd.read_parquet(source.path)
        else:
            return _with_points(source, pd.read_parquet(source.path), columns, lon, lat)
    except (pa.ArrowException, ValueError, OSError) as error:
        raise TableError([source.fault("unreadable", _one_line(error), "a GeoParquet file")]) from error
    return _raw(frame, columns, ())


def _read_vector(source: Source, columns: Sequence[str], lon: str, lat: str) -> Raw:
    place = _gdal_path(source)
    notes: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            layer = source.layer if source.path.suffix.lower() != ".zip" else None
            known = [str(field) for field in pyogrio.read_info(place, layer=layer, encoding=source.encoding)["fields"]]
            wanted = [column for column in dict.fromkeys((*columns, lon, lat)) if column in known]
            frame = pyogrio.read_dataframe(
                place, layer=layer, columns=wanted, encoding=source.encoding, on_invalid="ignore"
            )
        except (DataSourceError, RuntimeError, ValueError, UnicodeDecodeError, LookupError) as error:
            fix = _layers_of(place)
            fault = source.fault("unreadable", _one_line(error), "a vector file that GDAL can read", fix)
            raise TableError([fault]) from error
    notes.extend(sorted({_one_line(w.message) for w in caught if not issubclass(w.category, DeprecationWarning)}))
    grumbles = tuple(f"{source.name}: {note}" for note in notes if "More than one layer" not in note)
    if not isinstance(frame, gpd.GeoDataFrame):
        made = _with_points(source, frame, columns, lon, lat)
        return Raw(made.frame, tuple(known), grumbles)
    raw = _raw(frame, columns, grumbles)
    return Raw(raw.frame, tuple(known), grumbles)


def _layers_of(place: str) -> str:
    try:
        names = [str(row[0]) for row in pyogrio.list_layers(place)]
    except (DataSourceError, RuntimeError):
        return ""
    return f"Layers there: {', '.join(names)}."


def _gdal_path(source: Source) -> str:
    """Return what GDAL opens: the file, or the member of a zip that the settings or common sense choose."""
    if source.path.suffix.lower() != ".zip":
        return str(source.path)
    try:
        with zipfile.ZipFile(source.path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise TableError([source.fault("unreadable", _one_line(error), "a zip archive")]) from error
    if sum(member.file_size for member in members) > ZIP_BYTES:
        raise TableError([source.fault("too-large", "more than 4 GB unpacked", "a smaller archive")])
    inside = sorted(m.filename for m in members if PurePosixPath(m.filename).suffix.lower() in ZIPPED_SUFFIXES)
    chosen = [name for name in inside if source.layer in (None, name, PurePosixPath(name).stem)]
    if not chosen:
        found = f"{len(inside)} vector files: {', '.join(inside) or 'none'}"
        raise TableError([source.fault("unreadable", found, f"{source.layer or 'a vector file'} inside the zip")])
    return f"/vsizip/{source.path}/{chosen[0]}"


def _with_points(source: Source, frame: pd.DataFrame, columns: Sequence[str], lon: str, lat: str) -> Raw:
    known = tuple(str(column) for column in frame.columns)
    missing = [column for column in (lon, lat) if column not in known]
    if missing:
        raise TableError([missing_column(source, column, known) for column in missing])
    x, y = (pd.to_numeric(frame[column], errors="coerce").to_numpy(np.float64) for column in (lon, lat))
    points = np.full(len(x), None, dtype=object)
    there = np.isfinite(x) & np.isfinite(y)
    points[there] = shapely.points(np.column_stack([x, y])[there])
    made = _raw(gpd.GeoDataFrame(frame, geometry=points, crs=None), columns, ())
    return Raw(made.frame, known)


def _raw(frame: gpd.GeoDataFrame, columns: Sequence[str], notes: tuple[str, ...]) -> Raw:
    known = tuple(str(column) for column in frame.columns if column != frame.geometry.name)
    wanted = [column for column in dict.fromkeys(columns) if column in known]
    geometry = frame.geometry
    kept = gpd.GeoDataFrame(frame[wanted], geometry=geometry.to_numpy(), crs=geometry.crs)
    kept.index = pd.RangeIndex(1, len(kept) + 1)
    return Raw(kept, known, notes)


def missing_column(source: Source, column: str, known: Sequence[str]) -> Fault:
    """Return the fault of a column that is not there, with those that are."""
    return source.fault(
        "missing-column",
        f"the columns {', '.join(known) or 'none'}",
        f"a column {column!r}",
        "Map it in the layer's columns.",
        column=column,
    )


def parse_crs(source: Source, text: str) -> pyproj.CRS:
    """Return the coordinate system that a setting names, or raise TableError."""
    try:
        return pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError as error:
        raise TableError([source.fault("unknown-crs", f"crs = {text!r}", "a name such as EPSG:4326")]) from error


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
