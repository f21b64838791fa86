r"""State a roll-out over years as one problem over options: a place from some year on.

An option (j, t) is place j from year t on (see `options`); it serves demand point i in the years s ≥ t, so that demand
points are (i, s) with weight v_s w_is. With B_t the money of year t, unspent money staying for later, and N_t its
openings::

    Σ_t y_jt ≤ 1                                        for every place j
    Σ_{s ≤ t} Σ_j o_j y_js + closing ≤ Σ_{s ≤ t} B_s    for every year t
    Σ_j y_jt = N_t                                      for every year t

Any model whose price is a sum over demand points then solves the roll-out with its own bound. The problem has
T (T + 1) / 2 times the pairs of a single year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from outlet.arrays import as_count, as_finite, as_positions, as_vector
from outlet.errors import InputError
from outlet.outcome import Limits
from siting.locate.options.options import Options
from siting.locate.problem.pairs import Matrix, Pairs, read_pairs
from siting.locate.problem.plan import NO_RULES, Amounts, Budget, Positions, Quota, SiteRules

Csr = sparse.csr_array[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Years:
    """What each year can do, year 0 first.

    Parameters
    ----------
    openings
        How many outlets open in each year, exactly; with ``budgets``, at most. None for no such limit.
    budgets
        Money of each year for opening and closing; what is not spent stays. None for no such limit.
    weights
        How much a year's demand counts, above 0; 1 for every year if not given.
    first
        What year 0 is called where a rule is named, such as 2027.
    """

    openings: Sequence[int] | None = None
    budgets: Sequence[float] | None = None
    weights: ArrayLike | None = None
    first: int = 0

    def __post_init__(self) -> None:
        given = [len(each) for each in (self.openings, self.budgets) if each is not None]
        if not given or given[0] == 0 or len(set(given)) > 1:
            raise InputError(f"years have {given} numbers; expected openings, budgets or both, one number a year")
        for at, count in enumerate(self.openings or ()):
            as_count(f"openings[{at}]", count)
        if self.budgets is not None:
            as_vector("budgets", np.asarray(self.budgets), least=0.0)
        if self.weights is not None:
            as_vector("weights", self.weights, self.count, positive=True)

    @property
    def count(self) -> int:
        """Number of years."""
        return len(self.openings if self.openings is not None else self.budgets or ())

    def openings_name(self, t: int) -> str:
        """Return what the rule on the openings of a year is called."""
        return f"openings of year {self.first + t}"

    def money_name(self, t: int) -> str:
        """Return what the rule on the money of a year and all before it is called."""
        return f"money up to year {self.first + t}, less what closing everything costs"

    @property
    def weight(self) -> Amounts:
        """How much each year's demand counts, shape (T,)."""
        return np.ones(self.count) if self.weights is None else np.asarray(self.weights, dtype=np.float64)


def discounted(years: int, rate: float) -> Amounts:
    """Return the weights 1, 1 / (1 + rate), 1 / (1 + rate)², …, shape (years,).

    Raises
    ------
    InputError
        When the rate is −1 or less.
    """
    if not rate > -1:
        raise InputError(f"rate is {rate}; expected a number above -1, such as 0.04")
    return np.asarray((1.0 + rate) ** -np.arange(as_count("years", years, least=1)), dtype=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """A problem over some years for a model to solve: give it `cost`, `demand`, ``p`` and ``rules``.

    Parameters
    ----------
    options
        The columns: places from a year on.
    year
        Year of every option, shape (k,), counted from the first of ``weight``.
    weight
        How much each of the years counts, shape (T,).
    first
        The first of these years: the column of a demand by year.
    p
        Number of open options, or None where only the rules say.
    rules
        Rules over options.
    start
        Options to begin with, or None.
    limits
        When to stop.
    """

    options: Options
    year: Positions
    weight: Amounts
    first: int
    p: int | None
    rules: SiteRules
    start: Positions | None
    limits: Limits

    def cost(self, cost: Matrix, *, finite: bool = False) -> Csr:
        """Return costs (or attractions, then ``finite``) of places, (n, m), as those of years and options, (T n, k)."""
        repeated, _ = self.options.repeat(read_pairs("cost", cost, finite=finite))
        parts = [repeated.where(self.year[repeated.candidate] <= s) for s in range(len(self.weight))]
        ends = np.cumsum([0, *(len(part.cost) for part in parts)])
        start = np.concatenate([[0], *(part.start[1:] + end for part, end in zip(parts, ends[:-1], strict=True))])
        candidate = np.concatenate([part.candidate for part in parts])
        return Pairs(repeated.m, start, candidate, np.concatenate([part.cost for part in parts])).as_csr()

    def demand(self, demand: ArrayLike) -> Amounts:
        """Return demand, shape (n,), or (n, years) where it changes, weighed by year, shape (T n,)."""
        known = as_finite("demand", demand)
        if known.ndim == 1:
            return np.concatenate([known * weight for weight in self.weight])
        if known.ndim != 2 or known.shape[1] < self.first + len(self.weight):
            raise InputError(f"demand has shape {known.shape}; expected (n,), or (n, years)")
        return np.concatenate([known[:, self.first + s] * weight for s, weight in enumerate(self.weight)])

    def at(self, year: Positions) -> Positions:
        """Return the options of places that open in given years, shape (m,), −1 for never."""
        return np.flatnonzero(self.year == year[self.options.place])

    def points(self, values: ArrayLike) -> Amounts:
        """Return values by demand point, shape (n,), repeated for every year, unweighed."""
        return np.tile(as_finite("values", values), len(self.weight))


def expand_years(
    years: Years, m: int, *, rules: SiteRules = NO_RULES, existing: ArrayLike = (), limits: Limits | None = None
) -> Task:
    """Return the whole roll-out as one problem for a model.

    Parameters
    ----------
    years
        What each year can do.
    m
        Number of places.
    rules
        Rules over places, which the set of the last year satisfies; upper limits and pairs then hold in every year. A
        place locked open opens in some year.
    existing
        Places that are open already: they count neither as openings nor as money, unless one closes.
    limits
        When to stop.

    Raises
    ------
    InputError
        When a rule is wrong, or holds a capacity or a least load: what an outlet serves in a year is no row here.
    """
    if rules.capacity is not None or rules.least_load is not None:
        raise InputError("capacity and least_load have no meaning over years; expected neither among the rules")
    is_old = np.zeros(as_count("m", m, least=1), dtype=bool)
    is_old[as_positions("existing", existing, m)] = True
    count = np.where(is_old, 1, years.count)
    place = np.repeat(np.arange(m), count)
    year = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
    options = Options(place, m)
    over = options.rules(rules)
    new = ~is_old[place]
    quota = list(over.quota)
    for t, opens in enumerate(years.openings or ()):
        least = opens if years.budgets is None else 0
        quota.append(Quota(np.flatnonzero(new & (year == t)), least, opens, years.openings_name(t)))
    over = replace(over, quota=tuple(quota), budgets=(*over.budgets, *year_money(years, over, year, new)))
    p = number_open(years, rules, is_old, years.count)
    return Task(
        options=options, year=year, weight=years.weight, first=0, p=p, rules=over, start=None,
        limits=limits or Limits(),
    )  # fmt: skip


def year_money(years: Years, over: SiteRules, year: Positions, new: Bools) -> list[Budget]:
    """Return the budget of every year with all before it; ``new`` tells which options cost their opening."""
    opening = np.where(new, np.asarray(over.opening_cost, dtype=np.float64), 0.0)
    closing = np.zeros(len(year)) if over.closing_cost is None else np.asarray(over.closing_cost, dtype=np.float64)
    spent = np.cumsum(np.asarray(years.budgets if years.budgets is not None else (), dtype=np.float64))
    return [
        Budget(
            np.where(year <= t, opening, 0.0) - closing,
            float(most - closing.sum()),
            name=years.money_name(t),
        )
        for t, most in enumerate(spent)
    ]


def number_open(years: Years, rules: SiteRules, is_old: Bools, up_to: int) -> int | None:
    """Return how many outlets are open after some years, or None where that is not settled."""
    stays = np.zeros(len(is_old), dtype=bool)
    stays[as_positions("locked_open", rules.locked_open, len(is_old))] = True
    gone = as_positions("locked_shut", rules.locked_shut, len(is_old))
    stays[gone] = True
    if years.openings is None or years.budgets is not None or not stays[is_old].all():
        return None
    p = sum(years.openings[:up_to]) + int(is_old.sum() - is_old[gone].sum())
    return p if p > 0 else None
