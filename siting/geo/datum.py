"""Choose the one operation by which a layer goes from its coordinate system to another, and say how good it is.

PROJ knows several operations between most datums, some of which hold only in part of the world, need a grid file, or
are mere guesses ("ballpark": the numbers are taken over and the datums' distance, often hundreds of metres, is lost).
Left alone it chooses anew for every point. Here the best one for the place where the layer lies is chosen once,
so that what is told is what is done.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.aoi import AreaOfInterest
from pyproj.transformer import TransformerGroup

from outlet.errors import CrsError
from siting.geo.crs import WGS84

Points = NDArray[np.float64]
SAMPLE = 50
GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True)
class Operation:
    """A way from one coordinate system to another.

    Parameters
    ----------
    transformer
        What does it, longitude or easting first.
    name
        PROJ's name of the datum shift; empty where the datum stays.
    accuracy_m
        How far off a place may end up, or None where nobody knows.
    better
        A more exact operation whose grid file is not installed, or an empty text.
    """

    transformer: pyproj.Transformer
    name: str
    accuracy_m: float | None
    better: str = ""

    @property
    def is_ballpark(self) -> bool:
        """Whether no operation between the datums is known, so that their distance is not taken out."""
        return "Ballpark" in self.name

    def __call__(self, points: Points) -> Points:
        """Return points, shape (n, 2), in the other coordinate system; infinite where they have no place there."""
        x, y = self.transformer.transform(points[:, 0], points[:, 1])
        return np.column_stack([x, y])

    def apply(self, frame: gpd.GeoDataFrame, target: pyproj.CRS) -> gpd.GeoDataFrame:
        """Return the layer with every vertex in the target coordinate system."""
        shapes = shapely.transform(frame.geometry.to_numpy(), self)
        return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=target))


def choose_operation(source: pyproj.CRS, target: pyproj.CRS, points: Points) -> Operation:
    """Return the best operation for a layer.

    Parameters
    ----------
    source, target
        From where and to where.
    points
        Some of the layer's coordinates in ``source``, shape (n, 2); their bulk says where the layer lies.

    Raises
    ------
    CrsError
        When no way leads from one to the other.
    """
    try:
        area = _area_of(source, points)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            group = TransformerGroup(source, target, always_xy=True, area_of_interest=area)  # type: ignore[arg-type]
    except pyproj.exceptions.ProjError as error:
        raise CrsError(f"no way leads from {source.name} to {target.name}: {error}") from error
    if not group.transformers:
        raise CrsError(f"no way leads from {source.name} to {target.name}")
    known = [transformer for transformer in group.transformers if "Ballpark" not in transformer.description]
    best = (known or group.transformers)[0]
    accuracy = float(best.accuracy) if best.accuracy >= 0 else None
    better = _better([(str(o.name), float(o.accuracy)) for o in group.unavailable_operations], accuracy)
    return Operation(best, _shift_in(best.description), accuracy, better)


def moved_m(source: pyproj.CRS, operation: Operation, points: Points) -> float:
    """Return how far the datum shift to WGS 84 moves the layer, metres: the median over a sample of its points.

    It compares with the same coordinates read as if the datum were that of WGS 84.
    """
    finite = points[np.isfinite(points).all(axis=1)]
    sample = finite[:: max(1, len(finite) // SAMPLE)]
    ellipsoid = source.ellipsoid
    if not len(sample) or ellipsoid is None:
        return 0.0
    axes = f"+a={ellipsoid.semi_major_metre!r} +b={ellipsoid.semi_minor_metre!r}"
    plain = pyproj.Transformer.from_crs(source, f"+proj=longlat {axes} +no_defs", always_xy=True)
    naive = np.column_stack(plain.transform(sample[:, 0], sample[:, 1]))
    right = operation(sample)
    both = np.isfinite(naive).all(axis=1) & np.isfinite(right).all(axis=1)
    if not both.any():
        return 0.0
    naive, right = naive[both], right[both]
    return float(np.median(GEOD.inv(naive[:, 0], naive[:, 1], right[:, 0], right[:, 1])[2]))


def _area_of(source: pyproj.CRS, points: Points) -> AreaOfInterest | None:
    """Return where the bulk of a layer lies, degrees."""
    rough = pyproj.Transformer.from_crs(source, WGS84, always_xy=True)
    lon, lat = rough.transform(points[:, 0], points[:, 1])
    there = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    if not there.any():
        return None
    west, east = np.quantile(lon[there], [0.1, 0.9])
    south, north = np.quantile(lat[there], [0.1, 0.9])
    return AreaOfInterest(float(west), float(south), float(east), float(north))


def _shift_in(description: str) -> str:
    """Return the steps of an operation that change the datum."""
    steps = [step.strip() for step in description.split(" + ")]
    return ", ".join(step for step in steps if " to " in step and "axis order" not in step)


def _better(operations: list[tuple[str, float]], accuracy: float | None) -> str:
    exact = [(how, name) for name, how in operations if how >= 0 and (accuracy is None or how < accuracy)]
    if not exact:
        return ""
    how, name = min(exact)
    return f"{_shift_in(name) or name}, {how:g} m"
