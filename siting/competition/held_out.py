"""Judge a calibrated model on districts it has not seen, beside simpler ones.

::

    β₍ᵢ₎      calibrated without district i, or without the part that it is in
    p̂_ij      p_ij(β₍ᵢ₎)                                          every pair is predicted once
    measures  of p̂ against s_ij = n_ij / n_i over all pairs, and Σ_i Σ_j n_ij ln p̂_ij / Σ_i n_i per visitor

Leave-one-district-out (Stone, 1974). A model is worth its data only where it beats a simpler one here: size alone, and
equal shares. A likelihood measures all of it; the rank correlation says whether the order of outlets is right, the root
mean square whether the shares are. Districts weigh by their visitors in the likelihood, by their outlets in the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.competition.calibrate import calibrate
from siting.competition.calibrate_sales import Sales, calibrate_sales
from siting.competition.choices import Choices, log_probabilities
from siting.competition.climb import Bounds

Floats = NDArray[np.float64]
EQUAL_SHARES = "equal shares"


@dataclass(frozen=True)
class Fit:
    """Say how near predicted shares are to observed ones.

    Parameters
    ----------
    spearman, pearson
        Correlations over the pairs, −1 … 1; NaN where one side is the same for all pairs.
    rmse
        Root mean square deviation of shares, 0 … 1.
    per_visitor
        Log-likelihood per visitor, at most 0; exp of it is the (geometric) mean probability given to the outlet that a
        visitor went to.
    """

    spearman: float
    pearson: float
    rmse: float
    per_visitor: float


@dataclass(frozen=True)
class HeldOut:
    """Hold what a model says of districts left out.

    Parameters
    ----------
    fit
        How near that is.
    shares
        p̂, shape (p,); NaN for districts without visitors.
    coefficients
        β₍ᵢ₎, shape (n, K), NaN where nobody was asked: how much they move is how much one district matters.
    """

    fit: Fit
    shares: Floats
    coefficients: Floats


def measure(choices: Choices, visitors: Floats, log_share: Floats) -> Fit:
    """Return how near predicted shares, in logs (p,), are to visitors (p,), over districts with visitors."""
    asked = choices.over_district(visitors)
    keep = asked[choices.district] > 0
    seen, predicted = visitors[keep], log_share[keep]
    observed, share = seen / asked[choices.district[keep]], np.exp(predicted)
    return Fit(
        spearman=rank_correlation(observed, share),
        pearson=correlation(observed, share),
        rmse=float(np.sqrt(np.mean((observed - share) ** 2))),
        per_visitor=float(seen @ predicted / seen.sum()),
    )


def hold_out(
    choices: Choices, visitors: Floats, bounds: Bounds | None = None, part: NDArray[np.int64] | None = None
) -> HeldOut:
    """Return what the model says of each district when calibrated on the others.

    ``part``, shape (n,), numbers the parts that districts are left out in; each alone by default.

    Raises
    ------
    InputError
        When fewer than two districts have visitors, or a calibration without one of them fails; it is named.
    """
    seen = np.asarray(visitors, dtype=np.float64)
    if seen.shape != choices.district.shape:
        raise InputError(f"visitors have shape {seen.shape}; expected {choices.district.shape}, one for each pair")
    asked = np.flatnonzero(choices.over_district(seen) > 0)
    if len(asked) < 2:
        raise InputError(f"{len(asked)} districts have visitors; leaving one out needs two")
    log_share = np.full(len(seen), np.nan)
    coefficients = np.full((choices.districts, len(choices.names)), np.nan)
    part = np.arange(choices.districts) if part is None else part
    if part.shape != (choices.districts,) or len(np.unique(part[asked])) < 2:
        raise InputError(f"part has shape {part.shape}; expected ({choices.districts},), and two parts with visitors")
    for held in np.unique(part[asked]).tolist():
        itself = part[choices.district] == held
        try:
            found = calibrate(choices.where(~itself), seen[~itself], bounds).coefficients
        except InputError as fault:
            raise InputError(f"without {_named(asked[part[asked] == held])}: {fault}") from fault
        coefficients[asked[part[asked] == held]] = found
        log_share[itself] = log_probabilities(choices.where(itself), found)
    log_share[~np.isin(choices.district, asked)] = np.nan
    return HeldOut(measure(choices, seen, log_share), np.exp(log_share), coefficients)


def hold_out_sales(
    choices: Choices,
    sales: Sales,
    part: NDArray[np.int64],
    bounds: Bounds | None = None,
    starts: Floats | None = None,
) -> Floats:
    """Return what each outlet is expected to sell when calibrated without its part, shape (m,), NaN where not known.

    ``part``, shape (m,), numbers the parts; an outlet left out still competes, but what it sells is not looked at.

    Raises
    ------
    InputError
        When known sales lie in fewer than two parts, or a calibration fails.
    """
    parts = np.unique(part[sales.known])
    if part.shape != sales.sales.shape or len(parts) < 2:
        raise InputError(f"part has shape {part.shape}; expected {sales.sales.shape}, and two parts with known sales")
    expected = np.full(len(part), np.nan)
    for held in parts.tolist():
        itself = (part == held) & sales.known
        rest = replace(sales, sales=np.where(itself, np.nan, sales.sales))
        expected[itself] = calibrate_sales(choices, rest, bounds, starts).expected[itself]
    return expected


def _named(districts: NDArray[np.int64]) -> str:
    shown = ", ".join(map(str, districts[:3].tolist()))
    return f"district{'' if len(districts) == 1 else 's'} {shown}{', …' if len(districts) > 3 else ''}"


def compare(choices: Choices, visitors: Floats, models: Mapping[str, Sequence[str]]) -> dict[str, HeldOut]:
    """Return each model's answer on held-out districts, and that of equal shares, in the order given.

    ``models`` names the terms of each: ``{"all": ("size", "cost"), "size alone": ("size",)}``.
    """
    named = {**models, EQUAL_SHARES: ()}
    return {name: hold_out(choices.only(terms), visitors) for name, terms in named.items()}


def rank_correlation(first: Floats, second: Floats) -> float:
    """Return Spearman's correlation of two arrays (p,), NaN where one of them is the same throughout."""
    from scipy.stats import rankdata

    return correlation(rankdata(first), rankdata(second))


def correlation(first: Floats, second: Floats) -> float:
    """Return Pearson's correlation of two arrays (p,), NaN where one of them is the same throughout."""
    a, b = first - first.mean(), second - second.mean()
    # Shares that differ by rounding alone are the same.
    tiny = 1e-12 * max(float(np.abs(first).max()), 1e-300), 1e-12 * max(float(np.abs(second).max()), 1e-300)
    if np.abs(a).max() <= tiny[0] or np.abs(b).max() <= tiny[1]:
        return float("nan")
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))
