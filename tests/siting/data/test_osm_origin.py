"""When and where an extract is from."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import shapely

from siting.data.osm.extract import Extract, Features
from siting.data.osm.origin import origin_of

TODAY = dt.date(2026, 7, 1)
NONE = Features((), (), np.empty(0, dtype=object))


def extract(lon, lat, as_of=None):
    return Extract(NONE, NONE, NONE, shapely.box(lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1), (), as_of)


@pytest.mark.parametrize(
    ("lon", "lat", "timezone", "currency", "language"),
    [
        (24.94, 60.17, "Europe/Helsinki", "EUR", "en"),
        (121.47, 31.23, "Asia/Shanghai", "CNY", "zh"),
        (121.56, 25.04, "Asia/Taipei", "TWD", "zh"),
        (114.17, 22.3, "Asia/Hong_Kong", "HKD", "zh"),
        (-99.13, 19.43, "America/Mexico_City", "MXN", "es"),
        (-46.63, -23.55, "America/Sao_Paulo", "BRL", "en"),
        (-30.0, 0.0, "Etc/GMT+2", "EUR", "en"),
    ],
)
def test_time_zone_currency_and_language_follow_from_the_place(lon, lat, timezone, currency, language):
    origin = origin_of(extract(lon, lat), today=TODAY)
    assert (origin.timezone, origin.currency, origin.language) == (timezone, currency, language)


def test_the_day_is_the_extracts_or_today_and_either_is_told():
    dated = origin_of(extract(24.94, 60.17, dt.date(2025, 1, 2)), today=TODAY)
    assert dated.as_of == dt.date(2025, 1, 2)
    assert "2025-01-02, the day the extract shows" in dated.notes[0]
    undated = origin_of(extract(-30, 0), today=TODAY)
    assert undated.as_of == TODAY
    assert "today, since the extract states no date" in undated.notes[0]
    assert "its middle lies in no country" in undated.notes[0]
    assert "EUR, since no country is known: put yours" in undated.notes[0]
