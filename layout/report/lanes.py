"""Draw a day in rows over its hours: who is there (`draw_roster`), and how busy posts and machines are (`draw_busy`).

Names and figures are text beside a drawing that stretches, so that they stay legible on narrow screens and in print.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from outlet.page.figures import percent
from outlet.page.rows import axis_of, colour_at, figure_of, grid_at, legend_of, row_of

HOUR = 60
MOST_MARKS = 6
GAP = 0.15
"""Room left between cells, per cent of the day."""


@dataclass(frozen=True)
class Turn:
    """One person's turn: name, post, and minutes of the day from and to which he is there, breaks left out."""

    name: str
    post: str
    spans: tuple[tuple[int, int], ...]

    @property
    def clock(self) -> str:
        """Return its ends as HH:MM."""
        begin, end = self.spans[0][0], self.spans[-1][1]
        return f"{_clock(begin)}–{_clock(end)}"


def draw_roster(title: str, turns: Sequence[Turn]) -> Markup:
    """Return a row a person, coloured by post; texts are escaped."""
    first, last = min(turn.spans[0][0] for turn in turns), max(turn.spans[-1][1] for turn in turns)
    places = _places(first, last)
    posts = list(dict.fromkeys(turn.post for turn in turns))
    rows = Markup("").join(
        row_of(
            turn.name,
            grid_at([place for place, _ in places])
            + Markup("").join(
                _bar(first, last, *span, colour_at(posts.index(turn.post)), f"{turn.post} {turn.clock}")
                for span in turn.spans
            ),
            turn.clock,
            f"{turn.post}, {', '.join(f'{_clock(a)}–{_clock(b)}' for a, b in turn.spans)}",
        )
        for turn in turns
    )
    return figure_of(title, rows + axis_of(places), legend_of(posts), "day")


def draw_busy(
    title: str,
    starts: Sequence[int],
    interval_min: int,
    busy: Sequence[tuple[str, Sequence[float | None]]],
    language: str,
) -> Markup:
    """Return a row a post or kind of machine: the darker an interval, the busier; at the end its mean.

    Parameters
    ----------
    title
        Above the rows; escaped here, as the names are.
    starts, interval_min
        Minute of the day of each interval, and its length.
    busy
        Name and share of time busy by interval, None where nobody is there.
    language
        Of the figures.
    """
    first, last = starts[0], starts[-1] + interval_min
    rows = Markup("")
    for name, shares in busy:
        known = [share for share in shares if share is not None]
        cells = Markup("").join(
            _bar(first, last, start, start + interval_min, _shade(share), f"{_clock(start)} {percent(share, language)}")
            for start, share in zip(starts, shares, strict=True)
            if share is not None
        )
        mean = percent(sum(known) / len(known), language) if known else "–"
        told = f"{percent(min(known), language)}–{percent(max(known), language)}" if known else "–"
        rows += row_of(name, cells, mean, told)
    return figure_of(title, rows + axis_of(_places(first, last)), Markup(""), "day")


def _bar(first: int, last: int, begin: int, end: int, colour: str, told: str) -> Markup:
    left = 100 * (begin - first) / (last - first)
    wide = max(100 * (end - begin) / (last - first) - GAP, 0.1)
    return Markup('<path fill="{}" d="M{} 1h{}v8h-{}Z"><title>{}</title></path>').format(
        colour, round(left, 2), round(wide, 2), round(wide, 2), told
    )


def _marks(first: int, last: int) -> list[int]:
    """Return the full hours that stand below the rows: few enough for a narrow screen."""
    hours = (last - first) / HOUR
    every = next(step for step in (1, 2, 3, 4, 6, 12, 24) if hours / step <= MOST_MARKS) * HOUR
    return list(range(-(-first // every) * every, last + 1, every))


def _places(first: int, last: int) -> list[tuple[float, str]]:
    """Return where the marked hours lie, per cent of the day, and which they are."""
    return [(round(100 * (mark - first) / (last - first), 2), str(mark // HOUR)) for mark in _marks(first, last)]


def _shade(share: float) -> str:
    """Return a blue from nearly white, idle, to nearly black, always busy; light and dark tell it without colour."""
    full = min(max(share, 0.0), 1.0)
    pale, deep = (226, 236, 243), (5, 48, 82)
    return "#" + "".join(f"{round(a + (b - a) * full):02x}" for a, b in zip(pale, deep, strict=True))


def _clock(minute: int) -> str:
    return f"{minute // HOUR % 24:02d}:{minute % HOUR:02d}"
