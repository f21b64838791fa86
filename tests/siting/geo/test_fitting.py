"""Which coordinate system numbers may be in, when they ought to lie near home."""

from __future__ import annotations

import numpy as np
import pytest

from siting.geo.bulk import Bulk
from siting.geo.fitting import fitting_crs


@pytest.mark.parametrize(
    ("home", "point", "name"),
    [
        ((-73.95, 40.7), (987654, 198765), "EPSG:2263 (NAD83 / New York Long Island (ftUS))"),
        ((3.0, 48.7), (700085, 6844000), "EPSG:2154 (RGF93 v1 / Lambert-93)"),
        ((139.7, 35.7), (-8000, -41000), "EPSG:2451 (JGD2000 / Japan Plane Rectangular CS IX)"),
        ((3.0, 48.7), (333958, 6226000), "EPSG:3857 (WGS 84 / Pseudo-Mercator)"),
        ((3.0, 48.7), (3.0, 48.7), "EPSG:4326 (WGS 84)"),
    ],
)
def test_the_likeliest_comes_first(home, point, name):
    assert fitting_crs(np.array([point], dtype=np.float64), Bulk(*home, 20.0))[0] == name


@pytest.mark.parametrize("point", [(50.0, 3.0), (1e9, 1e9), (np.nan, 1.0), (np.inf, 1.0)])
def test_nothing_fits(point):
    assert fitting_crs(np.array([point], dtype=np.float64), Bulk(3.0, 48.7, 20.0)) == []
