"""Dates and times as people write them."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.data.times import moment_of, read_moments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02 09:30", dt.datetime(2026, 3, 2, 9, 30)),
        ("2026-03-02T09:30:00", dt.datetime(2026, 3, 2, 9, 30)),
        ("2026/3/2 9:30", dt.datetime(2026, 3, 2, 9, 30)),
        ("2026.3.2", dt.datetime(2026, 3, 2)),
        ("20260302", dt.datetime(2026, 3, 2)),
        ("2026年3月2日 9:30", dt.datetime(2026, 3, 2, 9, 30)),
        ("2026年3月2日", dt.datetime(2026, 3, 2)),
        ("2.3.2026 9.30", dt.datetime(2026, 3, 2, 9, 30)),
        ("2026-03-02 9:30 PM", dt.datetime(2026, 3, 2, 21, 30)),
        ("2026-03-02 12:05 am", dt.datetime(2026, 3, 2, 0, 5)),
        ("46083", dt.datetime(2026, 3, 2)),
        ("46083.395833333", dt.datetime(2026, 3, 2, 9, 30)),
        ("2/3/2026", None),
        ("2026-02-30", None),
        ("2026-3-2 24:30", None),
        ("2026-03-02 09:30+02:00", None),
        ("2026-03-0209:30", None),
        ("2026-03/02", None),
        ("99999999", None),
        ("123", None),
        ("", None),
        ("9" * 100_000, None),
    ],
)
def test_forms(text, expected):
    assert read_moments([text]).get(text) == expected


def test_the_column_settles_which_comes_first():
    assert read_moments(["3/4/2026", "13/4/2026"])["3/4/2026"] == dt.datetime(2026, 4, 3)
    assert read_moments(["3/4/2026", "4/13/2026"])["3/4/2026"] == dt.datetime(2026, 3, 4)
    assert "3/4/2026" not in read_moments(["3/4/2026", "13/4/2026", "4/13/2026"])


@settings(max_examples=50, deadline=None)
@given(st.datetimes(dt.datetime(1960, 1, 1), dt.datetime(2090, 1, 1)), st.booleans())
def test_what_is_written_is_read(moment, day_first):
    moment = moment.replace(microsecond=0)
    for form in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S"):
        assert moment_of(moment.strftime(form)) == moment
    form = "%d/%m/%Y %I:%M:%S %p" if day_first else "%m/%d/%Y %I:%M:%S %p"
    assert moment_of(moment.strftime(form), day_first) == moment


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=30))
def test_nothing_breaks_it(text):
    read_moments([text])
