"""People: what is read, and every fault by its row."""

import datetime as dt

import pytest
import xlsxwriter

from layout.data.people import check_people, read_people
from layout.settings.tables import PeopleColumns, PeopleTableSettings
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


def test_what_people_hold_and_with_whom_they_work(write):
    text = f"{HEAD},proficiency,holds,team,weekend_group\nP1,A,40,teller,0.65,keys； vault,red,2\nP2,B,40,teller,,,,\n"
    first, second = read_people(write(text)).people
    assert (first.proficiency, first.holds) == (pytest.approx(0.65), {"keys", "vault"})
    assert (first.team, first.weekend_group) == ("red", 2)
    assert (second.proficiency, second.holds, second.team, second.weekend_group) == (1.0, frozenset(), None, None)


def test_people_of_an_outlet_and_of_none(write):
    people = read_people(write(FULL))
    assert [person.id for person in people.of_outlet("R01").people] == ["P1", "P2"]
    assert [person.id for person in people.of_outlet("R02").people] == ["P2"]


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        (f"{HEAD}\nP1,A,40,teller\nP1,B,40,teller\n", "duplicate-id", 2, "id"),
        (f"{HEAD}\n,A,40,teller\n", "missing-id", 1, "id"),
        (f"{HEAD}\nP1,A,200,teller\n", "out-of-range", 1, "hours_per_week_max"),
        (f"{HEAD}\nP1,A,many,teller\n", "not-a-number", 1, "hours_per_week_max"),
        (f"{HEAD}\nP1,A,40, ; \n", "missing-value", 1, "roles"),
        (f"{HEAD},hours_per_week_min\nP1,A,30,teller,35\n", "hours-order", 1, "hours_per_week_min"),
        (f"{HEAD},days_off\nP1,A,30,teller,2026-02-30\n", "not-a-date", 1, "days_off"),
        (f"{HEAD},days_off\nP1,A,30,teller,2026-03-09/2026-03-02\n", "not-a-date", 1, "days_off"),
        (f"{HEAD},proficiency\nP1,A,30,teller,3\n", "out-of-range", 1, "proficiency"),
        (f"{HEAD},proficiency\nP1,A,30,teller,0.33\n", "out-of-range", 1, "proficiency"),
        (f"{HEAD},proficiency\nP1,A,30,teller,fast\n", "not-a-number", 1, "proficiency"),
        (f"{HEAD},weekend_group\nP1,A,30,teller,1.5\n", "out-of-range", 1, "weekend_group"),
        (f"{HEAD},weekend_group\nP1,A,30,teller,0\n", "out-of-range", 1, "weekend_group"),
        (f"{HEAD}\n", "empty-layer", None, None),
    ],
)
def test_faults_by_row(write, text, code, row, column):
    faults = check_people(write(text)).faults
    assert [(fault.code, fault.row, fault.column) for fault in faults] == [(code, row, column)]


def test_every_missing_column_is_told(write):
    faults = check_people(write("id,name\nP1,A\n")).faults
    assert [(fault.code, fault.column) for fault in faults] == [
        ("missing-column", "hours_per_week_max"),
        ("missing-column", "roles"),
    ]


def test_short_row_is_a_fault_not_a_crash(write):
    with pytest.raises(TableError, match="row 1"):
        read_people(write(f"{HEAD}\nP1\n"))


def test_missing_file_names_the_setting(tmp_path):
    faults = check_people(tmp_path / "none.csv", name="data/none.csv").faults
    assert "Correct [layout.staff] people" in str(faults[0])


CHINESE = "工号,姓名,周工时,岗位,休假\n001,陈静,37.5,teller；guide,2026年3月4日；2026/3/6\n002,王芳,40,guard,\n"
MAPPED = PeopleTableSettings(
    columns=PeopleColumns(id="工号", name="姓名", hours_per_week_max="周工时", roles="岗位", days_off="休假")
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headers_in_any_encoding(tmp_path, encoding):
    file = tmp_path / "people.csv"
    file.write_bytes(CHINESE.encode(encoding))
    first, second = read_people(file, MAPPED).people
    assert (first.id, first.name, first.minutes_per_week_max, first.roles) == ("001", "陈静", 2250, {"teller", "guide"})
    assert first.days_off == {dt.date(2026, 3, 4), dt.date(2026, 3, 6)}
    assert second.outlet is None


def test_a_workbook_of_people(tmp_path):
    file = tmp_path / "people.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("名单")
        for at, line in enumerate(CHINESE.splitlines()):
            sheet.write_row(at, 0, line.split(","))
    assert [person.name for person in read_people(file, MAPPED).people] == ["陈静", "王芳"]


def test_faults_name_the_columns_of_the_file(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(CHINESE.replace("37.5", "viel").replace("002", "001"), encoding="utf-8")
    faults = check_people(file, MAPPED).faults
    assert [(fault.code, fault.row, fault.column) for fault in faults] == [
        ("not-a-number", 1, "周工时"),
        ("duplicate-id", 2, "工号"),
    ]
    assert [fault.code for fault in check_people(file).faults] == ["missing-column"] * 4
