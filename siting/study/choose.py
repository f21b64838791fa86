"""Ask the model that the settings name for a set of outlets: the one place where settings become a location problem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError
from outlet.outcome import Limits, Outcome
from siting.competition.share import Market
from siting.locate import (
    SitePlan,
    SiteRules,
    max_capture,
    max_cover,
    p_center,
    p_median,
    set_cover,
)
from siting.locate.problem.check import captured_demand, shared_demand, weighted_cost
from siting.locate.problem.pairs import read_pairs
from siting.settings.locate import LocateSettings
from siting.study.formats import Columns

Csr = sparse.csr_array[np.float64]
Positions = NDArray[np.int64]
UNREACHED_CUTOFFS = 2.0


@dataclass(frozen=True, kw_only=True)
class SiteProblem:
    """What the models are asked, in columns: those of candidates, then those of existing outlets.

    Parameters
    ----------
    settings
        ``[siting.locate]``.
    cost
        Walking minutes, shape (n, k), explicit entries only for reachable pairs.
    demand
        What each demand point counts, shape (n,).
    market
        Attraction of the columns and of rivals, and demand, for ``max_capture``.
    columns
        What the k columns are: sites, or sites with a format.
    rules
        The rules of every plan, over columns.
    places
        Which candidates are considered, shape (m,).
    may_close
        Which existing outlets may close, shape (m_all − m,).
    cutoff_min
        Longest walk that was looked for, minutes.
    """

    settings: LocateSettings
    cost: Csr
    demand: NDArray[np.float64]
    market: Market
    columns: Columns
    rules: SiteRules
    places: NDArray[np.bool_]
    may_close: NDArray[np.bool_]
    cutoff_min: float

    def __post_init__(self) -> None:
        settings, closable = self.settings, int(self.may_close.sum())
        if settings.number is not None and settings.number > len(self.places):
            raise InputError(
                f"siting.locate.outlets = {settings.number}: more outlets asked than there are candidates "
                f"({len(self.places)}); ask for at most {len(self.places)}"
            )
        if settings.closings > closable:
            raise InputError(
                f"siting.locate.closings = {settings.closings}, but {closable} existing outlets are marked may_close"
            )
        number, locked = settings.number, len(settings.locked_open)
        if number is not None and locked > number and settings.model != "set_cover":
            raise InputError(
                f"siting.locate.locked_open names {locked} candidates, siting.locate.outlets is "
                f"{number}; expected at least as many outlets"
            )
        alone = int((self.market.rivals <= 0).sum())
        if settings.model == "max_capture" and alone:
            raise InputError(
                f"siting.locate.model = 'max_capture': {alone} demand points have no rival and nowhere else to go, so "
                "any outlet would win them wholly; set siting.score.competition.elsewhere_min above 0"
            )

    @property
    def existing(self) -> int:
        """Number of existing outlets."""
        return len(self.may_close)

    @property
    def candidates(self) -> int:
        """Number of columns that are of candidates."""
        return self.columns.candidates

    @property
    def only_locks(self) -> bool:
        """Whether nothing but locks stands against one outlet more."""
        settings = self.settings
        bound = settings.budget is not None or settings.closings > 0 or settings.spacing_m > 0 or settings.quota
        options = self.columns.options
        counted = options is not None and any(each.least > 0 or each.most is not None for each in options.formats)
        return not (bound or counted or settings.forbidden_pairs or settings.required_pairs)

    @property
    def radius_min(self) -> NDArray[np.float64]:
        """Longest walk that counts as covered by each column, minutes, shape (k,)."""
        own = self.columns.radius_min
        return np.where(np.isinf(own), self.settings.radius_min, own)

    @property
    def money(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What opening each column costs, and what leaving it shut does, both of shape (k,)."""
        nothing = np.zeros(len(self.columns.place))
        opening, closing = self.rules.opening_cost, self.rules.closing_cost
        return (
            nothing if opening is None else np.asarray(opening, dtype=np.float64),
            nothing if closing is None else np.asarray(closing, dtype=np.float64),
        )

    @property
    def has_capacity(self) -> bool:
        """Whether a format limits how much it serves."""
        return self.rules.capacity is not None

    @property
    def week_share(self) -> NDArray[np.float64] | None:
        """Share of the week that each column is there, shape (k,), None where all are there always."""
        share = self.columns.week_share
        return share if (share < 1).any() else None

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Which demand points some column reaches, within the radius where the model has one, shape (n,)."""
        usable = np.ones(self.cost.shape[1], dtype=bool)
        usable[: self.candidates] = self.places[self.columns.place[: self.candidates]]
        counts = usable[self.cost.indices]
        if self.settings.model in ("max_cover", "set_cover"):
            counts &= self.cost.data <= self.radius_min[self.cost.indices]
        point = np.repeat(np.arange(self.cost.shape[0]), np.diff(self.cost.indptr))
        return np.bincount(point[counts], minlength=self.cost.shape[0]) > 0

    def solve(
        self, new: int | None, limits: Limits, *, rules: SiteRules | None = None, start: Positions | None = None
    ) -> Outcome[SitePlan]:
        """Return the best set with ``new`` new outlets (None: as the budget has it; set_cover: as few as can be)."""
        rules = self.rules if rules is None else rules
        p = None if new is None else new + self.existing - self.settings.closings
        model = self.settings.model
        if model == "max_cover":
            return max_cover(
                self.cost, self.demand, p, self.radius_min, week_share=self.week_share, rules=rules, limits=limits,
                start=start,
            )  # fmt: skip
        if model == "max_capture":
            pull, rivals = self.market.attraction, self.market.rivals
            return max_capture(pull, rivals, self.demand, p, rules=rules, limits=limits, start=start)
        if model == "p_median":
            return p_median(
                self.cost, self.demand, p, unreached=self.unreached_min, rules=rules, limits=limits, start=start
            )
        served = np.flatnonzero(self.reached & (self.demand > 0))
        if served.size == 0:
            raise InputError("no demand point reaches any site; see siting.score.travel and the streets layer")
        part = sparse.csr_array(self.cost[served])
        if model == "set_cover":
            outcome = set_cover(part, self.settings.radius_min, rules=rules, limits=limits, start=start)
        elif p is None:
            raise InputError(f"siting.locate.model = {model!r} needs siting.locate.outlets beside budget")
        else:
            outcome = p_center(part, p, rules=rules, limits=limits, start=start)
        return _spread(outcome, served, self.cost.shape[0])

    @property
    def unreached_min(self) -> float:
        """Minutes that ``p_median`` counts where no outlet is in reach."""
        set_min = self.settings.unreached_min
        return UNREACHED_CUTOFFS * self.cutoff_min if set_min is None else set_min


def price_of(problem: SiteProblem) -> Callable[[NDArray[np.float64], Positions], float]:
    """Return the solver-free price of a set of columns under some demand, for the aims that look at demand."""
    model = problem.settings.model
    pull = model == "max_capture"
    pairs = read_pairs("attraction" if pull else "cost", problem.market.attraction if pull else problem.cost)
    if model == "max_cover":
        pairs = pairs.where(pairs.cost <= problem.radius_min[pairs.candidate])
    share = np.ones(pairs.m) if problem.week_share is None else problem.week_share

    def price(demand: NDArray[np.float64], opened: Positions) -> float:
        if model == "max_cover":
            return shared_demand(pairs, demand, share, opened)
        if model == "p_median":
            return weighted_cost(pairs, demand, opened, problem.unreached_min)
        return captured_demand(pairs, problem.market.rivals, demand, opened)

    return price


def _spread(outcome: Outcome[SitePlan], served: Positions, n: int) -> Outcome[SitePlan]:
    """Return an outcome over some demand points as one over all, the others being assigned to none."""
    if outcome.solution is None:
        return outcome
    assigned = np.full(n, -1, dtype=np.int64)
    assigned[served] = outcome.solution.assigned
    return replace(outcome, solution=SitePlan(outcome.solution.opened, assigned))
