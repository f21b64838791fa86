"""Price each outlet as a profit centre, and rank outlets per hall, per square metre and per head.

For outlet h: value V = visits a year × value a visit; contribution C = V − rent − staff − fit-out/years of write-off;
per hall C, per square metre C/area, per head C/full-time equivalents, per staff-hour C/hours worked at posts. A missing
figure makes what needs it missing (NaN), never zero. Payback = fit-out / (V − rent − staff), in years, infinite where
nothing is left to pay it back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Halls:
    """What is known of H outlets, each shape (H,); money a year in one currency, NaN where unknown.

    ``visits`` a year, ``value_per_visit``, ``rent``, ``staff_cost``, ``fit_out`` (once), ``area_m2``, ``heads``
    full-time equivalents, ``hours`` worked at posts a year.
    """

    visits: Floats
    value_per_visit: Floats
    rent: Floats
    staff_cost: Floats
    fit_out: Floats
    area_m2: Floats
    heads: Floats
    hours: Floats

    def __post_init__(self) -> None:
        size = len(self.visits)
        for name in ("value_per_visit", "rent", "staff_cost", "fit_out", "area_m2", "heads", "hours"):
            array: Floats = self.__dict__[name]
            if array.shape != (size,):
                raise InputError(f"Halls.{name}: shape {array.shape}; expected ({size},)")
        if (self.visits < 0).any():
            raise InputError("Halls.visits: expected visits from 0")


@dataclass(frozen=True)
class Efficiency:
    """Figures of H outlets, each shape (H,); NaN or rank 0 where something they need is unknown."""

    value: Floats
    fit_out_per_year: Floats
    contribution: Floats
    value_per_m2: Floats
    value_per_head: Floats
    value_per_hour: Floats
    contribution_per_m2: Floats
    contribution_per_head: Floats
    contribution_per_hour: Floats
    payback_years: Floats
    rank: Ints
    rank_per_m2: Ints
    rank_per_head: Ints


def measure(halls: Halls, *, fit_out_years: float) -> Efficiency:
    """Return the figures of all outlets.

    Parameters
    ----------
    halls
        What is known of them.
    fit_out_years
        Years over which a fit-out is written off.

    Raises
    ------
    InputError
        When ``fit_out_years`` is not positive.
    """
    if not fit_out_years > 0:
        raise InputError(f"fit_out_years is {fit_out_years}; expected a positive number of years")
    value = halls.visits * halls.value_per_visit
    before_fit_out = value - halls.rent - halls.staff_cost
    fit_out = halls.fit_out / fit_out_years
    contribution = before_fit_out - fit_out
    left = before_fit_out > 0
    payback = np.divide(halls.fit_out, before_fit_out, out=np.full(value.shape, np.inf), where=left)
    per_m2, per_head = _per(contribution, halls.area_m2), _per(contribution, halls.heads)
    return Efficiency(
        value=value,
        fit_out_per_year=fit_out,
        contribution=contribution,
        value_per_m2=_per(value, halls.area_m2),
        value_per_head=_per(value, halls.heads),
        value_per_hour=_per(value, halls.hours),
        contribution_per_m2=per_m2,
        contribution_per_head=per_head,
        contribution_per_hour=_per(contribution, halls.hours),
        payback_years=np.where(np.isnan(contribution), np.nan, payback),
        rank=rank_of(contribution),
        rank_per_m2=rank_of(per_m2),
        rank_per_head=rank_of(per_head),
    )


def _per(amount: Floats, size: Floats) -> Floats:
    known = np.isfinite(size) & (size > 0)
    return np.asarray(np.divide(amount, size, out=np.full(amount.shape, np.nan), where=known), dtype=np.float64)


def rank_of(figure: Floats) -> Ints:
    """Rank figures from the best, 1; equal figures share a rank, missing ones have 0.

    >>> rank_of(np.array([5.0, np.nan, 9.0, 5.0])).tolist()
    [2, 0, 1, 2]
    """
    better = (figure[None, :] > figure[:, None]).sum(axis=1)
    return np.where(np.isnan(figure), 0, better + 1).astype(np.int64)
