"""Say what drives the difference between two halls: an exact additive decomposition.

A figure is a sum of signed products of two factors, or of one alone. Between two halls the product a·b differs by

    a·b − ȧ·ḃ = (a − ȧ)·(b + ḃ)/2 + (b − ḃ)·(a + ȧ)/2,

its Shapley values (L. Shapley, 1953): nothing is left over, and no order of the factors is preferred. For a hall's
contribution C = visits·value a visit − area·rent a m² − heads·cost a head − fit-out; it is compared with the mean
hall, whose means of visits, area, heads and fit-out, and whose ratios of totals for the rest, give the mean of C.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.efficiency.kpi import Halls

Floats = NDArray[np.float64]
DRIVERS = ("visits", "value_per_visit", "area_m2", "rent_per_m2", "heads", "cost_per_head", "fit_out_per_year")


@dataclass(frozen=True)
class Driven:
    """What drives H halls from the mean of those fully known.

    ``known`` (H,) tells which have every factor; ``mean`` is their mean contribution; ``effects`` maps each driver to
    money a year (H,), NaN where unknown. For a known hall the effects sum to its contribution less ``mean``.
    """

    known: NDArray[np.bool_]
    mean: float
    effects: Mapping[str, Floats]


def product_effects(a: float, b: float, a0: float, b0: float) -> tuple[float, float]:
    """Return the shares of a and of b in a·b − a0·b0.

    >>> product_effects(3.0, 4.0, 2.0, 5.0)
    (4.5, -2.5)
    """
    return (a - a0) * (b + b0) / 2, (b - b0) * (a + a0) / 2


def drivers_of(halls: Halls, *, fit_out_years: float) -> Driven:
    """Decompose every hall's contribution against the mean hall."""
    size = len(halls.visits)
    columns = (halls.visits, halls.value_per_visit, halls.rent, halls.staff_cost, halls.fit_out)
    known = np.asarray(np.isfinite(np.stack([*columns, halls.area_m2, halls.heads])).all(axis=0))
    effects = {name: np.full(size, np.nan) for name in DRIVERS}
    if not known.any():
        return Driven(known, np.nan, effects)
    fit_out = halls.fit_out / fit_out_years
    terms = (
        ("visits", halls.visits, "value_per_visit", halls.visits * halls.value_per_visit, 1.0),
        ("area_m2", halls.area_m2, "rent_per_m2", halls.rent, -1.0),
        ("heads", halls.heads, "cost_per_head", halls.staff_cost, -1.0),
    )
    mean = -float(fit_out[known].mean())
    effects["fit_out_per_year"][known] = -(fit_out[known] - fit_out[known].mean())
    for amount, count, each, money, sign in terms:
        count0, money0 = float(count[known].mean()), float(money[known].mean())
        mean += sign * money0
        for h in np.flatnonzero(known):
            a, v = float(count[h]), float(money[h])
            # a hall without any of a factor has no ratio of its own: the mean hall's leaves the whole to the factor
            a_each = v / a if a > 0 else (money0 / count0 if count0 > 0 and v == 0 else np.nan)
            first, second = product_effects(a, a_each, count0, money0 / count0 if count0 > 0 else a_each)
            effects[amount][h], effects[each][h] = sign * first, sign * second
    return Driven(known, mean, effects)
