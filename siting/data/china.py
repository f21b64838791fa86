"""Take coordinates out of China's offset systems GCJ-02 and BD-09, and put them back.

Maps sold in mainland China move every place by 100 to 700 m (GCJ-02); Baidu moves it once more (BD-09). The formulas
were never published by the authority; these are the ones found in 2010 and repeated since, as in Wikipedia,
"Restrictions on geographic data in China", with the ellipsoid of Krasovsky 1940. They have no closed inverse: the
inverses here repeat a fixed point until it stands still (1e-12 degrees, 0.1 µm), so that a round trip loses nothing.

The offsets hold in mainland China only. Outside the outline below every function returns what it was given: the
customary rectangle (72 to 138 E, 0.8 to 56 N) would move Seoul, Hanoi and Ulaanbaatar. The outline is Natural Earth's
country at 1:110 million (public domain), widened by about 40 km into the sea and simplified: beside the land border
it is right to about 50 km. Hong Kong and Macau, whose maps carry no offset, are cut out to about 200 m; Taiwan lies
outside. Where the outline is crossed the offset jumps, so of two places on either side that come to lie on one spot
the inverse chooses the one inside.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Places = tuple[Floats, Floats]

SEMI_MAJOR_M = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
BAIDU_WAVE = np.pi * 3000.0 / 180.0
RECTANGLE = (72.004, 0.8293, 137.8347, 55.8271)
"""The customary bounds, degrees west, south, east, north: wide enough to search in, too wide to decide by."""
STILL_DEGREES = 1e-12
ROUNDS = 50

GCJ02 = "GCJ-02"
BD09 = "BD-09"
ALIASES = {
    "GCJ02": GCJ02,
    "GCJ02LL": GCJ02,
    "火星坐标": GCJ02,
    "火星坐标系": GCJ02,
    "国测局坐标系": GCJ02,
    "BD09": BD09,
    "BD09LL": BD09,
    "百度坐标": BD09,
    "百度坐标系": BD09,
}

MAINLAND = """
106.85,21.98 106.65,21.99 106.60,22.10 106.73,22.79 105.81,22.98 105.33,23.35 104.48,22.82 102.71,22.71
101.65,22.32 101.80,21.17 101.27,21.20 101.15,21.85 100.42,21.56 99.24,22.12 99.53,22.95 98.90,23.14 98.66,24.06
97.60,23.90 97.72,25.08 98.67,25.92 98.68,27.51 98.25,27.75 97.91,28.34 96.25,28.41 96.59,28.83 96.12,29.45
95.40,29.03 94.57,29.28 92.50,27.90 91.70,27.77 90.02,28.30 88.81,27.30 88.73,28.09 88.12,27.88 85.82,28.20
84.23,28.84 83.90,29.32 82.33,30.12 81.53,30.42 81.11,30.18 79.72,30.88 78.74,31.52 78.46,32.62 79.18,32.48
79.21,32.99 78.81,33.51 78.91,34.32 77.84,35.49 76.19,35.90 75.90,36.67 74.98,37.42 74.86,38.38 73.93,38.51
73.68,39.43 73.96,39.66 73.82,39.89 74.78,40.37 75.47,40.56 76.53,40.43 76.90,41.07 78.19,41.19 78.54,41.58
80.12,42.12 80.18,42.92 80.87,43.18 79.97,44.92 82.46,45.54 83.18,47.33 85.16,47.00 85.72,47.45 85.77,48.46
86.60,48.55 87.75,49.30 88.01,48.60 88.85,48.07 90.28,47.69 90.97,46.89 90.59,45.72 90.95,45.29 93.48,44.98
95.31,44.24 96.35,42.73 99.52,42.52 100.85,42.66 103.31,41.91 104.52,41.91 104.96,41.60 106.13,42.13
109.24,42.52 110.41,42.87 111.83,43.74 111.35,44.46 111.87,45.10 113.46,44.81 114.46,45.34 115.99,45.73
117.42,46.67 119.66,46.69 119.77,47.05 118.06,48.07 117.30,47.70 115.74,47.73 115.49,48.14 116.68,49.89
117.25,49.71 117.32,49.55 117.42,49.66 117.88,49.51 119.29,50.14 119.28,50.58 120.74,51.96 120.73,52.52
120.18,52.75 121.00,53.25 123.57,53.46 125.95,52.79 127.29,50.74 127.42,50.38 127.61,50.36 127.66,50.25
127.53,50.10 127.66,49.76 129.40,49.44 130.58,48.73 130.99,47.79 132.51,47.79 133.37,48.18 134.16,48.32
134.19,48.47 134.30,48.52 134.45,48.38 135.03,48.48 134.11,47.21 133.77,46.12 133.10,45.14 131.88,45.32
131.03,44.97 131.15,44.56 131.31,44.40 131.14,42.93 130.63,42.90 130.64,42.40 129.99,42.99 129.60,42.42
128.05,41.99 128.21,41.47 127.34,41.50 126.87,41.82 126.18,41.11 124.27,39.93 124.69,39.69 123.04,39.21
122.24,38.73 120.78,38.54 120.60,38.88 121.02,39.46 120.93,39.83 121.41,40.37 119.93,39.55 119.35,38.94
118.14,38.69 119.22,38.20 119.34,37.77 119.65,37.66 121.00,38.28 122.63,37.81 122.79,37.59 122.91,36.70
121.34,36.24 119.83,35.07 120.65,34.53 121.02,33.59 122.36,31.68 122.34,30.94 121.88,30.45 122.50,30.03
122.53,29.75 122.11,28.09 121.39,27.72 119.01,24.27 116.12,22.40 114.93,22.23 114.12,21.77 113.80,21.94
112.00,21.13 111.13,20.99 110.95,20.44 111.40,19.92 111.33,19.38 110.56,18.29 109.32,17.78 108.50,18.09
108.21,18.49 108.18,19.35 108.81,20.15 109.39,20.35 109.23,21.08 107.53,21.22 107.86,21.43 107.84,21.61
107.04,21.81
"""
HONG_KONG = """
113.82,22.10 113.82,22.42 113.90,22.44 113.97,22.47 114.03,22.505 114.08,22.518 114.11,22.534 114.16,22.560
114.22,22.552 114.30,22.575 114.46,22.57 114.55,22.45 114.55,22.10
"""
MACAU = """
113.528,22.205 113.535,22.213 113.549,22.2165 113.557,22.214 113.60,22.214 113.60,22.10 113.549,22.10 113.545,22.13
113.547,22.16 113.532,22.185
"""


def offset_system(crs: str) -> str | None:
    """Return ``GCJ-02`` or ``BD-09`` when a setting names one of them, in any case or by another name, else None.

    >>> offset_system("gcj02"), offset_system("BD09LL"), offset_system("EPSG:4326")
    ('GCJ-02', 'BD-09', None)
    """
    return ALIASES.get("".join(crs.upper().split()).replace("-", "").replace("_", ""))


def in_china(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Tell which WGS 84 places lie in mainland China, as far as the outline goes."""
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    finite = np.isfinite(x) & np.isfinite(y)
    return np.asarray(
        shapely.contains_xy(_outline(), np.where(finite, x, 0.0), np.where(finite, y, 0.0)), dtype=np.bool_
    )


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Places:
    """Return GCJ-02 longitudes and latitudes of WGS 84 ones, degrees, in the shape given."""
    return _forward(lon, lat, _gcj02)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Places:
    """Return WGS 84 longitudes and latitudes of GCJ-02 ones, degrees, in the shape given."""
    return _backward(lon, lat, _gcj02)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Places:
    """Return BD-09 longitudes and latitudes of WGS 84 ones, degrees, in the shape given."""
    return _forward(lon, lat, _bd09)


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Places:
    """Return WGS 84 longitudes and latitudes of BD-09 ones, degrees, in the shape given."""
    return _backward(lon, lat, _bd09)


def _forward(lon: ArrayLike, lat: ArrayLike, offset: Callable[[Floats, Floats], Places]) -> Places:
    x, y = _pair(lon, lat)
    inside = in_china(x, y)
    x[inside], y[inside] = offset(x[inside], y[inside])
    return x, y


def _backward(lon: ArrayLike, lat: ArrayLike, offset: Callable[[Floats, Floats], Places]) -> Places:
    x, y = _pair(lon, lat)
    west, south, east, north = RECTANGLE
    near = np.flatnonzero((x > west) & (x < east) & (y > south) & (y < north))
    goal_x, goal_y = x.ravel()[near], y.ravel()[near]
    found_x, found_y = goal_x, goal_y
    for _ in range(ROUNDS):
        there_x, there_y = offset(found_x, found_y)
        step_x, step_y = goal_x - there_x, goal_y - there_y
        found_x, found_y = found_x + step_x, found_y + step_y
        if not len(near) or max(np.abs(step_x).max(), np.abs(step_y).max()) < STILL_DEGREES:
            break
    inside = in_china(found_x, found_y)
    x.flat[near[inside]], y.flat[near[inside]] = found_x[inside], found_y[inside]
    return x, y


def _pair(lon: ArrayLike, lat: ArrayLike) -> Places:
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    return x.copy(), y.copy()


def _gcj02(lon: Floats, lat: Floats) -> Places:
    """Move places by the offset of GCJ-02, wherever they are."""
    east, north = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(east))
    wave = (20.0 * np.sin(6.0 * np.pi * east) + 20.0 * np.sin(2.0 * np.pi * east)) * 2.0 / 3.0
    up = -100.0 + 2.0 * east + 3.0 * north + 0.2 * north**2 + 0.1 * east * north + 0.2 * root + wave
    up += _waves(north, ((20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0)))
    right = 300.0 + east + 2.0 * north + 0.1 * east**2 + 0.1 * east * north + 0.1 * root + wave
    right += _waves(east, ((20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0)))
    curve = 1.0 - ECCENTRICITY_SQUARED * np.sin(np.radians(lat)) ** 2
    metres_up = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / curve**1.5
    metres_right = SEMI_MAJOR_M / np.sqrt(curve) * np.cos(np.radians(lat))
    return lon + np.degrees(right / metres_right), lat + np.degrees(up / metres_up)


def _waves(x: Floats, terms: tuple[tuple[float, float], ...]) -> Floats:
    total = np.zeros_like(x)
    for height, length in terms:
        total += height * np.sin(x / length * np.pi)
    return total * 2.0 / 3.0


def _bd09(lon: Floats, lat: Floats) -> Places:
    """Move places by the offset of BD-09 on top of that of GCJ-02, wherever they are."""
    x, y = _gcj02(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * BAIDU_WAVE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BAIDU_WAVE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


@cache
def _outline() -> shapely.Geometry:
    mainland, *holes = (
        shapely.Polygon([tuple(map(float, pair.split(","))) for pair in text.split()])
        for text in (MAINLAND, HONG_KONG, MACAU)
    )
    outline = shapely.difference(mainland, shapely.union_all(holes))
    shapely.prepare(outline)
    return outline
