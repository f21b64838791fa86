"""Turn layers and results into the plain values that the page's scripts draw."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from siting.data.layers import ORIGIN, SitingData, drawn_demand, inner_points
from siting.data.results import Results
from siting.maps.backdrop import STEP_DEG, Backdrop, Grid, encode, encode_areas, to_degrees
from siting.study.breakdown import is_weighted_mean

SHADES = 5
BUILDING_M2 = 5_000.0
MANY_LINKS = 600


def grid_of(data: SitingData) -> Grid:
    """Return the grid whose origin is the south-western corner of demand and candidates."""
    bounds = np.array([frame.total_bounds for frame in (drawn_demand(data), data.candidates) if len(frame)])
    corner = shapely.Point(bounds[:, 0].min(), bounds[:, 1].min())
    degrees = shapely.get_coordinates(to_degrees(np.array([corner], dtype=object), data.crs))[0]
    return Grid(round(float(degrees[0]), 4), round(float(degrees[1]), 4))


def shade_by(data: SitingData) -> tuple[NDArray[np.float64], bool]:
    """Return what demand is shaded by, shape (n,), and whether that is demand per square kilometre.

    Polygons that tile a city are shaded by density, so that large ones do not look important for their size alone;
    points and buildings by their weight.
    """
    demand = drawn_demand(data)
    weight = demand["weight"].to_numpy(dtype=np.float64)
    area = demand.geometry.area.to_numpy(dtype=np.float64)
    if len(area) == 0 or (area <= 0).any() or float(np.median(area)) < BUILDING_M2:
        return weight, False
    return weight / area * 1e6, True


def shade_breaks(values: NDArray[np.float64]) -> list[float]:
    """Return the limits of five classes of equal size among what is above zero; fewer where values repeat."""
    known = values[values > 0]
    if known.size == 0:
        return [0.0, 1.0]
    limits = np.unique(np.quantile(known, np.linspace(0, 1, SHADES + 1)))
    rounded = [float(f"{limit:.2g}") for limit in limits]
    rounded = sorted(set(rounded))
    return rounded if len(rounded) > 1 else [0.0, rounded[0] or 1.0]


def drawn_layers(data: SitingData, results: Results, backdrop: Backdrop, grid: Grid) -> dict[str, object]:
    """Return the layers that do not change when weights do."""
    outlet_at = {outlet.id: at for at, outlet in enumerate(results.outlets)}
    return {
        "origin": [grid.lon, grid.lat],
        "step": STEP_DEG,
        "streets": backdrop.streets,
        "water": backdrop.water,
        "demand": _demand(data, grid),
        "area": encode_areas([data.area], data.crs, grid) if data.area is not None else [],
        "stops": _points(data.stops, grid, ("name", "mode", "station")),
        "competitors": _points(data.competitors, grid, ("name", "brand")),
        "assignment": _links(data, results, outlet_at),
    }


def _demand(data: SitingData, grid: Grid) -> dict[str, object]:
    demand = drawn_demand(data)
    measure, _ = shade_by(data)
    breaks = shade_breaks(measure)
    shade = np.clip(np.searchsorted(breaks, measure, side="right") - 1, 0, len(breaks) - 2)
    middle = _encoded(inner_points(demand), data.crs, grid)
    areas = bool((demand.geometry.area > 0).all()) and len(demand) > 0
    return {
        "name": [str(name) for name in demand["name"]],
        "weight": [rounded(weight, 2) for weight in demand["weight"]],
        "shade": [int(value) for value in shade],
        "breaks": breaks,
        "middle": middle,
        "points": None if areas else middle,
        "rings": encode_areas(demand.geometry.to_numpy(), data.crs, grid) if areas else None,
    }


def _encoded(xy: NDArray[np.float64], crs: pyproj.CRS, grid: Grid) -> list[list[int]]:
    if len(xy) == 0:
        return []
    degrees = shapely.get_coordinates(to_degrees(np.asarray(shapely.points(xy), dtype=object), crs))
    return [encode(place[None, :], grid) for place in degrees]


def _points(frame: gpd.GeoDataFrame, grid: Grid, columns: Sequence[str]) -> list[dict[str, object]]:
    if len(frame) == 0:
        return []
    xy = np.asarray(shapely.get_coordinates(frame.geometry.to_numpy()), dtype=np.float64)
    places = _encoded(xy, pyproj.CRS.from_user_input(frame.crs), grid)
    rows = zip(*(frame[column] for column in columns), strict=True)
    return [
        {"at": place, **{column: _plain(value) for column, value in zip(columns, row, strict=True)}}
        for place, row in zip(places, rows, strict=True)
    ]


def _plain(value: object) -> str | bool:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return "" if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)) else str(value)


def _links(data: SitingData, results: Results, outlet_at: Mapping[str, int]) -> list[list[int]]:
    if results.assignment is None:
        return []
    demand_at = {str(id_): at for at, id_ in enumerate(drawn_demand(data)["id"])}
    if data.demand_areas is not None:
        origins = zip(data.demand["id"], data.demand[ORIGIN], strict=True)
        demand_at = {str(id_): demand_at[str(origin)] for id_, origin in origins}
    pairs = zip(results.assignment["demand_id"], results.assignment["outlet_id"], strict=True)
    known = ((demand_at[d], outlet_at[o]) for d, o in pairs if d in demand_at and o in outlet_at)
    return [list(link) for link in dict.fromkeys(known)]


def candidate_values(data: SitingData, results: Results) -> dict[str, object]:
    """Return the candidates in the order of their rank, with the value of every feature.

    Scores and ranks are those of candidates.csv; ``values`` are 0–100 or None where a feature is missing; ``parts`` are
    the contributions where they are not just weight × value.
    """
    table = results.candidates
    additive = is_weighted_mean(table, results.features)
    names = dict(zip(data.candidates["id"], data.candidates["name"], strict=True))
    places = dict(zip(data.candidates["id"], _degrees(data.candidates), strict=True))
    ids = [str(id_) for id_ in table["id"]]
    return {
        "id": ids,
        "name": [str(names.get(id_, id_)) for id_ in ids],
        **_origin(data.candidates, ids),
        "lon": [places[id_][0] for id_ in ids],
        "lat": [places[id_][1] for id_ in ids],
        "score": [rounded(value, 4) for value in table["score"]],
        "rank": [int(value) for value in table["rank"]],
        "low": [_whole(value) for value in table["rank_low"]],
        "high": [_whole(value) for value in table["rank_high"]],
        "values": _matrix(table, results.features, "_value", 4),
        "raw": _matrix(table, results.features, "_raw", 3),
        "parts": None if additive else _matrix(table, results.features, "_contribution", 4),
    }


def _origin(frame: gpd.GeoDataFrame, ids: Sequence[str]) -> dict[str, object]:
    """Return by which rule candidates were made, blank for given ones, and how like twins are, None for the others."""
    if "rule" not in frame.columns:
        return {"rule": [""] * len(ids), "alike": [None] * len(ids)}
    rules = dict(zip(frame["id"], frame["rule"], strict=True))
    likeness = dict(zip(frame["id"], frame["alike"], strict=True)) if "alike" in frame.columns else {}
    return {
        "rule": [str(rules.get(id_, "")) for id_ in ids],
        "alike": [rounded(likeness.get(id_), 2) for id_ in ids],
    }


def _degrees(frame: gpd.GeoDataFrame) -> list[tuple[float, float]]:
    degrees = shapely.get_coordinates(to_degrees(frame.geometry.to_numpy(), pyproj.CRS.from_user_input(frame.crs)))
    return [(round(float(lon), 6), round(float(lat), 6)) for lon, lat in degrees]


def _matrix(table: pd.DataFrame, features: Sequence[str], suffix: str, digits: int) -> list[list[float | None]]:
    columns = [[rounded(value, digits) for value in table[feature + suffix]] for feature in features]
    return [list(row) for row in zip(*columns, strict=True)]


def outlet_values(data: SitingData, results: Results) -> list[dict[str, object]]:
    """Return opened, kept and closed outlets with their shares; ``candidate`` is the position by rank, or −1."""
    at = {str(id_): place for place, id_ in enumerate(results.candidates["id"])}
    share = {} if results.share is None else results.share.set_index("outlet_id").to_dict("index")
    values: list[dict[str, object]] = []
    told = results.has_formats
    for outlet in results.outlets:
        row = share.get(outlet.id, {})
        values.append(
            {
                "id": outlet.id,
                "name": outlet.name,
                "role": outlet.role,
                "format": outlet.format if told else None,
                "lon": outlet.lon,
                "lat": outlet.lat,
                "captured": rounded(outlet.demand_captured, 2),
                "score": rounded(outlet.score, 4),
                "year": outlet.year,
                "share_open": rounded(outlet.share_open, 4),
                "share_before": rounded(row.get("share_before"), 6),
                "share_after": rounded(row.get("share_after"), 6),
                "candidate": at.get(outlet.id, -1),
            }
        )
    return values + _closed(data, results)


def _closed(data: SitingData, results: Results) -> list[dict[str, object]]:
    empty = {
        "format": None, "captured": None, "score": None, "year": None, "share_open": None, "share_before": None,
        "share_after": None, "candidate": -1,
    }  # fmt: skip
    gone = set(results.plan.closed)
    rows = zip(data.existing["id"], data.existing["name"], _degrees(data.existing), strict=True) if gone else ()
    return [
        {"id": str(id_), "name": str(name), "role": "closed", "lon": place[0], "lat": place[1], **empty}
        for id_, name, place in rows
        if id_ in gone
    ]


def rounded(value: object, digits: int) -> float | None:
    """Return a figure rounded, or None where it is missing."""
    if not isinstance(value, int | float | np.integer | np.floating) or not math.isfinite(value):
        return None
    return round(float(value), digits) + 0.0


def _whole(value: object) -> int | None:
    known = rounded(value, 0)
    return None if known is None else int(known)
