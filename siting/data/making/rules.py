"""Apply one rule to a city."""

from __future__ import annotations

import numpy as np
import shapely

from outlet.errors import InputError
from siting.data.layers import points_of
from siting.data.making.city import City, Made, no_candidates
from siting.data.making.like import make_twins
from siting.geo.candidates import Siting, along_streets, near_stations, south_to_north
from siting.geo.cells import Cells, Hexagons, Points, Squares, front_of_cells, middles_within
from siting.geo.clusters import Clusters, dbscan_clusters, kmeans_clusters
from siting.geo.frontage import front_nearest
from siting.geo.thin import thin
from siting.settings.generate import (
    H3,
    AlongStreets,
    CellRule,
    DemandClusters,
    GenerateSettings,
    Grid,
    NearStations,
    Twins,
)


def make(rule: GenerateSettings, city: City) -> Made:
    """Return the candidates of a rule.

    Raises
    ------
    TableError
        When the rule makes none.
    """
    match rule:
        case AlongStreets():
            return _along_streets(rule, city)
        case Grid():
            return _cells(rule, city, Squares(rule.spacing_m), f"in squares of {rule.spacing_m:g} m")
        case H3():
            return _cells(rule, city, Hexagons(rule.resolution, city.crs), f"in H3 hexagons of size {rule.resolution}")
        case NearStations():
            return _near_stations(rule, city)
        case DemandClusters():
            return _clusters(rule, city)
        case Twins():
            return make_twins(rule, city)
    raise AssertionError(f"no rule {rule.rule!r}")


def _along_streets(rule: AlongStreets, city: City) -> Made:
    stops = city.stops_near(rule, rule.near)
    fronted = city.fronted(rule)
    siting = Siting(rule.spacing_m, rule.within_m, rule.most)
    lines = city.streets.geometry.to_numpy()[fronted]
    points, ways = along_streets(lines, points_of(stops), siting, ground=city.ground)
    if not len(points):
        found = (
            f"no street of the kinds {', '.join(rule.kinds) or '(all)'} within {rule.within_m:g} m of {len(stops)} "
            "stops on allowed ground"
        )
        raise no_candidates(rule, found, "streets near stops", "Widen within_m or kinds.")
    told = f"along streets, {rule.spacing_m:g} m apart, within {rule.within_m:g} m of {len(stops)} stops"
    return Made(points=points, ways=fronted[ways], told=told)


def _cells(rule: CellRule, city: City, cells: Cells, told: str) -> Made:
    where = f"within {rule.within_m:g} m of demand" if rule.inside == "demand" else "inside the area"
    if rule.inside == "area" and city.area is None:
        raise no_candidates(rule, 'inside = "area" without an area layer', "an area", "Give [siting.data.area].")
    if rule.at == "centre":
        try:
            key, points = middles_within(cells, _bounds(rule, city))
        except InputError as error:
            raise no_candidates(rule, str(error), "fewer cells", "Choose larger cells.") from error
        ways = np.full(len(points), -1, dtype=np.int64)
        keep = _inside(rule, city, points)
        if city.ground is not None:
            keep[keep] = city.ground.allows(points[keep])
        told = f"{told}, at their centres, {where}"
    else:
        frontage = city.frontage(rule)
        key, points, ways = front_of_cells(cells, frontage, city.ground)
        keep = _inside(rule, city, points)
        told = f"{told}, at the street nearest to their centres, {where}"
    if not keep.any():
        raise no_candidates(rule, f"no place {where} on allowed ground", "cells there", "Widen within_m or inside.")
    kept = np.flatnonzero(keep)[south_to_north(points[keep])]
    ids = tuple(cells.name_of(cell) for cell in key[kept].tolist())
    return Made(points=points[kept], ways=ways[kept], told=told, ids=ids)


def _bounds(rule: CellRule, city: City) -> tuple[float, float, float, float]:
    if rule.inside == "area" and city.area is not None:
        west, south, east, north = city.area.bounds
        return west, south, east, north
    west, south, east, north = shapely.total_bounds(city.demand.geometry.to_numpy()).tolist()
    reach = rule.within_m
    return west - reach, south - reach, east + reach, north + reach


def _inside(rule: CellRule, city: City, points: Points) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which points lie where the rule wants candidates."""
    if rule.inside == "area" and city.area is not None:
        shapely.prepare(city.area)
        return np.asarray(shapely.intersects_xy(city.area, points[:, 0], points[:, 1]), dtype=np.bool_)
    tree = shapely.STRtree(city.demand.geometry.to_numpy())
    reach = max(rule.within_m, 1e-6)
    near = tree.query_nearest(shapely.points(points), max_distance=reach, all_matches=False)[0]
    inside = np.zeros(len(points), dtype=np.bool_)
    inside[near] = True
    return inside


def _near_stations(rule: NearStations, city: City) -> Made:
    stations = city.stops_near(rule, rule.near)
    siting = Siting(rule.spacing_m, rule.walk_m, rule.per_station)
    points, ways, of = near_stations(
        city.frontage(rule),
        points_of(stations),
        siting,
        network=city.network,
        snap_limit_m=city.walks.snap_limit_m,
    )
    if not len(points):
        found = f"no street front on allowed ground within a walk of {rule.walk_m:g} m of {len(stations)} stations"
        raise no_candidates(rule, found, "streets near stations", "Widen walk_m or kinds.")
    without = len(stations) - len(np.unique(of))
    told = (
        f"at up to {rule.per_station} street fronts within a walk of {rule.walk_m:g} m of {len(stations)} stations "
        f"({without} of them have none, or only those of a nearer one)"
    )
    names = tuple(f"{name}: " for name in stations["name"].astype(str).to_numpy()[of])
    return Made(points=points, ways=ways, told=told, before=names)


def _clusters(rule: DemandClusters, city: City) -> Made:
    clusters = _find_clusters(rule, city)
    if not len(clusters.middle):
        found = f"nowhere {rule.least_demand:g} of demand within {rule.reach_m:g} m"
        raise no_candidates(rule, found, "places where demand is dense", "Lower least_demand or raise reach_m.")
    points, ways = front_nearest(city.frontage(rule), clusters.middle, city.ground, limit_m=rule.within_m)
    found_ = np.flatnonzero(ways >= 0)
    # The clusters of most demand come first, and keep their places where two are at one street.
    kept = found_[thin(points[found_], rule.spacing_m)]
    if not len(kept):
        told = f"no street within {rule.within_m:g} m of {len(ways)} clusters' middles on allowed ground"
        raise no_candidates(rule, told, "streets near clusters", "Widen within_m or kinds.")
    kept = kept[south_to_north(points[kept])]
    told = (
        f"at the middles of {len(ways)} clusters of demand ({rule.method}); {len(ways) - len(found_)} of them have no "
        f"street within {rule.within_m:g} m, {len(found_) - len(kept)} lie within {rule.spacing_m:g} m of a larger "
        f"one; {clusters.left_out:,.0f} of demand is in no cluster"
    )
    demand = clusters.demand[kept].round(3)
    return Made(points=points[kept], ways=ways[kept], told=told, columns={"cluster_demand": demand})


def _find_clusters(rule: DemandClusters, city: City) -> Clusters:
    weight = city.demand["weight"].to_numpy(dtype=np.float64)
    if rule.method == "kmeans":
        return kmeans_clusters(city.demand_points, weight, rule.count)
    return dbscan_clusters(city.demand_points, weight, reach_m=rule.reach_m, least_demand=rule.least_demand)
