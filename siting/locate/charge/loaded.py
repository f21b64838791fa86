"""State a problem with loads once for all models: whom it must serve, what its checker says, and how it is solved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from siting.locate.charge.plans import Plans
from siting.locate.charge.service import bars_of, service_of, way_out
from siting.locate.charge.solve import ChargeSolve
from siting.locate.charge.tree import Problem
from siting.locate.problem import check
from siting.locate.problem.loads import any_limit
from siting.locate.problem.pairs import Pairs, name_points, out_of_reach
from siting.locate.problem.plan import Amounts, Flow, Positions, SitePlan
from siting.locate.problem.rules import SiteRows
from siting.locate.problem.search import Search, are_whole

MOST_TABLE = 20_000
"""Greatest room, in whole units of demand, for which 0–1 choices are made by dynamic programming."""

WHOLE_SLACK = 1e-9
"""By how much, relatively, a load of whole demand points may pass its limit."""


@dataclass
class Loaded:
    """A problem: choose sites and who they serve at least price, within loads.

    Parameters
    ----------
    pairs
        Who may serve whom, at the cost of serving all of a demand point's demand.
    load
        Demand, shape (n,).
    loads
        Greatest and least load of each candidate, shape (m,) each.
    charge, constant
        What opening adds, shape (m,), of any sign, and what is paid whatever opens.
    fixed
        The checker's price of a set without who serves whom.
    unserved
        What a demand point costs that nobody serves, shape (n,), or None: all must be served.
    single
        Whether each demand point is served by one site wholly.
    """

    pairs: Pairs
    load: Amounts
    loads: tuple[Amounts, Amounts]
    charge: Amounts
    constant: float
    fixed: Callable[[Positions], float]
    unserved: Amounts | None = None
    single: bool = False
    plans: Plans | None = None

    @property
    def has_loads(self) -> bool:
        """Whether a site has a greatest or a least load."""
        return any_limit(*self.loads)

    def without_idle(self, rows: SiteRows) -> SiteRows:
        """Return the rules with sites shut that reach less demand than their least load."""
        reached = np.bincount(self.pairs.candidate, self.load[self.pairs.point], self.pairs.m)
        idle = (reached < self.loads[1] * (1 - 1e-12)) & (rows.lower == 0)
        return replace(rows, upper=np.where(idle, 0.0, rows.upper)) if idle.any() else rows

    def faults(self, rows: SiteRows) -> list[str]:
        """Say why no plan can exist, as far as that is seen without a solver."""
        found = list(rows.contradictions())
        room, least = self.loads
        total = float(self.load.sum())
        if self.unserved is None:
            everyone = np.ones(self.pairs.n, dtype=bool)
            if (lost := out_of_reach(self.pairs, rows.can_open, everyone)).size:
                found.append(name_points(lost, "no candidate that can open in reach"))
            if room[rows.can_open].sum() < total * (1 - 1e-12):
                together = room[rows.can_open].sum()
                found.append(f"the demand is {total:g}, all capacity that can open together {together:g}")
        if least[rows.locked_open].sum() > total * (1 + 1e-12):
            asked = least[rows.locked_open].sum()
            found.append(f"the demand is {total:g}, the least loads of outlets locked open together {asked:g}")
        return found

    def solve(self, search: Search, start: Positions | None = None, *, wanted: float = np.inf) -> None:
        """Run the search; only plans whose price without the constant is below ``wanted`` are sought."""
        if search.refuse(self.faults(search.rows)):
            return
        usable = self.pairs.where(search.rows.can_open[self.pairs.candidate])
        limit, above = way_out(usable, self.load, self.charge, min(usable.n, usable.m))
        must_serve = self.unserved is None
        if self.unserved is not None:
            limit, above = self.unserved, above + float(self.unserved.sum())
        room, least = self.loads
        if self.single:  # sums of loads that are not whole numbers miss their limits by rounding
            room, least = room * (1 + WHOLE_SLACK), least * (1 - WHOLE_SLACK)
        service = service_of(usable, limit, self.load, self.charge, (room, least))
        each = usable.n / max(1.0, usable.m / 5)
        bars = bars_of(search.rows, self.loads[0], float(self.load.sum()) if must_serve else 0.0, each)
        problem = Problem(service, bars, search.rows, self.single, self._table())
        self.plans = Plans(search, problem, must_serve=must_serve, best=wanted)
        ChargeSolve(self.plans, self.constant, min(above, wanted)).run(start)

    def _table(self) -> int:
        finite = self.loads[0][np.isfinite(self.loads[0])]
        if not self.single or not len(finite) or not are_whole(self.load):
            return -1
        top = float(np.floor(finite.max()))
        return int(top) if top <= MOST_TABLE and top * self.pairs.n <= 5e7 else -1

    def flow(self, opened: Positions) -> Flow | None:
        """Return the flow known for a set."""
        return None if self.plans is None else self.plans.flows.get(opened.tobytes())

    def price(self, opened: Positions) -> float:
        """Return the checker's price of a set, infinity where no flow for it is known."""
        fixed = self.fixed(opened)
        if not self.has_loads and self.unserved is None:
            return fixed + check.weighted_cost(self.pairs, np.ones(self.pairs.n), opened)
        flow = self.flow(opened)
        if flow is None:
            return np.inf
        whole = self.unserved is None
        travel = check.flow_price(self.pairs, flow, self.load, self.loads, opened, whole=whole)
        if self.unserved is not None:
            left = np.maximum(0.0, 1.0 - np.asarray(flow.sum(axis=1), dtype=np.float64))
            travel += float((self.unserved * left).sum())
        return fixed + travel

    def plan(self, opened: Positions) -> SitePlan:
        """Return the set with who serves whom; ``assigned`` is who serves most of a demand point."""
        flow = self.flow(opened)
        if flow is None:
            return SitePlan(opened, check.nearest_open(self.pairs, opened)[0])
        return SitePlan(opened, served_most(flow), flow)


def served_most(flow: Flow) -> Positions:
    """Return the site with the greatest share of each demand point, −1 where none has a share."""
    some = np.diff(flow.indptr) > 0
    return np.where(some, np.asarray(flow.argmax(axis=1), dtype=np.int64).ravel(), -1)
