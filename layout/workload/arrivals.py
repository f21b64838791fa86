"""Say how many visitors come in each interval of each weekday, by service.

A day's visits are V·f(w)/mean(f over open weekdays), V the visits of a mean open day and f the weekday factors; they
spread over the day by 48 half-hourly weights, evenly inside a half hour, cut to the opening hours and scaled back to
the day's total. Counted visits, where given, replace both pattern and level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from layout.workload.services import HALF_HOURS, Catalogue
from outlet.errors import InputError
from outlet.handover import WEEKDAYS, Weekday, minute_of_day

Floats = NDArray[np.float64]
DAY_MIN = 1440
NORMAL_95 = 1.959963984540054
Hours = Mapping[Weekday, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Arrivals:
    """Expected visits of a week.

    Parameters
    ----------
    interval_min
        Length of an interval, minutes; a day has 1440 / interval_min of them.
    open_share
        Shape (7, T): share of an interval of a weekday (Monday first) during which the outlet is open.
    visits
        Shape (7, T, S): expected visits by service of the catalogue, in its order.
    notes
        What was assumed.
    level_cv
        Coefficient of variation of a day's level beyond what visits by chance explain; 0 where nothing was counted.
    observed
        Shape (7,): days counted by weekday; zeros where the visits rest on no counts of this outlet.
    """

    interval_min: int
    open_share: Floats
    visits: Floats
    notes: tuple[str, ...] = ()
    level_cv: float = 0.0
    observed: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(WEEKDAYS), dtype=np.int64))

    def margin(self, visits: Floats) -> Floats:
        """Return half of the 95 % confidence interval of visits an interval, shape (7, T); NaN without two days.

        The mean of n counted days has the variance (λ + (cv·λ)²)/n: chance, and the level of the days.
        """
        days = np.where(self.observed > 1, self.observed, np.nan)[:, None]
        return np.asarray(NORMAL_95 * np.sqrt((visits + (self.level_cv * visits) ** 2) / days))

    @property
    def open_days(self) -> NDArray[np.int64]:
        """Positions of the weekdays on which the outlet opens at all."""
        return np.flatnonzero(self.open_share.any(axis=1)).astype(np.int64)

    def start_of(self, interval: int) -> str:
        """Return the start of an interval as HH:MM."""
        minute = interval * self.interval_min
        return f"{minute // 60:02d}:{minute % 60:02d}"

    @property
    def day_total(self) -> Floats:
        """Shape (7,): expected visits a weekday."""
        return np.asarray(self.visits.sum(axis=(1, 2)), dtype=np.float64)


def open_minutes(hours: Hours) -> NDArray[np.bool_]:
    """Return shape (7, 1440): whether the outlet is open in a minute of a weekday."""
    found = np.zeros((len(WEEKDAYS), DAY_MIN), dtype=np.bool_)
    for day, name in enumerate(WEEKDAYS):
        for opens, closes in hours.get(name, ()):
            found[day, minute_of_day(opens) : minute_of_day(closes)] = True
    return found


def expected_arrivals(
    catalogue: Catalogue,
    hours: Hours,
    visits_per_day: float,
    *,
    interval_min: int = 30,
    shares: Sequence[float] = (),
    weekday_factors: Mapping[Weekday, float] | None = None,
) -> Arrivals:
    """Spread a mean day's visits over the week.

    Parameters
    ----------
    catalogue
        Gives the shares of services, and the pattern where ``shares`` or ``weekday_factors`` do not.
    hours
        Opening hours by weekday.
    visits_per_day
        Visits of a mean open day.
    interval_min
        Length of an interval, minutes.
    shares
        48 shares of a day's visits, one a half hour from midnight, or none to use the catalogue's profile.
    weekday_factors
        Visits of a weekday against the mean open day.

    Raises
    ------
    InputError
        When the outlet never opens, or all visits fall outside its opening hours.
    """
    is_open = open_minutes(hours)
    days = np.flatnonzero(is_open.any(axis=1))
    if not len(days):
        raise InputError("opening_hours: the outlet never opens; expected at least one weekday with hours")
    factors = dict(catalogue.day.weekday_factors) | dict(weekday_factors or {})
    weight = np.array([factors.get(name, 1.0) for name in WEEKDAYS])
    if weight[days].sum() <= 0:
        raise InputError("weekday_factors: all open weekdays have factor 0; expected at least one above")
    weight = weight / weight[days].mean()
    service_share = np.array([catalogue.shares[service.id] for service in catalogue.services])
    minutes = np.zeros(is_open.shape)
    lost: list[str] = []
    for day in days:
        half_hours = np.asarray(shares or profile_of(catalogue, WEEKDAYS[day]), dtype=np.float64)
        pattern = np.repeat(half_hours / 30.0, 30)
        inside = pattern * is_open[day]
        if inside.sum() <= 0:
            inside = is_open[day].astype(np.float64)
            lost.append(WEEKDAYS[day])
        minutes[day] = visits_per_day * weight[day] * inside / inside.sum()
    note = f"{', '.join(lost)}: the pattern of visits has none while open; visits spread evenly over the opening hours"
    return Arrivals(
        interval_min=interval_min,
        open_share=is_open.reshape(len(WEEKDAYS), -1, interval_min).mean(axis=2),
        visits=minutes.reshape(len(WEEKDAYS), -1, interval_min).sum(axis=2)[:, :, None] * service_share,
        notes=(note,) if lost else (),
    )


def profile_of(catalogue: Catalogue, day: Weekday) -> tuple[float, ...]:
    """Return the catalogue's 48 weights of a weekday; even ones where it has none."""
    for profile in catalogue.day.profiles:
        if day in profile.days:
            return profile.shares()
    return (1.0,) * HALF_HOURS


def counted_arrivals(
    catalogue: Catalogue, hours: Hours, counts: Floats, *, interval_min: int = 30, level: float | None = None
) -> Arrivals:
    """Turn mean counts into expected visits.

    Parameters
    ----------
    catalogue
        Splits visits whose service was not counted.
    hours
        Opening hours by weekday; counts outside them are dropped and told.
    counts
        Shape (7, 48, S + 1): mean visits of a half hour of a weekday by service; the last column holds visits of
        unknown service.
    interval_min
        Length of an interval, minutes.
    level
        Visits of a mean open day to scale the pattern to, or None to keep the counts' level.

    Raises
    ------
    InputError
        When nothing was counted while the outlet is open.
    """
    is_open = open_minutes(hours)
    share = np.array([catalogue.shares[service.id] for service in catalogue.services])
    by_service = counts[:, :, :-1] + counts[:, :, -1:] * share
    minutes = np.repeat(by_service / 30.0, 30, axis=1)
    inside = minutes * is_open[:, :, None]
    total, kept = float(minutes.sum()), float(inside.sum())
    if kept <= 0:
        raise InputError("visits: nothing was counted during the opening hours; check the times and opening_hours")
    days = np.flatnonzero(is_open.any(axis=1))
    notes: list[str] = []
    if total - kept > 1e-9:
        notes.append(
            f"{(total - kept) / total:.1%} of the counted visits lie outside the opening hours and are dropped"
        )
    if level is not None:
        inside = inside * (level * len(days) / kept)
    return Arrivals(
        interval_min=interval_min,
        open_share=is_open.reshape(len(WEEKDAYS), -1, interval_min).mean(axis=2),
        visits=inside.reshape(len(WEEKDAYS), -1, interval_min, share.size).sum(axis=2),
        notes=tuple(notes),
    )
