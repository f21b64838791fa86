"""A file of queue snapshots: junk by rule, wrong dates, and visits that the workload can use."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from staffing import offices

from layout.data.snapshots import check_snapshots, read_snapshots
from layout.settings.tables import SnapshotColumns, SnapshotSettings
from outlet.errors import TableError

HEAD = "outlet,day,time,service,waiting,ticket,open_counters,service_min\n"
COLUMNS = SnapshotColumns(date="day")


def lines(day, *, outlet="R01", service="Pay", waiting=2, step=1, letter="A", minutes="7", looks=24):
    """Snapshots each five minutes from 8:00; the number rises by ``step`` from 1, and as many come as are served."""
    rows = []
    for at in range(looks):
        ticket = f"{letter}{1 + at * step:03d}" if step else ""
        clock = f"{8 + at // 12:02d}:{at % 12 * 5:02d}"
        rows.append(f"{outlet},{day},{clock},{service},{waiting},{ticket},2,{minutes if at % 2 else 9}\n")
    return "".join(rows)


@pytest.fixture
def write(tmp_path):
    def write(text):
        file = tmp_path / "queues.csv"
        file.write_text(HEAD + text, encoding="utf-8")
        return file

    return write


def settings(**changes):
    return SnapshotSettings(columns=COLUMNS, **changes)


def told(found):
    return {remark.code: remark.text for remark in found.remarks}


def test_visits_by_half_hour_by_hand(write):
    """Two wait at 8:00, then one is served and one comes each five minutes: 2 + 6 by 8:30, then 6 each half hour."""
    found = read_snapshots(write(lines("2026-03-02")), settings(services={"Pay": "pay"}))
    (day,) = found.days
    assert day.arrivals[16:20].round(6).tolist() == [8, 6, 6, 5]
    assert day.open_counters[16:20].tolist() == [2, 2, 2, 2]
    assert found.service_minutes() == {"pay": pytest.approx(7 + 2 * 11 / 23)}
    week, days = found.visits().mean_week(["pay"], "R01")
    assert days == 1
    assert week[0, 16:20, 0].round(6).tolist() == [8, 6, 6, 5]
    assert np.nanmean(found.open_counters("R01", "Pay")[0]) == 2
    assert day.looks.minute[:3].tolist() == [480, 485, 490]
    assert day.looks.came[:3].round(6).tolist() == [2, 1, 1]
    assert set(day.looks.waiting) == set(day.looks.counters) == {2}


def test_junk_is_left_out_and_told(write):
    day = "2026-03-02"
    text = (
        lines(day)
        + lines(day, service="Never", step=0)
        + lines(day, service="Idle", step=0, waiting=0)
        + lines(day, service="Few", looks=3)
        + lines(day, service="Test desk")
        + lines(day, service="Crowd", waiting=5000)
        + lines(day, service="Mixed").replace(",A002,", ",B002,").replace(",A004,", ",C004,").replace(",A006,", ",B2,")
        + lines("2026-03-09")
        + lines("2026-03-16")
        + lines("2026-03-09")[: lines("2026-03-09").index("\n") + 1]
    )
    found = read_snapshots(write(text), settings(last_day=dt.date(2026, 3, 10), left_out=("Test*",)))
    assert {(each.queue, each.day.day) for each in found.days} == {("Pay", 2), ("Pay", 9)}
    junk = told(found)["snapshots-junk"]
    for part in (
        "24 rows of queues in left_out",
        "24 rows of days outside first_day and last_day",
        "24 rows with more than 1000 people waiting",
        "1 rows that repeat others",
        "1 days of a queue with fewer than 12 snapshots",
        "1 idle days of a queue",
        "1 silent days of a queue",
        "1 days of a queue that shows the numbers of several",
    ):
        assert part in junk
    assert "2 queues" not in told(found)["snapshots-derived"]


def test_a_service_time_that_never_changes_is_no_measurement(write):
    found = read_snapshots(write(lines("2026-03-02", minutes="9")), settings())
    assert found.service_minutes() == {}
    assert "1 queues tell a service time that never changes" in told(found)["snapshots-derived"]


def test_days_far_from_all_others_are_a_fault_until_corrected(write):
    file = write(lines("2026-12-31") + lines("2026-01-02") + lines("2026-01-05"))
    (fault,) = check_snapshots(file, settings()).faults
    assert (fault.code, fault.row, fault.column) == ("date-outlier", 1, "day")
    assert "corrected_days, as { 2026-12-31 = 2025-12-31 }" in fault.fix
    mended = check_snapshots(file, settings(corrected_days={"2026-12-31": "2025-12-31"}))
    assert not mended.faults
    assert {each.day.year for each in mended.days} == {2025, 2026}
    assert not check_snapshots(file, settings(last_day=dt.date(2026, 6, 1))).faults


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        ("2026-03-02,08:05", "2026-03-02,8h", "not-a-time", "time"),
        ("08:05,Pay,2", "08:05,Pay,many", "not-a-number", "waiting"),
        ("08:05,Pay,2", "08:05,Pay,", "missing-value", "waiting"),
        ("08:05,Pay,2", "08:05,Pay,-2", "out-of-range", "waiting"),
        ("08:05,Pay,2,A002,2", "08:05,Pay,2,A002,-1", "out-of-range", "open_counters"),
        ("08:05,Pay", "08:05,", "missing-value", "service"),
        ("08:05,Pay,2", "08:00,Pay,3", "duplicate-id", "time"),
    ],
)
def test_faults_by_row(write, old, new, code, column):
    text = lines("2026-03-02")
    assert old in text
    faults = check_snapshots(write(text.replace(old, new)), settings()).faults
    assert [(fault.code, fault.row, fault.column) for fault in faults] == [(code, 2, column)]


def test_missing_columns_and_file(tmp_path, write):
    file = write(lines("2026-03-02"))
    faults = check_snapshots(file, SnapshotSettings(columns=offices.COLUMNS)).faults
    assert {fault.code for fault in faults} == {"missing-column"}
    assert {fault.column for fault in faults} >= {"name", "nazwaGrupy", "aktualnyNumer"}
    with pytest.raises(TableError, match=r"Correct \[layout.services\] visits"):
        read_snapshots(tmp_path / "none.csv", settings())


def test_nothing_but_junk_is_a_fault(write):
    faults = check_snapshots(write(lines("2026-03-02", step=0)), settings()).faults
    assert [fault.code for fault in faults] == ["empty-layer"]


@pytest.mark.shared
@pytest.mark.slow
def test_offices_of_warsaw(shared):
    """Two days bear the next year's date and are set right; New Year and Epiphany, when all were shut, do not count."""
    file = shared / "data/arrivals/warsaw_office_queues.csv.gz"
    days = {"2020-12-30": "2019-12-30", "2020-12-31": "2019-12-31"}
    found = read_snapshots(file, SnapshotSettings(columns=offices.COLUMNS, corrected_days=days))
    seen = {each.day for each in found.days}
    assert len(seen) == 16
    assert not seen & {dt.date(2020, 1, 1), dt.date(2020, 1, 6)}
    assert len({each.outlet for each in found.days}) == 10
    total = sum(each.arrivals.sum() for each in found.days)
    assert 100_000 < total < 130_000
    minutes = found.service_minutes()
    assert 5 < minutes["Rejestracja pojazdów - składanie wniosków"] < 20
    assert set(told(found)) >= {"snapshots-junk", "snapshots-derived"}
