"""Metric coordinate systems, and what is refused."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from outlet.errors import CrsError
from siting.geo.crs import length_error, metric_crs, parse_metric_crs


def frame(crs, x=24.94, y=60.17):
    return gpd.GeoDataFrame(geometry=[shapely.Point(x, y)], crs=crs)


def test_utm_zone_of_the_data():
    assert metric_crs(frame(4326)).to_epsg() == 32635
    assert metric_crs(frame(4326, -46.6, -23.5)).to_epsg() == 32723
    assert metric_crs(frame(2263, 987654, 198765)).to_epsg() == 32618


def test_metric_layers_pass():
    assert parse_metric_crs("EPSG:3067").to_epsg() == 3067


def test_no_crs_and_no_coordinates():
    with pytest.raises(CrsError, match="no coordinate system"):
        metric_crs(frame(None))
    with pytest.raises(CrsError, match=r"set siting\.data\.crs"):
        metric_crs(frame(4326).iloc[:0])


def test_the_bulk_chooses_the_zone_not_the_bounds():
    points = [shapely.Point(24.9 + i / 100, 60.2) for i in range(9)] + [shapely.Point(-60, 5)]
    assert metric_crs(gpd.GeoDataFrame(geometry=points, crs=4326)).to_epsg() == 32635
    fiji = [shapely.Point(179.9, -16.8), shapely.Point(-179.9, -16.8), shapely.Point(179.8, -16.9)]
    assert metric_crs(gpd.GeoDataFrame(geometry=fiji, crs=4326)).to_epsg() == 32760


@pytest.mark.parametrize(
    ("crs", "lon", "lat", "error"),
    [(32635, 24.9, 60.2, 0.00024), (3857, 24.9, 60.2, 1.012), (32631, -40.0, 48.0, 0.12), (27700, 10.0, 51.0, 0.01)],
)
def test_how_far_lengths_are_off(crs, lon, lat, error):
    assert length_error(pyproj.CRS(crs), np.array([[lon, lat], [np.nan, 0.0]])) == pytest.approx(error, rel=0.2)


def test_no_place_no_error():
    assert length_error(pyproj.CRS(32635), np.empty((0, 2))) == 0
