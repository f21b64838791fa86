"""Metric coordinate systems, and what is refused."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from outlet.errors import CrsError
from siting.geo.crs import metric_crs, parse_metric_crs, require_metric


def frame(crs, x=24.94, y=60.17):
    return gpd.GeoDataFrame(geometry=[shapely.Point(x, y)], crs=crs)


def test_utm_zone_of_the_data():
    assert metric_crs(frame(4326)).to_epsg() == 32635
    assert metric_crs(frame(4326, -46.6, -23.5)).to_epsg() == 32723
    assert metric_crs(frame(2263, 987654, 198765)).to_epsg() == 32618


def test_metric_layers_pass():
    require_metric(frame(3067, 385000, 6671000))
    assert parse_metric_crs("EPSG:3067").to_epsg() == 3067


@pytest.mark.parametrize(
    ("crs", "message"),
    [(None, "no coordinate system"), (4326, "geographic: it measures in degree"), (2263, "US survey foot")],
)
def test_others_are_refused(crs, message):
    with pytest.raises(CrsError, match=message):
        require_metric(frame(crs))


def test_no_crs_and_no_coordinates():
    with pytest.raises(CrsError, match="no coordinate system"):
        metric_crs(frame(None))
    with pytest.raises(CrsError, match=r"set siting\.data\.crs"):
        metric_crs(frame(4326).iloc[:0])
