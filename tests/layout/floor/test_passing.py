"""Which zones a walk passes: within reach, and nothing in between."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import Polygon, affinity, box
from shapely.geometry.base import BaseGeometry

from layout.floor.passing import passed

HALL = box(0, 0, 20, 10)
WALK = np.array([[1.0, 1.0], [19.0, 1.0]])
NEAR, FAR, BEHIND = box(5, 3.9, 7, 5), box(8, 4.1, 10, 5), box(12, 3, 14, 4)


@pytest.mark.parametrize("turn", [0.0, 90.0, 37.0])
@pytest.mark.parametrize("mirror", [1.0, -1.0])
def test_near_zones_are_passed_and_those_far_off_or_behind_walls_are_not(turn: float, mirror: float) -> None:
    def moved(shape: BaseGeometry) -> BaseGeometry:
        return affinity.rotate(affinity.scale(shape, mirror, 1.0, origin=(0, 0)), turn, origin=(0, 0))

    clear = moved(HALL - box(11.2, 2.5, 14.8, 2.6))
    walk = shapely.get_coordinates(moved(shapely.LineString(WALK)))
    zones = [moved(zone) for zone in (NEAR, FAR, BEHIND)]
    assert passed([walk], zones, clear, 3.0).tolist() == [[True, False, False]]
    assert passed([walk], zones, moved(HALL), 3.0).tolist() == [[True, False, True]]
    assert passed([walk], zones, moved(HALL), 3.2).tolist() == [[True, True, True]]


def test_walks_without_points_pass_nothing_and_a_spot_what_is_near() -> None:
    found = passed([np.empty((0, 2)), np.array([[6.0, 3.0]])], [NEAR], HALL, 3.0)
    assert found.tolist() == [[False], [True]]


def test_a_narrow_gap_is_looked_through() -> None:
    """A wall with a gap of 0.3 m just before the zone."""
    wall = shapely.union_all([box(0, 2, 5.9, 2.1), box(6.2, 2, 20, 2.1)])
    assert passed([WALK], [NEAR], HALL - wall, 3.0).tolist() == [[True]]
    assert passed([WALK], [NEAR], HALL - box(0, 2, 20, 2.1), 3.0).tolist() == [[False]]


def test_a_zone_against_the_wall_is_seen_from_its_open_sides() -> None:
    triangle = Polygon([(0, 0), (12, 0), (0, 9)])
    assert passed([np.array([[1.0, 1.0]])], [box(0, 3, 1, 4)], triangle, 3.0).tolist() == [[True]]
