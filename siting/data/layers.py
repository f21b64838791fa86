"""Hold what siting works on: every layer in one metric coordinate system, each satisfying its table contract."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from outlet.findings import Remark

SEGMENT = "segment:"
TERM = "term:"
ORIGIN = "origin"
PART = "part:"


@dataclass(frozen=True, kw_only=True)
class SitingData:
    """The layers of one project, all in ``crs`` (metres), all with a RangeIndex.

    Parameters
    ----------
    crs
        The metric coordinate system.
    demand
        ``id``, ``name`` (str), ``weight`` (float from 0), ``grade`` (str or None, only where given), one float column
        ``segment:<name>`` per segment and ``part:<name>`` per part of the day; points or polygons. Where
        demand was spread onto points, ``origin`` is the id of the polygon that a point came from.
    demand_areas
        The demand layer as it was before it was spread, or None where it was not.
    candidates
        ``id``, ``name``, ``format``, ``region`` (str, empty where not given), ``rent_per_year``, ``fit_out_cost``,
        ``area_m2``, ``frontage_m`` (float, NaN unknown), ``hall_plan`` (str or None); points.
    existing
        ``id``, ``name``, ``brand`` (str), ``area_m2``, ``sales``, ``visits``, ``deposits``, ``staff``, ``opened``
        (float, NaN unknown; opened a year with decimals), ``may_close`` (bool), ``closing_cost`` (float, NaN where not
        given), ``hall_plan`` (str or None); points; may be empty.
    competitors
        ``id``, ``name``, ``brand`` (str), ``attraction`` (float above 0); points; may be empty. Candidates, existing
        outlets and competitors have one float column ``term:<name>`` per term of attraction that they hold.
    stops
        ``id``, ``name``, ``mode`` (rail, metro, tram, bus or ferry), ``station`` (bool), ``departures_per_hour``
        (float, NaN unknown); points; may be empty.
    streets
        ``name``, ``kind`` (str); walkable LineStrings.
    roads
        ``kind`` (str), ``limit_km_h`` (float, NaN unknown), ``forward``, ``backward`` (bool); LineStrings that cars
        drive on, from the same file as the streets; None where nobody asked.
    zoning
        ``allowed`` (bool); polygons; None where there is no zoning.
    area
        Where the competitor layer is known to be complete, or None; outside it competition is missing, not zero.
    water
        Polygons for the map's backdrop; may be empty.
    notes
        Assumptions with counts, told to the planner.
    remarks
        The same with codes and rows.
    """

    crs: pyproj.CRS
    demand: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    existing: gpd.GeoDataFrame
    competitors: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    zoning: gpd.GeoDataFrame | None
    area: BaseGeometry | None
    water: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame | None = None
    demand_areas: gpd.GeoDataFrame | None = None
    notes: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def segments(self) -> tuple[str, ...]:
        """Names of the demand segments, sorted."""
        return tuple(sorted(str(c).removeprefix(SEGMENT) for c in self.demand.columns if str(c).startswith(SEGMENT)))


def amount_columns(demand: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Return the columns that are divided when demand is: the weight and what is part of it."""
    return tuple(str(name) for name in demand.columns if name == "weight" or str(name).startswith((SEGMENT, PART)))


def drawn_demand(data: SitingData) -> gpd.GeoDataFrame:
    """Return demand as the planner knows it: polygons where points were made of them."""
    return data.demand if data.demand_areas is None else data.demand_areas


def demand_points(data: SitingData) -> NDArray[np.float64]:
    """Return a point inside every demand polygon, or the demand points themselves, shape (n, 2), metres."""
    return inner_points(data.demand)


def inner_points(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return a point inside every geometry of a layer, shape (n, 2), metres."""
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    return np.asarray(shapely.get_coordinates(points), dtype=np.float64)


def points_of(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the coordinates of a point layer, shape (k, 2), metres."""
    return np.asarray(shapely.get_coordinates(frame.geometry.to_numpy()), dtype=np.float64)
