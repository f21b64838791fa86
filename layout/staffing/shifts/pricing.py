r"""Choose shifts where cover may be missed at a price: the shift design problem of the literature.

Variables: n_ds people on shift s on day d; u_s = 1 where s is used at all; v⁻_dtp missing and v⁺_dtp people beyond::

    min  interval_min (π⁻ Σ v⁻ + π⁺ Σ v⁺) + π_distinct Σ_s u_s
    s.t. Σ_s a_st n_ds + v⁻_dtp − v⁺_dtp = r_dtp        for all d, t, p
         n_ds ≤ M_ds u_s

M_ds is the largest requirement of day d while s is present: with more people somebody would be beyond throughout.

Source: Musliu, Schaerf and Slany (2004), EJOR 153; Di Gaspero et al. (2007), Annals of Operations Research 155.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from layout.staffing.plan import Shift, ShiftPlan
from layout.staffing.shifts.check import price_shift_plan
from layout.staffing.shifts.model import (
    DesignPart,
    DesignRules,
    ShiftPrices,
    add_people,
    add_used,
    present_in,
    read_counts,
)
from outlet.cp_sat import run_cp_sat
from outlet.outcome import Limits, Outcome


def design_priced_shifts(
    required: NDArray[np.int64],
    shifts: tuple[Shift, ...],
    interval_min: int,
    rules: DesignRules,
    prices: ShiftPrices,
    limits: Limits,
) -> Outcome[ShiftPlan]:
    """Choose the shifts with the least total price; `design_shifts` explains the parameters."""
    model = cp_model.CpModel()
    missed: list[cp_model.LinearExpr] = []
    used: list[cp_model.IntVar] = []
    counts: list[list[list[cp_model.IntVar]]] = []
    ordered: list[Shift] = []
    for post in range(required.shape[2]):
        own = tuple(shift for shift in shifts if shift.post == post)
        part = DesignPart(
            own,
            required[:, :, post],
            rules.offers(own, len(required)),
            np.ones(len(required), dtype=np.int64),
            interval_min,
            rules.cyclic,
        )
        n = add_people(model, part)
        missed.extend(_add_priced_cover(model, n, part, prices))
        used.extend(add_used(model, n, part, None))
        counts.append(n)
        ordered.extend(own)
    model.minimize(interval_min * sum(missed) + prices.distinct * sum(used))
    run = run_cp_sat(model, limits)
    rows = [[variable for n in counts for variable in n[day]] for day in range(len(required))]
    answer = read_counts(run, rows)
    if answer.count is None:
        return Outcome(
            status=run.status,
            solution=None,
            objective=None,
            bound=run.bound,
            seconds=run.seconds,
            stopped_by=run.stopped_by,
        )
    kept = np.flatnonzero(answer.count.any(axis=0))
    plan = ShiftPlan(tuple(ordered[at] for at in kept), answer.count[:, kept], 0)
    price = price_shift_plan(plan, required, interval_min=interval_min, cyclic=rules.cyclic)
    return Outcome(
        status=run.status,
        solution=ShiftPlan(plan.shifts, plan.count, price.paid_min),
        objective=float(
            prices.under * price.under_min + prices.over * price.over_min + prices.distinct * price.distinct
        ),
        bound=run.bound,
        seconds=run.seconds,
        stopped_by=run.stopped_by,
    )


def _add_priced_cover(
    model: cp_model.CpModel, n: list[list[cp_model.IntVar]], part: DesignPart, prices: ShiftPrices
) -> list[cp_model.LinearExpr]:
    """Add v⁻ and v⁺ of one post and return their priced sum's terms."""
    terms: list[cp_model.LinearExpr] = []
    for d, row in enumerate(present_in(n, part)):
        for t, variables in enumerate(row):
            wanted = int(part.required[d, t])
            if not variables:
                terms.append(prices.under * cp_model.LinearExpr.sum([wanted]))
                continue
            under = model.new_int_var(0, wanted, f"under_{d}_{t}")
            over = model.new_int_var(0, sum(variable.domain.max() for variable in variables), f"over_{d}_{t}")
            model.add(cp_model.LinearExpr.sum(variables) + under - over == wanted)
            terms.append(prices.under * under + prices.over * over)
    return terms
