"""Guess in which coordinate system coordinates may be that do not lie where they ought to."""

from __future__ import annotations

import warnings

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType

from siting.geo.bulk import Bulk, is_place
from siting.geo.crs import WGS84

TRIED = 400
WEB_MERCATOR = "EPSG:3857"


def fitting_crs(points: NDArray[np.float64], home: Bulk, most: int = 2) -> list[str]:
    """Return names of coordinate systems in which points, shape (n, 2), would lie at home, those of small areas first.

    Only systems made for home's surroundings are tried, and Web Mercator; they are guesses for the planner to judge.
    """
    middle = np.nanmedian(points, axis=0)[None, :] if np.isfinite(points).all(axis=1).any() else None
    if middle is None:
        return []
    if is_place(middle)[0]:
        return [_named("EPSG:4326", WGS84.name)] if home.is_near(middle)[0] else []
    area = AreaOfInterest(home.lon, home.lat, home.lon, home.lat)
    infos = query_crs_info("EPSG", PJType.PROJECTED_CRS, area_of_interest=area, contains=True)
    infos.sort(key=lambda info: _size(info.area_of_use))
    names = [(f"EPSG:{info.code}", info.name) for info in infos if not info.deprecated][:TRIED]
    fits = []
    for code, name in [*names, (WEB_MERCATOR, "WGS 84 / Pseudo-Mercator")]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                to_places = pyproj.Transformer.from_crs(code, WGS84, always_xy=True)
            except pyproj.exceptions.ProjError:
                continue
        place = np.column_stack(to_places.transform(middle[:, 0], middle[:, 1]))
        if home.is_near(place)[0]:
            fits.append(_named(code, name))
        if len(fits) == most:
            break
    return fits


def _named(code: str, name: str) -> str:
    return f"{code} ({name})"


def _size(area: pyproj.aoi.AreaOfUse | None) -> float:
    if area is None:
        return np.inf
    return (area.east - area.west) % 360 * (area.north - area.south)
