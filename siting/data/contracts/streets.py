"""Tell how the streets hang together: what is left out since nothing connects it, and what nearly meets."""

from __future__ import annotations

import numpy as np
import pyproj
from numpy.typing import NDArray

from outlet.findings import Remark
from siting.data.layers import SitingData
from siting.geo.crs import WGS84
from siting.geo.network import LEAST_PART_M, NEARLY_M, street_parts

SHOWN = 5


def street_remarks(data: SitingData, name: str) -> list[Remark]:
    """Return what a planner should know of the streets as a network.

    Parameters
    ----------
    data
        The layers; streets are in metres.
    name
        How messages name the file of the streets.
    """
    if not len(data.streets):
        return []
    parts = street_parts(data.streets.geometry.to_numpy())
    told: list[Remark] = []
    left, lost = parts.metres[parts.kept :], parts.xy[parts.kept :]
    if len(left):
        longest = "; ".join(
            f"{_length(metres)} near {place}"
            for metres, place in zip(left[:SHOWN], _places(lost[:SHOWN], data.crs), strict=True)
        )
        text = (
            f"{_length(left.sum())} of streets in {len(left)} {'part' if len(left) == 1 else 'parts'} are connected to "
            f"nothing else and are left out, of {_length(parts.metres.sum())}; the longest: {longest}"
        )
        told.append(Remark(name, "streets-disconnected", text))
    if parts.kept > 1:
        lengths = ", ".join(
            f"{_length(metres)} near {place}"
            for metres, place in zip(parts.metres[: parts.kept], _places(parts.xy[: parts.kept], data.crs), strict=True)
        )
        text = (
            f"{parts.kept} parts of at least {_length(LEAST_PART_M)} are not connected to one another; each is used, "
            f"and nobody walks between them: {lengths}"
        )
        told.append(Remark(name, "streets-apart", text))
    if len(parts.nearly):
        where = "; ".join(_places(parts.nearly[:SHOWN], data.crs))
        text = (
            f"{len(parts.nearly)} {'end' if len(parts.nearly) == 1 else 'ends'} of streets stop within {NEARLY_M:g} m "
            f"of another street without meeting it; nobody walks across: near {where}"
        )
        told.append(Remark(name, "streets-nearly-meet", text))
    return told


def _length(metres: float) -> str:
    return f"{metres:,.0f} m" if metres < 1000 else f"{metres / 1000:,.1f} km"


def _places(xy: NDArray[np.float64], crs: pyproj.CRS) -> list[str]:
    """Return places as latitude and longitude, as maps take them."""
    lon, lat = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True).transform(xy[:, 0], xy[:, 1])
    return [f"{y:.5f}, {x:.5f}" for x, y in zip(lon, lat, strict=True)]
