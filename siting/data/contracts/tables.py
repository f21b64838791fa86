"""Keep every layer to its table contract: which columns, of which type, under which names, and what cells may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from outlet.data.cells import is_empty
from outlet.data.contract import faults_of, flag, number, one_of, required, unique_id
from outlet.errors import Fault
from outlet.findings import Remark
from siting.data.contracts.columns import Columns
from siting.data.contracts.opened import EXPECTED, read_opened
from siting.data.contracts.ways import streets_table
from siting.data.layers import PART, SEGMENT, TERM
from siting.settings.data import (
    MODES,
    CandidateSettings,
    CompetitorSettings,
    DemandSettings,
    ExistingSettings,
    SpreadSettings,
    StopSettings,
    ZoningSettings,
)
from siting.settings.generate import GenerateSettings
from siting.settings.layer import LayerSettings
from siting.settings.streets import StreetSettings

if TYPE_CHECKING:
    from pandera.pandas import Check

STATION_MODES = ("rail", "metro")
CANDIDATE_NUMBERS = ("rent_per_year", "fit_out_cost", "area_m2", "frontage_m")
EXISTING_NUMBERS = ("area_m2", "sales", "visits", "deposits", "staff")
LARGEST_HALL_M2 = 1e6
LONGEST_FRONTAGE_M = 1e4
ROUNDING = 1e-6
MOST_PER_HOUR = 3600.0


@dataclass(frozen=True)
class Clause:
    """What a layer's contract says of one column: its field, whether it must be there, what its cells may hold."""

    field: str
    column: str
    checks: tuple[Check, ...] = ()
    must: bool = False


def contract_of(chosen: LayerSettings) -> list[Clause]:
    """Return the contract of a layer, under the column names of its file; none where the layer is geometry alone."""
    match chosen:
        case DemandSettings():
            return _demand_clauses(chosen)
        case SpreadSettings():
            return [Clause("weight", chosen.columns.weight, (required(expected="a number from 0"), *number()))]
        case CandidateSettings():
            return _candidate_clauses(chosen)
        case ExistingSettings():
            return _existing_clauses(chosen)
        case CompetitorSettings():
            names = chosen.columns
            pull = Clause("attraction", names.attraction, (*number(above=0.0),))
            return [
                _id(names.id),
                Clause("name", names.name),
                Clause("brand", names.brand),
                pull,
                *_terms(chosen.terms),
            ]
        case StopSettings():
            return _stop_clauses(chosen)
        case StreetSettings():
            return _street_clauses(chosen)
        case ZoningSettings():
            return [Clause("allowed", chosen.columns.allowed, (required(),), must=True)]
    return []


def _id(column: str, *, must: bool = False) -> Clause:
    return Clause("id", column, tuple(unique_id()), must=must)


def _demand_clauses(chosen: DemandSettings) -> list[Clause]:
    names = chosen.columns
    weight = (required(expected="a number from 0"), *number())
    segments = [Clause("segment", column, weight, must=True) for _, column in sorted(chosen.segments.items())]
    parts = [Clause("part", part.column, weight, must=True) for _, part in sorted(chosen.parts_of_day.items())]
    return [
        _id(names.id, must=True),
        Clause("name", names.name),
        Clause("weight", names.weight, weight, must=True),
        Clause("grade", names.grade),
        *segments,
        *parts,
    ]


def _candidate_clauses(chosen: CandidateSettings) -> list[Clause]:
    names = chosen.columns
    return [
        _id(names.id, must=True),
        Clause("name", names.name),
        Clause("format", names.format),
        Clause("region", names.region),
        Clause("rent_per_year", names.rent_per_year, (*number(),)),
        Clause("fit_out_cost", names.fit_out_cost, (*number(),)),
        Clause("area_m2", names.area_m2, (*number(above=0.0, high=LARGEST_HALL_M2),)),
        Clause("frontage_m", names.frontage_m, (*number(high=LONGEST_FRONTAGE_M),)),
        Clause("hall_plan", names.hall_plan),
        *_terms(chosen.terms),
    ]


def _existing_clauses(chosen: ExistingSettings) -> list[Clause]:
    names = chosen.columns
    return [
        _id(names.id, must=True),
        Clause("name", names.name),
        Clause("brand", names.brand),
        Clause("area_m2", names.area_m2, (*number(above=0.0, high=LARGEST_HALL_M2),)),
        Clause("sales", names.sales, (*number(),)),
        Clause("visits", names.visits, (*number(),)),
        Clause("deposits", names.deposits, (*number(),)),
        Clause("staff", names.staff, (*number(),)),
        Clause("opened", names.opened, (_when(chosen),)),
        Clause("may_close", names.may_close, (flag(),)),
        Clause("closing_cost", names.closing_cost, (*number(),)),
        Clause("hall_plan", names.hall_plan),
        *_terms(chosen.terms),
    ]


def _terms(terms: Mapping[str, str]) -> list[Clause]:
    return [Clause("term", column, (*number(above=0.0),), must=True) for _, column in sorted(terms.items())]


def _term_columns(columns: Columns, terms: Mapping[str, str]) -> dict[str, object]:
    return {TERM + name: columns.numbers(column) for name, column in sorted(terms.items())}


def _when(chosen: ExistingSettings) -> Check:
    from pandera.pandas import Check

    return Check(
        lambda cells: pd.Series(
            ~np.isnan(read_opened(cells, day_first=chosen.opened_day_first)) | is_empty(cells), index=cells.index
        ),
        name="not-a-date",
        error=EXPECTED,
        description="Write the year first, or state opened_day_first.",
        ignore_na=False,
    )


def _stop_clauses(chosen: StopSettings) -> list[Clause]:
    names = chosen.columns
    return [
        _id(names.id),
        Clause("name", names.name),
        Clause("mode", names.mode, (one_of(MODES, "unknown-mode"),)),
        Clause("station", names.station, (flag(),)),
        Clause("departures_per_hour", names.departures_per_hour, (*number(high=MOST_PER_HOUR),)),
    ]


def _street_clauses(chosen: StreetSettings) -> list[Clause]:
    names = chosen.columns
    return [
        Clause("name", names.name),
        Clause("kind", names.kind),
        Clause("walkable", names.walkable, (flag(),)),
        Clause("speed_limit", names.speed_limit),
        Clause("oneway", names.oneway),
        Clause("junction", names.junction),
        Clause("access", names.access),
        Clause("motor_vehicle", names.motor_vehicle),
    ]


def table_faults(columns: Columns, clauses: Sequence[Clause]) -> list[Fault]:
    """Return every fault of a file's cells against its layer's contract, and of columns that are not there."""
    from pandera.pandas import Column, DataFrameSchema

    checks: dict[str, list[Check]] = {}
    for clause in clauses:
        if clause.must or clause.field in columns.named or columns.has(clause.column):
            held = checks.setdefault(clause.column, [])
            held += [check for check in clause.checks if check.name not in {other.name for other in held}]
    schema = DataFrameSchema({column: Column(checks=held, nullable=True) for column, held in checks.items()})
    table = columns.frame.drop(columns=columns.frame.geometry.name)
    return faults_of(schema, pd.DataFrame(table), columns.source.name, known=columns.known)


def layer_table(columns: Columns, chosen: LayerSettings) -> gpd.GeoDataFrame:
    """Return a layer with the columns of its contract, under our names; cells that break it are empty or NaN."""
    match chosen:
        case DemandSettings():
            return demand_table(columns, chosen)
        case SpreadSettings():
            return spread_table(columns, chosen)
        case CandidateSettings():
            return candidates_table(columns, chosen)
        case ExistingSettings():
            return existing_table(columns, chosen)
        case CompetitorSettings():
            return competitors_table(columns, chosen)
        case StopSettings():
            return stops_table(columns, chosen)
        case StreetSettings():
            return streets_table(columns, chosen)
        case ZoningSettings():
            return zoning_table(columns, chosen)
    return columns.frame[["geometry"]]


def _frame(columns: Columns, data: dict[str, object]) -> gpd.GeoDataFrame:
    geometry = columns.frame.geometry
    return gpd.GeoDataFrame(pd.DataFrame(data, index=columns.frame.index), geometry=geometry, crs=geometry.crs)


def demand_table(columns: Columns, settings: DemandSettings) -> gpd.GeoDataFrame:
    """Return the demand layer: id, name, weight, grade (where given) and one column per segment."""
    names = settings.columns
    ids = columns.ids(names.id, "d")
    data: dict[str, object] = {
        "id": ids,
        "name": columns.names(names.name, ids),
        "weight": columns.numbers(names.weight) * settings.weight_factor,
    }
    if columns.has(names.grade):
        data["grade"] = columns.optional_text(names.grade)
    for segment, column in sorted(settings.segments.items()):
        held = columns.numbers(column, 0.0)
        data[SEGMENT + segment] = held * settings.weight_factor
        columns.remarks += _more_than_all(columns, settings, segment, held)
    for name, part in sorted(settings.parts_of_day.items()):
        data[PART + name] = columns.numbers(part.column, 0.0) * settings.weight_factor
    return _frame(columns, data)


def _more_than_all(columns: Columns, settings: DemandSettings, segment: str, held: NDArray[np.float64]) -> list[Remark]:
    """Tell of rows where a segment, as the column has it, exceeds the weight."""
    weight = columns.numbers(settings.columns.weight)
    above = np.asarray(held > weight * (1 + ROUNDING), dtype=np.bool_)
    if not above.any():
        return []
    all_of_it = settings.columns.weight
    told = f"{int(above.sum())} of {len(above)} rows have more of the segment {segment!r} than of {all_of_it}"
    return [columns.remark("segment-above-weight", told, above)]


def spread_table(columns: Columns, settings: SpreadSettings) -> gpd.GeoDataFrame:
    """Return what demand is spread onto: weight, where the file has it."""
    weight = settings.columns.weight
    return _frame(columns, {"weight": columns.numbers(weight)} if columns.has(weight) else {})


def candidates_table(columns: Columns, settings: CandidateSettings) -> gpd.GeoDataFrame:
    """Return the candidates: id, name, format, region, rent, fit-out, area, frontage, hall plan."""
    names = settings.columns
    ids = columns.ids(names.id, "c")
    data: dict[str, object] = {
        "id": ids,
        "name": columns.names(names.name, ids),
        "format": columns.text(names.format, settings.default_format),
        "region": columns.text(names.region),
        "rent_per_year": columns.numbers(names.rent_per_year),
        "fit_out_cost": columns.numbers(names.fit_out_cost),
        "area_m2": columns.numbers(names.area_m2),
        "frontage_m": columns.numbers(names.frontage_m),
        "hall_plan": columns.optional_text(names.hall_plan),
        **_term_columns(columns, settings.terms),
    }
    return _frame(columns, data)


def existing_table(columns: Columns, settings: ExistingSettings) -> gpd.GeoDataFrame:
    """Return the existing outlets: id, name, brand, area, performance per year, staff, whether and for what it may
    close, hall plan.
    """
    names = settings.columns
    ids = columns.ids(names.id, "e")
    data: dict[str, object] = {
        "id": ids,
        "name": columns.names(names.name, ids),
        "brand": columns.text(names.brand),
        "area_m2": columns.numbers(names.area_m2),
        "sales": columns.numbers(names.sales),
        "visits": columns.numbers(names.visits),
        "deposits": columns.numbers(names.deposits),
        "staff": columns.numbers(names.staff),
        "opened": _opened(columns, settings),
        "may_close": columns.flags(names.may_close, default=False),
        "closing_cost": columns.numbers(names.closing_cost),
        "hall_plan": columns.optional_text(names.hall_plan),
        **_term_columns(columns, settings.terms),
    }
    return _frame(columns, data)


def _opened(columns: Columns, settings: ExistingSettings) -> NDArray[np.float64]:
    if not columns.has(settings.columns.opened):
        return np.full(len(columns.frame), np.nan)
    return read_opened(columns.frame[settings.columns.opened], day_first=settings.opened_day_first)


def competitors_table(columns: Columns, settings: CompetitorSettings) -> gpd.GeoDataFrame:
    """Return the competitors: id, name, brand, attraction."""
    names = settings.columns
    ids = columns.ids(names.id, "r")
    data: dict[str, object] = {
        "id": ids,
        "name": columns.names(names.name, ids),
        "brand": columns.text(names.brand),
        "attraction": columns.numbers(names.attraction, settings.default_attraction),
        **_term_columns(columns, settings.terms),
    }
    return _frame(columns, data)


def stops_table(columns: Columns, settings: StopSettings) -> gpd.GeoDataFrame:
    """Return the stops: id, name, mode, station, departures per hour."""
    names = settings.columns
    ids = columns.ids(names.id, "s")
    modes = columns.text(names.mode, settings.default_mode).str.lower()
    known = columns.has(names.station)
    data: dict[str, object] = {
        "id": ids,
        "name": columns.names(names.name, ids),
        "mode": modes,
        "station": columns.flags(names.station, default=False) if known else modes.isin(STATION_MODES).to_numpy(bool),
        "departures_per_hour": columns.numbers(names.departures_per_hour),
    }
    return _frame(columns, data)


def zoning_table(columns: Columns, settings: ZoningSettings) -> gpd.GeoDataFrame:
    """Return the zoning: allowed."""
    text = columns.text(settings.columns.allowed).str.lower()
    return _frame(columns, {"allowed": text.isin([value.lower() for value in settings.allowed_values]).to_numpy()})


def generated_table(
    points: NDArray[np.float64], names: list[str], rule: GenerateSettings, *, crs: object
) -> gpd.GeoDataFrame:
    """Return candidates made by a rule at points, shape (k, 2), all but their ids; ``rule`` tells by which."""
    count = len(points)
    area = np.nan if rule.area_m2 is None else rule.area_m2
    rent = np.nan if rule.rent_per_m2 is None else rule.rent_per_m2 * area
    fit_out = np.nan if rule.fit_out_per_m2 is None else rule.fit_out_per_m2 * area
    data = {
        "id": pd.Series([""] * count, dtype="str"),
        "name": pd.Series(names, dtype="str"),
        "format": pd.Series([rule.format] * count, dtype="str"),
        "region": pd.Series([""] * count, dtype="str"),
        "rent_per_year": np.full(count, rent),
        "fit_out_cost": np.full(count, fit_out),
        "area_m2": np.full(count, area),
        "frontage_m": np.full(count, np.nan if rule.frontage_m is None else rule.frontage_m),
        "hall_plan": pd.Series([None] * count, dtype=object),
        "rule": pd.Series([rule.rule] * count, dtype="str"),
    }
    return gpd.GeoDataFrame(pd.DataFrame(data), geometry=shapely.points(points), crs=crs)


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


def to_points(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the layer with a point inside each polygon instead of the polygon."""
    shapes = frame.geometry.to_numpy()
    inner = gpd.GeoSeries(shapely.point_on_surface(shapes), index=frame.index, crs=frame.crs)
    return frame.set_geometry(inner)
