"""Set a table of plain values as HTML: escaped, figures right-aligned in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from outlet.page.figures import MISSING, cell, decimals_of

Value = str | int | float | None

WIDE = 8
_UNIT = re.compile(r", (?=\S{1,3}$)")
_FIGURE = re.compile(r"[+−-]?[\d.,\u00a0\u202f]+( ?%)?")


def render_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[Value]],
    *,
    language: str,
    caption: str = "",
    right: Sequence[int] = (),
) -> Markup:
    """Return a table in a box that scrolls sideways on narrow screens and is never clipped in print.

    The first column heads its row. A column whose values are all figures, written out or not, is right-aligned, and so
    are the columns at the positions ``right``. ``columns`` and ``caption`` are texts in the reader's language; every
    text is escaped here.
    """
    numeric = [at in right or _is_figures([row[at] for row in rows], texts=at > 0) for at in range(len(columns))]
    decimals = [decimals_of([row[at] for row in rows]) for at in range(len(columns))]
    number_class = Markup(' class="number"')
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(number_class if is_number else "", _UNIT.sub(",\u00a0", column))
        for column, is_number in zip(columns, numeric, strict=True)
    )
    body = Markup("\n").join(
        Markup("<tr>{}</tr>").format(Markup("").join(_cells(row, numeric, decimals, language))) for row in rows
    )
    title = Markup("<caption>{}</caption>").format(caption) if caption else Markup("")
    label = caption or (columns[0] if columns else "")
    return Markup(
        '<div class="table-box" tabindex="0" role="region" aria-label="{}"><table{}>{}<thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>\n"
    ).format(label, Markup(' class="wide"') if len(columns) > WIDE else "", title, head, body)


def _is_figures(values: Sequence[Value], *, texts: bool) -> bool:
    known = [value for value in values if value is not None and value != MISSING]
    if not texts and any(isinstance(value, str) for value in known):
        return False
    return bool(known) and all(not isinstance(value, str) or _FIGURE.fullmatch(value) for value in known)


def _cells(
    row: Sequence[Value], numeric: Sequence[bool], decimals: Sequence[int | None], language: str
) -> list[Markup]:
    cells = []
    for at, (value, is_number) in enumerate(zip(row, numeric, strict=True)):
        text = escape(cell(value, language, decimals[at]))
        mark = Markup(' class="number"') if is_number else Markup("")
        cells.append(
            Markup('<th scope="row"{}>{}</th>').format(mark, text)
            if at == 0
            else Markup("<td{}>{}</td>").format(mark, text)
        )
    return cells
