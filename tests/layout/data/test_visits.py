"""Counted visits: the mean week, and every fault by its row."""

import datetime as dt

import numpy as np
import pytest
import xlsxwriter

from layout.data.visits import check_visits, read_visits
from layout.settings.tables import VisitColumns, VisitTableSettings
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
        ("outlet,time,count\nA,yesterday,4\n", "not-a-time", 1, "time"),
        ("outlet,time,count\nA,2026-03-02 09:10,4\n", "not-a-time", 1, "time"),
        ("outlet,time,count\nA,2026-03-02 09:00+02:00,4\n", "not-a-time", 1, "time"),
        ("outlet,time,count\nA,2026-03-02 09:00,-1\n", "out-of-range", 1, "count"),
        ("outlet,time,count\nA,2026-03-02 09:00,nan\n", "not-a-number", 1, "count"),
        ("outlet,time,count\nA,2026-03-02 09:00,\n", "missing-value", 1, "count"),
        ("outlet,time,count\nA,2026-03-02 09:00,1\nA,2026-03-02T09:00,2\n", "duplicate-id", 2, "time"),
        ("outlet,time,count,service\nA,2026-03-02 09:00,1,sing\n", "unknown-reference", 1, "service"),
        ("outlet,time\nA,2026-03-02 09:00\n", "missing-column", None, "count"),
        ("outlet,time,count\n", "empty-layer", None, None),
    ],
)
def test_faults_by_row(write, text, code, row, column):
    faults = check_visits(write(text), services=["pay"]).faults
    assert [(fault.code, fault.row, fault.column) for fault in faults] == [(code, row, column)]


def test_all_faults_at_once(write):
    with pytest.raises(TableError) as caught:
        read_visits(write("outlet,time,count\nA,x,y\nA,2026-03-02 09:00,-3\n"), name="data/visits.csv")
    assert len(caught.value.faults) == 3
    assert "data/visits.csv, row 2, column 'count': found '-3'; expected a count from 0 to" in str(caught.value)


def test_missing_file_and_encoding(tmp_path, write):
    assert check_visits(tmp_path / "none.csv").faults[0].code == "missing-file"
    assert check_visits(write("outlet,time,count\nä,2026-03-02 09:00,1\n", "latin-1")).faults[0].code == "encoding"


def test_order_of_rows_does_not_matter(write):
    lines = GOOD.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])])
    one, other = (read_visits(write(text)).mean_week(["pay"])[0] for text in (GOOD, turned))
    assert np.array_equal(one, other)


@pytest.mark.parametrize(("minutes", "expected"), [(15, [5.0, 4.0]), (30, [1.0, 4.0]), (60, [0.5, 0.5])])
def test_intervals_of_any_length_become_half_hours(write, minutes, expected):
    """Four quarters from 9:00 count 2, 3, 4, 0; a half hour counts as it is; an hour is halved."""
    texts = {
        15: "outlet,time,count\nA,2026-03-02 09:00,2\nA,2026-03-02 09:15,3\n"
        "A,2026-03-02 09:30,4\nA,2026-03-02 09:45,0\n",
        30: "outlet,time,count\nA,2026-03-02 09:00,1\nA,2026-03-02 09:30,4\n",
        60: "outlet,time,count\nA,2026-03-02 09:00,1\n",
    }
    week, _ = read_visits(write(texts[minutes]), VisitTableSettings(interval_min=minutes)).mean_week([], "A")
    assert week[0, 18:20, 0].tolist() == expected
    assert week.sum() == sum(expected)


def test_whole_days_are_kept_whole(write):
    counts = read_visits(
        write("outlet,time,count\nA,2026-03-02,80\nA,2026-03-09,120\n"), VisitTableSettings(interval_min=1440)
    )
    assert counts.daily
    assert counts.mean_week([], "A")[0][0].sum() == 100


@pytest.mark.parametrize(("time", "length"), [("{:02d}:00", 60), ("00:00", 1440)])
def test_an_interval_that_the_times_make_unlikely_is_asked_for(write, time, length):
    rows = [f"A,2026-03-{1 + at:02d} {time.format(8 + at % 9)},5\n" for at in range(20)]
    file = write("outlet,time,count\n" + "".join(rows))
    faults = check_visits(file).faults
    assert [fault.code for fault in faults] == ["unclear-interval"]
    assert f"interval_min = {length}" in faults[0].fix
    assert not check_visits(file, VisitTableSettings(interval_min=length)).faults
    assert not check_visits(file, VisitTableSettings(interval_min=30)).faults


def test_other_names_separators_and_encodings(tmp_path):
    file = tmp_path / "visits.csv"
    file.write_bytes(
        "网点;日期;时间;人数\n001;2026/3/2;9:30;4\n001;2026/3/2;10:00;7\n中关村;2026/3/2;10:00;7\n".encode("gb18030")
    )
    columns = VisitColumns(outlet="网点", date="日期", time="时间", count="人数")
    found = check_visits(file, VisitTableSettings(columns=columns, encoding="GB18030"))
    assert not found.faults
    assert found.counts.outlets() == ("001", "中关村")
    assert found.counts.counts[0].time == dt.datetime(2026, 3, 2, 9, 30)


def test_a_workbook_with_dates(tmp_path):
    file = tmp_path / "visits.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["outlet", "time", "count"])
        style = book.add_format({"num_format": "yyyy/m/d h:mm"})
        for at in range(3):
            sheet.write_string(at + 1, 0, "007")
            sheet.write_datetime(at + 1, 1, dt.datetime(2026, 3, 2, 9 + at, 30), style)
            sheet.write_number(at + 1, 2, 4 + at)
    counts = read_visits(file).counts
    assert [(count.outlet, count.time.hour, count.count) for count in counts] == [
        ("007", 9, 4),
        ("007", 10, 5),
        ("007", 11, 6),
    ]


def test_a_date_that_could_be_two_days_is_asked_for(write):
    file = write("outlet,time,count\nA,3/4/2026 9:30,1\n")
    fault = check_visits(file).faults[0]
    assert (fault.code, fault.fix) == ("not-a-time", "Which is the day and which the month? State day_first.")
    assert read_visits(file, VisitTableSettings(day_first=True)).counts[0].time.month == 4
    assert read_visits(file, VisitTableSettings(day_first=False)).counts[0].time.month == 3


def test_how_far_days_of_a_weekday_differ_beyond_chance(write):
    """Mondays of 100 and 140: s² = 800, of which 120 is chance; √(680/120²). One Tuesday tells nothing."""
    rows = "A,2026-03-02 09:30,100\nA,2026-03-09 09:30,140\nA,2026-03-03 09:30,900\nB,2026-03-02 09:30,10\n"
    counts = read_visits(write("outlet,time,count\n" + rows))
    assert counts.level_cv("A") == pytest.approx((800 - 120) ** 0.5 / 120)
    assert counts.level_cv() == counts.level_cv("A"), "B has one day of one weekday"
    assert counts.level_cv("B") == 0
    assert counts.days_of("A").tolist() == [2, 1, 0, 0, 0, 0, 0]


def test_days_that_differ_less_than_chance_have_one_level(write):
    assert read_visits(write("outlet,time,count\nA,2026-03-02 09:30,100\nA,2026-03-09 09:30,101\n")).level_cv() == 0
