"""Choose a metric coordinate system, and refuse to measure in any other.

A projection of the Universal Transverse Mercator system keeps lengths within 0.04 % at the middle of its zone and about
0.1 % at its edges, which is enough for walking and driving distances inside one city.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from outlet.errors import CrsError
from siting.geo.bulk import bulk_of, is_place

WGS84 = pyproj.CRS.from_epsg(4326)


def metric_crs(frame: gpd.GeoDataFrame) -> pyproj.CRS:
    """Return the UTM zone in which the bulk of a layer lies.

    Raises
    ------
    CrsError
        When the layer has no coordinate system or no coordinates to choose by.
    """
    if frame.crs is None:
        raise CrsError("a layer has no coordinate system; expected one, such as EPSG:4326")
    bulk = bulk_of(degrees_of(frame))
    if bulk is None:
        raise CrsError("no UTM zone fits a layer without coordinates; set siting.data.crs")
    try:
        middle = gpd.GeoSeries(gpd.points_from_xy([bulk.lon], [bulk.lat]), crs=WGS84)
        return pyproj.CRS.from_user_input(middle.estimate_utm_crs())
    except (RuntimeError, ValueError) as error:
        raise CrsError(f"no UTM zone fits the layer's coordinates ({error}); set siting.data.crs") from error


def degrees_of(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the middle of every geometry's bounds as WGS 84 longitude and latitude, shape (n, 2)."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    to_degrees = pyproj.Transformer.from_crs(frame.crs, WGS84, always_xy=True)
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    return np.column_stack(to_degrees.transform(x, y))


def length_error(crs: pyproj.CRS, places: NDArray[np.float64]) -> float:
    """Return by which part lengths measured in a projected coordinate system are off, at worst, at some places.

    Parameters
    ----------
    crs
        The coordinate system.
    places
        WGS 84 longitudes and latitudes, shape (n, 2).

    Returns
    -------
    error
        0.001 is one metre in a kilometre; infinite where the projection has no scale.
    """
    there = places[is_place(places)]
    if not len(there):
        return 0.0
    corners = np.concatenate([there[there[:, axis].argsort()[[0, -1]]] for axis in (0, 1)])
    factors = pyproj.Proj(crs).get_factors(corners[:, 0], corners[:, 1])
    scales = np.array([factors.meridional_scale, factors.parallel_scale])
    error = np.abs(scales - 1.0).max()
    return float(error) if np.isfinite(error) else np.inf


def is_metric(crs: pyproj.CRS) -> bool:
    """Tell whether coordinates are in metres on a plane."""
    return bool(crs.is_projected) and all(abs(axis.unit_conversion_factor - 1.0) < 1e-12 for axis in crs.axis_info[:2])


def parse_metric_crs(text: str) -> pyproj.CRS:
    """Return the coordinate system that ``siting.data.crs`` names.

    Raises
    ------
    CrsError
        When it is unknown, geographic (degrees) or in another unit than the metre.
    """
    what = f"siting.data.crs = {text!r}"
    try:
        crs = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError as error:
        raise CrsError(f"{what}: unknown coordinate system; expected one such as EPSG:3067") from error
    _require(crs, what, "; leave siting.data.crs out to get the UTM zone of the data")
    return crs


def _require(crs: pyproj.CRS, what: str, fix: str) -> None:
    if is_metric(crs):
        return
    unit = crs.axis_info[0].unit_name if crs.axis_info else "an unknown unit"
    kind = "geographic" if crs.is_geographic else "not metric"
    raise CrsError(f"{what} is {kind}: it measures in {unit}; expected metres{fix}")
