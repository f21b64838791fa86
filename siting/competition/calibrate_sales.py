"""Calibrate Huff's model and the multinomial logit on what outlets sell, when nobody knows who goes where.

::

    μ_j(β)  = κ Σ_i w_i p_ij(β)                    expected sales: w_i purchasing power, κ the part of it spent here
    κ       = Σ_j a_j S_j m_j / Σ_j a_j m_j²       the best κ for m_j = Σ_i w_i p_ij, profiled out

    quasi-poisson   max Σ_j S_j ln μ_j − μ_j       a_j = 1/μ_j: variance grows with the mean (McCullagh, Nelder, 1989)
    least-squares   min Σ_j (S_j − μ_j)²           a_j = 1: large outlets rule

    D_jk    = κ (J_jk − m_j Σ a m J_k / Σ a m²)    J_jk = ∂m_j/∂β_k = Σ_i w_i p_ij (x_ijk − x̄_ik)
    g = Dᵀ a (S − μ)                               information Dᵀ a D: Fisher scoring, Gauss and Newton

    standard errors   √diag φ (Dᵀ a D)⁻¹           φ = Σ_j a_j (S_j − μ_j)² / (outlets − K − 1)
    robust errors     sandwich by outlet, times outlets / (outlets − K − 1)

Totals say far less than shares: a model in which districts hardly matter, sales nearly area × a rate, fits them as
well, and the errors treat outlets as independent though they compete. The function is not concave: several starts are
tried and the best told. p_ij and x are those of ``siting.competition.choices``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.competition.choices import Choices, log_probabilities
from siting.competition.climb import Bounds, Slope, Summit, climb, scaled_inverse
from siting.competition.separation import check_collinear

Floats = NDArray[np.float64]
Loss = Literal["quasi-poisson", "least-squares"]
TOLERANCE = 1e-15
LEAST_PART = 1e-100


@dataclass(frozen=True)
class Sales:
    """Hold what is known of sales.

    Parameters
    ----------
    sales
        S_j, shape (m,), any unit, at least 0; NaN where not known: such an outlet competes, but is not fitted.
    demand
        w_i, shape (n,), at least 0: purchasing power or demand, any unit.
    loss
        How deviations are weighed.
    """

    sales: Floats
    demand: Floats
    loss: Loss = "quasi-poisson"

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return which outlets' sales are known, shape (m,)."""
        return ~np.isnan(self.sales)


@dataclass(frozen=True)
class SalesCalibration:
    """Hold coefficients calibrated on sales.

    Parameters
    ----------
    names
        The K terms.
    coefficients, standard_errors, robust_errors
        Shapes (K,); errors are NaN for a coefficient held at a bound, and all when no degree of freedom is left.
    held
        True where a coefficient ended at a bound, shape (K,).
    rate
        κ, in units of sales per unit of demand.
    expected
        μ, shape (m,), in the unit of sales; of all outlets, also those whose sales are not known.
    dispersion
        φ; NaN when no degree of freedom is left.
    objective
        Minus half the deviance (quasi-Poisson) or minus half the sum of squares; 0 is a perfect fit.
    condition
        Condition number of the information, terms scaled alike.
    steps
        Steps of the best climb.
    """

    names: tuple[str, ...]
    coefficients: Floats
    standard_errors: Floats
    robust_errors: Floats
    held: NDArray[np.bool_]
    rate: float
    expected: Floats
    dispersion: float
    objective: float
    condition: float
    steps: int


@dataclass(frozen=True)
class _Fitted:
    slope: Slope
    rate: float
    expected: Floats
    sides: Floats
    weight: Floats


def calibrate_sales(
    choices: Choices, sales: Sales, bounds: Bounds | None = None, starts: Floats | None = None
) -> SalesCalibration:
    """Return the coefficients under which expected sales are nearest to the known ones.

    ``starts`` has shape (s, K): each is tried, the best end told; by default 0 alone.

    Raises
    ------
    InputError
        When sales or demand are not numbers from 0, an outlet with known sales is reached by no demand, there are
        fewer known sales than coefficients and a rate, terms cannot be told apart, or no climb arrives.
    """
    size = len(choices.names)
    limits = Bounds.none(size) if bounds is None else bounds
    first = np.zeros((1, size)) if starts is None else np.asarray(starts, dtype=np.float64)
    if limits.lower.shape != (size,) or first.ndim != 2 or first.shape[1] != size or len(first) == 0:
        raise InputError(f"bounds or starts do not fit; expected {size} bounds and starts of shape (s, {size})")
    _check(choices, sales)
    _check_terms(choices, sales.demand, limits)
    free = np.flatnonzero(limits.lower < limits.upper)
    total = float(np.nansum(sales.sales if sales.loss == "quasi-poisson" else sales.sales**2))
    arrived: list[Summit] = []
    refused: InputError | None = None
    for start in first:
        try:
            _identified(choices, sales, _fitted(choices, sales, np.clip(start, limits.lower, limits.upper)), free)
        except InputError as fault:
            refused = fault
            continue
        end = climb(partial(_slope, choices, sales), start, limits, TOLERANCE * total)
        arrived += [end] if end.arrived else []
    if not arrived:
        raise refused or InputError(
            f"calibration on sales arrived from none of {len(first)} starts; give others, or bounds, that fit the units"
        )
    return _told(choices, sales, max(arrived, key=lambda end: end.slope.value))


def expected_sales(choices: Choices, demand: Floats, coefficients: Floats) -> Floats:
    """Return Σ_i w_i p_ij for each outlet, shape (m,), in the unit of ``demand`` (n,)."""
    share = np.exp(log_probabilities(choices, coefficients))
    return choices.over_outlet(demand[choices.district] * share)


def _slope(choices: Choices, sales: Sales, coefficients: Floats) -> Slope:
    return _fitted(choices, sales, coefficients).slope


def _fitted(choices: Choices, sales: Sales, coefficients: Floats) -> _Fitted:
    share = np.exp(log_probabilities(choices, coefficients))
    won = sales.demand[choices.district] * share
    mean = choices.over_outlet(won)
    sides = choices.over_outlet(won[:, None] * choices.centred(share))
    known = sales.known
    # An outlet that the model gives next to nothing is as good as none: keeps the ratios below finite.
    seen, m, jacobian = sales.sales[known], np.maximum(mean[known], LEAST_PART * mean.max()), sides[known]
    poisson = sales.loss == "quasi-poisson"
    plain = 1.0 / m if poisson else np.ones_like(m)
    squares = float(plain @ m**2)
    rate = float(plain @ (seen * m)) / squares
    fitted = rate * m
    weight = 1.0 / fitted if poisson else plain
    profiled = rate * (jacobian - np.outer(m, (plain * m) @ jacobian / squares))
    if poisson:
        log_ratio = np.log(np.divide(fitted, seen, out=np.ones_like(m), where=seen > 0))
        value = float((seen * log_ratio + seen - fitted).sum())
    else:
        value = -0.5 * float(((seen - fitted) ** 2).sum())
    weighted = weight[:, None] * profiled
    slope = Slope(value, np.asarray((seen - fitted) @ weighted), np.asarray(profiled.T @ weighted))
    return _Fitted(slope, rate, rate * mean, profiled, weight)


def _identified(choices: Choices, sales: Sales, fitted: _Fitted, free: NDArray[np.int64]) -> float:
    """Return the condition number of the information of the free coefficients, or say what cannot be told."""
    reach = np.abs(choices.terms[:, free]).max(axis=0, initial=0.0)
    size = reach**2 * float(fitted.weight @ fitted.expected[sales.known] ** 2)
    names = tuple(choices.names[k] for k in free)
    return check_collinear(names, fitted.slope.information[np.ix_(free, free)], size, "in what outlets sell")


def _told(choices: Choices, sales: Sales, top: Summit) -> SalesCalibration:
    fitted = _fitted(choices, sales, top.point)
    kept = np.flatnonzero(~top.held)
    errors, robust = np.full(len(top.point), np.nan), np.full(len(top.point), np.nan)
    information = fitted.slope.information[np.ix_(kept, kept)]
    condition = _identified(choices, sales, fitted, kept)
    rest = (sales.sales - fitted.expected)[sales.known]
    left = len(rest) - len(kept) - 1
    dispersion = float(fitted.weight @ rest**2) / left if left > 0 else float("nan")
    if left > 0 and len(kept):
        inverse = scaled_inverse(information)
        errors[kept] = np.sqrt(dispersion * np.diag(inverse))
        bread = (fitted.weight * rest)[:, None] * fitted.sides[:, kept] @ inverse
        robust[kept] = np.sqrt(len(rest) / left * (bread**2).sum(axis=0))
    return SalesCalibration(
        names=choices.names,
        coefficients=top.point,
        standard_errors=errors,
        robust_errors=robust,
        held=top.held,
        rate=fitted.rate,
        expected=fitted.expected,
        dispersion=dispersion,
        objective=fitted.slope.value,
        condition=condition,
        steps=top.steps,
    )


def _check_terms(choices: Choices, demand: Floats, limits: Bounds) -> None:
    """Refuse terms that no probability depends on, before a climb along them."""
    free = np.flatnonzero(limits.lower < limits.upper)
    pairs = choices.only([choices.names[k] for k in free])
    equal = np.exp(log_probabilities(pairs, np.zeros(len(free))))
    weight, centred = demand[pairs.district] * equal, pairs.centred(equal)
    information = centred.T @ (weight[:, None] * centred)
    check_collinear(pairs.names, information, weight @ pairs.terms**2, "for all outlets of each district")


def _check(choices: Choices, sales: Sales) -> None:
    n, m = choices.districts, choices.outlets
    if sales.sales.shape != (m,) or sales.demand.shape != (n,):
        raise InputError(f"sales have shape {sales.sales.shape}, demand {sales.demand.shape}; expected ({m},), ({n},)")
    known = sales.sales[sales.known]
    if not np.isfinite(known).all() or (known < 0).any():
        raise InputError("sales have an entry that is negative or infinite; expected numbers from 0, NaN for unknown")
    if not np.isfinite(sales.demand).all() or (sales.demand < 0).any():
        raise InputError("demand has an entry that is negative or not a number; expected numbers from 0")
    if len(known) <= len(choices.names) or not known.any():
        raise InputError(
            f"sales of {len(known)} outlets are known; {len(choices.names)} coefficients and a rate need more, above 0"
        )
    reached = choices.over_outlet(sales.demand[choices.district]) > 0
    lost = sales.known & ~reached
    if lost.any():
        raise InputError(f"outlet {int(np.argmax(lost))} has known sales but no demand reaches it; leave it out")
