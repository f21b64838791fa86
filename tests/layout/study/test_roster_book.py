"""The workbook for the wall, opened back with python-calamine."""

import datetime as dt
import re
import zipfile
from pathlib import PurePath

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from layout.data.people import Person
from layout.staffing import Shift
from layout.staffing.plan import FREE, OFF
from layout.study.staff.book import RosterBook, write_book
from layout.study.staff.need import StaffNeed
from layout.study.staff.shifts import NamedShifts

MONDAY = dt.date(2026, 3, 2)
HOSTILE = ("=HYPERLINK(1)", "+1", "-2", "@x", "<img src=x onerror=alert(1)>", "http://example.org", "007")


@pytest.fixture
def book():
    """Seven people with hostile names over two weeks; the first works Monday and Saturday, the second is on leave."""
    shifts = (Shift(0, 540, 1020, 720, 750, 450), Shift(1, 540, 780, None, None, 240))
    assigned = np.full((7, 14), OFF, dtype=np.int64)
    assigned[0, [0, 5]] = 0
    assigned[2, 1] = 1
    locked = np.full((7, 14), FREE, dtype=np.int64)
    locked[0, 0] = 0
    need = StaffNeed(
        posts=("teller", "guide"),
        names=("Teller", "=Guide"),
        relieved=np.zeros(2, dtype=bool),
        serves=np.ones(2, dtype=bool),
        step_min=30,
        required=np.zeros((7, 48, 2), dtype=np.int64),
        span_min=np.zeros((7, 2), dtype=np.int64),
        open_min=np.zeros((7, 2), dtype=np.int64),
        dates=tuple(MONDAY + dt.timedelta(days=at) for at in range(14)),
        is_open=np.array([True] * 6 + [False] + [True] * 6 + [False]),
    )
    people = tuple(
        Person(name, name, 0, 2400, frozenset({"teller"}), days_off=frozenset({MONDAY} if at == 1 else ()))
        for at, name in enumerate(HOSTILE)
    )
    named = NamedShifts(shifts, ("T1", "G1"), np.zeros((7, 2), dtype=np.int64))

    def book(language="en"):
        return RosterBook("=Outlet", language, people, named, need, assigned, locked, MONDAY, ("2026-03-02 =x: open",))

    return book


@pytest.fixture
def sheets(book, tmp_path):
    file = tmp_path / "roster.xlsx"
    write_book(file, book())
    made = CalamineWorkbook.from_path(str(file))
    return {name: made.get_sheet_by_name(name).to_python() for name in made.sheet_names}


def test_sheets(sheets):
    assert list(sheets) == ["Roster", "2026-W10", "2026-W11", "Not met"]


def test_people_by_days_with_totals(sheets):
    rows = sheets["Roster"]
    assert rows[0][0] == "=Outlet"
    first = next(row for row in rows if row[0] == HOSTILE[0])
    assert first[2:9] == ["T1", "", "", "", "", "T1", ""]
    assert first[16:19] == [15.0, 2.0, 1.0]
    on_leave = next(row for row in rows if row[0] == HOSTILE[1])
    assert on_leave[2] == "–"
    duty = next(row for row in rows if row[0] == "On duty")
    assert duty[1:4] == ["Teller", 1.0, ""]


def test_legend_has_times_and_breaks(sheets):
    cells = [cell for row in sheets["Roster"] for cell in row]
    assert "09:00–17:00  break 12:00–12:30" in cells
    assert "09:00–13:00" in cells


def test_week_pages_have_times(sheets):
    row = next(row for row in sheets["2026-W10"] if row[0] == HOSTILE[0])
    assert row[1] == "T1\n09:00–17:00"
    assert row[8] == 15.0


def test_what_is_open_is_listed(sheets):
    assert sheets["Not met"][2] == ["2026-03-02 =x: open"]


def test_hostile_texts_are_texts_and_no_formula_or_link(sheets, book, tmp_path):
    names = [row[0] for row in sheets["Roster"]]
    assert [name for name in names if name in HOSTILE] == list(HOSTILE)
    with zipfile.ZipFile(tmp_path / "roster.xlsx") as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                text = archive.read(name).decode("utf-8")
                assert "<f>" not in text
                assert "hyperlink" not in text


def test_weekends_are_shaded_and_pages_set(sheets, tmp_path):
    with zipfile.ZipFile(tmp_path / "roster.xlsx") as archive:
        styles = archive.read("xl/styles.xml").decode("utf-8")
        week = archive.read("xl/worksheets/sheet2.xml").decode("utf-8")
    assert "FFEDEFF2" in styles
    assert "FFDADDE2" in styles
    assert 'orientation="landscape"' in week
    assert "fitToPage" in week


@pytest.mark.parametrize(("language", "word"), [("zh", "周一"), ("es", "lun")])
def test_words_and_weekdays_follow_the_language(book, tmp_path, language, word):
    file = tmp_path / "roster.xlsx"
    write_book(file, book(language))
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    assert word in rows[4]
    assert "Name" not in rows[3]


def test_same_bytes(book, tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_book(tmp_path / name, book())
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_totals_stand_in_the_middle_below_their_headings(book, tmp_path):
    sheet = drawn_sheets(book, tmp_path)["sheet1"]
    for column in "QRS":
        assert {alignment(tmp_path, sheet[f"{column}{row}"]) for row in (4, 7)} == {"center"}


def test_a_printed_week_is_one_page(book, tmp_path):
    with zipfile.ZipFile(made(book, tmp_path)) as archive:
        week, roster = (archive.read(f"xl/worksheets/sheet{k}.xml").decode() for k in (2, 1))
    assert '<pageSetup paperSize="9" orientation="landscape"/>' in week
    assert 'fitToHeight="0"' in roster


def made(book, folder):
    file = folder / "roster.xlsx"
    write_book(file, book())
    return file


def drawn_sheets(book, folder):
    """Return the number of the look of each cell, by sheet."""
    with zipfile.ZipFile(made(book, folder)) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        texts = {PurePath(name).stem: archive.read(name).decode() for name in names}
    return {name: dict(re.findall(r'<c r="([A-Z]+[0-9]+)" s="([0-9]+)"', text)) for name, text in texts.items()}


def alignment(folder, look):
    with zipfile.ZipFile(folder / "roster.xlsx") as archive:
        styles = archive.read("xl/styles.xml").decode()
    looks = re.findall(r"<xf .*?(?:/>|</xf>)", styles.split("<cellXfs", 1)[1])
    found = re.search(r'horizontal="([a-z]+)"', looks[int(look)])
    return found[1] if found else "left"
