"""Read vector files through GDAL (pyogrio) and GeoParquet through pyarrow, once they have been looked at."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from outlet.data.encoding import UndecodableError, decode, encoding_fault
from outlet.errors import TableError
from outlet.findings import Remark
from siting.data.files.shape_text import AS_BYTES, shape_text
from siting.data.files.source import Source, one_line
from siting.data.files.sqlite_numbers import SUFFIXES as SQLITE_SUFFIXES
from siting.data.files.sqlite_numbers import with_fractions
from siting.data.files.vector_checks import check_vector

PARQUET_SUFFIXES = (".parquet", ".geoparquet")
JSON_SUFFIXES = (".geojson", ".json", ".geojsonl", ".geojsons")
PARQUET_CELLS = 20_000_000
CELLS_PER_BYTE = 200
BYTES_PER_ROW = 2
GML_OPTIONS = {"DOWNLOAD_SCHEMA": "NO"}
GDAL_ERRORS = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    GeometryError,
    RuntimeError,
    ValueError,
    OverflowError,
    MemoryError,
    LookupError,
    OSError,
    UnboundLocalError,  # pyogrio 0.13 on a .prj that is not UTF-8: get_crs frees what it never had.
)


@dataclass(frozen=True)
class Vector:
    """Rows of a vector layer, indexed from 1; without a geometry column where the layer has none."""

    frame: pd.DataFrame
    columns: tuple[str, ...]
    remarks: tuple[Remark, ...]


def read_vector(source: Source, path: Path, wanted: Sequence[str], layer: str | None) -> Vector:
    """Return a layer's geometry and those of the wanted columns that it has.

    Parameters
    ----------
    source
        The file as the settings name it.
    path
        Where it is, which is elsewhere when it came out of an archive.
    wanted
        Names of columns.
    layer
        Layer of the file; must be given when several hold geometry.

    Raises
    ------
    TableError
        When the file is unsafe, damaged, or its layer or encoding is not clear.
    """
    check_vector(path, source.name)
    opened, remarks = _opened(source, path)
    is_shape = path.suffix.lower() == ".shp"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            chosen = _choose_layer(source, opened, layer)
            options = GML_OPTIONS if path.suffix.lower() == ".gml" else {}
            encoding = AS_BYTES if is_shape else None if path.suffix.lower() in JSON_SUFFIXES else source.encoding
            info = pyogrio.read_info(opened, layer=chosen, encoding=encoding, **options)
            _refuse_lying_size(source, path, int(info["features"]))
            known = [str(field) for field in info["fields"]]
            columns = known if is_shape and not all(map(str.isascii, known)) else [c for c in known if c in wanted]
            frame = pyogrio.read_dataframe(
                opened,
                layer=chosen,
                columns=columns,
                encoding=encoding,
                on_invalid="ignore",
                fid_as_index=True,
                **options,
            )
            if path.suffix.lower() in SQLITE_SUFFIXES:
                frame = with_fractions(path, str(chosen), str(info["fid_column"]), frame)
        except UnicodeDecodeError as error:
            raise TableError([encoding_fault(source.name, UndecodableError(error.encoding, error.start))]) from error
        except GDAL_ERRORS as error:
            if isinstance(error, TableError):
                raise
            fault = source.fault("unreadable", one_line(error), "a vector file that GDAL can read", "Export it again.")
            raise TableError([fault]) from error
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    if is_shape:
        frame, known, more = _shape_frame(source, path, frame, known, wanted)
        remarks += more
    return Vector(frame, tuple(known), (*remarks, *_grumbles(source, caught)))


def _opened(source: Source, path: Path) -> tuple[str | bytes, list[Remark]]:
    """Return what GDAL opens: the file, or the bytes of a JSON file that is not UTF-8, made so."""
    if path.suffix.lower() not in JSON_SUFFIXES:
        return str(path), []
    try:
        decoded = decode(path.read_bytes(), stated=source.encoding)
    except UndecodableError as error:
        raise TableError([encoding_fault(source.name, error)]) from error
    if decoded.encoding == "UTF-8" and source.encoding is None:
        return str(path), []
    told = [source.remark("encoding-detected", f"text read as {decoded.encoding}")] if decoded.detected else []
    return decoded.text.encode(), told


def _choose_layer(source: Source, opened: str | bytes, layer: str | None) -> str | int:
    """Return the layer's name: the one stated, or the only one that holds geometry."""
    if isinstance(opened, bytes):
        return 0  # GDAL names the layer of bytes anew each time.
    layers = [(str(name), kind) for name, kind in pyogrio.list_layers(opened)]
    names = [name for name, _ in layers]
    if layer is not None:
        if layer in names:
            return layer
        fix = f"Layers there: {', '.join(names)}."
        raise TableError([source.fault("unreadable", f"no layer {layer!r}", "a layer of the file", fix)])
    if not layers:
        raise TableError([source.fault("empty-layer", "a file without layers", "a layer with features")])
    with_geometry = [name for name, kind in layers if kind is not None]
    if len(with_geometry) > 1:
        found = f"{len(with_geometry)} layers with geometry: {', '.join(with_geometry[:10])}"
        fix = f'Say which one, such as layer = "{with_geometry[0]}".'
        raise TableError([source.fault("several-layers", found, "one layer", fix)])
    return (with_geometry or names)[0]


def _refuse_lying_size(source: Source, path: Path, features: int) -> None:
    """Refuse a file that promises more rows than it has bytes for: the memory for them would be fetched at once."""
    size = path.stat().st_size
    if features * BYTES_PER_ROW > size:
        found = f"{features:,} rows promised by a file of {size:,} bytes"
        raise TableError([source.fault("unreadable", found, "a whole file", "Export it again.")])


def _shape_frame(
    source: Source, path: Path, frame: pd.DataFrame, known: list[str], wanted: Sequence[str]
) -> tuple[pd.DataFrame, list[str], list[Remark]]:
    is_geo = isinstance(frame, gpd.GeoDataFrame)
    table = pd.DataFrame(frame.drop(columns="geometry")) if is_geo else frame
    table, text = shape_text(source, path, table)
    kept = table[[name for name in table.columns if name in wanted]]
    names = [text.read(name) for name in known]
    if not is_geo:
        return kept, names, list(text.remarks)
    return gpd.GeoDataFrame(kept, geometry=frame.geometry), names, list(text.remarks)


def _grumbles(source: Source, caught: list[warnings.WarningMessage]) -> list[Remark]:
    said = sorted({one_line(w.message) for w in caught if not issubclass(w.category, DeprecationWarning)})
    return [source.remark("reader-says", text) for text in said]


def read_parquet(source: Source, path: Path, wanted: Sequence[str]) -> Vector:
    """Return a GeoParquet layer, or a Parquet table without geometry.

    Raises
    ------
    TableError
        When it is damaged, or declares more cells than a file of its size can hold.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        about = pq.read_metadata(path)
        cells = about.num_rows * max(about.num_columns, 1)
        if cells > max(PARQUET_CELLS, CELLS_PER_BYTE * path.stat().st_size):
            found = f"{about.num_rows:,} rows of {about.num_columns:,} columns in {path.stat().st_size:,} bytes"
            raise TableError([source.fault("too-large", found, "as much as its size can hold")])
        known = [str(name) for name in pq.read_schema(path).names]
        if b"geo" in (about.metadata or {}):
            frame = gpd.read_parquet(path)
            known = [name for name in known if name != frame.geometry.name]
        else:
            frame = pd.read_parquet(path, columns=[name for name in known if name in wanted])
    except (pa.ArrowException, ValueError, TypeError, KeyError, OSError, MemoryError) as error:
        if isinstance(error, TableError):
            raise
        fault = source.fault("unreadable", one_line(error), "a GeoParquet file", "Export it again.")
        raise TableError([fault]) from error
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return Vector(frame, tuple(known), ())
