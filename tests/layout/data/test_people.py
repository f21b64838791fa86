"""People: what is read, and every fault by its row."""

import datetime as dt

import pytest

from layout.data.people import check_people, read_people
from outlet.errors import TableError

HEAD = "id,name,hours_per_week_max,roles"
FULL = (
    "id,name,outlet,hours_per_week_min,hours_per_week_max,roles,days_off,wants_off,wants_on\n"
    "P1,陈静,R01,20,37.5,teller; guide,2026-03-04/2026-03-06;2026-03-10,2026-03-12,\n"
    "P2,Aino Mäkelä,,,40,guard,,,2026-03-02\n"
)


@pytest.fixture
def write(tmp_path):
    def write(text):
        file = tmp_path / "people.csv"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_two_people(write):
    first, second = read_people(write(FULL)).people
    assert (first.name, first.outlet, first.minutes_per_week_min, first.minutes_per_week_max) == (
        "陈静",
        "R01",
        1200,
        2250,
    )
    assert first.roles == {"teller", "guide"}
    assert first.days_off == {dt.date(2026, 3, day) for day in (4, 5, 6, 10)}
    assert first.wants_off == {dt.date(2026, 3, 12)}
    assert (second.outlet, second.minutes_per_week_min, second.wants_on) == (None, 0, {dt.date(2026, 3, 2)})


def test_people_of_an_outlet_and_of_none(write):
    people = read_people(write(FULL))
    assert [person.id for person in people.of_outlet("R01").people] == ["P1", "P2"]
    assert [person.id for person in people.of_outlet("R02").people] == ["P2"]


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        (f"{HEAD}\nP1,A,40,teller\nP1,B,40,teller\n", "duplicate-id", 2, "id"),
        (f"{HEAD}\n,A,40,teller\n", "empty-cell", 1, "id"),
        (f"{HEAD}\nP1,A,200,teller\n", "hours", 1, "hours_per_week_max"),
        (f"{HEAD}\nP1,A,many,teller\n", "hours", 1, "hours_per_week_max"),
        (f"{HEAD}\nP1,A,40, ; \n", "no-role", 1, "roles"),
        (f"{HEAD},hours_per_week_min\nP1,A,30,teller,35\n", "hours-order", 1, "hours_per_week_min"),
        (f"{HEAD},days_off\nP1,A,30,teller,2026-02-30\n", "day", 1, "days_off"),
        (f"{HEAD},days_off\nP1,A,30,teller,2026-03-09/2026-03-02\n", "day", 1, "days_off"),
        (f"{HEAD}\n", "empty", None, None),
        ("id,name\nP1,A\n", "missing-column", None, None),
    ],
)
def test_faults_by_row(write, text, code, row, column):
    _, faults = check_people(write(text))
    assert [(fault.code, fault.row, fault.column) for fault in faults] == [(code, row, column)]


def test_short_row_is_a_fault_not_a_crash(write):
    with pytest.raises(TableError, match="row 1"):
        read_people(write(f"{HEAD}\nP1\n"))


def test_missing_file_names_the_setting(tmp_path):
    _, faults = check_people(tmp_path / "none.csv", name="data/none.csv")
    assert "Correct [layout.staff] people" in str(faults[0])
