"""What the rules look at: streets with shop fronts, allowed ground, demand, stops, and where names come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from outlet.errors import Fault, TableError
from siting.geo.frontage import Frontage, Ground, frontage_of
from siting.geo.network import StreetNetwork, build_network
from siting.settings.data import DataSettings
from siting.settings.generate import GenerateSettings, Near

GENERATED = "siting.data.candidates.generate"
NEAR_M = 1000.0
SHORE_M = 3.0

Points = NDArray[np.float64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Walks:
    """How rules walk, and where they keep what takes long.

    Parameters
    ----------
    snap_limit_m
        A place farther from every street is off the map.
    cache
        Folder, or None to keep nothing.
    """

    snap_limit_m: float = 300.0
    cache: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Made:
    """Candidates of one rule.

    Parameters
    ----------
    points
        Shape (k, 2), metres.
    ways
        Street of each, a position in the city's streets, shape (k,); −1 for none.
    told
        What the rule did, with counts.
    ids
        Their ids, where the rule has some of its own.
    before, after
        What stands before and after the street in their names, where anything does.
    columns
        What candidates.csv tells beside: twin_of, alike, cluster_demand.
    """

    points: Points
    ways: Ints
    told: str
    ids: tuple[str, ...] | None = None
    before: tuple[str, ...] | None = None
    after: tuple[str, ...] | None = None
    columns: dict[str, NDArray[np.object_] | Floats] = field(default_factory=dict)


class City:
    """The layers that rules look at, all in one metric coordinate system, in an order that no file decides."""

    def __init__(self, settings: DataSettings, frames: dict[str, gpd.GeoDataFrame], walks: Walks) -> None:
        self.settings = settings
        self.walks = walks
        self._frames = frames
        self.crs = pyproj.CRS.from_user_input(frames["demand"].crs)
        self.streets = _sorted(frames["streets"])
        self._frontages: dict[tuple[str, ...], tuple[Frontage, Ints]] = {}

    @cached_property
    def ground(self) -> Ground | None:
        """Where outlets may open: as zoning says, and never on water or at its very edge, as under a bridge."""
        water, zoning = self._frames["water"], self._frames.get("zoning")
        shapes = [np.asarray(shapely.buffer(water.geometry.to_numpy(), SHORE_M, quad_segs=2), dtype=object)]
        allowed = [np.zeros(len(water), dtype=bool)]
        outside = True
        if zoning is not None and self.settings.zoning is not None:
            shapes.append(zoning.geometry.to_numpy())
            allowed.append(zoning["allowed"].to_numpy(dtype=bool))
            outside = self.settings.zoning.outside
        polygons = np.concatenate(shapes)
        return Ground(polygons, np.concatenate(allowed), outside) if len(polygons) or not outside else None

    @cached_property
    def demand(self) -> gpd.GeoDataFrame:
        """Demand with a weight above 0."""
        demand = self._frames["demand"]
        return _sorted(demand[demand["weight"] > 0])

    @cached_property
    def demand_points(self) -> Points:
        """A point inside every demand polygon, or the demand points themselves, shape (n, 2)."""
        return points_in(self.demand)

    @cached_property
    def existing(self) -> gpd.GeoDataFrame:
        """Our outlets."""
        return _sorted(self._frames["existing"])

    @cached_property
    def competitors(self) -> gpd.GeoDataFrame:
        """Other people's outlets."""
        return _sorted(self._frames["competitors"])

    @cached_property
    def stops(self) -> gpd.GeoDataFrame:
        """Public transport."""
        return _sorted(self._frames["stops"])

    @cached_property
    def area(self) -> BaseGeometry | None:
        """Where competitors are known, or None."""
        area = self._frames.get("area")
        return None if area is None else shapely.union_all(area.geometry.to_numpy())

    @cached_property
    def network(self) -> StreetNetwork:
        """The walking network of all streets; a metre takes a minute."""
        return build_network(self.streets.geometry.to_numpy(), 1.0)

    def fronted(self, rule: GenerateSettings) -> Ints:
        """Return the positions of the streets that have shop fronts by the rule's kinds."""
        if not rule.kinds:
            return np.arange(len(self.streets), dtype=np.int64)
        return np.flatnonzero(self.streets["kind"].isin(rule.kinds).to_numpy()).astype(np.int64)

    def frontage(self, rule: GenerateSettings) -> Frontage:
        """Return the street fronts on allowed ground; ways are positions in `streets`."""
        if rule.kinds not in self._frontages:
            chosen = self.fronted(rule)
            lines = self.streets.geometry.to_numpy()
            found = frontage_of(lines[chosen], self.ground)
            self._frontages[rule.kinds] = Frontage(lines, found.points, chosen[found.ways]), chosen
        frontage, chosen = self._frontages[rule.kinds]
        if not len(frontage.points):
            kinds = f"of the kinds {', '.join(rule.kinds)} " if rule.kinds else ""
            found_ = f"no street {kinds}on allowed ground"
            raise no_candidates(rule, found_, "streets with shop fronts", "Widen kinds.")
        return frontage

    def stops_near(self, rule: GenerateSettings, near: tuple[Near, ...]) -> gpd.GeoDataFrame:
        """Return the stops of the modes, or the stations, that ``near`` names; all if it is empty."""
        stops = self.stops
        if near:
            stops = stops[stops["mode"].isin(near) | (stops["station"] & ("station" in near))]
        if not len(stops):
            found = f"near = {list(near)}, which matches none of {len(self.stops)} stops"
            raise no_candidates(rule, found, "stops to put candidates near", "Change near, or give stops.")
        return stops.reset_index(drop=True)

    def labels(self, points: Points, ways: Ints) -> list[str]:
        """Return the street of each point, or the named street nearest to it."""
        names = self.streets["name"].fillna("").astype(str).to_numpy(dtype=object)
        found = np.where(ways >= 0, names[ways] if len(names) else "", "")
        blank = np.flatnonzero(found == "")
        named = np.flatnonzero(names != "")
        if len(blank) and len(named):
            tree = shapely.STRtree(self.streets.geometry.to_numpy()[named])
            at, near = tree.query_nearest(shapely.points(points[blank]), all_matches=True, max_distance=NEAR_M)
            order = np.lexsort((near, at))
            at, first = np.unique(at[order], return_index=True)
            found[blank[at]] = [f"near {name}" for name in names[named[near[order][first]]]]
        return [str(name) or ("Unnamed street" if len(names) else "Place") for name in found]


def points_in(frame: gpd.GeoDataFrame) -> Points:
    """Return a point inside each geometry, shape (n, 2)."""
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    return np.asarray(shapely.get_coordinates(points), dtype=np.float64)


def no_candidates(rule: GenerateSettings, found: str, expected: str, fix: str) -> TableError:
    """Return the fault of a rule that can make no candidate."""
    return TableError([Fault(GENERATED, "no-candidates", f"rule {rule.rule}: {found}", expected, fix)])


def _sorted(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return rows from south to north, whatever their order in the file."""
    if not len(frame):
        return frame.reset_index(drop=True)
    bounds = shapely.bounds(frame.geometry.to_numpy())
    keys: list[NDArray[np.generic]] = [bounds[:, axis] for axis in (3, 2, 0, 1)]
    for column in ("name", "id"):
        if column in frame.columns:
            keys.insert(0, np.unique(frame[column].fillna("").astype(str), return_inverse=True)[1])
    return frame.iloc[np.lexsort(keys)].reset_index(drop=True)
