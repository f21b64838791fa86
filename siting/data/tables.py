"""Keep every layer to its table contract: which columns, of which type, under which names."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from outlet.errors import Fault
from siting.data.columns import Columns
from siting.data.layers import SEGMENT
from siting.settings.data import (
    MODES,
    CandidateSettings,
    CompetitorSettings,
    DemandSettings,
    ExistingSettings,
    GenerateSettings,
    StopSettings,
    StreetSettings,
    ZoningSettings,
)

STATION_MODES = ("rail", "metro")
CANDIDATE_NUMBERS = ("rent_per_year", "fit_out_cost", "area_m2", "frontage_m")
EXISTING_NUMBERS = ("area_m2", "sales", "visits", "deposits", "staff")


def _frame(columns: Columns, data: dict[str, object]) -> gpd.GeoDataFrame:
    geometry = columns.frame.geometry
    return gpd.GeoDataFrame(pd.DataFrame(data, index=columns.frame.index), geometry=geometry, crs=geometry.crs)


def demand_table(columns: Columns, settings: DemandSettings, *, repair: bool) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the demand layer: id, name, weight, grade (where given) and one column per segment."""
    names = settings.columns
    notes = columns.fill_zero(names.weight) if repair else []
    ids = columns.ids("id", names.id, required=True, prefix="d")
    data: dict[str, object] = {
        "id": ids,
        "name": _names(columns, names.name, ids),
        "weight": columns.number("weight", names.weight, required=True) * settings.weight_factor,
    }
    if columns.has("grade", names.grade):
        data["grade"] = columns.optional_text("grade", names.grade)
    for segment, column in sorted(settings.segments.items()):
        data[SEGMENT + segment] = columns.number("segment", column, default=0.0) * settings.weight_factor
        if column not in columns.known:
            columns.has("segment", column, required=True)
    return _frame(columns, data), notes


def candidates_table(columns: Columns, settings: CandidateSettings) -> gpd.GeoDataFrame:
    """Return the candidates: id, name, format, rent, fit-out, area, frontage, hall plan."""
    names = settings.columns
    ids = columns.ids("id", names.id, required=True, prefix="c")
    data: dict[str, object] = {
        "id": ids,
        "name": _names(columns, names.name, ids),
        "format": columns.text("format", names.format, settings.default_format),
        "rent_per_year": columns.number("rent_per_year", names.rent_per_year),
        "fit_out_cost": columns.number("fit_out_cost", names.fit_out_cost),
        "area_m2": columns.number("area_m2", names.area_m2, positive=True),
        "frontage_m": columns.number("frontage_m", names.frontage_m),
        "hall_plan": columns.optional_text("hall_plan", names.hall_plan),
    }
    return _frame(columns, data)


def existing_table(columns: Columns, settings: ExistingSettings) -> gpd.GeoDataFrame:
    """Return the existing outlets: id, name, brand, area, performance per year, staff, may_close, hall plan."""
    names = settings.columns
    ids = columns.ids("id", names.id, required=True, prefix="e")
    data: dict[str, object] = {
        "id": ids,
        "name": _names(columns, names.name, ids),
        "brand": columns.text("brand", names.brand),
        "area_m2": columns.number("area_m2", names.area_m2, positive=True),
        "sales": columns.number("sales", names.sales),
        "visits": columns.number("visits", names.visits),
        "deposits": columns.number("deposits", names.deposits),
        "staff": columns.number("staff", names.staff),
        "may_close": columns.flag("may_close", names.may_close, default=False),
        "hall_plan": columns.optional_text("hall_plan", names.hall_plan),
    }
    return _frame(columns, data)


def competitors_table(columns: Columns, settings: CompetitorSettings) -> gpd.GeoDataFrame:
    """Return the competitors: id, name, brand, attraction."""
    names = settings.columns
    ids = columns.ids("id", names.id, required=False, prefix="r")
    data: dict[str, object] = {
        "id": ids,
        "name": _names(columns, names.name, ids),
        "brand": columns.text("brand", names.brand),
        "attraction": columns.number(
            "attraction", names.attraction, default=settings.default_attraction, positive=True
        ),
    }
    return _frame(columns, data)


def stops_table(columns: Columns, settings: StopSettings) -> gpd.GeoDataFrame:
    """Return the stops: id, name, mode, station, departures per hour."""
    names = settings.columns
    ids = columns.ids("id", names.id, required=False, prefix="s")
    modes = columns.text("mode", names.mode, settings.default_mode).str.lower()
    for row in modes.index[~modes.isin(MODES)]:
        columns.fault(int(row), names.mode, "unknown-mode", repr(str(modes[row])), f"one of {', '.join(MODES)}")
    if columns.has("station", names.station):
        station = columns.flag("station", names.station, default=False)
    else:
        station = modes.isin(STATION_MODES).to_numpy(dtype=bool)
    data: dict[str, object] = {
        "id": ids,
        "name": _names(columns, names.name, ids),
        "mode": modes,
        "station": station,
        "departures_per_hour": columns.number("departures_per_hour", names.departures_per_hour),
    }
    return _frame(columns, data)


def streets_table(columns: Columns, settings: StreetSettings) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the walkable ways: name, kind; lines in several parts become several rows."""
    names = settings.columns
    data: dict[str, object] = {
        "name": columns.text("name", names.name),
        "kind": columns.text("kind", names.kind),
    }
    frame = _frame(columns, data)
    walkable = ~frame["kind"].isin(settings.not_walkable)
    notes = []
    if not bool(walkable.all()):
        notes.append(f"{columns.source.name}: {int((~walkable).sum())} ways nobody walks along were dropped")
    frame = frame[walkable]
    if not bool((frame.geometry.geom_type == "LineString").all()):
        frame = frame.explode(index_parts=False)
    return frame, notes


def zoning_table(columns: Columns, settings: ZoningSettings) -> gpd.GeoDataFrame:
    """Return the zoning: allowed."""
    text = columns.text("allowed", settings.columns.allowed, required=True).str.lower()
    return _frame(columns, {"allowed": text.isin([value.lower() for value in settings.allowed_values]).to_numpy()})


def generated_table(points: gpd.GeoSeries, names: list[str], rule: GenerateSettings) -> gpd.GeoDataFrame:
    """Return candidates made by a rule, numbered ``c0001`` onwards in the order given."""
    count = len(points)
    width = max(4, len(str(count)))
    area = np.nan if rule.area_m2 is None else rule.area_m2
    rent = np.nan if rule.rent_per_m2 is None else rule.rent_per_m2 * area
    fit_out = np.nan if rule.fit_out_per_m2 is None else rule.fit_out_per_m2 * area
    data = {
        "id": pd.Series([f"c{number:0{width}d}" for number in range(1, count + 1)], dtype="str"),
        "name": pd.Series(names, dtype="str"),
        "format": pd.Series([rule.format] * count, dtype="str"),
        "rent_per_year": np.full(count, rent),
        "fit_out_cost": np.full(count, fit_out),
        "area_m2": np.full(count, area),
        "frontage_m": np.full(count, np.nan if rule.frontage_m is None else rule.frontage_m),
        "hall_plan": pd.Series([None] * count, dtype=object),
    }
    return gpd.GeoDataFrame(pd.DataFrame(data), geometry=points.to_numpy(), crs=points.crs)


EMPTY: dict[str, dict[str, str]] = {
    "existing": {"id": "str", "name": "str", "brand": "str"}
    | dict.fromkeys(EXISTING_NUMBERS, "float64")
    | {"may_close": "bool", "hall_plan": "object"},
    "candidates": {"id": "str", "name": "str", "format": "str"}
    | dict.fromkeys(CANDIDATE_NUMBERS, "float64")
    | {"hall_plan": "object"},
    "competitors": {"id": "str", "name": "str", "brand": "str", "attraction": "float64"},
    "stops": {"id": "str", "name": "str", "mode": "str", "station": "bool", "departures_per_hour": "float64"},
    "streets": {"name": "str", "kind": "str"},
    "water": {},
}


def empty_table(layer: str, crs: object) -> gpd.GeoDataFrame:
    """Return a layer of no rows that satisfies its contract."""
    data = {name: pd.Series([], dtype=kind) for name, kind in EMPTY[layer].items()}
    return gpd.GeoDataFrame(pd.DataFrame(data), geometry=gpd.GeoSeries([], crs=crs), crs=crs)


def shared_ids(candidates: gpd.GeoDataFrame, existing: gpd.GeoDataFrame, names: tuple[str, str]) -> list[Fault]:
    """Find ids that both a candidate and an existing outlet have; ``names`` are the two files."""
    both = sorted(set(candidates["id"]) & set(existing["id"]) - {""})
    return [
        Fault(
            names[1],
            code="duplicate-id",
            found=f"id {value!r}, which a candidate in {names[0]} has too",
            expected="ids unique across candidates and existing outlets",
            fix="Rename one of them.",
            row=value,
        )
        for value in both
    ]


def _names(columns: Columns, column: str, ids: pd.Series) -> pd.Series:
    text = columns.text("name", column)
    return text.where(text != "", ids)


def to_points(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the layer with a point inside each polygon instead of the polygon."""
    shapes = frame.geometry.to_numpy()
    inner = gpd.GeoSeries(shapely.point_on_surface(shapes), index=frame.index, crs=frame.crs)
    return frame.set_geometry(inner)
