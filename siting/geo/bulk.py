"""Find where the bulk of a layer lies, which places lie far from it, and how a misread coordinate may have been meant.

A mistyped coordinate pulls means and bounds along, so the bulk is described by medians: its middle, and twice the
distance within which three fifths of its places lie. A second city is no outlier, however small: what counts as far
lies many radii away and is alone, or lies among the rest as soon as it is read in one of the ways people mistype.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

EARTH_KM = 6371.0088
BULK_SHARE = 0.6
LEAST_RADIUS_KM = 0.5
NEAR_KM = 25.0
FAR_KM = 100.0
ALONE_KM = 50.0
LONELY_KM = 1000.0
FEW = 0.01
SURELY_KM = 2000.0
POWERS = (1, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True)
class Bulk:
    """Where most of a layer lies.

    Parameters
    ----------
    lon, lat
        Its middle, degrees.
    radius_km
        Twice the distance from the middle within which three fifths of its places lie.
    """

    lon: float
    lat: float
    radius_km: float

    def distance_km(self, places: Floats) -> Floats:
        """Return the distance of places, shape (n, 2), degrees, from the middle; infinite where there is no place."""
        distance = EARTH_KM * _angle(_unit(places), _unit(np.array([[self.lon, self.lat]])))
        return np.where(is_place(places), distance, np.inf)

    def is_near(self, places: Floats) -> Mask:
        """Tell which places lie among the bulk or in its outskirts."""
        return self.distance_km(places) <= max(self.radius_km, NEAR_KM)

    def is_reached(self, places: Floats) -> Mask:
        """Tell which places lie so near that they may have to do with the bulk."""
        return self.distance_km(places) <= self.radius_km + max(2 * self.radius_km, FAR_KM)

    def is_far(self, places: Floats) -> Mask:
        """Tell which places lie so far that they cannot belong to the outskirts; what is no place is far."""
        return self.distance_km(places) > max(5 * self.radius_km, FAR_KM)


def bulk_of(places: Floats) -> Bulk | None:
    """Return where the bulk of places, shape (n, 2), degrees, lies, or None where there is none."""
    there = places[is_place(places)]
    if not len(there):
        return None
    middle = np.median(_unit(there), axis=0)
    if not np.any(middle):
        middle = _unit(there[:1])[0]
    lon = float(np.degrees(np.arctan2(middle[1], middle[0])))
    lat = float(np.degrees(np.arctan2(middle[2], np.hypot(middle[0], middle[1]))))
    distance = Bulk(lon, lat, 0.0).distance_km(there)
    return Bulk(lon, lat, max(2 * float(np.quantile(distance, BULK_SHARE)), LEAST_RADIUS_KM))


def is_place(places: Floats) -> Mask:
    """Tell which longitudes and latitudes, shape (n, 2), are on the globe."""
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(places[:, 0]) <= 180) & (np.abs(places[:, 1]) <= 90), dtype=np.bool_)


def is_alone(places: Floats, suspects: Mask) -> Mask:
    """Tell which suspects have fewer than two others, of all places of their layer, around them."""
    alone = suspects & ~is_place(places)
    at = np.flatnonzero(suspects & ~alone)
    if len(at):
        there = is_place(places)
        chord = 2 * np.sin(ALONE_KM / EARTH_KM / 2)
        counts = KDTree(_unit(places[there])).query_ball_point(_unit(places[at]), chord, return_length=True)
        alone[at[np.asarray(counts) <= 2]] = True
    return alone


@dataclass(frozen=True)
class Reading:
    """Another way to read coordinates: what would have gone wrong, and the coordinates meant, shape (n, 2)."""

    what: str
    points: Floats


def readings(points: Floats) -> Iterator[Reading]:
    """Yield the ways in which people mistype coordinates, likeliest first."""
    yield Reading("swapped", points[:, ::-1])
    for signs in ((-1, 1), (1, -1), (-1, -1)):
        yield Reading("with a wrong sign", points * signs)
    for signs in ((-1, 1), (1, -1)):
        yield Reading("swapped and with a wrong sign", points[:, ::-1] * signs)
    for power in POWERS:
        for factor in (10.0**-power, 10.0**power):
            for factors in ((factor, factor), (factor, 1.0), (1.0, factor)):
                yield Reading("with a misplaced decimal point", points * factors)


def mend(
    points: Floats, to_places: Callable[[Floats], Floats], home: Bulk, own: Bulk | None
) -> tuple[NDArray[np.object_], Floats]:
    """Find for points that lie far from home the reading that brings them there.

    Parameters
    ----------
    points
        Coordinates as they stand, shape (n, 2).
    to_places
        What turns them into degrees.
    home
        Where they ought to lie.
    own
        Where the bulk of their own layer lies: a place near the equator that lies in its midst is no lost sign.

    Returns
    -------
    what
        What went wrong, shape (n,); empty where no reading helps.
    meant
        The coordinates meant, shape (n, 2).
    """
    what = np.full(len(points), "", dtype=object)
    meant = points.copy()
    away = home.distance_km(to_places(points))
    doubtful = np.zeros(len(points), dtype=bool) if own is None else ~own.is_far(to_places(points))
    for reading in readings(points):
        open_rows = what == ""
        if not open_rows.any():
            break
        fits = home.is_near(to_places(reading.points)) & open_rows
        if "sign" in reading.what:
            fits &= ~doubtful | (away > SURELY_KM)
        what[fits] = reading.what
        meant[fits] = reading.points[fits]
    return what, meant


def stray(places: Floats, home: Bulk) -> Mask:
    """Tell which places of a layer lie a thousand kilometres and twenty radii from home, alone, and are few."""
    with np.errstate(invalid="ignore"):
        suspects = home.distance_km(places) > max(20 * home.radius_km, LONELY_KM)
    if not suspects.any() or suspects.sum() > max(1.0, FEW * len(places)):
        return np.zeros(len(places), dtype=bool)
    return is_alone(places, suspects)


def _unit(places: Floats) -> Floats:
    lon, lat = np.radians(np.where(np.isfinite(places), places, np.nan)).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _angle(these: Floats, that: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.asarray(2 * np.arcsin(np.clip(np.linalg.norm(these - that, axis=1) / 2, 0, 1)), dtype=np.float64)
