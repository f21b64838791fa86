"""Make candidates where the surroundings are like those of the best existing outlets.

What is around a place is summed within a walk along streets: demand, rivals, stops and stations (as logarithms of one
more), and the share of each segment in that demand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.data.kept import Arrays, Kept
from siting.data.layers import SEGMENT, points_of
from siting.data.making.city import City, Floats, Ints, Made, Points, no_candidates
from siting.geo.candidates import south_to_north
from siting.geo.frontage import frontage_of
from siting.geo.travel import Snapped, snap, sums_within
from siting.geo.twins import TwinSiting, alike, choose_twins
from siting.settings.generate import PERFORMANCES, Performance, Twins

KIND, FILES_KEPT = "candidates", 8
STEP_M = 100.0
NAMED = 5


@dataclass(frozen=True)
class _Best:
    """The best outlets: positions among the existing ones, by what, and of how many."""

    at: Ints
    by: Performance
    known: int


def make_twins(rule: Twins, city: City) -> Made:
    """Return twins of the best existing outlets.

    Raises
    ------
    TableError
        When no outlet carries performance, or no place is like the best.
    """
    best = _best(rule, city)
    found = _found(rule, city, best)
    if not len(found["points"]):
        told = f"no place with a likeness of {rule.least_alike:g} to {len(best.at)} outlets"
        raise no_candidates(rule, told, "places like the best outlets", "Lower least_alike or spacing_m.")
    order = south_to_north(found["points"])
    points, ways = found["points"][order], found["way"][order].astype(np.int64)
    model, likeness = best.at[found["model"][order].astype(np.int64)], found["alike"][order]
    names = city.existing["name"].astype(str).to_numpy()
    shown = ", ".join(names[best.at[:NAMED]]) + (", …" if len(best.at) > NAMED else "")
    told = (
        f"where surroundings within a walk of {rule.walk_m:g} m are like those of the best {len(best.at)} of "
        f"{best.known} outlets by {best.by} ({shown}), at least {rule.spacing_m:g} m apart and from our outlets"
    )
    return Made(
        points=points,
        ways=ways,
        told=told,
        after=tuple(f", twin of {name}" for name in names[model]),
        columns={"twin_of": city.existing["id"].to_numpy(dtype=object)[model], "alike": likeness.round(4)},
    )


def _best(rule: Twins, city: City) -> _Best:
    existing = city.existing
    carried = [name for name in PERFORMANCES if len(existing) and bool(existing[name].notna().any())]
    by = rule.by or (carried[0] if len(carried) == 1 else None)
    if by is None and carried:
        found = f"outlets that carry {' and '.join(carried)}"
        raise no_candidates(rule, found, "one to call the best by", f'Say by = "{carried[0]}".')
    if by is None or by not in carried:
        found = f"{len(existing)} existing outlets, none of which carries {by or ', '.join(PERFORMANCES)}"
        fix = "Map a column of [siting.data.existing] that tells how outlets perform, or take another rule."
        raise no_candidates(rule, found, "existing outlets whose performance is known", fix)
    value = existing[by].to_numpy(dtype=np.float64)
    known = np.flatnonzero(np.isfinite(value))
    count = max(1, int(np.ceil(rule.best_share * len(known) - 1e-9)))
    return _Best(known[np.argsort(-value[known], kind="stable")][:count].astype(np.int64), by, len(known))


def _found(rule: Twins, city: City, best: _Best) -> Arrays:
    """Return points, way, model (a position among the best) and likeness of twins, from the cache where they are."""
    demand = city.demand
    segments = [str(name) for name in demand.columns if str(name).startswith(SEGMENT)]
    ground, area = city.ground, city.area
    parts = [
        rule.model_dump_json(exclude={"format", "area_m2", "frontage_m", "rent_per_m2", "fit_out_per_m2"}),
        *(city.walks.snap_limit_m, "" if area is None else area.wkt, "" if ground is None else ground.outside),
        *(city.streets.geometry.to_numpy(), city.fronted(rule), best.at, city.demand_points),
        demand[["weight", *segments]].to_numpy(dtype=np.float64),
        *(points_of(city.existing), points_of(city.competitors), points_of(city.stops)),
        city.stops["station"].to_numpy(dtype=np.bool_),
        *(() if ground is None else (ground.polygons, ground.allowed)),
    ]
    shapes = {"points": 2, "way": 1, "model": 1, "alike": 1}
    cache = Kept(city.walks.cache, KIND, FILES_KEPT)
    return cache.arrays(parts, shapes, lambda: _make(rule, city, best, segments))


def _make(rule: Twins, city: City, best: _Best, segments: list[str]) -> Arrays:
    fronted = city.fronted(rule)
    lines = city.streets.geometry.to_numpy()[fronted]
    pool = frontage_of(lines, city.ground, min(STEP_M, rule.spacing_m))
    ours = points_of(city.existing)
    inside = _known(city, pool.points)
    points, ways = pool.points[inside], fronted[pool.ways[inside]]
    usable = np.flatnonzero(_known(city, ours[best.at]))
    places = np.vstack([points, ours[best.at[usable]]])
    snapped = snap(city.network, places, limit_m=city.walks.snap_limit_m)
    on_street = snapped.edge >= 0
    around = _around(rule, city, snapped, segments)
    usable = usable[on_street[len(points) :]]
    models = around[len(points) :][on_street[len(points) :]]
    on_street = on_street[: len(points)]
    if not len(usable):
        found = f"{len(best.at)} best outlets, all off the streets or outside the area where rivals are known"
        raise no_candidates(rule, found, "best outlets on the map", "Raise best_share, or give more streets.")
    points, ways, around = points[on_street], ways[on_street], around[: len(on_street)][on_street]
    if not len(points):
        raise no_candidates(rule, "no street front on allowed ground", "streets with shop fronts", "Widen kinds.")
    model, likeness = alike(around, models)
    siting = TwinSiting(spacing_m=rule.spacing_m, least_alike=rule.least_alike, most=rule.most)
    chosen = choose_twins(points, likeness, ours, siting)
    return {
        "points": points[chosen],
        "way": ways[chosen].astype(np.float64),
        "model": usable[model[chosen]].astype(np.float64),
        "alike": likeness[chosen],
    }


def _known(city: City, points: Points) -> NDArray[np.bool_]:
    """Tell where rivals are known: what is around elsewhere cannot be compared."""
    if city.area is None or not len(city.competitors):
        return np.ones(len(points), dtype=np.bool_)
    shapely.prepare(city.area)
    return np.asarray(shapely.intersects_xy(city.area, points[:, 0], points[:, 1]), dtype=np.bool_)


def _around(rule: Twins, city: City, places: Snapped, segments: list[str]) -> Floats:
    """Return what is around places, shape (m, 4 + segments)."""
    limit, network = city.walks.snap_limit_m, city.network

    def within(points: Points, values: Floats) -> Floats:
        return sums_within(network, snap(network, points, limit_m=limit), values, places, limit_m=rule.walk_m)

    demand = within(city.demand_points, city.demand[["weight", *segments]].to_numpy(dtype=np.float64))
    rivals = within(points_of(city.competitors), np.ones((len(city.competitors), 1)))
    station = city.stops["station"].to_numpy(dtype=np.float64)
    stops = within(points_of(city.stops), np.column_stack([1.0 - station, station]))
    total = demand[:, :1]
    everywhere = city.demand[segments].to_numpy(dtype=np.float64).sum(axis=0) / city.demand["weight"].sum()
    shares = np.divide(demand[:, 1:], total, out=np.tile(everywhere, (len(total), 1)), where=total > 0)
    return np.column_stack([np.log1p(total), np.log1p(rivals), np.log1p(stops), shares])
