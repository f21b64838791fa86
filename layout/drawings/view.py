"""Trace what is seen from a point: the visible polygon, by rays."""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

RAY_STEP_DEG = 1.0
OFF_WALL_M = 0.02


def seen_from(x: float, y: float, facing_deg: float, view_deg: float, range_m: float, blocks: BaseGeometry) -> Polygon:
    """Return the part of a circle's sector that is seen past the blocking lines, metres.

    Parameters
    ----------
    x, y
        The eye.
    facing_deg, view_deg
        Middle and width of the field of view.
    range_m
        How far it sees.
    blocks
        Lines that sight does not pass.
    """
    half = min(view_deg, 360.0) / 2
    steps = max(2, math.ceil(2 * half / RAY_STEP_DEG))
    angles = np.radians(facing_deg + np.linspace(-half, half, steps + 1))
    ends = np.column_stack([x + range_m * np.cos(angles), y + range_m * np.sin(angles)])
    starts = np.column_stack([x + OFF_WALL_M * np.cos(angles), y + OFF_WALL_M * np.sin(angles)])
    rays = shapely.linestrings(np.stack([starts, ends], axis=1))
    shapely.prepare(blocks)
    hits = shapely.intersection(rays, blocks)
    eye = shapely.Point(x, y)
    distance = np.where(shapely.is_empty(hits), range_m, shapely.distance(hits, eye))
    rim = np.column_stack([x + distance * np.cos(angles), y + distance * np.sin(angles)])
    around = rim if half >= 180 else np.vstack([[x, y], rim])
    polygon = Polygon(np.round(around, 3))
    parts = [part for part in shapely.get_parts(shapely.make_valid(polygon)) if isinstance(part, Polygon)]
    return max(parts, key=lambda part: part.area, default=Polygon())
