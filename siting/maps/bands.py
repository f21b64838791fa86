"""Make drawn catchments small enough to travel inside the map: encoded rings, and the figures of each walk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import ProjError
from shapely.geometry.base import BaseGeometry

from outlet.errors import InputError
from siting.data.drawn import Band, Catchments
from siting.maps.backdrop import Deltas, Grid, fit_areas

Rings = list[list[Deltas]]


@dataclass(frozen=True)
class DrawnBands:
    """What the page's scripts read.

    Parameters
    ----------
    rings
        Kind of place (candidates, existing) → id → rings of each walk, the shortest first.
    figures
        The same, with minutes, demand, rivals (None: not known) and square kilometres of each walk.
    places
        How many places are drawn.
    tolerance_m
        How far what is drawn may lie from what was computed, metres.
    """

    rings: dict[str, dict[str, Rings]]
    figures: dict[str, dict[str, list[tuple[float, float, int | None, float]]]]
    places: int
    tolerance_m: float


def draw_bands(catchments: Catchments, crs: pyproj.CRS, grid: Grid) -> DrawnBands:
    """Return the catchments encoded within the budget of vertices of an area layer; ``crs`` is metric."""
    kinds: dict[str, dict[str, tuple[Band, ...]]] = {
        "candidates": catchments.candidates,
        "existing": catchments.existing,
    }
    shapes = [band.shape for places in kinds.values() for bands in places.values() for band in bands]
    encoded, tolerance = fit_areas(_metric(shapes, crs), crs, grid) if shapes else ([], 0.0)
    rings = iter(encoded)
    return DrawnBands(
        rings={
            kind: {id_: [next(rings) for _ in bands] for id_, bands in places.items()} for kind, places in kinds.items()
        },
        figures={
            kind: {
                id_: [(band.minutes, round(band.demand, 1), band.rivals, band.area_km2) for band in bands]
                for id_, bands in places.items()
            }
            for kind, places in kinds.items()
        },
        places=sum(len(places) for places in kinds.values()),
        tolerance_m=tolerance,
    )


def _metric(shapes: list[BaseGeometry], crs: pyproj.CRS) -> NDArray[np.object_]:
    transformer = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)

    def convert(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1], errcheck=True))

    try:
        converted: NDArray[np.object_] = shapely.transform(np.array(shapes, dtype=object), convert)
    except ProjError as error:
        raise InputError(f"catchments: a place far from the project's ({error}); run `outlet score` again") from error
    return converted
