"""`outlet check` on layout's tables: every fault of each, and what only shows between them."""

from __future__ import annotations

import pytest

from layout.data.check import check
from outlet.handover import OutletBrief
from outlet.project import load_project

TOML = """
[project]
name = "Tables"
sector = "bank"
as_of = 2026-06-01
[layout.services]
visits = "data/visits.csv"
[layout.efficiency]
surveys = "data/surveys.csv"
[layout.staff]
people = "data/people.csv"
locked = "data/locked.csv"
"""
TABLES = {
    "visits": "outlet,time,count\nA,2026-03-02 09:30,4\n",
    "people": "id,name,hours_per_week_max,roles\nP1,Ann,40,teller\n",
    "locked": "date,person,post,start,end\n2026-06-01,P1,teller,09:00,17:00\n",
    "surveys": "outlet,courtesy,advice\nA,80,\n",
}


@pytest.fixture
def found(tmp_path):
    def found(briefs="[]", more="", **changes):
        (tmp_path / "data").mkdir(exist_ok=True)
        toml = TOML.replace("[layout.services]", f"[layout]\nbriefs = {briefs}\n[layout.services]")
        (tmp_path / "outlet.toml").write_text(toml + more, encoding="utf-8")
        for name, text in (TABLES | changes).items():
            (tmp_path / f"data/{name}.csv").write_text(text, encoding="utf-8")
        return check(load_project(tmp_path))

    return found


def test_sound_tables_are_counted(found):
    assert not found().faults
    assert {count.input: count.rows for count in found().counts} == {f"data/{name}.csv": 1 for name in TABLES}


def test_a_locked_cell_of_nobody(found):
    faults = found(locked=TABLES["locked"] + "2026-06-02,P9,,,\n").faults
    assert [(fault.input, fault.code, fault.row, fault.column) for fault in faults] == [
        ("data/locked.csv", "unknown-reference", 2, "person")
    ]


def test_faults_of_all_tables_at_once(found):
    faults = found(visits="outlet,time\n", people="id,name\n", locked="date\n", surveys="outlet\n").faults
    assert {fault.input for fault in faults} == {f"data/{name}.csv" for name in TABLES}


def test_every_fault_of_surveys(found, tmp_path):
    brief = {"id": "A", "name": "A", "role": "new", "sector": "bank", "visits_per_day": 9.0}
    (tmp_path / "a.json").write_text(OutletBrief.model_validate(brief).to_json(), encoding="utf-8")
    text = "outlet,courtesy,advice\nA,80,\nA,101,x\nB,1,2\n,3,4\n"
    faults = found(briefs='["a.json"]', surveys=text).faults
    assert {(fault.input, fault.code, fault.row, fault.column) for fault in faults} == {
        ("data/surveys.csv", "duplicate-id", 2, "outlet"),
        ("data/surveys.csv", "out-of-range", 2, "courtesy"),
        ("data/surveys.csv", "not-a-number", 2, "advice"),
        ("data/surveys.csv", "unknown-reference", 3, "outlet"),
        ("data/surveys.csv", "missing-value", 4, "outlet"),
    }


def test_surveys_that_are_not_there_or_lack_a_column(found, tmp_path):
    assert [fault.column for fault in found(surveys="outlet,courtesy\nA,1\n").faults] == ["advice"]
    (tmp_path / "data/surveys.csv").unlink()
    assert [fault.code for fault in check(load_project(tmp_path)).faults] == ["missing-file"]


def test_a_link_out_of_the_folder_is_one_fault_of_several(found, tmp_path):
    found()
    outside = tmp_path.parent / f"{tmp_path.name}.csv"
    outside.write_text(TABLES["visits"], encoding="utf-8")
    (tmp_path / "data/visits.csv").unlink()
    (tmp_path / "data/visits.csv").symlink_to(outside)
    (tmp_path / "data/people.csv").write_text("id,name\n", encoding="utf-8")
    codes = {(fault.input, fault.code) for fault in check(load_project(tmp_path)).faults}
    assert codes == {("data/visits.csv", "outside-folder"), ("data/people.csv", "missing-column")}


def test_rules_that_nobody_fits(found):
    """A presence rule asks for keys that nobody holds, and a group is beyond the rotation."""
    rules = '[layout.staff.roster]\nweekend_rotation = 2\n[[layout.staff.presence]]\nholds = "keys"\n'
    head = "id,name,hours_per_week_max,roles,holds,weekend_group\n"
    faults = found(more=rules, people=head + "P1,Ann,40,teller,vault,3\n").faults
    assert [(fault.code, fault.column) for fault in faults] == [
        ("missing-value", "holds"),
        ("out-of-range", "weekend_group"),
    ]
    assert found(more=rules, people=head + "P1,Ann,40,teller,keys;vault,2\n").faults == ()
