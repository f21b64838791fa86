"""Read one file of one layer: its coordinate system, rows, geometries and cells, with every fault of each."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from outlet.errors import NO_ROWS, Fault
from outlet.findings import Remark
from siting.data.china import BD09, bd09_to_wgs84, gcj02_to_wgs84, in_china, offset_system
from siting.data.contracts.columns import Columns, keep_rows
from siting.data.contracts.geometry import LINE, POINT, POINT_OR_POLYGON, POLYGON, check_geometry
from siting.data.contracts.places import Placed, place
from siting.data.contracts.tables import contract_of, layer_table, table_faults, to_points
from siting.data.files.source import Raw, Source, missing_column
from siting.data.read import read_source
from siting.geo.crs import WGS84
from siting.settings.data import (
    CandidateSettings,
    CompetitorSettings,
    DemandSettings,
    ExistingSettings,
    SpreadSettings,
    StopSettings,
    ZoningColumns,
    ZoningSettings,
)
from siting.settings.layer import CoordinateColumns, LayerSettings
from siting.settings.streets import StreetColumns, StreetSettings

KINDS = {
    "demand": POINT_OR_POLYGON,
    "spread": POINT_OR_POLYGON,
    "candidates": POINT,
    "existing": POINT_OR_POLYGON,
    "competitors": POINT_OR_POLYGON,
    "stops": POINT_OR_POLYGON,
    "streets": LINE,
    "zoning": POLYGON,
    "area": POLYGON,
    "water": POLYGON,
}
AS_POINTS = ("existing", "competitors", "stops")
MAY_BE_EMPTY = ("existing", "competitors", "zoning", "water")
DEGREE_M = 111_320.0


@dataclass
class LayerFile:
    """What one file gave: its rows as a layer, where they lie, and every fault and oddity found on the way."""

    frame: gpd.GeoDataFrame
    placed: Placed | None = None
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def read_layer(source: Source, layer: str, chosen: LayerSettings, *, repair: bool) -> LayerFile:
    """Read a file as a layer and look for every fault of it.

    Parameters
    ----------
    source
        The file.
    layer
        Which layer it is.
    chosen
        What the settings say of it.
    repair
        Whether to mend what can be mended, and count it, instead of reporting it as a fault.

    Raises
    ------
    TableError
        When the file cannot be read at all.
    """
    wanted, named, lon, lat = _column_names(chosen)
    raw = read_source(source, columns=[*wanted, *chosen.where, *chosen.where_not], lon=lon, lat=lat)
    read = LayerFile(raw.frame, faults=list(raw.faults), remarks=list(raw.remarks))
    is_known = _settle_crs(source, chosen, read) if raw.is_placed else False
    frame = _filtered(source, Raw(read.frame, raw.columns), chosen, read.faults)
    if not len(frame) and not raw.faults and layer not in MAY_BE_EMPTY:
        fix = "Correct where and where_not, which leave rows out." if chosen.where or chosen.where_not else NO_ROWS
        read.faults.append(source.fault("empty-layer", "no row", f"at least one row of {layer}", fix))
    if raw.is_placed:
        frame, found, told = check_geometry(source, frame, KINDS[layer], repair=repair)
        read.faults += found
        read.remarks += told
    if is_known:
        read.placed, told = place(layer, source, frame)
        read.remarks += told
    columns = Columns(source, frame, raw.columns, named)
    if repair:
        _repair_cells(columns, chosen)
    read.faults += table_faults(columns, contract_of(chosen))
    frame = layer_table(columns, chosen)
    read.frame = to_points(frame) if layer in AS_POINTS and not read.faults else frame
    read.remarks += columns.remarks
    return read


def _column_names(chosen: LayerSettings) -> tuple[list[str], frozenset[str], str, str]:
    """Return the columns wanted, the fields the planner named, and the coordinate columns."""
    columns: CoordinateColumns | StreetColumns | ZoningColumns
    match chosen:
        case (
            DemandSettings()
            | SpreadSettings()
            | CandidateSettings()
            | ExistingSettings()
            | CompetitorSettings()
            | StopSettings()
            | StreetSettings()
            | ZoningSettings()
        ):
            columns = chosen.columns
        case _:
            columns = CoordinateColumns()
    names = [str(value) for value in columns.model_dump(exclude_none=True).values()]
    if isinstance(chosen, DemandSettings):
        names += [*chosen.segments.values(), *(part.column for part in chosen.parts_of_day.values())]
    if isinstance(chosen, CandidateSettings | ExistingSettings | CompetitorSettings):
        names += list(chosen.terms.values())
    lon, lat = (columns.lon, columns.lat) if isinstance(columns, CoordinateColumns) else ("lon", "lat")
    return names, frozenset(columns.model_fields_set) - {"lon", "lat", "point"}, lon, lat


def _settle_crs(source: Source, chosen: LayerSettings, read: LayerFile) -> bool:
    """Give the layer the coordinate system that the settings or the file say; tell whether it may be placed."""
    frame = read.frame
    if chosen.crs is None:
        return frame.crs is None or _is_usable(source, frame.crs, f"its coordinate system {frame.crs.name!r}", read)
    system = offset_system(chosen.crs)
    if system is not None:
        read.frame = _without_offset(source, frame.set_crs(WGS84, allow_override=True), system, read)
        return True
    try:
        stated = pyproj.CRS.from_user_input(chosen.crs)
    except pyproj.exceptions.CRSError:
        expected = "a name such as EPSG:4326, GCJ-02 or BD-09"
        read.faults.append(source.fault("unknown-crs", f"crs = {chosen.crs!r}", expected))
        return False
    if not _is_usable(source, stated, f"crs = {chosen.crs!r}", read):
        return False
    if frame.crs is not None and not frame.crs.equals(stated, ignore_axis_order=True):
        told = f"read as {stated.name}, as outlet.toml says; the file says {frame.crs.name}"
        read.remarks.append(Remark(source.name, "crs-overridden", told))
    read.frame = frame.set_crs(stated, allow_override=True)
    return True


def _is_usable(source: Source, crs: pyproj.CRS, what: str, read: LayerFile) -> bool:
    """Tell whether a coordinate system is one of places on the ground of this planet; add a fault where it is not."""
    found = f"{what}, which is of the kind {crs.type_name}"
    if crs.is_geographic or crs.is_projected:
        try:
            pyproj.Transformer.from_crs(WGS84, crs, always_xy=True)
        except pyproj.exceptions.ProjError:
            found = f"{what}, from which no way leads to WGS 84"
        else:
            return True
    read.faults.append(source.fault("unknown-crs", found, "one of places on the ground", "State the layer's crs."))
    return False


def _without_offset(source: Source, frame: gpd.GeoDataFrame, system: str, read: LayerFile) -> gpd.GeoDataFrame:
    """Turn every vertex from an offset system of China into WGS 84."""
    function = bd09_to_wgs84 if system == BD09 else gcj02_to_wgs84

    def turned(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(function(points[:, 0], points[:, 1]))

    shapes = frame.geometry.to_numpy()
    before = shapely.get_coordinates(shapes)
    after = turned(before)
    inside = in_china(after[:, 0], after[:, 1])
    metres = np.hypot((after - before)[:, 0] * np.cos(np.radians(after[:, 1])), (after - before)[:, 1]) * DEGREE_M
    told = (
        f"{system} was turned into WGS 84: moved by {np.median(metres[inside]):.0f} m"
        if inside.any()
        else (f"{system} holds in mainland China only, where none of it lies: it was taken as WGS 84")
    )
    outside = int((~inside).sum())
    if inside.any() and outside:
        told += f"; {outside} of {len(inside)} vertices lie outside mainland China and stay where they are"
    read.remarks.append(Remark(source.name, "datum-shift", told))
    return frame.set_geometry(gpd.GeoSeries(shapely.transform(shapes, turned), index=frame.index, crs=frame.crs))


def _filtered(source: Source, raw: Raw, chosen: LayerSettings, faults: list[Fault]) -> gpd.GeoDataFrame:
    frame = raw.frame
    for rules, keep in ((chosen.where, True), (chosen.where_not, False)):
        for column, values in rules.items():
            if column in frame.columns:
                frame = keep_rows(frame, column, values, keep=keep)
            else:
                faults.append(missing_column(source, column, raw.columns))
    return frame


def _repair_cells(columns: Columns, chosen: LayerSettings) -> None:
    if isinstance(chosen, DemandSettings | CandidateSettings | ExistingSettings):
        columns.drop_repeats(chosen.columns.id)
    if isinstance(chosen, DemandSettings):
        parts = (part.column for part in chosen.parts_of_day.values())
        for column in dict.fromkeys((chosen.columns.weight, *chosen.segments.values(), *parts)):
            columns.fill_zero(column)
    if isinstance(chosen, SpreadSettings):
        columns.fill_zero(chosen.columns.weight)
