"""Build what both models of `layout.staffing.shifts.design` share: people on shifts, presence, use, reading back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from layout.staffing.plan import DAY_MIN, Bool, Int, Shift
from layout.staffing.shifts.check import presence
from outlet.cp_sat import CpSatRun
from outlet.outcome import Status, StoppedBy


@dataclass(frozen=True, kw_only=True)
class ShiftPrices:
    """Prices of cover that may be missed: per missing and extra person-minute, and per distinct shift used."""

    under: int = 1
    over: int = 1
    distinct: int = 60


@dataclass(frozen=True, kw_only=True)
class DesignRules:
    """What a shift plan must respect besides cover.

    Parameters
    ----------
    span_min
        First and last minute of each day in which a shift may lie, shape (D, 2); None allows any.
    cyclic
        Whether the last day is followed by the first.
    tolerance
        Share of extra paid minutes accepted for fewer distinct shifts and fewer shifts.
    prices
        Let cover be missed at these prices; the objective is then the total price and ``tolerance`` is unused.
    """

    span_min: Int | None = None
    cyclic: bool = False
    tolerance: float = 0.0
    prices: ShiftPrices | None = None

    def offers(self, shifts: tuple[Shift, ...], days: int) -> Bool:
        """Return whether a shift lies within a day's span, shape (D, S)."""
        if self.span_min is None:
            return np.ones((days, len(shifts)), dtype=np.bool_)
        start = np.array([shift.start_min for shift in shifts], dtype=np.int64)
        end = np.array([shift.end_min for shift in shifts], dtype=np.int64)
        return (self.span_min[:, :1] <= start) & (end <= self.span_min[:, 1:])


@dataclass(frozen=True)
class DesignPart:
    """Hold the model data of one post: shifts (S,), required (D, T), offered (D, S), how often a day occurs (D,)."""

    shifts: tuple[Shift, ...]
    required: Int
    offered: Bool
    repeats: Int
    interval_min: int
    cyclic: bool


@dataclass(frozen=True)
class DesignAnswer:
    """Hold one solve's people on each shift (D, S), or None, with the proof behind it."""

    count: Int | None
    status: Status
    bound: float
    seconds: float
    stopped_by: StoppedBy


def most_useful(part: DesignPart) -> Int:
    """Return the most people that can be useful on a shift on a day, shape (D, S): M of the formulation."""
    present = presence(part.shifts, part.interval_min)
    ahead = np.roll(part.required, -1, axis=0)
    if not part.cyclic:
        ahead[-1] = 0
    span = np.concatenate([part.required, ahead], axis=1)
    most = np.zeros((len(part.required), len(part.shifts)), dtype=np.int64)
    for s in range(len(part.shifts)):
        most[:, s] = (span * present[s]).max(axis=1)
    return most * part.offered


def add_people(model: cp_model.CpModel, part: DesignPart) -> list[list[cp_model.IntVar]]:
    """Return n_ds from 0 to M_ds."""
    most = most_useful(part)
    return [
        [model.new_int_var(0, int(most[d, s]), f"n_{d}_{s}") for s in range(len(part.shifts))]
        for d in range(len(part.required))
    ]


def present_in(n: list[list[cp_model.IntVar]], part: DesignPart) -> list[list[list[cp_model.IntVar]]]:
    """Return, for each day and interval, the variables of those present."""
    per_day = DAY_MIN // part.interval_min
    present = presence(part.shifts, part.interval_min)
    there: list[list[list[cp_model.IntVar]]] = [[[] for _ in range(per_day)] for _ in n]
    for s in range(len(part.shifts)):
        for t in np.flatnonzero(present[s]).tolist():
            for d in range(len(n)):
                at = d + t // per_day
                if (at < len(n) or part.cyclic) and part.offered[d, s]:
                    there[at % len(n)][t % per_day].append(n[d][s])
    return there


def add_used(
    model: cp_model.CpModel, n: list[list[cp_model.IntVar]], part: DesignPart, hint: Int | None
) -> list[cp_model.IntVar]:
    """Return u_s with n_ds ≤ M_ds u_s."""
    most = most_useful(part)
    used = []
    for s in range(len(part.shifts)):
        variable = model.new_bool_var(f"u_{s}")
        for d, row in enumerate(n):
            if most[d, s] > 0:
                model.add(row[s] <= int(most[d, s]) * variable)
        if hint is not None:
            model.add_hint(variable, bool(hint[:, s].any()))
        used.append(variable)
    return used


def read_counts(run: CpSatRun, n: list[list[cp_model.IntVar]]) -> DesignAnswer:
    """Return what a solve found for n."""
    count = None
    if run.has_plan:
        count = np.array([[run.value(variable) for variable in row] for row in n], dtype=np.int64).reshape(len(n), -1)
    return DesignAnswer(count, run.status, run.bound or 0.0, run.seconds, run.stopped_by)
