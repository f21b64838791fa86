"""Choose a metric coordinate system, and refuse to measure in any other.

A projection of the Universal Transverse Mercator system keeps lengths within 0.04 % at the middle of its zone and about
0.1 % at its edges, which is enough for walking and driving distances inside one city.
"""

from __future__ import annotations

import geopandas as gpd
import pyproj

from outlet.errors import CrsError

WGS84 = pyproj.CRS.from_epsg(4326)


def metric_crs(frame: gpd.GeoDataFrame) -> pyproj.CRS:
    """Return the UTM zone in which a layer lies.

    Raises
    ------
    CrsError
        When the layer has no coordinate system or no coordinates to choose by.
    """
    if frame.crs is None:
        raise CrsError("a layer has no coordinate system; expected one, such as EPSG:4326")
    try:
        return pyproj.CRS.from_user_input(frame.estimate_utm_crs())
    except (RuntimeError, ValueError) as error:
        raise CrsError(f"no UTM zone fits the layer's coordinates ({error}); set siting.data.crs") from error


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


def require_metric(frame: gpd.GeoDataFrame) -> None:
    """Refuse a layer whose coordinates are not in metres on a plane.

    Raises
    ------
    CrsError
        When the coordinate system is missing, geographic, or in feet.
    """
    if frame.crs is None:
        raise CrsError("the layer has no coordinate system; expected a metric one, such as a UTM zone")
    _require(frame.crs, f"the layer's coordinate system {frame.crs.name!r}", "")


def _require(crs: pyproj.CRS, what: str, fix: str) -> None:
    if is_metric(crs):
        return
    unit = crs.axis_info[0].unit_name if crs.axis_info else "an unknown unit"
    kind = "geographic" if crs.is_geographic else "not metric"
    raise CrsError(f"{what} is {kind}: it measures in {unit}; expected metres{fix}")
