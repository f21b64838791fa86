"""Areal interpolation: worked by hand, mass kept to 1e-9, what is outside told, equal to a plain double loop."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.geo.interpolation import area_overlay, dasymetric_overlay, point_overlay

Geometries = NDArray[np.object_]


def boxes(*corners: tuple[float, float, float, float]) -> Geometries:
    return np.array([shapely.box(*corner) for corner in corners], dtype=object)


# A west source of 10 × 10 and an east one of 20 × 10; targets: the south half of 20 × 5, and 2 × 2 wholly in the north.
SOURCES = boxes((0, 0, 10, 10), (10, 0, 30, 10))
TARGETS = boxes((0, 0, 20, 5), (2, 6, 4, 8))


def test_areas_by_hand() -> None:
    overlay = area_overlay(SOURCES, TARGETS)
    np.testing.assert_allclose(overlay.shared.toarray(), [[50.0, 4.0], [50.0, 0.0]])
    people = overlay.extensive(np.array([100.0, 40.0]))
    np.testing.assert_allclose(people.values, [100 * 0.5 + 40 * 0.25, 100 * 0.04])
    np.testing.assert_allclose(people.outside, [100 * 0.46, 40 * 0.75])
    income = overlay.intensive(np.array([3.0, 5.0]))
    np.testing.assert_allclose(income.values, [4.0, 3.0])
    np.testing.assert_allclose(income.known, [1.0, 1.0])


def test_buildings_by_hand() -> None:
    # West: 1 of 4 m² of floor in the south target, 3 in the north one. East: 6 in the south, 2 outside.
    places = shapely.points([[1.0, 1.0], [3.0, 7.0], [15.0, 1.0], [25.0, 9.0]])
    overlay = dasymetric_overlay(SOURCES, TARGETS, places, np.array([1.0, 3.0, 6.0, 2.0]))
    people = overlay.extensive(np.array([100.0, 40.0]))
    np.testing.assert_allclose(people.values, [25.0 + 30.0, 75.0])
    np.testing.assert_allclose(people.outside, [0.0, 10.0])
    rent = overlay.intensive(np.array([7.0, 14.0]))
    np.testing.assert_allclose(rent.values, [(1 * 7 + 6 * 14) / 7, 7.0])
    np.testing.assert_allclose(rent.known, [1.0, 1.0])


def test_a_building_in_two_targets_is_halved_and_one_on_a_border_of_sources_takes_part_in_both() -> None:
    targets = boxes((0, 0, 5, 10), (5, 0, 10, 10), (10, 0, 30, 10))
    places = shapely.points([[5.0, 5.0], [10.0, 5.0]])
    overlay = dasymetric_overlay(SOURCES, targets, places, np.array([1.0, 1.0]))
    # The west source has both buildings, the east one has the second; the second is halved between targets 1 and 2.
    people = overlay.extensive(np.array([100.0, 40.0]))
    np.testing.assert_allclose(people.values, [25.0, 25.0 + 25.0 + 20.0, 25.0 + 20.0])
    np.testing.assert_allclose(people.outside, [0.0, 0.0])


def test_points_by_hand() -> None:
    places = shapely.points([[1.0, 1.0], [9.0, 9.0], [50.0, 50.0]])
    weighted = point_overlay(SOURCES, places, np.array([1.0, 3.0, 9.0])).extensive(np.array([100.0, 40.0]))
    np.testing.assert_allclose(weighted.values, [25.0, 75.0, 0.0])
    np.testing.assert_allclose(weighted.outside, [0.0, 40.0])
    alike = point_overlay(SOURCES, places).extensive(np.array([100.0, 40.0]))
    np.testing.assert_allclose(alike.values, [50.0, 50.0, 0.0])
    income = point_overlay(SOURCES, places).intensive(np.array([3.0, 5.0]))
    np.testing.assert_array_equal(income.values, [3.0, 3.0, np.nan])


def test_what_is_not_known_stays_so() -> None:
    overlay = area_overlay(SOURCES, boxes((0, 0, 20, 10), (20, 0, 40, 10), (0, 10, 5, 20)))
    assert overlay.shared.nnz == 3  # borders alone share nothing
    people = overlay.extensive(np.array([np.nan, 40.0]))
    np.testing.assert_array_equal(people.values, [np.nan, 20.0, 0.0])
    np.testing.assert_array_equal(people.outside, [np.nan, 0.0])
    income = overlay.intensive(np.array([np.nan, 5.0]))
    np.testing.assert_array_equal(income.values, [5.0, 5.0, np.nan])
    np.testing.assert_allclose(income.known, [0.5, 0.5, 0.0])


cut = st.lists(st.floats(0.0, 100.0), min_size=0, max_size=4)


def grid(xs: list[float], ys: list[float], low: float, high: float, angle: float) -> Geometries:
    """A turned grid of boxes between the cuts, slivers left out."""
    across, up = (np.unique(np.round([low, *(v for v in cuts if low < v < high), high], 3)) for cuts in (xs, ys))
    made = [shapely.box(a, c, b, d) for a, b in itertools.pairwise(across) for c, d in itertools.pairwise(up)]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.array([shapely.transform(box, lambda xy: (xy - 50.0) @ turn + 50.0) for box in made], dtype=object)


@given(xs=cut, ys=cut, across=cut, up=cut, angle=st.floats(0, 3), seed=st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_mass_is_kept_and_equals_a_double_loop(
    xs: list[float], ys: list[float], across: list[float], up: list[float], angle: float, seed: int
) -> None:
    sources, targets = grid(xs, ys, 0.0, 100.0, 0.0), grid(across, up, 10.0, 95.0, angle)
    rng = np.random.default_rng(seed)
    values = rng.uniform(0, 1000, len(sources))
    overlay = area_overlay(sources, targets)
    plain = np.array([[one.intersection(other).area for other in targets] for one in sources])
    np.testing.assert_allclose(overlay.shared.toarray(), plain, rtol=1e-9, atol=1e-9)
    got = overlay.extensive(values)
    np.testing.assert_allclose(got.values, (values / shapely.area(sources)) @ plain, rtol=1e-9, atol=1e-9)
    assert got.values.sum() + got.outside.sum() == pytest.approx(values.sum(), rel=1e-9)
    average = overlay.intensive(np.full(len(sources), 7.0))
    assert average.values[plain.sum(axis=0) > 1e-6] == pytest.approx(7.0)
    np.testing.assert_allclose(average.known, plain.sum(axis=0) / shapely.area(targets), atol=1e-9)

    places, weight = shapely.points(rng.uniform(0, 100, (40, 2))), rng.choice([0.0, 1.0, 8.0], 40)
    for overlay in (point_overlay(sources, places, weight), dasymetric_overlay(sources, targets, places, weight)):
        got = overlay.extensive(values)
        assert got.values.sum() + got.outside.sum() == pytest.approx(values.sum(), rel=1e-9)
        assert (got.outside >= 0).all()


def test_order_and_scale_change_nothing_else() -> None:
    rng = np.random.default_rng(3)
    sources, targets = grid([30.0, 70.0], [50.0], 0.0, 100.0, 0.0), grid([40.0], [20.0, 60.0], 0.0, 100.0, 0.5)
    values, order = rng.uniform(0, 9, len(sources)), rng.permutation(len(sources))
    plainly = area_overlay(sources, targets).extensive(values).values
    np.testing.assert_allclose(area_overlay(sources[order], targets).extensive(values[order]).values, plainly)
    tenfold = [shapely.transform(each, lambda xy: xy * 10 + 6e6) for each in (sources, targets)]
    np.testing.assert_allclose(area_overlay(*tenfold).extensive(values).values, plainly, rtol=1e-7)


def test_slivers_are_rounded_off_and_overlaps_refused() -> None:
    people = np.array([100.0, 0.0])
    sliver = boxes((0, 0, 5, 10), (5 - 1e-8, 0, 10, 10))
    got = area_overlay(SOURCES, sliver).extensive(people)
    assert got.values.sum() == pytest.approx(100.0, rel=1e-12)
    with pytest.raises(InputError, match=r"targets overlap: they hold 1\.100000 of source 0; expected at most 1"):
        area_overlay(SOURCES, boxes((0, 0, 6, 10), (5, 0, 10, 10)))
    assert area_overlay(SOURCES, boxes((0, 0, 6, 10), (5, 0, 10, 10)), sliver=0.2).extensive(people).values.sum() == (
        pytest.approx(100.0)
    )


def test_nothing_over_nothing() -> None:
    none = np.array([], dtype=object)
    assert area_overlay(none, TARGETS).extensive(np.empty(0)).values.tolist() == [0.0, 0.0]
    assert area_overlay(SOURCES, none).extensive(np.array([1.0, 2.0])).outside.tolist() == [1.0, 2.0]
    assert point_overlay(SOURCES, none).extensive(np.array([1.0, 2.0])).outside.tolist() == [1.0, 2.0]


def test_bad_input_is_named() -> None:
    bow_tie = np.array([shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])], dtype=object)
    missing = np.array([SOURCES[0], None], dtype=object)
    here = shapely.points([[1.0, 1.0]])
    with pytest.raises(InputError, match=r"source 0: self-intersection\[1 1\]; expected valid polygons"):
        area_overlay(bow_tie, TARGETS)
    with pytest.raises(InputError, match="target 1: is missing or no polygon; expected valid polygons"):
        area_overlay(SOURCES, missing)
    with pytest.raises(InputError, match="source 0: is missing or no polygon"):
        point_overlay(here, here)
    with pytest.raises(InputError, match="point 0 is missing, empty or no point"):
        point_overlay(SOURCES, SOURCES)
    with pytest.raises(InputError, match="point 0 is missing, empty or no point"):
        point_overlay(SOURCES, shapely.points([[np.nan, 1.0]]))
    with pytest.raises(InputError, match="point 1 is missing, empty or no point"):
        point_overlay(SOURCES, np.array([here[0], None, shapely.Point()], dtype=object))
    with pytest.raises(InputError, match=r"weight has shape \(2,\); expected \(1,\)"):
        point_overlay(SOURCES, here, np.ones(2))
    with pytest.raises(InputError, match="a weight is negative or not a number"):
        dasymetric_overlay(SOURCES, TARGETS, here, np.array([np.nan]))
    overlay = area_overlay(SOURCES, TARGETS)
    with pytest.raises(InputError, match=r"values has shape \(3,\); expected \(2,\)"):
        overlay.extensive(np.ones(3))
    with pytest.raises(InputError, match="a value is infinite"):
        overlay.intensive(np.array([1.0, np.inf]))
