"""Dividing polygons among what lies in them: by hand, nothing lost, the order of rows changes nothing."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.geo.spread import Pieces, onto_grid, onto_points, onto_polygons, onto_streets

Geometries = NDArray[np.object_]


def boxes(*corners: tuple[float, float, float, float]) -> Geometries:
    return np.array([shapely.box(*corner) for corner in corners], dtype=object)


def lines(*corners: list[tuple[float, float]]) -> Geometries:
    return np.array([shapely.LineString(corner) for corner in corners], dtype=object)


def rows(pieces: Pieces) -> list[tuple[int, float, float, float]]:
    return [
        (int(s), round(float(share), 9), *xy)
        for s, share, xy in zip(pieces.source, pieces.share, pieces.place.tolist(), strict=True)
    ]


# A west polygon of 100 × 100 and an east one of 100 × 100 beside it.
SOURCES = boxes((0, 0, 100, 100), (100, 0, 200, 100))


def test_points_by_hand() -> None:
    places = np.asarray(shapely.points([[10, 90], [20, 10], [30, 10], [150, 50], [500, 0]]), dtype=object)
    got = onto_points(SOURCES, places, np.array([1.0, 3.0, 4.0, 5.0, 9.0]))
    assert rows(got) == [(0, 0.375, 20, 10), (0, 0.5, 30, 10), (0, 0.125, 10, 90), (1, 1.0, 150, 50)]
    assert (got.targets, got.unused, got.shared) == (5, 1, 0)
    assert [share for _, share, *_ in rows(onto_points(SOURCES, places))] == [
        pytest.approx(1 / 3),
        pytest.approx(1 / 3),
        pytest.approx(1 / 3),
        1.0,
    ]


def test_a_point_on_a_border_takes_part_in_both_and_equal_places_are_one() -> None:
    places = np.asarray(shapely.points([[100, 50], [50, 50], [50, 50]]), dtype=object)
    got = onto_points(SOURCES, places, np.array([1.0, 1.0, 2.0]))
    assert rows(got) == [(0, 0.75, 50, 50), (0, 0.25, 100, 50), (1, 1.0, 100, 50)]
    assert got.shared == 1


def test_polygons_by_hand() -> None:
    # A block wholly in the west, one half in each, a splinter of 0.05 % in the east.
    blocks = boxes((10, 10, 30, 30), (80, 40, 120, 60), (0, 90, 100.05, 100))
    got = onto_polygons(SOURCES, blocks, np.array([10.0, 20.0, 30.0]))
    assert got.thin == 1
    assert got.shared == 1
    west = 10 + 10 + 30 * 100 / 100.05
    assert rows(got) == [
        (0, round(10 / west, 9), 20, 20),
        (0, round(10 / west, 9), 90, 50),
        (0, round((west - 20) / west, 9), 50, 95),
        (1, 1.0, 110, 50),
    ]
    by_area = onto_polygons(SOURCES, blocks)
    assert by_area.share.tolist() == pytest.approx([400 / 1800, 400 / 1800, 1000 / 1800, 1.0])


def test_streets_by_hand() -> None:
    # One street inside the west, 80 m; one on the border, 100 m, whose sides lie in either; one far away.
    streets = lines([(10, 20), (90, 20)], [(100, 0), (100, 100)], [(900, 0), (999, 0)], [(5, 5), (5, 5)])
    got = onto_streets(SOURCES, streets, spacing_m=40.0, aside_m=15.0)
    # 40 + 40 m both sides; 50 + 50 m one side each
    assert rows(got) == [
        (0, round(40 / 130, 9), 30, 20),
        (0, round(40 / 130, 9), 70, 20),
        (0, round(25 / 130, 9), 100, 25),
        (0, round(25 / 130, 9), 100, 75),
        (1, 0.5, 100, 25),
        (1, 0.5, 100, 75),
    ]
    assert (got.targets, got.unused, got.shared) == (6, 2, 2)


def test_a_grid_by_hand() -> None:
    got = onto_grid(boxes((0, 0, 150, 100), (300, 0, 310, 10)), cell_m=100.0)
    # The border of a cell alone, at y = 100, is none of it.
    assert rows(got) == [(0, round(2 / 3, 9), 50, 50), (0, round(1 / 3, 9), 125, 50), (1, 1.0, 305, 5)]


def test_too_many_pieces_are_refused_before_they_are_made() -> None:
    with pytest.raises(InputError, match="raise cell_m"):
        onto_grid(boxes((0, 0, 1e7, 1e7)), cell_m=5.0)
    with pytest.raises(InputError, match="raise spacing_m"):
        onto_streets(SOURCES, lines([(0, 0), (1e9, 0)]), spacing_m=5.0, aside_m=15.0)


def test_nothing_there_is_nothing() -> None:
    for got in (
        onto_points(SOURCES, np.zeros(0, dtype=object)),
        onto_polygons(SOURCES, np.zeros(0, dtype=object)),
        onto_streets(SOURCES, np.zeros(0, dtype=object), spacing_m=50.0, aside_m=10.0),
    ):
        assert len(got.source) == len(got.share) == len(got.place) == 0


def test_bad_weights_are_refused() -> None:
    blocks = boxes((10, 10, 30, 30))
    for weight in (np.array([-1.0]), np.array([np.nan]), np.array([1.0, 2.0])):
        with pytest.raises(InputError, match="weight"):
            onto_polygons(SOURCES, blocks, weight)
        with pytest.raises(InputError, match="weight"):
            onto_points(SOURCES, np.asarray(shapely.centroid(blocks), dtype=object), weight)


coordinates = st.floats(-50, 250)


@given(
    corners=st.lists(st.tuples(coordinates, coordinates, st.floats(1, 80), st.floats(1, 80)), min_size=1, max_size=8),
    cell=st.floats(7, 90),
    seed=st.integers(0, 99),
)
@settings(max_examples=50, deadline=None)
def test_shares_sum_to_one_and_the_order_of_targets_changes_nothing(
    corners: list[tuple[float, float, float, float]], cell: float, seed: int
) -> None:
    targets = boxes(*((x, y, x + w, y + h) for x, y, w, h in corners))
    rng = np.random.default_rng(seed)
    weight, order = rng.choice([0.0, 1.0, 7.0], len(targets)), rng.permutation(len(targets))
    middles = np.asarray(shapely.centroid(targets), dtype=object)
    edges = np.asarray(shapely.boundary(targets), dtype=object)
    for one, other in (
        (onto_points(SOURCES, middles, weight), onto_points(SOURCES, middles[order], weight[order])),
        (onto_polygons(SOURCES, targets, weight), onto_polygons(SOURCES, targets[order], weight[order])),
        (
            onto_streets(SOURCES, edges, spacing_m=20.0, aside_m=9.0),
            onto_streets(SOURCES, edges[order], spacing_m=20.0, aside_m=9.0),
        ),
        (onto_grid(SOURCES, cell_m=cell), onto_grid(SOURCES, cell_m=cell)),
    ):
        assert (one.share > 0).all()
        held = np.unique(one.source)
        np.testing.assert_allclose(np.bincount(one.source, one.share)[held], 1.0, rtol=1e-12)
        np.testing.assert_array_equal(one.source, other.source)
        np.testing.assert_array_equal(one.place, other.place)
        np.testing.assert_allclose(one.share, other.share, rtol=1e-12)
