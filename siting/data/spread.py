"""Spread the demand of polygons onto points: what `[siting.data.demand.spread]` asks for.

Weight and segments of a polygon are divided by one set of shares, so that its sums stay what they are and so does the
mix of its people. A point made of polygon ``17`` is called ``17/1``, ``17/2`` … from south to north; its column
``origin`` is ``17``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from outlet.errors import Fault, InputError
from outlet.findings import Remark
from siting.data.layers import ORIGIN, amount_columns
from siting.geo.interpolation import pairs_that_meet
from siting.geo.spread import Pieces, onto_grid, onto_points, onto_polygons, onto_streets
from siting.settings.data import DemandSettings, SpreadSettings

INPUT = "siting.data.demand.spread"
SHOWN = 5
NOTHING = np.zeros(0, dtype=np.int64)


@dataclass
class SpreadDemand:
    """Demand spread onto points, the same as it came (None where nothing was spread), and what there is to tell."""

    demand: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame | None = None
    remarks: list[Remark] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def spread_demand(
    settings: DemandSettings, demand: gpd.GeoDataFrame, targets: gpd.GeoDataFrame | None, streets: gpd.GeoDataFrame
) -> SpreadDemand:
    """Return demand with points instead of polygons, where the settings ask for it.

    Parameters
    ----------
    settings
        ``[siting.data.demand]``.
    demand
        The demand layer, with a RangeIndex, in a metric coordinate system.
    targets
        The layer that demand is spread onto, with a column ``weight`` where the file has one; None without a file.
    streets
        The streets; looked at only where demand is spread along them.
    """
    rule = settings.spread
    if rule is None:
        return SpreadDemand(demand)
    shapes = demand.geometry.to_numpy()
    is_area = np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    if not is_area.any():
        found = f"{len(demand)} rows of demand, none of them a polygon"
        return _refused(demand, "nothing-to-spread", found, "polygons to spread", "Leave the table out.")
    amounts = demand[list(amount_columns(demand))].to_numpy(dtype=np.float64)
    rows = np.flatnonzero(is_area & (amounts > 0).any(axis=1))
    try:
        pieces, basis = _divide(rule, shapes[rows], targets, streets)
    except InputError as error:
        return _refused(demand, "spread-too-fine", str(error), "fewer points", "Spread less finely.")
    if not len(pieces.source):
        found = f"{pieces.targets:,} {basis}, none of them inside a polygon of demand"
        return _refused(demand, "nothing-to-spread", found, "something to spread demand onto", "Choose another target.")
    made = _points(demand, rows, pieces)
    twice = made["id"][made["id"].duplicated()]
    if len(twice):
        fix = "Rename the row that has it already."
        return _refused(demand, "duplicate-id", f"the id {twice.iloc[0]!r} for two points", "ids of their own", fix)
    return SpreadDemand(made, demand, _tell(demand, rows, is_area, pieces, basis))


def _refused(demand: gpd.GeoDataFrame, code: str, found: str, expected: str, fix: str) -> SpreadDemand:
    return SpreadDemand(demand, faults=[Fault(INPUT, code, found, expected, fix)])


def _divide(
    rule: SpreadSettings, areas: NDArray[np.object_], targets: gpd.GeoDataFrame | None, streets: gpd.GeoDataFrame
) -> tuple[Pieces, str]:
    """Return the pieces, and what they are in words."""
    if targets is not None:
        shapes = targets.geometry.to_numpy()
        weight = targets["weight"].to_numpy(dtype=np.float64) if "weight" in targets.columns else None
        name = f"of {rule.file}, by {'their area' if weight is None else rule.columns.weight}"
        if bool((shapely.get_dimensions(shapes) == 2).all()):
            return onto_polygons(areas, shapes, weight), f"polygons {name}"
        points = np.asarray(shapely.point_on_surface(shapes), dtype=object)
        return onto_points(areas, points, weight), f"places {name}" if weight is not None else f"places of {rule.file}"
    if rule.onto == "streets":
        lived_along = streets["kind"].isin(rule.kinds).to_numpy(dtype=bool)
        lines = streets.geometry.to_numpy()[lived_along]
        pieces = onto_streets(areas, lines, spacing_m=rule.spacing_m, aside_m=rule.aside_m)
        return pieces, f"stretches of {int(lived_along.sum()):,} streets people live along"
    return onto_grid(areas, cell_m=rule.cell_m), f"cells of {rule.cell_m:g} m"


def _points(demand: gpd.GeoDataFrame, rows: NDArray[np.int64], pieces: Pieces) -> gpd.GeoDataFrame:
    """Return the demand layer with a row for each piece, rows that were not divided in their place, as points."""
    held = np.bincount(pieces.source, minlength=len(rows))
    times = np.ones(len(demand), dtype=np.int64)
    times[rows] = np.maximum(held, 1)
    at = np.repeat(np.arange(len(demand)), times)
    is_piece = np.zeros(len(demand), dtype=np.bool_)
    is_piece[rows[held > 0]] = True
    made = demand.iloc[at].reset_index(drop=True)
    new = is_piece[at]
    nth = np.arange(len(at)) - np.repeat(np.cumsum(times) - times, times) + 1
    ids = demand["id"].astype(str).to_numpy(dtype=object)[at]
    share = np.ones(len(at))
    share[new] = pieces.share
    columns: dict[str, object] = {ORIGIN: pd.Series(ids, dtype="str")}
    names = ids.copy()
    names[new] = [f"{id_}/{n}" for id_, n in zip(ids[new], nth[new], strict=True)]
    columns["id"] = pd.Series(names, dtype="str")
    for column in amount_columns(demand):
        columns[column] = made[column].to_numpy(dtype=np.float64) * share
    shapes = np.asarray(shapely.point_on_surface(demand.geometry.to_numpy()), dtype=object)[at]
    shapes[new] = shapely.points(pieces.place)
    return made.assign(**columns).set_geometry(gpd.GeoSeries(shapes, crs=demand.crs))


def _tell(
    demand: gpd.GeoDataFrame, rows: NDArray[np.int64], is_area: NDArray[np.bool_], pieces: Pieces, basis: str
) -> list[Remark]:
    weight = demand["weight"].to_numpy(dtype=np.float64)
    empty = np.setdiff1d(np.arange(len(rows)), pieces.source)
    spread = len(rows) - len(empty)
    told = f"{spread:,} of {int(is_area.sum()):,} polygons were spread onto {len(pieces.source):,} points: {basis}"
    remarks = [Remark(INPUT, "demand-spread", told)]
    if len(empty):
        ids = tuple(demand["id"].astype(str).to_numpy()[rows[empty]].tolist())
        lost = f"{weight[rows[empty]].sum():,.0f} of {weight.sum():,.0f} demand"
        told = f"{len(empty):,} polygons ({lost}) hold none of these and stay one point each: {_some(ids)}"
        remarks.append(Remark(INPUT, "demand-not-spread", told, ids))
    if without := int(is_area.sum()) - len(rows):
        remarks.append(Remark(INPUT, "demand-not-spread", f"{without:,} polygons without demand stay one point each"))
    remarks += _tell_targets(pieces)
    nested = _nested(demand.geometry.to_numpy()[rows])
    if len(nested):
        ids = tuple(demand["id"].astype(str).to_numpy()[rows[nested]].tolist())
        told = f"{len(nested):,} polygons of demand overlap others, and both count: {_some(ids)}"
        remarks.append(Remark(INPUT, "demand-overlaps", told, ids))
    return remarks


def _tell_targets(pieces: Pieces) -> list[Remark]:
    told = []
    if pieces.unused:
        told.append(f"{pieces.unused:,} of {pieces.targets:,} lie in no polygon with demand, or weigh nothing")
    if pieces.shared:
        told.append(f"{pieces.shared:,} of {pieces.targets:,} lie in several polygons and take part in each")
    if pieces.thin:
        told.append(f"{pieces.thin:,} splinters of less than 0.1 % beyond a border were left out")
    return [Remark(INPUT, "spread-targets", text) for text in told]


def _nested(areas: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the positions of polygons whose middle lies in another polygon."""
    middles = np.asarray(shapely.point_on_surface(areas), dtype=object)
    holder, held = pairs_that_meet(areas, middles)
    return np.unique(held[holder != held]) if len(held) else NOTHING


def _some(ids: tuple[str, ...]) -> str:
    return ", ".join(ids[:SHOWN]) + (", …" if len(ids) > SHOWN else "")
