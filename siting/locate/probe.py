r"""Ask whether p outlets cover every demand point within a radius, by looking at few of the demand points.

What covers all covers any sample of them: where no p candidates cover the sample the radius is proved too short, and
where some do, the demand points they leave out join the sample, the farthest first and no two that one candidate could
cover (row generation; Chen and Chen, 2009; Contardo, Iori and Kramer, 2019). The sample stays from one radius to the
next. On the sample, dominated candidates are dropped, the dual of the relaxation is scaled until it is feasible and so
proves most radii too short, and the rest is decided by branching (`cover_tree`), or by HiGHS where there are too many
nodes or rules beside the number of outlets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.mip import MipModel, run_mip
from siting.locate import check
from siting.locate.cover_tree import FOUND, NONE, cover_within
from siting.locate.local_search import Cover
from siting.locate.pairs import Pairs
from siting.locate.plan import Amounts, Positions
from siting.locate.reduce import only_upper_limits, undominated
from siting.locate.search import Search
from siting.locate.seed import filled
from siting.locate.set_cover import cover_all_model

Csr = sparse.csr_array[np.float64]
Verdict = Literal["found", "too short", "open"]

MOST_WORK = 2e8
ENTRIES_PER_WORK = 2e8
_MARGIN = 1e-9
_LEAST_WEIGHT = 1e-4


@dataclass
class Probe:
    """Radii asked about one problem, and the demand points looked at so far.

    Parameters
    ----------
    search
        The solve; plans come upon are offered to it.
    usable
        Costs of the candidates that can open.
    """

    search: Search
    usable: Pairs
    sample: list[int] = field(default_factory=list)

    def ask(self, radius: float) -> Verdict:
        """Return whether a cover was found and offered, none exists, or a limit left it open."""
        search, near = self.search, self.usable.where(self.usable.cost <= radius)
        if (np.diff(near.start) == 0).any():
            return "too short"
        if not self.sample:
            self._extend(near, np.empty(0, dtype=np.int64))
        while search.seconds_left > 0 and search.work_left > 0:
            verdict, opened = self._on_sample(near)
            if verdict != "found":
                return verdict
            whole = filled(search, opened)
            if whole is None or search.rows.broken(whole):
                verdict, whole = self._solve_model(near, search.rows.can_open, exactly=True)
                if verdict != "found":
                    return verdict
            search.offer(whole)
            if not self._extend(near, whole):
                return "found"
        return self._stopped("time" if search.seconds_left <= 0 else "work")

    def _stopped(self, by: Literal["time", "work"]) -> Verdict:
        self.search.stopped_by = by
        return "open"

    def _extend(self, near: Pairs, opened: Positions) -> bool:
        """Add demand points that a set leaves out, no two of which one candidate covers; tell if there were any."""
        radius = float(near.cost.max(initial=0.0))
        left_out = ~check.covered_points(near, radius, opened)
        if not left_out.any():
            return False
        _, far = check.nearest_open(self.usable, opened)
        taken = np.zeros(near.m, dtype=bool)
        for i in np.flatnonzero(left_out)[np.argsort(-far[left_out], kind="stable")].tolist():
            reach = near.candidate[near.start[i] : near.start[i + 1]]
            if not taken[reach].any():
                taken[reach] = True
                self.sample.append(i)
        return True

    def _on_sample(self, near: Pairs) -> tuple[Verdict, Positions]:
        """Decide the sample: return a set that covers it, none too many, or that there is none."""
        rows = self.search.rows
        part = near.of_points(np.array(self.sample, dtype=np.int64))
        keep = undominated(part, rows) if only_upper_limits(rows) else rows.can_open
        if rows.is_plain:
            verdict, opened = self._branch(part, keep)
            if verdict != "open":
                return verdict, opened
        return self._solve_model(part, keep)

    def _branch(self, part: Pairs, keep: NDArray[np.bool_]) -> tuple[Verdict, Positions]:
        rows, settled = self.search.rows, self.search.rows.locked_open
        open_already = check.covered_points(part, np.inf, settled)
        rest = part.of_points(np.flatnonzero(~open_already))
        left = (rows.p or 0) - len(settled)
        names = np.flatnonzero(keep & (rows.lower == 0))
        if rest.n == 0:
            return "found", settled
        place = np.full(part.m, -1, dtype=np.int64)
        place[names] = np.arange(len(names))
        rest = rest.where(place[rest.candidate] >= 0)
        covers: Csr = sparse.csr_array(
            (np.ones(len(rest.candidate)), place[rest.candidate], rest.start), shape=(rest.n, len(names))
        )
        weight = self._dual(covers)
        if weight.sum() > left + _MARGIN * max(1, left):
            return "too short", settled
        by_candidate = covers.tocsc()
        cover = Cover(
            rest.start.astype(np.int64),
            covers.indices.astype(np.int64),
            by_candidate.indptr.astype(np.int64),
            by_candidate.indices.astype(np.int64),
            np.maximum(weight, _LEAST_WEIGHT),
        )
        code, found, nodes = cover_within(cover, left, int(MOST_WORK / max(1, covers.nnz)))
        self.search.work += nodes * covers.nnz / ENTRIES_PER_WORK
        if code == FOUND:
            return "found", np.union1d(settled, names[found])
        return ("too short" if code == NONE else "open"), settled

    def _dual(self, covers: Csr) -> Amounts:
        """Return weights of the demand points of which no candidate covers more than 1, summing to much."""
        n, m = covers.shape
        model = MipModel(
            cost=np.ones(n),
            lower=np.zeros(n),
            upper=np.ones(n),
            integer=np.zeros(n, dtype=bool),
            rows=sparse.csr_array(covers.T),
            row_lower=np.full(m, -np.inf),
            row_upper=np.ones(m),
            maximise=True,
        )
        run = run_mip(model, self.search.limits_left)
        weight = np.ones(n) if run.x is None else np.maximum(run.x, 0.0)
        most = np.asarray(covers.T @ weight, dtype=np.float64).max(initial=_LEAST_WEIGHT)
        return np.asarray(weight / most, dtype=np.float64)

    def _solve_model(self, part: Pairs, keep: NDArray[np.bool_], *, exactly: bool = False) -> tuple[Verdict, Positions]:
        """Ask HiGHS for a cover of at most p, or of ``exactly`` p where the rules let no cover be filled up."""
        search, rows = self.search, self.search.rows
        model = cover_all_model(part.where(keep[part.candidate]), rows, keep)
        if only_upper_limits(rows) and not exactly:
            model.row_lower[0] = -np.inf
        run = run_mip(model, search.limits_left, target=float(rows.p or 0))
        search.work += run.work
        if run.status == "infeasible":
            return "too short", rows.locked_open
        if run.x is None:
            search.stopped_by = run.stopped_by if run.stopped_by != "proof" else "work"
            return "open", rows.locked_open
        return "found", np.flatnonzero(run.x > 0.5)
