"""Turn coordinate columns into points, or say in which row they are none.

Understood: ``24.9384``, ``24,9384`` (a decimal comma, unless it could part thousands), ``24.9384° E``,
``24°56'18"E``, and in one column ``60.17, 24.94``, ``(60.17 24.94)`` and ``POINT (24.94 60.17)``.
"""

from __future__ import annotations

import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from outlet.errors import Fault, TableError
from siting.data.files.source import PointOrder, Source, missing_column

_DEGREES = re.compile(
    r"""^(?P<before>[NSEWO])?\s*(?P<sign>[+\-−])?\s*(?P<deg>\d{1,3}(?:[.,]\d+)?)\s*[°º]?
    (?:\s*(?P<min>\d{1,2}(?:[.,]\d+)?)\s*['′’])?
    (?:\s*(?P<sec>\d{1,2}(?:[.,]\d+)?)\s*(?:"|″|”|''|′′))?
    \s*(?P<after>[NSEWO])?$""",
    re.VERBOSE | re.IGNORECASE,
)
_COMMA = r"[+-]?\d+,\d+"
_THOUSANDS = r"[+-]?[1-9]\d{0,2},\d{3}"
_NUMBER = r"[+\-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_WKT = re.compile(
    rf"^(?:SRID=\d+;)?\s*POINT\s*Z?\s*\(\s*({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER})?\s*\)$", re.IGNORECASE
)
_PAIR = re.compile(rf"^[(\[]?\s*({_NUMBER})\s*(?:[,;]|\s)\s*({_NUMBER})\s*[)\]]?$")
_LAT_FIRST, _LON_FIRST = re.compile(r"lat.*(lon|lng)", re.IGNORECASE), re.compile(r"(lon|lng).*lat", re.IGNORECASE)
_LON = re.compile(r"(?<![a-z])(lon|lng|x$|easting)|longitude|经度|経度", re.IGNORECASE)
_LAT = re.compile(r"(?<![a-z])(lat|y$|northing)|latitude|纬度|緯度", re.IGNORECASE)
LAT_MOST = 90.0
HEAD_ROWS = 20
Floats = NDArray[np.float64]


def with_points(source: Source, frame: pd.DataFrame, lon: str, lat: str) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Return a table with points, and a fault for every row whose coordinates cannot be read.

    Rows at fault are left out; rows whose coordinates are empty have no geometry, nor has any row where the columns
    are not there.

    Raises
    ------
    TableError
        When it is not clear which number is the latitude.
    """
    known = [str(column) for column in frame.columns]
    missing = [column for column in ((lon, lat) if source.point is None else (source.point,)) if column not in known]
    if missing:
        nowhere = gpd.GeoSeries([None] * len(frame), index=frame.index, crs=None)
        return gpd.GeoDataFrame(frame, geometry=nowhere), [_missing(source, frame, name, lon) for name in missing]
    if source.point is not None:
        x, y, faults = _read_pairs(source, _as_text(frame[source.point]))
    else:
        x, faults = read_coordinates(source, frame[lon], "EWO")
        y, more = read_coordinates(source, frame[lat], "NS")
        faults = [*faults, *more]
    points = np.full(len(frame), None, dtype=object)
    there = np.isfinite(x) & np.isfinite(y)
    points[there] = shapely.points(np.column_stack([x, y])[there])
    made = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(points, index=frame.index, crs=None))
    wrong = {fault.row for fault in faults}
    return (made[~made.index.isin(wrong)] if wrong else made), faults


def _missing(source: Source, frame: pd.DataFrame, column: str, lon: str) -> Fault:
    """Return the fault of a coordinate column that is not there, with the one that looks like it."""
    fault = missing_column(source, column, [str(name) for name in frame.columns])
    if column == source.point:
        return fault
    is_lon = column == lon
    for name in map(str, frame.columns):
        if (_LON if is_lon else _LAT).search(name):
            return replace(fault, fix=f'Map it: columns = {{ {"lon" if is_lon else "lat"} = "{name}" }}.')
        cell = next((cell for cell in _as_text(frame[name].head(HEAD_ROWS)) if cell), "")
        if _WKT.match(cell) or _PAIR.match(cell):
            return replace(fault, fix=f'The column {name!r} looks like points: columns = {{ point = "{name}" }}.')
    return fault


def read_coordinates(source: Source, column: pd.Series, letters: str) -> tuple[Floats, list[Fault]]:
    """Return a column as numbers, nan where a cell is empty or at fault.

    Parameters
    ----------
    source
        The file.
    column
        Text or numbers, indexed by row.
    letters
        Hemispheres that may stand there: ``NS`` or ``EWO``.
    """
    values = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan).copy()
    if pd.api.types.is_numeric_dtype(column):
        return values, []
    text = _as_text(column)
    odd = text[(text != "") & ~np.isfinite(values)]
    if not len(odd):
        return values, []
    positions = text.index.get_indexer(odd.index)
    comma = odd.str.fullmatch(_COMMA)
    unclear = comma & bool(odd[comma].str.fullmatch(_THOUSANDS).all())
    faults = []
    for position, row, cell, is_unclear in zip(positions, odd.index, odd, unclear, strict=True):
        value = None if is_unclear else _degrees(cell, letters)
        if value is not None:
            values[position] = value
            continue
        values[position] = np.nan
        found = (
            f"{cell!r}, which could be {cell.replace(',', '.')} or {cell.replace(',', '')}"
            if is_unclear
            else f"{cell!r}"
        )
        expected = "a coordinate, such as 24.9384"
        fix = "Write it with a decimal point." if is_unclear else ""
        faults.append(source.fault("not-a-number", found, expected, fix, row=int(row), column=str(column.name)))
    return values, faults


def _degrees(cell: str, letters: str) -> float | None:
    """Return degrees, minutes and seconds with a hemisphere, or a number with a decimal comma, as a number."""
    if re.fullmatch(_COMMA, cell):
        return float(cell.replace(",", "."))
    match = _DEGREES.match(cell)
    if match is None:
        return None
    hemisphere = (match["before"] or match["after"] or "").upper()
    if (match["before"] and match["after"]) or (hemisphere and hemisphere not in letters):
        return None
    if match["sign"] and hemisphere:
        return None
    degrees, minutes, seconds = (float((match[part] or "0").replace(",", ".")) for part in ("deg", "min", "sec"))
    if minutes >= 60 or seconds >= 60:
        return None
    value = degrees + minutes / 60 + seconds / 3600
    return -value if hemisphere in ("S", "W") or match["sign"] in ("-", "−") else value


def _read_pairs(source: Source, text: pd.Series) -> tuple[Floats, Floats, list[Fault]]:
    """Return x and y of points written into one column."""
    first, second = (np.full(len(text), np.nan) for _ in range(2))
    is_wkt = np.zeros(len(text), dtype=bool)
    faults = []
    for position, (row, cell) in enumerate(text.items()):
        if not cell:
            continue
        wkt = _WKT.match(cell)
        match = wkt or _PAIR.match(cell)
        if match is None:
            fault = source.fault(
                "not-a-number",
                f"{cell[:60]!r}",
                'a point, such as "60.17, 24.94" or "POINT (24.94 60.17)"',
                row=int(str(row)),
                column=source.point,
            )
            faults.append(fault)
            continue
        first[position], second[position] = float(match[1]), float(match[2])
        is_wkt[position] = wkt is not None
    pairs = ~is_wkt & np.isfinite(first)
    lat_first = pairs if pairs.any() and _order(source, first[pairs], second[pairs]) == "lat-lon" else pairs & False
    return np.where(lat_first, second, first), np.where(lat_first, first, second), faults


def _order(source: Source, first: Floats, second: Floats) -> PointOrder:
    """Return which number comes first: as stated, as the column's name says, or as only one order can be on Earth."""
    if source.point_order is not None:
        return source.point_order
    name = source.point or ""
    if _LAT_FIRST.search(name):
        return "lat-lon"
    if _LON_FIRST.search(name):
        return "lon-lat"
    if (np.abs(first) > LAT_MOST).any() and (np.abs(second) <= LAT_MOST).all():
        return "lon-lat"
    if (np.abs(second) > LAT_MOST).any() and (np.abs(first) <= LAT_MOST).all():
        return "lat-lon"
    found = f"pairs such as {first[0]:g}, {second[0]:g}, whose order is not clear"
    fix = 'Set point_order = "lat-lon" or "lon-lat".'
    raise TableError([source.fault("ambiguous-order", found, "the order of the two numbers", fix, column=source.point)])


def _as_text(column: pd.Series) -> pd.Series:
    return column.astype("str").where(column.notna(), "").str.strip()
