"""Draw served.xlsx: a sheet a candidate to work through in the field, behind one that compares them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from outlet.book import (
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
    cell_text,
    open_book,
    set_page,
    sheet_names,
    text_width,
)
from outlet.page.figures import number
from outlet.page.words import translate
from siting.data.layers import SEGMENT, SitingData
from siting.study.candidates import Scored
from siting.study.served import Served

MOST_SHEETS = 200
MOST_ROWS = 3_000
WRITING_PT = 21  # height of a row that is filled in by hand
HEAD_ROW = 4
LINK: Style = {**BOX, "font_color": "#0A5A78", "underline": 1}

Words = Callable[[str], str]
Cell = str | float | None


@dataclass(frozen=True)
class ServedBook:
    """What the workbook shows: the list, the sites' names and scores, and the words of the project."""

    served: Served
    data: SitingData
    scored: Scored
    reach_min: float
    unit: str
    language: str
    title: str
    as_of: dt.date


@dataclass(frozen=True)
class _Column:
    """A column: head, width, style of its cells, and the column of served.csv, or None for one to be filled in."""

    head: str
    width: float
    style: Style
    source: str | None


@dataclass(frozen=True)
class _Site:
    """One sheet: the site's row in the overview, and its communities, those that count most first."""

    name: str
    id: str
    position: int
    rank: int | None
    table: pd.DataFrame


WHOLE: Style = {**CENTRE, "num_format": "#,##0"}
TENTHS: Style = {**CENTRE, "num_format": "#,##0.0"}
SHARE: Style = {**CENTRE, "num_format": "0.0%"}
PLAIN: Style = {**CENTRE}


def write_served_book(path: Path, content: ServedBook) -> int:
    """Write the workbook; return how many sites have no sheet of their own. The same content gives the same bytes."""
    sites = _sites(content)
    shown = sites[:MOST_SHEETS]
    say = translate(content.language)
    _ = say
    titles = [site.name if site.rank is None else f"{site.rank} {site.name}" for site in shown]
    overview, *names = sheet_names([_("Overview"), *titles])
    with open_book(path, content.title, content.as_of) as book:
        pen = Pen(book)
        _draw_overview(book.add_worksheet(overview), pen, say, content, sites, names)
        for site, name in zip(shown, names, strict=True):
            _draw_site(book, pen, say, content, site, (name, overview))
    return len(sites) - len(shown)


def _sites(content: ServedBook) -> list[_Site]:
    data, served = content.data, content.served
    count = len(data.candidates)
    ids = [*data.candidates["id"].astype(str), *data.existing["id"].astype(str)]
    names = [*data.candidates["name"].astype(str), *data.existing["name"].astype(str)]
    parts = dict(tuple(served.table.groupby(["role", "candidate_id"], sort=False)))
    found = []
    for at in served.sites.tolist():
        role = "candidate" if at < count else "existing"
        table = parts.get((role, ids[at]), served.table.iloc[:0])
        table = table.sort_values(["counted", "minutes", "community_id"], ascending=[False, True, True], kind="stable")
        rank = int(content.scored.ranking.rank[at]) if at < count else None
        found.append(_Site(names[at] or ids[at], ids[at], at, rank, table))
    return found


def _draw_overview(
    sheet: Worksheet, pen: Pen, say: Words, content: ServedBook, sites: Sequence[_Site], names: Sequence[str]
) -> None:
    _ = say
    unit, walk = _(content.unit), number(content.reach_min, content.language, 1)
    columns = [
        _Column(_("Rank"), 7, PLAIN, None),
        _Column(_("Name"), text_width((site.name for site in sites), most=44), BOX, None),
        _Column(_("Id"), text_width((site.id for site in sites), most=24), BOX, None),
        _Column(_("Kind"), 14, BOX, None),
        _Column(_("Score"), 9, TENTHS, None),
        _Column(_("Rank range"), 12, PLAIN, None),
        _Column(_("In the best {k}").format(k=content.scored.top), 12, {**CENTRE, "num_format": "0%"}, None),
        _Column(_("Communities"), 13, WHOLE, None),
        _Column(_("Within {minutes} min ({unit})").format(minutes=walk, unit=unit), 16, WHOLE, None),
        _Column(_("Counted"), 12, WHOLE, None),
        _Column(_("Would win of it ({unit})").format(unit=unit), 16, WHOLE, None),
        _Column(_("Mean walk (min)"), 12, TENTHS, None),
    ]
    _set_sheet(sheet, columns, last_row=HEAD_ROW + len(sites), frozen=2)
    lines = (_("Which communities each place would serve. A name leads to its sheet; served.csv holds all rows."), "")
    _draw_head(sheet, pen, (content.title, *lines), columns)
    for at, site in enumerate(sites):
        row = HEAD_ROW + 1 + at
        for column, (spec, value) in enumerate(zip(columns, _overview_row(say, content, site), strict=True)):
            if column == 1 and at < len(names):
                sheet.write_url(row, 1, f"internal:'{names[at]}'!A1", pen.look(LINK), cell_text(site.name))
            else:
                _write(sheet, (row, column), value, pen, spec.style)


def _overview_row(say: Words, content: ServedBook, site: _Site) -> list[Cell]:
    _ = say
    table, spread = site.table, content.scored.spread
    at = site.position if site.rank is not None else None
    weight = table["weight"].to_numpy(dtype=np.float64)
    walked = float((weight * table["minutes"].to_numpy()).sum() / weight.sum()) if weight.sum() > 0 else None
    won = table["won"].to_numpy(dtype=np.float64)
    return [
        site.rank,
        site.name,
        site.id,
        _("Candidate") if at is not None else _("Our outlet"),
        None if at is None else float(content.scored.ranking.score[at]),
        None if at is None else f"{spread.low[at]}–{spread.high[at]}",
        None if at is None else float(spread.top[at]),
        len(table),
        float(weight.sum()),
        float(table["counted"].sum()),
        float(np.nansum(won)) if np.isfinite(won).any() else None,
        walked,
    ]


def _columns(say: Words, content: ServedBook, site: _Site) -> list[_Column]:
    _ = say
    unit = _(content.unit)
    table = site.table
    found = [
        _Column(_("Community"), max(text_width(table["name"], most=36), 16), BOX, "name"),
        _Column(_("Id"), max(text_width(table["community_id"], most=20), 8), BOX, "community_id"),
        _Column(_("Grade"), 7, PLAIN, "grade"),
        _Column(_("Weight ({unit})").format(unit=unit), 10, WHOLE, "weight"),
    ]
    return [
        *found,
        *(
            _Column(name, max(text_width([name], most=14), 8), WHOLE, f"{SEGMENT}{name}")
            for name in content.data.segments
        ),
        _Column(_("Walk (min)"), 8, TENTHS, "minutes"),
        _Column(_("Counted"), 9, TENTHS, "counted"),
        _Column(_("Of the catchment"), 11, SHARE, "catchment_share"),
        _Column(_("Nearest rival (min)"), 10, TENTHS, "rival_min"),
        _Column(_("Nearest of ours (min)"), 10, TENTHS, "own_min"),
        _Column(_("Share it would win") if site.rank is not None else _("Share it wins"), 11, SHARE, "share_won"),
        _Column(_("Visited on"), 11, {**CENTRE, "num_format": "yyyy-mm-dd"}, None),
        _Column(_("By"), 12, BOX, None),
        _Column(_("Note"), 28, {**BOX, "text_wrap": True}, None),
    ]


def _draw_site(book: Workbook, pen: Pen, say: Words, content: ServedBook, site: _Site, names: tuple[str, str]) -> None:
    _ = say
    sheet: Worksheet = book.add_worksheet(names[0])
    sheet.set_default_row(WRITING_PT)
    columns = _columns(say, content, site)
    rows = site.table.iloc[:MOST_ROWS]
    _set_sheet(sheet, columns, last_row=HEAD_ROW + len(rows), frozen=1)
    _draw_head(sheet, pen, (site.name, *_site_lines(say, content, site)), columns)
    sheet.write_url(3, 0, f"internal:'{names[1]}'!A1", pen.look({"font_color": "#0A5A78", "underline": 1}), names[1])
    for column, spec in enumerate(columns):
        look = pen.look(spec.style)
        if spec.source is None:
            for at in range(len(rows)):
                sheet.write_blank(HEAD_ROW + 1 + at, column, None, look)
            continue
        for at, value in enumerate(rows[spec.source].tolist()):
            _write(sheet, (HEAD_ROW + 1 + at, column), value, pen, spec.style)


def _site_lines(say: Words, content: ServedBook, site: _Site) -> tuple[str, str]:
    _ = say
    language, table = content.language, site.table
    first = _("{id} · {n} communities, {weight} {unit} within {minutes} min").format(
        id=site.id,
        n=number(len(table), language),
        weight=number(float(table["weight"].sum()), language),
        unit=_(content.unit),
        minutes=number(content.reach_min, language, 1),
    )
    if site.rank is not None:
        score = float(content.scored.ranking.score[site.position])
        told = _("rank {rank}, score {score}").format(rank=site.rank, score=number(score, language, 1))
        first = f"{first} · {told}"
    second = _(
        "Counted: less the longer the walk, as the target market says. Where no rival or outlet of ours is within the "
        "longest walk looked for, that walk stands."
    )
    left = len(table) - MOST_ROWS
    more = _("{n} more communities that count less are in served.csv.").format(n=number(left, language))
    return first, f"{second} {more}" if left > 0 else second


def _set_sheet(sheet: Worksheet, columns: Sequence[_Column], *, last_row: int, frozen: int) -> None:
    set_page(sheet, paper=A4, rows=(HEAD_ROW, HEAD_ROW))
    sheet.freeze_panes(HEAD_ROW + 1, frozen)
    sheet.autofilter(HEAD_ROW, 0, max(last_row, HEAD_ROW), len(columns) - 1)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)


def _draw_head(sheet: Worksheet, pen: Pen, lines: Sequence[str], columns: Sequence[_Column]) -> None:
    sheet.set_row(0, 24)
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, cell_text(line), pen.look(TITLE if row == 0 else SUBTITLE))
    sheet.set_row(HEAD_ROW, 40)
    for at, column in enumerate(columns):
        look = LEFT_HEADING if column.style.get("align") != "center" else HEADING
        sheet.write_string(HEAD_ROW, at, cell_text(column.head), pen.look({**look, "text_wrap": True}))


def _write(sheet: Worksheet, place: tuple[int, int], value: Cell, pen: Pen, style: Style) -> None:
    """Write a figure as a figure, a text as a text, and what is not known as a dash."""
    if isinstance(value, str):
        sheet.write_string(*place, cell_text(value), pen.look(style))
    elif value is None or not np.isfinite(value):
        sheet.write_string(*place, "–", pen.look({**style, "font_color": FAINT}))
    else:
        sheet.write_number(*place, value, pen.look(style))
