"""Calibrate Huff's model and the multinomial logit on who goes where, by maximum likelihood.

::

    L(β)    = Σ_i Σ_j n_ij ln p_ij(β)                            n_ij visitors from district i seen in outlet j
    g(β)    = Σ_i Σ_j (n_ij − n_i p_ij) x_ij                     n_i = Σ_j n_ij
    I(β)    = Σ_i n_i Σ_j p_ij (x_ij − x̄_i)(x_ij − x̄_i)ᵀ         x̄_i = Σ_j p_ij x_ij;  I = −Hessian, exactly

    standard errors   √diag I⁻¹                                  visitors choose independently, each as the model says
    robust errors     √diag I⁻¹ (n/(n−1) Σ_i g_i g_iᵀ) I⁻¹       districts may deviate as wholes (Huber, 1967)

p_ij and x are those of ``siting.competition.choices``. L is concave: the top is the only one, wherever one starts. With
shares times the visitors asked instead of counts it is the quasi-likelihood of Papke and Wooldridge (1996): the same
estimates. Outlets nobody was seen in (n_ij = 0) need no care, unlike in a regression of log shares
(``siting.competition.log_centred``). The dispersion says how far districts deviate beyond chance: 1 is as the model
says; standard errors times its root are the quasi-likelihood's. Sources: McFadden (1974); Huff (1964).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.competition.choices import Choices, log_probabilities
from siting.competition.climb import Bounds, Slope, climb, scaled_inverse
from siting.competition.separation import check_collinear, check_separated

Floats = NDArray[np.float64]
TOLERANCE = 1e-15
SUSPICIOUS = 1e-6
"""Information that falls below this part of what it was at β = 0, in any direction, asks for a look at separation."""


@dataclass(frozen=True)
class Calibration:
    """Hold calibrated coefficients and how sure they are.

    Parameters
    ----------
    names
        The K terms.
    coefficients
        β, shape (K,), per unit of the term (or of its log).
    standard_errors
        From the inverse information, shape (K,); NaN for a coefficient held at a bound: it is not estimated.
    robust_errors
        From the sandwich by district, shape (K,); NaN also where no more districts than free coefficients were seen.
    held
        True where a coefficient ended at a bound, shape (K,).
    log_likelihood
        L at β, at most 0.
    log_likelihood_equal
        L when all outlets of a district are equal.
    visitors
        Σ n_ij.
    dispersion
        Pearson's χ² over its degrees of freedom; NaN when none are left.
    condition
        Condition number of the information of equal shares, terms scaled alike; above some 1,000 terms are hard to tell
        apart.
    steps
        Newton steps.
    """

    names: tuple[str, ...]
    coefficients: Floats
    standard_errors: Floats
    robust_errors: Floats
    held: NDArray[np.bool_]
    log_likelihood: float
    log_likelihood_equal: float
    visitors: float
    dispersion: float
    condition: float
    steps: int

    @property
    def pseudo_r2(self) -> float:
        """Return McFadden's 1 − L(β)/L(0); 0 is no better than equal shares."""
        return 1.0 - self.log_likelihood / self.log_likelihood_equal if self.log_likelihood_equal < 0 else 0.0


def calibrate(
    choices: Choices, visitors: Floats, bounds: Bounds | None = None, start: Floats | None = None
) -> Calibration:
    """Return the coefficients under which the visitors seen are most likely.

    Parameters
    ----------
    choices
        The pairs and their terms.
    visitors
        n_ij, shape (p,), at least 0: counts, or shares times the visitors of their district (shares alone weigh all
        districts alike, as one visitor each, and their standard errors are those of one visitor each).
    bounds
        Least and greatest coefficients; none by default.
    start
        Where to begin, shape (K,); 0 by default. Moves the steps, not the result.

    Raises
    ------
    InputError
        When visitors are not numbers from 0, terms cannot be told apart, the likelihood has no top (separation), or
        the climb does not arrive.
    """
    size = len(choices.names)
    limits = Bounds.none(size) if bounds is None else bounds
    if limits.lower.shape != (size,):
        raise InputError(f"bounds are for {len(limits.lower)} coefficients; expected {size}")
    seen = _checked(choices, visitors)
    zero = np.zeros(size)
    equal = likelihood(choices, seen, zero)
    free = np.flatnonzero(limits.lower < limits.upper)
    condition = _condition(choices, seen, equal, free)
    total = float(seen.sum())
    top = climb(partial(likelihood, choices, seen), zero if start is None else start, limits, TOLERANCE * total)
    if not top.arrived or _flat(equal.information[np.ix_(free, free)], top.slope.information[np.ix_(free, free)]):
        check_separated(choices, seen > 0, limits)
    if not top.arrived:
        raise InputError(
            f"calibration did not arrive in {top.steps} steps; give bounds or starting values that fit the terms' units"
        )
    errors, robust = _errors(choices, seen, top.point, top.slope, ~top.held)
    return Calibration(
        names=choices.names,
        coefficients=top.point,
        standard_errors=errors,
        robust_errors=robust,
        held=top.held,
        log_likelihood=top.slope.value,
        log_likelihood_equal=equal.value,
        visitors=total,
        dispersion=_dispersion(choices, seen, top.point, int((~top.held).sum())),
        condition=condition,
        steps=top.steps,
    )


def likelihood(choices: Choices, visitors: Floats, coefficients: Floats) -> Slope:
    """Return L, its gradient and its information for visitors n_ij (p,) and coefficients β (K,)."""
    log_share = log_probabilities(choices, coefficients)
    share = np.exp(log_share)
    expected = choices.over_district(visitors)[choices.district] * share
    centred = choices.centred(share)
    return Slope(
        value=float(visitors @ log_share),
        gradient=np.asarray((visitors - expected) @ centred, dtype=np.float64),
        information=np.asarray(centred.T @ (expected[:, None] * centred), dtype=np.float64),
    )


def _checked(choices: Choices, visitors: Floats) -> Floats:
    seen = np.asarray(visitors, dtype=np.float64)
    if seen.shape != choices.district.shape:
        raise InputError(f"visitors have shape {seen.shape}; expected {choices.district.shape}, one for each pair")
    if not np.isfinite(seen).all() or (seen < 0).any():
        raise InputError("visitors have an entry that is negative or not a number; expected numbers from 0")
    if not seen.any():
        raise InputError("no visitor was seen in any outlet; expected some above 0")
    return seen


def _condition(choices: Choices, seen: Floats, equal: Slope, free: NDArray[np.int64]) -> float:
    names = tuple(choices.names[k] for k in free)
    by_pair = (choices.over_district(seen) / np.maximum(choices.over_district(np.ones(len(seen))), 1.0))[
        choices.district
    ]
    size = by_pair @ choices.terms[:, free] ** 2
    return check_collinear(names, equal.information[np.ix_(free, free)], size, "for all outlets of each district")


def _flat(before: Floats, after: Floats) -> bool:
    """Say whether the likelihood has gone flat in some direction, as it does far out along a separating one."""
    scale = np.sqrt(np.diag(before))
    least = [np.linalg.eigvalsh(matrix / np.outer(scale, scale)).min(initial=np.inf) for matrix in (before, after)]
    return bool(least[1] < SUSPICIOUS * least[0])


def _errors(
    choices: Choices, seen: Floats, point: Floats, slope: Slope, free: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    plain, robust = np.full(len(point), np.nan), np.full(len(point), np.nan)
    kept = np.flatnonzero(free)
    if len(kept) == 0:
        return plain, robust
    inverse = scaled_inverse(slope.information[np.ix_(kept, kept)])
    plain[kept] = np.sqrt(np.diag(inverse))
    by_district = choices.over_district(seen)
    share = np.exp(log_probabilities(choices, point))
    surprise = seen - by_district[choices.district] * share
    score = choices.over_district(surprise[:, None] * choices.centred(share))[:, kept]
    asked = int((by_district > 0).sum())
    if asked > len(kept):
        bread = score @ inverse
        robust[kept] = np.sqrt(asked / (asked - 1) * (bread**2).sum(axis=0))
    return plain, robust


def _dispersion(choices: Choices, seen: Floats, point: Floats, free: int) -> float:
    by_district = choices.over_district(seen)
    expected = by_district[choices.district] * np.exp(log_probabilities(choices, point))
    asked = expected > 0
    left = int(asked.sum()) - int((by_district > 0).sum()) - free
    if left <= 0:
        return float("nan")
    return float(((seen - expected)[asked] ** 2 / expected[asked]).sum() / left)
