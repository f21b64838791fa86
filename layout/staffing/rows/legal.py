"""Judge one person's row of days while moves try it, compiled: the rules it breaks, and its price below contract."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layout.staffing.plan import Int
from outlet.compiled import kernel, uncounted

Float = NDArray[np.float64]
Bools = NDArray[np.bool_]


class RowRules(NamedTuple):
    """What each person's row must keep, and what it costs; the day off is the last option.

    ``cells``: price of an option, infinite where impossible (E, D, S + 1). ``follow``: whether a shift may follow
    another on the next day (S, S). ``paid``: minutes of an option (S + 1,). ``windows``, ``least``, ``most``: spans of
    days (W, 2) and minutes in them (E, W). ``short``: price of a minute below the least, −1 where that is forbidden.
    ``shift_max`` (E, S), ``run_max``, ``run_min``, ``off_min``, ``weekends_max``, ``sundays_max`` (E,): limits.
    ``weekend``: number of a day's weekend or −1, ``sunday``: whether it is one (D,). ``unpopular`` (S + 1,).
    """

    cells: Float
    follow: Bools
    paid: Int
    windows: Int
    least: Int
    most: Int
    short: float
    shift_max: Int
    run_max: Int
    run_min: Int
    off_min: Int
    weekends_max: Int
    sundays_max: Int
    weekend: Int
    sunday: Bools
    unpopular: Bools


@kernel
def _keeps_order(rules: RowRules, e: int, row: Int) -> bool:
    """Tell whether a row keeps what concerns single days, successions and runs of days."""
    off = rules.follow.shape[0]
    run, began = 0, 0
    for day in range(len(row)):
        option = row[day]
        working = option != off
        if rules.cells[e, day, option] == np.inf:
            return False
        if day > 0 and working != (row[day - 1] != off):
            if began > 0 and run < (rules.off_min[e] if working else rules.run_min[e]):
                return False
            run, began = 0, day
        elif day > 0 and working and not rules.follow[row[day - 1], option]:
            return False
        run += 1
        if working and run > rules.run_max[e]:
            return False
    return True


@kernel
def _keeps_counts(rules: RowRules, e: int, row: Int, found: Int, scratch: tuple[Int, Int]) -> bool:
    """Tell whether a row keeps limits of shifts, weekends and Sundays; fill in what is compared, and its minutes."""
    often, minutes = scratch
    often[:] = 0
    minutes[:] = 0
    found[:] = 0
    sundays, last = 0, -1
    for day in range(len(row)):
        option = row[day]
        if option == rules.follow.shape[0]:
            continue
        often[option] += 1
        if often[option] > rules.shift_max[e, option]:
            return False
        if rules.weekend[day] >= 0 and rules.weekend[day] != last:
            last = rules.weekend[day]
            found[1] += 1
        sundays += rules.sunday[day]
        found[0] += rules.paid[option]
        found[2] += rules.unpopular[option]
    for window in range(len(minutes)):
        for day in range(rules.windows[window, 0], rules.windows[window, 1] + 1):
            minutes[window] += rules.paid[row[day]]
    within: bool = found[1] <= rules.weekends_max[e] and sundays <= rules.sundays_max[e]
    return within


@uncounted
def measure(rules: RowRules, e: int, row: Int, found: Int, scratch: tuple[Int, Int]) -> float:
    """Return the price of minutes below contract of a row (D,), −1 where it breaks a rule; fill in what is compared.

    ``scratch`` is room to count shifts (S,) and minutes (W,) in.
    """
    if not _keeps_order(rules, e, row) or not _keeps_counts(rules, e, row, found, scratch):
        return -1.0
    short = 0.0
    minutes = scratch[1]
    for window in range(len(minutes)):
        below = rules.least[e, window] - minutes[window]
        if minutes[window] > rules.most[e, window] or (below > 0 and rules.short < 0):
            return -1.0
        short += rules.short * max(below, 0)
    return short
