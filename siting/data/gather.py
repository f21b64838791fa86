"""Read every layer that the settings name and collect every fault, instead of raising at the first.

Loading and checking are this one walk over the inputs, so that what `outlet check` passes can be loaded.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from outlet.errors import Fault, InputError, TableError
from outlet.findings import Count, Remark
from outlet.project import DataPath, Project
from siting.data.columns import Columns, keep_rows
from siting.data.geometry import LINE, POINT, POINT_OR_POLYGON, POLYGON, check_geometry, check_range
from siting.data.gtfs import read_gtfs
from siting.data.read import Raw, Source, missing_column, parse_crs, read_source
from siting.data.tables import (
    candidates_table,
    competitors_table,
    demand_table,
    existing_table,
    shared_ids,
    stops_table,
    streets_table,
    to_points,
    zoning_table,
)
from siting.settings import SitingSettings
from siting.settings.data import (
    LAYERS,
    CandidateSettings,
    CompetitorSettings,
    CoordinateColumns,
    DataSettings,
    DemandSettings,
    ExistingSettings,
    LayerSettings,
    StopSettings,
    StreetColumns,
    StreetSettings,
    ZoningColumns,
    ZoningSettings,
)

KINDS = {
    "demand": POINT_OR_POLYGON,
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


@dataclass
class Gathered:
    """All layers read, in the coordinates of their files, with every fault found on the way."""

    frames: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def gather(project: Project, layers: Collection[str] | None = None) -> Gathered:
    """Read the layers named, or all; demand always, and what candidates made by a rule need."""
    settings = project.section("siting", SitingSettings).data
    unknown = sorted(set(layers or ()) - set(LAYERS))
    if unknown:
        raise InputError(f"layers {', '.join(unknown)}: expected some of {', '.join(LAYERS)}")
    wanted = set(LAYERS if layers is None else layers) | {"demand"}
    if "candidates" in wanted and settings.candidates.generate is not None:
        wanted |= {"stops", "streets", "zoning"}
    gathered = Gathered()
    for layer, chosen in layer_settings(settings).items():
        if layer not in wanted or chosen is None:
            continue
        files = chosen.gtfs if isinstance(chosen, StopSettings) and chosen.gtfs else (chosen.file,)
        for file in files:
            if file is not None:
                _gather_file(project, settings, layer, chosen, file, gathered)
    _check_sites(project, settings, gathered)
    return gathered


def layer_settings(settings: DataSettings) -> dict[str, LayerSettings | None]:
    """Return each layer's settings, None where the project has no such layer."""
    return {
        "demand": settings.demand,
        "candidates": settings.candidates,
        "existing": settings.existing,
        "competitors": settings.competitors,
        "stops": settings.stops,
        "streets": settings.streets,
        "zoning": settings.zoning,
        "area": settings.area,
        "water": settings.water,
    }


def _gather_file(
    project: Project, settings: DataSettings, layer: str, chosen: LayerSettings, file: DataPath, gathered: Gathered
) -> None:
    try:
        source = Source(project.path(file), str(file), chosen.layer, chosen.encoding)
        if isinstance(chosen, StopSettings) and chosen.gtfs:
            frame, remarks = read_gtfs(source, chosen, project.settings.as_of)
            gathered.remarks.extend(remarks)
        else:
            frame, notes = _read_layer(source, layer, chosen, settings, gathered.faults)
            gathered.notes.extend(notes)
    except TableError as error:
        gathered.faults.extend(error.faults)
        return
    except InputError as error:
        gathered.faults.append(Fault(str(file), code="outside-folder", found=str(error), expected="a file inside"))
        return
    gathered.counts.append(Count(str(file), len(frame), f"{layer}, {frame.crs.name if frame.crs else 'no CRS'}"))
    before = gathered.frames.get(layer)
    if before is not None:
        frame = pd.concat([before, frame], ignore_index=True)
    gathered.frames[layer] = frame


def _read_layer(
    source: Source, layer: str, chosen: LayerSettings, settings: DataSettings, faults: list[Fault]
) -> tuple[gpd.GeoDataFrame, list[str]]:
    wanted, named, lon, lat = _column_names(chosen)
    raw = read_source(source, columns=[*wanted, *chosen.where, *chosen.where_not], lon=lon, lat=lat)
    notes = list(raw.notes)
    frame, stated = _with_crs(source, raw, chosen, faults)
    notes += stated
    frame = _filtered(source, Raw(frame, raw.columns), chosen, faults)
    if not len(frame) and layer not in MAY_BE_EMPTY:
        faults.append(source.fault("empty-layer", "no row", f"at least one row of {layer}"))
    frame, found, mended = check_geometry(source, frame, KINDS[layer], repair=settings.repair)
    faults += found
    notes += mended
    if frame.crs is not None:
        faults += check_range(source, frame, frame.crs)
    if settings.repair:
        frame, dropped = _without_repeats(source, frame, chosen)
        notes += dropped
    columns = Columns(source, frame, raw.columns, named)
    frame, more = _table(columns, chosen, repair=settings.repair)
    faults += columns.faults
    if layer in AS_POINTS:
        frame = to_points(frame)
    return frame, [*notes, *more]


def _column_names(chosen: LayerSettings) -> tuple[list[str], frozenset[str], str, str]:
    """Return the columns wanted, the fields the planner named, and the coordinate columns."""
    columns: CoordinateColumns | StreetColumns | ZoningColumns
    match chosen:
        case (
            DemandSettings()
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
    names = [str(value) for value in columns.model_dump().values()]
    if isinstance(chosen, DemandSettings):
        names += list(chosen.segments.values())
    lon, lat = (columns.lon, columns.lat) if isinstance(columns, CoordinateColumns) else ("lon", "lat")
    return names, frozenset(columns.model_fields_set) - {"lon", "lat"}, lon, lat


def _with_crs(
    source: Source, raw: Raw, chosen: LayerSettings, faults: list[Fault]
) -> tuple[gpd.GeoDataFrame, list[str]]:
    frame = raw.frame
    if chosen.crs is None:
        if frame.crs is None:
            fix = 'State the layer\'s crs, such as crs = "EPSG:4326".'
            faults.append(source.fault("missing-crs", "no coordinate system", "one in the file or the settings", fix))
        return frame, []
    stated = parse_crs(source, chosen.crs)
    if frame.crs is None or frame.crs.equals(stated, ignore_axis_order=True):
        return frame.set_crs(stated, allow_override=True), []
    note = f"{source.name}: read as {stated.name}, as outlet.toml says; the file says {frame.crs.name}"
    return frame.set_crs(stated, allow_override=True), [note]


def _filtered(source: Source, raw: Raw, chosen: LayerSettings, faults: list[Fault]) -> gpd.GeoDataFrame:
    frame = raw.frame
    for rules, keep in ((chosen.where, True), (chosen.where_not, False)):
        for column, values in rules.items():
            if column in frame.columns:
                frame = keep_rows(frame, column, values, keep=keep)
            else:
                faults.append(missing_column(source, column, raw.columns))
    return frame


def _without_repeats(
    source: Source, frame: gpd.GeoDataFrame, chosen: LayerSettings
) -> tuple[gpd.GeoDataFrame, list[str]]:
    if not isinstance(chosen, DemandSettings | CandidateSettings | ExistingSettings):
        return frame, []
    column = chosen.columns.id
    if column not in frame.columns or not bool(frame[column].duplicated().any()):
        return frame, []
    repeated = frame[column].duplicated(keep="first")
    return frame[~repeated], [f"{source.name}: {int(repeated.sum())} rows with a repeated id were dropped"]


def _table(columns: Columns, chosen: LayerSettings, *, repair: bool) -> tuple[gpd.GeoDataFrame, list[str]]:
    match chosen:
        case DemandSettings():
            return demand_table(columns, chosen, repair=repair)
        case CandidateSettings():
            return candidates_table(columns, chosen), []
        case ExistingSettings():
            return existing_table(columns, chosen), []
        case CompetitorSettings():
            return competitors_table(columns, chosen), []
        case StopSettings():
            return stops_table(columns, chosen), []
        case StreetSettings():
            return streets_table(columns, chosen)
        case ZoningSettings():
            return zoning_table(columns, chosen), []
    return columns.frame[["geometry"]], []


def _check_sites(project: Project, settings: DataSettings, gathered: Gathered) -> None:
    """Check what no single layer shows: ids across layers, and hall plan files."""
    files = {"candidates": settings.candidates.file, "existing": settings.existing and settings.existing.file}
    for layer, file in files.items():
        frame = gathered.frames.get(layer)
        if frame is None or file is None:
            continue
        for row, plan in frame["hall_plan"].items():
            if plan is not None and not _is_inside(project, plan):
                fault = Fault(
                    str(file),
                    code="missing-file",
                    found=f"{plan!r}, which is no file in the project folder",
                    expected="a hall plan inside the project folder",
                    row=int(row),
                    column="hall_plan",
                )
                gathered.faults.append(fault)
    if files["candidates"] and files["existing"] and {"candidates", "existing"} <= gathered.frames.keys():
        names = (str(files["candidates"]), str(files["existing"]))
        gathered.faults += shared_ids(gathered.frames["candidates"], gathered.frames["existing"], names)


def _is_inside(project: Project, plan: str) -> bool:
    try:
        return project.path(plan).is_file()
    except InputError:
        return False
