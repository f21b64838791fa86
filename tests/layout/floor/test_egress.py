"""The farthest place from the ways out, by the straight line and on foot, against samples of the floor."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Polygon, affinity, box

from layout.floor.egress import straight_egress, walked_egress
from layout.floor.plan import Door
from layout.floor.visibility import see_corners

HALL = box(0, 0, 12, 8)


def door(x: float, y: float) -> Door:
    return Door(x, y, 1.2, False, True, 0.0)


def test_straight_lines_cross_furniture_and_walks_do_not() -> None:
    """A wall across the hall with a gap at the top, the exit at its foot."""
    free = HALL - box(6, 0, 6.1, 7)
    straight = straight_egress(HALL, [door(5, 0)])
    assert straight.place == (12.0, 8.0)
    assert straight.metres == pytest.approx(math.hypot(7, 8))
    walked = walked_egress(free, [door(5, 0)], body_m=0.0)
    exact = math.hypot(1, 7) + 0.1 + math.hypot(5.9, 7)
    assert exact - 0.02 <= walked.metres <= exact + 1e-4
    assert walked.place == pytest.approx((12, 0), abs=0.1)
    assert walked.metres <= exact <= walked.metres + walked.tolerance_m + 1e-4
    length = np.hypot(*np.diff(walked.way, axis=0).T).sum()
    assert length == pytest.approx(walked.metres, abs=1e-4)
    assert walked.way[-1].tolist() == [5.0, 0.0]


def test_the_farthest_place_may_lie_amid_the_floor() -> None:
    """Three exits of an L: the farthest place lies where bisectors meet, not in a corner of the hall."""
    hall = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)])
    exits = [door(0, 0), door(10, 0), door(5, 10), door(0, 10), door(10, 10)]
    found = straight_egress(hall, exits)
    x, y = np.meshgrid(np.linspace(0, 10, 401), np.linspace(0, 10, 401))
    sampled = np.min([np.hypot(x - e.x, y - e.y) for e in exits], axis=0).max()
    assert found.metres == pytest.approx(sampled, abs=0.02)
    assert found.metres >= sampled - 1e-9
    assert found.place is not None
    assert 0 < min(found.place) <= max(found.place) < 10


def test_no_exit_and_no_floor_are_told() -> None:
    assert straight_egress(HALL, []).metres == np.inf
    assert walked_egress(HALL, []).cut_off_m2 == pytest.approx(96.0 - 0.25 * 40 + 0.25, abs=0.5)
    assert straight_egress(Polygon(), [door(0, 0)]).metres == 0.0
    away = walked_egress(HALL, [door(50, 50)])
    assert (away.place, away.metres) == (None, np.inf)


def test_floor_without_a_way_out_is_measured_as_area() -> None:
    found = walked_egress(HALL - box(6, 0, 6.2, 8), [door(0, 4)], body_m=0.0)
    assert found.cut_off_m2 == pytest.approx(5.8 * 8, abs=1e-3)
    assert found.place[0] < 6  # type: ignore[index]


BLOCKS = st.lists(
    st.tuples(st.integers(0, 10), st.integers(0, 7), st.integers(1, 5), st.integers(1, 3)), min_size=0, max_size=5
)
PLACES = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([0, 8])), min_size=1, max_size=3)


@settings(max_examples=20, deadline=None)
@given(BLOCKS, PLACES, st.booleans())
def test_no_sample_of_the_floor_is_farther(
    blocks: list[tuple[int, int, int, int]], places: list[tuple[int, int]], turned: bool
) -> None:
    free = HALL - shapely.union_all([box(x, y, x + w, y + h) for x, y, w, h in blocks])
    exits = [door(*place) for place in places]
    if free.is_empty:
        return
    x, y = np.meshgrid(np.arange(0.25, 12, 0.5), np.arange(0.25, 8, 0.5))
    spots = np.column_stack([x.ravel(), y.ravel()])
    spots = spots[shapely.covers(free, shapely.points(spots))]
    straight = straight_egress(free, exits)
    far = np.min([np.hypot(*(spots - place).T) for place in np.array(places)], axis=0)
    assert straight.metres >= far.max() - 1e-9
    corners = shapely.get_coordinates(free)
    assert straight.metres >= np.min([np.hypot(*(corners - p).T) for p in np.array(places)], axis=0).max() - 1e-9
    walked = walked_egress(free, exits, body_m=0.0)
    metres = see_corners(free).walks(np.vstack([np.array(places), spots])).metres[: len(places), len(places) :].min(0)
    reached = metres[np.isfinite(metres)]
    if len(reached):
        assert walked.metres + walked.tolerance_m >= reached.max() - 1e-4
        assert walked.tolerance_m <= 0.03
        if walked.cut_off_m2 < 1e-3:
            assert walked.metres >= straight.metres - 0.05
        assert LineString(walked.way).length == pytest.approx(walked.metres, abs=1e-3)
        if turned:
            moved = affinity.rotate(free, 30, origin=(0, 0))
            there = [affinity.rotate(shapely.Point(p), 30, origin=(0, 0)) for p in places]
            again = walked_egress(moved, [door(p.x, p.y) for p in there], body_m=0.0)
            assert again.metres == pytest.approx(walked.metres, abs=0.05)
            assert straight_egress(moved, [door(p.x, p.y) for p in there]).metres == pytest.approx(straight.metres)


def test_several_parts_are_one_floor_to_the_straight_line() -> None:
    found = straight_egress(MultiPolygon([box(0, 0, 1, 1), box(20, 0, 21, 1)]), [door(0, 0), door(30, 0)])
    assert found.metres == pytest.approx(math.hypot(10, 1))
    assert found.exit == 1
