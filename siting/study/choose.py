"""Ask the model that the settings name for a set of outlets: the one place where settings become a location problem."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError
from outlet.outcome import Limits, Outcome
from siting.competition.share import Market
from siting.locate import (
    Quota,
    SitePlan,
    SiteRules,
    Spacing,
    max_capture,
    max_cover,
    p_center,
    p_median,
    set_cover,
)
from siting.settings.locate import LocateSettings
from siting.study.side_rules import SideRules

Csr = sparse.csr_array[np.float64]
Positions = NDArray[np.int64]
UNREACHED_CUTOFFS = 2.0


@dataclass(frozen=True, kw_only=True)
class SiteProblem:
    """What the models are asked, in positions: candidates 0 … m − 1, then existing outlets m … m_all − 1.

    Parameters
    ----------
    settings
        ``[siting.locate]``.
    cost
        Walking minutes, shape (n, m_all), explicit entries only for reachable pairs.
    demand
        What each demand point counts, shape (n,).
    market
        Attraction of the sites and of rivals, and demand, for ``max_capture``.
    candidates
        m.
    may_close
        Which existing outlets may close, shape (m_all − m,).
    shut
        Positions of candidates that are not considered.
    locked
        Positions of candidates that must open.
    xy
        Coordinates of all sites, shape (m_all, 2), metres.
    cutoff_min
        Longest walk that was looked for, minutes.
    side
        Money, quotas and pairs.
    """

    settings: LocateSettings
    cost: Csr
    demand: NDArray[np.float64]
    market: Market
    candidates: int
    may_close: NDArray[np.bool_]
    shut: Positions
    locked: Positions
    xy: NDArray[np.float64]
    cutoff_min: float
    side: SideRules

    def __post_init__(self) -> None:
        settings, closable = self.settings, int(self.may_close.sum())
        if settings.number is not None and settings.number > self.candidates:
            raise InputError(
                f"siting.locate.outlets = {settings.number}: more outlets asked than there are candidates "
                f"({self.candidates}); ask for at most {self.candidates}"
            )
        if settings.closings > closable:
            raise InputError(
                f"siting.locate.closings = {settings.closings}, but {closable} existing outlets are marked may_close"
            )
        number = self.candidates if settings.number is None else settings.number
        if len(self.locked) > number and settings.model != "set_cover":
            raise InputError(
                f"siting.locate.locked_open names {len(self.locked)} candidates, siting.locate.outlets is "
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
    def rules(self) -> SiteRules:
        """The rules of every plan: what is locked, how many close, how far apart new outlets stand."""
        settings, m = self.settings, self.candidates
        closable = m + np.flatnonzero(self.may_close)
        fixed = m + np.flatnonzero(~self.may_close) if settings.closings else m + np.arange(self.existing)
        quota: tuple[Quota, ...] = ()
        if settings.closings:
            stay = len(closable) - settings.closings
            quota = (Quota(closable, stay, stay, name="existing outlets that may close and stay"),)
        return SiteRules(
            locked_open=np.concatenate([self.locked, fixed]),
            locked_shut=np.setdiff1d(self.shut, self.locked),
            opening_cost=self.side.opening_cost,
            closing_cost=self.side.closing_cost if settings.closings else None,
            budget=settings.budget,
            spacing=Spacing(self.xy, settings.spacing_m) if settings.spacing_m > 0 else None,
            quota=(*quota, *self.side.quota),
            forbidden_pairs=self.side.forbidden,
            required_pairs=self.side.required,
        )

    @property
    def only_locks(self) -> bool:
        """Whether nothing but locks stands against one outlet more."""
        settings = self.settings
        return settings.budget is None and not settings.closings and settings.spacing_m <= 0 and self.side.is_empty

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Which demand points some site reaches, within the radius where the model has one, shape (n,)."""
        usable = np.ones(self.cost.shape[1], dtype=bool)
        usable[self.shut] = False
        counts = usable[self.cost.indices]
        if self.settings.model in ("max_cover", "set_cover"):
            counts &= self.cost.data <= self.settings.radius_min
        point = np.repeat(np.arange(self.cost.shape[0]), np.diff(self.cost.indptr))
        return np.bincount(point[counts], minlength=self.cost.shape[0]) > 0

    def solve(
        self, new: int | None, limits: Limits, *, rules: SiteRules | None = None, start: Positions | None = None
    ) -> Outcome[SitePlan]:
        """Return the best set with ``new`` new outlets (None: as the budget has it; set_cover: as few as can be)."""
        rules = self.rules if rules is None else rules
        p = None if new is None else new + self.existing - self.settings.closings
        model, radius = self.settings.model, self.settings.radius_min
        if model == "max_cover":
            return max_cover(self.cost, self.demand, p, radius, rules=rules, limits=limits, start=start)
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
            outcome = set_cover(part, radius, rules=rules, limits=limits, start=start)
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


def _spread(outcome: Outcome[SitePlan], served: Positions, n: int) -> Outcome[SitePlan]:
    """Return an outcome over some demand points as one over all, the others being assigned to none."""
    if outcome.solution is None:
        return outcome
    assigned = np.full(n, -1, dtype=np.int64)
    assigned[served] = outcome.solution.assigned
    return replace(outcome, solution=SitePlan(outcome.solution.opened, assigned))
