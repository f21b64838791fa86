"""Find good sets for max capture: greedy addition and interchange that touch only the demand points that change.

The gains of all candidates are kept up to date while outlets open and shut (`pull.shift`), so that trying every
exchange for one open outlet costs what its own demand points cost. An outlet is exchanged for the best other one as
soon as that is better, until no outlet has a better exchange (Teitz and Bart, 1968). A set stays allowed throughout.
Where the number of outlets is left open, an outlet is also given up for all that the money then pays for. Then a few
outlets of the best set are exchanged at random, and the search goes on from there (iterated local search).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from outlet.compiled import compiled
from siting.locate.capture.pull import Flags, Floats, Pull, gain_of, gains_of, pull_of, shift, won_with
from siting.locate.problem.plan import Positions
from siting.locate.problem.sides import Sides, activity_of, do_swap, may_swap

LEAST_GAIN = 1e-11
"""Share of what is won by which an exchange must be better."""
KICKED = 4
"""Outlets exchanged at random in one kick."""


@compiled
def best_addition(gain: Floats, price: Floats, is_open: Flags, sides: Sides, activity: Floats) -> int:
    """Return the shut candidate of the greatest gain per price that may open, −1 where none may."""
    best, best_j = -1.0, -1
    for j in range(len(gain)):
        merit = max(gain[j], 0.0) / price[j]
        if is_open[j] or sides.upper[j] == 0.0 or merit <= best:
            continue
        if may_swap(sides, activity, j, -1):
            best, best_j = merit, j
    return best_j


@compiled
def best_exchange(
    pull: Pull, own: Floats, gain: Floats, is_open: Flags, sides: Sides, activity: Floats, k: int
) -> tuple[int, float]:
    """Return the candidate that is best open instead of k, −1 where none may, and what that wins or loses.

    ``own`` and ``gain`` stay as they are.
    """
    first, last = pull.by_start[k], pull.by_start[k + 1]
    kept_own, kept_gain = np.empty(last - first), gain.copy()
    for at in range(first, last):
        kept_own[at - first] = own[pull.by_point[at]]
    shift(pull, own, gain, k, -1.0)
    loss = gain_of(pull, own, k)
    best, best_j = -np.inf, -1
    for j in range(len(gain)):
        if j == k or is_open[j] or sides.upper[j] == 0.0 or gain[j] - loss <= best:
            continue
        if may_swap(sides, activity, j, k):
            best, best_j = gain[j] - loss, j
    for at in range(first, last):
        own[pull.by_point[at]] = kept_own[at - first]
    gain[:] = kept_gain
    return best_j, best


@dataclass
class OpenSet:
    """A set under way: what is open, its attraction (n,), the gains (m,), and the rules' activity (r,)."""

    pull: Pull
    sides: Sides
    price: Floats
    most: int | None
    is_open: Flags
    own: Floats
    gain: Floats
    activity: Floats

    @classmethod
    def of(cls, pull: Pull, sides: Sides, price: Floats, most: int | None, is_open: Flags) -> OpenSet:
        """Begin with ``is_open``; ``most`` outlets at most, ``price`` (m,) to weigh gains by."""
        is_open = is_open.copy()
        own = pull_of(pull, np.flatnonzero(is_open))
        return cls(pull, sides, price, most, is_open, own, gains_of(pull, own), activity_of(sides, is_open))

    def copy(self) -> OpenSet:
        """Return the same set, to be changed apart."""
        kept = self.is_open.copy(), self.own.copy(), self.gain.copy(), self.activity.copy()
        return OpenSet(self.pull, self.sides, self.price, self.most, *kept)

    @property
    def opened(self) -> Positions:
        """Positions of what is open."""
        return np.flatnonzero(self.is_open)

    @property
    def won(self) -> float:
        """Demand won by what is open."""
        return float(won_with(self.pull, self.own))

    def fill(self, stop: Callable[[], bool]) -> None:
        """Open the best that may open until ``most`` are, or nothing may."""
        while (self.most is None or self.is_open.sum() < self.most) and not stop():
            j = best_addition(self.gain, self.price, self.is_open, self.sides, self.activity)
            if j < 0:
                return
            self._move(j, -1)

    def improve(self, stop: Callable[[], bool]) -> None:
        """Exchange outlets until no exchange is better."""
        waiting = [k for k in self.opened.tolist() if self.sides.lower[k] == 0.0]
        idle = 0
        while waiting and idle < len(waiting) and not stop():
            k = waiting.pop(0)
            j, better = best_exchange(self.pull, self.own, self.gain, self.is_open, self.sides, self.activity, k)
            is_better = j >= 0 and better > LEAST_GAIN * self.won
            if is_better:
                self._move(j, k)
            waiting.append(j if is_better else k)
            idle = 0 if is_better else idle + 1

    def refill(self, stop: Callable[[], bool]) -> None:
        """Give up one outlet for all that then may open, until that is no better."""
        for k in self.opened.tolist():
            if stop() or self.sides.lower[k] > 0 or not may_swap(self.sides, self.activity, -1, k):
                continue
            before, kept = self.won, (self.is_open.copy(), self.own.copy(), self.gain.copy(), self.activity.copy())
            self._move(-1, k)
            self.fill(stop)
            if self.won <= before * (1.0 + LEAST_GAIN):
                self.is_open, self.own, self.gain, self.activity = kept

    def kick(self, rng: np.random.Generator) -> None:
        """Exchange a few outlets at random where the rules allow it."""
        for _ in range(KICKED):
            opened = self.opened
            k, j = int(rng.choice(opened)), int(rng.integers(len(self.is_open)))
            if self.is_open[j] or self.sides.upper[j] == 0.0 or self.sides.lower[k] > 0:
                continue
            if may_swap(self.sides, self.activity, j, k):
                self._move(j, k)

    def settle(self, stop: Callable[[], bool]) -> None:
        """Fill and improve until nothing is better."""
        self.fill(stop)
        self.improve(stop)
        if self.most is None:
            self.refill(stop)
            self.improve(stop)

    def _move(self, j: int, k: int) -> None:
        do_swap(self.sides, self.activity, self.is_open, j, k)
        if k >= 0:
            shift(self.pull, self.own, self.gain, k, -1.0)
        if j >= 0:
            shift(self.pull, self.own, self.gain, j, 1.0)
