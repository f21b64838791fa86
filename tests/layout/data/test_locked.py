"""Cells of a roster to keep."""

import datetime as dt

import pytest
import xlsxwriter

from layout.data.locked import LockedCell, read_locked
from layout.settings.tables import LockedColumns, LockedTableSettings
from outlet.errors import TableError

HEAD = "date,person,post,start,end\n"


@pytest.fixture
def locked(tmp_path):
    def locked(text):
        file = tmp_path / "locked.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return locked


def test_rows_of_roster_csv_can_be_kept(locked):
    text = (
        "date,person,shift_id,post,start,end,locked,name,outlet\n"
        "2026-03-02,'=P1,T1,teller,09:00,17:00,false,'=Ann,R01\n"
        "2026-03-03,P1,,,,,,,\n"
    )
    assert read_locked(locked(text)) == (
        LockedCell(1, dt.date(2026, 3, 2), "=P1", "teller", 540, 1020, "R01"),
        LockedCell(2, dt.date(2026, 3, 3), "P1", "", 0, 0),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("date,person\n", "column 'post': found no column post"),
        (HEAD + "yesterday,P1,teller,09:00,10:00\n", "row 1, column 'date': found 'yesterday'"),
        (HEAD + "2026-03-02,,teller,09:00,10:00\n", "row 1, column 'person'"),
        (HEAD + "2026-03-02,P1,teller,9h,10:00\n", "row 1, column 'start': found '9h'"),
        (HEAD + "2026-03-02,P1,teller,11:00,10:00\n", "an end after the start"),
        (HEAD + "2026-03-02,P1,,,\n2026-03-02,P1,teller,09:00,10:00\n", "row 1 has the same"),
        (b"date,person\xff\n", "found text in no encoding that is known"),
    ],
)
def test_faults_are_named(locked, text, message):
    with pytest.raises(TableError, match=message):
        read_locked(locked(text), name="data/locked.csv")


def test_all_faults_come_at_once(locked):
    with pytest.raises(TableError) as caught:
        read_locked(locked(HEAD + "a,P1,x,1:00,2:00\nb,P1,x,1:00,2\n"))
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(1, "date"), (2, "date"), (2, "end")]


def test_missing_file(tmp_path):
    with pytest.raises(TableError, match=r"Correct \[layout.staff\] locked"):
        read_locked(tmp_path / "none.csv")


def test_a_workbook_with_times_and_other_names(tmp_path):
    """Spreadsheets hold dates and times as numbers; the columns have other names."""
    file = tmp_path / "locked.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Tag", "Person", "Platz", "von", "bis"])
        sheet.write_datetime(1, 0, dt.datetime(2026, 3, 2), book.add_format({"num_format": "dd.mm.yyyy"}))
        sheet.write_row(1, 1, ["P1", "teller"])
        for column, hour in ((3, 9), (4, 17)):
            sheet.write_datetime(1, column, dt.time(hour, 0), book.add_format({"num_format": "hh:mm"}))
    columns = LockedColumns(date="Tag", person="Person", post="Platz", start="von", end="bis")
    cells = read_locked(file, LockedTableSettings(columns=columns))
    assert cells == (LockedCell(1, dt.date(2026, 3, 2), "P1", "teller", 540, 1020),)
