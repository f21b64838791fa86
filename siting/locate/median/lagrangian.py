r"""Bound the p-median from below by relaxing its assignment constraints, and fix candidates by what they would cost.

With multipliers λ_i for "demand point i is assigned once", c_ij the weighted cost (Cornuéjols, Fisher and Nemhauser,
1977), and μ_r for the rules ``low_r ≤ a_r · y ≤ high_r``, of either sign, with b_r = high_r where μ_r > 0, else low_r::

    ρ_j(λ, μ) = Σ_i min(0, c_ij − λ_i) + Σ_r μ_r a_rj
    L(λ, μ)   = Σ_i λ_i − Σ_r μ_r b_r + min { Σ_{j ∈ S} ρ_j : |S| = p, S ∩ G ≠ ∅ for every G, locks hold }

where the G are disjoint groups that branching asks for; where p is open, any number may be in S. L is a lower bound
for every λ and μ. A demand point may always stay unserved at its limit u_i, so λ_i ≤ u_i loses nothing. A few
subgradient steps (Held, Wolfe and Crowder, 1974) bring the multipliers near, the volume algorithm (Barahona and
Anbil, 2000) to the bound of the linear relaxation; its mean of the chosen sets, the *share*, is near a solution of
that. If opening j ∉ S in exchange for the dearest that may leave S brings L to
the price of a known plan, no better plan opens j; likewise for shutting j ∈ S (`choice`).

The bound is lowered by what rounding may have added to the sums.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outlet.compiled import compiled, kernel, nested
from siting.locate.median.choice import Choice, choose_sites, limits_of_swap
from siting.locate.median.near import Flags, Floats, Nearest
from siting.locate.problem.fill import fill
from siting.locate.problem.sides import Sides

BEST, SCALE, MIXING, FAILED, COUNT, MARK = 0, 1, 2, 3, 4, 5
PERIOD = 40
MOMENTUM = 0.7
ROUNDING = 2.3e-16


class Relaxed(NamedTuple):
    """A problem to be bounded; ``weight`` says how much more a row's multiplier moves than a demand point's.

    ``charge``, shape (m,), is what it costs to open a candidate.
    """

    near: Nearest
    sides: Sides
    choice: Choice
    charge: Floats
    weight: Floats


class Trial(NamedTuple):
    """Multipliers λ and μ that are tried, the prices and the set they lead to, and what that serves and uses."""

    value: Floats
    rows: Floats
    prices: Floats
    chosen: Flags
    slope: Floats
    activity: Floats


class Multipliers(NamedTuple):
    """State of the ascent, changed in place.

    ``value`` and ``rows`` are λ, shape (n,), and μ, shape (r,), of the best bound; ``next_value`` and ``next_rows``
    those a climb goes on from; ``smooth`` and ``activity`` the mean residuals of the demand points and mean values of
    the rows; ``share`` how often each candidate was chosen of late, shape (m,). ``state`` has the best bound, the step
    scale, the mixing, the failures, and of a period the steps and the bound at its start.
    """

    value: Floats
    rows: Floats
    next_value: Floats
    next_rows: Floats
    smooth: Floats
    activity: Floats
    share: Floats
    state: Floats


def begin(value: Floats, rows: Floats, m: int, *, scale: float = 1.0, mixing: float = 0.1) -> Multipliers:
    """Return the state of an ascent from λ and μ, with the first step scale and the most a new set counts."""
    state = np.array([-np.inf, scale, mixing, 0.0, 0.0, -np.inf])
    return Multipliers(
        value.copy(), rows.copy(), value.copy(), rows.copy(),
        np.zeros(len(value)), np.zeros(len(rows)), np.zeros(m), state,
    )  # fmt: skip


def relaxed(near: Nearest, sides: Sides, choice: Choice, charge: Floats | None = None) -> Relaxed:
    """Return the problem with the weights of its rows: prices are larger than costs, and rows in units of their own."""
    largest = np.zeros(len(sides.low))
    np.maximum.at(largest, sides.row, np.abs(sides.value))
    spread = max(1.0, len(near.limit) / max(1, choice.p))
    charge = np.zeros(len(choice.lower)) if charge is None else charge
    return Relaxed(near, sides, choice, charge, spread / np.where(largest > 0.0, largest, 1.0) ** 2)


@kernel
def site_prices(relaxed: Relaxed, value: Floats, rows: Floats, prices: Floats) -> float:
    """Fill ρ, shape (m,); return Σ λ − Σ μ b."""
    near, sides = relaxed.near, relaxed.sides
    fill(prices, relaxed.charge)
    total = 0.0
    for i in range(len(value)):
        top = value[i]
        total += top
        for at in range(near.start[i], near.start[i + 1]):
            saved = near.cost[at] - top
            if saved >= 0.0:
                break
            prices[near.candidate[at]] += saved
    for row in range(len(rows)):
        if rows[row] > 0.0:
            total -= rows[row] * sides.high[row]
        elif rows[row] < 0.0:
            total -= rows[row] * sides.low[row]
    if len(rows) > 0:
        for j in range(len(prices)):
            for at in range(sides.start[j], sides.start[j + 1]):
                prices[j] += rows[sides.row[at]] * sides.value[at]
    return total


@nested
def bound_of(relaxed: Relaxed, trial: Trial) -> float:
    """Fill prices and chosen set for multipliers and return the bound, less what rounding may have added to it."""
    sides, rows, prices = relaxed.sides, trial.rows, trial.prices
    total = site_prices(relaxed, trial.value, rows, prices)
    size = abs(total)
    for row in range(len(rows)):
        if rows[row] != 0.0:
            size += 2.0 * abs(rows[row] * (sides.high[row] if rows[row] > 0.0 else sides.low[row]))
    total += choose_sites(prices, relaxed.choice, trial.chosen)
    for j in range(len(prices)):
        if trial.chosen[j]:
            size += abs(prices[j]) + 2.0 * relaxed.charge[j]
            for at in range(sides.start[j], sides.start[j + 1]):
                size += 2.0 * abs(rows[sides.row[at]] * sides.value[at])
    return total - ROUNDING * (len(trial.value) + len(prices)) * size


@kernel
def _fill_slope(relaxed: Relaxed, trial: Trial) -> None:
    near, sides = relaxed.near, relaxed.sides
    trial.slope[:] = 1.0
    trial.activity[:] = 0.0
    for j in range(len(trial.chosen)):
        if not trial.chosen[j]:
            continue
        for at in range(near.by_start[j], near.by_start[j + 1]):
            i = near.by_point[at]
            if near.by_cost[at] < trial.value[i]:
                trial.slope[i] -= 1.0
        for at in range(sides.start[j], sides.start[j + 1]):
            trial.activity[sides.row[at]] += sides.value[at]


@kernel
def _row_slope(sides: Sides, activity: Floats, rows: Floats, row: int) -> float:
    """Return how the bound changes with a row's multiplier."""
    if rows[row] > 0.0 or (rows[row] == 0.0 and activity[row] > sides.high[row]):
        return float(activity[row] - sides.high[row])
    if rows[row] < 0.0 or activity[row] < sides.low[row]:
        return float(activity[row] - sides.low[row])
    return 0.0


@kernel
def _is_stuck(slope: float, value: float, limit: float) -> bool:
    return (value >= limit and slope > 0.0) or (value <= 0.0 and slope < 0.0)


@kernel
def _norm(relaxed: Relaxed, value: Floats, rows: Floats, slope: Floats, activity: Floats) -> float:
    total = 0.0
    for i in range(len(value)):
        if not _is_stuck(slope[i], value[i], relaxed.near.limit[i]):
            total += slope[i] * slope[i]
    for row in range(len(rows)):
        total += relaxed.weight[row] * _row_slope(relaxed.sides, activity, rows, row) ** 2
    return total


@kernel
def _move_rows(relaxed: Relaxed, rows: Floats, activity: Floats, step: float, to: Floats) -> None:
    for row in range(len(rows)):
        moved = rows[row] + step * relaxed.weight[row] * _row_slope(relaxed.sides, activity, rows, row)
        if (rows[row] > 0.0 and moved < 0.0) or (rows[row] < 0.0 and moved > 0.0):
            moved = 0.0
        if (moved > 0.0 and relaxed.sides.high[row] == np.inf) or (moved < 0.0 and relaxed.sides.low[row] == -np.inf):
            moved = 0.0
        to[row] = moved


@nested
def _trial_of(relaxed: Relaxed, known: Multipliers) -> Trial:
    m, n, r = len(known.share), len(known.value), len(known.rows)
    return Trial(
        known.value.copy(), known.rows.copy(), np.zeros(m), np.zeros(m, dtype=np.bool_), np.zeros(n), np.zeros(r)
    )


@kernel
def _keep(known: Multipliers, trial: Trial, bound: float) -> None:
    known.state[BEST] = bound
    fill(known.value, trial.value)
    fill(known.rows, trial.rows)


@compiled
def climb(relaxed: Relaxed, known: Multipliers, price: float, steps: int) -> Flags:
    """Make subgradient steps towards ``price``; return the last chosen set, shape (m,)."""
    trial, limit = _trial_of(relaxed, known), relaxed.near.limit
    trial.value[:] = known.next_value
    trial.rows[:] = known.next_rows
    for _ in range(steps):
        bound = bound_of(relaxed, trial)
        known.state[FAILED] = (
            0.0 if bound > known.state[BEST] + 1e-7 * abs(known.state[BEST]) else (known.state[FAILED] + 1.0)
        )
        if bound > known.state[BEST]:
            _keep(known, trial, bound)
        if bound >= price:
            break
        if known.state[FAILED] >= 30.0:
            known.state[SCALE] *= 0.8
            known.state[FAILED] = 0.0
            trial.value[:] = known.value
            trial.rows[:] = known.rows
            known.smooth[:] = 0.0
            continue
        _fill_slope(relaxed, trial)
        for i in range(len(limit)):
            known.smooth[i] = trial.slope[i] + MOMENTUM * known.smooth[i]
            if _is_stuck(known.smooth[i], trial.value[i], limit[i]):
                known.smooth[i] = 0.0
        norm = _norm(relaxed, trial.value, trial.rows, known.smooth, trial.activity)
        if norm == 0.0:
            break
        step = known.state[SCALE] * (price - bound) / norm
        for i in range(len(limit)):
            trial.value[i] = min(limit[i], max(0.0, trial.value[i] + step * known.smooth[i]))
        _move_rows(relaxed, trial.rows, trial.activity, step, trial.rows)
    known.next_value[:] = trial.value
    known.next_rows[:] = trial.rows
    return trial.chosen


@compiled
def begin_settling(relaxed: Relaxed, known: Multipliers) -> None:
    """Begin the volume algorithm at the best multipliers."""
    trial = _trial_of(relaxed, known)
    known.state[BEST] = max(known.state[BEST], bound_of(relaxed, trial))
    known.state[COUNT], known.state[MARK] = 0.0, known.state[BEST]
    _fill_slope(relaxed, trial)
    known.smooth[:] = trial.slope
    known.activity[:] = trial.activity
    for j in range(len(known.share)):
        known.share[j] = 1.0 if trial.chosen[j] else 0.0


@kernel
def _mix(known: Multipliers, trial: Trial) -> float:
    """Mix the set of a trial into the means, so that they become as small as they can; return how far it agreed."""
    own, cross, mean = 0.0, 0.0, 0.0
    for i in range(len(trial.slope)):
        own += trial.slope[i] * trial.slope[i]
        cross += trial.slope[i] * known.smooth[i]
        mean += known.smooth[i] * known.smooth[i]
    between, most = own - 2.0 * cross + mean, known.state[MIXING]
    part = min(most, max(most / 10.0, (mean - cross) / between)) if between > 0.0 else most
    for i in range(len(trial.slope)):
        known.smooth[i] += part * (trial.slope[i] - known.smooth[i])
    for row in range(len(trial.activity)):
        known.activity[row] += part * (trial.activity[row] - known.activity[row])
    for j in range(len(trial.chosen)):
        known.share[j] += part * ((1.0 if trial.chosen[j] else 0.0) - known.share[j])
    return cross


@compiled
def settle(relaxed: Relaxed, known: Multipliers, price: float, steps: int) -> bool:
    """Make steps of the volume algorithm towards ``price``; tell whether more are worth while.

    Each starts from the best multipliers in the direction of the mean residual.
    """
    trial, limit = _trial_of(relaxed, known), relaxed.near.limit
    for _ in range(steps):
        norm = _norm(relaxed, known.value, known.rows, known.smooth, known.activity)
        if norm < 1e-12 * len(limit):
            return False
        step = known.state[SCALE] * max(price - known.state[BEST], 0.0) / norm
        for i in range(len(limit)):
            trial.value[i] = min(limit[i], max(0.0, known.value[i] + step * known.smooth[i]))
        _move_rows(relaxed, known.rows, known.activity, step, trial.rows)
        bound = bound_of(relaxed, trial)
        _fill_slope(relaxed, trial)
        agreed = _mix(known, trial)
        if bound > known.state[BEST]:
            _keep(known, trial, bound)
            known.state[FAILED] = 0.0
            if agreed > 0.0:
                known.state[SCALE] = min(2.0, known.state[SCALE] * 1.1)
        else:
            known.state[FAILED] += 1.0
            if known.state[FAILED] >= 20.0:
                known.state[SCALE] *= 0.66
                known.state[FAILED] = 0.0
        if known.state[BEST] >= price or not _is_worth_while(known, price):
            return False
    return True


@kernel
def _is_worth_while(known: Multipliers, price: float) -> bool:
    """Mix less where a period gained little; tell whether that may still help."""
    known.state[COUNT] += 1.0
    if known.state[COUNT] < PERIOD:
        return True
    gained, missing = known.state[BEST] - known.state[MARK], price - known.state[MARK]
    if gained < 0.002 * missing:
        known.state[MIXING] *= 0.5
    known.state[COUNT], known.state[MARK] = 0.0, known.state[BEST]
    return bool(gained > 1e-4 * missing or known.state[MIXING] > 0.01)


@compiled
def fix_sites(relaxed: Relaxed, known: Multipliers, lower: Floats, upper: Floats, price: float) -> int:
    """Lock in ``lower`` and ``upper``, in place, what no plan cheaper than ``price`` does; return how many."""
    trial, choice = _trial_of(relaxed, known), relaxed.choice
    bound = bound_of(relaxed, trial)
    if bound == np.inf:
        return 0
    prices, chosen = trial.prices, trial.chosen
    out, come, group_out, group_come = limits_of_swap(choice, prices, chosen)
    count = 0
    for j in range(len(prices)):
        if choice.lower[j] == 1.0 or choice.upper[j] == 0.0:
            continue
        group = choice.group[j]
        leaves = out if group < 0 else group_out[group]
        comes = come if group < 0 else group_come[group]
        if not chosen[j] and bound + prices[j] - leaves >= price:
            upper[j] = 0.0
            count += 1
        elif chosen[j] and bound - prices[j] + comes >= price:
            lower[j] = 1.0
            count += 1
    return count
