r"""Bound maximal covering from above by the linear relaxation, solved on the candidates and one price a demand point.

With a_j the share of a demand point that candidate j covers, c_i ≤ 1 what of point i may still be covered, and rows
r ≤ R y ≤ r' of further rules::

    max_{y ∈ Y}  min_{0 ≤ λ_i ≤ w_i, μ}   Σ_i c_i (w_i − λ_i) + h(μ) + Σ_j y_j ρ_j
    ρ_j = a_j Σ_{i ∋ j} λ_i − (R' μ)_j,      h(μ) = Σ_r max(r'_r μ_r, r_r μ_r),      Y = {0 ≤ y ≤ 1, Σ_j y_j = p}

Every (λ, μ) gives a bound, Σ c (w − λ) + h(μ) + the p largest ρ (without p: all ρ above 0), whatever the solver did:
it is the Lagrangian bound, whose best value is that of the linear relaxation (Cordeau, Furini and Ljubić, 2019, show
its projection on the candidates). The saddle point is found by the primal-dual hybrid gradient method (Chambolle and
Pock, 2011) with diagonal steps, reflected and pulled towards the point of the last restart (Halpern; Lu and Yang,
2024; restarts and the balance of primal and dual steps as in PDLP, Applegate et al., 2021). It gives y, too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outlet.compiled import compiled, kernel, nested
from siting.locate.cover.reach import Floats, Ints, Reach
from siting.locate.problem.fill import fill

TOLERANCE = 1e-5
NEAR = 0.02
"""Part of what the bound is above the target that its distance from the relaxation's value may be."""

_BLOCK = 512
_TINY = 1e-300


class Rules(NamedTuple):
    """Rows over the candidates beside their number, by row, with the length of steps of a row's price, shape (r,)."""

    start: Ints
    column: Ints
    value: Floats
    low: Floats
    high: Floats
    step: Floats


class Point(NamedTuple):
    """A place in the search for the saddle point: y, λ, μ, and what follows of them: ρ, cover Σ a y, and R y."""

    y: Floats
    price: Floats
    rule_price: Floats
    gain: Floats
    cover: Floats
    activity: Floats


class Saddle(NamedTuple):
    """State of the method: where it is, was at the last restart, goes next, and the best of each, changed in place.

    ``mark`` is (balance of steps, steps since the restart, residual after it, residual of the last step, steps, best
    bound, best value of a y); ``size`` is the weight each candidate reaches, and ``degree`` the share that reaches each
    point, both of which set the length of steps.
    """

    now: Point
    begun: Point
    next: Point
    best: Point
    mark: Floats
    size: Floats
    degree: Floats


@nested
def _point(n: int, m: int, r: int) -> Point:
    return Point(np.zeros(m), np.zeros(n), np.zeros(r), np.zeros(m), np.zeros(n), np.zeros(r))


@kernel
def _copy(of: Point, to: Point) -> None:
    fill(to.y, of.y)
    fill(to.price, of.price)
    fill(to.rule_price, of.rule_price)
    fill(to.gain, of.gain)
    fill(to.cover, of.cover)
    fill(to.activity, of.activity)


@kernel
def _fill_gain(reach: Reach, rules: Rules, at: Point) -> None:
    for j in range(len(at.gain)):
        total = 0.0
        for entry in range(reach.by_start[j], reach.by_start[j + 1]):
            total += at.price[reach.by_point[entry]]
        at.gain[j] = reach.share[j] * total - reach.charge[j]
    for row in range(len(rules.low)):
        if at.rule_price[row] != 0.0:
            for entry in range(rules.start[row], rules.start[row + 1]):
                at.gain[rules.column[entry]] -= rules.value[entry] * at.rule_price[row]


@nested
def _fill_cover(reach: Reach, rules: Rules, at: Point) -> None:
    some = reach.share * at.y
    for i in range(len(at.cover)):
        total = 0.0
        for entry in range(reach.start[i], reach.start[i + 1]):
            total += some[reach.candidate[entry]]
        at.cover[i] = total
    for row in range(len(rules.low)):
        total = 0.0
        for entry in range(rules.start[row], rules.start[row + 1]):
            total += rules.value[entry] * at.y[rules.column[entry]]
        at.activity[row] = total


@compiled
def begin(reach: Reach, rules: Rules, y: Floats, price: Floats, rule_price: Floats, balance: float) -> Saddle:
    """Return the state that begins at y, λ and μ; ``balance`` is 1 or what a search of a like problem ended with."""
    n, m, r = len(reach.weight), len(y), len(rules.low)
    size, degree = np.zeros(m), np.zeros(n)
    for j in range(m):
        for entry in range(reach.by_start[j], reach.by_start[j + 1]):
            size[j] += reach.share[j] * reach.weight[reach.by_point[entry]]
            degree[reach.by_point[entry]] += reach.share[j]
    for row in range(r):
        slopes = np.abs(rules.value[rules.start[row] : rules.start[row + 1]])
        size[rules.column[rules.start[row] : rules.start[row + 1]]] += rules.step[row] * slopes.sum() * slopes
    mark = np.array([balance, 0.0, 0.0, np.inf, 0.0, np.inf, -np.inf])
    top = max(size.max(), _TINY) if m > 0 else 1.0
    state = Saddle(
        _point(n, m, r), _point(n, m, r), _point(n, m, r), _point(n, m, r), mark, np.maximum(size, 1e-9 * top), degree
    )
    state.now.y[:] = y
    state.now.price[:] = np.minimum(np.maximum(price, 0.0), reach.weight)
    state.now.rule_price[:] = rule_price
    _fill_gain(reach, rules, state.now)
    _fill_cover(reach, rules, state.now)
    _copy(state.now, state.begun)
    _copy(state.now, state.best)
    return state


@kernel
def _total(wish: Floats, length: Floats, level: float) -> tuple[float, float]:
    """Return Σ y at a level, and how fast it falls as the level rises."""
    total, slope = 0.0, 0.0
    for j in range(len(wish)):
        y = wish[j] - length[j] * level
        if y >= 1.0:
            total += 1.0
        elif y > 0.0:
            total += y
            slope += length[j]
    return total, slope


@nested
def _level(wish: Floats, length: Floats, p: int) -> float:
    """Return the level at which Σ y is p: Newton's steps, bisection where they leave the interval."""
    low, high = ((wish - 1.0) / length).min(), (wish / length).max()
    level = 0.5 * (low + high)
    for _ in range(60):
        total, slope = _total(wish, length, level)
        if abs(total - p) < 1e-10:
            break
        if total > p:
            low = level
        else:
            high = level
        level = level + (total - p) / slope if slope > 0.0 else low
        if not low < level < high:
            level = 0.5 * (low + high)
    return float(level)


@nested
def _project(wish: Floats, length: Floats, p: int, found: Floats) -> None:
    """Fill the nearest y of Y, in the norm in which j weighs 1 / ``length``."""
    level = _level(wish, length, p) if p >= 0 else 0.0
    for j in range(len(wish)):
        found[j] = min(1.0, max(0.0, wish[j] - length[j] * level))


@nested
def _step(reach: Reach, rules: Rules, state: Saddle, p: int) -> None:
    """Fill ``next`` with one step from ``now``: first y, then λ and μ against y drawn on."""
    now, to, balance = state.now, state.next, state.mark[0]
    length = 1.0 / (balance * state.size)
    _project(now.y + length * now.gain, length, p, to.y)
    _fill_cover(reach, rules, to)
    for i in range(len(to.price)):
        drawn = 2.0 * to.cover[i] - now.cover[i] - reach.room[i]
        price = now.price[i] - balance * reach.weight[i] * drawn / state.degree[i]
        to.price[i] = min(reach.weight[i], max(0.0, price))
    for row in range(len(to.rule_price)):
        step = balance * rules.step[row]
        wish = now.rule_price[row] + step * (2.0 * to.activity[row] - now.activity[row])
        if wish - step * rules.high[row] > 0.0:
            to.rule_price[row] = wish - step * rules.high[row]
        elif wish - step * rules.low[row] < 0.0:
            to.rule_price[row] = wish - step * rules.low[row]
        else:
            to.rule_price[row] = 0.0
    _fill_gain(reach, rules, to)


@nested
def _largest(gain: Floats, p: int) -> float:
    """Return the sum of the p largest, with p < 0 of all that are above 0."""
    if p < 0:
        return float(np.maximum(gain, 0.0).sum())
    if p == 0:
        return 0.0
    if p >= len(gain):
        return float(gain.sum())
    return float(np.partition(gain, len(gain) - p)[len(gain) - p :].sum())


@nested
def bound_of(reach: Reach, rules: Rules, at: Point, p: int) -> float:
    """Return the bound that λ and μ prove, given their ρ; added up in blocks, so that rounding stays small."""
    total = _largest(at.gain, p)
    for first in range(0, len(at.price), _BLOCK):
        block = 0.0
        for i in range(first, min(first + _BLOCK, len(at.price))):
            block += reach.room[i] * (reach.weight[i] - at.price[i])
        total += block
    for row in range(len(at.rule_price)):
        price = at.rule_price[row]
        if price > 0.0:
            total += price * rules.high[row]
        elif price < 0.0:
            total += price * rules.low[row]
    return float(total)


@nested
def _value_of(reach: Reach, at: Point) -> float:
    total = -float((reach.charge * at.y).sum())
    for i in range(len(at.cover)):
        total += reach.weight[i] * min(reach.room[i], at.cover[i])
    return total


@kernel
def _distances(reach: Reach, rules: Rules, state: Saddle, a: Point, b: Point) -> tuple[float, float]:
    """Return the squared distances of y and of the prices, in the norms of the steps."""
    apart, price = 0.0, 0.0
    for j in range(len(a.y)):
        apart += (a.y[j] - b.y[j]) ** 2 * state.size[j]
    for i in range(len(a.price)):
        price += (a.price[i] - b.price[i]) ** 2 * state.degree[i] / reach.weight[i]
    for row in range(len(a.rule_price)):
        price += (a.rule_price[row] - b.rule_price[row]) ** 2 / rules.step[row]
    return apart, price


@kernel
def _restart(reach: Reach, rules: Rules, state: Saddle) -> None:
    apart, price = _distances(reach, rules, state, state.next, state.begun)
    if apart > _TINY and price > _TINY:
        state.mark[0] = min(1e6, max(1e-6, np.sqrt(np.sqrt(price / apart) * state.mark[0])))
    _copy(state.next, state.now)
    _copy(state.next, state.begun)
    state.mark[1] = 0.0


@kernel
def _mix(now: Floats, to: Floats, begun: Floats, part: float) -> None:
    for at in range(len(now)):
        now[at] = part * (2.0 * to[at] - now[at]) + (1.0 - part) * begun[at]


@kernel
def _move(state: Saddle) -> None:
    """Reflect ``now`` at ``next`` and draw it to where the last restart was; what follows of y, λ and μ follows."""
    now, to, begun = state.now, state.next, state.begun
    part = (state.mark[1] + 1.0) / (state.mark[1] + 2.0)
    _mix(now.y, to.y, begun.y, part)
    _mix(now.price, to.price, begun.price, part)
    _mix(now.rule_price, to.rule_price, begun.rule_price, part)
    _mix(now.gain, to.gain, begun.gain, part)
    _mix(now.cover, to.cover, begun.cover, part)
    _mix(now.activity, to.activity, begun.activity, part)
    state.mark[1] += 1.0


@nested
def _note(reach: Reach, rules: Rules, state: Saddle, p: int) -> None:
    """Keep the bound and the y of ``next`` where they are better than the best."""
    bound = bound_of(reach, rules, state.next, p)
    if bound < state.mark[5]:
        state.mark[5] = bound
        state.best.price[:] = state.next.price
        state.best.rule_price[:] = state.next.rule_price
        state.best.gain[:] = state.next.gain
    value = _value_of(reach, state.next)
    if value > state.mark[6] or len(rules.low) > 0:
        state.mark[6] = value
        state.best.y[:] = state.next.y


@compiled
def descend(reach: Reach, rules: Rules, state: Saddle, p: int, target: float, steps: int) -> bool:
    """Make steps; tell whether more are of use: the bound is not below ``target``, nor is y as good as the bound."""
    for turn in range(steps):
        _step(reach, rules, state, p)
        state.mark[4] += 1.0
        if turn % 10 == 9 or turn == steps - 1:
            _note(reach, rules, state, p)
            if state.mark[5] < target:
                return False
            enough = max(TOLERANCE * abs(state.mark[5]), NEAR * min(state.mark[5] - target, abs(state.mark[5])))
            if len(rules.low) == 0 and state.mark[5] - state.mark[6] <= enough:
                return False
        apart, price = _distances(reach, rules, state, state.next, state.now)
        residual = np.sqrt(state.mark[0] * apart + price / state.mark[0])
        done, first, last = state.mark[1], state.mark[2], state.mark[3]
        if done == 0.0:
            state.mark[2] = residual
        state.mark[3] = residual
        if done > 0.0 and (
            residual <= 0.2 * first
            or (residual <= 0.8 * first and residual > last)
            or done >= 0.36 * state.mark[4] + 10.0
        ):
            _restart(reach, rules, state)
        else:
            _move(state)
    return True
