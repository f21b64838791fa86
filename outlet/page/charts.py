"""Draw small charts as inline SVG or plain markup: no script, legible in print, described for screen readers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from outlet.page.figures import number

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 18, 30, 46
TICKS = 5
NARROW = 1e-9
"""Spans up to this part of their values are drawn as none."""
SIGN_WIDTH = 8
"""Room for one sign of a figure beside the axis."""


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its value, and the text at its end."""

    label: str
    value: float
    text: str


def render_bars(bars: Sequence[Bar], *, most: float | None = None) -> Markup:
    """Return horizontal bars from zero to ``most`` (the largest value if not given); texts are escaped."""
    full = most if most is not None else max((bar.value for bar in bars), default=0.0)
    rows = Markup("").join(
        Markup(
            '<span class="label">{}</span><span class="track" aria-hidden="true">'
            '<span class="fill" style="width:{}%"></span></span><span class="number">{}</span>'
        ).format(bar.label, round(100 * min(1.0, max(0.0, bar.value / full)), 1) if full > 0 else 0, bar.text)
        for bar in bars
    )
    return Markup('<div class="bars">{}</div>\n').format(rows)


@dataclass(frozen=True)
class Series:
    """Points (x, y) joined by a line; ``dashed`` for what is a bound or a target rather than a measurement."""

    name: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


COLOURS = ("#0a5a78", "#a8430d", "#5b5b5b")


@dataclass(frozen=True)
class _Frame:
    """The rectangle of the chart in data units, and its ticks."""

    x: tuple[float, float]
    y: tuple[float, float]
    x_ticks: Sequence[float]
    y_ticks: Sequence[float]
    left: int = LEFT

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel position of a point."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0] or 1)
        up = (y - self.y[0]) / (self.y[1] - self.y[0] or 1)
        return (
            round(self.left + 12 + across * (WIDTH - self.left - RIGHT - 24), 1),
            round(HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM), 1),
        )


def render_lines(
    series: Sequence[Series], *, x_label: str, y_label: str, title: str, language: str, marked_x: float | None = None
) -> Markup:
    """Return a line chart of a few series as SVG, with axes, grid and legend; texts are escaped.

    ``marked_x`` is where the chosen value stands: a ring on the first series. The y axis starts at zero unless the
    values would then fill less than a third of it.
    """
    if not any(line.points for line in series):
        return Markup("")
    frame = _frame_of(series, language)
    parts = [_axes(frame, x_label, y_label, language)]
    parts += [_line(frame, line, COLOURS[at % len(COLOURS)]) for at, line in enumerate(series)]
    parts += [_ring(frame.place(x, y)) for x, y in series[0].points if x == marked_x]
    legend = Markup("").join(
        Markup(
            '<li><svg width="26" height="10" aria-hidden="true"><path d="M1 5H25" stroke="{}" stroke-width="2.5"{}/>'
            "</svg>{}</li>"
        ).format(COLOURS[at % len(COLOURS)], _dashes(line), line.name)
        for at, line in enumerate(series)
    )
    return Markup(
        '<figure><svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
        '<ul class="legend">{}</ul></figure>\n'
    ).format(WIDTH, HEIGHT, title, Markup("").join(parts), legend)


def nice_ticks(low: float, high: float) -> list[float]:
    """Return about five round values that span low to high, or more where these are as good as one.

    >>> nice_ticks(0, 97)
    [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    """
    if high - low <= NARROW * max(1.0, abs(low), abs(high)):
        high = low + (abs(low) if abs(low) > NARROW else 1.0)
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(at * step, 10) for at in range(first, last + 1)]


def _whole_ticks(low: float, high: float) -> list[float]:
    step = max(1, math.ceil((high - low) / 12))
    return [float(value) for value in range(int(low), int(high) + 1, step)]


def _frame_of(series: Sequence[Series], language: str) -> _Frame:
    xs = [x for line in series for x, _ in line.points]
    ys = [y for line in series for _, y in line.points]
    whole = all(float(x).is_integer() for x in xs) and max(xs) < 1000
    x_ticks = _whole_ticks(min(xs), max(xs)) if whole else nice_ticks(min(xs), max(xs))
    spread = max(ys) - min(ys)
    from_zero = min(ys) >= 0 and spread * 3 >= max(ys)
    y_ticks = nice_ticks(0.0 if from_zero else min(ys), max(ys))
    return _Frame(
        x=(min(*xs, x_ticks[0]), max(*xs, x_ticks[-1])),
        y=(min(*ys, y_ticks[0]), max(*ys, y_ticks[-1])),
        x_ticks=x_ticks,
        y_ticks=y_ticks,
        left=max(LEFT, 12 + SIGN_WIDTH * max(len(number(tick, language, 2)) for tick in y_ticks)),
    )


def _axes(frame: _Frame, x_label: str, y_label: str, language: str) -> Markup:
    floor, middle = HEIGHT - BOTTOM, (frame.left + WIDTH - RIGHT) / 2
    grid = Markup("").join(
        Markup(
            '<path class="grid" d="M{} {}H{}"/><text class="faint" x="{}" y="{}" text-anchor="end">{}</text>'
        ).format(frame.left, y, WIDTH - RIGHT, frame.left - 8, y + 4, number(tick, language, 2))
        for tick, y in ((tick, frame.place(frame.x[0], tick)[1]) for tick in frame.y_ticks)
    )
    ticks = Markup("").join(
        Markup(
            '<path class="axis" d="M{} {}v5"/><text class="faint" x="{}" y="{}" text-anchor="middle">{}</text>'
        ).format(x, floor, x, floor + 18, number(tick, language, 2))
        for tick, x in ((tick, frame.place(tick, frame.y[0])[0]) for tick in frame.x_ticks)
    )
    return Markup(
        '{}<path class="axis" d="M{} {}H{}"/>{}<text x="{}" y="{}" text-anchor="middle">{}</text>'
        '<text x="4" y="12">{}</text>'
    ).format(grid, frame.left, floor, WIDTH - RIGHT, ticks, middle, HEIGHT - 6, x_label, y_label)


def _line(frame: _Frame, line: Series, colour: str) -> Markup:
    places = [frame.place(x, y) for x, y in line.points]
    if not places:
        return Markup("")
    path = "M" + "L".join(f"{x} {y}" for x, y in places)
    dots = Markup("").join(
        Markup('<circle cx="{}" cy="{}" r="3" fill="{}"/>').format(x, y, colour) for x, y in places if not line.dashed
    )
    return Markup('<path d="{}" fill="none" stroke="{}" stroke-width="2.2"{}/>{}').format(
        path, colour, _dashes(line), dots
    )


def _ring(place: tuple[float, float]) -> Markup:
    return Markup('<circle cx="{}" cy="{}" r="8" fill="none" stroke="#17232e" stroke-width="2"/>').format(*place)


def _dashes(line: Series) -> Markup:
    return Markup(' stroke-dasharray="5 4"') if line.dashed else Markup("")
