"""Draw the roster as a workbook for the wall: one sheet for all weeks, then a printed page a week.

Posts have colours that are told apart without colour vision (after Okabe and Ito, 2008, lightened) and letters in every
cell; weekends and closed days are shaded; every text is written as a text, so that no name is run as a formula.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from layout.data.people import Person
from layout.staffing.plan import FREE, OFF, WEEK_DAYS
from layout.study.staff.need import StaffNeed, clock
from layout.study.staff.shifts import NamedShifts
from outlet.book import (
    A3,
    A4,
    BOX,
    CENTRE,
    FAINT,
    HEADING,
    LEFT_HEADING,
    SUBTITLE,
    TITLE,
    Pen,
    Style,
    open_book,
    set_page,
    text_width,
)
from outlet.page.words import LOCALES, translate

COLOURS = ("#A8D5F2", "#F6CE86", "#9FDCC4", "#F2B79A", "#E3BEDB", "#F4EC9C", "#A9BFE8", "#D9D2C5")
WEEKEND = "#EDEFF2"
CLOSED = "#DADDE2"
FIRST_DAY = 2
FIRST_PERSON = 6
BLOCKS = 5
PAGE_PEOPLE = 34
"""How many people a printed week holds on one page in letters that can be read."""


@dataclass(frozen=True)
class RosterBook:
    """What the workbook shows.

    Parameters
    ----------
    title
        The outlet's name.
    language
        Language of its words.
    people, named, need
        The people, shifts and days.
    assigned, locked
        The roster and its locked cells, shape (E, D).
    as_of
        The day on which the workbook is said to be made.
    unmet
        What the roster leaves open, a line each.
    """

    title: str
    language: str
    people: Sequence[Person]
    named: NamedShifts
    need: StaffNeed
    assigned: NDArray[np.int64]
    locked: NDArray[np.int64]
    as_of: dt.date
    unmet: tuple[str, ...] = ()


Words = Callable[[str], str]


def write_book(path: Path, content: RosterBook) -> None:
    """Write the workbook; the same content gives the same bytes."""
    with open_book(path, content.title, content.as_of) as book:
        pen, say = Pen(book), translate(content.language)
        _draw_all_weeks(book, pen, say, content)
        for week in range(len(content.need.dates) // WEEK_DAYS):
            _draw_week(book, pen, say, content, week)
        if content.unmet:
            _list_unmet(book, pen, say, content)


def _week_title(say: Words, content: RosterBook, week: int) -> str:
    _ = say
    first, last = content.need.dates[WEEK_DAYS * week], content.need.dates[WEEK_DAYS * week + WEEK_DAYS - 1]
    number = first.isocalendar().week
    days = f"{_short_date(first, content.language)} – {_short_date(last, content.language)}"
    return _("Week {number}").format(number=number) + f"  ·  {days}"


def _short_date(day: dt.date, language: str) -> str:
    from babel.dates import format_skeleton

    return str(format_skeleton("MMMd", day, locale=LOCALES[language]))


def _weekday(day: dt.date, language: str) -> str:
    from babel.dates import format_date

    return str(format_date(day, "EEE", locale=LOCALES[language]))


def _ground(content: RosterBook, d: int) -> Style:
    """Return the shade of a day: closed, weekend, or none."""
    if not content.need.is_open[d]:
        return {"bg_color": CLOSED}
    return {"bg_color": WEEKEND} if content.need.dates[d].weekday() >= WEEK_DAYS - 2 else {}


def _cell_style(content: RosterBook, e: int, d: int) -> Style:
    s = int(content.assigned[e, d])
    style: dict[str, str | int | bool] = {**CENTRE, **_ground(content, d)}
    if s != OFF:
        style["bg_color"] = COLOURS[content.named.shifts[s].post % len(COLOURS)]
    if content.locked[e, d] != FREE:
        style |= {"bold": True, "underline": 1}
    return style


def _code(content: RosterBook, e: int, d: int) -> str:
    s = int(content.assigned[e, d])
    if s != OFF:
        return content.named.ids[s]
    return "–" if content.need.dates[d] in content.people[e].days_off else ""


def _roles(content: RosterBook, person: Person) -> str:
    return ", ".join(
        name for post, name in zip(content.need.posts, content.need.names, strict=True) if post in person.roles
    )


def _draw_all_weeks(book: Workbook, pen: Pen, say: Words, content: RosterBook) -> None:
    _ = say
    sheet: Worksheet = book.add_worksheet(_("Roster"))
    days, people = len(content.need.dates), len(content.people)
    totals = FIRST_DAY + days
    set_page(sheet, paper=A3, rows=(0, FIRST_PERSON - 1))
    sheet.freeze_panes(FIRST_PERSON, FIRST_DAY)
    sheet.set_column(0, 0, _name_width(content))
    sheet.set_column(1, 1, 32)
    sheet.set_column(FIRST_DAY, totals - 1, 4.7)
    sheet.set_column(totals, totals + 2, 9)
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, content.title, pen.look(TITLE))
    _draw_heading(sheet, pen, say, content)
    for e in range(people):
        _draw_person(sheet, pen, content, e)
    _draw_counts(sheet, pen, say, content)
    _draw_legend(sheet, pen, say, content, FIRST_PERSON + people + len(content.need.posts) + 2)


def _name_width(content: RosterBook) -> int:
    return text_width(person.name for person in content.people)


def _draw_heading(sheet: Worksheet, pen: Pen, say: Words, content: RosterBook) -> None:
    _ = say
    dates = content.need.dates
    period = f"{dates[0].isoformat()} – {dates[-1].isoformat()}"
    sheet.write_string(1, 0, _("Roster {period}").format(period=period), pen.look(SUBTITLE))
    top = FIRST_PERSON - 3
    for week in range(len(dates) // WEEK_DAYS):
        first = FIRST_DAY + WEEK_DAYS * week
        sheet.merge_range(top, first, top, first + WEEK_DAYS - 1, "", pen.look(HEADING))
        sheet.write_string(top, first, _week_title(say, content, week), pen.look(HEADING))
    for d, day in enumerate(dates):
        look = pen.look({**HEADING, **_ground(content, d)})
        sheet.write_string(top + 1, FIRST_DAY + d, _weekday(day, content.language), look)
        sheet.write_number(top + 2, FIRST_DAY + d, day.day, look)
    after = FIRST_DAY + len(dates)
    heads = [(0, _("Name"), LEFT_HEADING), (1, _("Posts"), LEFT_HEADING)]
    heads += [(after + at, text, HEADING) for at, text in enumerate((_("Hours"), _("Days"), _("Weekends")))]
    for column, text, style in heads:
        sheet.merge_range(top, column, top + 2, column, "", pen.look(style))
        sheet.write_string(top, column, text, pen.look(style))


def _draw_person(sheet: Worksheet, pen: Pen, content: RosterBook, e: int) -> None:
    row, person = FIRST_PERSON + e, content.people[e]
    sheet.set_row(row, 17)
    sheet.write_string(row, 0, person.name, pen.look({**BOX, "bold": True}))
    sheet.write_string(row, 1, _roles(content, person), pen.look({**BOX, "font_color": FAINT, "font_size": 8}))
    for d in range(len(content.need.dates)):
        sheet.write_string(row, FIRST_DAY + d, _code(content, e, d), pen.look(_cell_style(content, e, d)))
    worked = [d for d in range(len(content.need.dates)) if content.assigned[e, d] != OFF]
    weekends = {
        content.need.dates[d].isocalendar()[:2] for d in worked if content.need.dates[d].weekday() >= WEEK_DAYS - 2
    }
    after = FIRST_DAY + len(content.need.dates)
    sheet.write_number(row, after, _paid_hours(content, e, worked), pen.look({**CENTRE, "num_format": "0.0"}))
    sheet.write_number(row, after + 1, len(worked), pen.look(CENTRE))
    sheet.write_number(row, after + 2, len(weekends), pen.look(CENTRE))


def _paid_hours(content: RosterBook, e: int, days: Sequence[int]) -> float:
    return sum(content.named.shifts[int(content.assigned[e, d])].paid_min for d in days) / 60


def _draw_counts(sheet: Worksheet, pen: Pen, say: Words, content: RosterBook) -> None:
    """Draw, below the people, how many work at each post each day, and their hours."""
    _ = say
    top = FIRST_PERSON + len(content.people)
    post_of = np.array([*(shift.post for shift in content.named.shifts), OFF], dtype=np.int64)
    at_post = post_of[content.assigned]
    for p, name in enumerate(content.need.names):
        sheet.write_string(top + p, 0, _("On duty"), pen.look({**BOX, "font_color": FAINT}))
        colour = {"bg_color": COLOURS[p % len(COLOURS)]}
        sheet.write_string(top + p, 1, name, pen.look({**BOX, **colour}))
        for d in range(len(content.need.dates)):
            count = int((at_post[:, d] == p).sum())
            look = pen.look({**CENTRE, **_ground(content, d), "font_color": FAINT})
            if count:
                sheet.write_number(top + p, FIRST_DAY + d, count, look)
            else:
                sheet.write_string(top + p, FIRST_DAY + d, "", look)
        minutes = sum(
            shift.paid_min * int((content.assigned == s).sum())
            for s, shift in enumerate(content.named.shifts)
            if shift.post == p
        )
        after = FIRST_DAY + len(content.need.dates)
        sheet.write_number(top + p, after, minutes / 60, pen.look({**CENTRE, "num_format": "0.0"}))


def _draw_legend(sheet: Worksheet, pen: Pen, say: Words, content: RosterBook, top: int) -> None:
    """Draw one block a post, side by side: its colour, and the times of its shifts."""
    _ = say
    row, height = top, 0
    posts = sorted({shift.post for shift in content.named.shifts})
    for at, post in enumerate(posts):
        if at and at % BLOCKS == 0:
            row, height = row + height + 1, 0
        first = 0 if at % BLOCKS == 0 else FIRST_DAY + WEEK_DAYS * (at % BLOCKS - 1)
        code_end, last = (0, 1) if first == 0 else (first + 1, first + WEEK_DAYS - 1)
        colour = pen.look({**BOX, "bold": True, "bg_color": COLOURS[post % len(COLOURS)]})
        _write_across(sheet, row, (first, last), content.need.names[post], colour)
        mine = [s for s, shift in enumerate(content.named.shifts) if shift.post == post]
        for below, s in enumerate(mine, start=1):
            shift = content.named.shifts[s]
            text = f"{clock(shift.start_min)}–{clock(shift.end_min)}"
            if shift.break_start_min is not None:
                pause = f"{clock(shift.break_start_min)}–{clock(shift.break_end_min)}"
                text += "  " + _("break {time}").format(time=pause)
            _write_across(sheet, row + below, (first, code_end), content.named.ids[s], pen.look({**BOX, "bold": True}))
            _write_across(sheet, row + below, (code_end + 1, last), text, pen.look(BOX))
        height = max(height, len(mine) + 1)
    keys = _("Bold and underlined: kept from the locked roster.  –: leave.  Grey: weekend, or closed.")
    sheet.write_string(row + height + 1, 0, keys, pen.look({"font_color": FAINT}))


def _write_across(sheet: Worksheet, row: int, columns: tuple[int, int], text: str, look: Format) -> None:
    """Write a text over one or more columns."""
    first, last = columns
    if last > first:
        sheet.merge_range(row, first, row, last, "", look)
    sheet.write_string(row, first, text, look)


def _draw_week(book: Workbook, pen: Pen, say: Words, content: RosterBook, week: int) -> None:
    """Draw one week on a page of A4: the code and the times of every shift."""
    _ = say
    days = range(WEEK_DAYS * week, WEEK_DAYS * (week + 1))
    first = content.need.dates[days[0]]
    iso = first.isocalendar()
    sheet: Worksheet = book.add_worksheet(f"{iso.year}-W{iso.week:02d}")
    set_page(sheet, paper=A4, rows=(0, 2), one_page=len(content.people) <= PAGE_PEOPLE)
    sheet.freeze_panes(3, 1)
    sheet.set_column(0, 0, _name_width(content))
    sheet.set_column(1, WEEK_DAYS, 13)
    sheet.set_column(WEEK_DAYS + 1, WEEK_DAYS + 1, 8)
    sheet.set_row(0, 24)
    sheet.set_row(2, 20)
    sheet.write_string(0, 0, content.title, pen.look(TITLE))
    sheet.write_string(1, 0, _week_title(say, content, week), pen.look(SUBTITLE))
    sheet.write_string(2, 0, _("Name"), pen.look(LEFT_HEADING))
    sheet.write_string(2, WEEK_DAYS + 1, _("Hours"), pen.look(HEADING))
    for at, d in enumerate(days):
        day = content.need.dates[d]
        text = f"{_weekday(day, content.language)} {_short_date(day, content.language)}"
        sheet.write_string(2, 1 + at, text, pen.look({**HEADING, **_ground(content, d)}))
    for e, person in enumerate(content.people):
        sheet.set_row(3 + e, 27)
        sheet.write_string(3 + e, 0, person.name, pen.look({**BOX, "bold": True}))
        for at, d in enumerate(days):
            text = _code(content, e, d)
            s = int(content.assigned[e, d])
            if s != OFF:
                shift = content.named.shifts[s]
                text += f"\n{clock(shift.start_min)}–{clock(shift.end_min)}"
            sheet.write_string(3 + e, 1 + at, text, pen.look({**_cell_style(content, e, d), "text_wrap": True}))
        worked = [d for d in days if content.assigned[e, d] != OFF]
        hours = _paid_hours(content, e, worked)
        sheet.write_number(3 + e, WEEK_DAYS + 1, hours, pen.look({**CENTRE, "num_format": "0.0"}))


def _list_unmet(book: Workbook, pen: Pen, say: Words, content: RosterBook) -> None:
    _ = say
    sheet: Worksheet = book.add_worksheet(_("Not met"))
    set_page(sheet, paper=A4, rows=(0, 1))
    sheet.set_column(0, 0, 110)
    sheet.write_string(0, 0, content.title, pen.look(TITLE))
    sheet.write_string(1, 0, _("What the roster cannot meet"), pen.look(LEFT_HEADING))
    for row, line in enumerate(content.unmet, start=2):
        sheet.write_string(row, 0, line, pen.look({}))
