"""`outlet absence`: somebody falls ill, few cells change, and whatever is wrong leaves the folder as it was."""

import csv
import shutil
from collections import defaultdict

import pytest
from click.testing import CliRunner

from layout.cli.absence import command
from layout.cli.staff import STAGE
from outlet.artefacts import is_up_to_date
from outlet.cli.main import run_command
from outlet.errors import InputError
from outlet.outlets import find_outlet
from outlet.project import load_project

PROJECT = """
[project]
name = "Ill"
sector = "bank"
as_of = 2026-03-02
timezone = "Europe/Helsinki"
[layout]
briefs = ["brief.json"]
[layout.staff]
work = 0.3
weeks = 2
people = "people.csv"
opening_min = 0
closing_min = 0
shift_hours = [4.0]
"""
PEOPLE = "id,name,hours_per_week_min,hours_per_week_max,roles\n" + "".join(
    f"t{number},{name},16,20,teller\n" for number, name in enumerate(("Anna", "Ben", "Cho", "=Dora", "Ben"), start=1)
)
HOURS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "13:00"),))
HEAD = "day_type,start,post,required,arrivals,service_level,occupancy\n"
STARTS = [f"{hour:02d}:{minute}" for hour in range(9, 13) for minute in ("00", "30")]
ROWS = "".join(f"{day},{start},teller,3,9,0.9,0.7\n" for day in HOURS for start in STARTS)


@pytest.fixture(scope="module")
def kept():
    return {}


@pytest.fixture
def project(make_work, tmp_path, kept, tmp_path_factory):
    """A project of five tellers, of whom three are wanted each morning, with its roster; made once."""
    if "made" not in kept:
        work = make_work(requirement=False, roster=False, opening_hours=HOURS)
        folder = tmp_path_factory.mktemp("kept") / "project"
        (folder / "out/outlets/A%2F1").mkdir(parents=True)
        (folder / "outlet.toml").write_text(PROJECT, encoding="utf-8")
        (folder / "brief.json").write_text(work.brief.to_json(), encoding="utf-8")
        (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
        (folder / "out/outlets/A%2F1/requirement.csv").write_text(HEAD + ROWS, encoding="utf-8")
        assert run_command(["staff", str(folder), "--outlet", "A/1", "--quiet"]) == 0
        kept["made"] = folder
    shutil.copytree(kept["made"], tmp_path / "project")
    return tmp_path / "project"


def absence(project, *absences):
    """Run the command; return what it printed."""
    arguments = [str(project), "--outlet", "A/1", "--quiet"]
    for person, days in absences:
        arguments += ["--absent", person, days]
    result = CliRunner().invoke(command, arguments)
    if result.exception is not None:
        raise result.exception
    return result.output


def files(project):
    out = project / "out"
    return {file.relative_to(out).as_posix(): file.read_bytes() for file in out.rglob("*") if file.is_file()}


def table(project, name):
    with (project / "out/outlets/A%2F1" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def cells(project):
    return {(row["date"], row["person"]): (row["start"], row["end"]) for row in table(project, "roster.csv")}


def people_by_day(project):
    found = defaultdict(set)
    for date, person in cells(project):
        found[date].add(person)
    return found


def somebody_on(project, date):
    return min(people_by_day(project)[date])


def test_one_colleague_fills_in(project):
    """Three are wanted and five there: whoever is ill, somebody steps in, nothing else changes, and all is listed."""
    before = cells(project)
    who = somebody_on(project, "2026-03-05")
    name = {row["person"]: row["name"] for row in table(project, "roster.csv")}[who]
    output = absence(project, (who if name == "Ben" else name.lstrip("'"), "2026-03-05"))
    after = cells(project)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert ("2026-03-05", who) in changed
    assert all(len(people) >= 3 for people in people_by_day(project).values())
    assert len(changed) <= 3
    listed = {(row["date"], row["person"]) for row in table(project, "changes.csv")}
    assert listed == changed
    assert "1 cells of colleagues change" in output or "2 cells of colleagues change" in output
    assert [(row["person"], row["date"]) for row in table(project, "absences.csv")] == [(who, "2026-03-05")]
    days = {row["date"] for row in table(project, "changes.csv")}
    assert min(days) == "2026-03-05"
    calendar = (project / f"out/outlets/A%2F1/roster/{who}.ics").read_text(encoding="utf-8")
    assert "DTSTART:20260305" not in calendar


def test_a_second_absence_remembers_the_first(project):
    first = somebody_on(project, "2026-03-05")
    absence(project, (first, "2026-03-05"))
    second = somebody_on(project, "2026-03-05")
    absence(project, (second, "2026-03-05/2026-03-06"))
    there = people_by_day(project)
    assert not {first, second} & there["2026-03-05"]
    assert second not in there["2026-03-06"]
    assert len(there["2026-03-05"]) >= 3
    told = [(row["person"], row["date"]) for row in table(project, "absences.csv")]
    assert told == sorted([(first, "2026-03-05"), (second, "2026-03-05"), (second, "2026-03-06")])


def test_what_cannot_be_filled_is_told(project):
    """With three of five ill two are left, and one is missing all morning."""
    output = absence(project, ("t1", "2026-03-05"), ("t2", "2026-03-05"), ("t3", "2026-03-05"))
    assert people_by_day(project)["2026-03-05"] == {"t4", "t5"}
    assert "2026-03-05 Teller: 4 person-hours missing, first at 09:00" in output


def test_a_run_leaves_the_repaired_roster(project):
    """The stage counts as up to date, and `outlet staff` makes a new roster without the absences."""
    made = files(project)
    absence(project, ("t1", "2026-03-05"))
    loaded = load_project(project)
    assert is_up_to_date(STAGE, loaded, project / "out", find_outlet(loaded, project / "out", "A/1"))
    assert run_command(["staff", str(project), "--outlet", "A/1", "--quiet"]) == 0
    again = files(project)
    assert {name for name in made.keys() | again.keys() if made.get(name) != again.get(name)} <= {"manifest.json"}


@pytest.mark.parametrize(
    ("who", "days", "message"),
    [
        ("Eve", "2026-03-05", r"--absent 'Eve': nobody of this outlet .* such as t1 \(Anna\)"),
        ("Ben", "2026-03-05", "--absent 'Ben': 2 people have this name; expected an id: t2, t5"),
        ("Anna", "5 March", "--absent Anna '5 March': expected a date such as 2026-03-05, or first/last"),
        ("Anna", "2026-03-06/2026-03-05", "expected the first day not after the last"),
        ("Anna", "2026-04-05", "no day of the roster; expected days within 2026-03-02 to 2026-03-15"),
    ],
)
def test_bad_input_leaves_the_folder_as_it_was(project, who, days, message):
    before = files(project)
    with pytest.raises(InputError, match=message):
        absence(project, (who, days))
    assert files(project) == before


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("people.csv", "t5,Ben", "t9,Ben", "roster.csv: 't5' is not among the people any more; run `outlet staff`"),
        ("outlet.toml", "as_of = 2026-03-02", "as_of = 2026-05-04", "roster.csv: 2026-03-02 is outside 2026-05-04 to"),
        ("out/outlets/A%2F1/roster.csv", "date,", "day,", "roster.csv.*no column date"),
    ],
)
def test_a_roster_that_does_not_fit_is_refused(project, name, old, new, message):
    file = project / name
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    before = files(project)
    with pytest.raises(InputError, match=message):
        absence(project, ("Anna", "2026-03-05" if "as_of" not in old else "2026-05-05"))
    assert files(project) == before


def test_without_a_roster_there_is_nothing_to_repair(project):
    (project / "out/outlets/A%2F1/roster.csv").unlink()
    with pytest.raises(InputError, match="not in out/ yet; `outlet run` makes"):
        absence(project, ("Anna", "2026-03-05"))
