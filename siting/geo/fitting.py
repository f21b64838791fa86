"""Guess in which coordinate system coordinates may be that do not lie where they ought to."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType

from siting.geo.bulk import Bulk, is_place
from siting.geo.crs import WGS84

TRIED = 400
SAME_SPOT_KM = 1.0
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
    names = [(f"EPSG:{info.code}", info.name) for info in infos if not info.deprecated and "N-E" not in info.name][
        :TRIED
    ]
    fits: list[tuple[str, str, NDArray[np.float64]]] = []
    for code, name in [(WEB_MERCATOR, "WGS 84 / Pseudo-Mercator"), *names]:
        to_places = _to_places(code)
        if to_places is None:
            continue
        there = np.column_stack(to_places.transform(middle[:, 0], middle[:, 1]))
        if home.is_near(there)[0]:
            fits.append((code, name, there))
    return _one_a_spot(fits)[:most]


@cache
def _to_places(code: str) -> pyproj.Transformer | None:
    """Return what turns a coordinate system into degrees; made once, since a misplaced layer seldom comes alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return pyproj.Transformer.from_crs(code, WGS84, always_xy=True)
        except pyproj.exceptions.ProjError:
            return None


def _one_a_spot(fits: list[tuple[str, str, NDArray[np.float64]]]) -> list[str]:
    """Return one name for all systems that put the points on the same spot, that of WGS 84 if it is among them."""
    chosen: list[tuple[str, str, NDArray[np.float64]]] = []
    for fit in sorted(fits, key=lambda fit: not fit[1].startswith("WGS 84")):
        spots = (Bulk(float(other[2][0, 0]), float(other[2][0, 1]), 0.0) for other in chosen)
        if all(spot.distance_km(fit[2])[0] > SAME_SPOT_KM for spot in spots):
            chosen.append(fit)
    return [_named(code, name) for code, name, _ in chosen]


def _named(code: str, name: str) -> str:
    return f"{code} ({name})"


def _size(area: pyproj.aoi.AreaOfUse | None) -> float:
    if area is None:
        return np.inf
    return (area.east - area.west) % 360 * (area.north - area.south)
