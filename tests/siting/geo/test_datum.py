"""Which operation leads from one coordinate system to another, and how good it is."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from outlet.errors import CrsError
from siting.geo.crs import WGS84
from siting.geo.datum import choose_operation, moved_m


def choose(crs, x, y):
    source = pyproj.CRS.from_user_input(crs)
    points = np.array([[x, y]] * 3, dtype=np.float64)
    operation = choose_operation(source, WGS84, points)
    return operation, operation(points)[0], moved_m(source, operation, points)


@pytest.mark.parametrize(
    ("crs", "x", "y", "metres", "accuracy", "name"),
    [
        (4301, 139.7, 35.7, 463, 9, "Tokyo to WGS 84 (108)"),
        (4612, 139.7, 35.7, 0, 1, "JGD2000 to WGS 84 (1)"),
        (27700, 530000, 180000, 125, 2, "OSGB36 to WGS 84 (6)"),
        (31467, 3400000, 5300000, 118, 3, "DHDN to WGS 84 (2)"),
        (27572, 600000, 2428000, 54, 2, "NTF (Paris) to NTF (1), NTF to WGS 84 (1)"),
        (2263, 987654, 198765, 0, 4, "NAD83 to WGS 84 (1)"),
    ],
)
def test_known_datums(crs, x, y, metres, accuracy, name):
    operation, _, moved = choose(crs, x, y)
    assert operation.name == name
    assert operation.accuracy_m == accuracy
    assert not operation.is_ballpark
    assert moved == pytest.approx(metres, abs=1.5)


def test_feet_are_feet():
    _, place, _ = choose(2263, 987654, 198765)
    assert place == pytest.approx((-73.98772, 40.71224), abs=1e-5)


def test_a_better_operation_without_its_grid_is_named():
    operation, _, _ = choose(27700, 530000, 180000)
    assert operation.better == "OSGB36 to WGS 84 (9), 1 m"


def test_a_guess_is_called_a_guess():
    operation, place, moved = choose("EPSG:4214", 116.4, 39.9)
    assert operation.is_ballpark
    assert operation.accuracy_m is None
    assert place == pytest.approx((116.4, 39.9))
    assert moved == 0


def test_what_a_prj_says_by_towgs84():
    text = "+proj=longlat +ellps=bessel +towgs84=-146.414,507.337,680.507"
    operation, place, moved = choose(text, 139.7, 35.7)
    assert not operation.is_ballpark
    assert moved == pytest.approx(463, abs=1)
    assert place == pytest.approx((139.69677, 35.70323), abs=1e-4)


def test_a_wild_row_does_not_change_the_choice():
    points = np.array([[139.7, 35.7]] * 20 + [[0.0, 0.0], [np.nan, np.nan]])
    operation = choose_operation(pyproj.CRS(4301), WGS84, points)
    assert operation.name == "Tokyo to WGS 84 (108)"


def test_every_vertex_moves():
    line = shapely.LineString([(139.7, 35.7), (139.8, 35.8)])
    frame = gpd.GeoDataFrame({"id": [1, 2]}, geometry=[line, None], crs=4301, index=[5, 7])
    operation = choose_operation(frame.crs, WGS84, np.array([[139.7, 35.7]]))
    moved = operation.apply(frame, WGS84)
    assert moved.crs == WGS84
    assert list(moved.index) == [5, 7]
    assert moved.geometry[7] is None
    assert shapely.get_coordinates(moved.geometry[5])[1] == pytest.approx((139.79676, 35.80321), abs=1e-4)


def test_no_way():
    local = pyproj.CRS('LOCAL_CS["site",UNIT["m",1]]')
    with pytest.raises(CrsError, match="no way leads from site to WGS 84"):
        choose_operation(local, WGS84, np.array([[1.0, 2.0]]))


def test_nothing_to_place():
    operation = choose_operation(pyproj.CRS(4301), WGS84, np.empty((0, 2)))
    assert operation(np.empty((0, 2))).shape == (0, 2)
    assert moved_m(pyproj.CRS(4301), operation, np.empty((0, 2))) == 0
