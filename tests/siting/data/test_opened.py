"""When outlets opened: years, dates in either order, and what cannot be told."""

import numpy as np
import pandas as pd
import pytest

from siting.data.check import check
from siting.data.contracts.opened import read_opened

MIDYEAR = 1998 + 181 / 365


@pytest.mark.parametrize(
    "text", ["1998-07-01", "1998/7/1", "1998.07.01", "1998-07", "1998-07-01 00:00:00", "1998-07-01T12:30:00Z"]
)
def test_the_year_first_is_plain(text: str) -> None:
    np.testing.assert_allclose(read_opened(pd.Series([text]), day_first=None), MIDYEAR)


def test_a_year_alone_is_its_middle_whatever_it_came_in_as() -> None:
    np.testing.assert_array_equal(read_opened(pd.Series([1998.0, np.nan]), day_first=None), [1998.5, np.nan])
    np.testing.assert_array_equal(read_opened(pd.Series([1998, 2001]), day_first=None), [1998.5, 2001.5])


def test_the_column_shows_its_order_or_the_planner_says() -> None:
    months = pd.Series(["7/1/1998", "12/31/1998", "7/1/1998 12:00:00 AM"])
    np.testing.assert_allclose(read_opened(months, day_first=None)[[0, 2]], MIDYEAR)
    np.testing.assert_allclose(read_opened(pd.Series(["1.7.1998", "31.12.1998"]), day_first=None)[0], MIDYEAR)
    either = pd.Series(["1/7/1998", "7/7/1998"])
    found = read_opened(either, day_first=None)
    assert np.isnan(found[0])
    assert np.isfinite(found[1])
    np.testing.assert_allclose(read_opened(either, day_first=True)[0], MIDYEAR)
    np.testing.assert_allclose(read_opened(either, day_first=False)[0], 1998 + 6 / 365)
    assert np.isnan(read_opened(pd.Series(["13/1/1998", "1/13/1998", "1/7/1998"]), day_first=None)).all()


@pytest.mark.parametrize("text", ["", "soon", "1998-13-01", "1998-02-30", "98", "0001", "1998-07-01 noon", "1e9"])
def test_what_is_no_date_is_not_known(text: str) -> None:
    assert np.isnan(read_opened(pd.Series([text]), day_first=None)).all()


ROWS = "id,lon,lat,opened\na,3.002,48.7,{0}\nb,3.003,48.7,{1}\n"
EXISTING = 'siting.data.existing={file = "data/x.csv", crs = "EPSG:4326"}'


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (("1998", "soon"), [("not-a-date", 2, "'soon'")]),
        (("1/7/1998", "1/8/1998"), [("not-a-date", 1, "'1/7/1998'"), ("not-a-date", 2, "'1/8/1998'")]),
        (("1998", "2030-05-01"), [("out-of-range", 2, "an outlet that opens in 2030.33")]),
        (("1998", ""), []),
        (("1998", "{as_of}"), []),
    ],
)
def test_faults_by_row(tiny, cells, fault):
    year = str(tiny.load().settings.as_of.year)
    tiny.write("data/x.csv", ROWS.format(*(cell.replace("{as_of}", year) for cell in cells)))
    found = check(tiny.load(EXISTING)).faults
    assert [(one.code, one.row, one.found) for one in found] == fault
    assert all(one.column == "opened" for one in found)
