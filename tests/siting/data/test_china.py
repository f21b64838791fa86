"""China's offset systems against published points, there and back, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.data import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from siting.data.china import in_china, offset_system

DEGREE_M = 111_320.0

# github.com/googollee/eviltransform, python/tests.py: (wgs lon, wgs lat, gcj lon, gcj lat)
EVILTRANSFORM = [
    (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
    (113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
    (116.377817, 39.911954, 116.38404722455657, 39.91334545536069),
]
# github.com/wandergis/coordtransform, test/app.js
COORDTRANSFORM = (116.404, 39.915, 116.41024449916938, 39.91640428150164)
GCJ_TO_BD = (116.404, 39.915, 116.41036949371029, 39.92133699351021)

INSIDE = {
    "Beijing": (116.40, 39.90), "Shanghai": (121.47, 31.23), "Zhoushan": (122.20, 29.99), "Dalian": (121.61, 38.91),
    "Dandong": (124.39, 40.12), "Xiamen": (118.09, 24.48), "Shenzhen": (114.057, 22.54), "Shekou": (113.92, 22.48),
    "Luohu": (114.12, 22.54), "Zhuhai": (113.57, 22.26), "Hengqin": (113.52, 22.12), "Haikou": (110.35, 20.02),
    "Sanya": (109.51, 18.25), "Ruili": (97.85, 24.01), "Kashgar": (75.99, 39.47), "Yining": (81.32, 43.91),
    "Manzhouli": (117.45, 49.60), "Heihe": (127.50, 50.25), "Mohe": (122.54, 52.97), "Hunchun": (130.36, 42.86),
    "Lhasa": (91.11, 29.65), "Weihai": (122.12, 37.51), "Urumqi": (87.60, 43.80), "Erenhot": (111.97, 43.65),
}  # fmt: skip
OUTSIDE = {
    "Seoul": (126.98, 37.57), "Taipei": (121.56, 25.04), "Kaohsiung": (120.30, 22.63), "Hanoi": (105.85, 21.03),
    "Ulaanbaatar": (106.92, 47.92), "Delhi": (77.21, 28.61), "Tokyo": (139.70, 35.68), "Helsinki": (24.94, 60.17),
    "Hong Kong": (114.17, 22.30), "Sheung Shui": (114.128, 22.50), "Macau": (113.55, 22.19),
    "Vladivostok": (131.89, 43.12), "Almaty": (76.90, 43.24), "Kathmandu": (85.32, 27.71), "Fukuoka": (130.4, 33.59),
    "Yangon": (96.16, 16.87), "Vientiane": (102.60, 17.97), "Manila": (121.00, 14.60), "Irkutsk": (104.30, 52.29),
    "Pyongyang": (125.75, 39.03),
}  # fmt: skip


@pytest.mark.parametrize(("lon", "lat", "gcj_lon", "gcj_lat"), [*EVILTRANSFORM, COORDTRANSFORM])
def test_published_points(lon, lat, gcj_lon, gcj_lat):
    assert wgs84_to_gcj02(lon, lat) == pytest.approx((gcj_lon, gcj_lat), abs=1e-9)
    assert gcj02_to_wgs84(gcj_lon, gcj_lat) == pytest.approx((lon, lat), abs=1e-9)


def test_published_points_of_baidu():
    lon, lat, bd_lon, bd_lat = GCJ_TO_BD
    assert wgs84_to_bd09(*gcj02_to_wgs84(lon, lat)) == pytest.approx((bd_lon, bd_lat), abs=1e-9)
    # github.com/hujiulong/gcoord, test/crs/BD09.test.js
    assert bd09_to_wgs84(123, 45) == pytest.approx((122.98762210, 44.99171540), abs=1e-5)


@pytest.mark.parametrize(
    ("there", "back"), [(wgs84_to_gcj02, gcj02_to_wgs84), (wgs84_to_bd09, bd09_to_wgs84)], ids=["gcj02", "bd09"]
)
@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(73.5, 135.1), st.floats(18.0, 53.6)), min_size=1, max_size=20))
def test_a_round_trip_loses_nothing(there, back, places):
    lon, lat = np.array(places).T
    moved = there(lon, lat)
    again = np.array(back(*moved)) - (lon, lat)
    inside = in_china(lon, lat)
    assert np.abs(again[:, inside]).max(initial=0.0) * DEGREE_M < 1e-6
    offset = np.hypot(*(np.array(moved) - (lon, lat))) * DEGREE_M
    assert (offset[inside] > 20).all()
    assert (offset[~inside] == 0).all()
    assert (offset < 3000).all()


@pytest.mark.parametrize("place", sorted(OUTSIDE))
def test_outside_china_nothing_moves(place):
    lon, lat = OUTSIDE[place]
    for function in (wgs84_to_gcj02, gcj02_to_wgs84, wgs84_to_bd09, bd09_to_wgs84):
        assert function(lon, lat) == (lon, lat)


@pytest.mark.parametrize("place", sorted(INSIDE))
def test_inside_china_everything_moves(place):
    lon, lat = INSIDE[place]
    assert in_china(lon, lat)
    gcj = wgs84_to_gcj02(lon, lat)
    assert 50 < np.hypot((gcj[0] - lon) * np.cos(np.radians(lat)), gcj[1] - lat) * DEGREE_M < 900


def test_shapes_and_what_is_no_place():
    lon, lat = gcj02_to_wgs84([[116.4, 24.94], [np.nan, np.inf]], [[39.9, 60.17], [39.9, 39.9]])
    assert lon.shape == lat.shape == (2, 2)
    assert lon[0, 0] != 116.4
    assert lon[0, 1] == 24.94
    assert np.isnan(lon[1, 0])
    assert gcj02_to_wgs84([], [])[0].shape == (0,)
    with pytest.raises(ValueError, match="broadcast"):
        gcj02_to_wgs84([1, 2], [1, 2, 3])


@pytest.mark.parametrize(
    ("text", "system"),
    [("GCJ-02", "GCJ-02"), ("gcj02", "GCJ-02"), ("GCJ_02", "GCJ-02"), ("火星坐标", "GCJ-02"), ("bd-09", "BD-09"),
     ("BD09LL", "BD-09"), ("百度坐标系", "BD-09"), ("EPSG:4326", None), ("BD09MC", None), ("", None)],
)  # fmt: skip
def test_names_of_the_systems(text, system):
    assert offset_system(text) == system
