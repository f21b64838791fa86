"""Write hall_alternatives.html: up to three plans of one hall side by side at one scale, with every term of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from markupsafe import Markup

from layout.drawings.hall import HallDrawing
from layout.drawings.svg import draw_plan
from layout.drawings.words import Words, fixed, name_term
from outlet.page import day, render_page, translate

MOST = 3
DIGITS = 2
MORE_IS_BETTER = frozenset({"daylit", "exposure", "seen"})
NEITHER = frozenset({"aisles_m2", "zones_m2"})
ALIKE = 1e-9


@dataclass(frozen=True)
class Alternative:
    """One plan of the hall: how it is drawn, and its terms with ``objective``, their weighted sum, where it is known.

    ``gap`` is what is left to the proved bound for its topology, a share; 0 is proved best, None unknown.
    """

    hall: HallDrawing
    objective: float | None = None
    gap: float | None = None


def make_alternatives(plans: Sequence[Alternative], language: str, *, chosen: int = 0) -> str:
    """Return the page; ``chosen`` is the position of the one that hall.html shows.

    Raises
    ------
    ValueError
        When there is no plan, more than three, or one of another hall.
    """
    if not 1 <= len(plans) <= MOST:
        raise ValueError(f"expected 1 to {MOST} plans, got {len(plans)}")
    first = plans[0].hall
    if any(not plan.hall.floor.outline.equals(first.floor.outline) for plan in plans):
        raise ValueError("expected plans of one hall, got several outlines")
    words = Words(language, translate(language))
    _ = words.say
    about = " · ".join(text for text in (first.subtitle, day(first.as_of, language)) if text)
    figures = [
        Markup('<figure><figcaption>{}{}</figcaption><div class="hall-box">{}</div></figure>\n').format(
            _("Plan {n}").format(n=k),
            Markup(' <small>– <a href="hall.html">{}</a></small>').format(_("the chosen plan"))
            if k == chosen + 1
            else "",
            draw_plan(plan.hall, language, name=f"hall-{k}"),
        )
        for k, plan in enumerate(plans, start=1)
    ]
    body = Markup(
        '<main class="page hall-page"><header class="page-head"><h1>{}</h1><p>{}</p></header>\n'
        '<section class="hall-plans" aria-label="{}">{}</section>\n<section><h2>{}</h2>\n{}<p class="small">{}</p>'
        "</section></main>\n"
    ).format(
        f"{first.title}: {_('Alternatives')}",
        about,
        _("Alternative plans"),
        Markup("").join(figures),
        _("What the plans were weighed by"),
        _table(plans, words),
        _("The best of each row is marked. Less is better but for shares of what is seen, passed and lit by day.")
        + " "
        + _("To take another plan, write choose in [layout.programme] of outlet.toml and run outlet zones again."),
    )
    return render_page(
        f"{first.title} – {_('Alternatives')}",
        str(body),
        language=language,
        styles=[
            files("layout.drawings").joinpath(name).read_text("utf-8") for name in ("hall.css", "alternatives.css")
        ],
    )


def best_of(term: str, values: Sequence[float | None]) -> tuple[int, ...]:
    """Return which plans are best in a term; none where all are alike, unknown, or more is neither better nor worse.

    >>> best_of("walking_m_per_visitor", [3.0, 2.0, 2.0])
    (1, 2)
    """
    known = [value for value in values if value is not None]
    if term in NEITHER or not known or max(known) - min(known) <= ALIKE:
        return ()
    best = max(known) if term in MORE_IS_BETTER else min(known)
    return tuple(k for k, value in enumerate(values) if value is not None and abs(value - best) <= ALIKE)


def _table(plans: Sequence[Alternative], words: Words) -> Markup:
    _ = words.say
    rows = _rows(plans, words)
    numbered = [_("Plan {n}").format(n=k) for k in range(1, len(plans) + 1)]
    head = Markup("").join(Markup('<th scope="col" class="number">{}</th>').format(name) for name in numbered)
    body = Markup("\n").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(name, _cells(term, values, words))
        for name, term, values in rows
    )
    return Markup(
        '<div class="table-box" tabindex="0" role="region" aria-label="{}"><table><thead><tr><th scope="col">{}</th>{}'
        "</tr></thead><tbody>{}</tbody></table></div>\n"
    ).format(_("Alternative plans"), _("Term"), head, body)


def _rows(plans: Sequence[Alternative], words: Words) -> list[tuple[str, str, list[float | None]]]:
    _ = words.say
    terms: Mapping[str, None] = dict.fromkeys(name for plan in plans for name in plan.hall.zones.terms)
    rows: list[tuple[str, str, list[float | None]]] = [
        (_("All terms by their weights"), "objective", [plan.objective for plan in plans]),
        (_("Left to the proved best for this topology, share"), "gap", [plan.gap for plan in plans]),
    ]
    rows = [row for row in rows if any(value is not None for value in row[2])]
    rows += [(name_term(term, _), term, [plan.hall.zones.terms.get(term) for plan in plans]) for term in terms]
    return [*rows, (_("Broken rules"), "broken", [float(len(plan.hall.zones.broken_rules)) for plan in plans])]


def _cells(term: str, values: Sequence[float | None], words: Words) -> Markup:
    _ = words.say
    best = best_of(term, values)
    cells = []
    for k, value in enumerate(values):
        digits = {"broken": 0, "gap": 4}.get(term, DIGITS)
        text = "–" if value is None else fixed(value, words.language, digits)
        sign = Markup('<b class="best" title="{}">{} ★</b>').format(_("best"), text)
        cells.append(Markup('<td class="number">{}</td>').format(sign if k in best else text))
    return Markup("").join(cells)
