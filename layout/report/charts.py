"""Draw the charts of a day as inline SVG: persons required and there, waits with their confidence band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from outlet.page.charts import nice_ticks
from outlet.page.figures import number

HIGH = 230
SMALL_WIDE, SMALL_HIGH = 420, 170
BLUE, ORANGE, GREY = "#0a5a78", "#a8430d", "#5b5b5b"
Steps = Sequence[float | None]


@dataclass(frozen=True)
class _Frame:
    """A chart's rectangle: ``first`` and ``last`` minute of the day, and the largest value."""

    wide: int
    high: int
    first: float
    last: float
    most: float

    left, right, top, bottom = 44, 22, 26, 30

    def x(self, minute: float) -> float:
        span = self.wide - self.left - self.right
        return round(self.left + span * (minute - self.first) / (self.last - self.first), 1)

    def y(self, value: float) -> float:
        span = self.high - self.top - self.bottom
        return round(self.high - self.bottom - span * min(value / self.most, 1.0), 1)


def draw_crew(
    title: str, starts: Sequence[int], interval_min: int, *, required: Steps, crew: Steps, language: str
) -> Markup:
    """Return a small chart of one post: persons there as filled steps, persons required as a dashed line.

    Parameters
    ----------
    title
        The post; escaped here.
    starts
        Minute of the day of each interval.
    interval_min
        Length of an interval, minutes.
    required, crew
        One value an interval.
    language
        Of the figures.
    """
    most = max([*(value or 0.0 for value in (*required, *crew)), 1.0])
    frame = _Frame(SMALL_WIDE, SMALL_HIGH, starts[0], starts[-1] + interval_min, _ceiling(most))
    there, needed = _stairs(frame, starts, interval_min, crew), _stairs(frame, starts, interval_min, required)
    floor = frame.y(0)
    area = Markup('<path d="{}L{} {}L{} {}Z" fill="{}" fill-opacity=".22"/>').format(
        there, frame.x(frame.last), floor, frame.x(frame.first), floor, BLUE
    )
    lines = Markup('<path d="{}" fill="none" stroke="{}" stroke-width="1.6"/>').format(there, BLUE)
    lines += Markup('<path d="{}" fill="none" stroke="{}" stroke-width="2" stroke-dasharray="5 3"/>').format(
        needed, ORANGE
    )
    return _figure(frame, title, _axes(frame, language, every_min=180, ticks=_whole(frame.most)) + area + lines)


def draw_load(title: str, starts: Sequence[int], interval_min: int, visits: Steps, language: str) -> Markup:
    """Return the visits of a day, one bar an interval; the title is escaped here."""
    frame = _Frame(
        SMALL_WIDE,
        HIGH,
        starts[0],
        starts[-1] + interval_min,
        nice_ticks(0, max([*(value or 0.0 for value in visits), 1.0]))[-1],
    )
    bars = Markup("").join(
        Markup('<path fill="{}" fill-opacity=".75" d="M{} {}H{}V{}H{}Z"><title>{}</title></path>').format(
            BLUE,
            frame.x(start + interval_min * 0.08),
            frame.y(0),
            frame.x(start + interval_min * 0.92),
            frame.y(value or 0.0),
            frame.x(start + interval_min * 0.08),
            f"{start // 60:02d}:{start % 60:02d} {number(value, language, 1)}",
        )
        for start, value in zip(starts, visits, strict=True)
    )
    return _figure(frame, title, _axes(frame, language, every_min=120, ticks=nice_ticks(0, frame.most)) + bars)


class Waits(NamedTuple):
    """Minutes by interval, None where unknown: simulated mean with its confidence band, and Erlang's prediction."""

    mean: Steps
    low: Steps
    high: Steps
    predicted: Steps


def draw_waits(title: str, starts: Sequence[int], interval_min: int, waits: Waits, language: str) -> Markup:
    """Return the waits of a day: simulated mean with its confidence band, and Erlang's prediction dashed.

    Parameters
    ----------
    title
        What is drawn, for screen readers and above the chart; escaped here.
    starts
        Minute of the day of each interval.
    interval_min
        Length of an interval, minutes.
    waits
        What is drawn, one value an interval.
    language
        Of the figures.
    """
    known = [value for value in (*waits.high, *waits.predicted) if value is not None]
    largest = max([*known, 0.5])
    frame = _Frame(SMALL_WIDE, HIGH, starts[0], starts[-1] + interval_min, nice_ticks(0, largest)[-1])
    middle = [start + interval_min / 2 for start in starts]
    upper = [(frame.x(m), frame.y(v)) for m, v in zip(middle, waits.high, strict=True) if v is not None]
    lower = [(frame.x(m), frame.y(v)) for m, v in zip(middle, waits.low, strict=True) if v is not None]
    points = " ".join(f"{x},{y}" for x, y in [*upper, *reversed(lower)])
    band = Markup('<polygon points="{}" fill="{}" fill-opacity=".22"/>').format(points, BLUE)
    lines = Markup('<path d="{}" fill="none" stroke="{}" stroke-width="2.2"/>').format(
        _path(frame, middle, waits.mean), BLUE
    )
    lines += Markup('<path d="{}" fill="none" stroke="{}" stroke-width="2" stroke-dasharray="5 3"/>').format(
        _path(frame, middle, waits.predicted), ORANGE
    )
    return _figure(frame, title, _axes(frame, language, every_min=120, ticks=nice_ticks(0, frame.most)) + band + lines)


def draw_legend(entries: Sequence[tuple[str, str]]) -> Markup:
    """Return a legend; each entry is a text and ``line``, ``dashed`` or ``band``."""
    marks = {
        "line": Markup('<path d="M1 5H25" stroke="{}" stroke-width="2.5"/>').format(BLUE),
        "dashed": Markup('<path d="M1 5H25" stroke="{}" stroke-width="2.5" stroke-dasharray="5 3"/>').format(ORANGE),
        "band": Markup('<rect x="1" y="0" width="24" height="10" fill="{}" fill-opacity=".22"/>').format(BLUE),
    }
    rows = Markup("").join(
        Markup('<li><svg width="26" height="10" aria-hidden="true">{}</svg>{}</li>').format(marks[kind], text)
        for text, kind in entries
    )
    return Markup('<ul class="legend">{}</ul>\n').format(rows)


def _figure(frame: _Frame, title: str, content: Markup) -> Markup:
    return Markup(
        '<svg class="chart" style="max-width:{}px" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<text x="4" y="14" font-weight="600">{}</text>{}</svg>\n'
    ).format(frame.wide, frame.wide, frame.high, title, title, content)


def _axes(frame: _Frame, language: str, *, every_min: int, ticks: Sequence[float]) -> Markup:
    floor = frame.y(0)
    parts = [
        Markup(
            '<path class="grid" d="M{} {}H{}"/><text class="faint" x="{}" y="{}" text-anchor="end">{}</text>'
        ).format(
            frame.left,
            frame.y(tick),
            frame.wide - frame.right,
            frame.left - 6,
            frame.y(tick) + 4,
            number(tick, language, 2),
        )
        for tick in ticks
    ]
    first = int(-(-frame.first // every_min) * every_min)
    parts += [
        Markup(
            '<path class="axis" d="M{} {}v4"/><text class="faint" x="{}" y="{}" text-anchor="middle">{}</text>'
        ).format(frame.x(minute), floor, frame.x(minute), floor + 17, f"{minute // 60:02d}:00")
        for minute in range(first, int(frame.last) + 1, every_min)
    ]
    parts.append(Markup('<path class="axis" d="M{} {}H{}"/>').format(frame.left, floor, frame.wide - frame.right))
    return Markup("").join(parts)


def _whole(most: float) -> list[float]:
    step = max(1, round(most / 4))
    return [float(value) for value in range(0, int(most) + 1, step)]


def _ceiling(most: float) -> float:
    step = max(1, round(most / 4))
    return float(-(-int(most + 0.999) // step) * step)


def _stairs(frame: _Frame, starts: Sequence[int], interval_min: int, values: Steps) -> str:
    parts: list[str] = []
    for start, value in zip(starts, values, strict=True):
        y = frame.y(value or 0.0)
        parts += [f"{frame.x(start)} {y}", f"{frame.x(start + interval_min)} {y}"]
    return "M" + "L".join(parts)


def _path(frame: _Frame, minutes: Sequence[float], values: Steps) -> str:
    """Return a line with gaps where a value is unknown."""
    parts: list[str] = []
    broken = True
    for minute, value in zip(minutes, values, strict=True):
        if value is None:
            broken = True
            continue
        parts.append(f"{'M' if broken else 'L'}{frame.x(minute)} {frame.y(value)}")
        broken = False
    return "".join(parts)
