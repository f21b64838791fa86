"""Ask how sure the plan is: which outlets would open, and what it would lose, were demand a little different."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlet.outcome import Limits
from siting.locate import Stability, vary
from siting.study.choose import SiteProblem, price_of
from siting.study.label import Labels
from siting.study.rollout import Expanded

Positions = NDArray[np.int64]
SHARE_DIGITS = 4
WITH_DEMAND = ("max_cover", "p_median", "max_capture")


def find_stability(
    problem: SiteProblem, opened: Positions, limits: Limits, years: Expanded | None = None
) -> Stability | None:
    """Seek the plan again with other demand; None where that is not asked or not known: the aim does not look
    at demand, or what outlets serve is limited.

    ``limits.work`` is that of all draws together. A gap would let every draw end with the plan it begins with, so the
    draws are solved to the gap of the plan itself. A plan of ``years`` chosen together is sought again as such; the
    demand of a point then moves alike in all of them.
    """
    settings = problem.settings
    draws = settings.stability_draws
    if draws == 0 or settings.model not in WITH_DEMAND or problem.has_capacity:
        return None
    each = replace(limits, work=None if limits.work is None else limits.work / draws)
    new = None if settings.number is None else int((opened < problem.candidates).sum())
    size, count = len(problem.demand), problem.cost.shape[1]
    asked = Expanded(problem, np.arange(count), opened) if years is None else years
    over, price = asked.problem, price_of(asked.problem)

    def moved(factor: NDArray[np.float64]) -> NDArray[np.float64]:
        return over.demand * np.tile(factor, len(over.demand) // size)

    found = vary(
        lambda factor, start: replace(over, demand=moved(factor)).solve(new, each, start=start),
        lambda factor, positions: price(moved(factor), positions),
        asked.opened, size=size, m=len(asked.column), change=settings.stability_change, draws=draws, seed=limits.seed,
    )  # fmt: skip
    often = np.bincount(asked.column, np.rint(found.share_open * found.draws), count)
    return replace(found, share_open=often / max(found.draws, 1))


def stability_table(found: Stability | None, opened: Positions, labels: Labels) -> pd.DataFrame:
    """Return stability.csv: id, in_plan, share_open of every candidate that opens in the plan or in some draw.

    Where formats were chosen there is a row for each format that opens at a candidate, and the column format.
    """
    columns = ["id", *(["format"] if labels.chosen else []), "in_plan", "share_open"]
    if found is None or found.draws == 0:
        return pd.DataFrame(columns=columns)
    share = found.share_open[: labels.candidates]
    shown = np.union1d(np.flatnonzero(share > 0), opened[opened < labels.candidates])
    order = shown[np.lexsort((shown, -share[shown]))]
    table = {
        "id": labels.ids_at(order),
        "format": labels.formats_at(order),
        "in_plan": np.isin(order, opened),
        "share_open": share[order].round(SHARE_DIGITS),
    }
    return pd.DataFrame(table)[columns]


def tell_stability(found: Stability | None, problem: SiteProblem, opened: Positions) -> list[str]:
    """Return what the planner should know of it."""
    if found is None or found.draws == 0:
        return []
    new = opened[opened < problem.candidates]
    if not new.size:
        return []
    always = int((found.share_open[new] >= 1.0).sum())
    change = 100 * problem.settings.stability_change
    told = (
        f"Were the demand of every point up to {change:g} % more or less (drawn {found.draws} times), {always} of the "
        f"{len(new)} new outlets would open every time; the plan would lose {100 * found.regret.mean():.2g} % on "
        f"average to the best set found for that demand, {100 * found.regret.max():.2g} % at worst"
    )
    most = float(found.regret_bound.max())
    if np.isfinite(most) and most > found.regret.max() + 1e-6:
        told += f", and surely no more than {100 * most:.2g} %"
    return [told + "; stability.csv has each outlet."]
