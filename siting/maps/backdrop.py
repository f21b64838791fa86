"""Make streets and water small enough to travel inside a page.

Coordinates are whole steps of 1e-5 degrees (about 1 m) from an origin, each vertex as its difference from the one
before: ``[x0, y0, dx1, dy1, …]``. Lines are simplified until they keep to a budget of vertices; when that does not
suffice, footpaths and service ways are left out. What was left out is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

STEP_DEG = 1e-5
STREET_VERTICES = 120_000
AREA_VERTICES = 40_000
TOLERANCES_M = (1.0, 3.0, 6.0, 12.0, 25.0, 50.0, 100.0)
ROAD_TOLERANCE_M = 12.0

StreetClass = Literal["main", "minor", "path"]
_MAIN = ("motorway", "trunk", "primary", "secondary", "main")
_MINOR = ("tertiary", "residential", "unclassified", "living_street", "pedestrian", "road", "street", "local", "minor")

Deltas = list[int]


@dataclass(frozen=True)
class Grid:
    """The origin of the whole steps, degrees."""

    lon: float
    lat: float

    def steps(self, lonlat: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return coordinates (k, 2) in degrees as whole steps from the origin."""
        return np.rint((lonlat - (self.lon, self.lat)) / STEP_DEG).astype(np.int64)


@dataclass(frozen=True)
class Backdrop:
    """Streets by class and water, encoded.

    ``tolerance_m`` is how far a drawn street may lie from the real one; ``paths_left_out`` counts footpaths and
    service ways that are not drawn.
    """

    streets: dict[StreetClass, list[Deltas]]
    water: list[list[Deltas]]
    tolerance_m: float = 0.0
    paths_left_out: int = 0


def to_degrees(geometries: NDArray[np.object_], crs: pyproj.CRS) -> NDArray[np.object_]:
    """Return geometries of a metric CRS in WGS 84 longitude and latitude."""
    transformer = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    flat = shapely.force_2d(geometries)

    def convert(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    converted: NDArray[np.object_] = shapely.transform(flat, convert)
    return converted


def street_class(kind: str) -> StreetClass:
    """Return how a kind of street (OpenStreetMap's ``highway``) is drawn; an unknown kind is a minor street."""
    plain = kind.removesuffix("_link")
    if plain in _MAIN:
        return "main"
    return "minor" if plain in _MINOR or plain in ("", "nan") else "path"


def draw_backdrop(
    streets: gpd.GeoDataFrame, water: gpd.GeoDataFrame, grid: Grid, *, budget: int = STREET_VERTICES
) -> Backdrop:
    """Encode streets and water, in a metric CRS, within ``budget`` vertices of streets."""
    areas = encode_areas(water.geometry.to_numpy(), water.crs, grid) if len(water) else []
    if not len(streets):
        return Backdrop({}, areas)
    parts = streets.explode(index_parts=False)
    lines = parts.geometry.to_numpy()
    classes = np.array([street_class(str(kind)) for kind in parts["kind"]])
    drawn, tolerance, left_out = lines, 0.0, 0
    for tolerance in TOLERANCES_M:
        drawn = shapely.simplify(lines, tolerance, preserve_topology=False)
        if _vertices(drawn) > budget and tolerance >= ROAD_TOLERANCE_M and not left_out:
            roads = classes != "path"
            left_out = int((~roads).sum())
            lines, classes, drawn = lines[roads], classes[roads], drawn[roads]
        if _vertices(drawn) <= budget:
            break
    encoded: dict[StreetClass, list[Deltas]] = {"main": [], "minor": [], "path": []}
    for line, kind in zip(to_degrees(drawn, streets.crs), classes, strict=True):
        deltas = encode(np.asarray(shapely.get_coordinates(line)), grid)
        if len(deltas) > 2:
            encoded[kind].append(deltas)
    return Backdrop(encoded, areas, tolerance, left_out)


def _vertices(shapes: NDArray[np.object_]) -> int:
    return int(shapely.get_num_coordinates(shapes).sum())


def encode(lonlat: NDArray[np.float64], grid: Grid) -> Deltas:
    """Return a line as differences of whole steps, repeated vertices dropped.

    >>> encode(np.array([[25.0, 60.0], [25.00002, 60.0], [25.00002, 60.00001]]), Grid(25.0, 60.0))
    [0, 0, 2, 0, 0, 1]
    """
    steps = grid.steps(lonlat)
    moves = np.diff(steps, axis=0)
    kept = np.vstack([steps[:1], moves[(moves != 0).any(axis=1)]])
    return [int(value) for value in kept.ravel()]


def encode_areas(
    areas: Sequence[BaseGeometry] | NDArray[np.object_], crs: pyproj.CRS, grid: Grid
) -> list[list[Deltas]]:
    """Return areas of a metric CRS as rings, simplified until they keep to the budget of vertices.

    Each area is a list of rings: the outer ring of each part, then its holes. The result is aligned with ``areas``.
    """
    return fit_areas(areas, crs, grid)[0]


def fit_areas(
    areas: Sequence[BaseGeometry] | NDArray[np.object_], crs: pyproj.CRS, grid: Grid
) -> tuple[list[list[Deltas]], float]:
    """Return areas as `encode_areas` does, and how far what is drawn may lie from them, metres."""
    shapes = np.asarray(areas, dtype=object)
    drawn, tolerance = shapes, 0.0
    for tolerance in TOLERANCES_M:
        drawn = shapely.simplify(shapes, tolerance)
        if _vertices(drawn) <= AREA_VERTICES:
            break
    return [_rings(shape, grid) for shape in to_degrees(drawn, crs)], tolerance


def _rings(shape: BaseGeometry, grid: Grid) -> list[Deltas]:
    rings = []
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        for ring in (part.exterior, *part.interiors):
            deltas = encode(np.asarray(ring.coords)[:, :2], grid)
            if len(deltas) >= 6:
                rings.append(deltas)
    return rings
