"""The staff stage: files judged from outside, minute by minute, as a planner with a pencil would."""

import csv
import datetime as dt
import os
import subprocess
import sys
from collections import defaultdict

import pytest

from layout.settings.staff import StaffSettings
from layout.study.staff.run import run_staff
from layout.study.staff.shifts import post_letters
from layout.study.staff.tables import communities_table
from outlet.errors import InputError, NoSolutionError, TableError
from outlet.handover import WEEKDAYS, minute_of_day

MONDAY = dt.date(2026, 3, 2)
QUICK = {"work": 0.2, "weeks": 2}
PEOPLE = "id,name,hours_per_week_min,hours_per_week_max,roles,days_off,wants_off\n"
RELIEVED = {"duty_manager", "accounting_supervisor", "guard"}


def table(folder, name):
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def staff(make_work):
    """Run the stage with quick settings; files of the project are given by path."""

    def staff(settings=None, files=None, **brief):
        work = make_work({"staff": QUICK | (settings or {})}, roster=False, **brief)
        for name, text in (files or {}).items():
            path = work.project.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        summary = run_staff(work.stage())
        return work, summary

    return staff


MADE = {}


@pytest.fixture
def made_up(staff):
    """Give the same run to all tests that only look at it."""
    if not MADE:
        MADE["run"] = staff()
    return MADE["run"]


def presence(folder):
    """Return people present by (date, minute, post), breaks of posts that nobody relieves taken off."""
    breaks = {row["shift_id"]: (row["break_start"], row["break_end"]) for row in table(folder, "shifts.csv")}
    there = defaultdict(int)
    for row in table(folder, "roster.csv"):
        away = range(0)
        if breaks[row["shift_id"]][0] and row["post"] not in RELIEVED:
            away = range(*(minute_of_day(text) for text in breaks[row["shift_id"]]))
        for minute in range(minute_of_day(row["start"]), minute_of_day(row["end"])):
            if minute not in away:
                there[row["date"], minute, row["post"]] += 1
    return there


def test_every_minute_has_the_people_it_requires(made_up):
    work, summary = made_up
    there = presence(work.folder)
    assert summary.notes[0] == "every shift is taken, every contract and wish is met"
    for row in table(work.folder, "requirement.csv"):
        for week in range(2):
            date = (MONDAY + dt.timedelta(7 * week + WEEKDAYS.index(row["day_type"]))).isoformat()
            start = minute_of_day(row["start"])
            for minute in range(start, start + 30):
                assert there[date, minute, row["post"]] >= int(row["required"])


def test_checks_before_opening_and_after_closing(made_up):
    """The bank opens 09:00 to 16:30: a teller and the duty manager are there a quarter of an hour more at each end."""
    work, _ = made_up
    there = presence(work.folder)
    for post in ("teller", "duty_manager"):
        for minute in (525, 539, 990, 1004):
            assert there["2026-03-02", minute, post] >= 1
        assert there["2026-03-02", 524, post] == there["2026-03-02", 1005, post] == 0


def test_people_are_made_up_with_plain_names_and_said_so(made_up):
    work, summary = made_up
    rows = table(work.folder, "roster.csv")
    assert {"teller-1", "guide-1", "guard-1"} <= {row["person"] for row in rows}
    assert {row["name"] for row in rows if row["person"] == "teller-1"} == {"Teller 1"}
    note = next(note for note in summary.notes if "made up" in note)
    assert f"{len({row['person'] for row in rows})} people were made up (40 h a week at most)" in note


def by_person(rows):
    days = defaultdict(dict)
    for row in rows:
        assert row["date"] not in days[row["person"]]
        days[row["person"]][dt.date.fromisoformat(row["date"])] = row
    return days


def test_rest_runs_and_hours(made_up):
    work, _ = made_up
    paid = {row["shift_id"]: minutes(row) for row in table(work.folder, "shifts.csv")}
    for days in by_person(table(work.folder, "roster.csv")).values():
        run = 0
        hours = defaultdict(int)
        for at in range(14):
            day = MONDAY + dt.timedelta(at)
            run = run + 1 if day in days else 0
            assert run <= 5
            if day in days:
                hours[at // 7] += paid[days[day]["shift_id"]]
            if day in days and day + dt.timedelta(1) in days:
                after = minute_of_day(days[day + dt.timedelta(1)]["start"])
                assert after + 1440 - minute_of_day(days[day]["end"]) >= 660
        assert max(hours.values()) <= 2400


def minutes(row):
    away = minute_of_day(row["break_end"]) - minute_of_day(row["break_start"]) if row["break_start"] else 0
    return minute_of_day(row["end"]) - minute_of_day(row["start"]) - away


def test_long_shifts_have_a_break_inside(made_up):
    work, _ = made_up
    for row in table(work.folder, "shifts.csv"):
        assert bool(row["break_start"]) == (minutes(row) > 360)
        if row["break_start"]:
            assert minute_of_day(row["start"]) < minute_of_day(row["break_start"])
            assert minute_of_day(row["break_end"]) < minute_of_day(row["end"])


def test_establishment_follows_from_the_shifts(made_up):
    """Full-time equivalents are hours / (40 · (1 − 0.12 − 0.08)); the wage is 20 an hour."""
    work, _ = made_up
    hours = defaultdict(float)
    for row in table(work.folder, "shifts.csv"):
        days = len(row["days"].split(";")) if row["days"] else 0
        hours[row["post"]] += days * int(row["count"]) * minutes(row) / 60
    peak = defaultdict(int)
    for row in table(work.folder, "requirement.csv"):
        peak[row["post"]] = max(peak[row["post"]], int(row["required"]))
    for row in table(work.folder, "establishment.csv"):
        assert float(row["hours_per_week"]) == pytest.approx(hours[row["post"]])
        assert int(row["posts"]) == peak[row["post"]]
        assert float(row["full_time_equivalents"]) == pytest.approx(hours[row["post"]] / 32, abs=0.006)
        assert float(row["cost_per_week"]) == pytest.approx(20 * hours[row["post"]])


def test_every_person_has_a_calendar(made_up):
    work, _ = made_up
    rows = table(work.folder, "roster.csv")
    for person in {row["person"] for row in rows}:
        text = (work.folder / "roster" / f"{person}.ics").read_text(encoding="utf-8")
        assert text.count("BEGIN:VEVENT") == sum(row["person"] == person for row in rows)


def test_without_catchment_communities_have_a_header_only(made_up):
    work, _ = made_up
    assert (work.folder / "communities.csv").read_text() == "community_id,name,grade,weight,minutes,staff_hours\n"


def test_spare_hours_are_shared_by_weight_and_grade(tmp_path):
    """Weights 10 (grade A, worth 3) and 30 (no grade, worth 1) halve four hours."""
    file = tmp_path / "catchment.csv"
    file.write_text("community_id,name,grade,weight,minutes\n01,Hill,A,10,3.5\n02,=x,,30,8\n", encoding="utf-8")
    lines = communities_table(file, 4.0, {"A": 3.0}).splitlines()
    assert lines[1:] == ["01,Hill,A,10,3.5,2.0", "02,'=x,,30,8,2.0"]
    file.write_text("community_id,name,grade,weight,minutes\n01,Hill,A,much,3.5\n", encoding="utf-8")
    with pytest.raises(TableError, match="row 1, column 'weight': found 'much'"):
        communities_table(file, 4.0, {})


def test_catchment_takes_the_spare_hours(make_work):
    work = make_work({"staff": QUICK}, roster=False)
    text = "community_id,name,grade,weight,minutes\n01,Hill,A,10,3.5\n"
    (work.folder / "catchment.csv").write_text(text, encoding="utf-8")
    run_staff(work.stage())
    assert float(table(work.folder, "communities.csv")[0]["staff_hours"]) > 0


TEAM = "".join(
    f"{post[0]}{number},{name},30,40,{post},,\n"
    for post, count in (("teller", 5), ("guide", 2), ("adviser", 4), ("vip_manager", 3), ("duty_manager", 2))
    for number in range(count)
    for name in [f"{post} {number}"]
)


def test_people_of_a_table_keep_their_roles_and_leave(staff):
    """Nobody of the table is a guard or supervises accounts: these are made up. A teller has leave all of week one."""
    row = 't9,"=cmd|x",0,40,teller;guide,2026-03-02/2026-03-08,\n'
    work, summary = staff({"people": "data/people.csv"}, {"data/people.csv": PEOPLE + TEAM + row})
    rows = table(work.folder, "roster.csv")
    roles = {"t": {"teller"}, "g": {"guide"}, "a": {"adviser"}, "v": {"vip_manager"}, "d": {"duty_manager"}}
    for one in rows:
        if "-" not in one["person"]:
            allowed = {"teller", "guide"} if one["person"] == "t9" else roles[one["person"][0]]
            assert one["post"] in allowed
    assert {one["person"] for one in rows if "-" in one["person"]} == {"guard-1", "accounting_supervisor-1"}
    assert min((one["date"] for one in rows if one["person"] == "t9"), default="2026-03-09") >= "2026-03-09"
    assert all(one["name"] == "'=cmd|x" for one in rows if one["person"] == "t9")
    assert any(note.startswith("nobody in the people table can fill these posts: 2 people") for note in summary.notes)


def test_too_few_people_are_named_by_day_and_post(staff):
    one = "t1,Ann,0,40,teller;guide;adviser;vip_manager;duty_manager;accounting_supervisor;guard,,\n"
    work, summary = staff({"people": "data/people.csv"}, {"data/people.csv": PEOPLE + one})
    assert summary.notes[0].startswith("people are missing: ")
    assert any("2026-03-02" in note and "person-hours missing" in note for note in summary.notes)
    assert {row["person"] for row in table(work.folder, "roster.csv")} == {"t1"}


def test_wishes_are_met_where_possible(staff):
    row = "t9,Zoe,0,40,teller,,2026-03-03\n"
    work, _ = staff({"people": "data/people.csv"}, {"data/people.csv": PEOPLE + TEAM + row})
    assert not [r for r in table(work.folder, "roster.csv") if r["person"] == "t9" and r["date"] == "2026-03-03"]


LOCKED = "date,person,post,start,end,outlet\n"


def test_locked_cells_are_kept(staff):
    """A locked time that no shift has becomes a shift of its own; an empty post is a day off."""
    text = LOCKED + (
        "2026-03-02,teller-1,teller,10:15,13:45,\n"
        "2026-03-03,teller-1,,,,\n"
        "2026-03-04,teller-1,teller,10:15,13:45,elsewhere\n"
        "2031-01-01,teller-1,teller,10:15,13:45,\n"
    )
    work, _ = staff({"locked": "data/locked.csv"}, {"data/locked.csv": text})
    rows = {row["date"]: row for row in table(work.folder, "roster.csv") if row["person"] == "teller-1"}
    kept = rows["2026-03-02"]
    assert (kept["start"], kept["end"], kept["post"], kept["locked"]) == ("10:15", "13:45", "teller", "true")
    assert "2026-03-03" not in rows
    assert rows.get("2026-03-04", {"start": ""})["start"] != "10:15"


def test_a_roster_of_ours_can_be_locked_again(staff, made_up):
    """Locking a whole roster gives it back."""
    work, _ = made_up
    before = (work.folder / "roster.csv").read_text(encoding="utf-8")
    again, _ = staff({"locked": "data/locked.csv"}, {"data/locked.csv": before})
    after = (again.folder / "roster.csv").read_text(encoding="utf-8")
    strip = lambda text: [(r["date"], r["person"], r["start"]) for r in csv.DictReader(text.splitlines())]  # noqa: E731
    assert set(strip(before)) <= set(strip(after))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2026-03-02,nobody,teller,09:00,13:00,\n", "data/locked.csv, row 1: found 'nobody'"),
        ("2026-03-02,teller-1,pilot,09:00,13:00,\n", "row 1, column 'post': found 'pilot'"),
    ],
)
def test_locked_cells_of_nobody(staff, row, message):
    with pytest.raises(TableError, match=message):
        staff({"locked": "data/locked.csv"}, {"data/locked.csv": LOCKED + row})


def test_locked_cells_that_break_a_rule_give_no_roster(staff):
    rows = "".join(f"2026-03-0{day},teller-1,teller,09:00,13:00,\n" for day in range(2, 8))
    with pytest.raises(NoSolutionError, match="break consecutive_max"):
        staff({"locked": "data/locked.csv"}, {"data/locked.csv": LOCKED + rows})


def test_holidays_are_closed(staff):
    work, _ = staff({"holidays": [dt.date(2026, 3, 4)]})
    dates = {row["date"] for row in table(work.folder, "roster.csv")}
    assert "2026-03-04" not in dates
    assert "2026-03-05" in dates


def test_horizon_begins_on_the_monday_on_or_after_as_of(made_up):
    work, _ = made_up
    dates = sorted({row["date"] for row in table(work.folder, "roster.csv")})
    assert (dates[0], dates[-1]) == ("2026-03-02", "2026-03-13")


def test_a_day_with_a_siesta_needs_nobody_at_noon(staff):
    hours = dict.fromkeys(("mon", "tue"), (("09:00", "13:00"), ("17:00", "20:00")))
    work, summary = staff(opening_hours=hours, sector="telecom")
    there = presence(work.folder)
    assert there["2026-03-02", minute_of_day("12:59"), "guide"] >= 1
    assert there["2026-03-02", minute_of_day("19:59"), "guide"] >= 1
    assert summary.notes[0].startswith("every shift is taken")


def test_a_day_shorter_than_every_shift_gets_its_own(staff):
    hours = {"sat": (("10:00", "12:00"),)}
    work, _ = staff(opening_hours=hours, sector="telecom", visits_per_day=20.0)
    assert {(row["start"], row["end"]) for row in table(work.folder, "shifts.csv")} >= {("09:45", "12:15")}


def test_a_skipped_hall_is_skipped_in_a_run(make_work):
    from dataclasses import replace

    work = make_work(requirement=False)
    summary = run_staff(replace(work.stage(), alone=False))
    assert summary.skipped == "there is no requirement.csv: no hall was planned"
    with pytest.raises(InputError, match=r"requirement.csv: not in out/ yet"):
        run_staff(work.stage())


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("holiday,09:00,teller,1,1,1,1\n", "day_type 'holiday'; expected a weekday"),
        ("mon,09:00,teller,0,1,1,1\n", "nobody is required at any time"),
    ],
)
def test_faulty_requirements(make_work, rows, message):
    work = make_work({"staff": QUICK}, roster=False)
    head = "day_type,start,post,required,arrivals,service_level,occupancy\n"
    (work.folder / "requirement.csv").write_text(head + rows, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        run_staff(work.stage())


def test_settings_are_bounded():
    assert StaffSettings(wages={"teller": 25.0}).wage_of("teller") == 25
    assert StaffSettings().wage_of("teller") == 20
    with pytest.raises(ValueError, match="leave no time to work"):
        StaffSettings(leave=0.6, shrinkage=0.5)


def test_letters_of_posts_are_apart():
    letters = post_letters(("guide", "guard", "account_manager", "adviser_mobile", "a"))
    assert len(set(letters)) == 5
    assert letters[:2] == ("GUI", "GUA")


PROJECT = """
[project]
name = "Twice"
sector = "bank"
as_of = 2026-03-02
timezone = "Europe/Helsinki"
[layout]
briefs = ["brief.json"]
[layout.staff]
work = 0.2
weeks = 2
people = "people.csv"
"""
RUN = """
import sys
from pathlib import Path
from outlet.cli.main import main
sys.argv = ["outlet", "staff", sys.argv[1], "--outlet", "A/1", "--quiet"]
main()
"""


def test_two_processes_write_the_same_bytes(make_work, tmp_path):
    made = []
    work = make_work(roster=False)
    requirement = (work.folder / "requirement.csv").read_bytes()
    for seed in ("1", "2"):
        folder = tmp_path / f"project{seed}"
        (folder / "out/outlets/A%2F1").mkdir(parents=True)
        (folder / "outlet.toml").write_text(PROJECT, encoding="utf-8")
        (folder / "brief.json").write_text(work.brief.to_json(), encoding="utf-8")
        (folder / "people.csv").write_text(PEOPLE + TEAM, encoding="utf-8")
        (folder / "out/outlets/A%2F1/requirement.csv").write_bytes(requirement)
        command = [sys.executable, "-c", RUN, str(folder)]
        done = subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        out = folder / "out/outlets/A%2F1"
        made.append({f.relative_to(out).as_posix(): f.read_bytes() for f in out.rglob("*") if f.is_file()})
    assert made[0].keys() == made[1].keys()
    assert [name for name in made[0] if made[0][name] != made[1][name]] == []
