"""Open planners' files: the one door through which every layer comes in.

Vector files go through GDAL, GeoParquet through pyarrow, tables through `outlet.data`, archives are judged and
unpacked first. A table without geometry gets points from its coordinate columns; a joined table's columns come along.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import geopandas as gpd
import pandas as pd

from outlet.data.archive import Archive, open_archive, read_gzip
from outlet.data.lossy import lossy_ids
from outlet.data.table import TEXT_SUFFIXES, examine_table, is_table
from outlet.data.workbook import BOOK_SUFFIXES
from outlet.errors import Fault, TableError, missing_file
from outlet.findings import Remark
from siting.data.files.joins import with_join
from siting.data.files.points import with_points
from siting.data.files.source import Join, PointOrder, Raw, Source, missing_column, one_line
from siting.data.files.tags import with_tags
from siting.data.files.vector import JSON_SUFFIXES, PARQUET_SUFFIXES, read_parquet, read_vector
from siting.data.files.vector_checks import SUFFIXES as VECTOR_SUFFIXES

__all__ = ["Join", "PointOrder", "Raw", "Source", "missing_column", "one_line", "read_source"]

ARCHIVE_SUFFIXES = (".zip", ".kmz")
ZIPPED_SUFFIXES = (*VECTOR_SUFFIXES, *PARQUET_SUFFIXES, *TEXT_SUFFIXES, *BOOK_SUFFIXES)
GZIPPED_SUFFIXES = (*JSON_SUFFIXES, ".kml", ".gml", ".gpkg", ".fgb")


@dataclass(frozen=True)
class _Read:
    """What a file holds before points are made and tables are joined."""

    frame: pd.DataFrame
    columns: tuple[str, ...]
    remarks: tuple[Remark, ...]
    faults: tuple[Fault, ...] = ()
    is_text: bool = False


def read_source(source: Source, *, columns: Sequence[str], lon: str = "lon", lat: str = "lat") -> Raw:
    """Read a file's rows with the wanted columns that it has.

    Parameters
    ----------
    source
        The file, and what the settings say about it.
    columns
        Names of the columns wanted; those the file, its tags and its joined table lack are left out.
    lon, lat
        Names of the coordinate columns of a table without geometry.

    Raises
    ------
    TableError
        When the file is missing, unsafe or cannot be read.
    """
    if not source.path.is_file():
        raise TableError([missing_file(source.name, source.path, "a file")])
    extra = [source.point, source.tags, source.join.on if source.join else None]
    wanted = list(dict.fromkeys([*columns, lon, lat, *(name for name in extra if name is not None)]))
    try:
        read = _read(source, source.path, wanted, source.layer)
    except OSError as error:
        fault = source.fault("unreadable", one_line(error.strerror or error), "a file that can be opened")
        raise TableError([fault]) from error
    frame, tag_remarks = with_tags(source, read.frame, columns)
    faults = list(read.faults)
    if read.is_text and source.id in frame.columns:
        faults += lossy_ids(frame[source.id], source.name)
    is_placed = True
    if not isinstance(frame, gpd.GeoDataFrame):
        frame, wrong = with_points(source, frame, lon, lat)
        is_placed = not any(fault.code == "missing-column" for fault in wrong)
        faults += wrong
    known = (*read.columns, *(str(name) for name in frame.columns if name not in (*read.columns, frame.geometry.name)))
    frame, joined, join_remarks = with_join(source, frame, known)
    known = tuple(dict.fromkeys((*known, *joined)))
    kept = [name for name in dict.fromkeys(columns) if name in known and name in frame.columns]
    made = gpd.GeoDataFrame(frame[kept], geometry=frame.geometry.to_numpy(), crs=frame.crs)
    made.index = frame.index
    return Raw(made, known, (*read.remarks, *tag_remarks, *join_remarks), tuple(faults), is_placed)


def _read(source: Source, path: Path, wanted: Sequence[str], layer: str | None) -> _Read:
    suffix = path.suffix.lower()
    if suffix in ARCHIVE_SUFFIXES:
        return _read_archive(source, path, wanted)
    if is_table(path):
        return _read_table(source, path, wanted, layer)
    if suffix == ".gz" and Path(path.stem).suffix.lower() in GZIPPED_SUFFIXES:
        with tempfile.TemporaryDirectory() as folder:
            unpacked = Path(folder) / path.stem
            unpacked.write_bytes(read_gzip(path, source.name))
            return _read(source, unpacked, wanted, layer)
    if suffix == ".pbf":
        return _read_osm(source, wanted)
    if suffix == ".gml" and path == source.path:
        return _read_copy(source, path, wanted, layer)
    if suffix in PARQUET_SUFFIXES:
        vector = read_parquet(source, path, wanted)
    else:
        vector = read_vector(source, path, wanted, layer)
    return _Read(vector.frame, vector.columns, vector.remarks)


def _read_osm(source: Source, wanted: Sequence[str]) -> _Read:
    from siting.data.osm.layers import read_extract_layer

    if source.osm is None:
        raise TableError([source.fault("unreadable", "an OpenStreetMap extract", "a layer that it can give")])
    layer = read_extract_layer(source, source.osm, wanted)
    return _Read(layer.frame, layer.columns, layer.remarks)


def _read_copy(source: Source, path: Path, wanted: Sequence[str], layer: str | None) -> _Read:
    """Read a copy, because GDAL leaves a .gfs file beside a GML file that it opens."""
    with tempfile.TemporaryDirectory() as folder:
        for piece in (path, path.with_suffix(".xsd")):
            if piece.is_file():
                shutil.copyfile(piece, Path(folder) / piece.name)
        return _read(source, Path(folder) / path.name, wanted, layer)


def _read_table(source: Source, path: Path, wanted: Sequence[str], sheet: str | None) -> _Read:
    form = replace(source.form, encoding=source.encoding, sheet=sheet)
    table = examine_table(path, source.name, form)
    twice = [name for name in table.repeated if name in wanted]
    if twice:
        fix = "Rename all but one of them."
        found = "several columns of that name"
        raise TableError([source.fault("duplicate-column", found, "one", fix, column=name) for name in twice])
    names = tuple(str(name) for name in table.frame.columns)
    return _Read(table.frame, names, table.remarks, table.faults, is_text=True)


def _read_archive(source: Source, path: Path, wanted: Sequence[str]) -> _Read:
    with open_archive(path, source.name) as archive, tempfile.TemporaryDirectory() as folder:
        member, layer = _choose_member(source, archive)
        stem = member[: -len(PurePosixPath(member).suffix)]
        has_pieces = member.lower().endswith((".shp", ".mif"))
        pieces = [name for name in archive.names() if name.startswith(f"{stem}.")] if has_pieces else [member]
        archive.extract(tuple(pieces), Path(folder))
        return _read(source, Path(folder) / PurePosixPath(member).name, wanted, layer)


def _choose_member(source: Source, archive: Archive) -> tuple[str, str | None]:
    """Return the file inside an archive, and the layer inside that file, that the settings mean."""
    inside = [name for name in archive.names() if PurePosixPath(name).suffix.lower() in ZIPPED_SUFFIXES]
    layer = source.layer
    shown = ", ".join(inside[:10]) or "none"
    if not inside:
        raise TableError(
            [source.fault("unreadable", "no file that can be read inside the zip", "a vector file or table")]
        )
    if layer is None:
        if len(inside) > 1 and source.path.suffix.lower() != ".kmz":
            fix = f'Say which one, such as layer = "{PurePosixPath(inside[0]).stem}".'
            raise TableError([source.fault("several-layers", f"{len(inside)} files: {shown}", "one file", fix)])
        return inside[0], None
    for name in inside:
        if layer in (name, PurePosixPath(name).name, PurePosixPath(name).stem):
            return name, None
    for name in inside:
        for start in (name, PurePosixPath(name).name, PurePosixPath(name).stem):
            if layer.startswith(f"{start}/"):
                return name, layer[len(start) + 1 :]
    if len(inside) == 1:
        return inside[0], layer
    fix = f"Files there: {shown}."
    raise TableError([source.fault("unreadable", f"no {layer!r} inside the zip", "a file inside the zip", fix)])
