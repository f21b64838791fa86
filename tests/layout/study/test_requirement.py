"""The requirement of an outlet: from preset and brief, from counted visits, and back from its file."""

import pytest

from layout.study.work.requirement import plan_requirement, read_requirement, write_requirement
from outlet.errors import InputError, TableError


def test_preset_hours_and_pattern_are_told(make_work):
    work = make_work(requirement=False)
    found = plan_requirement(work.project, work.brief)
    assert set(found.peak) == {
        "teller", "guide", "adviser", "vip_manager", "duty_manager", "accounting_supervisor", "guard"
    }  # fmt: skip
    assert found.peak["teller"] >= 2, "cash is handled by two persons"
    assert "no opening hours are known" in found.notes[0]
    assert found.machines == sum(found.machines_by_kind.values()) == 4


def test_hours_and_pattern_of_the_brief(make_work):
    shares = [0.0] * 48
    shares[20], shares[21] = 0.75, 0.25
    work = make_work(
        requirement=False, opening_hours={"sat": [["10:00", "11:00"]]}, visits_share_by_interval=tuple(shares)
    )
    found = plan_requirement(work.project, work.brief)
    assert {(row.day_type, row.start) for row in found.rows} == {("sat", "10:00"), ("sat", "10:30")}
    everyone = sum(row.arrivals for row in found.rows if row.post == "guide")
    assert everyone == pytest.approx(160 * 1.14 / 0.99, rel=0.01), "all are received, 14 in 99 also enquire there"


def test_own_counts_replace_siting(make_work, tmp_path):
    lines = [f"A/1,2026-03-0{day} {hour:02d}:00,{60 if day == 2 else 30}" for day in (2, 3) for hour in range(9, 17)]
    (tmp_path / "visits.csv").write_text("outlet,time,count\n" + "\n".join(lines) + "\n", encoding="utf-8")
    work = make_work({"services": {"visits": "visits.csv", "visits_table": {"interval_min": 30}}}, requirement=False)
    found = plan_requirement(work.project, work.brief)
    assert "its own counts of 2 days" in " ".join(found.notes)
    guide = [row.arrivals for row in found.rows if row.post == "guide" and row.day_type == "mon"]
    assert sum(guide) == pytest.approx(480 * 1.14 / 0.99, rel=0.02)


def test_counts_of_whole_days_give_level_and_weekdays(make_work, tmp_path):
    """300 on Monday and 100 on Tuesday to Friday; the day's pattern stays the sector's."""
    lines = [f"A/1,2026-03-0{day},{300 if day == 2 else 100}" for day in range(2, 7)]
    (tmp_path / "visits.csv").write_text("outlet,time,count\n" + "\n".join(lines) + "\n", encoding="utf-8")
    hours = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    services = {"visits": "visits.csv", "visits_table": {"interval_min": 1440}}
    work = make_work({"services": services}, requirement=False, opening_hours=hours)
    found = plan_requirement(work.project, work.brief)
    guide = {
        day: sum(row.arrivals for row in found.rows if (row.post, row.day_type) == ("guide", day)) for day in hours
    }
    assert guide["mon"] == pytest.approx(300 * 1.14 / 0.99, rel=0.02)
    assert guide["fri"] == pytest.approx(100 * 1.14 / 0.99, rel=0.02)


def test_snapshots_of_queues_stand_for_counts(make_work, tmp_path):
    """From 9 to 16:55 one visitor comes each five minutes: 95 a day and the two who wait at nine."""
    rows = [
        f"A/1,2026-03-0{day},{9 + at // 12:02d}:{at % 12 * 5:02d},Cash,2,A{at + 1:03d},{8 + at % 2}"
        for day in range(2, 7)
        for at in range(96)
    ]
    text = "outlet,day,time,service,waiting,ticket,service_min\n" + "\n".join(rows) + "\n"
    (tmp_path / "queues.csv").write_text(text, encoding="utf-8")
    services = {"visits": "queues.csv", "snapshots": {"columns": {"date": "day"}, "services": {"Cash": "cash"}}}
    hours = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    work = make_work({"services": services}, requirement=False, opening_hours=hours)
    found = plan_requirement(work.project, work.brief)
    notes = " ".join(found.notes)
    assert "its own counts of 5 days" in notes
    assert "the queues' own mean is 8.5 minutes" in notes
    guide = [row.arrivals for row in found.rows if row.post == "guide" and row.day_type == "mon"]
    assert sum(guide) == pytest.approx(97, rel=0.02)


def test_queues_of_an_unknown_service_are_named(make_work, tmp_path):
    (tmp_path / "queues.csv").write_text("outlet,time,service,waiting,ticket\n", encoding="utf-8")
    services = {"visits": "queues.csv", "snapshots": {"services": {"Cash": "sing"}}}
    work = make_work({"services": services}, requirement=False)
    with pytest.raises(TableError, match=r"'Cash' = 'sing'; expected one of"):
        plan_requirement(work.project, work.brief)


def test_counts_of_others_give_the_pattern_only(make_work, tmp_path):
    (tmp_path / "visits.csv").write_text("outlet,time,count\nB,2026-03-02 09:30,6\n", encoding="utf-8")
    work = make_work({"services": {"visits": "visits.csv"}}, requirement=False)
    found = plan_requirement(work.project, work.brief)
    assert "the pattern, not the level" in " ".join(found.notes)
    assert {row.start for row in found.rows if row.post == "guide" and row.arrivals > 0} == {"09:30"}


def test_counts_bound_the_arrivals_by_the_days_they_rest_on(make_work, tmp_path):
    """Two Mondays of 4 and 8 visits an hour and a half: the mean of two days; a Tuesday counted once bounds nothing."""
    rows = [f"A/1,2026-03-{day:02d} {time},{count}\n" for day, count in ((2, 40), (9, 80), (3, 50))
            for time in ("09:30", "10:00", "10:30")]  # fmt: skip
    (tmp_path / "visits.csv").write_text("outlet,time,count\n" + "".join(rows), encoding="utf-8")
    work = make_work({"services": {"visits": "visits.csv"}}, requirement=False)
    found = plan_requirement(work.project, work.brief)
    cv = ((7200 - 180) / 180**2) ** 0.5
    row = next(each for each in found.rows if (each.day_type, each.start, each.post) == ("mon", "09:30", "teller"))
    assert row.margin == pytest.approx(1.96 * ((row.arrivals + (cv * row.arrivals) ** 2) / 2) ** 0.5, rel=1e-3)
    assert all(each.margin is None for each in found.rows if each.day_type != "mon")
    assert f"days of one weekday differ by {cv:.0%}" in " ".join(found.notes)
    write_requirement(tmp_path / "requirement.csv", found)
    line = next(each for each in (tmp_path / "requirement.csv").read_text().splitlines() if "mon,09:30,teller" in each)
    low, high = (float(text) for text in line.split(",")[-2:])
    assert (low, high) == (
        pytest.approx(max(row.arrivals - row.margin, 0), abs=2e-3),
        pytest.approx(row.arrivals + row.margin, abs=2e-3),
    )


def test_file_and_back(make_work, tmp_path):
    work = make_work(requirement=False)
    found = plan_requirement(work.project, work.brief)
    write_requirement(tmp_path / "requirement.csv", found)
    back = read_requirement(tmp_path / "requirement.csv")
    assert (back.rows, back.peak, back.machines, back.interval_min) == (
        found.rows,
        found.peak,
        found.machines,
        found.interval_min,
    )
    assert back.queue_p95 >= found.queue_p95
    write_requirement(tmp_path / "again.csv", back)
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "requirement.csv").read_bytes()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"services": {"preset": "none.toml"}}, "none.toml: found no such file"),
        ({"services": {"diverted": {"sing": 0.5}}}, "no service 'sing'"),
        ({"services": {"visits": "none.csv"}}, "none.csv: found no such file"),
    ],
)
def test_bad_settings(make_work, settings, message):
    work = make_work(settings, requirement=False)
    with pytest.raises(InputError, match=message):
        plan_requirement(work.project, work.brief)


def test_bad_file_names_the_rows(make_work, tmp_path):
    work = make_work(roster=False)
    file = work.folder / "requirement.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([lines[0], lines[1].replace("09:00", "9"), lines[2], "mon,09:00"]), encoding="utf-8")
    with pytest.raises(TableError, match=r"2 rows \(1, 3\)"):
        read_requirement(file)
    file.write_text(lines[0] + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="no row"):
        read_requirement(file)
    file.write_text("a,b\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column day_type"):
        read_requirement(file)


def test_a_small_outlet_merges_posts_and_tells(make_work):
    work = make_work(requirement=False, visits_per_day=60.0)
    found = plan_requirement(work.project, work.brief)
    assert set(found.peak) == {"teller", "adviser", "duty_manager"}
    assert "Lobby guide: none below 80 visits a day; Teller does the work" in found.notes
    told = next(note for note in found.notes if note.startswith("posts that come with more visits"))
    assert "Guard (from 120)" in told
