"""Counted visits: the mean week, and every fault by its row."""

import datetime as dt

import numpy as np
import pytest

from layout.data.visits import check_visits, read_visits
from outlet.errors import TableError

GOOD = "outlet,time,count,service\nA,2026-03-02 09:30,4,pay\nA,2026-03-09 09:30,8,\nB,2026-03-03T10:00,3,sing\n"


@pytest.fixture
def write(tmp_path):
    def write(text, encoding="utf-8"):
        file = tmp_path / "visits.csv"
        file.write_bytes(text.encode(encoding))
        return file

    return write


def test_mean_week_of_two_mondays(write):
    """Outlet A: 4 who pay on one Monday and 8 unknown on the other are 2 and 4 on a mean Monday."""
    table = read_visits(write(GOOD))
    week, days = table.mean_week(["pay", "ask"], "A")
    assert days == 2
    assert week[0, 19].tolist() == [2, 0, 4]
    assert week.sum() == 6
    assert table.outlets() == ("A", "B")


def test_unknown_service_counts_as_unknown(write):
    week, days = read_visits(write(GOOD)).mean_week(["pay"])
    assert days == 3
    assert week[1, 20].tolist() == [0, 3]


def test_a_day_without_visits_in_a_half_hour_counts_as_observed(write):
    table = read_visits(write("outlet,time,count\nA,2026-03-02 09:00,6\nA,2026-03-09 12:00,2\n"))
    week, _ = table.mean_week([], "A")
    assert week[0, 18].tolist() == [3]


def test_bom_and_empty_outlet(write):
    table = read_visits(write("\ufeffoutlet,time,count\n,2026-03-02 09:00,6\n"))
    assert table.counts[0].outlet == ""
    assert table.counts[0].time == dt.datetime(2026, 3, 2, 9)


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        ("outlet,time,count\nA,yesterday,4\n", "time", 1, "time"),
        ("outlet,time,count\nA,2026-03-02 09:10,4\n", "time", 1, "time"),
        ("outlet,time,count\nA,2026-03-02 09:00+02:00,4\n", "time", 1, "time"),
        ("outlet,time,count\nA,2026-03-02 09:00,-1\n", "count", 1, "count"),
        ("outlet,time,count\nA,2026-03-02 09:00,nan\n", "count", 1, "count"),
        ("outlet,time,count\nA,2026-03-02 09:00,\n", "count", 1, "count"),
        ("outlet,time,count\nA,2026-03-02 09:00,1\nA,2026-03-02T09:00,2\n", "duplicate", 2, None),
        ("outlet,time,count,service\nA,2026-03-02 09:00,1,sing\n", "service", 1, "service"),
        ("outlet,time\nA,2026-03-02 09:00\n", "missing-column", None, None),
        ("outlet,time,count\n", "empty", None, None),
    ],
)
def test_faults_by_row(write, text, code, row, column):
    _, faults = check_visits(write(text), services=["pay"])
    assert [(fault.code, fault.row, fault.column) for fault in faults] == [(code, row, column)]


def test_all_faults_at_once(write):
    with pytest.raises(TableError) as caught:
        read_visits(write("outlet,time,count\nA,x,y\nA,2026-03-02 09:00,-3\n"), name="data/visits.csv")
    assert len(caught.value.faults) == 3
    assert "data/visits.csv, row 2, column 'count': found '-3'; expected a count from 0" in str(caught.value)


def test_missing_file_and_encoding(tmp_path, write):
    assert check_visits(tmp_path / "none.csv")[1][0].code == "missing-file"
    assert check_visits(write("outlet,time,count\nä,2026-03-02 09:00,1\n", "latin-1"))[1][0].code == "encoding"


def test_order_of_rows_does_not_matter(write):
    lines = GOOD.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])])
    one, other = (read_visits(write(text)).mean_week(["pay"])[0] for text in (GOOD, turned))
    assert np.array_equal(one, other)
