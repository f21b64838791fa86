"""Draw figures in rows: stacked bars, and intervals with a dot, each a line of a grid that narrow screens can hold.

Names and figures are text beside a drawing that stretches, so that they stay legible at any width and in print; each
row says in words what it draws.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from outlet.page.figures import number

PALETTE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a7a00", "#9aa3ab")
"""Told apart without colour vision (after Okabe and Ito, 2008); the last is for all that has no colour of its own."""

_INK, _RULE = "#17232e", "#0a5a78"


@dataclass(frozen=True)
class Stack:
    """One stacked bar: its label, its parts in the order of the legend, and the text at its end."""

    label: str
    parts: Sequence[float]
    text: str


def render_stacks(stacks: Sequence[Stack], legend: Sequence[str], *, most: float, title: str, language: str) -> Markup:
    """Return stacked bars from zero to ``most`` with their legend; texts are escaped."""
    rows = Markup("").join(
        row_of(stack.label, _stack(stack, legend, most, language), stack.text, _told(stack, legend, language))
        for stack in stacks
    )
    return figure_of(title, rows, legend_of(legend))


def _stack(stack: Stack, legend: Sequence[str], most: float, language: str) -> Markup:
    drawn, start = Markup(""), 0.0
    for at, (name, part) in enumerate(zip(legend, stack.parts, strict=True)):
        if part <= 0:
            continue
        width = 100 * part / most if most > 0 else 0.0
        drawn += Markup('<path fill="{}" d="M{} 0h{}v10h-{}Z"><title>{}: {}</title></path>').format(
            colour_at(at), *_two(start, max(width - 0.25, 0.1)), *_two(max(width - 0.25, 0.1)), name,
            number(part, language, 1),
        )  # fmt: skip
        start += width
    return Markup('<path fill="#e8ecef" d="M0 0H100V10H0Z"/>') + drawn


def _told(stack: Stack, legend: Sequence[str], language: str) -> str:
    return "; ".join(
        f"{name} {number(part, language, 1)}" for name, part in zip(legend, stack.parts, strict=True) if part > 0
    )


@dataclass(frozen=True)
class Interval:
    """One interval: its label, its ends and the figure within, the text at its end; ``marked`` draws a ring."""

    label: str
    low: float
    middle: float
    high: float
    text: str
    marked: bool = False


def render_intervals(
    intervals: Sequence[Interval],
    span: tuple[float, float],
    *,
    ticks: Sequence[float],
    title: str,
    language: str,
    digits: int = 0,
    logarithmic: bool = False,
) -> Markup:
    """Return intervals as whiskers with a dot over an axis from ``span[0]`` to ``span[1]``; texts are escaped.

    A logarithmic axis is for ranks and other figures above 0 of which small ones matter most.
    """
    scale = math.log if logarithmic else float
    first, wide = scale(span[0]), scale(span[1]) - scale(span[0]) or 1.0

    def place(value: float) -> float:
        inside = min(max(value, span[0]), span[1])
        return round(100 * (scale(inside) - first) / wide, 2)

    grid = grid_at([place(tick) for tick in ticks])
    rows = Markup("").join(
        row_of(
            one.label,
            grid + _whisker(place(one.low), place(one.middle), place(one.high), marked=one.marked),
            one.text,
            f"{number(one.low, language, digits)}–{number(one.high, language, digits)}",
        )
        for one in intervals
    )
    axis = axis_of([(place(tick), number(tick, language, digits)) for tick in ticks])
    return figure_of(title, rows + axis, Markup(""))


def _whisker(low: float, middle: float, high: float, *, marked: bool) -> Markup:
    # A line of no length with round ends is a dot that keeps its shape while the drawing stretches.
    ring = Markup(
        '<path stroke="{}" stroke-width="14" stroke-linecap="round" vector-effect="non-scaling-stroke" d="M{} 5h0"/>'
    ).format(_INK, middle)
    return Markup(
        '<path stroke="{}" stroke-width="2" vector-effect="non-scaling-stroke" d="M{} 5H{}M{} 2V8M{} 2V8"/>{}'
        '<path stroke="{}" stroke-width="9" stroke-linecap="round" vector-effect="non-scaling-stroke" d="M{} 5h0"/>'
    ).format(_RULE, low, high, low, high, ring if marked else Markup(""), "#fff" if marked else _RULE, middle)


def legend_of(names: Sequence[str]) -> Markup:
    """Return the names with the colours of their places."""
    keys = Markup("").join(
        Markup(
            '<li><svg width="14" height="12" aria-hidden="true"><path fill="{}" d="M0 0H14V12H0Z"/></svg>{}</li>'
        ).format(colour_at(at), name)
        for at, name in enumerate(names)
    )
    return Markup('<ul class="legend">{}</ul>').format(keys)


def grid_at(places: Sequence[float]) -> Markup:
    """Return upright lines at places from 0 to 100 of a row's drawing."""
    return Markup("").join(
        Markup('<path class="grid" vector-effect="non-scaling-stroke" d="M{} 0V10"/>').format(place) for place in places
    )


def axis_of(marks: Sequence[tuple[float, str]]) -> Markup:
    """Return texts below the rows, each at its place from 0 to 100."""
    texts = Markup("").join(Markup('<span style="left:{}%">{}</span>').format(place, text) for place, text in marks)
    return Markup('<span></span><span class="ticks" aria-hidden="true">{}</span><span></span>').format(texts)


def row_of(label: str, drawn: Markup, text: str, told: str) -> Markup:
    """Return one row: its label, what is drawn 100 wide and 10 high, the text at its end, and all in words."""
    return Markup(
        '<span class="label">{}</span><svg class="lane" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg><span class="number">{}</span>'
    ).format(label, told, drawn, text)


def figure_of(title: str, rows: Markup, legend: Markup, kind: str = "") -> Markup:
    """Return rows as a figure; ``kind`` is a further class of its grid."""
    return Markup('<figure class="lanes-box"><figcaption>{}</figcaption><div class="{}">{}</div>{}</figure>\n').format(
        title, f"lanes {kind}".strip(), rows, legend
    )


def colour_at(at: int) -> str:
    """Return the colour of a part or post by its place in the legend."""
    return PALETTE[min(at, len(PALETTE) - 1)]


def _two(*values: float) -> tuple[float, ...]:
    return tuple(round(value, 2) for value in values)
